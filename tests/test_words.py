"""Everything a person meets is there in English and in Chinese: the catalogue, docs/words.md, the commands."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from django.apps import apps
from django.core.management import load_command_class
from django.db.models import Model
from django.utils import translation

from collectors import wording
from collectors.collect import SUBJECTS
from collectors.facts import TableState
from collectors.management import telling
from collectors.models import Difference
from collectors.polling.probing import probe_targets
from collectors.rulebook import KINDS
from inventory.locale import extract
from inventory.locale.compile import compile_all

ROOT = extract.ROOT
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z%]|\{\w*\}")
SAME_IN_BOTH = {"MAC", "OTDR"}
WITHOUT_A_ROW = {
    "RunPart": "results of some devices of a run, shown with the run",
    "FiberLinkHop": "a strand within a fiber link, shown there",
    "AllocationRuleClass": "joins rules to classes, shown with the rule",
    "SegmentDepartment": "joins segments to departments, shown with the segment",
    "UserTown": "joins users to towns, shown with the user",
}
SPOKEN = {"CommandError", "ValidationError", "BadCell", "LabFault", "BookError", "ArgumentTypeError", "write"}
"""Calls whose first argument a person reads."""
NO_WORDS = {"sha256"}
COMMANDS = [
    (config.name, file.stem)
    for config in apps.get_app_configs()
    if config.name in extract.PACKAGES
    for file in sorted((Path(config.path) / "management" / "commands").glob("[!_]*.py"))
]


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """The catalogues as Django reads them, as they stand now."""
    compile_all(extract.LOCALE)


def messages() -> list[Message]:
    return [message for message in extract.read(extract.catalogues()[0]) if message.id]


def placeholders(text: str) -> list[str]:
    """Those with a name in any order, those without one as they stand."""
    found = PLACEHOLDER.findall(text)
    return sorted(one for one in found if "(" in one or "{" in one) + [one for one in found if "(" not in one]


def models() -> list[type[Model]]:
    return [model for package in extract.PACKAGES for model in apps.get_app_config(package).get_models()]


def rows() -> dict[str, tuple[str, str]]:
    """Model → its English and its Chinese name in docs/words.md."""
    lines = (ROOT / "docs" / "words.md").read_text(encoding="utf-8").splitlines()
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return {model: (english, chinese) for model, english, chinese, _netbox in table[2:]}


def bare_words(node: ast.expr) -> Iterator[str]:
    """Text in an expression that did not go through gettext."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from set(re.findall(r"[A-Za-z]{2,}\w*", node.value)) - NO_WORDS
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from bare_words(part)
    elif isinstance(node, ast.BinOp):
        yield from bare_words(node.left)
        if isinstance(node.op, ast.Add):
            yield from bare_words(node.right)
    elif isinstance(node, ast.IfExp):
        yield from bare_words(node.body)
        yield from bare_words(node.orelse)


def test_the_catalogue_has_every_sentence_of_the_code_in_chinese() -> None:
    (po,) = extract.catalogues()
    text, lacking = extract.updated(po, extract.sentences())
    assert [message.id for message in lacking] == [], "translate these after `python -m inventory.locale.extract`"
    assert text == po.read_bytes(), "run `python -m inventory.locale.extract`"


def test_no_sentence_stands_within_an_f_string_where_it_is_not_found() -> None:
    wrong = []
    for file in (file for package in extract.PACKAGES for file in sorted((ROOT / package).rglob("*.py"))):
        texts = [node for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.JoinedStr)]
        calls = [node for text in texts for node in ast.walk(text) if isinstance(node, ast.Call)]
        wrong += [f"{file}:{node.lineno}" for node in calls if getattr(node.func, "id", "") in extract.KEYWORDS]
    assert wrong == []


def test_a_new_sentence_is_asked_for_and_a_dropped_one_goes(tmp_path: Path) -> None:
    for package in extract.PACKAGES:
        (tmp_path / package).mkdir()
    (tmp_path / "inventory" / "one.py").write_text('_("devices")\npgettext("fiber", "brand new")\n', encoding="utf-8")
    text, lacking = extract.updated(extract.catalogues()[0], extract.sentences(tmp_path))
    assert [(message.context, message.id) for message in lacking] == [("fiber", "brand new")]
    assert 'msgstr "设备"' in text.decode()
    assert "光缆" not in text.decode()


def pairs() -> list[tuple[str, str]]:
    """Each sentence, of two forms that for many, with its translation."""
    found = []
    for message in messages():
        english = message.id if isinstance(message.id, str) else message.id[-1]
        forms = (message.string,) if isinstance(message.string, str) else message.string
        found += [(english, form) for form in forms]
    return found


def test_placeholders_are_the_same_in_both_languages() -> None:
    assert [english for english, chinese in pairs() if placeholders(english) != placeholders(chinese)] == []


