"""What sysDescr tells in itself: version, serial and model, for devices that no rule knows. Pure, on text alone."""

import re

_VERSIONS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?i)\b(?:software|firmware|sw|fw|os|ios)?[ ,]*(?:version|vers|ver|release|rev(?:ision)?)\b[ .:=#]*"
        r"((?:[a-z]{1,3}[ .])?v?\d[\w.()/-]*\w\)?)",
        r"(?i)\b(?:software|firmware|sw|fw)[ :=-]*(v?\d+(?:\.\d+)+[\w.()-]*)",
        r"(?i)\b(v\d+(?:\.\d+)+[\w.-]*)",
        r"(?<![\d.\w-])(\d+\.\d+\.\d+[\w.()-]*)",
        r"(?<![\w.])([A-Z]{1,3}\.\d+(?:\.\d+)+\w*)",
        r"-(\d+\.\d+\.\d+[\w.()-]*)",
        r"(?<![\d.\w-])(\d+\.\d{1,3}[a-z]?)(?=\s*(?: /|$))",
    )
)
_ADDRESS = re.compile(r"(?i)\bip(?:v4)?(?:[ -]?addr(?:ess)?)?\s?[:=]\s?\d+(?:\.\d+){3}")
_SERIAL = re.compile(r"(?i)\b(?:s/n|serial(?: ?(?:no|num|number))?\.?|sn)\s*[:=#]\s*([A-Z0-9][A-Z0-9-]{4,24})\b")
_MODEL = re.compile(r"(?<![\w.])(?=[\w+/-]*\d)[A-Z][\w+/-]*[A-Z\d][\w+/-]*(?![\w+/-]|\.\d)")
_NAMED_MODEL = re.compile(
    r"(?i)\b(?:hardware model|model|product|prod|mdl|hwsku|mn)\s*[:=]\s*"
    r"([^;,()\[\]<>]{2,40}?)(?=\s*[;,()\[\]<>]|\s+\w+\s*:|$)"
)
_NAME_AND_NUMBER = re.compile(
    r"(?<![\w.])(?!(?i:ports?|level|layer|unit|slot|windows|linux|copyright|since|type|snmp|core|inc|ltd"
    r"|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)\b)"
    r"[A-Z][A-Za-z]+ (?!199\d|20[0-3]\d)\d{2,4}[A-Z]{0,3}(?![\w+/.-])"
)
"""A name and a number apart, as in 'SiteBoss 360'."""
_VERSION_WORD = re.compile(r"(?i)\b(?:software|version|vers|ver|rev|revision|release|build|compiled|firmware)\b")
_WHOLE_LINE = re.compile(
    r"(?!.*\b(?:with|ports?|for|by|agent|built|snmp|snmpv\w+)\b)(?=.*[A-Z])(?=.*\d)"
    r"[\w+/&-]+(?: [\w+/&-]+){0,4}"
)
_NOT_A_MODEL = re.compile(r"(?i)v?\d|ver|rev|sw|fw|hw|sn|linux|build|ipv[46]|windows|mips|arm|x86|i\d86|amd64|ieee|802")
_SOFTWARE_FIRST = re.compile(r"(?i)\s*(?:linux|windows|freebsd|hardware:|sunos|aix|darwin|openbsd|netbsd)")


def version_in(descr: str) -> str:
    """The version sysDescr tells behind a word for it, or as a dotted number; '' when it tells none.

    A general operating system's version is not that of the product built on it.
    """
    if _SOFTWARE_FIRST.match(descr):
        return ""
    descr = _ADDRESS.sub("", descr)
    for pattern in _VERSIONS:
        found = pattern.search(descr)
        if found and len(found.group(1)) > 1:
            version = found.group(1).rstrip(".,;-")
            return version if "(" in version else version.rstrip(")")
    return ""


def serial_in(descr: str) -> str:
    """The serial sysDescr tells behind a word for it."""
    found = _SERIAL.search(descr)
    return found.group(1) if found else ""


def model_in(descr: str) -> str:
    """The model sysDescr tells: behind a word for it, as its first word built like one, or as all it is.

    Nothing is taken from the sysDescr of a general operating system: it describes the system, not the box.
    """
    line = descr.strip().splitlines()[0][:200] if descr.strip() else ""
    if _SOFTWARE_FIRST.match(line):
        return ""
    named = _NAMED_MODEL.search(line)
    if named:
        return named.group(1).strip()
    line = _VERSION_WORD.split(line)[0].strip(" ,;:-")
    for found in _MODEL.finditer(line):
        word = found.group()
        if len(word) >= 4 and not _NOT_A_MODEL.match(word):
            return word
    if len(line) <= 32 and _WHOLE_LINE.fullmatch(line) and not _NOT_A_MODEL.match(line):
        return line
    apart = _NAME_AND_NUMBER.search(line)
    return apart.group() if apart else ""
