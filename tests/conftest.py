"""What all tests share: the folder beside the project that some tests read, where it is there."""

import os
from collections.abc import Iterator
from pathlib import Path

# What commands and messages say is tested in English, whatever the machine speaks.
os.environ["TAIZHANG_LANGUAGE"] = "en"

import pytest
from django.utils import translation

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Each test begins in English."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded devices beside the project. In CI it must be there; a user's clone has none."""
    if not (SHARED / "recordings").is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have ../shared with its recordings")
        pytest.skip("../shared with its recorded devices is not beside this clone")
    return SHARED
