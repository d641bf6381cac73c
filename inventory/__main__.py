"""The command line: `manage.py` of a checkout; `taizhang`, or `python -m inventory`, where the package is installed."""

import os
import signal
import sys
from pathlib import Path

_INTERRUPTED = 128 + signal.SIGINT
"""The exit code by which a shell knows it."""


def main() -> None:
    """Run a command. A database without tables, and an interrupt from the keyboard, are told in one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inventory.config.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    name = "manage.py" if Path(sys.argv[0]).name == "manage.py" else "taizhang"
    try:
        execute_from_command_line([name, *sys.argv[1:]])
    except (OperationalError, ProgrammingError) as fault:
        if "no such table" in str(fault) or "does not exist" in str(fault):
            sys.exit(f"The database has no tables yet, or older ones: run '{name} migrate' first.")
        raise
    except KeyboardInterrupt:
        from django.utils.translation import gettext

        print(gettext("Stopped. What was written by then is whole."), file=sys.stderr)
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
