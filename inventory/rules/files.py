"""What an uploaded file is, by its content and not by its name, and the name under which it may be given back. Pure."""

import io
import re
import unicodedata
import zipfile

MOST_OCTETS = 20 * 1024 * 1024
NAME_LENGTH = 120
_SIGNS = (
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"GIF87a", "image/gif", "gif"),
    (b"GIF89a", "image/gif", "gif"),
    (b"%PDF-", "application/pdf", "pdf"),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_PARTS = (
    ("xl/workbook.xml", f"{_OFFICE}spreadsheetml.sheet", "xlsx"),
    ("word/document.xml", f"{_OFFICE}wordprocessingml.document", "docx"),
)
SUFFIXES = {kind: suffix for _sign, kind, suffix in (*_SIGNS, *_PARTS)} | {"image/webp": "webp"}
"""Type of content → suffix of its file names."""


def kind_of(content: bytes) -> str:
    """The type of content of a picture, a PDF, a workbook or a document; '' for anything else (HTML and SVG too)."""
    for sign, kind, _suffix in _SIGNS:
        if content.startswith(sign):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return _office(content) if content.startswith(b"PK\x03\x04") else ""


def _office(content: bytes) -> str:
    """By the names in the archive; nothing is unpacked. One with macros is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return ""
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return ""
    return next((kind for part, kind, _suffix in _PARTS if part in names), "")


def safe_name(name: str, kind: str) -> str:
    """A file's own name without ways, controls and signs that systems refuse, and with the suffix of its content."""
    bare = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    bare = "".join(sign for sign in bare if unicodedata.category(sign)[0] != "C")
    bare = re.sub(r'[<>:"|?*]+', "_", bare).strip(" .")
    suffix = SUFFIXES[kind]
    stem, dot, end = bare.rpartition(".")
    if dot and end.lower() in (suffix, "jpeg"):
        bare = stem
    return f"{bare[:NAME_LENGTH] or 'file'}.{suffix}"
