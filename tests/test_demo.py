"""The main job from beginning to end, as `make demo` does it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path, dict[str, str]]:
    """The command's end, its folder of workbooks, and its environment."""
    folder = tmp_path_factory.mktemp("demo")
    environment = os.environ | {"TAIZHANG_VAR": str(folder / "var"), "TAIZHANG_LANGUAGE": "en"}
    command = [sys.executable, "manage.py", "demo", "--out", str(folder / "out"), "--port", "17162"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return done, folder / "out", environment


def test_every_planted_deviation_is_found_and_nothing_else(demo):
    done, _out, _environment = demo
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"(\d+) of (\d+) planted deviations found, (\d+) others", done.stdout)
    assert found is not None
    assert found[1] == found[2]
    assert int(found[2]) == len((ROOT / "fixtures/county/deviations.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert found[3] == "0"


def test_four_workbooks_are_written_without_an_error_cell(demo):
    _done, out, _environment = demo
    books = sorted(out.glob("*.xlsx"))
    assert [book.name.split("-")[0] for book in books] == ["budget", "coverage", "refresh", "register"]
    for file in books:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        values = [v for sheet in book for row in sheet.iter_rows(values_only=True) for v in row if v is not None]
        assert len(values) > 100, file.name
        assert not [v for v in values if isinstance(v, str) and re.match(r"#(REF|N/A|DIV|VALUE|NAME)", v)], file.name


def test_a_second_demo_on_the_same_database_is_refused_in_one_line(demo):
    _done, out, environment = demo
    command = [sys.executable, "manage.py", "demo", "--out", str(out)]
    again = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert len(again.stderr.splitlines()) == 1


def test_commands_on_a_database_without_tables_say_what_to_do(tmp_path):
    for words in (["collect"], ["differences"], ["report", "all", "--out", str(tmp_path / "out")]):
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=os.environ | {"TAIZHANG_VAR": str(tmp_path / "var")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "migrate" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())
