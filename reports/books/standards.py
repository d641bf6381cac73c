"""The standards in use, from the frame 'standard_rules'. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

import pandas as pd

from inventory.rules.standards import Rule, page_lives, price_caps, service_lives


@dataclass(frozen=True)
class Standards:
    """The rules of each standard in use by its code, and which one holds for devices without a department."""

    rules: Mapping[str, Sequence[Rule]]
    names: Mapping[str, tuple[str, date | None]]
    """{code: name and the day it began}, in the order of the rules."""
    default: str = ""

    def of(self, code: str) -> Sequence[Rule]:
        return self.rules.get(code, ())

    def all_rules(self) -> list[Rule]:
        return [rule for rules in self.rules.values() for rule in rules]

    def cap(self, asset_class: str, code: str) -> Decimal | None:
        """The price cap in yuan of a class under the standard of that code; None where it gives none."""
        return self._caps.get(code, {}).get(asset_class)

    @cached_property
    def _caps(self) -> dict[str, dict[str, Decimal]]:
        return {code: price_caps(rules) for code, rules in self.rules.items()}

    def lives(self, departments: pd.DataFrame) -> "Lives":
        by_code = {code: service_lives(rules) for code, rules in self.rules.items()}
        pages = {code: page_lives(rules) for code, rules in self.rules.items()}
        judged_by = dict(zip(departments["name"], departments["standard"], strict=True))
        return Lives(by_code, judged_by, self.default, pages)


@dataclass(frozen=True)
class Lives:
    """The least service life of a class in a department, in years and in pages."""

    by_code: Mapping[str, Mapping[str, int]]
    judged_by: Mapping[str, str]
    default: str
    in_pages: Mapping[str, Mapping[str, int]]

    def least(self, department: str, asset_class: str) -> int | None:
        """None where the standard of the department gives none."""
        return self.by_code.get(self.judged_by.get(department, self.default), {}).get(asset_class)

    def pages(self, department: str, asset_class: str) -> int | None:
        """None where the standard of the department gives none."""
        return self.in_pages.get(self.judged_by.get(department, self.default), {}).get(asset_class)


def standards_of(frame: pd.DataFrame) -> Standards:
    """The frame 'standard_rules' as rules by standard."""
    rules: dict[str, list[Rule]] = {}
    names: dict[str, tuple[str, date | None]] = {}
    default = ""
    for row in frame.to_dict("records"):
        code = str(row["standard"])
        rules.setdefault(code, []).append(row["rule"])
        names[code] = (str(row["standard_name"]), row["valid_from"])
        default = code if row["default"] else default
    return Standards(rules, names, default)
