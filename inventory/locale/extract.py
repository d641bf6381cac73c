"""`python -m inventory.locale.extract`: brings the catalogues (.po) up to the sentences of the code.

New sentences come in untranslated, translations are kept, sentences that the code no longer has are dropped.
A translation is never guessed from a similar sentence. Knows no model; starts no Django.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

PACKAGES = ("inventory", "collectors", "reports")
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2)}
METHODS = [("**/migrations/**", "ignore"), ("**.py", "python")]
LOCALE = Path(__file__).resolve().parent
ROOT = LOCALE.parent.parent
WIDTH = 110


def sentences(root: Path = ROOT) -> Catalog:
    """All that the three packages below `root` give to gettext, in order of file and line, without translations."""
    found = Catalog(project="Taizhang", charset="utf-8", fuzzy=False)
    for package in PACKAGES:
        for file, line, message, comments, context in _extracted(root / package):
            found.add(message, None, [(f"{package}/{file}", line)], auto_comments=comments, context=context)
    return found


def _extracted(folder: Path) -> Iterator[tuple[str, int, str | tuple[str, ...], list[str], str | None]]:
    return extract_from_dir(folder, METHODS, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True)


def catalogues(folder: Path = LOCALE) -> list[Path]:
    """The .po files below a folder."""
    return sorted(folder.glob("*/LC_MESSAGES/*.po"))


def read(po: Path) -> Catalog:
    """A catalogue as it stands in its file. Raises PoFileError where the file is broken."""
    with po.open("rb") as source:
        return read_po(source, locale=po.parent.parent.name, abort_invalid=True)


def update(po: Path, template: Catalog) -> int:
    """Give one .po the sentences of `template`; written only where it changes. Returns how many lack a translation."""
    catalogue = read(po)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    for message in catalogue:
        message.locations = [(file, None) for file in dict.fromkeys(file for file, _line in message.locations)]
    text = BytesIO()
    write_po(text, catalogue, width=WIDTH, ignore_obsolete=True, include_lineno=False)
    if text.getvalue() != po.read_bytes():
        po.write_bytes(text.getvalue())
    return sum(1 for message in catalogue if message.id and not _translated(message.string))


def _translated(string: str | tuple[str, ...]) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


if __name__ == "__main__":
    template = sentences()
    for po in catalogues():
        print(f"{po.relative_to(ROOT)}: {len(template)} sentences, {update(po, template)} without a translation")
