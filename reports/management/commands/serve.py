"""`manage.py serve`: the pages by a real application server, with their static files collected and compressed."""

import os
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.models import Device
from inventory.ui import assets
from reports.management.accounts import ACCOUNTS, PASSWORD
from reports.management.commands.demo import DEVIATIONS

BIND = "127.0.0.1:8000"
LOOPBACK = ("127.0.0.1", "::1")
OWN = ("127.", "localhost:", "[::1]:", "unix:")
"""How an address begins that nobody else reaches."""


class Command(BaseCommand):
    help = gettext_noop("Serve the pages. Behind a proxy with a certificate, name the hosts in TAIZHANG_HOSTS.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("--bind", default=BIND, metavar="HOST:PORT", help=_("address (default: %(default)s)"))
        parser.add_argument("--workers", type=int, default=2, metavar="N", help=_("processes (default: %(default)s)"))
        parser.add_argument("--threads", type=int, default=4, metavar="N", help=_("threads in each process"))
        parser.add_argument("--demo", action="store_true", help=_("load the demo county first where it is not loaded"))

    def handle(self, *args: Any, **options: Any) -> None:
        if not assets.is_fresh(assets.ROOT, assets.VENDOR):
            raise CommandError(_("The front-end files are missing or old; run: python -m inventory.ui.assets"))
        if options["demo"]:
            self._load_demo()
        elif self._is_behind():
            raise CommandError(_("The database is older than the program; run: manage.py migrate"))
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        if options["demo"]:
            self._start_lab()
        self._tell(options["bind"], demo=options["demo"])
        command = [sys.executable, "-m", "gunicorn", "inventory.config.wsgi", "--pythonpath", str(settings.BASE_DIR)]
        command += [
            "--bind",
            options["bind"],
            "--worker-class",
            "gthread",
            "--log-level",
            "warning",
            "--no-control-socket",
        ]
        command += ["--workers", str(options["workers"]), "--threads", str(options["threads"])]
        # Whose X-Forwarded-Proto is believed.
        command += ["--forwarded-allow-ips", ",".join([*LOOPBACK, *map(str, settings.TRUSTED_PROXIES)])]
        # Threads answer, and the worker shows that it lives beside them: a long export is not cut off. A worker that
        # shows nothing for so long hangs.
        command += ["--timeout", "120"]
        connection.close()
        # A new program: settings look at what was just collected.
        os.execv(sys.executable, command)

    def _load_demo(self) -> None:
        call_command("migrate", verbosity=0)
        if not Device.objects.exists():
            call_command("demo", out=settings.VAR_DIR / "out", stdout=self.stdout)

    @staticmethod
    def _start_lab() -> None:
        """The simulated network, for collections that are started from a page; it ends with the server."""
        os.environ["TAIZHANG_LAB"] = "1"
        words = [*settings.PROGRAM, "lab", "--beside"]
        subprocess.Popen([*words, "--deviations", str(DEVIATIONS)], stdout=subprocess.DEVNULL)

    @staticmethod
    def _is_behind() -> bool:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

    def _tell(self, bind: str, *, demo: bool) -> None:
        self.stdout.write(self.style.SUCCESS(_("Taizhang is at http://%s/  (stop with Ctrl+C)") % bind))
        if not bind.startswith(OWN) and set(settings.ALLOWED_HOSTS) <= set(settings.LOOPBACK):
            self.stderr.write(_("Others are refused: name the hosts by which they ask in TAIZHANG_HOSTS."))
        if demo:
            self.stdout.write(_("Accounts of the demo, all with the password %s:") % PASSWORD)
            for account in ACCOUNTS:
                self.stdout.write(f"  {account.username:14} {account.told}")
        self.stdout.flush()
