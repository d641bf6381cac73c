"""The four standards that are shipped as data: their worked figures, their laws, and which version counts when."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.models import AllocationRule, AllocationStandard
from inventory.rules.standards import Rule, Version, allowed, balances, in_force, price_caps, problems, service_lives
from inventory.services import write
from reports.queries import planning
from reports.queries.scope import Scope
from tests.factories import TESTER, DepartmentFactory

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
AS_OF = date(2026, 11, 24)
CODES = ("central-2016", "province", "city", "city-2020")
MARKS = ("handles_secrets", "field_work", "own_network")


@pytest.fixture
def standards() -> dict[str, list[Rule]]:
    """{code: rules} of the shipped standards, as the reports read them."""
    call_command("load", str(FIXTURES / "standards"), verbosity=0)
    for code in CODES[1:]:
        DepartmentFactory(standard=AllocationStandard.objects.get(code=code))
    found = planning.standard_rules(Scope(), AS_OF)
    return {code: list(found.loc[found["standard"] == code, "rule"]) for code in CODES}


def figures(
    rules: Sequence[Rule], staff: int, *codes: str, marks: Sequence[str] = (), rooms: int = 2, **held: int
) -> list[int | None]:
    counts = {code.replace("_", "-"): count for code, count in held.items()}
    found = allowed(rules, staff, marks, counts, {"meeting_rooms": rooms})
    return [found[code].number for code in codes]


def test_all_four_are_loaded_and_the_first_is_the_default(standards: dict[str, list[Rule]]) -> None:
    assert [len(standards[code]) for code in CODES] == [16, 17, 18, 10]
    assert AllocationStandard.objects.get(default=True).code == "central-2016"
    assert [problems(rules) for rules in standards.values()] == [[], [], [], []]
    assert AllocationRule.objects.count() == 61


@pytest.mark.parametrize(
    ("staff", "marks", "worked"),
    [
        (23, (), [23, 11, 18, 3, 0, 2, 6]),
        (23, ("handles_secrets",), [34, 11, 18, 3, 0, 2, 6]),
        (100, (), [100, 50, 80, 15, 3, 5, 30]),
        (101, (), [101, 50, 80, 15, 3, 6, 30]),
        (131, (), [131, 65, 104, 19, 3, 7, 39]),
    ],
)
def test_the_central_standard_as_shipped(
    standards: dict[str, list[Rule]], staff: int, marks: tuple[str, ...], worked: list[int]
) -> None:
    codes = ("desktop", "laptop", "printer", "printer-a3", "printer-colour", "copier", "mfp")
    assert figures(standards["central-2016"], staff, *codes, marks=marks) == worked
    # The province differs in the duplicator and the price of a laptop alone.
    assert figures(standards["province"], staff, *codes, marks=marks) == worked


@pytest.mark.parametrize(("staff", "duplicators"), [(23, 1), (99, 1), (100, 1), (131, 1), (200, 2), (0, 0)])
def test_the_provinces_duplicators(standards: dict[str, list[Rule]], staff: int, duplicators: int) -> None:
    assert figures(standards["province"], staff, "duplicator") == [duplicators]
    assert price_caps(standards["province"])["laptop"] == 7500
    assert price_caps(standards["central-2016"])["laptop"] == 7000
    assert service_lives(standards["province"])["duplicator"] == 6


@pytest.mark.parametrize(
    ("staff", "worked"),
    # Together 150 %, printers 50 %, copiers 6 %, fax 15 %, scanners, projectors, shredders 15 %, cameras 10 %, one.
    [
        (19, [28, 9, 1, 2, 1, 1, 2, 1, 1]),
        (23, [34, 11, 1, 3, 2, 1, 3, 2, 1]),
        (30, [45, 15, 1, 4, 2, 2, 4, 3, 1]),
        (100, [150, 50, 6, 15, 2, 2, 15, 10, 1]),
        (131, [196, 65, 7, 19, 2, 2, 19, 13, 1]),
    ],
)
def test_the_citys_standard_as_shipped(standards: dict[str, list[Rule]], staff: int, worked: list[int]) -> None:
    codes = ("computer", "printer", "copier", "mfp", "scanner", "projector", "shredder", "camera", "camcorder")
    assert figures(standards["city"], staff, *codes) == worked
    assert figures(standards["city"], staff, "printer-colour") == [None]


@pytest.mark.parametrize(
    ("staff", "rooms", "projectors"), [(29, 0, 0), (29, 1, 1), (29, 2, 1), (30, 1, 1), (30, 2, 2), (131, 4, 2)]
)
def test_the_citys_projectors_go_by_meeting_rooms_too(
    standards: dict[str, list[Rule]], staff: int, rooms: int, projectors: int
) -> None:
    assert figures(standards["city"], staff, "projector", rooms=rooms) == [projectors]
    assert not [rule.code for rule in standards["city"] if rule.needs_approval]


def test_only_what_the_standards_say_needs_approval_does(standards: dict[str, list[Rule]]) -> None:
    approved = {rule.code for rules in standards.values() for rule in rules if rule.needs_approval}
    assert approved == {"printer-colour", "printer-a4-colour", "printer-a3-colour"}


def test_the_citys_prices_and_lives(standards: dict[str, list[Rule]]) -> None:
    caps, lives = price_caps(standards["city"]), service_lives(standards["city"])
    wanted = {"desktop": 4000, "laptop": 5000, "printer-a3-mono": 6500, "printer-a4-mono": 1500, "camera": 3000}
    assert {code: int(caps[code]) for code in wanted} == wanted
    assert "printer-a4-colour" not in caps and lives["printer-a4-colour"] == 6
    assert [lives[code] for code in ("projector", "camera", "camcorder", "desktop")] == [8, 8, 8, 6]


@pytest.mark.parametrize(("staff", "plain", "own"), [(23, 23, 34), (100, 100, 150), (131, 131, 196)])
def test_the_other_citys_desktops(standards: dict[str, list[Rule]], staff: int, plain: int, own: int) -> None:
    rules = standards["city-2020"]
    assert figures(rules, staff, "desktop", "laptop") == [plain, staff // 2]
    assert figures(rules, staff, "desktop", marks=("own_network",)) == [own]


def test_the_other_city_exchanges_desktops_and_laptops_both_ways(standards: dict[str, list[Rule]]) -> None:
    rules = standards["city-2020"]
    assert figures(rules, 20, "desktop", "laptop", desktop=10, laptop=14) == [16, 14]
    assert figures(rules, 20, "desktop", "laptop", desktop=23, laptop=4) == [23, 7]


def test_the_other_citys_software_goes_with_computers_and_servers(standards: dict[str, list[Rule]]) -> None:
    codes = ("operating-system", "office-software", "antivirus-client", "antivirus-server")
    assert figures(standards["city-2020"], 23, *codes, desktop=20, laptop=3, server=2) == [23, 23, 23, 2]
    caps, lives = price_caps(standards["city-2020"]), service_lives(standards["city-2020"])
    assert "operating-system" not in caps and [int(caps[code]) for code in codes[1:]] == [600, 100, 1400]
    assert "antivirus-client" not in lives, "without a life: never due by age"


def test_allowed_never_falls_when_staff_grows_and_held_and_room_make_what_is_allowed(
    standards: dict[str, list[Rule]],
) -> None:
    classes = sorted({code for rules in standards.values() for rule in rules for code in rule.classes})
    counts = st.dictionaries(st.sampled_from(classes), st.integers(0, 300))

    @settings(max_examples=150, deadline=None)
    @given(
        st.sampled_from(CODES),
        st.integers(0, 400),
        st.integers(1, 60),
        st.sets(st.sampled_from(MARKS)),
        counts,
        st.integers(0, 4),
    )
    def laws(code: str, staff: int, more: int, marks: set[str], held: dict[str, int], rooms: int) -> None:
        small = allowed(standards[code], staff, marks, rooms={"meeting_rooms": rooms})
        for large in (
            allowed(standards[code], staff + more, marks, rooms={"meeting_rooms": rooms}),
            allowed(standards[code], staff, marks, rooms={"meeting_rooms": rooms + more}),
        ):
            for name, allowance in small.items():
                assert allowance.number is None or allowance.number <= (large[name].number or 0)
        for one in balances(allowed(standards[code], staff, marks, held, {"meeting_rooms": rooms}), held):
            number = one.allowance.number
            assert number is None or (one.held + one.room - one.over == number and not (one.room and one.over))

    laws()


def version(code: str, **dates: Any) -> Version:
    return Version(code, "s", **dates)


def test_of_the_versions_of_a_standard_the_one_in_force_counts() -> None:
    old = version("old", valid_to=date(2020, 12, 31))
    new, newest = version("new", valid_from=date(2021, 1, 1)), version("newest", valid_from=date(2026, 7, 1))
    versions = (newest, old, new, Version("other", "t"))
    days = (date(2020, 12, 31), date(2021, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    assert [in_force(versions, "s", day) for day in days] == [old, new, new, newest]
    assert in_force([old], "s", date(2021, 1, 1)) is None


def test_a_department_has_its_own_standard_in_the_version_of_the_day(standards: dict[str, list[Rule]]) -> None:
    with write.unit(TESTER) as unit:
        unit.create(AllocationStandard(code="city-2027", series="city", name="新版", valid_from=date(2027, 1, 1)))
    own = DepartmentFactory(name="甲局", standard=AllocationStandard.objects.get(code="city"))
    plain = DepartmentFactory(name="乙局")

    def judged_by(name: str, day: date) -> str:
        found = planning.departments(Scope(), day)
        return str(found.loc[found["name"] == name, "standard"].iloc[0])

    assert judged_by(plain.name, AS_OF) == "central-2016" and judged_by(plain.name, date(2016, 6, 30)) == ""
    assert judged_by(own.name, AS_OF) == "city" and judged_by(own.name, date(2027, 1, 1)) == "city-2027"
