"""Loading CSV files: idempotent, all or nothing for each file, and clear about every bad cell."""

import re
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command

from inventory.models import Department, Device, Interface, Location, Segment, Town
from inventory.services.importing.files import REGISTRY
from inventory.services.importing.loading import FileResult, find_files, load
from tests.conftest import ROOT
from tests.factories import TESTER, DeviceTypeFactory

pytestmark = pytest.mark.django_db

DEPARTMENTS = "name,kind,town,parent,posts,staff\n"


def _load(folder: Path, *, dry_run: bool = False, **files: str) -> dict[str, FileResult]:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    found, problems = find_files([folder])
    assert not problems
    return {result.path.stem: result for result in load(found, actor=TESTER, dry_run=dry_run)}


def _problems(result: FileResult) -> list[str]:
    return [str(problem) for problem in result.problems]


def test_a_budget_code_is_a_few_digits_of_one_department(tmp_path: Path) -> None:
    head = "name,budget_code,kind,town\n"
    _load(tmp_path, towns="name\n双河镇\n", departments=head + "财政局,101001,bureau,双河镇\n审计局,,bureau,双河镇\n")
    assert dict(Department.objects.values_list("name", "budget_code")) == {"财政局": "101001", "审计局": ""}
    for code, told in (
        ("12", "Give the budget code as 3 to 12 digits"),
        ("１０１", "Give the budget code as 3 to 12 digits"),
        ("101001", "Another department already has this budget code"),
    ):
        result = _load(tmp_path, departments=head + f"审计局,{code},bureau,双河镇\n")["departments"]
        assert any(told in one for one in _problems(result)), code
    _load(tmp_path, departments=head + "财政局,-,bureau,双河镇\n")
    assert not Department.objects.exclude(budget_code="").exists()


def test_the_same_files_twice_change_nothing_the_second_time(tmp_path):
    files = {"towns": "name\n双河镇\n", "departments": DEPARTMENTS + "财政局,bureau,双河镇,,30,28\n"}
    _load(tmp_path, **files)
    before = LogEntry.objects.count()
    second = _load(tmp_path, **files)
    assert [(r.created, r.changed, r.unchanged) for r in second.values()] == [(0, 0, 1), (0, 0, 1)]
    assert LogEntry.objects.count() == before


def test_a_changed_cell_changes_only_its_field_and_is_logged(tmp_path):
    _load(tmp_path, towns="name\n双河镇\n", departments=DEPARTMENTS + "财政局,bureau,双河镇,,30,28\n")
    result = _load(tmp_path, departments=DEPARTMENTS + "财政局,bureau,双河镇,,30,29\n")["departments"]
    assert (result.created, result.changed) == (0, 1)
    assert "staff: 28 → 29" in result.changes[0]
    assert LogEntry.objects.latest("pk").changes == {"staff": [28, 29]}


def test_a_bad_row_names_file_line_column_and_what_was_expected_and_nothing_is_loaded(tmp_path):
    result = _load(
        tmp_path,
        towns="name\n双河镇\n",
        departments=DEPARTMENTS + "财政局,bureau,双河镇,,30,28\n审计局,office,双河,,many,\n",
    )["departments"]
    told = _problems(result)
    assert any(t.startswith("departments.csv:3: kind: expected one of leading_body") for t in told)
    assert any("departments.csv:3: town: '双河' is not in towns; close to it: 双河镇" in t for t in told)
    assert any("departments.csv:3: posts: expected a whole number, found 'many'" in t for t in told)
    assert not Department.objects.exists()
    assert Town.objects.count() == 1


def test_files_that_need_a_bad_file_are_not_tried_and_say_so(tmp_path):
    results = _load(tmp_path, towns="name\n\n,\n,x\n", departments=DEPARTMENTS)
    assert "not tried: mend towns first" in _problems(results["departments"])[0]


def test_a_dry_run_shows_what_would_change_and_writes_nothing(tmp_path):
    results = _load(
        tmp_path, dry_run=True, towns="name\n双河镇\n", departments=DEPARTMENTS + "财政局,bureau,双河镇,,30,28\n"
    )
    assert results["departments"].created == 1
    assert "财政局: new" in results["departments"].changes[0]
    assert not Town.objects.exists()
    assert not LogEntry.objects.exists()


def test_unknown_double_and_missing_columns_are_told(tmp_path):
    told = _problems(_load(tmp_path, towns="nam,name_en,name_en\nx,y,z\n")["towns"])
    assert "towns.csv:1: nam: unknown column; expected name" in told
    assert "towns.csv:1: name_en: this column stands twice" in told
    (tmp_path / "towns.csv").unlink()
    assert "kind: this column is missing" in _problems(_load(tmp_path, departments="name,town\n")["departments"])[0]


def test_a_key_that_stands_twice_is_refused_with_the_first_line(tmp_path):
    told = _problems(_load(tmp_path, towns="name\na\nb\na\n")["towns"])
    assert told == ["towns.csv:4: name: 'a' already stands in line 2"]


def test_a_blank_leaves_a_value_and_a_dash_clears_it(tmp_path):
    _load(tmp_path, towns="name,name_en\n双河镇,Shuanghe\n")
    _load(tmp_path, towns="name,name_en\n双河镇,\n")
    assert Town.objects.get().name_en == "Shuanghe"
    _load(tmp_path, towns="name,name_en\n双河镇,-\n")
    assert Town.objects.get().name_en == ""


