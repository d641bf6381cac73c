"""Where a MAC sits: graph in, places out."""

from hypothesis import given
from hypothesis import strategies as st

from collectors.links import Evidence, Learned, Resolved, is_own, is_random, place

PC, OTHER_PC, SWITCH = "8c1645000001", "8c1645000002", "00e0fc000001"


def test_a_computer_sits_at_the_access_port_not_at_the_port_towards_the_switch():
    evidence = Evidence([Learned(PC, switch=1, port=101), Learned(PC, switch=2, port=201)], towards_switches={201})
    found = place(evidence)[PC]
    assert (found.switch, found.port, found.direct) == (1, 101, True)


def test_a_port_that_learns_a_network_devices_own_mac_leads_to_a_switch():
    learned = [Learned(PC, 1, 101), Learned(PC, 2, 201), Learned(SWITCH, 2, 201)]
    assert place(Evidence(learned, network_macs={SWITCH}))[PC].port == 101
    assert SWITCH not in place(Evidence(learned, network_macs={SWITCH}))


def test_of_two_ports_left_the_one_with_fewer_macs_is_nearer():
    learned = [Learned(PC, 1, 101), Learned(OTHER_PC, 1, 101), Learned(PC, 2, 201)]
    assert place(Evidence(learned))[PC].port == 201


def test_a_mac_learned_only_towards_switches_is_seen_without_a_place():
    found = place(Evidence([Learned(PC, 2, 201)], towards_switches={201}))[PC]
    assert found.direct is False


def test_a_mac_known_by_arp_alone_is_seen_with_its_address():
    found = place(Evidence(resolved=[Resolved(PC, "fd00::1"), Resolved(PC, "10.0.0.5")]))[PC]
    assert (found.switch, found.address, found.direct) == (None, "10.0.0.5", False)


def test_group_zero_and_protocol_macs_belong_to_nobody():
    for mac in ("000000000000", "ffffffffffff", "01005e000001", "333300000001", "00005e000105", "00000c07ac01"):
        assert not is_own(mac), mac
    assert is_own(PC)
    assert is_random("da0000000001")
    assert not is_random(PC)


@given(
    st.lists(st.builds(Learned, st.sampled_from([PC, OTHER_PC]), st.integers(1, 3), st.integers(1, 6))), st.randoms()
)
def test_the_order_of_evidence_does_not_matter(learned, random):
    shuffled = list(learned)
    random.shuffle(shuffled)
    assert place(Evidence(learned)) == place(Evidence(shuffled))
