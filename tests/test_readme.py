"""What the READMEs tell people to type is typed here."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

READMES = ("README.md", "README.zh.md")
PORT = "17161"
SOME_SILENT = 3
"""What `collect` ends with where some devices are dead, as in the demo county."""


def commands(readme: str) -> list[str]:
    """The lines of all shell blocks, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / readme).read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def test_both_languages_give_the_same_commands():
    english, chinese = ([re.sub(r"--town \S+", "--town T", line) for line in commands(name)] for name in READMES)
    assert english == chinese


def test_the_two_commands_come_first():
    assert commands("README.md")[:2] == ["make demo", "make test"]


@pytest.mark.parametrize("line", [line for line in commands("README.md") if line.startswith("make ")])
def test_make_knows_its_targets(line):
    done = subprocess.run([*shlex.split(line), "-n"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(params=READMES)
def typed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[list[str], dict[str, str]]]:
    """The commands of one README, and an environment of its own to type them in."""
    yield commands(request.param), os.environ | {"TAIZHANG_VAR": str(tmp_path / "var"), "OUT": str(tmp_path / "out")}


def test_every_command_works_in_the_order_in_which_it_stands(typed):
    lines, environment = typed
    labs = []
    try:
        for line in (line for line in lines if not line.startswith("make ")):
            words = shlex.split(line.replace("--out out", f"--out {environment['OUT']}"))
            assert words[:2] == [".venv/bin/python", "manage.py"], line
            words[0] = sys.executable
            if words[2] == "lab":
                lab = subprocess.Popen(
                    [*words, "--port", PORT], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
                )
                labs.append(lab)
                assert lab.stdout is not None
                assert "serving" in lab.stdout.readline()
                continue
            done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
            allowed = {0, SOME_SILENT} if words[2] == "collect" else {0}
            assert done.returncode in allowed, f"{line}\n{done.stdout}\n{done.stderr}"
    finally:
        for lab in labs:
            lab.terminate()
            lab.wait(timeout=30)
    assert len(list(Path(environment["OUT"]).glob("*.xlsx"))) >= 6


@pytest.mark.parametrize(
    "readme", [*READMES, "CONTRIBUTING.md", *(f"docs/howto/{f.name}" for f in (ROOT / "docs/howto").iterdir())]
)
def test_every_link_leads_somewhere(readme):
    text = (ROOT / readme).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((ROOT / readme).parent / target).exists(), target
