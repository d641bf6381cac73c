"""What `probe` prints of a snapshot where it says a little more, or less, than the facts."""

import pytest

from collectors.describe import describe
from collectors.facts import AddressFact, Identity, NeighbourFact, Snapshot
from collectors.management import telling


def neighbour(**given: str) -> NeighbourFact:
    said = {"protocol": "lldp", "local_port": "gi1", "chassis": "", "port": ""} | given
    return NeighbourFact(local_index=1, **said)


@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        (neighbour(name="sw-2", chassis="a0b1c2d3e400", port="gi24"), ["lldp", "gi1", "sw-2", "gi24 (a0b1c2d3e400)"]),
        (
            neighbour(name="ap-1", chassis="a0b1c2d3e400", port="a0b1c2d3e401"),
            ["lldp", "gi1", "ap-1", "a0b1c2d3e401 (a0b1c2d3e401)"],
        ),
        (neighbour(name="cpe", chassis="10.1.1.1", port="eth0"), ["lldp", "gi1", "cpe", "eth0"]),
        (neighbour(descr="Access Switch\nV1", chassis="a0b1c2d3e400", port="3"), None),
        (
            neighbour(name="r1", chassis="a0b1c2d3e400", port="1/1/1", origin="elsewhere"),
            ["lldp", "gi1", "r1", "1/1/1"],
        ),
        (neighbour(protocol="cdp", name="r2", port="Gi0/1"), ["cdp", "gi1", "r2", "Gi0/1"]),
    ],
)
def test_a_neighbours_port_is_shown_with_a_mac_of_it(fact: NeighbourFact, shown: list[str] | None) -> None:
    found = describe(Snapshot("sw", neighbours=(fact,)))["neighbours"]
    assert found == [shown or ["lldp", "gi1", "Access Switch", "3 (a0b1c2d3e400)"]]


def test_an_address_without_a_mask_has_its_natural_length_and_is_listed() -> None:
    addresses = (
        AddressFact("10.1.1.1", None, 1),
        AddressFact("172.16.1.1", None, 1),
        AddressFact("192.168.1.1", None, 1),
        AddressFact("192.168.2.1", 28, 1),
    )
    found = describe(Snapshot("sw", addresses=addresses))
    assert [row[1] for row in found["ipv4"]] == [8, 16, 24, 28]
    assert found["natural_lengths"] == ["10.1.1.1", "172.16.1.1", "192.168.1.1"]


def test_what_stands_in_place_of_a_serial_is_shown_as_that() -> None:
    snapshot = Snapshot("ups", identity=Identity(placeholder="000000"))
    found = describe(snapshot)
    assert (found["serial"], found["serial_is_placeholder"], found["chassis_serials"]) == ("000000", True, ["000000"])
    assert "  serial number: 000000 (a placeholder)" in telling.lines(snapshot)


def test_a_real_serial_is_no_placeholder() -> None:
    found = describe(Snapshot("ups", identity=Identity(serial="QB2110")))
    assert (found["serial"], "serial_is_placeholder" in found) == ("QB2110", False)
