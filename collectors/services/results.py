"""What a run keeps of every device that it asked: how it ended, what it changed, how each of its tables was read.

Kept compressed, some hundred devices in one row: a year of hourly runs over a thousand devices takes some 150 MB.
"""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from collectors.facts import Snapshot
from collectors.models import Run, RunPart
from collectors.reconcile import Change
from inventory.services import write
from inventory.services.write import Actor, Unit

KEPT_FOR = timedelta(days=400)
"""How long it is kept of each device. The run itself, with its counts, stays."""

DEVICES = 200
"""In one row."""

Result = dict[str, Any]
"""{"device", "seconds", "tables"}, and where there is something to tell "fault", "text", "changes", "opened".

"tables" has for each table {"state", "rows"}, of a cut-short one "reason", of one that shrank "held": {"seen", "of"}.
"""


@dataclass(slots=True)
class Results:
    """The results of a run that goes on; written as they come, so that a run that is killed has told so far."""

    run: Run
    actor: Actor
    waiting: list[Result] = field(default_factory=list)

    def add(self, result: Result) -> None:
        self.waiting.append(result)
        if len(self.waiting) >= DEVICES:
            self.flush()

    def flush(self) -> None:
        if self.waiting:
            text = json.dumps(self.waiting, ensure_ascii=False, separators=(",", ":"))
            with write.unit(self.actor) as unit:
                unit.create_rows(RunPart, [{"run_id": self.run.pk, "content": zlib.compress(text.encode(), 1)}])
            self.waiting.clear()


def result(
    device: int, snapshot: Snapshot, *, changes: int, opened: int, held: list[Change], elsewhere: bool
) -> Result:
    """What is kept of one device. `elsewhere`: another device answered in its place."""
    tables: dict[str, Any] = {name: {"state": end.state, "rows": end.rows} for name, end in snapshot.tables.items()}
    for name, end in snapshot.tables.items():
        if end.reason:
            tables[name]["reason"] = end.reason[:200]
    for change in held:
        tables[change.values["table"]]["held"] = {"seen": change.values["seen"], "of": change.values["of"]}
    told = {
        "fault": "another device" if elsewhere else snapshot.fault,
        "text": snapshot.fault_text.removeprefix(f"{snapshot.name}: ")[:200],
        "changes": changes,
        "opened": opened,
    }
    return {
        "device": device,
        "seconds": round(snapshot.seconds, 2),
        "tables": tables,
        **{name: value for name, value in told.items() if value},
    }


def read(run: Run) -> Iterator[Result]:
    """Every device that the run asked, in the order in which they were done."""
    for content in RunPart.objects.filter(run=run).order_by("pk").values_list("content", flat=True).iterator():
        yield from json.loads(zlib.decompress(content))


def let_go(unit: Unit, now: datetime) -> None:
    """Give up what old runs kept of each device."""
    unit.delete_all(list(RunPart.objects.filter(run__started_at__lt=now - KEPT_FOR).only("pk")))
