"""Probing targets: what is printed and with which exit code."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from collectors.facts import Snapshot
from collectors.management import telling
from collectors.polling.probing import ALL_ANSWERED, FAILED, SOME_SILENT, as_json, parse_target, probe_targets
from collectors.snmp.credentials import Credential

FIXTURES = Path(__file__).parents[2] / "fixtures" / "devices"
CLOSED = "127.0.0.1:9"
"""Nobody listens at the discard port; the system refuses at once."""


def probed(*targets: str, show: Callable[[Snapshot], str] = as_json) -> tuple[int, list[str]]:
    said: list[str] = []
    return probe_targets(targets, show=show, say=said.append), said


def test_recorded_files_are_printed_one_json_object_a_line() -> None:
    code, said = probed(str(FIXTURES / "printer.snmprec"), str(FIXTURES / "ups.snmprec"))
    assert code == ALL_ANSWERED
    assert [json.loads(line)["name"] for line in said] == ["printer", "ups"]


def test_lines_for_people_name_the_device_its_rule_and_its_tables() -> None:
    code, (said,) = probed(str(FIXTURES / "huawei-access.snmprec"), show=telling.text)
    assert code == ALL_ANSWERED
    assert said.splitlines()[0] == "huawei-access: Huawei S5735-L24T4S-A1"
    assert "rule: huawei.toml" in said
    assert "forwarding: 4 rows, complete" in said


def test_a_silent_target_gives_three_and_the_others_are_still_told() -> None:
    code, said = probed(CLOSED, str(FIXTURES / "ups.snmprec"))
    first = json.loads(said[0])
    assert (code, first["fault"], json.loads(said[1])["hardware"]) == (SOME_SILENT, "no_answer", "KR1110-J")


def test_a_target_that_cannot_be_tried_gives_one_and_a_sentence(tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.snmprec"
    rubbish.write_bytes(b"\x00\xff not a recording\n" * 5)
    code, said = probed(str(rubbish), "no such file", CLOSED)
    faults = [json.loads(line) for line in said]
    assert code == FAILED
    assert [fault["fault"] for fault in faults] == ["bad_file", "bad_target", "no_answer"]
    assert "rubbish.snmprec" in faults[0]["fault_text"]


def test_the_command_prints_what_the_function_says_and_exits_with_its_code() -> None:
    out = StringIO()
    call_command("probe", str(FIXTURES / "ups.snmprec"), "--json", stdout=out)
    assert json.loads(out.getvalue())["hardware"] == "KR1110-J"
    with pytest.raises(SystemExit) as left:
        call_command("probe", CLOSED, stdout=out)
    assert left.value.code == SOME_SILENT


def test_control_characters_of_a_device_do_not_reach_the_terminal(tmp_path: Path) -> None:
    evil = tmp_path / "evil.snmprec"
    evil.write_text("1.3.6.1.2.1.1.5.0|4e|a\\x1b]0;b and more of it\n", encoding="ascii")
    _, (said,) = probed(str(evil), show=telling.text)
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("10.1.2.3", "10.1.2.3", 161),
        ("10.1.2.3:1161", "10.1.2.3", 1161),
        ("core.example", "core.example", 161),
        ("[fd00::1]:1161", "fd00::1", 1161),
        ("[fd00::1]", "fd00::1", 161),
        ("fd00::1", "fd00::1", 161),
    ],
)
def test_a_target_is_an_address_with_or_without_a_port(text: str, host: str, port: int) -> None:
    target = parse_target(text, [Credential(community="c")])
    assert (target.host, target.port, target.credentials[0].community) == (host, port, "c")


@pytest.mark.parametrize("text", ["", "a b", "10.1.2.3:0", "10.1.2.3:99999", "dir/file", "[fd00::1", "a:b:c"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"port|neither"):
        parse_target(text)


def test_a_port_that_is_named_goes_before_the_credentials_own() -> None:
    own = Credential(port=1161)
    ports = [parse_target(text, [own]).credentials[0].port for text in ("10.1.2.3", "10.1.2.3:161")]
    assert ports == [1161, 0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--v3-user", "reader"), "A device cannot be asked like this: a key of SNMPv3 has at least 8 characters"),
        (("--v3-user", ""), "A device cannot be asked like this: SNMPv3 needs a user"),
        (("--v3-user", "reader", "--auth", "rot13"), "invalid choice: 'rot13'"),
        (("--v3-user", "reader", "--profile", "core"), "not allowed with argument"),
    ],
)
def test_a_user_that_cannot_be_meant_is_refused_in_one_line(
    words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAIZHANG_V3_AUTH_KEY", "sevenxx")
    monkeypatch.setenv("TAIZHANG_V3_PRIVACY_KEY", "eight or more")
    with pytest.raises(CommandError) as refused:
        call_command("probe", CLOSED, *words)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "sevenxx" not in str(refused.value)


def test_without_a_terminal_a_key_that_is_not_there_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody_types(_prompt: str) -> str:
        raise EOFError

    monkeypatch.delenv("TAIZHANG_V3_AUTH_KEY", raising=False)
    monkeypatch.setattr("collectors.management.credentials.getpass", nobody_types)
    with pytest.raises(CommandError, match=r"^no key was given: set TAIZHANG_V3_AUTH_KEY or type it when asked$"):
        call_command("probe", CLOSED, "--v3-user", "reader")


@pytest.mark.django_db
def test_a_profile_that_is_not_there_is_told_in_one_line() -> None:
    with pytest.raises(CommandError, match=r"^there is no management profile 'core'$"):
        call_command("probe", CLOSED, "--profile", "core")
