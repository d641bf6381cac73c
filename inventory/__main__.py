"""The command line: `manage.py` of a checkout; `taizhang`, or `python -m inventory`, where the package is installed."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Run a command; a database without tables is told in one line."""
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


if __name__ == "__main__":
    main()
