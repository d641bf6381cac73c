"""`manage.py load PATH…`: CSV files, and what lists export, into the register."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.pages.listed import as_csv
from inventory.services.importing.loading import FileResult, find_files, load
from inventory.services.write import Actor

SHOWN = 20


class Command(BaseCommand):
    help = gettext_noop(
        "Load CSV files, or all CSV files of a folder, into the register. The same files twice change nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.description = _(self.help)
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=_("a CSV file or a folder of them"))
        parser.add_argument("--dry-run", action="store_true", help=_("check, show what would change, write nothing"))

    def handle(self, *args: Any, **options: Any) -> None:
        with TemporaryDirectory() as folder:
            files, problems = find_files(options["paths"], as_csv=lambda path: self._as_csv(path, Path(folder)))
            results: list[FileResult] = []
            if not problems:
                results = load(files, actor=Actor("load", source="import"), dry_run=options["dry_run"])
        for result in results:
            self._show(result, options["dry_run"], options["verbosity"])
            problems += result.problems
        if problems:
            for problem in problems:
                self.stderr.write(str(problem))
            raise CommandError(_("%d problems; nothing of a file with a problem was loaded.") % len(problems))
        if options["dry_run"]:
            self.stdout.write(_("Tried only: nothing was written."))

    def _as_csv(self, path: Path, folder: Path) -> Path:
        try:
            read, left_out = as_csv(path, folder)
        except ValueError as fault:
            raise CommandError(str(fault)) from fault
        if left_out:
            self.stdout.write(f"{path.name}: " + _("not read: %s") % ", ".join(left_out))
        return read

    def _show(self, result: FileResult, dry: bool, verbosity: int) -> None:
        if result.problems or not verbosity:
            return
        counts = _("%(created)d new, %(changed)d changed, %(unchanged)d unchanged") % {
            "created": result.created,
            "changed": result.changed,
            "unchanged": result.unchanged,
        }
        note = "" if result.encoding == "utf-8-sig" else " [GB18030]"
        self.stdout.write(f"{result.path.name}{note}: {counts}")
        if dry or verbosity > 1:
            for sentence in result.changes[:SHOWN]:
                self.stdout.write("  " + sentence)
            if len(result.changes) > SHOWN:
                self.stdout.write("  " + _("… and %d more") % (len(result.changes) - SHOWN))
