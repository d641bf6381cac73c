"""Neighbours by makers' own protocols from literal rows."""

from collectors.facts import InterfaceFact, NeighbourFact
from collectors.tables import neighbours, relatives
from collectors.tables.neighbours import Ports
from collectors.tables.relatives import EDP, FDP, MNDP
from tests.collectors.rows import ip_value, table

PORTS = Ports((InterfaceFact(5, "ethernet1/1/5"), InterfaceFact(1005, "1:5"), InterfaceFact(15, "sfp1")), {})


def test_fdp_gives_name_port_address_and_whether_it_forwards() -> None:
    read = table(
        name={"5.1": "icx-2", "5.2": "phone"},
        address={"5.1": b"\x0a\x01\x02\x03", "5.2": b""},
        descr={"5.1": "ICX 7150"},
        port={"5.1": "ethernet1/1/24", "5.2": "Port 1"},
        capabilities={"5.1": "Switch", "5.2": "Host"},
    )
    assert list(relatives.relatives(FDP, read, PORTS)) == [
        NeighbourFact(
            "fdp", 5, "ethernet1/1/5", "", "ethernet1/1/24", "", "icx-2", "ICX 7150", "10.1.2.3", True, "fdp"
        ),
        NeighbourFact("fdp", 5, "ethernet1/1/5", "", "Port 1", "", "phone", "", "", False, "fdp"),
    ]


def test_edp_has_the_neighbours_mac_in_its_index_and_slot_and_port_apart() -> None:
    index = "1005.0.0.0.4.150.30.128.160"
    read = table(name={index: "summit-2"}, slot={index: 1}, port={index: 24})
    (fact,) = relatives.relatives(EDP, read, PORTS)
    assert (fact.local_port, fact.chassis, fact.port, fact.bridge) == ("1:5", "0004961e80a0", "1:24", True)


def test_mikrotiks_table_tells_the_interface_in_a_column() -> None:
    read = table(
        address={"8": ip_value("10.24.99.65"), "9": ip_value("0.0.0.0")},
        mac={"8": bytes.fromhex("000456eff1c9"), "9": bytes(6)},
        name={"8": "tower", "9": ""},
        if_index={"8": 15, "9": 15},
    )
    (fact,) = relatives.relatives(MNDP, read, PORTS)
    assert (fact.local_index, fact.chassis, fact.name, fact.address) == (15, "000456eff1c9", "tower", "10.24.99.65")
    assert fact.bridge is None


def test_a_protocol_is_asked_only_of_its_maker() -> None:
    assert relatives.relative_of("1.3.6.1.4.1.1991.1.3.61.1") is FDP
    assert relatives.relative_of("1.3.6.1.4.1.19916.1") is None


def test_a_mikrotiks_lldp_rows_get_their_interface_from_its_own_table() -> None:
    own = table(if_index={"8": 15, "9": 5}, name={"8": "tower", "9": "shop"})
    for key in ("8", "0.0.8"):
        remote = table(name={key: "tower"}, chassis={key: b"64:D1:54:F2:A4:16"}, chassis_kind={key: 4})
        read = relatives.numbered_by_interface(remote, own)
        (fact,) = neighbours.lldp(read, table(), table(), PORTS)
        assert (fact.local_index, fact.local_port, fact.chassis) == (15, "sfp1", "64d154f2a416")
        assert [f.name for f in relatives.relatives(MNDP, relatives.without(own, remote), PORTS)] == ["shop"]


def test_a_mikrotiks_row_without_an_interface_has_none() -> None:
    remote = table(name={"0.0.3": "tower"})
    read = relatives.numbered_by_interface(remote, table(if_index={}))
    (fact,) = neighbours.lldp(read, table(), table(), PORTS)
    assert fact.local_index is None
