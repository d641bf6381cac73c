"""Which registered device answered."""

from collectors.facts import Identity, InterfaceFact, Snapshot, SystemFact
from collectors.matching import Known, Verdict, best, score

MAC, OTHER_MAC = "00e0fc000001", "00e0fc0000ff"


def _snapshot(serial: str | None = "SN1", mac: str = MAC, name: str = "SW-1", engine: str = "") -> Snapshot:
    return Snapshot(
        "1",
        identity=Identity(serial=serial, base_mac=mac or None),
        system=SystemFact(name=name, engine_id=engine),
        interfaces=(InterfaceFact(1, "Gi0/1", mac=mac),),
    )


def _known(**values) -> Known:
    return Known(1, **{"name": "SW-1", "serial": "SN1", "macs": frozenset({MAC}), **values})


def test_serial_mac_and_name_that_agree_are_the_same_device():
    assert score(_snapshot(), _known(), polled=True).verdict is Verdict.SAME


def test_an_address_alone_never_decides():
    match = score(_snapshot(None, "", ""), _known(), polled=True)
    assert match.verdict is Verdict.UNSURE
    assert match.evidence == ("address",)


def test_a_wrong_serial_in_the_register_is_still_the_same_device_by_its_mac():
    assert score(_snapshot(serial="SN9"), _known(), polled=True).verdict is Verdict.SAME


def test_another_serial_and_another_mac_under_the_same_name_and_address_is_another_device():
    assert score(_snapshot("SN9", OTHER_MAC), _known(), polled=True).verdict is Verdict.OTHER


def test_a_name_of_its_own_and_the_address_are_enough_where_nothing_contradicts():
    bare = _known(serial="", macs=frozenset())
    assert score(_snapshot(None, ""), bare, polled=True).verdict is Verdict.SAME
    assert score(_snapshot(None, "", "HUAWEI"), bare, polled=True).verdict is Verdict.UNSURE
    shared = _known(serial="", macs=frozenset(), name_is_unique=False)
    assert score(_snapshot(None, ""), shared, polled=True).verdict is Verdict.UNSURE


def test_junk_serials_neither_agree_nor_contradict():
    match = score(_snapshot("N/A", ""), _known(serial="BUILTIN", macs=frozenset()), polled=True)
    assert match.evidence == ("name", "address")


def test_a_device_that_answers_at_anothers_address_is_recognised():
    here = Known(1, name="SW-1", serial="SN1", macs=frozenset({MAC}))
    there = Known(2, name="SW-2", serial="SN2", macs=frozenset({OTHER_MAC}))
    own, found = best(_snapshot("SN2", OTHER_MAC, "SW-2"), here, [there])
    assert own.verdict is Verdict.OTHER
    assert (found.pk, found.verdict) == (2, Verdict.SAME)
