"""The commands of docs/howto/plan-a-refresh.md, run one after the other as they stand there."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

HOWTO = ROOT / "docs" / "howto" / "plan-a-refresh.md"


def commands() -> list[list[str]]:
    """The words of each `python manage.py` line in the how-to's blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", HOWTO.read_text(encoding="utf-8"), re.DOTALL)
    return [shlex.split(line)[2:] for block in blocks for line in block.splitlines()]


def test_the_how_to_works_as_it_is_written(tmp_path: Path) -> None:
    environment = os.environ | {"TAIZHANG_VAR": str(tmp_path / "var"), "TAIZHANG_LANGUAGE": "en"}
    for words in commands():
        told = [word if word != "out" else str(tmp_path / "out") for word in words]
        done = subprocess.run(
            [sys.executable, "manage.py", *told], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (words, done.stdout + done.stderr)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"plan-五年更新规划-v1.xlsx", "plan-五年更新规划-v1(2).xlsx", "budget-2028-五年更新规划-v1.xlsx"} <= names
    assert len(names) == 8
