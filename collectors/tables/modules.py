"""Parts of a device worth an inventory's row: stack members, cards, power supplies and transceivers with serials.

Of ENTITY-MIB's rows only those with a serial of their own: indexes are shuffled at a restart, names repeat.
"""

from collections.abc import Collection

from collectors.facts import PartFact
from collectors.tables.hardware import chassis
from inventory.rules.names import is_junk_serial, squeeze

KINDS = {3: "member", 6: "power supply", 7: "fan", 9: "module", 10: "transceiver", 11: "member"}
"""entPhysicalClass → kind. A serial on a port's row (class 10) is that of the transceiver in it."""
_OTHER = "other"

Key = tuple[str, str]


def key(serial: str, model: str) -> Key:
    """What tells one part from another: serials of two makers' parts may be equal, so the model counts too."""
    return squeeze(serial), squeeze(model)


def modules(found: Collection[PartFact]) -> dict[Key, PartFact]:
    """Parts with serials by their key, in the agent's order; a key that comes twice stands once.

    Not the device itself: neither its only chassis nor a row that repeats the serial of a chassis, as stacks and
    main boards do. Members of a stack are parts, the main one too.
    """
    whole = chassis(found)
    own = {squeeze(part.serial) for part in whole}
    members = {part.index for part in whole} if len(whole) > 1 else set()
    parts: dict[Key, PartFact] = {}
    for part in found:
        if is_junk_serial(part.serial):
            continue
        if part.index not in members and squeeze(part.serial) in own:
            continue
        parts.setdefault(key(part.serial, part.model), part)
    return parts


def kind(part: PartFact) -> str:
    return KINDS.get(part.klass or 0, _OTHER)
