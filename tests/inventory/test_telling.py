"""The register as the files that `load` reads: loaded again they change nothing, and what they cannot say is blank."""

import csv
import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from collectors.profiles import ManagementProfile
from inventory.models import IPAddress, Location, Person
from inventory.services import write
from inventory.services.importing import telling
from inventory.services.importing.loading import find_files, load
from inventory.services.importing.telling import write as write_files
from tests.conftest import ROOT
from tests.factories import TESTER, DepartmentFactory, DeviceFactory, InterfaceFactory, SiteFactory

pytestmark = pytest.mark.django_db
FIXTURES = [ROOT / "fixtures" / "standards", ROOT / "fixtures" / "county"]


def told(folder: Path, name: str) -> list[dict[str, str]]:
    for _path, _count in write_files(folder):
        pass
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def meant(cell: str) -> object:
    """A cell as the loader takes it: numbers by value, lists without the blanks between."""
    try:
        return Decimal(cell)
    except InvalidOperation:
        return cell.replace("; ", ";")


def test_what_was_loaded_comes_out_as_it_was_and_changes_nothing_when_it_is_loaded_again(tmp_path):
    files, _problems = find_files(FIXTURES)
    load(files, actor=TESTER)
    call_command("dump", str(tmp_path))
    again, problems = find_files([tmp_path])
    assert not problems
    assert [(r.path.name, r.changes, r.problems) for r in load(again, actor=TESTER) if r.changes or r.problems] == []
    out = {path.stem: path for _spec, path in again}
    for spec, path in files:
        if spec.name == "management":
            continue  # it names profiles, not the communities that made them
        with path.open(encoding="utf-8", newline="") as was, out[spec.name].open(encoding="utf-8", newline="") as now:
            rows = {tuple(row[part] for part in spec.key): row for row in csv.DictReader(now)}
            for row in csv.DictReader(was):
                same = rows[tuple(row[part] for part in spec.key)] if all(p in row for p in spec.key) else row
                assert {n: meant(c) for n, c in row.items() if c} == {n: meant(same[n]) for n, c in row.items() if c}


def test_a_row_stands_behind_what_it_lies_in_though_it_is_older(tmp_path):
    site = SiteFactory()
    with write.unit(TESTER) as unit:
        room = unit.create(Location(site=site, name="101", kind="room"))
        room.parent = unit.create(Location(site=site, name="1楼", kind="floor"))
        unit.update(room)
    assert [row["path"] for row in told(tmp_path, "locations")] == ["1楼", "1楼/101"]


def test_persons_of_one_name_are_told_apart_by_their_numbers(tmp_path):
    department = DepartmentFactory()
    with write.unit(TESTER) as unit:
        one = unit.create(Person(name="某甲", number="7", department=department))
        unit.create(Person(name="某甲", number="8", department=department))
        only = unit.create(Person(name="某乙", number="9", department=department))
    DeviceFactory(asset_tag="A", department=department, holder=one, verified_by=one)
    DeviceFactory(asset_tag="B", department=department, holder=only, verified_by=only)
    rows = {row["asset_tag"]: (row["holder"], row["verified_by"]) for row in told(tmp_path, "devices")}
    assert rows == {"A": ("某甲#7", f"{department.name}/某甲#7"), "B": ("某乙", f"{department.name}/某乙")}


def test_a_holder_of_another_department_stays_blank_and_is_kept(tmp_path):
    with write.unit(TESTER) as unit:
        person = unit.create(Person(name="某甲", department=DepartmentFactory()))
    device = DeviceFactory(department=DepartmentFactory(), holder=person)
    assert told(tmp_path, "devices")[0]["holder"] == ""
    assert not load(find_files([tmp_path])[0], actor=TESTER)[-1].problems
    device.refresh_from_db()
    assert device.holder == person


def test_a_mac_that_two_devices_have_is_told_of_neither(tmp_path):
    for tag, mac in (("A", "aabbccddee01"), ("B", "aabbccddee01"), ("C", "aabbccddee02")):
        InterfaceFactory(device=DeviceFactory(asset_tag=tag), name="eth0", mac=mac)
    macs = {row["asset_tag"]: row["mac"] for row in told(tmp_path, "devices")}
    assert macs == {"A": "", "B": "", "C": "aabbccddee02"}


def test_an_address_that_the_network_lost_does_not_come_back(tmp_path):
    interface = InterfaceFactory()
    with write.unit(TESTER) as unit:
        unit.create(IPAddress(address="10.1.1.1", interface=interface))
        unit.create(
            IPAddress(
                address="10.1.1.2", interface=interface, gone_since=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
            )
        )
    assert [row["address"] for row in told(tmp_path, "addresses")] == ["10.1.1.1"]


def test_no_secret_is_written(tmp_path):
    with write.unit(TESTER) as unit:
        unit.create(ManagementProfile(name="core", community="s3cret", login_user="u", login_password="pa55word"))
    row = told(tmp_path, "profiles")[0]
    assert row["name"] == "core" and row["login_user"] == "u"
    assert not {"community", "login_password", "auth_key", "privacy_key", "enable_secret"} & set(row)
    assert not any("s3cret" in file.read_text() or "pa55word" in file.read_text() for file in tmp_path.iterdir())


def test_a_folder_with_files_is_not_written_over(tmp_path):
    (tmp_path / "towns.csv").write_text("name\n", encoding="utf-8")
    with pytest.raises(CommandError, match="another folder"):
        call_command("dump", str(tmp_path))


def test_a_full_disk_is_told_and_leaves_no_file_that_is_cut(tmp_path, monkeypatch):
    """What a later `load` takes for the whole."""
    DeviceFactory()
    whole = telling.lines

    def cut(spec, rows, registry):
        yield from whole(spec, rows, registry)
        if spec.name == "devices":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(telling, "lines", cut)
    with pytest.raises(CommandError, match="No space left"):
        call_command("dump", str(tmp_path))
    names = {path.name for path in tmp_path.iterdir()}
    assert "device_types.csv" in names and not {name for name in names if name.startswith("devices")}
