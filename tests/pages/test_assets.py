"""The front-end files: locked without a registry's address, fetched once, and stripped of what is not there."""

import json
import sys
from pathlib import Path

import pytest

from inventory.ui import assets
from tests.conftest import ROOT

NPM = """
import pathlib, sys
assert sys.argv[1:] == ["ci"]
for name in {names}:
    file = pathlib.Path("node_modules", name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("body\\n//# sourceMappingURL=a.map\\n")
"""
"""A stand-in that lays down the named files as npm would."""


def stand_in(folder: Path, names: list[str]) -> list[str]:
    script = folder / "npm.py"
    script.write_text(NPM.format(names=names), encoding="utf-8")
    return [sys.executable, str(script)]


def test_the_lock_names_versions_and_hashes_but_no_registry() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, told in packages.items() if "resolved" in told] == []
    assert [name for name, told in packages.items() if name and "integrity" not in told] == []


def test_what_is_there_for_this_lock_is_not_fetched_again(tmp_path: Path) -> None:
    npm, vendor = stand_in(tmp_path, list(assets.FILES | assets.TOOLS)), tmp_path / "vendor"
    assert assets.fetch(ROOT, vendor, npm) is True
    assert assets.fetch(ROOT, vendor, ["no such program"]) is False
    (vendor / "echarts.min.js").unlink()
    assert assets.fetch(ROOT, vendor, npm) is True
    assert not (ROOT / "node_modules").exists()


def test_a_package_without_the_wanted_file_is_named(tmp_path: Path) -> None:
    npm = stand_in(tmp_path, list(assets.FILES))
    with pytest.raises(assets.NoAssets, match=r"axe\.min\.js"):
        assets.fetch(ROOT, tmp_path / "vendor", npm)
    assert not assets.is_fresh(ROOT, tmp_path / "vendor")


def test_a_failed_npm_is_told_in_its_own_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no network')"]
    with pytest.raises(assets.NoAssets, match="no network"):
        assets.fetch(ROOT, tmp_path / "vendor", command)


def test_the_served_copies_point_at_no_file_that_was_not_copied() -> None:
    assert assets.is_fresh(assets.ROOT, assets.VENDOR), "run `make install`"
    for file in assets.VENDOR.rglob("*.[cj]s*"):
        text = file.read_text(encoding="utf-8")
        assert "sourceMappingURL=" not in text.replace("sourceMappingURL=data:", ""), file.name
        assert ".woff?" not in text and ".ttf" not in text, file.name
