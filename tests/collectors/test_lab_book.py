"""The address book of a running lab."""

import json
import os
from pathlib import Path

import pytest

from collectors.collect import Target
from collectors.lab.book import NOBODY, Book, BookError, read_book, remove_book, write_book
from collectors.lab.server import loopback_addresses
from collectors.snmp.credentials import Credential


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "var" / "lab.json"
    write_book({"10.20.1.17": ("127.20.1.17", 16161)}, file)
    assert read_book(file) == Book(os.getpid(), {"10.20.1.17": ("127.20.1.17", 16161)})
    assert [path.name for path in file.parent.iterdir()] == ["lab.json"]


def test_a_target_is_asked_in_the_lab_and_never_at_its_real_address() -> None:
    book = Book(1, {"10.20.1.17": ("127.20.1.17", 16161)})
    served = book.translate(Target("5", "10.20.1.17", 161, (Credential(community="secret", port=1161),)))
    assert (served.name, served.host, served.port) == ("5", "127.20.1.17", 16161)
    assert [(way.community, way.port) for way in served.credentials] == [("secret", 0)]
    dead = book.translate(Target("6", "10.20.1.18", 161))
    assert (dead.host, dead.port) == NOBODY


def test_no_book_a_broken_one_and_one_of_a_lab_that_has_ended_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "lab.json"
    with pytest.raises(BookError, match="is missing"):
        read_book(file)
    for text in ("{", "[]", '{"pid": 1}', '{"pid": 1, "agents": {"a": 5}}', '{"pid": "x", "agents": {}}', "null"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(BookError, match="no address book"):
            read_book(file)
    # Beyond the largest process id of any system.
    file.write_text(json.dumps({"pid": 2**22 + 1, "agents": {}}), encoding="utf-8")
    with pytest.raises(BookError, match="has ended"):
        read_book(file)


def test_only_its_own_book_is_removed(tmp_path: Path) -> None:
    file = tmp_path / "lab.json"
    write_book({}, file)
    remove_book(file)
    assert not file.exists()
    file.write_text(json.dumps({"pid": os.getpid() + 1, "agents": {}}), encoding="utf-8")
    remove_book(file)
    assert file.exists()
    remove_book(tmp_path / "none.json")


def test_each_device_has_a_loopback_address_of_its_own() -> None:
    names = [
        "10.20.1.17",
        "192.20.1.17",
        "10.0.0.0",
        "10.0.0.1",
        "10.255.255.255",
        "a.snmprec",
        "b.walk",
        "2001:db8::1",
    ]
    found = loopback_addresses(names)
    assert found["10.20.1.17"] == "127.20.1.17"
    assert found["192.20.1.17"] == "127.20.1.18"
    assert found["a.snmprec"] == "127.1.0.1"
    assert len(set(found.values())) == len(names)
    assert not {"127.0.0.0", "127.0.0.1", "127.255.255.255"} & set(found.values())
