#!/usr/bin/env python
"""Taizhang's command line."""

import os
import sys


def main() -> None:
    """Run a command; a database without tables is told in one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inventory.config.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, ProgrammingError) as fault:
        if "no such table" in str(fault) or "does not exist" in str(fault):
            sys.exit("The database has no tables yet, or older ones: run 'python manage.py migrate' first.")
        raise


if __name__ == "__main__":
    main()
