"""Lists: queries that do not grow with rows, filters, search, columns, saved filters; exports of what is listed."""

import csv
import io
import re

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from inventory.models import Device, Interface, Person, Role, SavedFilter
from inventory.pages import importing
from inventory.pages.hardware import place
from inventory.pages.kit import kit
from inventory.services import write
from inventory.sheets import stream as stream_sheets
from inventory.sheets import write as write_sheets
from inventory.ui.views import exporting
from inventory.ui.views.exporting import guarded
from tests.factories import TESTER, DepartmentFactory, DeviceFactory, SiteFactory
from tests.pages.conftest import Register, client_of, make_user

LIST = "/devices/"


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def many_devices(count: int) -> None:
    first = Device.objects.select_related("device_type").first() or DeviceFactory()
    with write.unit(TESTER) as unit:
        rows = [
            Device(
                asset_tag=f"N-{n:05d}",
                name=f"many-{n}",
                serial=f"NN{n:08d}",
                device_type=first.device_type,
                department=first.department,
                site=first.site,
                location=first.location,
                holder=first.holder,
            )
            for n in range(count)
        ]
        unit.create_many(Device, rows)


@pytest.mark.parametrize("query", ["", "?size=250", "?q=many", "?town=1", "?sort=department", "?page=2&size=25"])
def test_a_list_of_a_thousand_asks_as_often_as_one_of_ten(admin: Client, register: Register, query: str) -> None:
    many_devices(40)
    few = queries(admin, LIST + query)
    with write.unit(TESTER) as unit:
        for device in Device.objects.filter(name__startswith="many"):
            unit.delete(device)
    many_devices(1000)
    assert queries(admin, LIST + query) == few <= 14


def test_a_town_holds_what_lies_in_its_sites_and_departments(admin: Client, register: Register) -> None:
    town = register.device.site.town
    text = admin.get(f"{LIST}?town={town.pk}").content.decode()
    assert "TZ-1" in text
    assert "TZ-2" not in text


def test_a_department_includes_its_children(admin: Client, register: Register) -> None:
    child = DepartmentFactory(parent=register.device.department, town=register.device.department.town)
    DeviceFactory(asset_tag="CHILD-1", department=child)
    text = admin.get(f"{LIST}?department={register.device.department_id}").content.decode()
    assert "TZ-1" in text
    assert "CHILD-1" in text


def test_several_values_of_a_filter_are_any_of_them_and_none_is_a_value(admin: Client, register: Register) -> None:
    both = admin.get(f"{LIST}?status=in_use&status=missing").content.decode()
    assert "TZ-1" in both
    nobodys = admin.get(f"{LIST}?holder=null").content.decode()
    assert "TZ-1" not in nobodys
    assert "TZ-2" in nobodys


@pytest.mark.parametrize("text", ["aa-bb-cc", "aabb.ccdd.eeff", "10.1.2.3", "某甲", "TZ-1", "one"])
def test_quick_search_finds_a_device_by_what_is_written_on_it(admin: Client, register: Register, text: str) -> None:
    found = admin.get(LIST, {"q": text}).content.decode()
    assert "TZ-1" in found
    assert "TZ-2" not in found


def test_active_filters_are_chips_that_can_be_taken_away(admin: Client, register: Register) -> None:
    text = admin.get(f"{LIST}?status=in_use&in_service_on_after=2020-01-02&q=TZ").content.decode()
    assert text.count('tz-chip"') == 3
    assert "2020" in text


@pytest.mark.parametrize(
    "query",
    ["page=99999", "page=-1", "page=x", "size=1e9", "sort=serial_key", "status=nonsense", "town=x", "holder=-1"],
)
def test_a_nonsensical_address_still_shows_a_list(admin: Client, register: Register, query: str) -> None:
    assert admin.get(f"{LIST}?{query}").status_code == 200


def test_the_last_page_holds_the_last_rows_in_order(admin: Client, register: Register) -> None:
    many_devices(103)
    last = admin.get(f"{LIST}?size=25&page=5", headers={"hx-request": "true", "hx-target": "list"}).content.decode()
    assert "TZ-1" in last
    assert last.index("TZ-1") < last.index("TZ-2")
    assert last.count("<tr>") == 6  # heads, and 105 - 4 × 25 rows


def test_chosen_columns_are_remembered_in_their_order(admin: Client, register: Register) -> None:
    admin.post("/devices/columns/", {"column": ["serial", "asset_tag", "no such"], "query": "q=TZ"})
    text = admin.get(LIST).content.decode()
    assert 0 < text.index("sort=serial") < text.index("sort=asset_tag")
    assert "sort=department" not in text
    admin.post("/devices/columns/", {"reset": "1"})
    assert "sort=department" in admin.get(LIST).content.decode()


