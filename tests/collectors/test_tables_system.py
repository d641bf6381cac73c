"""The system group and HOST-RESOURCES from literal values."""

from collectors.facts import HostFact
from collectors.snmp.session import TIME_TICKS
from collectors.tables import host, system
from tests.collectors.rows import oid_value, scalars, table

DISK, RAM = "1.3.6.1.2.1.25.2.1.4", "1.3.6.1.2.1.25.2.1.2"


def test_the_system_group_is_read_with_units() -> None:
    fact = system.system(
        scalars(
            descr="H3C",
            object_id=oid_value("1.3.6.1.4.1.25506.1.1"),
            uptime=(TIME_TICKS, b"\x01\x00"),
            name="core-1",
            location="机房".encode("gb18030"),
            services=78,
            engine_id=b"\x80\x00\x07\xdb",
        )
    )
    assert (fact.descr, fact.object_id, fact.uptime_s, fact.location) == ("H3C", "1.3.6.1.4.1.25506.1.1", 2.56, "机房")
    assert (fact.services, fact.engine_id) == (78, "800007db")


def test_an_object_id_written_as_text_is_understood() -> None:
    assert system.system(scalars(object_id=".1.3.6.1.4.1.9.1.1")).object_id == "1.3.6.1.4.1.9.1.1"


def test_what_is_missing_stays_empty() -> None:
    assert system.system(scalars()) == system.SystemFact()


def test_a_computer_tells_memory_processors_and_fixed_disks() -> None:
    storage = table(
        type={"1": oid_value(RAM), "2": oid_value(DISK), "3": oid_value(DISK)},
        descr={"1": "RAM", "2": "C:", "3": "/data"},
        units={"1": 1024, "2": 4096, "3": 65536},
        size={"1": 8_000_000, "2": 100_000, "3": -2_000_000_000},
    )
    found = host.host(scalars(memory=8_388_608), table(load={"4": 1, "5": 2}), storage)
    assert found == HostFact(8_388_608, 2, (("C:", 400_000), ("/data", 146_877_906_944)))


def test_memory_comes_from_storage_where_the_object_is_missing() -> None:
    storage = table(type={"1": oid_value(RAM)}, units={"1": 1024}, size={"1": 4_000_000})
    found = host.host(scalars(), table(), storage)
    assert found is not None
    assert found.memory_kib == 4_000_000


def test_a_device_without_such_tables_is_no_host() -> None:
    assert host.host(scalars(), table(), table()) is None
