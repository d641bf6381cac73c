"""Discovery without a network: grouping addresses, proposing, and a person's decision."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from collectors.collect import Target
from collectors.facts import AddressFact, Identity, Snapshot, SystemFact
from collectors.models import Difference, Proposal
from collectors.polling.discovery import Found, Heard, group_heard, join
from collectors.profiles import DeviceProfile, ManagementProfile
from collectors.recognising import OWN, SeenDevice, Sign, recognise
from collectors.services.proposals import Entry, accept, propose, propose_neighbours, reject
from inventory.models import Device, DeviceType
from inventory.rules.addresses import parse_ranges
from inventory.services import write
from inventory.services.write import Actor
from tests.factories import AssetClassFactory, SiteFactory, make_switch

ACTOR = Actor("discover", source="collector")
SWITCH = SeenDevice(
    addresses=("10.9.7.1", "10.9.8.1"),
    name="edge-1",
    manufacturer="Huawei",
    model="S5735",
    serial="2102351234",
    mac="00e0fc000001",
    engine_id="800007db03",
    macs=frozenset({"00e0fc000001", "00e0fc000002"}),
    profile="core",
    evidence={"engine id": "800007db03"},
)


def _heard(address: str, name: str, engine: str) -> Heard:
    return Heard(Target(address, address), SystemFact(name=name, engine_id=engine))


def _found(address: str, name: str = "", own: tuple[str, ...] = (), **identity: str) -> Found:
    snapshot = Snapshot(
        address,
        system=SystemFact(name=name),
        identity=Identity(**identity),
        addresses=tuple(AddressFact(one, 24, 1) for one in own),
    )
    return Found([address], Target(address, address), snapshot)


def test_addresses_with_one_engine_and_name_are_one_device_and_clones_are_not():
    heard = [
        _heard("10.0.0.1", "core", "8000"),
        _heard("10.0.0.2", "clone", "8000"),
        _heard("10.0.0.3", "CORE", "8000"),
        _heard("10.0.0.4", "", "8000"),
        _heard("10.0.0.5", "core", ""),
    ]
    groups = [[one.target.name for one in group] for group in group_heard(heard)]
    assert groups == [["10.0.0.1", "10.0.0.3"], ["10.0.0.2"], ["10.0.0.4"], ["10.0.0.5"]]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            _found("10.0.0.1", serial="A1", manufacturer="H3C"),
            _found("10.0.0.2", serial="a1", manufacturer="H3C"),
            True,
        ),
        (
            _found("10.0.0.1", serial="A1", manufacturer="H3C"),
            _found("10.0.0.2", serial="A1", manufacturer="ZTE"),
            False,
        ),
        (_found("10.0.0.1", base_mac="00e0fc000001"), _found("10.0.0.2", base_mac="00e0fc000001"), True),
        (_found("10.0.0.1", "r", own=("10.0.0.1", "10.0.0.2")), _found("10.0.0.2", "r"), True),
        (_found("10.0.0.1", "r", own=("192.168.1.1",)), _found("10.0.0.2", "s", own=("192.168.1.1",)), False),
    ],
)
def test_one_device_is_known_by_serial_mac_or_by_name_and_own_addresses(one, other, same):
    assert [found.addresses for found in join([one, other])] == (
        [["10.0.0.1", "10.0.0.2"]] if same else [["10.0.0.1"], ["10.0.0.2"]]
    )


@pytest.mark.parametrize(
    ("texts", "size"),
    [
        (["127.1.0.0/22"], 1022),
        (["10.1.2.3", "10.1.2.3-10.1.2.9"], 7),
        (["10.1.2.0/31"], 2),
        (["10.0.0.0/8"], 16777214),
        (["fd00::/64"], 2**64),
    ],
)
def test_a_range_is_counted_without_being_written_out(texts, size):
    assert parse_ranges(texts).size == size


@pytest.mark.parametrize("text", ["10.1.2.9-10.1.2.3", "10.1.2.3/22", "10.1.2.3-fd00::1", "switch", "10.1.2"])
def test_a_range_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match=text.partition("-")[0]):
        parse_ranges([text])


@pytest.mark.django_db
def test_a_new_device_is_proposed_once_and_the_register_stays_as_it_is():
    first = propose([SWITCH], actor=ACTOR)
    again = propose([replace(SWITCH, addresses=("10.9.9.9",), serial="")], actor=ACTOR)
    assert (len(first.new), len(again.new), len(again.again)) == (1, 0, 1)
    assert not Device.objects.exists()
    proposal = Proposal.objects.get()
    assert proposal.key == "serial:huawei:2102351234"
    assert proposal.addresses == ["10.9.9.9", "10.9.7.1", "10.9.8.1"]
    assert proposal.serial == "2102351234", "what is not seen this time stays"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"serial": "2102351234"},
        {"mac": "00e0fc000002"},
        {"address": "10.9.8.1"},
    ],
)
def test_a_registered_device_is_told_as_known(values):
    device = make_switch("other name", **values)
    assert list(recognise([SWITCH], (*OWN, Sign.ADDRESS))[0].values()) == [device]
    outcome = propose([SWITCH], actor=ACTOR)
    assert outcome.known == [(SWITCH, device)]
    assert not Proposal.objects.exists()


@pytest.mark.django_db
def test_a_rejected_device_does_not_come_back_at_another_address_or_without_its_serial():
    (proposal,) = propose([SWITCH], actor=ACTOR).new
    reject(proposal, actor=ACTOR, reason="a neighbour's")
    for seen in (SWITCH, replace(SWITCH, addresses=("10.1.1.1",)), replace(SWITCH, serial="", name="x", engine_id="")):
        assert propose([seen], actor=ACTOR).rejected == [proposal]
    with pytest.raises(ValidationError, match="already rejected"):
        reject(proposal, actor=ACTOR)
    assert Proposal.objects.count() == 1


@pytest.mark.django_db
def test_accepting_enters_the_device_with_its_type_address_and_profile():
    with write.unit(ACTOR) as unit:
        unit.create(ManagementProfile(name="core"))
    klass, site = AssetClassFactory(code="switch", role="network"), SiteFactory()
    (proposal,) = propose([SWITCH], actor=ACTOR).new
    with pytest.raises(ValidationError, match="give its asset class"):
        accept(proposal, Entry("TZ-1"), actor=ACTOR)
    assert not Device.objects.exists()
    device = accept(proposal, Entry("TZ-1", asset_class=klass, site=site), actor=ACTOR)
    assert (device.asset_tag, device.name, device.serial, device.site) == ("TZ-1", "edge-1", "2102351234", site)
    assert str(device.device_type) == "Huawei S5735"
    assert device.primary_address is not None
    assert device.primary_address.address == "10.9.7.1"
    assert DeviceProfile.objects.get().profile.name == "core"
    assert propose([SWITCH], actor=ACTOR).known[0][1] == device
    with pytest.raises(ValidationError, match="already accepted"):
        accept(proposal, Entry("TZ-2", asset_class=klass), actor=ACTOR)


@pytest.mark.django_db
def test_a_second_device_of_a_known_model_needs_no_class():
    make_switch("first")
    (proposal,) = propose([replace(SWITCH, model="s5720-28p")], actor=ACTOR).new
    accept(proposal, Entry("TZ-1", status="planned"), actor=ACTOR)
    assert DeviceType.objects.count() == 1


@pytest.mark.django_db
def test_a_neighbour_that_is_not_registered_is_proposed_and_is_one_with_the_device_found_later():
    now = timezone.now()
    with write.unit(ACTOR) as unit:
        unit.create(
            Difference(
                kind="unregistered",
                key="00e0fc000001",
                seen_value="edge-1",
                evidence={"at": "core GE1/0/1", "address": "10.9.7.1", "description": "Huawei"},
                opened_at=now,
                last_seen_at=now,
            )
        )
    (proposal,) = propose_neighbours(actor=ACTOR).new
    assert (proposal.key, proposal.addresses, proposal.name) == ("mac:00e0fc000001", ["10.9.7.1"], "edge-1")
    assert propose([SWITCH], actor=ACTOR).again == [proposal]
    assert Proposal.objects.get().serial == "2102351234"
    assert Proposal.objects.get().evidence["heard at"] == "core GE1/0/1"


@pytest.mark.django_db
def test_a_proposal_is_closed_when_its_device_was_registered_otherwise():
    (proposal,) = propose([SWITCH], actor=ACTOR).new
    device = make_switch("edge-1", serial="2102351234")
    propose_neighbours(actor=ACTOR)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.device, proposal.reason) == ("accepted", device, "registered since")


@pytest.mark.django_db
def test_the_command_lists_enters_and_refuses(capsys):
    AssetClassFactory(code="switch", role="network")
    one, two = propose([SWITCH, replace(SWITCH, serial="X9", mac="", macs=frozenset(), engine_id="")], actor=ACTOR).new
    call_command("proposals")
    assert "10.9.7.1, 10.9.8.1  edge-1  Huawei  S5735  2102351234" in capsys.readouterr().out
    call_command("proposals", "--accept", str(one.pk), "--asset-tag", "TZ-1", "--class", "switch")
    call_command("proposals", "--reject", str(two.pk), "--reason", "not ours")
    assert {p.state for p in Proposal.objects.all()} == {"accepted", "rejected"}
    call_command("proposals")
    assert capsys.readouterr().out.endswith("0 open proposals.\n")
    for arguments, said in (
        (["--reject", "99"], "no proposal 99"),
        (["--accept", str(one.pk)], "needs --asset-tag"),
        (["--accept", str(one.pk), "--asset-tag", "T", "--site", "nowhere"], "no site 'nowhere'"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("proposals", *arguments)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["10.0.0.0/8"], "16777214 addresses are very many"),
        (["10.0.0.9/8"], "host bits"),
        (["127.1.0.1", "--profile", "none such"], "no management profile 'none such'"),
        (["127.1.0.1", "--rate", "0"], "--rate: expected a number above 0"),
    ],
)
def test_a_sweep_that_cannot_be_meant_is_refused_before_anything_is_sent(arguments, said):
    with pytest.raises(CommandError, match=said):
        call_command("discover", *arguments)
