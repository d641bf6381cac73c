"""Literal rows for table tests: what a walker would have read, written by hand."""

from collectors.facts import TableEnd, TableState
from collectors.snmp import oid
from collectors.snmp.session import INTEGER, IP_ADDRESS, OBJECT_ID, OCTETS, Raw
from collectors.snmp.table import ScalarsRead, TableRead

Value = int | str | bytes | Raw


def raw(value: Value) -> Raw:
    """An int as INTEGER, text and bytes as octets; a pair is taken as it is."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, int):
        return INTEGER, value.to_bytes(9, "big", signed=True)
    return OCTETS, value.encode() if isinstance(value, str) else value


def oid_value(text: str) -> Raw:
    return OBJECT_ID, oid.parse(text)


def ip_value(text: str) -> Raw:
    return IP_ADDRESS, bytes(int(part) for part in text.split("."))


def index(text: str) -> bytes:
    return oid.encode_index(int(part) for part in text.split("."))


def table(ended: TableState = TableState.COMPLETE, /, **columns: dict[str, Value]) -> TableRead:
    """`table(descr={"1": "eth0"})`: column → dotted index → value."""
    rows = max((len(column) for column in columns.values()), default=0)
    filled = {name: {index(key): raw(value) for key, value in column.items()} for name, column in columns.items()}
    return TableRead(TableEnd(ended, rows), filled)


def scalars(**values: Value) -> ScalarsRead:
    return ScalarsRead(TableEnd(TableState.COMPLETE, len(values)), {name: raw(value) for name, value in values.items()})
