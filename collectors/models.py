"""What the collectors keep beside the register: how to ask, what was seen, and where register and network differ.

These rows are the collectors' own record (they say themselves from when to when), so the change log does not
repeat them; a person's decision on a Difference and a ManagementProfile are logged.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from collectors.pollers import Poller as Poller
from collectors.profiles import DeviceProfile as DeviceProfile
from collectors.profiles import ManagementProfile as ManagementProfile
from collectors.profiles import SnmpVersion as SnmpVersion
from inventory.models import Device, Interface, Town
from inventory.models.base import RegisterModel
from inventory.rules import addresses


class RunState(models.TextChoices):
    WAITING = "waiting", _("waits for a poller")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    PARTIAL = "partial", _("some devices did not answer")
    FAILED = "failed", _("failed")
    WITHDRAWN = "withdrawn", _("taken back")


class Run(RegisterModel):
    """One collection. One that was killed counts as failed when the next of its scope begins; one that waits has its
    start in its asking."""

    logged: ClassVar[bool] = False

    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.RUNNING)
    scope = models.CharField(_("scope"), max_length=300, blank=True)
    town = models.ForeignKey(Town, models.SET_NULL, null=True, blank=True, related_name="runs", verbose_name=_("town"))
    by = models.CharField(_("by"), max_length=150, blank=True)
    polled = models.PositiveIntegerField(_("devices polled"), default=0)
    answered = models.PositiveIntegerField(_("devices that answered"), default=0)
    changes = models.PositiveIntegerField(_("changes"), default=0)
    differences = models.PositiveIntegerField(_("differences opened"), default=0)
    note = models.CharField(_("note"), max_length=500, blank=True)
    poller = models.CharField(_("poller"), max_length=150, blank=True)
    """The machine that polls, where collections wait in a queue."""
    job = models.BigIntegerField(null=True, blank=True, editable=False)
    """Its job in the queue."""
    log_mark = models.BigIntegerField(default=0, editable=False)
    """The place in the change log when it began: what was changed since is not in what it saw."""
    edition = models.CharField(max_length=40, blank=True, editable=False)
    """Of the program: another one may judge the same answers otherwise."""

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ("-started_at",)

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class RunPart(RegisterModel):
    """What came of some devices of a run, in the order in which they were done."""

    logged: ClassVar[bool] = False

    run = models.ForeignKey(Run, models.CASCADE, related_name="parts", verbose_name=_("run"))
    content = models.BinaryField(_("content"))
    """zlib-compressed JSON, as services.results writes and reads it."""

    class Meta:
        verbose_name = _("results of a run")
        verbose_name_plural = _("results of runs")

    def __str__(self) -> str:
        return f"{self.run} #{self.pk}"


class DeviceState(RegisterModel):
    """What only the network can know of a device, as of its last poll or sighting."""

    logged: ClassVar[bool] = False

    device = models.OneToOneField(Device, models.CASCADE, related_name="network_state", verbose_name=_("device"))
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)
    last_polled_at = models.DateTimeField(_("last polled"), null=True, blank=True)
    answered = models.BooleanField(_("answered"), default=False)
    fault = models.CharField(_("fault"), max_length=30, blank=True)
    fault_text = models.CharField(_("what went wrong"), max_length=500, blank=True)
    kind = models.CharField(_("kind"), max_length=30, blank=True)
    manufacturer_seen = models.CharField(_("manufacturer seen"), max_length=100, blank=True)
    hardware_seen = models.CharField(_("model seen"), max_length=200, blank=True)
    serial_seen = models.CharField(_("serial seen"), max_length=100, blank=True)
    software_version = models.CharField(_("software version"), max_length=200, blank=True)
    sys_name = models.CharField(_("name seen"), max_length=255, blank=True)
    sys_descr = models.TextField(_("system description"), blank=True)
    base_mac = models.CharField(_("base MAC"), max_length=12, blank=True, db_index=True)
    engine_id = models.CharField(_("engine id"), max_length=64, blank=True, db_index=True)
    booted_at = models.DateTimeField(pgettext_lazy("device", "started"), null=True, blank=True)
    restarted = models.BooleanField(_("restarted while polled"), default=False)
    pages = models.PositiveBigIntegerField(_("pages printed"), null=True, blank=True)
    pages_at = models.DateTimeField(_("pages counted"), null=True, blank=True)
    rule = models.CharField(_("identified by"), max_length=200, blank=True)
    tables = models.JSONField(_("tables"), default=dict, blank=True)
    requests = models.PositiveIntegerField(_("requests"), default=0)
    seconds = models.FloatField(_("seconds"), default=0)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("run"))

    class Meta:
        verbose_name = _("state on the network")
        verbose_name_plural = _("states on the network")

    def __str__(self) -> str:
        return str(self.device)


class KeptSnapshot(RegisterModel):
    """The last Snapshot of a device that said anything new. Apart from its state, which every poll rewrites."""

    logged: ClassVar[bool] = False

    device = models.OneToOneField(Device, models.CASCADE, related_name="kept_snapshot", verbose_name=_("device"))
    taken_at = models.DateTimeField(_("taken"))
    content = models.BinaryField(_("content"))
    """zlib-compressed JSON."""
    conversation = models.BinaryField(_("conversation"), default=b"")
    """That gave it; empty where the device is not to be asked the same again. See collectors.snmp.talk."""
    edition = models.CharField(max_length=40, blank=True, editable=False)
    """Of the program that asked."""

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")

    def __str__(self) -> str:
        return str(self.device)


class Neighbour(RegisterModel):
    """Evidence: what a neighbour said of itself on one of our ports, from when to when.

    An open one was heard when its device last answered.
    """

    logged: ClassVar[bool] = False

    device = models.ForeignKey(Device, models.CASCADE, related_name="neighbours", verbose_name=_("device"))
    port = models.CharField(_("port"), max_length=255)
    protocol = models.CharField(_("protocol"), max_length=10)
    chassis = models.CharField(_("chassis id"), max_length=255, db_index=True)
    remote_port = models.CharField(_("remote port"), max_length=255, blank=True)
    remote_name = models.CharField(_("remote name"), max_length=255, blank=True)
    remote_descr = models.TextField(_("remote description"), blank=True)
    remote_address = models.CharField(_("remote address"), max_length=45, blank=True)
    bridge = models.BooleanField(_("forwards frames"), null=True, blank=True)
    first_seen_at = models.DateTimeField(_("first seen"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("neighbour")
        verbose_name_plural = _("neighbours")
        constraints = (
            models.UniqueConstraint(
                fields=("device", "port", "protocol", "chassis", "remote_port"),
                condition=Q(ended_at__isnull=True),
                name="neighbour_open_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.port}: {self.remote_name or self.chassis}"


class PartKind(models.TextChoices):
    """The words of collectors.tables.modules."""

    MEMBER = "member", _("stack member")
    MODULE = "module", _("module")
    POWER = "power supply", _("power supply")
    FAN = "fan", _("fan")
    TRANSCEIVER = "transceiver", _("transceiver")
    OTHER = "other", pgettext_lazy("part", "other")


class DevicePart(RegisterModel):
    """A stack member, card, power supply or transceiver of a device, by its serial, from when to when.

    The index is the agent's own (entPhysicalIndex) and may be another after a restart.
    """

    logged: ClassVar[bool] = False

    device = models.ForeignKey(Device, models.CASCADE, related_name="parts", verbose_name=_("device"))
    index = models.PositiveIntegerField(_("index"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=PartKind)
    model = models.CharField(_("model"), max_length=200, blank=True)
    serial = models.CharField(_("serial number"), max_length=100, db_index=True)
    maker = models.CharField(_("manufacturer"), max_length=100, blank=True)
    position = models.IntegerField(_("position"), null=True, blank=True)
    first_seen_at = models.DateTimeField(_("first seen"))
    gone_since = models.DateTimeField(_("gone since"), null=True, blank=True)

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        ordering = ("device", "index")
        constraints = (models.UniqueConstraint(fields=("device", "serial", "model"), name="devicepart_serial_once"),)

    def __str__(self) -> str:
        return f"{self.name or self.get_kind_display()} {self.serial}"


class Sighting(RegisterModel):
    """Where a MAC was, from when to when. Open while `ended_at` is null; without a switch its place is not known."""

    logged: ClassVar[bool] = False

    mac = models.CharField(_("MAC"), max_length=12)
    device = models.ForeignKey(
        Device, models.CASCADE, null=True, blank=True, related_name="sightings", verbose_name=_("device")
    )
    switch = models.ForeignKey(
        Device, models.CASCADE, null=True, blank=True, related_name="seen_here", verbose_name=_("switch")
    )
    interface = models.ForeignKey(
        Interface, models.SET_NULL, null=True, blank=True, related_name="sightings", verbose_name=_("port")
    )
    vlan_id = models.PositiveSmallIntegerField(_("VLAN id"), null=True, blank=True)
    address = models.CharField(_("address"), max_length=45, blank=True)
    key = models.CharField(max_length=33, blank=True, db_index=True, editable=False)
    """Of the address (see inventory.rules.addresses): by it a prefix is a range."""
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("sighting")
        verbose_name_plural = _("sightings")
        indexes = (models.Index(fields=("mac",)),)
        constraints = (
            models.UniqueConstraint(
                fields=("mac",), condition=Q(ended_at__isnull=True), name="sighting_one_open_place_for_a_mac"
            ),
        )

    def __str__(self) -> str:
        return self.mac

    def derive(self) -> None:
        self.key = address_key(self.address)


def address_key(address: str) -> str:
    """The key of a sighting's address; '' where none was seen."""
    return addresses.address_key(addresses.parse_address(address)) if address else ""


