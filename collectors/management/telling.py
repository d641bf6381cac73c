"""A Snapshot as lines for a person, in the language in force: what `probe` prints without --json.

The codes of the collectors (kinds, tables, how they ended) become words here; what devices and the SNMP layer say
stays as it is.
"""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from collectors import wording
from collectors.facts import Snapshot, TableEnd

KINDS = {
    "network": pgettext_lazy("kind of device", "network"),
    "firewall": pgettext_lazy("kind of device", "firewall"),
    "wireless": pgettext_lazy("kind of device", "wireless"),
    "server": pgettext_lazy("kind of device", "server"),
    "workstation": pgettext_lazy("kind of device", "workstation"),
    "printer": pgettext_lazy("kind of device", "printer"),
    "power": pgettext_lazy("kind of device", "power"),
    "storage": pgettext_lazy("kind of device", "storage"),
    "environment": pgettext_lazy("kind of device", "environment"),
    "appliance": pgettext_lazy("kind of device", "appliance"),
    "management": pgettext_lazy("kind of device", "management"),
    "camera": pgettext_lazy("kind of device", "camera"),
    "loadbalancer": pgettext_lazy("kind of device", "loadbalancer"),
    "timing": pgettext_lazy("kind of device", "timing"),
    "collaboration": pgettext_lazy("kind of device", "collaboration"),
}
"""Those of collectors.rulebook."""


def text(snapshot: Snapshot) -> str:
    """A head line, then one line a subject. A device's control characters never reach the terminal."""
    return "\n".join("".join(c if c.isprintable() else "?" for c in line) for line in lines(snapshot))


def lines(snapshot: Snapshot) -> list[str]:
    if snapshot.fault:
        told = wording.fault(snapshot.fault, snapshot.fault_text.removeprefix(f"{snapshot.name}: "))
        return [f"{snapshot.name}: {told}"]
    identity = snapshot.identity
    placeholder = identity.placeholder and _("%s (a placeholder)") % identity.placeholder
    what = " ".join(filter(None, (identity.manufacturer, identity.hardware))) or _("a device no rule knows")
    known = (
        (_("kind"), str(KINDS.get(identity.kind or "", identity.kind or ""))),
        (_("name"), snapshot.system.name),
        (_("version"), identity.version),
        (_("serial number"), identity.serial or placeholder),
        (_("asset tag"), identity.asset_tag),
        (_("members"), ", ".join(identity.chassis_serials) if len(identity.chassis_serials) > 1 else ""),
        (_("rule"), identity.rule),
    )
    found = [f"{snapshot.name}: {what}"]
    found += [f"  {label}: {told}" for label, told in known if told]
    found += [f"  {wording.table(name)}: {_ending(end)}" for name, end in snapshot.tables.items()]
    if snapshot.restarted:
        found.append("  " + _("it restarted while it was read: nothing here means that a thing is gone"))
    return found


def _ending(end: TableEnd) -> str:
    extra = "; ".join(filter(None, (end.reason, *end.notes)))
    told = _("%(rows)d rows, %(state)s") % {"rows": end.rows, "state": wording.table_state(end.state)}
    return f"{told} ({extra})" if extra else told
