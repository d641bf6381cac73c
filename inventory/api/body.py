"""What a writing request carries: JSON that is bounded and that every database takes, and the reason of the change.

Whatever else a client sends is refused here with a sentence, before a row is looked at.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext as _

from inventory.api.faults import Refused
from inventory.models.base import GREATEST

MOST_ROWS = 500
"""Rows that one request writes: all of them in a few seconds, during which nobody else writes."""
DEEPEST = 20
LONGEST_NUMBER = 40
LONGEST_REASON = 200
REASON, REASON_HEADER = "changelog_message", "X-Change-Reason"


def read(request: HttpRequest) -> Any:
    """The JSON of a request; None where it has no body. Raises Refused."""
    if request.headers.get("Content-Length", "0") in ("", "0"):
        return None
    if request.content_type != "application/json":
        raise Refused(415, _("Send JSON: 'Content-Type: application/json'."))
    try:
        octets = request.body
    except RequestDataTooBig:
        raise Refused(413, _("The request is too large: send fewer rows at once.")) from None
    return _checked(_parsed(octets))


def objects(sent: Any) -> list[dict[str, Any]]:
    """The JSON objects of a body that is a list of them. Raises Refused."""
    if not isinstance(sent, list) or not sent or not all(isinstance(one, dict) for one in sent):
        raise Refused(400, _("Send a JSON object for each row, in a list that is not empty."))
    if len(sent) > MOST_ROWS:
        raise Refused(413, _("At most %d rows are written at once.") % MOST_ROWS)
    return sent


def one_object(sent: Any) -> dict[str, Any]:
    """The JSON object that a body is. Raises Refused."""
    if not isinstance(sent, dict):
        raise Refused(400, _("Send a JSON object."))
    return sent


def only_reason(sent: Any) -> dict[str, Any]:
    """The JSON object of a body that has nothing to say but why. Raises Refused."""
    if not isinstance(sent, dict) or not sent.keys() <= {REASON}:
        raise Refused(400, _("Send no body, or an object with %(name)s alone.") % {"name": REASON})
    return sent


def reason_of(request: HttpRequest) -> str:
    """The reason in the header: UTF-8, plain or with %XX. Raises Refused."""
    try:
        octets = request.headers.get(REASON_HEADER, "").encode("latin-1")  # as WSGI decoded them
        return _reason(unquote_to_bytes(octets).decode(), REASON_HEADER)
    except UnicodeError:
        raise Refused(400, {REASON_HEADER: [_("expected UTF-8, plain or percent-encoded")]}) from None


def take_reason(given: dict[str, Any]) -> str:
    """Take the reason out of a row's JSON, '' where it has none. Raises Refused."""
    found = given.pop(REASON, None) or ""
    if not isinstance(found, str):
        raise Refused(400, {REASON: [_("expected a text")]})
    return _reason(found, REASON)


def _reason(text: str, name: str) -> str:
    line = " ".join(text.split())
    if len(line) > LONGEST_REASON or "\0" in line:
        raise Refused(400, {name: [_("expected a text of at most %d characters") % LONGEST_REASON]})
    return line


def _parsed(octets: bytes) -> Any:
    try:
        return json.loads(
            octets.decode(),
            object_pairs_hook=_once,
            parse_int=_whole,
            parse_float=_finite,
            parse_constant=_finite,
        )
    except UnicodeDecodeError:
        raise Refused(400, _("The text is not UTF-8.")) from None
    except RecursionError:
        raise Refused(400, _("The JSON is nested too deeply.")) from None
    except json.JSONDecodeError as fault:
        told = {"line": fault.lineno, "column": fault.colno}
        raise Refused(400, _("That is no JSON: line %(line)d, column %(column)d.") % told) from None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused(400, _("%(name)s is named twice.") % {"name": _shown(twice)})
    return found


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER or abs(number := int(text)) > GREATEST:
        raise Refused(400, _("The number %(number)s is too great.") % {"number": f"{text[:LONGEST_NUMBER]}…"})
    return number


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise Refused(400, _("%(number)s is no number of JSON.") % {"number": text[:LONGEST_NUMBER]})
    return number


def _checked(found: Any) -> Any:
    """The JSON itself. Raises Refused for what no database takes: NUL, half a character, endless nesting."""
    rest: list[tuple[Any, int]] = [(found, 0)]
    while rest:
        value, depth = rest.pop()
        if depth > DEEPEST:
            raise Refused(400, _("The JSON is nested too deeply."))
        if isinstance(value, str) and ("\0" in value or not _is_whole(value)):
            raise Refused(400, _("%(text)s holds a character that is none.") % {"text": _shown(value)})
        parts = [*value, *value.values()] if isinstance(value, Mapping) else value if isinstance(value, list) else ()
        rest += [(part, depth + 1) for part in parts]
    return found


def _is_whole(text: str) -> bool:
    """Whether no half of a surrogate pair stands in it alone."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _shown(text: str) -> str:
    """A client's text within a sentence, in letters that every answer can hold."""
    return ascii(text[:LONGEST_NUMBER]) if "\0" in text or not _is_whole(text) else f"'{text[:LONGEST_NUMBER]}'"
