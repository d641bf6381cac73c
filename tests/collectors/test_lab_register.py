"""The demo county out of the database as a living network."""

from collections import Counter
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, DjangoDbBlocker

from collectors.lab.deviations import read_deviations
from collectors.lab.network import Network, build_network
from collectors.lab.register import network_view
from collectors.lab.view import NetworkView
from inventory.services.importing.loading import find_files, load
from inventory.services.write import Actor
from tests.conftest import ROOT

COUNTY: Path = ROOT / "fixtures" / "county"

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> NetworkView:
    """The view of the loaded county. Loaded once for this module and undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        files, problems = find_files([COUNTY.parent / "standards", COUNTY])
        results = load(files, actor=Actor("test", source="import"))
        assert not problems
        assert not [problem for result in results for problem in result.problems]
        view = network_view()
        transaction.set_rollback(True)
    return view


@pytest.fixture(scope="module")
def network(county: NetworkView) -> Network:
    return build_network(county, read_deviations(COUNTY / "deviations.csv"))


def test_the_view_takes_few_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(8):
        assert network_view() == NetworkView()


def test_every_managed_device_answers_but_the_dead(county: NetworkView, network: Network) -> None:
    managed = {device.tag for device in county.devices if device.management}
    dead = read_deviations(COUNTY / "deviations.csv").dead
    assert {device.tag for device in network.devices} == managed - dead
    assert not network.unplaced


def test_every_other_computer_is_behind_exactly_one_desk_port(county: NetworkView, network: Network) -> None:
    deviations = read_deviations(COUNTY / "deviations.csv")
    desks: Counter[str] = Counter()
    for device in network.devices:
        uplinks = {
            near.if_index for near in device.neighbours if near.name not in {s.name for s in deviations.strangers}
        }
        uplinks |= {port.index for port in device.ports if port.alias.startswith("to ")}
        desks.update(mac for mac, _, index in device.learned if index not in uplinks)
    dark = {device.site for device in county.devices if device.tag in deviations.dead and device.network}
    for device in county.devices:
        if device.in_use and device.mac and device.role in ("desktop", "laptop"):
            found = desks[device.mac]
            if device.tag in deviations.unseen:
                assert found == 0
            elif device.site in dark:
                assert found <= 1
            else:
                assert found == 1, device.tag


def test_each_address_is_resolved_by_one_gateway(network: Network) -> None:
    resolved = Counter(address for device in network.devices for _, address, _ in device.resolved)
    assert len(resolved) > 1100
    assert set(resolved.values()) == {1}


def test_links_are_told_from_both_ends(network: Network) -> None:
    """Between two that answer and speak LLDP, each names the other's port."""
    names = {device.name: device for device in network.devices}
    pairs = {
        (device.name, next(port.name for port in device.ports if port.index == near.if_index), near.name, near.port)
        for device in network.devices
        for near in device.neighbours
        if near.name in names
    }
    assert len(pairs) > 180
    assert {(b, b_port, a, a_port) for a, a_port, b, b_port in pairs} == pairs
