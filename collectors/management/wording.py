"""Codes that the collectors keep (of faults, of a device's status in a difference) in the words of a person."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from collectors.models import Difference, DifferenceKind
from inventory.models.hardware import DeviceStatus

FAULTS = {
    "no_answer": gettext_noop("no answer"),
    "bad_answer": gettext_noop("an answer that cannot be understood"),
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
    if difference.kind == DifferenceKind.NO_ANSWER and value in FAULTS:
        return _(FAULTS[value])
    return value or NOTHING
