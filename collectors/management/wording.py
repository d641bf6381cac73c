"""Codes that the collectors keep (of faults, of a device's status in a difference) in the words of a person."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from collectors.models import Difference, DifferenceKind
from inventory.models.hardware import DeviceStatus
from inventory.rules.addresses import show_mac

FAULTS = {
    "no_answer": gettext_noop("no answer"),
    "bad_answer": gettext_noop("an answer that cannot be understood"),
    "refused": gettext_noop("the device does not accept the user or the key"),
    "no_driver": gettext_noop("no NAPALM driver for it"),
    "bad_target": gettext_noop("cannot be asked like this"),
    "bug": gettext_noop("a fault of the collector itself"),
}
NOTHING = "–"


def fault(code: str, text: str) -> str:
    """What went wrong. The text of the SNMP layer is English; another language's words for the code stand before it."""
    words = FAULTS.get(code, "")
    said = _(words) if words else ""
    return text if said == words else _("%(words)s (%(text)s)") % {"words": said, "text": text}


def register_value(difference: Difference) -> str:
    """What the register says: where the difference is about being there at all, that the device is in use."""
    if difference.kind in (DifferenceKind.NO_ANSWER, DifferenceKind.UNSEEN):
        return str(dict(DeviceStatus.choices).get(difference.register_value, difference.register_value)) or NOTHING
    return difference.register_value or NOTHING


def seen_value(difference: Difference) -> str:
    """What the network shows: a fault by its words, a day as the last trace, anything else as it was seen."""
    value = difference.seen_value
    if difference.kind == DifferenceKind.UNSEEN:
        return _("last trace %s") % value if value else _("no trace")
    if difference.kind == DifferenceKind.NO_ANSWER:
        return _silence(value)
    if difference.kind == DifferenceKind.UNKNOWN_MAC and len(value) == 12:
        return show_mac(value)
    return value or NOTHING


def _silence(value: str) -> str:
    """'no_answer 2026-11-20' in words: the fault, and the day of the last answer where there was one."""
    code, _blank, day = value.partition(" ")
    said = _(FAULTS[code]) if code in FAULTS else code
    return _("%(fault)s, last answer %(day)s") % {"fault": said, "day": day} if day else said
