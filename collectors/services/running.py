"""One collection from beginning to end: targets, polling, applying each device, and what the whole run shows."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from django.db import OperationalError
from django.utils import timezone
from django.utils.translation import gettext_noop

from collectors.collect import Target
from collectors.facts import Snapshot
from collectors.lab.book import read_book
from collectors.models import DeviceState, Run, RunPart, RunState
from collectors.napalm.beside import completing
from collectors.napalm.drivers import NapalmTarget
from collectors.polling.poller import JOBS, poll_many
from collectors.polling.processes import poll_in_processes
from collectors.profiles import DeviceProfile
from collectors.rulebook import Vendors
from collectors.selectors import KnownDevices, Managed, ReadAhead, Scope, conversations, edition, target_of, towns_of
from collectors.services import applying, proposals, sightings
from collectors.services.applying import Applied, Context
from collectors.services.results import Result, Results, let_go, result
from inventory.models import Device, Town
from inventory.selectors import log_mark
from inventory.services import write
from inventory.services.write import Actor

log = logging.getLogger(__name__)
NOTE_STOPPED = gettext_noop("stopped at the keyboard")

Progress = Callable[[Target, Snapshot, Applied], None]
Poll = Callable[[Sequence[Target]], Iterable[tuple[Target, Snapshot]]]


class HandedBack(Exception):
    """Raised by the caller's `progress`: another poller shall do the run from its beginning."""


@dataclass(slots=True)
class Outcome:
    """What a run came to."""

    run: Run
    silent: list[tuple[Target, Snapshot]] = field(default_factory=list)

    @property
    def all_answered(self) -> bool:
        return not self.silent


def network_poll(
    vendors: Vendors, jobs: int = JOBS, processes: int = 1, logins: Mapping[str, NapalmTarget] | None = None
) -> Poll:
    """Polls over UDP, many at a time, in this process or in several others.

    What SNMP leaves out of the devices in `logins` (by the target's name) is asked of their command line, in threads
    of this process.
    """

    def poll(targets: Sequence[Target]) -> Iterable[tuple[Target, Snapshot]]:
        if processes > 1:
            return poll_in_processes(targets, vendors=vendors, jobs=jobs, processes=processes)
        return poll_many(targets, vendors=vendors, jobs=jobs)

    return partial(_poll_and_log_in, poll, logins) if logins else poll


def _poll_and_log_in(
    poll: Poll, logins: Mapping[str, NapalmTarget], targets: Sequence[Target]
) -> Iterable[tuple[Target, Snapshot]]:
    # What a command line adds is not in the conversation over SNMP.
    asked = [replace(target, last=None) if target.name in logins else target for target in targets]
    return completing(poll(asked), logins)


def whom_to_ask(
    chosen: Sequence[Managed], *, lab: bool, known_hosts: str = ""
) -> tuple[list[Target], dict[str, NapalmTarget]]:
    """Targets and log-ins of devices, in place of their own addresses those of the simulated network. Raises BookError
    when no lab is running."""
    targets = [target_of(managed) for managed in chosen]
    if not lab:
        return targets, logins_of(chosen, known_hosts)
    book = read_book()
    # The lab has no command lines, and what listens at its addresses' SSH port is this machine itself.
    return [book.translate(target) for target in targets], {}


def logins_of(chosen: Iterable[Managed], known_hosts: str = "") -> dict[str, NapalmTarget]:
    """The log-in of each device that has one, by its target's name: of its profiles the first that has one.

    For `known_hosts` see ManagementProfile.login.
    """
    found: dict[str, NapalmTarget] = {}
    for managed in chosen:
        address = managed.device.primary_address
        assert address is not None
        for way in sorted(managed.ways, key=lambda way: (way.position, way.pk)):
            login = way.profile.login(managed.device.asset_tag, address.address, known_hosts)
            if login is not None:
                found.setdefault(login.name, login)
    return found


def run(
    targets: Sequence[Target],
    scope: Scope,
    *,
    poll: Poll,
    actor: Actor,
    progress: Progress,
    record: Run | None = None,
    afresh: bool = False,
) -> Outcome:
    """Poll the targets and bring the register up to date, one transaction a device. Target names are asset tags.

    Killed at any moment, it leaves each device as it was before or after its own transaction. What the run shows
    as a whole (places, things unknown or missing) is written at its end, in one transaction. `record` is a run that
    was begun already; `afresh` reads every device whole (see collectors.revisit).
    """
    record = record or begin(scope, actor)
    outcome = Outcome(record)
    try:
        _ask(_silent_first(_with_conversations(targets, afresh=afresh)), outcome, poll, actor, progress)
    except HandedBack:
        raise
    except BaseException as fault:
        note = NOTE_STOPPED if isinstance(fault, KeyboardInterrupt) else f"{type(fault).__name__}: {fault}"
        finish(record, RunState.FAILED, actor, note=note[:500])
        raise
    finish(record, RunState.DONE if outcome.all_answered else RunState.PARTIAL, actor)
    return outcome


