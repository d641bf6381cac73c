"""Without PostgreSQL there is no queue: it is told in a sentence, and nothing of its package is imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.conftest import ROOT


def run(tmp_path: Path, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "TAIZHANG_VAR": str(tmp_path), "PYTHONPATH": str(ROOT), **more}
    for name in ("TAIZHANG_DATABASE", "TAIZHANG_QUEUE"):
        if name not in more:
            environment.pop(name, None)
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("words", [("worker",), ("collect", "--queue"), ("check",)])
def test_with_sqlite_a_queue_is_told_to_be_impossible(tmp_path, words):
    done = run(tmp_path, "manage.py", *words, TAIZHANG_QUEUE="1")
    assert done.returncode != 0
    assert "TAIZHANG_QUEUE needs PostgreSQL" in done.stderr


def test_with_the_queue_and_without_its_package_it_is_told_which(tmp_path):
    hidden = (
        "import importlib.util as u; found = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'procrastinate' else found(name, *more)\n"
        "import inventory.config.settings"
    )
    done = run(tmp_path, "-c", hidden, TAIZHANG_QUEUE="1", TAIZHANG_DATABASE="postgres://nobody@127.0.0.1/none")
    assert "needs the package procrastinate: install taizhang[queue]" in done.stderr


@pytest.mark.parametrize("words", [{"queue": True}, {"towns": []}])
@pytest.mark.django_db
def test_without_the_queue_its_commands_say_what_it_needs(words):
    command, options = ("collect", words) if "queue" in words else ("worker", {})
    with pytest.raises(CommandError, match="it needs PostgreSQL"):
        call_command(command, **options)


def test_without_the_queue_nothing_of_its_package_is_imported(tmp_path):
    looked = (
        "import sys, django; django.setup()\nimport inventory.config.urls, collectors.management.commands.collect\n"
        "import collectors.management.commands.worker\nprint([m for m in sys.modules if m.startswith('procrastinate')])"
    )
    done = run(tmp_path, "-c", looked, DJANGO_SETTINGS_MODULE="inventory.config.settings")
    assert done.stdout == "[]\n", done.stderr
