"""Finds what templates give to gettext, for `inventory.locale.extract`. Starts no Django."""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

from django.utils.translation.template import templatize

STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"(?<![\w.])(_|n?p?gettext)\(({STRING}(?:,\s*{STRING})*)")
"""As Django's templatize writes them."""


def extract(
    source: IO[bytes], keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[tuple[int, str, Any, list[str]]]:
    """Babel's interface: (line, function, message or messages, comments) of each call."""
    text = templatize(source.read().decode("utf-8"))
    for call in CALL.finditer(text):
        parts = ast.literal_eval(f"({call[2]},)")
        yield text.count("\n", 0, call.start()) + 1, call[1], parts[0] if len(parts) == 1 else parts, []
