"""One sweep over all pages that the kit made: they answer, in both languages, and to nobody who may not see them."""

import pytest
from django.test import Client
from django.urls import reverse

from inventory.models import Role
from inventory.pages.kit import kit, page_url
from inventory.ui.views.routes import ROUTES
from tests.factories import DepartmentFactory, TownFactory
from tests.pages.conftest import Register, client_of, make_user


def pages():
    reverse("device_list")  # loads the addresses, and with them all pages
    return list(kit.pages.values())


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_answers_an_administrator(admin: Client, register: Register, language: str) -> None:
    for page in pages():
        row = page.model._default_manager.first()
        assert row is not None, f"the register of the tests has no {page.name}"
        urls = [page.url("list"), page.url("list") + "?panel=filters", page.url("list") + "?panel=columns"]
        urls += [page.url("add")] if "add" in page.actions else []
        urls += [page.url("choices"), page.url("detail", row.pk), page.url("changes", row.pk)]
        urls += [page.url("edit", row.pk)] if "change" in page.actions else []
        urls += [page.url("delete", row.pk)] if "delete" in page.actions else []
        urls += [page.url("export", kind) for kind in ("csv", "xlsx")]
        urls += [page.url("list") + f"?sort=-{name}" for name in page.declared]
        for url in urls:
            answer = admin.get(url, headers={"accept-language": language})
            assert answer.status_code == 200, url
            text = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert text
            assert b"s3cret" not in text, url
            if answer.streaming:
                continue
            if answer["Content-Type"].startswith("text/html"):
                assert f'lang="{"zh-CN" if language == "zh-hans" else "en"}"' in answer.content.decode()


def test_every_field_has_its_form_in_place(admin: Client, register: Register) -> None:
    for page in (one for one in pages() if "change" in one.actions):
        row = page.model._default_manager.first()
        for name in (name for section in page.form for name in section.fields):
            answer = admin.get(page.url("field", row.pk, name), headers={"hx-request": "true"})
            assert answer.status_code == 200, (page, name)
            assert f'name="{name}"' in answer.content.decode(), (page, name)


def test_a_stranger_reaches_no_row_and_no_form(register: Register) -> None:
    """An administrator of a department that holds nothing, a technician of another town, a machine."""
    strangers = [
        make_user("dep", Role.DEPARTMENT, department=DepartmentFactory()),
        make_user("tech", Role.TECHNICIAN, towns=(TownFactory(),)),
        make_user("machine", Role.COLLECTOR),
        make_user("none", ""),
    ]
    page = kit.page_of(type(register.device))
    assert page is not None
    for user in strangers:
        client = client_of(user)
        for name in ("detail", "edit", "delete", "changes"):
            assert client.get(page.url(name, register.device.pk)).status_code in (403, 404), (user, name)
        assert client.get(page.url("field", register.device.pk, "status")).status_code in (403, 404)
        for url in (page.url("list"), page.url("export", "csv"), page.url("choices")):
            answer = client.get(url)
            text = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert answer.status_code == 403 or register.device.serial.encode() not in text
        ticked = {"do": "edit", "pk": str(register.device.pk), "status": "missing", "confirm": "1"}
        assert client.post(page.url("bulk"), ticked).status_code in (302, 403)
        register.device.refresh_from_db()
        assert register.device.status == "in_use"


def test_who_only_reads_is_refused_every_form(register: Register) -> None:
    client = client_of(make_user("director", Role.DIRECTOR))
    for page in pages():
        row = page.rows(make_user(f"reader-{page.name}", Role.DIRECTOR)).first()
        if row is None:
            continue
        assert client.get(page.url("detail", row.pk)).status_code == 200, page
        for url in (page.url("add"), page.url("edit", row.pk), page.url("delete", row.pk)):
            assert client.get(url).status_code == 403, url
        assert client.post(page.url("bulk"), {"do": "delete", "pk": str(row.pk)}).status_code == 403


def test_nobody_signed_in_is_sent_to_sign_in(db: None) -> None:
    for page in pages():
        assert Client().get(page.url("list")).status_code == 302


def test_every_row_knows_its_page(register: Register) -> None:
    for row in register.rows:
        assert page_url(row).endswith(f"/{row.pk}/")
    assert set(ROUTES) >= {"list", "detail", "add", "edit", "delete", "bulk", "export"}
