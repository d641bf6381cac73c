"""What all tests share: the folder beside the project that some tests read, where it is there."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded devices beside the project. In CI it must be there; a user's clone has none."""
    if not (SHARED / "recordings").is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have ../shared with its recordings")
        pytest.skip("../shared with its recorded devices is not beside this clone")
    return SHARED
