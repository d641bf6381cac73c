"""What all tests share: the folder beside the project that some tests read, where it is there."""

import os
from collections.abc import Iterator
from pathlib import Path

# What commands and messages say is tested in English, whatever the machine speaks.
os.environ["TAIZHANG_LANGUAGE"] = "en"

import hypothesis
import pytest
from django.conf import settings
from django.utils import translation

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


# No example fails for being slow on a busy machine.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

LONGEST = ("tests/browser", "tests/test_plan_howto.py", "tests/test_readme.py", "tests/test_demo.py")
"""What begins first where several processes test: folders and files that one of them takes whole."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file goes to one process whole, and all that shares one served county."""
    places = {}
    for item in items:
        path = str(item.path.relative_to(ROOT))
        place = next((at for at, name in enumerate(LONGEST) if path.startswith(name)), len(LONGEST))
        places[item] = place
        item.add_marker(pytest.mark.xdist_group(LONGEST[place] if place < len(LONGEST) else path))
    items.sort(key=places.__getitem__)


@pytest.fixture(scope="session", autouse=True)
def own_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Locks, keys and files lie in a folder of this process: others may test beside it, and a clone's own stay."""
    settings.VAR_DIR = tmp_path_factory.mktemp("var")
    settings.MEDIA_ROOT = settings.VAR_DIR / "files"


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
