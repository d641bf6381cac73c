"""The rule files: that the shipped ones are sound, and that broken ones are refused with their place."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collectors.facts import SystemFact
from collectors.identify import LONGEST_READ, Answers, default_vendors, identify
from collectors.rulebook import Rule, RuleFault, covers, load_vendors

FOLDER = Path(__file__).parents[2] / "collectors" / "vendors"
COUNTY = frozenset(
    [
        "huawei",
        "h3c",
        "zte",
        "ruijie",
        "dcn",
        "dlink",
        "tplink",
        "maipu",
        "dptech",
        "topsec",
        "sangfor",
        "hikvision",
        "hp",
        "aruba",
        "cisco",
        "juniper",
        "mikrotik",
        "ubiquiti",
        "fortinet",
        "windows",
        "netsnmp",
        "printers",
        "apc",
        "power",
        "nas",
        "bdcom",
        "lenovo",
        "china",
    ]
)


def one(tmp_path: Path, text: str) -> Rule:
    (tmp_path / "maker.toml").write_text(text, encoding="utf-8")
    (rule,) = load_vendors(tmp_path).rules
    return rule


def refused(tmp_path: Path, text: str) -> str:
    (tmp_path / "maker.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleFault) as caught:
        load_vendors(tmp_path)
    return str(caught.value)


def test_the_shipped_files_load_and_hold_what_a_county_buys() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} >= COUNTY
    assert len(default_vendors().rules) > 400


def test_every_shipped_rule_has_a_kind_and_says_something() -> None:
    for rule in default_vendors().rules:
        assert rule.kind, rule.name
        assert rule.os, rule.name


def test_no_two_rules_of_a_file_have_one_name() -> None:
    names = [re.sub(r":\d+", "", rule.name) for rule in default_vendors().rules]
    assert len(names) == len(set(names))


def test_the_evidence_names_file_line_and_rule(tmp_path: Path) -> None:
    rule = one(tmp_path, '# a maker\nkind = "network"\n\n[[rules]]\nname = "x"\nobject_id = "1.3.6.1.4.1.9"\n')
    assert rule.name == "maker.toml:4 x"


def test_a_rules_own_words_win_over_the_files(tmp_path: Path) -> None:
    rule = one(tmp_path, 'kind = "network"\nos = "a"\n[[rules]]\nname = "x"\ndescr = "y"\nkind = "firewall"\n')
    assert (rule.kind, rule.os) == ("firewall", "a")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kind = [", "maker.toml: "),
        ('colour = "red"', "maker.toml: 'colour' is not known here"),
        ('[[rules]]\nname = "x"\nobject_id = "1.3.6"\nhardwere = "y"', "maker.toml:1 x: 'hardwere'"),
        ('[[rules]]\nobject_id = "1.3.6"', "a rule without a name"),
        ('[[rules]]\nname = "x"', "it would speak for every device"),
        ('[[rules]]\nname = "x"\nobject_id = "1.3.six"', "maker.toml:1 x: "),
        ('[[rules]]\nname = "x"\ndescr = "("', "pattern '('"),
        ('[[rules]]\nname = "x"\ndescr = "a"\nkind = "toaster"', "kind 'toaster' is none of"),
        ('[[rules]]\nname = "x"\ndescr = "a"\nserial = { entity = "weight" }', "serial, source 1: entity 'weight'"),
        ('[[rules]]\nname = "x"\ndescr = "a"\nserial = [{ objct = "1.3" }]', "serial, source 1: 'objct'"),
        ('[[rules]]\nname = "x"\ndescr = "a"\nserial = { object = "1.3", descr = "y" }', "exactly one of"),
        ('[[rules]]\nname = "x"\ndescr = "a"\nserial = { object = "1.3", as = "morse" }', "as 'morse'"),
        ('[[rules]]\nname = "x"\ndescr = "a"\nserial = 7', "serial, source 1"),
        ("enterprises = [9]", "maker.toml: enterprise numbers"),
        ('[manufacturers]\nnine = "Cisco"', "maker.toml: enterprise numbers"),
        ('[products]\n"1.3.6.1" = "7 seven eight"', "maker.toml: products of 1.3.6.1: arcs and names by turns"),
        ('[products]\n"1.3.6.1" = "7 seven x eight"', "maker.toml: products of 1.3.6.1: arcs and names by turns"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    assert told in refused(tmp_path, text)


def test_products_of_one_file_are_looked_up_by_the_rules_of_another(tmp_path: Path) -> None:
    (tmp_path / "products.toml").write_text(
        '[products]\n"1.3.6.1.4.1.5.1" = """\n7 seven 8\neight"""', encoding="utf-8"
    )
    rule = '[[rules]]\nname = "x"\nobject_id = "1.3.6.1.4.1.5"\nhardware = { object_id = "products" }'
    (tmp_path / "maker.toml").write_text(rule, encoding="utf-8")
    vendors = load_vendors(tmp_path)
    names = {arc: identify(Answers(SystemFact(object_id=f"1.3.6.1.4.1.5.1.{arc}")), vendors).hardware for arc in "789"}
    assert names == {"7": "seven", "8": "eight", "9": None}


def test_the_longest_object_id_speaks_first_then_conditions(tmp_path: Path) -> None:
    text = """
