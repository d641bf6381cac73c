"""The packages as they lie when they are installed: without a repository around them, run from any folder."""

import os
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from inventory import __main__ as program
from inventory.ui import assets
from tests.conftest import ROOT


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """An environment in which the packages are found in a folder that holds nothing else."""
    site = tmp_path / "site"
    for package in ("inventory", "collectors", "reports"):
        shutil.copytree(ROOT / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TAIZHANG_")}
    return kept | {"PYTHONPATH": str(site), "HOME": str(tmp_path / "home"), "LANG": "C.UTF-8"}


def run(environment: dict[str, str], folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "inventory", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_database_lies_in_the_account_s_home_and_not_among_the_packages(installed, tmp_path):
    told = run(installed, tmp_path, "differences")
    assert "run 'taizhang migrate' first" in told.stderr
    assert run(installed, tmp_path, "migrate").returncode == 0
    assert (tmp_path / "home/.local/share/taizhang/taizhang.sqlite3").is_file()
    assert not (tmp_path / "site" / "var").exists()


def test_what_starts_a_process_of_its_own_finds_the_program(installed, tmp_path):
    said = "from django.conf import settings; print(settings.PROGRAM[1:], settings.FIXTURES_DIR.parts[-3:])"
    told = run(installed, tmp_path, "shell", "--no-imports", "-c", said)
    assert told.stdout.strip() == "['-P', '-m', 'inventory'] ('share', 'taizhang', 'fixtures')", told.stderr


def test_a_relative_folder_is_the_same_for_every_process(installed, tmp_path):
    said = "from django.conf import settings; print(settings.VAR_DIR)"
    told = run(installed | {"TAIZHANG_VAR": "kept"}, tmp_path, "shell", "--no-imports", "-c", said)
    assert told.stdout.strip() == str(tmp_path / "kept"), told.stderr


def test_without_a_lock_front_end_files_are_judged_by_being_whole(tmp_path):
    vendor = tmp_path / "vendor"
    for name in (assets.MARK, *assets.FILES.values()):
        (vendor / name).parent.mkdir(parents=True, exist_ok=True)
        (vendor / name).write_text("x", encoding="ascii")
    assert assets.is_fresh(tmp_path, vendor)
    (vendor / "tabler.min.js").unlink()
    assert not assets.is_fresh(tmp_path, vendor)


def test_the_demo_s_files_are_packed_and_the_command_is_named():
    packed = ConfigParser()
    packed.read(ROOT / "setup.cfg", encoding="utf-8")
    assert "taizhang = inventory.__main__:main" in packed["options.entry_points"]["console_scripts"]
    for folder in ("county", "standards"):
        assert packed["options.data_files"][f"share/taizhang/fixtures/{folder}"] == f"fixtures/{folder}/*.csv"


def test_the_package_holds_what_the_pages_need_and_no_tool_of_the_tests(monkeypatch):
    """By the builder's own reading of MANIFEST.in."""
    manifest = pytest.importorskip("setuptools.command.egg_info")
    monkeypatch.chdir(ROOT)
    packed = manifest.FileList()
    vendor = [f"inventory/static/vendor/{name}" for name in (assets.FILES | assets.TOOLS).values()]
    packed.allfiles = [*vendor, "inventory/static/taizhang/kit.css", "collectors/vendors/huawei.toml"]
    for line in (ROOT / "MANIFEST.in").read_text(encoding="utf-8").splitlines():
        packed.process_template_line(line)
    left_out = set(packed.allfiles) - set(packed.files)
    assert left_out == {f"inventory/static/vendor/{name}" for name in assets.TOOLS.values()}


def test_an_interrupt_from_the_keyboard_is_told_in_one_line(monkeypatch, capsys):
    def interrupted(_words: list[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("django.core.management.execute_from_command_line", interrupted)
    with pytest.raises(SystemExit) as ended:
        program.main()
    assert ended.value.code == 130
    assert capsys.readouterr().err.count("\n") == 1


def test_a_database_that_does_not_answer_is_told_in_one_line(installed, tmp_path):
    """The full disk, the lock that is not let go and the server that is down are nobody's fault in the program."""
    nowhere = installed | {"TAIZHANG_DATABASE": f"sqlite:////{tmp_path}/nowhere/taizhang.sqlite3"}
    told = run(nowhere, tmp_path, "differences")
    assert (told.returncode, told.stderr) == (1, "The database failed: unable to open database file\n")
    assert "Traceback" in run(nowhere, tmp_path, "differences", "--traceback").stderr


def test_it_says_which_version_it_is(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["taizhang", "--version"])
    monkeypatch.setattr(program.metadata, "version", lambda _name: "7.1")
    program.main()
    assert capsys.readouterr().out == "taizhang 7.1\n"


def test_the_shipped_standards_can_be_loaded_into_an_empty_register(installed, tmp_path):
    """As the how-to of installing says."""
    assert run(installed, tmp_path, "migrate").returncode == 0
    told = run(installed, tmp_path, "load", str(ROOT / "fixtures" / "standards"))
    assert told.returncode == 0, told.stderr


def test_a_folder_that_cannot_be_written_stops_nothing_that_only_reads(installed, tmp_path):
    """A full disk: the key that is there is read, and nothing is made to find out whether it could be."""
    code = (
        "import tempfile\n"
        "def full(*args, **named): raise OSError(28, 'No space left on device')\n"
        "tempfile.NamedTemporaryFile = full\n"
        "from inventory.config import settings\n"
        "print(len(settings.SECRET_KEY))"
    )
    command = [sys.executable, "-P", "-c", code]
    first = subprocess.run(command, cwd=tmp_path, env=installed, capture_output=True, text=True, check=False)
    assert "No space left" in first.stderr
    key = tmp_path / "home/.local/share/taizhang/secret_key"
    key.write_text("k" * 60, encoding="ascii")
    assert subprocess.run(command, cwd=tmp_path, env=installed, capture_output=True, text=True).stdout == "60\n"


def test_settings_that_are_wrong_are_told_in_one_line(installed, tmp_path):
    told = run(installed | {"TAIZHANG_TRUSTED_PROXIES": "proxy"}, tmp_path, "migrate")
    assert told.returncode == 1 and told.stderr.count("\n") == 1 and "TAIZHANG_TRUSTED_PROXIES" in told.stderr


def test_what_nobody_reads_any_more_ends_without_a_word(installed, tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-P", "-m", "inventory", "diffsettings", "--all"]
    done = subprocess.run(command, cwd=tmp_path, env=installed, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")