def test_a_shared_filter_is_offered_to_others_and_forgotten_by_its_owner_alone(
    admin: Client, register: Register
) -> None:
    admin.post("/devices/saved/", {"name": "in use", "query": "status=in_use", "shared": "1"})
    kept = SavedFilter.objects.get()
    other = client_of(make_user("planner", Role.PLANNER))
    assert "?status=in_use" in other.get(LIST).content.decode()
    other.post("/devices/saved/", {"forget": str(kept.pk)})
    assert SavedFilter.objects.exists()
    admin.post("/devices/saved/", {"forget": str(kept.pk)})
    assert not SavedFilter.objects.exists()


def test_only_the_list_is_sent_when_a_filter_changes(admin: Client, register: Register) -> None:
    part = admin.get(f"{LIST}?status=in_use&serial=", headers={"hx-request": "true", "hx-target": "list"})
    assert "<html" not in part.content.decode()
    assert part["HX-Push-Url"] == f"{LIST}?status=in_use"
    assert part["Cache-Control"] == "no-store", "a browser that goes back asks for the whole page"


def test_an_empty_list_says_what_to_do(admin: Client) -> None:
    text = admin.get(LIST).content.decode()
    assert "No devices yet" in text
    assert "/devices/add/" in text


def exported(client: Client, query: str = "") -> list[list[str]]:
    answer = client.get(f"/devices/export.csv{query}")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_an_export_is_exactly_what_is_listed(admin: Client, register: Register) -> None:
    admin.post("/devices/columns/", {"column": ["asset_tag", "price_yuan", "device_type"]})
    header, *rows = exported(admin, "?sort=-asset_tag")
    assert header == ["Asset tag", "Price in yuan", "Device type"]
    assert [row[0] for row in rows] == ["TZ-2", "TZ-1"]
    assert rows[1][1:] == ["4850.00", str(register.device.device_type)]
    assert [row[0] for row in exported(admin, "?q=TZ-2")[1:]] == ["TZ-2"]


def test_a_workbook_holds_the_same_rows_as_the_csv(admin: Client, register: Register) -> None:
    answer = admin.get("/devices/export.xlsx?sort=asset_tag")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    head = next(index for index, row in enumerate(cells) if row[0] == "Asset tag")
    assert [row[0] for row in cells[head + 1 : head + 3]] == [row[0] for row in exported(admin, "?sort=asset_tag")[1:]]