[[rules]]
name = "all"
object_id = "1.3.6.1.4.1.9"
[[rules]]
name = "branch"
object_id = "1.3.6.1.4.1.9.1"
[[rules]]
name = "described"
object_id = "1.3.6.1.4.1.9"
descr = "XR"
[[rules]]
name = "with object"
object_id = "1.3.6.1.4.1.9"
exists = "1.3.6.1.4.1.9.2.1.0"
"""
    (tmp_path / "maker.toml").write_text(text, encoding="utf-8")
    vendors = load_vendors(tmp_path)

    def order(object_id: str, descr: str = "") -> list[str]:
        system = SystemFact(descr=descr, object_id=object_id)
        return [rule.name.split(" ", 1)[1] for rule in vendors.candidates(system)]

    assert order("1.3.6.1.4.1.9.1.5", "IOS XR") == ["branch"]
    assert order("1.3.6.1.4.1.9.7", "IOS XR") == ["with object", "described"]
    assert order("1.3.6.1.4.1.9.7") == ["with object", "all"]
    assert order("1.3.6.1.4.1.99") == []


def test_only_objects_that_decide_are_asked_for_before_the_choice(tmp_path: Path) -> None:
    text = """
[[rules]]
name = "nas"
object_id = "1.3.6.1.4.1.8072"
exists = "1.3.6.1.4.1.6574.1.5.1.0"
under = "1.3.6.1.4.1.6574.2"
serial = { object = "1.3.6.1.4.1.6574.1.5.2.0" }
chassis = { column = "1.3.6.1.4.1.6574.3.1" }
"""
    rule = one(tmp_path, text)
    wanted = load_vendors(tmp_path).extra_objects(SystemFact(object_id="1.3.6.1.4.1.8072.3.2.10"))
    assert (wanted.objects, wanted.columns) == (("1.3.6.1.4.1.6574.1.5.1.0",), ("1.3.6.1.4.1.6574.2",))
    assert rule.wanted().objects == ("1.3.6.1.4.1.6574.1.5.2.0",)
    assert rule.wanted().columns == ("1.3.6.1.4.1.6574.3.1",)
    assert wanted.scalars().objects == {"1.3.6.1.4.1.6574.1.5.1.0": "1.3.6.1.4.1.6574.1.5.1.0"}


def test_a_prefix_covers_whole_arcs_only() -> None:
    assert covers("1.3.6.1.4.1.9", "1.3.6.1.4.1.9")
    assert covers("1.3.6.1.4.1.9", "1.3.6.1.4.1.9.1")
    assert not covers("1.3.6.1.4.1.9", "1.3.6.1.4.1.99")


def test_an_enterprise_number_gives_the_manufacturer() -> None:
    vendors = default_vendors()
    assert vendors.manufacturer("1.3.6.1.4.1.2011.2.23.1") == "Huawei"
    assert vendors.manufacturer("1.3.6.1.4.1.14331") == "Topsec"
    for other in ("1.3.6.1.4.1", "", "1.3.6.1.2.1.33", "1.3.6.1.4.1.99999999999999", "rubbish"):
        assert vendors.manufacturer(other) is None


@pytest.mark.parametrize(
    ("branch", "descr", "known"),
    [
        (
            "2011.2.239",
            "Huawei Versatile Routing Platform Software\nVRP (R) software, Version 8.180 (CE6857EI V200R005C10SPC800)\n"
            "Copyright (C) Huawei\nHUAWEI CE6857-48S6CQ-EI",
            ("Huawei", "CE6857-48S6CQ-EI", "V200R005C10SPC800"),
        ),
        (
            "2011.2.23",
            "S2700-26TP-PWR-EI \nHuawei Versatile Routing Platform Software \n"
            " VRP (R) software,Version 5.70 (S2700 V100R006C05)",
            ("Huawei", "S2700-26TP-PWR-EI", "V100R006C05"),
        ),
        (
            "25506.1",
            "H3C Switch S3100V2-26TP-EI Software Version 5.20.99, Release 1101",
            ("H3C", "S3100V2-26TP-EI", "5.20.99, Release 1101"),
        ),
        (
            "3902.1082",
            "C320 Version V2.1.0 Software, Copyright (c) by ZTE Corporation Compiled",
            ("ZTE", "C320", "V2.1.0"),
        ),
        ("11.2.3.7.11", "ProCurve J9019A Switch 2510-24, revision Q.11.57", ("HP", "J9019A Switch 2510-24", "Q.11.57")),
        ("3320.1", "BDCOM(tm) P3310C Software, Version 10.1.0E Build 37489", ("BDCOM", "P3310C", "10.1.0E")),
        ("1182.2", "RTX1210 Rev.14.01.38 (Thu Feb 25 2021)", ("Yamaha", "RTX1210", "14.01.38")),
        (
            "20992.1.1",
            "Cradlepoint IBR900-600M, Firmware Version 7.2.40.abc",
            ("Cradlepoint", "IBR900-600M", "7.2.40"),
        ),
    ],
)
def test_models_no_recording_has_are_named_too(branch: str, descr: str, known: tuple[str, str, str]) -> None:
    found = identify(Answers(SystemFact(descr=descr, object_id=f"1.3.6.1.4.1.{branch}.77")), default_vendors())
    assert (found.manufacturer, found.hardware, found.version) == known


HOSTILE = (" ", "a", "A1", "1.", "a ", "a-", "; ")


@pytest.mark.parametrize("rule", default_vendors().rules, ids=lambda rule: rule.name)
def test_no_pattern_of_a_rule_hangs_on_a_hostile_text(rule: Rule) -> None:
    """What a device may write of itself, cut where `identify` cuts it; a pattern that tries all ways is stopped."""
    sources = [source for given in rule.sources.values() for source in given]
    patterns = [rule.descr, *(one for source in sources for one in (source.pattern, source.descr, source.where))]
    for pattern in {one for one in patterns if one is not None}:
        found = re.findall(r"[A-Za-z][A-Za-z /:-]+", re.sub(r"\\.", "", pattern.pattern))[:4]
        words = [word + end for word in found for end in ("", ":")]
        texts = [(begin + filler * LONGEST_READ)[:LONGEST_READ] for filler in HOSTILE for begin in ("", *words)]
        texts += [(word * LONGEST_READ)[:LONGEST_READ] for word in words]
        with stopped_after(10, f"{rule.name}: {pattern.pattern}"):
            for text in texts:
                pattern.search(text)


@contextmanager
def stopped_after(seconds: int, words: str) -> Iterator[None]:
    """Fails the test where a block would not come to an end."""

    def stop(_number: int, _frame: object) -> None:
        pytest.fail(f"still searching after {seconds} s: {words}")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
