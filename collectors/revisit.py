"""A device that was visited before: last time's questions first, and only where an answer differs a whole visit.

No database, no Django, no sockets.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from collectors.collect import Target, collect, has_restarted
from collectors.facts import Snapshot, SystemFact, TableState
from collectors.rulebook import Vendors
from collectors.snmp import codec
from collectors.snmp.session import Reply, Session
from collectors.snmp.talk import CLOCK, Heard, Notes, Step, Talk, ask_again, pack, unpack
from collectors.tables import system

log = logging.getLogger(__name__)


async def revisit(target: Target, session: Session, *, vendors: Vendors) -> Snapshot:
    """As `collect`, which see, with the conversation that gave it; only that where `target.last` is None.

    Where all answers are those of `target.last`, the Snapshot is one of Snapshot.same: it tells times, and no more.
    """
    if target.last is None:
        return await collect(target, session, vendors=vendors)
    started = time.perf_counter()
    taken_at = datetime.now(UTC).isoformat(timespec="seconds")
    heard: list[Heard] = []
    steps = _last_questions(target, session)
    if steps:
        heard, same = await ask_again(session, steps)
        first_s, last_s = _uptimes(heard)
        if same and not has_restarted(first_s, last_s):
            return Snapshot(
                name=target.name,
                taken_at=taken_at,
                system=SystemFact(uptime_s=first_s),
                same=True,
                requests=len(heard),
                seconds=round(time.perf_counter() - started, 6),
                asked_with=target.credentials[0].name,
            )
    notes = Notes(heard)
    found = await collect(target, Talk(session, notes), vendors=vendors)
    found = replace(found, taken_at=taken_at, seconds=round(time.perf_counter() - started, 6))
    return replace(found, conversation=pack(notes.steps)) if notes.whole and _ended_well(found) else found


def _ended_well(snapshot: Snapshot) -> bool:
    """Only a device that answered as it should is asked the same again: what was cut short may have been chance."""
    if snapshot.fault or snapshot.restarted:
        return False
    return all(end.state is not TableState.CUT_SHORT for end in snapshot.tables.values())


def _last_questions(target: Target, session: Session) -> list[Step]:
    """Of the last visit; none where the device is to be asked otherwise now."""
    if not target.last:
        return []
    try:
        steps = unpack(target.last)
    except ValueError as fault:
        log.warning("%s: what was asked last is lost: %s", target.name, fault)
        return []
    most = target.credentials[0].repetitions if session.bulk else 0
    return [] if any(step.repetitions > most for step in steps) else steps


def _uptimes(heard: Sequence[Heard]) -> tuple[float | None, float | None]:
    """sysUpTime in seconds, as it was told first and last; None for a device that does not tell it."""
    told = [
        system.seconds((tag, value))
        for step, reply in heard
        if step.kind == codec.GET and isinstance(reply, Reply)
        for oid, tag, value in reply.varbinds
        if oid == CLOCK
    ]
    return (told[0], told[-1]) if told else (None, None)
