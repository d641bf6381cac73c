"""Requests that no page sends: every address answers them clearly, none with a fault of its own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from inventory.models import Device, FiberCable, FundingSource, Interface, IPAddress, Prefix
from inventory.pages.kit import kit
from inventory.ui.columns import field_at
from inventory.ui.page import ModelPage
from inventory.ui.views.exporting import guarded
from tests.pages.conftest import Register
from tests.pages.walk import addresses, furnish

GREAT = "9" * 30
NUMBERS = ("-1", "NaN", "1e400", "1e999999999", GREAT, "²")
DAYS = ("0001-01-01", "9999-12-31", "2026-02-31", "0000-00-00")
TEXTS = ("%", "界" * 10_000, "[" * 3000, "(a+)+$" * 20)
LISTS = ("q", "page", "size", "sort", "panel", "mark", "suggest")
OTHERS = (
    "run", "sheet", "page", "one", "two", "in_prefix", "department", "tag", "class", "more", "price", "query", "as_of",
    "year", "kind", "to", "town", "device", "pk", "forget", "began", "name", "other", "on", "do", "text", "ids", "q",
)  # fmt: skip


@pytest.fixture(autouse=True)
def var(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"


def pages() -> list[ModelPage]:
    reverse("device_list")  # loads the addresses, and with them all pages
    return list(kit.pages.values())


def one_filter_of_each_kind() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(list, parameter, values) for the first filter of each kind of filter and field."""
    seen = set()
    for page in pages():
        for name, found in page.filterset.base_filters.items():
            path = page.filters[name].all_paths()[0]
            kind = type(found), None if page.filters[name].made else type(field_at(page.model, path))
            if kind not in seen:
                seen.add(kind)
                yield page.url("list"), name, (*NUMBERS, *TEXTS, "null", "true")
                for ends, values in ((("min", "max"), NUMBERS), (("after", "before"), DAYS)):
                    yield from ((page.url("list"), f"{name}_{end}", values) for end in ends)


def faults_of(client: Client, asked: list[tuple[str, dict[str, str]]], *, post: bool = False) -> list[str]:
    """What the pages themselves raised, or an answer that is none."""
    found = []
    for url, data in asked:
        told = f"{url} {str(data)[:60]}: "
        try:
            answer = client.post(url, data) if post else client.get(url, data)
        except Exception as fault:  # collected, to be shown together
            found.append(f"{told}{type(fault).__name__} {str(fault)[:90]}")
            continue
        if answer.status_code not in (200, 302, 400, 403, 404, 405, 413):
            found.append(f"{told}{answer.status_code}")
        if answer.streaming:
            b"".join(answer.streaming_content)
    return found


def test_no_parameter_of_a_list_breaks_it(admin: Client, register: Register) -> None:
    asked = [(url, {name: value}) for url, name, values in one_filter_of_each_kind() for value in values]
    first = pages()[0].url("list")
    asked += [(first, {name: value}) for name in LISTS for value in (*NUMBERS, *TEXTS)]
    asked += [(page.url(name), {"q": TEXTS[3]}) for page in pages() for name in ("list", "choices")]
    asked += [(reverse("search"), {"q": text}) for text in (*TEXTS, *NUMBERS)]
    assert not (faults := faults_of(admin, asked)), "\n".join(faults)


@pytest.mark.parametrize("value", [GREAT, "9" * 5000, "2026-02-31"])
def test_no_field_that_an_address_reads_breaks_it(admin: Client, register: Register, value: str) -> None:
    furnish(register, FundingSource.objects.get())
    asked = [(one.url, dict.fromkeys(OTHERS, value)) for one in addresses() if one.name != "logout"]
    faults = faults_of(admin, asked) + faults_of(admin, asked, post=True)
    assert not faults, "\n".join(faults)


NONSENSE: dict[Any, tuple[str, ...]] = {
    models.DateTimeField: ("0001-01-01T00:00", "9999-12-31T23:59"),
    models.DateField: ("0001-01-01", "9999-12-31"),
    models.DecimalField: ("1e999999999", "NaN", "-0", "1e-400"),
    models.IntegerField: (GREAT, "1e5", "-1"),
    models.JSONField: ("[" * 3000, "NaN", '"\\\\u0000"', '{"a": 1e999}', "7"),
    models.ForeignKey: (GREAT, "-1", "x"),
    models.ManyToManyField: (GREAT, "-1", "x"),
    models.CharField: ("<script>", "界" * 9000, "\\ud800"),
}


def test_no_field_of_a_form_breaks_it(admin: Client, register: Register) -> None:
    asked = []
    for page in pages():
        row = page.model._default_manager.first()
        assert row is not None
        for name in (name for section in page.form for name in section.fields):
            field = page.model._meta.get_field(name)
            kind = next((one for one in NONSENSE if isinstance(field, one)), models.CharField)
            asked += [(page.url("field", row.pk, name), {name: value}) for value in NONSENSE[kind]]
    assert len(asked) > 300
    assert not (faults := faults_of(admin, asked, post=True)), "\n".join(faults)


