"""What moves with every poll goes the quick way, and is kept anew when what is kept has grown old."""

from datetime import timedelta

import pytest
from django.utils import timezone

from collectors.features import PrinterFact, UpsFact
from collectors.models import DeviceState, KeptSnapshot
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


def _count() -> tuple[int | None, bool]:
    state = DeviceState.objects.get()
    return state.pages, state.pages_at is not None


def test_the_last_count_of_pages_stands_in_the_state_and_is_renewed_the_quick_way(monkeypatch: pytest.MonkeyPatch):
    device: Device = make_switch("PR-1", serial="SN1", mac="00e0fc000001")
    _run(_snapshot(device, printer=PrinterFact(1000, "impressions")))
    assert _count() == (1000, True)
    _run(_snapshot(device, printer=PrinterFact(1000, "impressions")))
    monkeypatch.setattr(applying, "_apply", lambda *_: pytest.fail("applied the slow way"))
    _age(KeptSnapshot.objects.get())
    _run(_snapshot(device, printer=PrinterFact(1200, "impressions")))
    assert _count() == (1200, True)


@pytest.mark.parametrize("said", [None, PrinterFact(), PrinterFact(5, "hours"), PrinterFact(5, "")])
def test_without_a_count_the_last_one_stays_and_what_is_not_pages_is_none(said: PrinterFact | None):
    device: Device = make_switch("PR-1", serial="SN1", mac="00e0fc000001")
    _run(_snapshot(device, printer=said))
    assert _count() == (None, False)
    _run(_snapshot(device, printer=PrinterFact(1000, "sheets"), restarted=True))
    before = DeviceState.objects.get().pages_at
    _run(_snapshot(device, printer=said))
    state = DeviceState.objects.get()
    assert (state.pages, state.pages_at) == (1000, before)
