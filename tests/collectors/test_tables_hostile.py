"""Whatever octets a device sends as indexes and values, tables and identification give facts and never raise."""

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.facts import InterfaceFact, PartFact, SystemFact, TableEnd, TableState
from collectors.identify import Answers, default_vendors, identify
from collectors.snmp.session import Raw
from collectors.snmp.table import ScalarsRead, Table, TableRead
from collectors.tables import (
    addresses,
    aggregation,
    arp,
    forwarding,
    hardware,
    host,
    interfaces,
    med,
    neighbours,
    optics,
    poe,
    printer,
    relatives,
    stp,
    system,
    ups,
    vlans,
)
from collectors.tables.forwarding import Bridge
from collectors.tables.neighbours import Ports

TAGS = st.sampled_from([0x02, 0x04, 0x05, 0x06, 0x40, 0x41, 0x42, 0x43, 0x44, 0x46])
RAW = st.tuples(TAGS, st.binary(max_size=20))
INDEX = st.one_of(st.binary(min_size=1, max_size=24), st.lists(st.integers(0, 127), min_size=1, max_size=24).map(bytes))


def reads(table: Table) -> st.SearchStrategy[TableRead]:
    column = st.dictionaries(INDEX, RAW, max_size=4)
    columns = st.fixed_dictionaries(dict.fromkeys(table.columns, column))
    return columns.map(lambda filled: TableRead(TableEnd(TableState.COMPLETE), filled))


def read_scalars(*names: str) -> st.SearchStrategy[ScalarsRead]:
    values = st.dictionaries(st.sampled_from(names), RAW)
    return values.map(lambda filled: ScalarsRead(TableEnd(TableState.COMPLETE), filled))


@given(reads(interfaces.INTERFACES), reads(hardware.ENTITY), read_scalars(*system.SYSTEM.objects))
@settings(max_examples=60, deadline=None)
def test_interfaces_parts_and_system(one: TableRead, two: TableRead, three: ScalarsRead) -> None:
    interfaces.interfaces(one)
    hardware.chassis_serials(hardware.chassis(hardware.parts(two)))
    system.system(three)


@given(reads(addresses.NEW), reads(addresses.OLD), reads(addresses.IPV6), reads(arp.NEW), reads(arp.OLD))
@settings(max_examples=60, deadline=None)
def test_addresses_and_arp(one: TableRead, two: TableRead, three: TableRead, four: TableRead, five: TableRead) -> None:
    for fact in addresses.addresses(one, two, three):
        assert fact.prefix_length is None or 0 < fact.prefix_length <= 128
    arp.arp(four, five)


@given(reads(vlans.STATIC), reads(vlans.MORE), reads(forwarding.QBRIDGE), reads(forwarding.BRIDGE))
@settings(max_examples=60, deadline=None)
def test_vlans_and_forwarding(one: TableRead, two: TableRead, three: TableRead, four: TableRead) -> None:
    found = vlans.vlans(one, two)
    assert all(1 <= vlan <= 4094 for vlan in found)
    known = Bridge(forwarding.base_ports(one), vlans.fdb_ids(one), found, ())
    for fact in forwarding.forwarding(three, four, known):
        assert len(fact.mac) == 12


@given(reads(neighbours.REMOTE), reads(neighbours.LOCAL), reads(neighbours.MANAGEMENT), reads(neighbours.CDP))
@settings(max_examples=60, deadline=None)
def test_neighbours(one: TableRead, two: TableRead, three: TableRead, four: TableRead) -> None:
    ports = Ports([InterfaceFact(1, "a"), InterfaceFact(2, "b", mac="001122334455")], {1: 2})
    neighbours.lldp(one, two, three, ports)
    neighbours.lldp_by_interface(one, 1, ports)
    tuple(neighbours.cdp(four, ports))


@given(read_scalars("memory"), reads(host.PROCESSORS), reads(host.STORAGE), reads(host.SOFTWARE))
@settings(max_examples=30, deadline=None)
def test_host(one: ScalarsRead, two: TableRead, three: TableRead, four: TableRead) -> None:
    host.host(one, two, three, four)


