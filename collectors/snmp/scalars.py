"""Reading single objects: several in one GET, parted when the device cannot answer for all of them."""

from collectors.facts import TableEnd, TableState
from collectors.snmp import oid as oids
from collectors.snmp.faults import BadAnswer, NoAnswer
from collectors.snmp.oid import Oid
from collectors.snmp.pace import DEFAULT_LIMITS, DeviceMemory, Limits
from collectors.snmp.session import (
    NO_SUCH_INSTANCE,
    NO_SUCH_NAME,
    NO_SUCH_OBJECT,
    STATUS_NAMES,
    TOO_BIG,
    Raw,
    Reply,
    Session,
)
from collectors.snmp.table import Scalars, ScalarsRead

_PATIENCE = 2
"""So many answers that cannot be read, and not one that can, are enough to leave a device."""


async def read_scalars(
    session: Session, scalars: Scalars, memory: DeviceMemory | None = None, limits: Limits = DEFAULT_LIMITS
) -> ScalarsRead:
    """The objects that exist; never raises for a device's fault, which is told in `end`.

    `end.rows` is the number of values. CUT_SHORT: at least one object could not be asked for. Without values:
    UNSUPPORTED when the device knows none of the objects, EMPTY when it knows one but has no instance of it.
    """
    return await _ScalarsRead(session, scalars, memory or DeviceMemory(), limits).run()


class _ScalarsRead:
    """One reading. Every request put in the queue again is smaller than the one that failed, so it ends."""

    def __init__(self, session: Session, scalars: Scalars, memory: DeviceMemory, limits: Limits) -> None:
        self.session = session
        self.memory = memory
        self.until = memory.until(limits)
        self.clock = limits.clock
        self.names: dict[Oid, list[str]] = {}
        for name, text in scalars.objects.items():
            self.names.setdefault(oids.parse(text), []).append(name)
        wanted = list(self.names)
        self.queue = [wanted[at : at + memory.names] for at in range(0, len(wanted), memory.names)]
        self.values: dict[str, Raw] = {}
        self.requests = 0
        self.rubbish = 0
        """Answers that could not be read."""
        self.known = False
        self.notes: set[str] = set()
        self.reason = ""

    async def run(self) -> ScalarsRead:
        while self.queue:
            if self.clock() > self.until:
                self._missed("limit", "stopped: it took too long")
                break
            chunk = self.queue.pop(0)
            reply = await self._ask(chunk)
            if reply is not None:
                self._take(chunk, reply)
        return ScalarsRead(self._end(), self.values)

    async def _ask(self, chunk: list[Oid]) -> Reply | None:
        self.requests += 1
        self.memory.requests += 1
        try:
            reply = await self.session.get(chunk)
        except NoAnswer as fault:
            if self.memory.answered:
                self._part(chunk, "no_answer", str(fault))
            else:
                self.queue.clear()
                self._missed("no_answer", str(fault))
            return None
        except BadAnswer as fault:
            self.memory.answered = True
            self.rubbish += 1
            self._part(chunk, "bad_answer", str(fault))
            if self.rubbish >= _PATIENCE and not self.memory.varbinds:
                # Nothing it ever said could be read: what is left would only cost as much each.
                self.queue.clear()
                self._missed("bad_answer", str(fault))
            return None
        self.memory.answered = True
        if reply.error_status:
            self._refused(chunk, reply)
            return None
        return reply

    def _take(self, chunk: list[Oid], reply: Reply) -> None:
        """Only names that were asked for count; what was left out of the answer is asked for alone."""
        self.memory.varbinds += len(reply.varbinds)
        missing = dict.fromkeys(chunk)
        for oid, tag, value in reply.varbinds:
            if oid not in missing:
                continue
            del missing[oid]
            self.known = self.known or tag == NO_SUCH_INSTANCE
            if tag not in (NO_SUCH_OBJECT, NO_SUCH_INSTANCE):
                self.values.update(dict.fromkeys(self.names[oid], (tag, value)))
        if missing and len(chunk) > 1:
            self.queue[:0] = [[oid] for oid in missing]
        elif missing:
            self._missed("bad_answer", "the device answered another question than was asked")

    def _refused(self, chunk: list[Oid], reply: Reply) -> None:
        """An error-status. The index names the object at fault; without it the request is parted."""
        status = reply.error_status
        code = STATUS_NAMES.get(status, f"error {status}")
        if status == TOO_BIG:
            self.memory.names = max(1, min(self.memory.names, len(chunk) // 2))
        elif len(chunk) == 1 or 1 <= reply.error_index <= len(chunk):
            at = max(reply.error_index, 1) - 1 if len(chunk) > 1 else 0
            if status != NO_SUCH_NAME:
                self._missed(code, f"the device answered {code} for {oids.text(chunk[at])}")
            rest = chunk[:at] + chunk[at + 1 :]
            if rest:
                self.queue.insert(0, rest)
            return
        self._part(chunk, code, f"the device answered {code}")

    def _part(self, chunk: list[Oid], code: str, reason: str) -> None:
        if len(chunk) == 1:
            self._missed(code, reason)
            if code == "no_answer":
                # Not even one object in one request: the device is gone.
                self.queue.clear()
            return
        half = len(chunk) // 2
        parts = [chunk[:half], chunk[half:]]
        if code == "no_answer" and half > 1:
            # The smallest question first: where not even it is answered, no other needs to be waited for.
            parts = [chunk[:1], chunk[1:half], chunk[half:]]
        self.queue[:0] = parts

    def _missed(self, code: str, reason: str) -> None:
        self.notes.add(code)
        self.reason = self.reason or reason

    def _end(self) -> TableEnd:
        if self.reason:
            state = TableState.CUT_SHORT
        elif self.values:
            state = TableState.COMPLETE
        else:
            state = TableState.EMPTY if self.known else TableState.UNSUPPORTED
        return TableEnd(state, len(self.values), self.requests, self.reason, tuple(sorted(self.notes)))
