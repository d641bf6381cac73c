"""What moves with every poll goes the quick way, and is kept anew when what is kept has grown old."""

from datetime import timedelta

import pytest
from django.utils import timezone

from collectors.features import UpsFact
from collectors.models import KeptSnapshot
from collectors.selectors import load_snapshot
from collectors.services import applying, states
from inventory.models import Device
from inventory.services import write
from tests.collectors.test_applying import _run, _snapshot
from tests.factories import TESTER, make_switch

pytestmark = pytest.mark.django_db


def _age(kept: KeptSnapshot) -> None:
    with write.unit(TESTER) as unit:
        unit.touch(KeptSnapshot, [kept.pk], taken_at=timezone.now() - states.KEPT_FOR - timedelta(minutes=1))


def test_readings_are_kept_anew_the_quick_way_and_only_when_the_kept_ones_are_old(monkeypatch: pytest.MonkeyPatch):
    def load() -> int | None:
        found = load_snapshot(device)
        return found.ups.load_percent if found is not None and found.ups is not None else None

    device: Device = make_switch("UPS-1", serial="SN1", mac="00e0fc000001")
    _run(_snapshot(device, ups=UpsFact(load_percent=10)))
    _run(_snapshot(device, ups=UpsFact(load_percent=10)))
    monkeypatch.setattr(applying, "_apply", lambda *_: pytest.fail("applied the slow way"))
    _run(_snapshot(device, ups=UpsFact(load_percent=20)))
    assert load() == 10
    _age(KeptSnapshot.objects.get())
    _run(_snapshot(device, ups=UpsFact(load_percent=30)))
    assert load() == 30
    _run(_snapshot(device, ups=UpsFact(load_percent=40)))
    assert load() == 30