@given(reads(aggregation.TRUNKS), reads(aggregation.STACK), reads(stp.SPANNING_TREE), reads(poe.POE))
@settings(max_examples=60, deadline=None)
def test_what_switches_have(one: TableRead, two: TableRead, three: TableRead, four: TableRead) -> None:
    ports = (InterfaceFact(1, "a"), InterfaceFact(2, "ae0", type=161))
    for fact in aggregation.aggregates(one, two, ports):
        assert fact.member != fact.aggregate
    stp.spanning_tree(three, {1: 2})
    poe.poe(four, {1: 2}, {1, 2})


@given(reads(med.INVENTORY), reads(forwarding.HUAWEI), reads(arp.IPV6))
@settings(max_examples=60, deadline=None)
def test_endpoints_and_makers_tables(one: TableRead, two: TableRead, three: TableRead) -> None:
    med.inventories(one, lambda number: (number, ""))
    assert all(len(fact.mac) == 12 for fact in forwarding.huawei_rows(two, {1, 2}))
    arp.arp(two, two, three)


@given(st.sampled_from(relatives.RELATIVES), st.data())
@settings(max_examples=60, deadline=None)
def test_relatives_of_lldp(one: relatives.Relative, data: st.DataObject) -> None:
    for fact in relatives.relatives(one, data.draw(reads(one.table)), Ports([InterfaceFact(1, "a")], {})):
        assert fact.name or len(fact.chassis) == 12


@given(st.sampled_from(optics.SOURCES), reads(optics.SENSORS), reads(optics.ALIASES), st.data())
@settings(max_examples=100, deadline=None)
def test_optics(source: optics.Source, one: TableRead, two: TableRead, data: st.DataObject) -> None:
    parts = [PartFact(n, 8, n + 1, None, descr="rx power" if n % 2 else "tx power") for n in range(1, 40)]
    places = optics.Places([InterfaceFact(1, "a")], parts, two.columns["alias"])
    facts = (*optics.sensed(one, places), *optics.optics(source, data.draw(reads(source.table)), places))
    assert all(power is None or -40 < power < 8 for fact in facts for power in (fact.tx_dbm, fact.rx_dbm))


@given(reads(printer.PRINTER), read_scalars(*ups.STANDARD.objects), reads(ups.LOAD), read_scalars(*ups.APC.objects))
@settings(max_examples=60, deadline=None)
def test_printers_and_upss(one: TableRead, two: ScalarsRead, three: TableRead, four: ScalarsRead) -> None:
    found = printer.printer(one)
    assert found is None or all(s.percent is None or 0 <= s.percent <= 100 for s in found.supplies)
    ups.ups(two, three, four)


RULES = default_vendors()
PREFIXES = sorted({text for rule in RULES.rules for text in rule.object_id})


@given(st.sampled_from(PREFIXES), st.text(max_size=80), st.lists(st.text(max_size=20), max_size=3), st.data())
@settings(max_examples=150, deadline=None)
def test_every_rule_reads_any_answer(prefix: str, descr: str, words: list[str], data: st.DataObject) -> None:
    given_answers = Answers(SystemFact(descr=descr, object_id=prefix + ".7"))
    given_answers.parts = tuple(
        PartFact(index=n, klass=3, parent=n + 1, position=0, name=word, descr=word, serial=word, model=word)
        for n, word in enumerate(words)
    )
    asked = RULES.extra_objects(given_answers.system)
    wanted = [rule.resolved(prefix + ".7").wanted() for rule in RULES.candidates(given_answers.system)]
    objects = [text for part in (asked, *wanted) for text in part.objects]
    columns = [text for part in (asked, *wanted) for text in part.columns]
    value: st.SearchStrategy[Raw] = RAW
    given_answers.objects = {text: data.draw(value) for text in objects[:6]}
    given_answers.columns = {text: {b"\x01": data.draw(value)} for text in columns[:6]}
    identity = identify(given_answers, RULES)
    assert identity.serial is None or identity.serial.strip()