def test_a_character_that_no_database_takes_is_refused(admin: Client, register: Register) -> None:
    page = kit.pages[Device]
    edit = page.url("edit", register.device.pk)
    assert admin.get(page.url("list"), {"q": "a\0b"}).status_code == 400
    assert admin.get(reverse("search"), {"q": "a\0b"}).status_code == 400
    assert admin.post(edit, {"note": "a\0b"}).status_code == 400
    assert admin.post(edit, {"a\0b": "note"}).status_code == 400
    assert admin.get("/devices/1/field/a%00b/").status_code == 400


@pytest.mark.parametrize(
    "began", ["[" * 100_000, '{"note": {"a": [1]}}', '{"price_yuan": [[1]], "purchased_on": {}}', "7"]
)
def test_a_form_that_began_from_nonsense_is_a_form_all_the_same(admin: Client, register: Register, began: str) -> None:
    url = kit.pages[Device].url("field", register.device.pk, "note")
    assert admin.post(url, {"note": "told", "began": began}).status_code == 302
    register.device.refresh_from_db()
    assert register.device.note == "told"
    url = kit.pages[Device].url("field", register.device.pk, "purchased_on")
    assert admin.post(url, {"purchased_on": "2026-01-02", "began": began}).status_code == 302


def test_ten_thousand_ticks_are_answered(admin: Client, register: Register) -> None:
    page, keys = kit.pages[Interface], ",".join(str(key) for key in range(100_000, 110_000))
    answer = admin.post(page.url("bulk"), {"do": "delete", "pk": f"{keys},{GREAT}"})
    assert answer.status_code == 302
    answer = admin.post(page.url("bulk"), {"do": "delete", "pk": [str(key) for key in range(2000)]})
    assert answer.status_code == 400


def test_an_account_may_not_be_given_towns_that_no_database_numbers(admin: Client, register: Register) -> None:
    answer = admin.post(reverse("user_add"), {"username": "new", "role": "technician", "towns": [GREAT]})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "text", ["=1+1", " =1+1", "\u200b@SUM(1)", "\u202e-1", "\t1", "\r1", "\n=1", "＝1+1", "＠x", "  ＋1"]
)
def test_no_text_of_a_csv_is_a_formula(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["a=1", "10.1.2.3", "TZ-1", "", " a", "界"])
def test_a_text_that_is_no_formula_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


def test_an_address_of_nonsense_says_nothing_of_the_inside(admin: Client, settings: object) -> None:
    answer = admin.get("/devices/999999999999999999999999999999/")
    assert answer.status_code == 404
    assert "Traceback" not in json.dumps(answer.content.decode())


@pytest.mark.parametrize("text", ["[" * 3000, "NaN", '{"a": 1e999}', '["\\u0000"]', "{"])
def test_json_that_a_database_would_refuse_is_refused_beside_its_field(
    admin: Client, register: Register, text: str
) -> None:
    page = kit.pages[FiberCable]
    row = FiberCable.objects.get()
    answer = admin.post(page.url("field", row.pk, "route"), {"route": text})
    assert answer.status_code == 200
    row.refresh_from_db()
    assert row.route is None


@pytest.mark.parametrize(("model", "name"), [(Prefix, "prefix"), (IPAddress, "address")])
def test_what_is_no_address_is_refused_beside_its_field(
    admin: Client, register: Register, model: Any, name: str
) -> None:
    page = kit.pages[model]
    for url in (page.url("add"), page.url("edit", model.objects.get().pk)):
        answer = admin.post(url, {name: "10.1.2.300"})
        assert answer.status_code == 200
        assert "found &#x27;10.1.2.300&#x27;" in answer.content.decode() or "is not an IP" in answer.content.decode()


def test_a_name_has_one_line_and_a_note_as_many_as_were_written(admin: Client, register: Register) -> None:
    page, device = kit.pages[Device], register.device
    admin.post(page.url("field", device.pk, "name"), {"name": "one\r\nBcc: somebody@example.org"})
    admin.post(page.url("field", device.pk, "note"), {"note": "one\ntwo"})
    device.refresh_from_db()
    assert device.name == "one Bcc: somebody@example.org"
    assert device.note.splitlines() == ["one", "two"]


@pytest.mark.parametrize("number", [GREAT, "9" * 5000])
def test_a_number_of_thousands_of_digits_is_the_key_of_no_row(admin: Client, register: Register, number: str) -> None:
    """Python refuses to read so long a number, and no database holds one of thirty digits."""
    posts = [
        ("/devices/bulk/", {"do": "delete", "pk": number}),
        ("/devices/saved/", {"forget": number}),
        ("/differences/decide/", {"do": "accept", "pk": number}),
        ("/runs/start/", {"device": number}),
        ("/runs/start/", {"town": number}),
        ("/refresh-plans/add/", {f"money-{number}-2027": "1"}),
        ("/refresh-plans/add/", {"copy": number}),
    ]
    gets = [("/devices/new-computer/free/", {name: number}) for name in ("department", "in_prefix")]
    gets += [("/reports/register/", {"run": number}), ("/refresh-plans/compare/", {"one": number})]
    assert not (faults := faults_of(admin, posts, post=True) + faults_of(admin, gets)), "\n".join(faults)
