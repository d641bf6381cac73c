"""What a list exported, as the CSV that `load` reads: under the name it has there, with its columns alone."""

import csv
import shutil
from pathlib import Path

from django.urls import get_resolver

from inventory.pages import importing, uploaded
from inventory.pages.kit import kit
from inventory.services.importing.files import REGISTRY
from inventory.services.importing.spec import File
from inventory.ui.page import ModelPage

HEADER = 64 * 1024
"""Octets within which a file names its columns."""


def as_csv(path: Path, folder: Path) -> tuple[Path, list[str]]:
    """The file to load, made in the folder where this one is a list's; and the titles of the columns left out.

    Any other file is given back as it is. Raises ValueError with a sentence for a workbook that cannot be read.
    """
    file = REGISTRY.files.get(path.stem.split("-")[0])
    is_book = path.suffix.lower() == ".xlsx"
    if file is not None and not is_book and _names_columns(path, file):
        return path, []
    page, rest = _page_of(path, file)
    file = importing.file_of(page) if page is not None else None
    if page is None or file is None or not path.is_file():
        return path, []
    text = folder / f"{file.name}{rest}.csv"
    if not is_book:
        shutil.copyfile(path, text)
    elif faults := uploaded.to_csv(path, text):
        raise ValueError(f"{path.name}: {' '.join(faults)}")
    return text, uploaded.prepare(text, importing.titles_of(page))


def _names_columns(path: Path, file: File) -> bool:
    """Whether the first line is made of names of columns, as a file for `load` begins."""
    try:
        with path.open("rb") as stream:
            line = stream.readline(HEADER).decode("utf-8-sig", "replace")
    except OSError:
        return True  # which the loader says better
    header = {cell.strip() for cell in next(csv.reader([line]), [])}
    return header <= {column.name for column in file.columns}


def _page_of(path: Path, file: File | None) -> tuple[ModelPage | None, str]:
    """The page whose list has that name, or that shows the file's rows; and what follows the name."""
    _known = get_resolver().url_patterns  # pages register themselves with their addresses
    stem = path.stem
    if file is not None:
        return next((one for one in kit.pages.values() if one.model is file.model), None), stem[len(file.name) :]
    fitting = [one for one in kit.pages.values() if stem == one.path or stem.startswith(f"{one.path}-")]
    page = max(fitting, key=lambda one: len(one.path), default=None)
    return page, stem[len(page.path) :] if page is not None else ""