def test_a_file_as_excel_in_china_saves_it_is_read(tmp_path):
    (tmp_path / "towns.csv").write_bytes("name\r\n五申镇\r\n".encode("gb18030"))
    found, _problems = find_files([tmp_path])
    load(found, actor=TESTER)
    assert Town.objects.get().name == "五申镇"


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"", "is empty"),
        (b"\x00\x01\x02", "neither UTF-8"),
        (b'name\n"a', "is not CSV"),
        (b"name\na,b\n", "has 2 cells"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(tmp_path, octets, said):
    (tmp_path / "towns.csv").write_bytes(octets)
    found, _none = find_files([tmp_path])
    assert said in str(load(found, actor=TESTER)[0].problems[0])


def test_locations_form_a_tree_from_their_paths(tmp_path):
    _load(
        tmp_path,
        towns="name\n双河镇\n",
        sites="name,town\n党政大楼,双河镇\n",
        locations="site,path,kind\n党政大楼,2楼,floor\n党政大楼,2楼/203,room\n",
    )
    room = Location.objects.get(name="203")
    assert str(room) == "2楼 / 203"


def _device_files(rows: str) -> str:
    return "asset_tag,manufacturer,model,serial,mac,address\n" + rows


def test_a_device_row_brings_its_mac_and_address(tmp_path):
    kind = DeviceTypeFactory()
    row = f"T-1,{kind.manufacturer.name},{kind.model},S1,00-1A-2B-3C-4D-5E,10.1.0.5\n"
    _load(tmp_path, devices=_device_files(row))
    device = Device.objects.get()
    assert device.primary_address.address == "10.1.0.5"
    assert Interface.objects.get().mac == "001a2b3c4d5e"
    assert _load(tmp_path, devices=_device_files(row))["devices"].unchanged == 1


def test_a_serial_mac_or_address_that_another_device_has_is_told_with_its_tag(tmp_path):
    kind = DeviceTypeFactory()
    base = f"{kind.manufacturer.name},{kind.model}"
    rows = (
        f"T-1,{base},S1,00:1a:2b:3c:4d:5e,10.1.0.5\n"
        f"T-2,{base},s-1,00:1a:2b:3c:4d:5f,10.1.0.6\n"
        f"T-3,{base},S3,00:1a:2b:3c:4d:5e,10.1.0.7\n"
        f"T-4,{base},S4,00:1a:2b:3c:4d:60,10.1.0.6\n"
    )
    told = "\n".join(_problems(_load(tmp_path, devices=_device_files(rows))["devices"]))
    assert "devices.csv:3: serial number 's-1' already belongs to T-1" in told
    assert "devices.csv:4: mac: '00:1a:2b:3c:4d:5e' already belongs to device T-1" in told
    assert "devices.csv:5: address: '10.1.0.6' already belongs to device T-2" in told
    assert not Device.objects.exists()


def test_a_forbidden_change_of_status_is_refused_with_its_line(tmp_path):
    kind = DeviceTypeFactory()
    head = "asset_tag,manufacturer,model,status\n"
    _load(tmp_path, devices=head + f"T-1,{kind.manufacturer.name},{kind.model},scrapped\n")
    told = _problems(_load(tmp_path, devices=head + f"T-1,{kind.manufacturer.name},{kind.model},in_use\n")["devices"])
    assert told[0].startswith("devices.csv:2: status: A device that is scrapped cannot become in use")


def test_lists_in_a_cell_are_kept_as_the_cell_says(tmp_path):
    base = {
        "towns": "name\n双河镇\n",
        "departments": DEPARTMENTS + "财政局,bureau,双河镇,,1,1\n审计局,bureau,双河镇,,1,1\n",
    }
    _load(tmp_path, **base, segments="name,vlan_id,departments\n财政网,10,财政局; 审计局\n")
    assert Segment.objects.get().departments.count() == 2
    result = _load(tmp_path, segments="name,vlan_id,departments\n财政网,10,审计局\n")["segments"]
    assert result.changed == 1
    assert [d.name for d in Segment.objects.get().departments.all()] == ["审计局"]


def test_the_command_ends_with_an_error_and_names_every_problem(tmp_path, capsys):
    (tmp_path / "towns.csv").write_text("name\na\na\n", encoding="utf-8")
    with pytest.raises(CommandError, match="1 problems"):
        call_command("load", str(tmp_path))
    assert "towns.csv:3" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_path_without_csv_files_is_told(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError):
        call_command("load", str(tmp_path / name))


def test_an_unknown_file_is_told_before_anything_is_loaded(tmp_path):
    (tmp_path / "towns.csv").write_text("name\na\n", encoding="utf-8")
    (tmp_path / "town.csv").write_text("name\nb\n", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("load", str(tmp_path))
    assert not Town.objects.exists()


def test_what_only_the_database_refuses_is_still_told_with_its_line(tmp_path):
    told = _problems(
        _load(tmp_path, funding_sources="name,from_year,to_year\n专款,2000,\n基建,2006,2005\n")["funding_sources"]
    )
    assert told == ["funding_sources.csv:3: A source of funds cannot end before it begins."]


def test_the_how_to_names_every_file_and_column():
    lines = (ROOT / "docs/howto/load-your-register.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][1:]
    told = {name: set(re.findall(r"[a-z_]+", re.sub(r"\([^)]*\)", "", f"{keys}, {more}"))) for name, keys, more in rows}
    assert set(told) == set(REGISTRY.files)
    for name, spec in REGISTRY.files.items():
        if name not in ("profiles", "standard_rules"):
            assert told[name] == {column.name for column in spec.columns}, name