def test_every_translation_is_chinese() -> None:
    wrong = [english for english, chinese in pairs() if not CHINESE.search(PLACEHOLDER.sub("", chinese))]
    bare = {one for one in wrong if re.search("[A-Za-z]", PLACEHOLDER.sub("", one))}
    assert bare == SAME_IN_BOTH


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_the_table_of_words_names_each_model_as_the_model_does(model: type[Model]) -> None:
    if model.__name__ in WITHOUT_A_ROW:
        assert model.__name__ not in rows()
        return
    names = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            names.append(str(model._meta.verbose_name))
    assert rows()[model.__name__] == tuple(names)


def test_the_table_of_words_has_no_model_that_is_not_there() -> None:
    assert rows().keys() <= {model.__name__ for model in models()}


def test_each_field_and_choice_of_a_model_has_a_chinese_name() -> None:
    fields = [f for model in models() if model.__name__ != "User" for f in model._meta.concrete_fields]
    with translation.override("zh-hans"):
        names = {f"{f.model.__name__}.{f.name}": str(f.verbose_name) for f in fields if f.editable and f.name != "id"}
    assert {name for name, words in names.items() if not CHINESE.search(words)} <= {
        "Interface.mac",
        "Proposal.mac",
        "Sighting.mac",
        "ReportRun.sha256",
    }


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("package", "name"), COMMANDS)
def test_every_command_tells_its_help(
    package: str, name: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with translation.override(language):
        parser = load_command_class(package, name).create_parser("manage.py", name)
        with pytest.raises(SystemExit) as ended:
            parser.parse_args(["--help"])
        own = [action.help or "" for action in parser._actions]
    assert ended.value.code == 0
    described = capsys.readouterr().out.split("\n\n")[1]
    assert bool(CHINESE.search(described)) == (language == "zh-hans")
    assert any(map(CHINESE.search, own)) == (language == "zh-hans")


def test_what_a_command_or_a_check_says_goes_through_gettext() -> None:
    wrong = []
    for package in extract.PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in SPOKEN and (words := list(bare_words(node.args[0]))):
                    wrong.append(f"{file.relative_to(ROOT)}:{node.lineno}: {' '.join(words)}")
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "code", "told"),
    [
        ("en", "no_answer", "no answer, asked 4 times"),
        ("zh-hans", "no_answer", "无应答，已询问 4 次"),
        ("zh-hans", "bad_answer", "应答无法理解（no answer, asked 4 times）"),
        ("zh-hans", "a code without words", "no answer, asked 4 times"),
    ],
)
def test_a_fault_is_told_in_the_language_in_force_before_the_snmp_layers_own_text(
    language: str, code: str, told: str
) -> None:
    with translation.override(language):
        assert wording.fault(code, "no answer, asked 4 times") == told


@pytest.mark.parametrize(
    ("kind", "register", "seen", "told"),
    [
        ("no_answer", "in_use", "no_answer", "在用 → 无应答"),
        ("no_answer", "in_use", "no_answer 2026-11-20", "在用 → 无应答，最后应答 2026-11-20"),
        ("unknown_mac", "", "00e04ce0d34a", "– → 00:e0:4c:e0:d3:4a"),
        ("unseen", "in_use", "2025-03-01", "在用 → 最后踪迹 2025-03-01"),
        ("unseen", "in_use", "", "在用 → 从无踪迹"),
        ("serial", "", "in_use", "– → in_use"),
    ],
)
def test_the_codes_of_a_difference_are_words(kind: str, register: str, seen: str, told: str) -> None:
    difference = Difference(kind=kind, register_value=register, seen_value=seen)
    with translation.override("zh-hans"):
        assert f"{wording.register_value(difference)} → {wording.seen_value(difference)}" == told


def test_probe_tells_a_person_in_chinese_what_a_device_is_and_how_its_tables_ended() -> None:
    said: list[str] = []
    recording = ROOT / "fixtures" / "devices" / "huawei-access.snmprec"
    with translation.override("zh-hans"):
        probe_targets([str(recording), "127.0.0.1:9"], show=telling.text, say=said.append)
    lines = said[0].splitlines()
    assert lines[0] == "huawei-access: Huawei S5735-L24T4S-A1"
    assert {"  类别: 网络设备", "  转发表: 4 行，完整"} <= set(lines)
    assert [line for line in lines[1:] if not CHINESE.search(line)] == []
    assert said[1].startswith("127.0.0.1:9: 无应答（")


def test_every_kind_table_and_ending_that_probe_may_tell_has_a_name() -> None:
    assert telling.KINDS.keys() == KINDS
    assert wording.TABLES.keys() == {*SUBJECTS, "snmp", "napalm"}
    assert wording.STATES.keys() == set(TableState)
