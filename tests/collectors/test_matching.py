"""Which registered device answered."""

import pytest

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


# -- devices without serial, MAC, engine id and name ---------------------------------------------------------

CAMERA = "DS-2CD3FW-AP"


def _bare(model: str | None = CAMERA, kind: str = "camera", name: str = "") -> Snapshot:
    return Snapshot("1", identity=Identity(kind=kind, hardware=model), system=SystemFact(name=name))


def _registered(**values) -> Known:
    """A camera of which the register knows the model, and a name that it does not say."""
    return Known(1, **{"name": "CAM-7", "models": (CAMERA,), **values})


@pytest.mark.parametrize(
    ("known", "seen", "verdict", "evidence"),
    [
        (_registered(), _bare(), Verdict.SAME, ("model", "address")),
        (_registered(last_model=CAMERA), _bare(), Verdict.SAME, ("model", "address")),
        (_registered(serial="SN1", macs=frozenset({MAC})), _bare(), Verdict.SAME, ("model", "address")),
        (_registered(models=("camera", "ds 2cd3fw ap")), _bare(), Verdict.SAME, ("model", "address")),
        # another model than the register's, or than the last poll's
        (_registered(), _bare("DS-7608N"), Verdict.OTHER, ("-model", "address")),
        (_registered(models=("DS-2CD3",), last_model="DS-2CD3T"), _bare(), Verdict.OTHER, ("-model", "address")),
        # nothing says what it is
        (_registered(), _bare(None), Verdict.UNSURE, ("address",)),
        (_registered(models=()), _bare(), Verdict.UNSURE, ("address",)),
        (_registered(models=("Intel x64",)), _bare("Intel x64", "workstation"), Verdict.UNSURE, ("address",)),
        # it told more before
        (_registered(told=frozenset({"serial"})), _bare(), Verdict.UNSURE, ("address",)),
        (_registered(told=frozenset({"mac"})), _bare(), Verdict.UNSURE, ("address",)),
        (_registered(told=frozenset({"engine"})), _bare(), Verdict.UNSURE, ("address",)),
        (_registered(told=frozenset({"name"})), _bare(), Verdict.UNSURE, ("address",)),
        # a name that many share is told as before
        (_registered(told=frozenset({"name"})), _bare(name="HUAWEI"), Verdict.SAME, ("model", "address")),
        # what contradicts decides, whatever the model
        (_registered(), _bare(name="CAM-8"), Verdict.OTHER, ("-name", "address")),
    ],
)
def test_where_only_the_address_speaks_the_model_decides(
    known: Known, seen: Snapshot, verdict: Verdict, evidence: tuple[str, ...]
) -> None:
    match = score(seen, known, polled=True)
    assert (match.verdict, match.evidence) == (verdict, evidence)


def test_the_same_model_under_another_address_is_no_evidence():
    own, found = best(_bare(), _registered(models=("S5735-L24T4S-A1",)), [Known(2, models=(CAMERA,))])
    assert (own.verdict, found.verdict) == (Verdict.OTHER, Verdict.OTHER)


def test_the_model_does_not_outweigh_a_contradiction():
    """A switch of the same model in its place: the swap that the register most needs to hear of."""
    swapped = Snapshot("1", identity=Identity(serial="SN9", hardware="S5735", base_mac=OTHER_MAC))
    match = score(swapped, _known(models=("S5735",), last_model="S5735"), polled=True)
    assert (match.verdict, match.evidence) == (Verdict.OTHER, ("-serial", "-mac", "address"))
