"""Codes that the collectors keep (of faults, of a device's status in a difference) in the words of a person."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext_lazy

from collectors.facts import TableState
from collectors.models import Difference, DifferenceKind
from inventory.models.hardware import DeviceStatus
from inventory.rules.addresses import show_mac

FAULTS = {
    "no_answer": gettext_noop("no answer"),
    "bad_answer": gettext_noop("an answer that cannot be understood"),
    "refused": gettext_noop("the device does not accept the user or the key"),
    "no_driver": gettext_noop("no NAPALM driver for it"),
    "no_snmp": gettext_noop("SNMP is not asked"),
    "bad_target": gettext_noop("cannot be asked like this"),
    "bad_file": gettext_noop("no recording that can be read"),
    "another device": gettext_noop("another device answers"),
    "bug": gettext_noop("a fault of the collector itself"),
}
TABLES = {
    "system": pgettext_lazy("table", "system"),
    "hardware": pgettext_lazy("table", "hardware"),
    "interfaces": pgettext_lazy("table", "interfaces"),
    "addresses": pgettext_lazy("table", "addresses"),
    "arp": pgettext_lazy("table", "arp"),
    "vlans": pgettext_lazy("table", "vlans"),
    "forwarding": pgettext_lazy("table", "forwarding"),
    "neighbours": pgettext_lazy("table", "neighbours"),
    "aggregation": pgettext_lazy("table", "aggregation"),
    "stp": pgettext_lazy("table", "stp"),
    "poe": pgettext_lazy("table", "poe"),
    "optics": pgettext_lazy("table", "optics"),
    "printer": pgettext_lazy("table", "printer"),
    "ups": pgettext_lazy("table", "ups"),
    "host": pgettext_lazy("table", "host"),
    "snmp": pgettext_lazy("table", "snmp"),
    "napalm": pgettext_lazy("table", "napalm"),
}
"""Subjects of collectors.collect, and the two ways of asking where one of them failed."""
STATES = {
    TableState.COMPLETE: pgettext_lazy("table", "complete"),
    TableState.EMPTY: pgettext_lazy("table", "empty"),
    TableState.UNSUPPORTED: pgettext_lazy("table", "unsupported"),
    TableState.CUT_SHORT: pgettext_lazy("table", "cut short"),
}
NOTHING = "–"


def table(name: str) -> str:
    """A table's name in words."""
    return str(TABLES.get(name, name))


def table_state(state: str) -> str:
    """How a table ended, in words."""
    return str(STATES[TableState(state)]) if state in set(TableState) else state


_ASKED = re.compile(r"no answer, asked (\d+) times")
"""What the engine says of a device that is silent."""


def fault(code: str, text: str) -> str:
    """What went wrong. The text of the SNMP layer is English; another language's words for the code stand before it."""
    words = FAULTS.get(code, "")
    said = _(words) if words else ""
    if not text:
        return said
    if code == "no_answer" and (asked := _ASKED.fullmatch(text)):
        return _("no answer, asked %(count)s times") % {"count": asked.group(1)}
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
