"""Management profiles: how they are loaded, in what order a device is asked, and that no secret is ever shown."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.utils import timezone

from collectors.collect import Target
from collectors.facts import Snapshot, to_json
from collectors.napalm.beside import BY_SNMP
from collectors.profiles import DeviceProfile, ManagementProfile
from collectors.selectors import Scope, devices_to_poll, target_of
from collectors.services import running
from collectors.snmp.credentials import Credential
from inventory.models import Device
from inventory.services import write
from inventory.services.importing.loading import FileResult, find_files, load
from tests.factories import TESTER, make_switch

pytestmark = pytest.mark.django_db
SECRETS = ("kunlun-7788", "authentic words", "private words", "log in words", "enable words")
V3 = f"core,3,operator,sha512,{SECRETS[1]},aes256,{SECRETS[2]}\n"
HEAD = "name,version,user,auth,auth_key,privacy,privacy_key\n"
LOGIN_HEAD = "name,version,login_user,login_password,enable_secret,driver,login_port\n"
LOGIN = f"cli,none,reader,{SECRETS[3]},{SECRETS[4]},ios,2222\n"


def _load(folder: Path, **files: str) -> dict[str, FileResult]:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    found, problems = find_files([folder])
    assert not problems
    return {result.path.stem: result for result in load(found, actor=TESTER)}


@pytest.fixture
def switch() -> Device:
    """A switch without any profile."""
    device = make_switch("sw")
    with write.unit(TESTER) as unit:
        unit.delete(DeviceProfile.objects.get())
    return device


def _ways(device: Device) -> list[str]:
    return [credential.name for managed in devices_to_poll(Scope()) for credential in target_of(managed).credentials]


def test_devices_with_the_same_community_share_a_profile_whose_name_does_not_tell_it(tmp_path, switch):
    other = make_switch("other")
    rows = f"device,version,community,port\n{switch.asset_tag},2c,{SECRETS[0]},161\n{other.asset_tag},,{SECRETS[0]},\n"
    assert not _load(tmp_path, management=rows)["management"].problems
    assert {row.profile.name for row in DeviceProfile.objects.all()} == {"SNMPv2c"}
    assert ManagementProfile.objects.get(name="SNMPv2c").community == SECRETS[0]
    again = _load(tmp_path, management=rows)["management"]
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)


def test_a_blank_community_stays_and_a_new_port_makes_another_profile(tmp_path, switch):
    _load(tmp_path, management=f"device,community\n{switch.asset_tag},{SECRETS[0]}\n")
    _load(tmp_path, management=f"device,port\n{switch.asset_tag},1161\n")
    profile = DeviceProfile.objects.get().profile
    assert (profile.name, profile.community, profile.port) == ("SNMPv2c 1161", SECRETS[0], 1161)


def test_a_device_is_asked_by_the_profiles_its_row_names_in_their_order(tmp_path, switch):
    _load(
        tmp_path,
        profiles=HEAD + V3 + "old,2c,,,,,\n",
        management=f"device,profile\n{switch.asset_tag},core; old\n",
    )
    (managed,) = devices_to_poll(Scope())
    core, old = target_of(managed).credentials
    assert (core.name, core.version, core.user, core.level) == ("core", "3", "operator", "authPriv")
    assert (core.auth, core.auth_key, core.privacy, core.privacy_key) == ("sha512", SECRETS[1], "aes256", SECRETS[2])
    assert (old.name, old.version, old.community) == ("old", "2c", "public")
    again = _load(tmp_path, management=f"device,profile\n{switch.asset_tag},core; old\n")["management"]
    assert (again.created, again.changed) == (0, 0)
    _load(tmp_path, management=f"device,profile\n{switch.asset_tag},old\n")
    assert _ways(switch)[0] == "old"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("no such,,", "there is no management profile 'no such'"),
        (",3,", "SNMPv3 needs a profile"),
        (",,70000", "expected a port from 1 to 65535"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused(tmp_path, switch, row, said):
    result = _load(tmp_path, management=f"device,profile,version,port\n{switch.asset_tag},{row}\n")["management"]
    assert said in result.problems[0].message
    assert not DeviceProfile.objects.exists()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"version": "3"}, "needs a user"),
        ({"version": "3", "user": "a", "auth_key": "short"}, "at least 8 characters"),
        ({"version": "3", "user": "a", "privacy_key": "12345678"}, "no privacy without authentication"),
        ({"community": ""}, "a community is needed"),
        ({"login_password": "x"}, "needs a user to log in as"),
        ({"driver": "ios"}, "needs a user to log in as"),
        ({"login_user": "a", "driver": "telnet"}, "not a valid choice"),
        ({"login_user": "a", "login_port": 70000}, "less than or equal to 65535"),
        ({"version": "none", "login_user": "a"}, "Without SNMP a user to log in as and a driver are needed"),
        ({"version": "none", "community": ""}, "Without SNMP a user to log in as and a driver are needed"),
    ],
)
def test_a_profile_that_cannot_be_used_is_refused(values, said):
    with pytest.raises(ValidationError, match=said), write.unit(TESTER) as unit:
        unit.create(ManagementProfile(name="x", **values))


def test_the_profile_that_worked_last_is_tried_first(switch):
    with write.unit(TESTER) as unit:
        for position, name in enumerate(("one", "two", "three")):
            profile = unit.create(ManagementProfile(name=name))
            unit.create(DeviceProfile(device=switch, profile=profile, position=position))
    assert _ways(switch) == ["one", "two", "three"]
    target = Target(switch.asset_tag, "127.0.0.1")
    for name in ("two", "three"):
        found = Snapshot(switch.asset_tag, asked_with=name)
        running.run([target], Scope(), poll=lambda _t, f=found: [(target, f)], actor=TESTER, progress=lambda *_: None)
    assert _ways(switch) == ["three", "two", "one"]
    worked = DeviceProfile.objects.get(profile__name="three").worked_at
    assert worked is not None
    assert timezone.now() - worked < timedelta(minutes=1)


def test_a_disabled_profile_is_not_tried(switch):
    with write.unit(TESTER) as unit:
        for name, enabled in (("one", False), ("two", True)):
            profile = unit.create(ManagementProfile(name=name))
            unit.create(DeviceProfile(device=switch, profile=profile, enabled=enabled))
    assert _ways(switch) == ["two"]


def test_a_profile_of_the_command_line_alone_is_loaded_and_asks_no_snmp(tmp_path, switch):
    rows = f"device,profile\n{switch.asset_tag},cli\n"
    assert not _load(tmp_path, profiles=LOGIN_HEAD + LOGIN, management=rows)["profiles"].problems
    chosen = list(devices_to_poll(Scope()))
    assert target_of(chosen[0]).credentials == ()
    (login,) = running.logins_of(chosen, "keys").values()
    assert (login.name, login.host, login.driver) == (switch.asset_tag, target_of(chosen[0]).host, "ios")
    assert (login.user, login.password, login.enable_secret) == ("reader", *SECRETS[3:])
    assert (login.port, dict(login.options), login.known_hosts) == (2222, {"port": 2222}, "keys")
    again = _load(tmp_path, profiles=LOGIN_HEAD + LOGIN)["profiles"]
    assert (again.created, again.changed) == (0, 0)


def test_of_several_profiles_the_first_with_a_log_in_is_logged_in_by(tmp_path, switch):
    profile_rows = LOGIN_HEAD + "plain,2c,,,,,\nauto,2c,reader,,,,\n" + LOGIN
    _load(tmp_path, profiles=profile_rows, management=f"device,profile\n{switch.asset_tag},plain; auto; cli\n")
    (login,) = running.logins_of(devices_to_poll(Scope())).values()
    assert (login.driver, login.port, dict(login.options)) == (BY_SNMP, 22, {})
    assert _ways(switch) == ["plain", "auto"]


def test_a_log_in_can_be_taken_away_and_is_not_shared_with_devices_that_only_name_a_community(tmp_path, switch):
    _load(tmp_path, profiles=LOGIN_HEAD + "public,2c,reader,words,,ios,22\n")
    _load(tmp_path, management=f"device,version,community,port\n{switch.asset_tag},2c,public,161\n")
    assert DeviceProfile.objects.get().profile.name == "SNMPv2c"
    _load(tmp_path, profiles=LOGIN_HEAD + "public,,-,-,-,-,-\n")
    public = ManagementProfile.objects.get(name="public")
    assert (public.login_user, public.login_password, public.driver, public.login_port) == ("", "", "", None)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("x,2c,reader,,,telnet,", "expected one of ios, "),
        ("x,2c,reader,,,,70000", "expected a port from 1 to 65535"),
        ("x,none,reader,,,,", "Without SNMP a user to log in as and a driver are needed"),
        ("x,none,,,,ios,", "needs a user to log in as"),
    ],
)
def test_a_log_in_that_cannot_be_meant_is_refused(tmp_path, row, said):
    result = _load(tmp_path, profiles=f"{LOGIN_HEAD}{row}\n")["profiles"]
    assert said in result.problems[0].message
    assert not ManagementProfile.objects.exists()


def test_no_secret_is_in_the_change_log_or_in_any_text_of_the_values(tmp_path, switch):
    result = _load(
        tmp_path,
        profiles=HEAD + V3,
        management=f"device,profile,community\n{switch.asset_tag},core,\n",
    )
    _load(tmp_path, profiles=LOGIN_HEAD + LOGIN.replace("cli,none", "core,3"))
    _load(tmp_path, management=f"device,community\n{switch.asset_tag},{SECRETS[0]}\n")
    _load(tmp_path, profiles=HEAD + V3.replace("words", "other words"))
    (managed,) = devices_to_poll(Scope())
    target = target_of(managed)
    login = managed.ways[0].profile.login("sw", "127.0.0.1")
    said = [repr(target), str(target), repr(managed), repr(target.credentials), str(list(result["profiles"].changes))]
    said += [repr(login), str(login)]
    said += [repr(way.profile) for way in managed.ways] + [json.dumps(to_json(Snapshot("sw", asked_with="core")))]
    said += [json.dumps([e.changes, e.object_repr, e.additional_data], default=str) for e in LogEntry.objects.all()]
    for secret in SECRETS:
        assert not [text for text in said if secret in text], secret
    assert repr(Credential(community=SECRETS[0])).count(SECRETS[0]) == 0
