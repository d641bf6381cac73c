"""Forms, one field in its place, deletion and changes of many: each through the unit of work, faults beside fields."""

from auditlog.models import LogEntry
from django.test import Client

from inventory.models import Device, Interface, Person, Role, Segment
from inventory.services import write
from inventory.ui.views import bulk
from tests.factories import TESTER, DepartmentFactory, DeviceFactory
from tests.pages.conftest import Register, client_of, make_user

HTMX = {"hx-request": "true"}


def test_a_device_is_added_and_says_who_did_it(admin: Client, register: Register) -> None:
    values = {
        "asset_tag": "NEW-1",
        "device_type": register.device.device_type_id,
        "status": "in_stock",
        "reason": "bought",
    }
    answer = admin.post("/devices/add/", values)
    made = Device.objects.get(asset_tag="NEW-1")
    assert answer["Location"] == f"/devices/{made.pk}/"
    entry = LogEntry.objects.filter(object_pk=str(made.pk), content_type__model="device").latest("pk")
    assert (entry.actor.username, entry.additional_data["reason"]) == ("admin", "bought")


def test_a_fault_stands_beside_its_field_and_nothing_is_written(admin: Client, register: Register) -> None:
    answer = admin.post("/devices/add/", {"asset_tag": "TZ-1", "status": "in_use"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.count("invalid-feedback") == 1  # the type is missing
    values = {"asset_tag": "TZ-1", "status": "in_use", "device_type": register.device.device_type_id}
    text = admin.post("/devices/add/", values).content.decode()
    assert "already exists" in text[text.index('name="asset_tag"') :][:600]
    assert Device.objects.count() == 2


def test_the_location_of_another_site_is_refused_beside_the_location(admin: Client, register: Register) -> None:
    other = DeviceFactory(asset_tag="TZ-9")
    answer = admin.post(f"/devices/{other.pk}/field/location/", {"location": register.device.location_id}, headers=HTMX)
    assert "lies in another site" in answer.content.decode()
    other.refresh_from_db()
    assert other.location is None


def test_one_field_is_edited_in_its_place(admin: Client, register: Register) -> None:
    url = f"/devices/{register.device.pk}/field/note/"
    answer = admin.post(url, {"note": "new screen", "reason": "seen"}, headers=HTMX)
    assert "new screen" in answer.content.decode()
    assert "<form" not in answer.content.decode()
    register.device.refresh_from_db()
    assert register.device.note == "new screen"
    assert register.device.serial, "the other fields stay"
    entry = LogEntry.objects.latest("pk")
    assert entry.changes == {"note": ["", "new screen"]}


def test_a_field_that_is_not_in_the_form_cannot_be_edited(admin: Client, register: Register) -> None:
    assert admin.get(f"/devices/{register.device.pk}/field/serial_key/").status_code == 404
    port = Interface.objects.first()
    assert port is not None
    assert admin.post(f"/interfaces/{port.pk}/field/oper_up/", {"oper_up": "true"}).status_code == 404


def test_without_a_script_a_field_has_a_page_of_its_own(admin: Client, register: Register) -> None:
    url = f"/devices/{register.device.pk}/field/note/"
    assert "<html" in admin.get(url).content.decode()
    assert admin.post(url, {"note": "x"})["Location"] == f"/devices/{register.device.pk}/"


def test_a_row_cannot_be_moved_out_of_its_writers_sight(register: Register) -> None:
    """Nor can another's row be named: the select does not offer it."""
    device = register.device
    client = client_of(make_user("tech", Role.TECHNICIAN, towns=(device.site.town, device.department.town)))
    foreign = DepartmentFactory()
    text = client.post(
        f"/devices/{device.pk}/field/department/", {"department": foreign.pk}, headers=HTMX
    ).content.decode()
    assert "invalid-feedback" in text
    for field in ("location", "site"):
        client.post(f"/devices/{device.pk}/field/{field}/", {field: ""}, headers=HTMX)
    text = client.post(f"/devices/{device.pk}/field/department/", {"department": ""}, headers=HTMX).content.decode()
    assert "outside what you may see" in text
    device.refresh_from_db()
    assert device.department is not None


def test_a_segment_keeps_the_departments_chosen(admin: Client, register: Register) -> None:
    segment = Segment.objects.get()
    first, second = DepartmentFactory(), DepartmentFactory()
    url = f"/segments/{segment.pk}/field/departments/"
    admin.post(url, {"departments": [first.pk, second.pk]})
    admin.post(url, {"departments": [second.pk]})
    assert list(segment.departments.all()) == [second]


def test_deleting_shows_what_goes_along_and_what_forbids_it(admin: Client, register: Register) -> None:
    url = f"/devices/{register.device.pk}/delete/"
    text = admin.get(url).content.decode()
    assert "Interfaces" in text
    assert "eth0" in text
    department = f"/departments/{register.device.department_id}/delete/"
    text = admin.get(department).content.decode()
    assert "cannot be deleted" in text
    assert "TZ-1" in text
    assert "btn-danger" not in text
    assert admin.post(url, {"reason": "gone"}).status_code == 302
    assert not Device.objects.filter(asset_tag="TZ-1").exists()


def test_many_are_changed_at_once_with_an_entry_for_each(admin: Client, register: Register) -> None:
    keys = ",".join(str(pk) for pk in Device.objects.values_list("pk", flat=True))
    asked = admin.post("/devices/bulk/", {"do": "edit", "pk": keys}).content.decode()
    assert "Selected rows: 2" in asked
    before = LogEntry.objects.count()
    values = {"do": "edit", "pk": keys, "confirm": "1", "note": "checked", "reason": "audit"}
    assert admin.post("/devices/bulk/", values).status_code == 302
    assert set(Device.objects.values_list("note", flat=True)) == {"checked"}
    entries = LogEntry.objects.order_by("-pk")[: LogEntry.objects.count() - before]
    assert [(entry.changes, entry.additional_data["reason"]) for entry in entries] == [
        ({"note": ["", "checked"]}, "audit")
    ] * 2


def test_all_that_match_means_the_query_of_the_list_and_no_other(admin: Client, register: Register) -> None:
    admin.post("/devices/bulk/?q=TZ-2", {"do": "edit", "all": "1", "confirm": "1", "note": "matched"})
    assert list(Device.objects.filter(note="matched").values_list("asset_tag", flat=True)) == ["TZ-2"]


def test_one_bad_row_stops_all_and_is_named(admin: Client, register: Register) -> None:
    keys = ",".join(str(pk) for pk in Device.objects.values_list("pk", flat=True))
    with write.unit(TESTER) as unit:
        other = Device.objects.get(asset_tag="TZ-2")
        other.status = "to_be_scrapped"
        unit.update(other)
        other.status = "scrapped"
        unit.update(other)
    answer = admin.post(
        "/devices/bulk/", {"do": "move", "pk": keys, "confirm": "1", "status": "in_use", "clear_location": "1"}
    )
    text = answer.content.decode()
    assert "TZ-2" in text
    assert "cannot become" in text
    register.device.refresh_from_db()
    assert register.device.location is not None


def test_moving_many_clears_what_is_ticked(admin: Client, register: Register) -> None:
    admin.post("/devices/bulk/", {"do": "move", "pk": register.device.pk, "confirm": "1", "clear_holder": "1"})
    register.device.refresh_from_db()
    assert register.device.holder is None
    assert register.device.department is not None


def test_many_are_deleted_after_a_look_at_what_goes_along(admin: Client, register: Register) -> None:
    asked = admin.post("/devices/bulk/?q=TZ", {"do": "delete", "all": "1"}).content.decode()
    assert "Cables" in asked
    assert Device.objects.count() == 2
    admin.post("/devices/bulk/?q=TZ", {"do": "delete", "all": "1", "confirm": "1"})
    assert not Device.objects.exists()


def test_bulk_without_rows_or_fields_says_so(admin: Client, register: Register) -> None:
    assert admin.post("/devices/bulk/", {"do": "edit"}).status_code == 302
    text = admin.post("/devices/bulk/", {"do": "edit", "pk": register.device.pk, "confirm": "1"}).content.decode()
    assert "Set at least one field" in text


def test_changes_name_the_person_the_reason_and_the_words_of_choices(admin: Client, register: Register) -> None:
    admin.post(
        f"/devices/{register.device.pk}/field/status/", {"status": "missing", "reason": "not found"}, headers=HTMX
    )
    text = admin.get(f"/devices/{register.device.pk}/").content.decode()
    assert "not found" in text
    assert "<del>in use</del>" in text
    assert "<ins>missing</ins>" in text
    assert "(#" not in text


def test_a_long_history_comes_in_pages(admin: Client, register: Register) -> None:
    for number in range(12):
        with write.unit(TESTER) as unit:
            register.device.note = f"note {number}"
            unit.update(register.device)
    text = admin.get(f"/devices/{register.device.pk}/").content.decode()
    assert "note 11" in text
    assert "changes/?page=2" in text
    assert "note 0" in admin.get(f"/devices/{register.device.pk}/changes/?page=2").content.decode()


def test_a_person_page_counts_and_links_what_the_person_holds(admin: Client, register: Register) -> None:
    person = Person.objects.get()
    assert f"/devices/?holder={person.pk}" in admin.get(f"/persons/{person.pk}/").content.decode()


def test_more_than_can_be_looked_at_is_not_deleted_at_once(admin: Client, register: Register, monkeypatch) -> None:
    monkeypatch.setattr(bulk, "MOST_DELETED", 1)
    admin.post("/devices/bulk/", {"do": "delete", "all": "1", "confirm": "1"})
    assert Device.objects.count() == 2


def begun(client: Client, url: str) -> dict[str, str]:
    """What the form at the address would send, as it came."""
    form = client.get(url).context["form"]
    return {"began": form.began} | {name: value for name in form.fields if (value := form[name].value())}


def test_a_mac_is_taken_as_it_is_pasted_and_what_is_none_is_told(admin: Client, register: Register) -> None:
    port = Interface.objects.get(mac="aabbccddeeff")
    url, entries = f"/interfaces/{port.pk}/edit/", LogEntry.objects.count()
    values = begun(admin, url)
    assert 'value="aa:bb:cc:dd:ee:ff"' in admin.get(url).content.decode()
    assert admin.post(url, values | {"mac": "AA-BB-CC-DD-EE-FF"}).status_code == 302
    assert LogEntry.objects.count() == entries, "the same MAC is no change"
    for typed in ("00-1A-2B-3C-4D-5E", "001a.2b3c.4d5e", " 00:1a:2b:3c:4d:5e "):
        assert admin.post(url, {**begun(admin, url), "mac": typed}).status_code == 302
        port.refresh_from_db()
        assert port.mac == "001a2b3c4d5e"
    assert LogEntry.objects.count() == entries + 1
    answer = admin.post(url, {**begun(admin, url), "mac": "00-1A-2B-3C-4D"})
    assert "Give a MAC such as 00:1a:2b:3c:4d:5e." in answer.content.decode()
    for part in ("00-1A-2B", "2b:3c", "001a.2b"):
        assert f'href="/interfaces/{port.pk}/"' in admin.get("/interfaces/", {"mac": part}).content.decode()
    for part in ("A2:B3", "00-1a-3c", "(", "a|b:"):
        assert f'href="/interfaces/{port.pk}/"' not in admin.get("/interfaces/", {"mac": part}).content.decode()


def other_writes(device: Device, **values: object) -> None:
    row = Device.objects.get(pk=device.pk)
    for name, value in values.items():
        setattr(row, name, value)
    with write.unit(write.Actor("lina")) as unit:
        unit.update(row)


def test_what_another_changed_meanwhile_is_not_overwritten_and_both_values_are_shown(
    admin: Client, register: Register
) -> None:
    url = f"/devices/{register.device.pk}/edit/"
    values = begun(admin, url) | {"note": "mine", "name": "renamed"}
    other_writes(register.device, note="theirs")
    answer = admin.post(url, values)
    text = answer.content.decode()
    register.device.refresh_from_db()
    assert (register.device.note, register.device.name) == ("theirs", "one"), "nothing is written"
    assert "Somebody else changed this row meanwhile" in text and "Save anyway" in text
    [sentence] = answer.context["form"].errors["note"]
    assert sentence.startswith("lina changed this at") and sentence.endswith("to “theirs”.")
    assert answer.context["form"]["note"].value() == "mine"
    assert admin.post(url, values | {"began": answer.context["form"].began}).status_code == 302, "saved anyway"
    register.device.refresh_from_db()
    assert (register.device.note, register.device.name) == ("mine", "renamed")


def test_what_only_another_changed_is_kept_and_what_only_i_changed_is_saved(admin: Client, register: Register) -> None:
    url = f"/devices/{register.device.pk}/edit/"
    values = begun(admin, url) | {"note": "mine"}
    other_writes(register.device, name="theirs", holder=None, price_yuan=100)
    assert admin.post(url, values).status_code == 302
    device = Device.objects.get(pk=register.device.pk)
    assert (device.note, device.name, device.holder, device.price_yuan) == ("mine", "theirs", None, 100)


def test_the_same_change_by_both_is_no_quarrel(admin: Client, register: Register) -> None:
    url = f"/devices/{register.device.pk}/edit/"
    values = begun(admin, url) | {"price_yuan": "5000"}
    other_writes(register.device, price_yuan=5000)
    assert admin.post(url, values).status_code == 302


def test_a_field_in_its_place_is_not_overwritten_either(admin: Client, register: Register) -> None:
    url = f"/devices/{register.device.pk}/field/holder/"
    values = begun(admin, url)
    with write.unit(TESTER) as unit:
        mine, theirs = (unit.create(Person(name=name, department=register.device.department)) for name in "乙丙")
    other_writes(register.device, holder=theirs)
    text = admin.post(url, values | {"holder": mine.pk}, headers=HTMX).content.decode()
    assert "lina changed this at" in text and "to “丙”." in text and "Save anyway" in text
    register.device.refresh_from_db()
    assert register.device.holder == theirs


def test_departments_that_another_gave_a_segment_meanwhile_stay(admin: Client, register: Register) -> None:
    segment, theirs, mine = Segment.objects.get(), DepartmentFactory(), DepartmentFactory()
    url = f"/segments/{segment.pk}/edit/"
    values = begun(admin, url) | {"vlan_id": "8"}
    with write.unit(TESTER) as unit:
        unit.create(Segment.departments.through(segment=segment, department=theirs))
    assert admin.post(url, values).status_code == 302
    assert list(segment.departments.all()) == [theirs]
    answer = admin.post(url, values | {"departments": [mine.pk]})
    assert f"to “{theirs}”" in answer.context["form"].errors["departments"][0]
    assert list(segment.departments.all()) == [theirs]


def test_a_related_row_out_of_sight_is_not_emptied_by_who_edits_the_rest(register: Register) -> None:
    """The select stands empty, since it offers what its user may see."""
    device, foreign = register.device, DepartmentFactory()
    other_writes(device, department=foreign, holder=None)
    client = client_of(make_user("tech", Role.TECHNICIAN, towns=(device.site.town,)))
    url = f"/devices/{device.pk}/edit/"
    values = begun(client, url) | {"note": "mine", "department": ""}
    assert client.post(url, values).status_code == 302
    device.refresh_from_db()
    assert (device.note, device.department) == ("mine", foreign)
