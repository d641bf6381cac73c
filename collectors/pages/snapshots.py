"""The last snapshot of a device: as tables to read, and as the JSON that `probe` prints."""

import json
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from collectors.facts import Snapshot, to_json
from collectors.models import DeviceState, KeptSnapshot
from collectors.pages.runs import table_states
from collectors.pages.tabular import ROWS_SHOWN, subjects
from collectors.selectors import load_snapshot
from inventory import scope
from inventory.models import Device
from inventory.pages.kit import page_url


def find(user: Any, pk: int) -> tuple[Device, Snapshot]:
    """A device and its snapshot. Raises Http404 for who may not see them, and where there is none."""
    kept = scope.visible(user, KeptSnapshot).filter(device=pk).exists()
    device = scope.visible(user, Device).filter(pk=pk).first()
    snapshot = load_snapshot(device) if kept and device is not None else None
    if device is None or snapshot is None:
        raise Http404
    return device, snapshot


class SnapshotView(View):
    """Tables, a subject each."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        device, snapshot = find(request.user, pk)
        state = scope.visible(request.user, DeviceState).filter(device=device).first()
        context = {
            "device": device,
            "url": page_url(device),
            "snapshot": snapshot,
            "subjects": subjects(snapshot),
            "tables": table_states(state.tables) if state is not None else [],
            "limit": ROWS_SHOWN,
        }
        return render(request, "collectors/snapshot.html", context)


class SnapshotFileView(View):
    """The snapshot as a file."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        device, snapshot = find(request.user, pk)
        text = json.dumps(to_json(snapshot), ensure_ascii=False, indent=1)
        name = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in device.asset_tag)
        response = HttpResponse(text, content_type="application/json")
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.json"
        return response
