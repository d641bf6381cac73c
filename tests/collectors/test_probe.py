"""Probing targets: what is printed and with which exit code."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from collectors.probing import ALL_ANSWERED, FAILED, SOME_SILENT, parse_target, probe_targets

FIXTURES = Path(__file__).parents[2] / "fixtures" / "devices"
CLOSED = "127.0.0.1:9"
"""Nobody listens at the discard port; the system refuses at once."""


def probed(*targets: str, as_json: bool = True) -> tuple[int, list[str]]:
    said: list[str] = []
    return probe_targets(targets, as_json=as_json, say=said.append), said


def test_recorded_files_are_printed_one_json_object_a_line() -> None:
    code, said = probed(str(FIXTURES / "printer.snmprec"), str(FIXTURES / "ups.snmprec"))
    assert code == ALL_ANSWERED
    assert [json.loads(line)["name"] for line in said] == ["printer", "ups"]


def test_lines_for_people_name_the_device_its_rule_and_its_tables() -> None:
    code, (said,) = probed(str(FIXTURES / "huawei-access.snmprec"), as_json=False)
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
    _, (said,) = probed(str(evil), as_json=False)
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
    target = parse_target(text, "c")
    assert (target.host, target.port, target.credentials[0].community) == (host, port, "c")


@pytest.mark.parametrize("text", ["", "a b", "10.1.2.3:0", "10.1.2.3:99999", "dir/file", "[fd00::1", "a:b:c"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"port|neither"):
        parse_target(text, "c")
