"""The command line: `manage.py` of a checkout; `taizhang`, or `python -m inventory`, where the package is installed."""

import os
import signal
import sys
from importlib import metadata
from pathlib import Path

_INTERRUPTED = 128 + signal.SIGINT
_NOT_READ = 128 + signal.SIGPIPE
"""The exit codes by which a shell knows them."""
_OLD = ("no such table", "no such column", "does not exist")
"""What databases say where a migration is missing."""


def main() -> None:
    """Run a command. What the database refuses for its own reasons, and an interrupt from the keyboard, are told in
    one line (with --traceback in all); when nobody reads on, as behind `| head`, it ends without a word."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inventory.config.settings")
    if sys.argv[1:] in (["--version"], ["version"]):
        print(f"taizhang {_version()}")
        return
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    name = "manage.py" if Path(sys.argv[0]).name == "manage.py" else "taizhang"
    try:
        execute_from_command_line([name, *sys.argv[1:]])
        sys.stdout.flush()
    except (OperationalError, ProgrammingError) as fault:
        if any(words in str(fault) for words in _OLD):
            sys.exit(f"The database has no tables yet, or older ones: run '{name} migrate' first.")
        if isinstance(fault, ProgrammingError) or "--traceback" in sys.argv:
            raise
        from django.utils.translation import gettext

        sys.exit(gettext("The database failed: %s") % str(fault).strip().partition("\n")[0])
    except ImproperlyConfigured as fault:
        if "--traceback" in sys.argv:
            raise
        sys.exit(str(fault))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python's end would write, and fail, again
        sys.exit(_NOT_READ)
    except KeyboardInterrupt:
        from django.utils.translation import gettext

        print(gettext("Stopped. What was written by then is whole."), file=sys.stderr)
        sys.exit(_INTERRUPTED)


def _version() -> str:
    try:
        return metadata.version("taizhang")
    except metadata.PackageNotFoundError:
        return "?"


if __name__ == "__main__":
    main()
