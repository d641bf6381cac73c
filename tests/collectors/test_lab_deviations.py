"""The file that says where the simulated network differs from the register."""

from pathlib import Path

import pytest

from collectors.lab.deviations import Deviations, Place, Stranger, read_deviations

HEAD = "kind,device,value,where,note\n"


def read(tmp_path: Path, rows: str) -> Deviations:
    file = tmp_path / "deviations.csv"
    file.write_text(HEAD + rows, encoding="utf-8")
    return read_deviations(file)


def test_each_kind_is_read(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "serial,SW-1,S2,,\nmoved,PC-1,西院,,\nreplaced,SW-2,S3;00-11-22-33-44-55,,\nno_answer,SW-3,,,\nunseen,PC-2,,,\n"
        "unknown_mac,,0011.2233.4466,SW-1:Gi0/1,\nunregistered,,cam;001122334477;SG2008,SW-1:Gi0/2,\n",
    )
    assert found.serials == {"SW-1": "S2"}
    assert found.moved == {"PC-1": "西院"}
    assert found.replaced == {"SW-2": ("S3", "001122334455")}
    assert (found.dead, found.unseen) == ({"SW-3"}, {"PC-2"})
    assert found.strangers == [
        Stranger("001122334466", Place("SW-1", "Gi0/1")),
        Stranger("001122334477", Place("SW-1", "Gi0/2"), "cam", "SG2008"),
    ]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("dances,SW-1,,,", "line 2: 'dances' is no kind"),
        ("serial,SW-1,,,", "line 2: 'serial' needs a value"),
        ("no_answer,,,,", "line 2: 'no_answer' needs a device"),
        ("replaced,SW-1,S3;xx,,", "line 2: 'xx' is not a MAC"),
        ("unknown_mac,,001122334455,SW-1,", "line 2: 'unknown_mac' needs a port"),
        ("unregistered,,cam;001122334455,SW-1:Gi0/2,", "line 2: 'unregistered' needs a value 'name;mac;model'"),
    ],
)
def test_a_bad_row_is_told_with_its_line(tmp_path: Path, row: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        read(tmp_path, row + "\n")


def test_a_file_with_other_columns_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "towns.csv"
    file.write_text("name\n双河镇\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 1: expected the columns"):
        read_deviations(file)


def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        read_deviations(tmp_path / "none.csv")
    file = tmp_path / "binary.csv"
    file.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(ValueError, match="not UTF-8"):
        read_deviations(file)


def test_what_the_register_lacks_is_told_with_the_line(tmp_path: Path) -> None:
    found = read(tmp_path, "serial,SW-1,S2,,\nmoved,PC-1,西院,,\n")
    found.check(["SW-1", "PC-1"], ["西院"])
    with pytest.raises(ValueError, match=r"line 2: the register has no device SW-1"):
        found.check(["PC-1"], ["西院"])
    with pytest.raises(ValueError, match=r"line 3: the register has no site 西院"):
        found.check(["SW-1", "PC-1"], ["东院"])
