"""`manage.py demo`: the main job from beginning to end on the demo county, on a database of its own."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from collectors.lab.comparing import Comparison, compare, finding
from collectors.lab.deviations import read_deviations
from collectors.lab.server import PORT
from collectors.models import Difference, DifferenceKind, DifferenceState
from inventory.models import Device
from reports.management import accounts

FIXTURES = settings.FIXTURES_DIR
COUNTY = FIXTURES / "county"
DEVIATIONS = COUNTY / "deviations.csv"


class Command(BaseCommand):
    help = gettext_noop(
        "Load the demo county, poll its simulated network, reconcile, and write four workbooks. For an empty database."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("--out", required=True, type=Path, metavar="DIR", help=_("folder for the workbooks"))
        parser.add_argument("--port", default=str(PORT), metavar="N", help=_("UDP port of the simulated network"))

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        call_command("migrate", verbosity=0)
        if Device.objects.exists():
            raise CommandError(
                _("This database already has devices; the demo wants one of its own (set TAIZHANG_VAR).")
            )
        self._step(_("1. The register: loading the demo county"))
        call_command("load", str(FIXTURES / "standards"), str(COUNTY), stdout=self.stdout)
        accounts.create()
        self._step(_("2. The network: starting a simulated agent for each managed device, and polling them over SNMP"))
        with self._lab(options["port"]):
            self._collect()
        self._step(_("3. The reports"))
        call_command("report", "all", out=options["out"], stdout=self.stdout)
        result = self._compare()
        self._summary(result, options["out"], time.monotonic() - started)
        if result.missed or result.others:
            raise CommandError(_("What was found is not what was planted."))

    def _step(self, text: str) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING("\n" + text))

    def _collect(self) -> None:
        try:
            call_command("collect", lab=True, stdout=self.stdout)
        except SystemExit as ended:
            # 3 says that some devices did not answer: dead ones are part of the demo.
            if ended.code not in (0, 3):
                raise

    @contextmanager
    def _lab(self, port: str) -> Iterator[None]:
        """The simulated network in a process of its own, for as long as it is needed."""
        lab = subprocess.Popen(
            [*settings.PROGRAM, "lab", "--deviations", str(DEVIATIONS), "--port", port],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert lab.stdout is not None
            ready = lab.stdout.readline().strip()
            if not ready:
                raise CommandError(_("The simulated network did not start."))
            self.stdout.write(ready)
            yield
        finally:
            lab.terminate()
            lab.wait(timeout=30)

    @staticmethod
    def _compare() -> Comparison:
        rows = Difference.objects.filter(state=DifferenceState.OPEN).values_list(
            "kind", "device__asset_tag", "key", "seen_value"
        )
        return compare(read_deviations(DEVIATIONS), [finding(*row) for row in rows])

    def _summary(self, result: Comparison, out: Path, seconds: float) -> None:
        self._step(_("What was planted in the network, and what was found"))
        labels = dict(DifferenceKind.choices)
        for kind, found, planted in result.by_kind():
            self.stdout.write(f"  {found:3} / {planted:<3} {labels[kind]}")
        for one in sorted(result.missed):
            self.stdout.write("  " + _("missed: %s") % f"{labels[one.kind]} {one.who} {one.value}")
        for one in sorted(result.others):
            self.stdout.write("  " + _("found, but not planted: %s") % f"{labels[one.kind]} {one.who} {one.value}")
        total = len(result.found) + len(result.missed)
        self.stdout.write(
            "\n"
            + _("%(found)d of %(total)d planted deviations found, %(others)d others, in %(seconds).0f s.")
            % {"found": len(result.found), "total": total, "others": len(result.others), "seconds": seconds}
        )
        self.stdout.write(_("The workbooks are in %s:") % out)
        for file in sorted(out.glob("*.xlsx")):
            self.stdout.write(f"  {file}")