def _with_conversations(targets: Sequence[Target], *, afresh: bool) -> list[Target]:
    """The targets, each with what was asked of it last."""
    spoken = {} if afresh else conversations([target.name for target in targets], timezone.now())
    return [replace(target, last=spoken.get(target.name, b"")) for target in targets]


def _silent_first(targets: Sequence[Target]) -> list[Target]:
    """Those that did not answer last time begin: waiting for them lies beside reading the others, not behind it."""
    silent = set(DeviceState.objects.filter(answered=False).values_list("device__asset_tag", flat=True))
    known = [replace(target, was_silent=True) if target.name in silent else target for target in targets]
    return sorted(known, key=lambda target: not target.was_silent)


def _ask(targets: Sequence[Target], outcome: Outcome, poll: Poll, actor: Actor, progress: Progress) -> None:
    """Apply what each target says, and in the end what the whole run shows."""
    record = outcome.run
    keys = dict(Device.objects.filter(management__isnull=False).values_list("asset_tag", "pk"))
    order = [keys[target.name] for target in targets if target.name in keys]
    context = Context(record, actor, ReadAhead(order, record), recognise=KnownDevices.read())
    gathered = sightings.Gathered()
    worked: list[tuple[int, str]] = []
    kept = Results(record, actor)
    for target, snapshot in poll(targets):
        applied = _apply(snapshot, keys[target.name], context)
        snapshot = applied.said
        record.polled += 1
        record.changes += applied.changes
        record.differences += applied.opened
        kept.add(_result(keys[target.name], snapshot, applied))
        gathered.asked.add(keys[target.name])
        if not snapshot.fault:
            worked.append((keys[target.name], snapshot.asked_with))
        if snapshot.fault:
            outcome.silent.append((target, snapshot))
        elif applied.device is not None:
            gathered.add(applied.device, snapshot)
        progress(target, snapshot, applied)
    context.flush(timezone.now())
    kept.flush()
    _remember(worked, actor)
    record.answered = record.polled - len(outcome.silent)
    record.differences += sightings.record(gathered, context, now=timezone.now())
    proposals.propose_neighbours(actor=actor)


def _apply(snapshot: Snapshot, device: int, context: Context) -> Applied:
    """What came of one device. A fault of the program is told of it and stops no other; the database's own ends all."""
    try:
        return applying.apply(snapshot, device, context, now=timezone.now())
    except OperationalError:
        raise
    except Exception as bug:
        log.exception("what %s answered cannot be written", snapshot.name)
        told = f"{type(bug).__name__}: {bug}".partition("\n")[0]
        return Applied(said=replace(snapshot, fault="bug", fault_text=told))


def begin(scope: Scope, actor: Actor, state: RunState = RunState.RUNNING) -> Run:
    """The record of a collection that begins now, or waits to, in the town of its devices where they are of one."""
    record = Run(
        state=state,
        started_at=timezone.now(),
        scope=str(scope)[:300],
        town=_town_of(scope),
        by=actor.name,
        log_mark=log_mark(),
        edition=edition(),
    )
    with write.unit(actor) as unit:
        let_go(unit, record.started_at)
        return unit.create(record)


def _town_of(scope: Scope) -> Town | None:
    """The one town that all devices of a scope are in."""
    if not (scope.towns or scope.departments or scope.names):
        return None
    found = towns_of(scope)
    return found[0] if len(found) == 1 else None


def take_up(record: Run, poller: str, actor: Actor) -> None:
    """A poller begins with a run that waited; of what another poller did of it before it died, only the rows of the
    devices stay."""
    record.state, record.started_at, record.poller = RunState.RUNNING, timezone.now(), poller
    record.log_mark, record.edition = log_mark(), edition()
    record.polled = record.answered = record.changes = record.differences = 0
    with write.unit(actor) as unit:
        RunPart.objects.filter(run=record).delete()
        unit.update(record)


def _result(device: int, snapshot: Snapshot, applied: Applied) -> Result:
    return result(
        device,
        snapshot,
        changes=applied.changes,
        opened=applied.opened,
        held=applied.held,
        elsewhere=not snapshot.fault and applied.device is None,
    )


def _remember(worked: Sequence[tuple[int, str]], actor: Actor) -> None:
    """Which profile each device answered to: it is tried first the next time."""
    names = set(worked)
    rows = DeviceProfile.objects.filter(enabled=True).values_list("pk", "device_id", "profile__name")
    with write.unit(actor) as unit:
        unit.touch(
            DeviceProfile, [pk for pk, device, name in rows if (device, name) in names], worked_at=timezone.now()
        )


def finish(record: Run, state: RunState, actor: Actor, note: str = "") -> None:
    """Close the record of a collection."""
    record.state, record.ended_at, record.note = state, timezone.now(), note
    with write.unit(actor) as unit:
        unit.update(record)
