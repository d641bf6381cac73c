"""What other packages add to the kit, and what it refuses."""

from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from collectors.models import DeviceState
from inventory.models import Device, Role, User
from inventory.pages.kit import kit as real
from inventory.rules.names import pinyin_key
from inventory.services import write
from inventory.ui.columns import Column
from inventory.ui.filters import Filter
from inventory.ui.history import changes_of
from inventory.ui.kit import Kit
from inventory.ui.listing import Listing
from inventory.ui.page import ModelPage
from inventory.ui.panels import Panel
from tests.factories import TESTER
from tests.pages.conftest import Register, make_user


class Named(Panel):
    def __init__(self, title: str) -> None:
        self.title = title


@pytest.fixture
def kit() -> Kit:
    return Kit(
        visible=real.visible,
        may=real.may,
        writer=real.writer,
        preferences=real.preferences,
        history=real.history,
        importer=real.importer,
    )


def device_page() -> ModelPage:
    return ModelPage(Device, columns=("asset_tag",), filters=("status",), panels=(Named("own"),))


def test_a_model_has_its_pages_once(kit: Kit) -> None:
    kit.register(device_page())
    with pytest.raises(ValueError, match="already"):
        kit.register(device_page())


@pytest.mark.parametrize("first", [True, False])
def test_a_column_of_another_package_is_listed_whichever_registers_first(
    kit: Kit, register: Register, first: bool, rf: RequestFactory
) -> None:
    column = Column(name="last_seen", path="network_state__last_seen_at")
    page = device_page()
    if first:
        kit.add_column(Device, column, default=True)
        kit.add_filter(Device, Filter("last_seen", ("network_state__last_seen_at",)))
    kit.register(page)
    if not first:
        kit.add_column(Device, column, default=True)
        kit.add_filter(Device, Filter("last_seen", ("network_state__last_seen_at",)))
    with write.unit(TESTER) as unit:
        unit.create(DeviceState(device=register.device, last_seen_at="2026-11-02T03:04:00Z"))
    request = rf.get("/?sort=last_seen")
    request.user = make_user("a", Role.ADMINISTRATOR)
    listing = Listing(page, request)
    assert listing.cells[-1].heading == "Last seen"
    shown = {row.asset_tag: listing.cells[-1].show(row) for row in listing.rows}
    assert "2 Nov 2026" in shown["TZ-1"]
    assert "–" in shown["TZ-2"]
    request = rf.get("/?last_seen_after=2026-11-01")
    request.user = User.objects.get(username="a")
    assert Listing(page, request).count == 1


def test_panels_stand_in_their_order(kit: Kit) -> None:
    page = kit.register(device_page())
    kit.add_panel(Device, Named("late"))
    kit.add_panel(Device, Named("early"), order=10)
    assert [panel.title for panel in kit.panels(page)] == ["early", "own", "late"]


def test_names_sort_by_pinyin_latin_first_whatever_width_and_case() -> None:
    names = ["张三", "李四", "安监局", "B 组", "ａ组", "赵五"]
    assert sorted(names, key=pinyin_key) == ["ａ组", "B 组", "安监局", "李四", "张三", "赵五"]


def test_an_entry_on_a_device_tells_of_all_its_new_interfaces_by_name(db: None) -> None:
    told = [{"name": f"eth{number}"} for number in range(20)]
    entry = SimpleNamespace(
        actor=None,
        action=1,
        timestamp=timezone.now(),
        object_repr="TZ-1",
        additional_data=None,
        changes={"interfaces": [None, told], "status": ["in_use", "missing"], "gone_field": [1, None]},
    )
    reverse("device_list")  # loads the pages
    fields = changes_of(real.page_of(Device), [entry])[0].fields
    assert fields[0][:2] == ("Interfaces", "–")
    assert fields[0][2].startswith("eth0, eth1, ")
    assert fields[0][2].endswith("(20)")
    assert fields[1] == ("Status", "in use", "missing")
    assert fields[2] == ("gone_field", "1", "–")
