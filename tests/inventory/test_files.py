"""What an uploaded file is taken for, and under which name it is given back."""

import io
import zipfile

import pytest

from inventory.rules.files import kind_of, safe_name


def archive(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7\n", "application/pdf"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "spreadsheetml.sheet"),
        (archive("word/document.xml"), "wordprocessingml.document"),
    ],
)
def test_content_tells_the_type(content: bytes, kind: str) -> None:
    assert kind_of(content).endswith(kind)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"MZ\x90\x00",
        b"GIF88a",
        b"RIFF\x10\x00\x00\x00WAVE",
        b"PK\x03\x04 broken",
        archive("plain.txt"),
        archive("xl/workbook.xml", "xl/vbaProject.bin"),
    ],
)
def test_everything_else_is_refused(content: bytes) -> None:
    assert kind_of(content) == ""


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("机柜.jpg", "机柜.jpg"),
        ("photo.JPEG", "photo.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\某\\a.jpg", "a.jpg"),
        ("evil.html", "evil.html.jpg"),
        ('a"b\r\nSet-Cookie: x.jpg', "a_bSet-Cookie_ x.jpg"),
        ("‮gpj.exe", "gpj.exe.jpg"),
        ("", "file.jpg"),
        ("...", "file.jpg"),
        ("x" * 300 + ".jpg", "x" * 120 + ".jpg"),
    ],
)
def test_a_name_keeps_what_is_harmless_and_ends_as_its_content(name: str, kept: str) -> None:
    assert safe_name(name, "image/jpeg") == kept
