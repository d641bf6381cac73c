"""Allocation standards: the rules of one written together, and new versions of it. Knows no page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from inventory.models import AllocationRule, AllocationRuleClass, AllocationStandard, AssetClass
from inventory.services import write
from inventory.services.write import Actor, Unit


@dataclass(frozen=True)
class Line:
    """A rule as it shall be, and the classes that it lists, in their order."""

    rule: AllocationRule
    classes: Sequence[AssetClass]


class BadLines(Exception):  # a fault of what was typed, not of the program
    """What is wrong with some lines, by their place. Nothing was written."""

    def __init__(self, faults: dict[int, ValidationError]) -> None:
        super().__init__()
        self.faults = faults


def write_rules(standard: AllocationStandard, lines: Sequence[Line], actor: Actor, reason: str = "") -> None:
    """Make the rules of a standard these, in this order. Raises BadLines; all or none is written."""
    kept = {line.rule.pk for line in lines}
    faults: dict[int, ValidationError] = {}
    with write.unit(actor, reason=reason) as unit:
        for rule in standard.rules.all():
            if rule.pk not in kept:
                unit.delete(rule)
        for place, line in enumerate(lines):
            line.rule.standard = standard
            try:
                _write_line(unit, line)
            except ValidationError as fault:
                faults[place] = fault
        if faults:
            raise BadLines(faults)


def _write_line(unit: Unit, line: Line) -> None:
    if line.rule.pk is None:
        unit.create(line.rule)
    else:
        unit.update(line.rule)
    held = list(AllocationRuleClass.objects.filter(rule=line.rule).order_by("pk"))
    if [link.asset_class_id for link in held] == [kind.pk for kind in line.classes]:
        return
    for link in held:
        unit.delete(link)
    for kind in line.classes:
        unit.create(AllocationRuleClass(rule=line.rule, asset_class=kind))


def new_version(
    standard: AllocationStandard, *, code: str, valid_from: date, actor: Actor, reason: str = ""
) -> AllocationStandard:
    """A version of the same series from a day on, with a copy of all rules; the one before ends the day before.

    Raises ValidationError: the code or the day is taken, or does not lie after the beginning of the one before.
    """
    if valid_from <= (standard.valid_from or date.min):
        raise ValidationError({"valid_from": _("A new version begins after the one before it.")})
    with write.unit(actor, reason=reason) as unit:
        new = unit.create(
            AllocationStandard(
                code=code, series=standard.series, name=standard.name, valid_from=valid_from, valid_to=standard.valid_to
            )
        )
        standard.valid_to = valid_from - timedelta(days=1)
        unit.update(standard)
        for rule in standard.rules.order_by("pk"):
            kinds = [link.asset_class for link in rule.classes.select_related("asset_class").order_by("pk")]
            rule.pk, rule._state.adding, rule.standard = None, True, new
            _write_line(unit, Line(rule, kinds))
    return new
