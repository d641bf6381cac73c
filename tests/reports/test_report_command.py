"""`manage.py report`: files, their record, and one clear line for what cannot be done."""

import hashlib
from datetime import date
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from inventory.services.write import Actor
from reports import services
from reports.models import ReportRun
from reports.services import Fault, Made, Request, find_scope, make_report
from tests.factories import DepartmentFactory, DeviceFactory, TownFactory

pytestmark = pytest.mark.django_db


def report(*arguments: str) -> str:
    out = StringIO()
    call_command("report", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> str:
    with pytest.raises(CommandError) as fault:
        report(*arguments)
    text = str(fault.value)
    assert "\n" not in text
    return text


def test_all_four_are_made_with_their_record(tmp_path: Path) -> None:
    DeviceFactory(purchased_on=date(2018, 1, 1))
    said = report("all", "--out", str(tmp_path / "new" / "folder"), "--as-of", "2026-11-24")
    files = sorted((tmp_path / "new" / "folder").iterdir())
    assert [path.name for path in files] == [
        f"{name}-2026-11-24.xlsx" for name in ("budget-2027", "coverage", "refresh", "register")
    ]
    assert said.count("sha256") == 4
    for path in files:
        run = ReportRun.objects.get(file_name=path.name)
        assert run.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert run.data_date == date(2026, 11, 24) and run.rows > 0
    assert ReportRun.objects.get(report="budget").parameters["year"] == 2027


def test_a_town_or_department_gets_a_file_of_its_own(tmp_path: Path) -> None:
    town = TownFactory(name="五申镇", name_en="Wushen")
    department = DepartmentFactory(name="农牧局/一站", town=town)
    DeviceFactory(department=department)
    DeviceFactory()
    report("register", "--out", str(tmp_path), "--as-of", "2026-11-24", "--town", "wushen")
    report("register", "--out", str(tmp_path), "--as-of", "2026-11-24", "--department", "农牧局/一站", "--lang", "en")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["register-2026-11-24-五申镇.xlsx", "register-2026-11-24-农牧局_一站-en.xlsx"]
    sheet = openpyxl.load_workbook(tmp_path / names[0]).worksheets[0]
    assert "范围：五申镇" in sheet["A2"].value and sheet.max_row == 5


def test_what_was_asked_otherwise_bears_another_name(tmp_path: Path) -> None:
    DeviceFactory()
    for more in ((), ("--fill",), ("--lang", "en"), ("--fill", "--lang", "en")):
        report("budget", "--out", str(tmp_path), "--as-of", "2026-11-24", *more)
    report("coverage", "--out", str(tmp_path), "--as-of", "2026-11-24", "--before", "2026-11-01")
    assert {path.name for path in tmp_path.iterdir()} == {
        "budget-2027-2026-11-24.xlsx",
        "budget-2027-2026-11-24-to-standard.xlsx",
        "budget-2027-2026-11-24-en.xlsx",
        "budget-2027-2026-11-24-to-standard-en.xlsx",
        "coverage-2026-11-24-since-2026-11-01.xlsx",
    }


def test_a_file_that_is_there_stays_and_the_next_has_a_number(tmp_path: Path) -> None:
    (tmp_path / "budget-2027-2026-11-24.xlsx").write_text("mine")
    for unit in ("one", "two"):
        said = report("budget", "--out", str(tmp_path), "--as-of", "2026-11-24", "--unit", unit)
    assert (tmp_path / "budget-2027-2026-11-24.xlsx").read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {
        f"budget-2027-2026-11-24{number}.xlsx" for number in ("", "(2)", "(3)")
    }
    assert "budget-2027-2026-11-24(3).xlsx  " in said
    assert ReportRun.objects.latest("pk").file_name == "budget-2027-2026-11-24(3).xlsx"


def test_an_unknown_town_or_department_is_told_with_close_names(tmp_path: Path) -> None:
    TownFactory(name="五申镇")
    DepartmentFactory(name="农牧局")
    out = str(tmp_path / "out")
    assert "五申镇" in refused("register", "--out", out, "--town", "五申")
    assert "农牧局" in refused("register", "--out", out, "--department", "农业局")
    assert "火星镇" in refused("register", "--out", out, "--town", "火星镇")
    assert not (tmp_path / "out").exists() and ReportRun.objects.count() == 0


def test_a_department_of_another_town_is_told() -> None:
    town, other = TownFactory(), TownFactory()
    department = DepartmentFactory(town=other)
    fault = find_scope(town.name, department.name)
    assert isinstance(fault, Fault) and fault.code == "not_in_town" and other.name in fault.text


@pytest.mark.parametrize(
    "arguments",
    [("--as-of", "2026-13-40"), ("--as-of", "yesterday"), ("--as-of", "0001-01-01"), ("--year", "x"), ("--year", "99")],
)
def test_a_bad_date_or_year_is_told(tmp_path: Path, arguments: tuple[str, str]) -> None:
    assert arguments[1] in refused("budget", "--out", str(tmp_path), *arguments)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_report_is_told(tmp_path: Path) -> None:
    assert "register" in refused("registre", "--out", str(tmp_path))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "file" in refused("register", "--out", str(tmp_path / "file"))
    assert "file" in refused("register", "--out", str(tmp_path / "file" / "below"))


def test_when_the_disk_is_full_nothing_half_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(services, "fill", full)
    assert "No space left" in refused("register", "--out", str(tmp_path))
    assert list(tmp_path.iterdir()) == [] and ReportRun.objects.count() == 0


def test_the_service_gives_what_it_made(tmp_path: Path) -> None:
    scope = find_scope()
    assert not isinstance(scope, Fault)
    made = make_report("refresh", tmp_path, Request(date(2026, 11, 24), scope, lang="en"), Actor("planner"))
    assert isinstance(made, Made) and made.path.exists() and made.run.made_by == "planner"
    assert isinstance(make_report("x", tmp_path, Request(date(2026, 1, 1), scope), Actor("planner")), Fault)


def test_the_budget_bears_its_unit_preparer_and_reviewer(tmp_path: Path) -> None:
    people = ("--unit", "信息中心", "--preparer", "样例甲", "--reviewer", "示范乙")
    for year in ("2028", "2027"):
        report("budget", "--out", str(tmp_path), "--as-of", "2026-11-24", "--year", year, *people)
    sheet = openpyxl.load_workbook(tmp_path / "budget-2028-2026-11-24.xlsx").worksheets[0]
    text = "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
    assert "2028 年新增资产配置预算表" in text
    for word in ("填报单位：信息中心", "编制人：样例甲", "审核人：示范乙", "零元整"):
        assert word in text