def test_a_long_list_as_a_workbook_goes_out_while_it_is_read(
    admin: Client, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "/devices/export.xlsx?sort=asset_tag"
    whole = openpyxl.load_workbook(io.BytesIO(b"".join(admin.get(url).streaming_content)))
    for module in (write_sheets, stream_sheets):
        monkeypatch.setattr(module, "TABLE_ROWS", 1)
    answer = admin.get(url)
    assert answer["Content-Disposition"].endswith('.xlsx"')
    pieces = list(answer.streaming_content)
    sent = openpyxl.load_workbook(io.BytesIO(b"".join(pieces)))
    assert len(pieces) > 1
    assert list(sent.active.values) == list(whole.active.values)
    assert sent.active.freeze_panes == whole.active.freeze_panes
    assert sent.active.auto_filter.ref.startswith("A")


def test_a_list_too_long_for_a_sheet_is_refused_and_none_of_it_is_lost(
    admin: Client, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 1)
    answer = admin.get("/devices/export.xlsx?sort=asset_tag", follow=True)
    assert answer.redirect_chain == [("/devices/?sort=asset_tag", 302)]
    assert "The list has 2 rows" in answer.content.decode() and "CSV" in answer.content.decode()
    assert len(exported(admin, "?sort=asset_tag")) == 3


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_a_csv_begins_a_formula(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert guarded(-1) == "-1"


def test_a_formula_in_the_register_leaves_as_text(admin: Client, register: Register) -> None:
    DeviceFactory(asset_tag="TZ-3", name='=HYPERLINK("http://a")', site=SiteFactory())
    assert ['\'=HYPERLINK("http://a")' in row for row in exported(admin, "?q=TZ-3")] == [False, True]


def test_those_of_the_same_department_are_offered_first(admin: Client, register: Register) -> None:
    own, far = register.device.department, DepartmentFactory(name="A")
    with write.unit(TESTER) as unit:
        unit.create(Person(name="某乙", department=far))
    for department in (own, far):
        found = admin.get(f"/persons/choices/?q=某&near={department.pk}").json()
        assert found[0]["text"].endswith(f"· {department}")
    assert len(admin.get("/persons/choices/?q=某&near=x").json()) == 2


def test_choices_offer_what_the_user_may_see(admin: Client, register: Register) -> None:
    found = admin.get("/persons/choices/?q=某").json()
    assert [one["text"] for one in found] == [f"某甲 · {register.device.department}"]
    assert [one["text"] for one in admin.get("/interfaces/choices/?q=TZ-1").json()] == ["eth0 · TZ-1 one"]
    stranger = client_of(make_user("dep", Role.DEPARTMENT, department=DepartmentFactory()))
    assert stranger.get("/persons/choices/?q=某").json() == []


def test_departments_sort_by_pinyin(admin: Client, db: None) -> None:
    for name in ("政府", "安监局", "财政局", "公安局"):
        DepartmentFactory(name=name)
    text = admin.get("/departments/?sort=name").content.decode()
    places = [text.index(name) for name in ("安监局", "财政局", "公安局", "政府")]
    assert places == sorted(places)


def test_rows_of_interfaces_name_their_device_without_asking_for_it(admin: Client, register: Register) -> None:
    few = queries(admin, "/interfaces/")
    with write.unit(TESTER) as unit:
        unit.create_many(Interface, [Interface(device=register.device, name=f"p{n}") for n in range(30)])
    assert queries(admin, "/interfaces/") == few


def test_an_export_gives_back_its_mark_by_which_the_page_knows_that_it_came(admin: Client, register: Register) -> None:
    for kind in ("csv", "xlsx"):
        assert admin.get(f"/devices/export.{kind}?mark=1700000000001").cookies["exported"].value == "1700000000001"
    assert "exported" not in admin.get("/devices/export.csv?mark=a;b").cookies


def test_every_column_that_a_file_may_fill_is_in_the_form_too() -> None:
    """What can be loaded can be seen and set; a MAC stands at the interface, an address at the network."""
    for page in kit.pages.values():
        file = importing.file_of(page)
        fields = {name for section in page.form for name in section.fields}
        if file is None or not fields or page.form_class is not None:
            continue
        columns = {getattr(column, "field_name", column.name) for column in file.columns}
        own = {field.name for field in page.model._meta.get_fields()}
        assert (columns & own) - fields <= {"default"}, page


def test_lengths_are_numbers_in_a_workbook_and_not_texts(admin: Client, register: Register) -> None:
    cable = next(row for row in register.rows if row._meta.model_name == "fibercable")
    with write.unit(TESTER) as unit:
        cable.length_m = "676.5"
        unit.update(cable)
    book = b"".join(admin.get("/fiber-cables/export.xlsx").streaming_content)
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows() for cell in row]
    (found,) = [cell for cell in cells if cell.value == 676.5]
    assert found.number_format.startswith("#,##0.0")


def test_a_condition_is_set_for_several_devices_and_cleared_again(admin: Client, register: Register) -> None:
    sent = {"do": "edit", "pk": str(register.device.pk), "confirm": "1"}
    for given, after in (({"condition": "poor"}, "poor"), ({"clear_condition": "on"}, "")):
        assert admin.post("/devices/bulk/", sent | given).status_code == 302
        register.device.refresh_from_db()
        assert register.device.condition == after


def test_a_phone_reads_under_a_devices_tag_what_it_has_no_column_for(admin: Client, register: Register) -> None:
    """Name, department, holder and place, as their hidden columns have them; what is empty leaves no gap."""
    device = register.device
    with write.unit(TESTER) as unit:
        device.holder = None
        unit.update(device)
    page = admin.get(LIST, {"q": device.asset_tag}).content.decode()
    [below] = re.findall(r'<div class="tz-below">(.*?)</div>', page)
    parts = [strip_tags(part) for part in re.findall(r"<span>(.*?)</span>(?=<span>|$)", below)]
    assert parts == [device.name, str(device.department), place(device)]
    cells = re.findall(r'<td(?: class="([^"]*)")?>', page[page.index("<tbody>") :])
    assert [css for css in cells if "d-none" not in css] == ["w-1", "tz-num text-nowrap", ""]


def test_columns_that_a_person_took_away_stand_nowhere_on_a_phone(admin: Client, register: Register) -> None:
    admin.post("/devices/columns/", {"column": ["asset_tag", "holder", "status"], "query": ""})
    page = admin.get(LIST, {"q": register.device.asset_tag}).content.decode()
    [below] = re.findall(r'<div class="tz-below">(.*?)</div>', page)
    assert strip_tags(below) == str(register.device.holder)


def test_a_table_of_related_rows_says_the_same_on_a_phone(admin: Client, register: Register) -> None:
    page = admin.get(f"/departments/{register.device.department_id}/").content.decode()
    [below] = re.findall(r'<div class="tz-below">(.*?)</div>', page[page.index(register.device.asset_tag) :])[:1]
    assert register.device.name in below
    assert str(register.device.holder) in below
