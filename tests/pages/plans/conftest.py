"""Plans on pages: the county worked by hand, and who looks at it."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from inventory.models import Role
from reports.models import RefreshPlan
from tests.pages.conftest import client_of, make_user
from tests.reports.hand_county import make_county, make_plan


@pytest.fixture(autouse=True)
def var(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def plan() -> RefreshPlan:
    make_county()
    return make_plan()


@pytest.fixture
def browser() -> Client:
    return client_of(make_user("planner", Role.PLANNER))
