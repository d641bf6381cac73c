"""The house rules that no linter knows."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("inventory", "collectors", "reports")
LONGEST_FILE, LONGEST_FUNCTION = 400, 40


def _sources(*packages: str) -> Iterator[Path]:
    for package in packages:
        yield from (file for file in (ROOT / package).rglob("*.py") if "migrations" not in file.parts)


def _functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_files_are_short_enough_to_be_read():
    long = {
        str(f.relative_to(ROOT)): n
        for f in _sources(*PACKAGES, "tests")
        if (n := len(f.read_bytes().splitlines())) > LONGEST_FILE
    }
    assert not long


def test_functions_are_read_at_one_glance():
    long = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
        for file in _sources(*PACKAGES, "tests")
        for node in _functions(file)
        if (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not long


def test_package_files_are_empty_so_that_pure_parts_import_without_django():
    filled = [
        str(file.relative_to(ROOT))
        for file in _sources(*PACKAGES)
        if file.name == "__init__.py" and file.read_text(encoding="utf-8").strip()
    ]
    assert filled == ["inventory/models/__init__.py", "reports/models/__init__.py"], "Django looks for models there"


def test_every_module_says_what_it_is_for():
    silent = [
        str(file.relative_to(ROOT))
        for file in _sources(*PACKAGES, "tests")
        if file.name != "__init__.py" and not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert not silent


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("pysnmp", ("collectors/snmp/", "collectors/lab/")),
        ("pandas", ("reports/",)),
        ("openpyxl", ("inventory/sheets/",)),
        ("xlsxwriter", ("inventory/sheets/",)),
        ("napalm", ("collectors/napalm/source.py",)),
        ("procrastinate", ("collectors/services/queueing.py", "collectors/tasks.py")),
        ("netaddr", ("inventory/rules/addresses.py",)),
        ("auditlog", ("inventory/services/write.py", "inventory/selectors.py")),
    ],
)
def test_a_library_is_known_in_one_place_only(library, allowed):
    users = set()
    for file in _sources(*PACKAGES):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.append(node.module)
            if any(name.split(".")[0] == library for name in names):
                users.add(str(file.relative_to(ROOT)))
    assert all(user.startswith(allowed) for user in users), users


def test_no_signals_and_no_overridden_save():
    for file in _sources(*PACKAGES):
        text = file.read_text(encoding="utf-8")
        assert "django.dispatch" not in text, file
        assert "db.models.signals" not in text, file
        if file.name != "base.py":
            assert "def save(" not in text, file


def test_every_dependency_is_pinned_to_the_tested_version():
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    wanted = config["options"]["install_requires"].split() + config["options.extras_require"]["test"].split()
    pinned = {
        line.split("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line
    }
    for requirement in wanted:
        name = requirement.split("[")[0]
        for mark in "~=<>!":
            name = name.split(mark)[0]
        if name[0].isalpha():
            assert name.lower() in pinned, name


def test_the_package_carries_its_data_files():
    manifest = (ROOT / "MANIFEST.in").read_text(encoding="utf-8")
    assert "collectors/vendors" in manifest
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]


def test_nothing_is_kept_that_is_to_be_ignored() -> None:
    """A database or a key of one's own under var/ is nobody else's."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone: nothing tells what is kept")
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout == ""
