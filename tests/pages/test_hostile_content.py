"""What a hostile device, file or colleague has written is shown as text, and no secret is shown at all."""

import json
import re
import zlib
from dataclasses import fields
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client
from django.urls import reverse

from collectors.facts import InterfaceFact, NeighbourFact, Snapshot, SystemFact, to_json
from collectors.models import DevicePart, DeviceState, Difference, KeptSnapshot, Neighbour, Proposal
from collectors.profiles import ManagementProfile
from inventory.models import FundingSource
from inventory.pages.kit import kit
from inventory.services import journal, write
from tests.factories import TESTER
from tests.pages.conftest import NOW, Register
from tests.pages.walk import addresses, furnish, text_of

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}</script>"
WAY = "javascript:alert(1)//\u202e\u200b"
LONG = EVIL + "界" * 20_000
SECRETS = {
    "community": "s3cret-community", "auth_key": "s3cret-auth-key", "privacy_key": "s3cret-privacy",
    "login_password": "s3cret-password", "enable_secret": "s3cret-enable",
}  # fmt: skip
LIVE = re.compile(r"<script>alert|<img src=x|(?:href|src|action)=[\"']?\s*javascript:|&gt;49&lt;", re.IGNORECASE)


def poisoned(row: Any) -> int:
    """Put a hostile text into every field of a row whose own rules take one. Returns how many took it."""
    taken = 0
    for field in row._meta.concrete_fields:
        if not isinstance(field, models.CharField | models.TextField) or field.choices or not field.editable:
            continue
        if field.name == "password":
            continue  # it would end the session
        before = getattr(row, field.name)
        most = field.max_length or len(EVIL)
        setattr(row, field.name, f"{EVIL}{row.pk}" if most > len(EVIL) + 9 else f"<script>alert{row.pk}"[:most])
        try:
            with write.unit(TESTER, reason=EVIL) as unit:
                unit.update(row, fields=[field.name])
            taken += 1
        except (ValidationError, ValueError):
            setattr(row, field.name, before)
    return taken


@pytest.fixture
def poison(register: Register) -> Register:
    """The register with markup in all that a person or a device may name, and in its history."""
    reverse("device_list")  # loads the addresses, and with them all pages
    for page in kit.pages.values():
        for row in page.model._default_manager.all():
            poisoned(row)
    device = register.device
    snapshot = Snapshot(
        device.asset_tag,
        system=SystemFact(**{f.name: EVIL for f in fields(SystemFact) if f.type == "str"}),
        interfaces=(InterfaceFact(1, EVIL, EVIL, EVIL),),
        neighbours=(_neighbour(),),
        fault_text=EVIL,
    )
    heard = {"protocol": "lldp", "chassis": EVIL, "remote_port": EVIL, "remote_name": EVIL, "remote_descr": LONG}
    evidence = {"at": EVIL, "switch": EVIL, "name": EVIL, "port": EVIL}
    with write.unit(TESTER) as unit:
        state = DeviceState(
            device=device, last_polled_at=NOW, last_seen_at=NOW, answered=True, sys_name=EVIL, serial_seen=EVIL[:60],
            hardware_seen=EVIL, software_version=EVIL, tables={EVIL: {"state": EVIL, "rows": 1, "reason": EVIL}},
        )  # fmt: skip
        unit.create(state)
        packed = zlib.compress(json.dumps(to_json(snapshot)).encode())
        unit.create(KeptSnapshot(device=device, taken_at=NOW, content=packed))
        for port in ("eth0", EVIL):
            unit.create(Neighbour(device=device, port=port, first_seen_at=NOW, **heard))
        unit.create(DevicePart(device=device, kind="transceiver", name=EVIL, serial=EVIL, first_seen_at=NOW))
        for kind in ("serial", "hardware", "unknown_mac"):
            told = {"register_value": EVIL, "seen_value": EVIL, "evidence": evidence}
            row = Difference(kind=kind, key=EVIL, device=device, opened_at=NOW, last_seen_at=NOW, **told)
            try:
                row.full_clean()
            except ValidationError:
                continue
            unit.create(row)
        unit.create(
            Proposal(key="mac:1", name=EVIL, serial=EVIL[:50], evidence=evidence, first_seen_at=NOW, last_seen_at=NOW)
        )  # fmt: skip
    journal.add_entry(device, LONG[:3000], kind="note", actor=TESTER)
    return register


def _neighbour() -> NeighbourFact:
    needed = {f.name: EVIL if "str" in str(f.type) else 1 for f in fields(NeighbourFact)}
    return NeighbourFact(**needed)  # type: ignore[arg-type]


def test_no_page_runs_what_was_written_into_the_register(admin: Client, poison: Register) -> None:
    faults, shown = [], 0
    furnish(poison, FundingSource.objects.get())
    for url in [one.url for one in addresses()]:
        for data in ({}, {"q": EVIL, "run": WAY, "next": WAY, "query": EVIL, "name": WAY, "in_prefix": WAY}):
            answer = admin.get(url, data)
            if answer.get("Content-Type", "").startswith("text/html"):
                text = text_of(answer)
                shown += "&lt;script&gt;alert" in text
                faults += [f"{url}: {text[max(0, at.start() - 60) : at.end() + 20]}" for at in LIVE.finditer(text)][:2]
            elif answer.streaming:
                b"".join(answer.streaming_content)
    assert not faults, "\n".join(faults[:40])
    assert shown > 60


def test_a_search_marks_what_was_written_and_runs_nothing(admin: Client, poison: Register) -> None:
    for asked in ({"q": "script"}, {"q": "<script>"}, {"q": "alert(1)", "suggest": "1"}, {"q": EVIL}):
        text = text_of(admin.get(reverse("search"), asked, follow=True))
        assert not LIVE.search(text.replace("<mark>", "").replace("</mark>", "")), asked


def test_text_of_sixty_thousand_characters_is_refused_or_shown(admin: Client, register: Register) -> None:
    device = register.device
    for name in ("note", "serial", "name"):
        answer = admin.post(kit.pages[type(device)].url("field", device.pk, name), {name: LONG})
        assert answer.status_code in (200, 302)
        assert not LIVE.search(text_of(admin.get(f"/devices/{device.pk}/")))


def test_no_secret_of_a_profile_is_in_any_answer(admin: Client, register: Register) -> None:
    """Set by its form, refused by its form, filtered by, exported, told by the change log."""
    page = kit.pages[ManagementProfile]
    profile = ManagementProfile.objects.get()
    values = {
        "name": "v3", "version": "2c", "port": "161", "timeout_s": "2", "retries": "1", "repetitions": "20",
        "login_user": "root", "driver": "huawei_vrp", "login_port": "22", **SECRETS,
    }  # fmt: skip
    texts = [text_of(admin.post(page.url("edit", profile.pk), values, follow=True))]
    texts.append(text_of(admin.post(page.url("edit", profile.pk), {**values, "port": "nonsense"})))
    texts.append(
        text_of(admin.post(page.url("field", profile.pk, "community"), {"community": "s3cret-again", "began": "{"}))
    )
    for name in (*SECRETS, "community__startswith"):
        texts.append(text_of(admin.get(page.url("list"), {name: "s3cr", "sort": name, "q": "s3cr"})))
        admin.post(page.url("columns"), {"column": list(SECRETS)})
    furnish(register, FundingSource.objects.get())
    told = [one.url for one in addresses() if "profile" in one.name or "device_" in one.name]
    texts += [text_of(admin.get(url)) for url in told]
    assert ManagementProfile.objects.get().login_password or ManagementProfile.objects.get().community
    assert not [text[:200] for text in texts if "s3cret" in text]
