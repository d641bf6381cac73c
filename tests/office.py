"""LibreOffice, which reckons a workbook anew: a second opinion on every formula."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

OFFICE = shutil.which("soffice")
# Without it LibreOffice shows the stored values and recalculates nothing.
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def recalculated(folder: Path, paths: Sequence[Path]) -> Path:
    """The folder that holds the workbooks, under their names, as LibreOffice saved them."""
    if OFFICE is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have LibreOffice")
        pytest.skip("LibreOffice (soffice) is not installed")
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
    out = folder / "recalculated"
    asked = [OFFICE, f"-env:UserInstallation={profile.parent.as_uri()}", "--headless", "--norestore", "--convert-to"]
    asked += ["xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), *map(str, paths)]
    subprocess.run(asked, check=True, capture_output=True, timeout=240)
    return out