class DifferenceKind(models.TextChoices):
    SERIAL = "serial", _("other serial number")
    TYPE = "type", _("other model")
    NAME = "name", _("other name")
    REPLACED = "replaced", _("another device answers")
    MOVED = "moved", _("moved")
    NO_ANSWER = "no_answer", _("does not answer")
    UNREGISTERED = "unregistered", _("not in the register")
    UNKNOWN_MAC = "unknown_mac", _("unknown MAC")
    UNSEEN = "unseen", _("not seen on the network")


class DifferenceState(models.TextChoices):
    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("accepted")
    REJECTED = "rejected", _("rejected")
    SETTLED = "settled", _("settled")
    """Register and network agree again, without anybody's decision."""


class Difference(RegisterModel):
    """A value of the register beside what the network shows, for a person to decide.

    `key` tells differences without a device apart (a MAC, a chassis id). A rejected one is not opened again for
    the same seen value.
    """

    unlogged: ClassVar[frozenset[str]] = frozenset({"last_seen_at", "evidence", "written"})

    kind = models.CharField(_("kind"), max_length=20, choices=DifferenceKind)
    device = models.ForeignKey(
        Device, models.CASCADE, null=True, blank=True, related_name="differences", verbose_name=_("device")
    )
    field = models.CharField(_("field"), max_length=50, blank=True)
    register_value = models.CharField(_("in the register"), max_length=500, blank=True)
    seen_value = models.CharField(_("seen"), max_length=500, blank=True)
    key = models.CharField(_("key"), max_length=255, blank=True)
    evidence = models.JSONField(_("evidence"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=DifferenceState, default=DifferenceState.OPEN)
    opened_at = models.DateTimeField(_("since"))
    last_seen_at = models.DateTimeField(_("last seen"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.CharField(_("closed by"), max_length=150, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    written = models.JSONField(default=dict, blank=True, editable=False)
    """What accepting it wrote on the device: {column: [before, after]}; what `reopen` takes back."""
    run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="opened", verbose_name=_("run"))

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ("-opened_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "device", "field"),
                condition=Q(state="open", device__isnull=False),
                name="difference_open_once_for_a_field",
            ),
            models.UniqueConstraint(
                fields=("kind", "key"),
                condition=Q(state="open", device__isnull=True),
                name="difference_open_once_for_a_key",
            ),
        )
        indexes = (models.Index(fields=("state", "kind")),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.device or self.key}"


class ProposalState(models.TextChoices):
    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("accepted")
    REJECTED = "rejected", _("rejected")


class Proposal(RegisterModel):
    """A device that the network shows and the register lacks, for a person to take over or to refuse.

    `key` is its identity ("serial:…", "mac:…", "engine:…", "name:…" or "address:…"): one row for each, so that a
    rejected one does not come back.
    """

    unlogged: ClassVar[frozenset[str]] = frozenset({"last_seen_at", "evidence", "addresses"})

    key = models.CharField(_("key"), max_length=255, unique=True)
    addresses = models.JSONField(_("addresses"), default=list, blank=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    manufacturer = models.CharField(_("manufacturer"), max_length=100, blank=True)
    model = models.CharField(_("model"), max_length=200, blank=True)
    serial = models.CharField(_("serial number"), max_length=100, blank=True)
    mac = models.CharField(_("MAC"), max_length=12, blank=True)
    evidence = models.JSONField(_("evidence"), default=dict, blank=True)
    profile = models.ForeignKey(
        ManagementProfile, models.SET_NULL, null=True, blank=True, verbose_name=_("management profile")
    )
    state = models.CharField(_("state"), max_length=10, choices=ProposalState, default=ProposalState.OPEN)
    device = models.ForeignKey(
        Device, models.SET_NULL, null=True, blank=True, related_name="proposals", verbose_name=_("device")
    )
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.CharField(_("closed by"), max_length=150, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ("pk",)
        indexes = (models.Index(fields=("state",)),)

    def __str__(self) -> str:
        return self.name or self.serial or self.key
