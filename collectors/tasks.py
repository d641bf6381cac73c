"""What a poller does: it takes collections out of its queues, and looks after jobs whose poller was lost.

A job is polled by a thread of the worker; the loop beside it only shows that the worker lives. Imported by `worker`
alone.
"""

import asyncio
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from collectors.identify import default_vendors
from collectors.lab.book import BookError
from collectors.models import Poller, Run, RunState
from collectors.pollers import SEEN_EVERY_S
from collectors.polling.poller import JOBS
from collectors.selectors import devices_to_poll
from collectors.services import queueing, running, starting
from inventory.services import write
from inventory.services.write import Actor

ACTOR = Actor("worker", source="collector")
LOOK_AFTER = "* * * * * */15"
"""When lost jobs are looked for, as cron says it, with the seconds behind."""
ASKED_ELSEWHERE_S = 30.0
"""So long a job waits when its scope is being asked by somebody else."""


@dataclass(frozen=True)
class Works:
    """How a worker works. `queues` is None for all of them."""

    queues: Sequence[str] | None
    tell: Callable[[str], None]
    jobs: int = JOBS
    processes: int = 1
    grace_s: float = 20.0
    """How long a collection may go on when the worker is told to end; then it is handed back."""
    host: str = socket.gethostname()[:150]


def work(works: Works) -> bool:
    """Work until SIGTERM or Ctrl-C. False when the worker ended by itself, as without the database."""
    app.task(name=queueing.COLLECT, pass_context=True)(lambda context, **job: _collect(works, context, **job))
    upkeep = app.task(name=queueing.UPKEEP, queue=queueing.UPKEEP, queueing_lock=queueing.UPKEEP)(_look_after)
    app.periodic(cron=LOOK_AFTER)(upkeep)
    with app.replace_connector(app.connector.get_worker_connector()):
        return asyncio.run(_work(works))


async def _work(works: Works) -> bool:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    common = {"install_signal_handlers": False, "delete_jobs": "always", "shutdown_graceful_timeout": works.grace_s}
    async with app.open_async():
        tasks = [
            asyncio.create_task(app.run_worker_async(queues=works.queues, name="poller", **common)),
            asyncio.create_task(app.run_worker_async(queues=[queueing.UPKEEP], name="upkeep", **common)),
            asyncio.create_task(_stay_seen(works)),
        ]
        ending = asyncio.create_task(told.wait())
        await asyncio.wait([*tasks, ending], return_when=asyncio.FIRST_COMPLETED)
        for task in [*tasks, ending]:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(Exception):
            await sync_to_async(_be_seen)(works, ended=True)
    for fault in ended:
        if isinstance(fault, Exception):
            works.tell(f"{type(fault).__name__}: {fault}")
    return told.is_set()


async def _stay_seen(works: Works) -> None:
    while True:
        await sync_to_async(_be_seen)(works)
        await asyncio.sleep(SEEN_EVERY_S)


def _be_seen(works: Works, *, ended: bool = False) -> None:
    """Note at the queues that this machine works on them."""
    close_old_connections()
    now = timezone.now()
    with write.unit(ACTOR) as unit:
        for queue in works.queues if works.queues is not None else [""]:
            known = Poller.objects.filter(host=works.host, queue=queue).first()
            if known is None:
                unit.create(Poller(host=works.host, queue=queue, started_at=now, last_seen_at=now))
            elif ended:
                unit.touch(Poller, [known.pk], last_seen_at=now, ended_at=now)
            else:
                began = known.started_at if known.works else now
                unit.touch(Poller, [known.pk], last_seen_at=now, started_at=began, ended_at=None)


def _look_after(timestamp: int) -> None:
    queueing.look_after(ACTOR)


def _collect(works: Works, context: Any, *, run: int, scope: dict[str, Any], deaths: int) -> None:
    """Poll what a run that waits asks for. One that was taken back or closed meanwhile is left alone."""
    record = Run.objects.filter(pk=run, ended_at__isnull=True).first()
    if record is None:
        return
    try:
        what = queueing.from_json(scope)
        with starting.alone(what, actor=ACTOR):
            running.take_up(record, works.host, ACTOR)
            works.tell(_("run %(run)d: %(scope)s begins") % {"run": run, "scope": record.scope})
            _poll(works, context, record, what)
    except starting.AskedAlready:
        queueing.again(record, scope, ACTOR, deaths=deaths, in_s=ASKED_ELSEWHERE_S)
        works.tell(_("run %d: its scope is being asked elsewhere; it waits") % run)
        return
    except running.HandedBack:
        queueing.again(record, scope, ACTOR, deaths=deaths)
        works.tell(_("run %d: handed back") % run)
        return
    except (ValidationError, BookError) as fault:
        words = " ".join(fault.messages) if isinstance(fault, ValidationError) else str(fault)
        running.finish(record, RunState.FAILED, ACTOR, note=words[:500])
    except (OperationalError, InterfaceError) as fault:
        _try_again(record, scope, deaths + 1)
        works.tell(_("run %(run)d: the database was lost (%(fault)s)") % {"run": run, "fault": str(fault).strip()})
        return
    except Exception as fault:
        if record.ended_at is None:
            running.finish(record, RunState.FAILED, ACTOR, note=f"{type(fault).__name__}: {fault}"[:500])
        raise
    told = {"run": run, "answered": record.answered, "polled": record.polled, "state": record.get_state_display()}
    works.tell(_("run %(run)d: %(answered)d of %(polled)d devices answered; %(state)s") % told)


def _try_again(record: Run, scope: dict[str, Any], deaths: int) -> None:
    """After the database was lost, by a new connection; where there is none, the job is found as any lost one is."""
    close_old_connections()
    if deaths < queueing.MOST_DEATHS:
        queueing.again(record, scope, ACTOR, deaths=deaths, note=queueing.NOTE_DIED)
    else:
        running.finish(record, RunState.FAILED, ACTOR, note=queueing.NOTE_GAVE_UP)


def _poll(works: Works, context: Any, record: Run, scope: Any) -> None:
    chosen = devices_to_poll(scope)
    targets, logins = running.whom_to_ask(chosen, lab=settings.LAB, known_hosts=settings.KNOWN_HOSTS)

    def look_up(*_one: Any) -> None:
        if context.should_abort():
            raise running.HandedBack

    poll = running.network_poll(default_vendors(), works.jobs, works.processes, logins)
    running.run(targets, scope, poll=poll, actor=ACTOR, progress=look_up, record=record)
