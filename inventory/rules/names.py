"""Serials and names that tell nothing: what makers and installers leave in place of one. Pure."""

import re
import unicodedata
from collections.abc import Iterable

JUNK_SERIALS = frozenset(
    [
        "0",
        "na",
        "none",
        "null",
        "nil",
        "unknown",
        "unspecified",
        "undefined",
        "default",
        "builtin",
        "empty",
        "notavailable",
        "notapplicable",
        "notspecified",
        "nosn",
        "noserial",
        "noserialnumber",
        "serialnumber",
        "serial",
        "sn",
        "systemserialnumber",
        "chassisserialnumber",
        "baseboardserialnumber",
        "tobefilledbyoem",
        "oem",
        "oemserialnumber",
        "defaultstring",
        "xxxx",
        "xxxxxx",
        "xxxxxxxx",
        "12345678",
        "123456789",
        "1234567890",
        "0123456789",
        "invalid",
        "error",
        "virtual",
        "test",
        "notset",
        "notprovided",
        "tbd",
        "无",
        "未知",
        "不详",
        "不明",
        "暂无",
        "空",
    ]
)
DEFAULT_NAMES = frozenset(
    [
        "switch",
        "router",
        "firewall",
        "host",
        "localhost",
        "huawei",
        "h3c",
        "hpe",
        "hp",
        "ruijie",
        "zte",
        "zxr10",
        "maipu",
        "tplink",
        "tp-link",
        "dlink",
        "dcn",
        "s",
        "switch1",
        "comware",
        "vrp",
        "quidway",
        "ap",
        "ac",
        "gateway",
        "device",
        "default",
        "system",
        "unknown",
        "none",
        "noname",
        "ubnt",
        "mikrotik",
        "cisco",
        "printer",
        "ups",
        "localhost.localdomain",
        "sangfor",
        "topsec",
        "dptech",
    ]
)


def squeeze(text: str) -> str:
    """Letters, digits and CJK only, lower case: the form in which serials are compared."""
    return re.sub(r"[\W_]+", "", text).lower()


def is_junk_serial(text: str) -> bool:
    """Whether a serial tells nothing: blank, a known filler, or one and the same character throughout."""
    bare = squeeze(text)
    return not bare or bare in JUNK_SERIALS or len(set(bare)) == 1


def serial_key(text: str) -> str:
    """A serial in the form in which two are the same; '' for junk."""
    return "" if is_junk_serial(text) else squeeze(text)


def name_key(text: str) -> str:
    """A device's name without domain, lower case; '' for a maker's default, which many devices share."""
    bare = text.strip().lower()
    if bare in DEFAULT_NAMES:
        return ""
    host = bare if re.fullmatch(r"[\d.]+", bare) else bare.split(".")[0]
    return "" if host in DEFAULT_NAMES else host


def same_model(held: Iterable[str], seen: str) -> bool:
    """Whether the seen model is one of the names held, or one of them holds the other (at least 4 characters)."""
    theirs = squeeze(seen)
    for name in map(squeeze, held):
        short, long = sorted((name, theirs), key=len)
        if short == long or (len(short) >= 4 and short in long):
            return True
    return False


def pinyin_key(name: str) -> str:
    """A text that sorts names as a Chinese reader expects, in any collation of a database: pinyin, Latin first.

    GB 2312 has its first 3,755 characters in the order of their pinyin, so that a name's GBK octets, written in
    hexadecimal, sort by it. Rarer characters come after them, by radical; where a character has several readings
    the standard's counts. Full width and case make no difference.
    """
    return unicodedata.normalize("NFKC", name).casefold().strip().encode("gb18030", "replace").hex()
