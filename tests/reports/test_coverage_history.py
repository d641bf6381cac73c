"""Coverage of the county worked by hand, by indicator; and its daily counts, kept small and compared with."""

from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from inventory.models import Role, Town
from inventory.services import write
from reports import catalogue
from reports.books.frames import Params
from reports.models import CoverageSnapshot
from reports.pages.asking import AskForm
from reports.pages.books import book_of
from reports.queries.scope import Scope
from reports.services import QUERIES, Fault, Request, keep_coverage, make_report
from tests.factories import TESTER
from tests.pages.conftest import make_user
from tests.reports.hand_county import AS_OF, make_county

pytestmark = pytest.mark.django_db


def indicators(scope: Scope, day: date) -> dict[str, tuple[object, ...]]:
    frames = {need: QUERIES[need](scope, day) for need in catalogue.book("coverage").needs}
    sheets = catalogue.book("coverage").build(frames, Params(day, datetime(2026, 11, 24)))
    sheet = next(one for one in sheets if one.name == "指标与变化")
    return {str(row[0]): row[1:3] for row in sheet.rows}


def test_each_indicator_of_the_county_worked_by_hand() -> None:
    """Computers in use: A1 A2 A3, B1 B2 B4 B5, C1 C2 = 9 (B3 is to be scrapped), for 4 + 5 + 2 = 11 staff.

    Allowed, desktops and laptops: 甲局 4 + 2; 乙局 4 + 1 (half of the 3 counted, rounded down); 丙所 2 + 1: 14.
    Seen lately: B1 alone. A strange MAC stands in the segment of 乙局. Polled: the switch B6, well.
    13 records: A3 lacks a serial; B2 a purchase date; C1, C2, C3 a place; all but A1 and A2 a holder; A1 and A2 lack
    nothing. Verified in the twelve months from 24 November 2025 on: A1 and A4, but not A3 of the day before.
    """
    make_county()
    assert indicators(Scope(), AS_OF) == {
        "计算机÷实有人数": (9, 11),
        "计算机÷标准数": (9, 14),
        "有网段单位": (1, 3),
        "通光纤单位": (0, 3),
        "登记的计算机被发现": (1, 9),
        "账网一致（发现÷登记或发现）": (1, 10),
        "采集正常": (1, 1),
        "有序列号": (12, 13),
        "有购置日期": (12, 13),
        "有存放地点": (10, 13),
        "在用计算机有使用人": (2, 9),
        "四项齐全": (5, 13),
        "一年内核实": (2, 13),
    }
    far = indicators(Scope(town=Town.objects.get(name="五申镇")), AS_OF)
    assert far["计算机÷实有人数"] == (2, 2) and far["有存放地点"] == (0, 3)


def test_the_report_compares_with_the_day_kept_before(tmp_path: object) -> None:
    make_county()
    keep_coverage(date(2026, 10, 1), TESTER)
    with write.unit(TESTER) as unit:
        row = CoverageSnapshot.objects.get(department="甲局")
        row.counts = {**row.counts, "computers": 1, "staff": 4}
        unit.update(row)
    made = make_report("coverage", tmp_path, Request(AS_OF, Scope()), TESTER)  # type: ignore[arg-type]
    assert not isinstance(made, Fault)
    sheet = openpyxl.load_workbook(made.path, data_only=True)["指标与变化"]
    assert sheet["A3"].value == "上次：2026-10-01"
    assert [sheet.cell(5, column).value for column in (2, 3, 6, 7)] == [9, 11, 7, 11]
    assert sheet["I5"].value == pytest.approx(2 / 11)


@pytest.mark.parametrize(
    ("before", "compared"),
    [("", "2026-11-20"), ("2026-11-20", "2026-11-20"), ("2026-11-19", "2026-06-01"), ("2026-06-01", "2026-06-01"),
     ("2026-01-01", "没有更早的每日数据"), ("2027-01-01", "2026-11-20")],
)  # fmt: skip
def test_the_report_compares_with_the_day_that_was_asked_for(tmp_path: object, before: str, compared: str) -> None:
    make_county()
    for day in (date(2026, 6, 1), date(2026, 11, 20), AS_OF):
        keep_coverage(day, TESTER)
    made = make_report("coverage", tmp_path, Request(AS_OF, Scope(), before=before), TESTER)  # type: ignore[arg-type]
    assert not isinstance(made, Fault)
    assert openpyxl.load_workbook(made.path)["指标与变化"]["A3"].value == f"上次：{compared}"
    assert made.run.parameters["before"] == before


def test_the_command_and_the_form_take_the_day_and_refuse_one_that_is_not_before(tmp_path: Path) -> None:
    make_county()
    keep_coverage(date(2026, 6, 1), TESTER)
    call_command("report", "coverage", out=tmp_path, as_of="2026-11-24", before="2026-07-01", stdout=StringIO())
    (path,) = tmp_path.glob("coverage-*.xlsx")
    assert openpyxl.load_workbook(path)["指标与变化"]["A3"].value == "上次：2026-06-01"
    with pytest.raises(CommandError, match="2026-11-24 is not before the data date"):
        call_command("report", "coverage", out=tmp_path, as_of="2026-11-24", before="2026-11-24", stdout=StringIO())
    user, book = make_user("planner", Role.PLANNER), book_of("coverage")
    assert book is not None
    asked = {"as_of": "2026-11-24", "lang": "zh", "before": "2026-07-01"}
    form = AskForm(book, user, data=asked)
    assert form.is_valid() and form.asked()["parameters"] == {"lang": "zh", "before": "2026-07-01"}
    form = AskForm(book, user, data=asked | {"before": "2026-11-24"})
    assert form.errors["before"] == ["Only a day before the data date can be compared with."]


def test_a_day_is_kept_once_and_old_days_are_thinned_to_one_a_month() -> None:
    make_county()
    for day in (date(2026, 5, 3), date(2026, 5, 20), date(2026, 6, 1), date(2026, 11, 20)):
        keep_coverage(day, TESTER)
    assert keep_coverage(AS_OF, TESTER) == keep_coverage(AS_OF, TESTER) == 3
    days = CoverageSnapshot.objects.order_by("day").values_list("day", flat=True).distinct()
    assert sorted(days) == [date(2026, 5, 3), date(2026, 6, 1), date(2026, 11, 20), AS_OF]


def test_todays_report_of_the_county_keeps_the_day_and_so_does_the_command(tmp_path: object) -> None:
    make_county()
    today = timezone.localdate()
    make_report("coverage", tmp_path, Request(today - timedelta(days=1), Scope()), TESTER)  # type: ignore[arg-type]
    assert not CoverageSnapshot.objects.exists()
    make_report("coverage", tmp_path, Request(today, Scope()), TESTER)  # type: ignore[arg-type]
    assert set(CoverageSnapshot.objects.values_list("day", flat=True)) == {today}
    call_command("snapshot_coverage", stdout=StringIO())
    assert CoverageSnapshot.objects.count() == 3
