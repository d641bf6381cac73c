"""Each word of a template that a person reads goes through gettext."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

TEMPLATES = sorted(ROOT.glob("*/templates/**/*.html"))
CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!--.*?-->|<(script|style)\b.*?</\1>|<!doctype[^>]*>", re.S | re.I)
TRANSLATED = re.compile(r"\{% blocktranslate.*?%\}.*?\{% endblocktranslate %\}", re.S)
IN_OTHER_LANGUAGE = re.compile(r'<button[^>]* lang="(?:en|zh-CN)"[^>]*>[^<]*</button>')
"""The switch names each language in its own."""
READ_ALOUD = re.compile(r'\b(?:title|aria-label|placeholder|alt)="([^"]*)"')
WORD = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]+")
NAMES = {"台账", "CSV", "MAC", "IP", "SHA", "VLAN", "JSON", "Taizhang", "nbsp", "mdash", "ndash", "times", "hellip"}


def bare_words(text: str) -> set[str]:
    """Words in the text of a template and in the attributes that are read aloud, without those translated."""
    for pattern in (TRANSLATED, IN_OTHER_LANGUAGE, CODE):
        text = pattern.sub(" ", text)
    told = " ".join(READ_ALOUD.findall(text)) + re.sub(r"<[^>]*>", " ", text)
    return set(WORD.findall(told)) - NAMES


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_template_speaks_one_language_only(file: Path) -> None:
    assert bare_words(file.read_text(encoding="utf-8")) == set()


def test_a_bare_word_would_be_found() -> None:
    assert bare_words('<a title="Go on" class="btn">{% translate "Yes" %} {{ x }} 好</a>') == {"Go", "on", "好"}
