"""`python -m inventory.locale.extract`: brings the catalogues (.po) up to the sentences of the code.

New sentences come in untranslated, translations are kept, sentences that the code no longer has are dropped.
A translation is never guessed from a similar sentence. Knows no model; starts no Django.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

PACKAGES = ("inventory", "collectors", "reports")
KEYWORDS: Mapping[str, Any] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
}
METHODS = [
    ("**/migrations/**", "ignore"),
    ("**.py", "python"),
    ("**.html", "inventory.locale.templates:extract"),
]
LOCALE = Path(__file__).resolve().parent
ROOT = LOCALE.parent.parent
WIDTH = 110
HEADER = """# Taizhang in another language. `python -m inventory.locale.extract` keeps the sentences up to date.
msgid ""
msgstr ""
"Project-Id-Version: Taizhang\\n"
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
"""Fixed: a date in it would change the file each time."""


def sentences(root: Path = ROOT) -> Catalog:
    """All that the three packages below `root` give to gettext, in order of file and line, without translations."""
    found = Catalog(charset="utf-8", fuzzy=False)
    for package in PACKAGES:
        for file, line, message, comments, context in _extracted(root / package):
            place = (f"{package}/{file}", line)
            found.add(message, None, [place], auto_comments=comments, context=context)
    return found


def _extracted(folder: Path) -> Iterator[tuple[str, int, Any, list[str], str | None]]:
    yield from extract_from_dir(folder, METHODS, keywords=KEYWORDS, comment_tags=("Translators:",))


def catalogues(folder: Path = LOCALE) -> list[Path]:
    """The .po files below a folder."""
    return sorted(folder.glob("*/LC_MESSAGES/*.po"))


def read(po: Path) -> Catalog:
    """A catalogue as it stands in its file. Raises PoFileError where the file is broken."""
    with po.open("rb") as source:
        return read_po(source, locale=po.parent.parent.name, abort_invalid=True)


def updated(po: Path, template: Catalog) -> tuple[bytes, list[Message]]:
    """A .po file's text with the sentences of `template`, and those of them that lack a translation."""
    catalogue = read(po)
    catalogue.update(template, no_fuzzy_matching=True)
    for message in catalogue:
        message.locations = sorted({(file, 0) for file, _line in message.locations})
    text = BytesIO()
    write_po(text, catalogue, width=WIDTH, omit_header=True, ignore_obsolete=True, include_lineno=False)
    header = HEADER.format(language=catalogue.locale, plurals=catalogue.plural_forms)
    return header.encode() + text.getvalue(), [one for one in catalogue if one.id and not is_translated(one)]


def is_translated(message: Message) -> bool:
    """Whether each form of the message has words, and nothing says that they are a guess."""
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(forms) and all(forms) and not message.fuzzy


def update_all(folder: Path = LOCALE) -> dict[Path, list[Message]]:
    """Bring each .po below a folder up to date, written only where it changes; what each of them still lacks."""
    template = sentences()
    lacking = {}
    for po in catalogues(folder):
        text, lacking[po] = updated(po, template)
        if text != po.read_bytes():
            po.write_bytes(text)
    return lacking


if __name__ == "__main__":
    for po, lacking in update_all().items():
        print(f"{po.relative_to(ROOT)}: {len(lacking)} sentences without a translation")
