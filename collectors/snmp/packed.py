"""Files of lines, plain or packed by xz or bzip2, read by pieces within bounds: a small packed file can hold a very
large one, and its head can ask for any memory. Knows nothing of what the lines say.
"""

import bz2
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

MAX_OCTETS = 256 * 1024 * 1024
MAX_LINE = 4 * 1024 * 1024
UNPACKED_OCTETS, UNPACKED_TIMES = 16 * 1024 * 1024, 300
"""A packed file may unpack to so much, and so many times its size more: walks shrink to a seventieth at best."""
_UNPACKING_OCTETS = 128 * 1024 * 1024
"""Memory for unpacking, whatever the file's head asks for."""
_PIECE = 1024 * 1024


class _Unpacker(Protocol):
    """What the decompressors of lzma and bz2 have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


_UNPACKERS: dict[str, Callable[[], _Unpacker]] = {
    ".xz": lambda: lzma.LZMADecompressor(memlimit=_UNPACKING_OCTETS),
    ".bz2": bz2.BZ2Decompressor,
}


def lines_of(stream: BinaryIO, path: Path) -> Iterator[bytes]:
    """Lines without their end, unpacked where the path's suffix says that they are packed.

    Raises ValueError for too much content or too long a line, EOFError for a packed file that is cut off, and
    OSError or lzma.LZMAError for one that is damaged or asks for too much memory.
    """
    rest = b""
    for piece in _pieces(stream, path):
        lines = (rest + piece).split(b"\n")
        rest = lines.pop()
        if len(rest) > MAX_LINE:
            raise ValueError(f"not a recording: a line of more than {MAX_LINE // 1024 // 1024} MiB")
        yield from lines
    if rest:
        yield rest


def _pieces(stream: BinaryIO, path: Path) -> Iterator[bytes]:
    pieces = iter(lambda: stream.read(_PIECE), b"")
    most = MAX_OCTETS
    make = _UNPACKERS.get(path.suffix)
    if make is not None:
        pieces = _unpacked(pieces, make)
        most = min(most, UNPACKED_OCTETS + UNPACKED_TIMES * path.stat().st_size)
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > most:
            raise ValueError(f"holds more than {most // 1024 // 1024} MiB")
        yield piece


def _unpacked(packed: Iterator[bytes], make: Callable[[], _Unpacker]) -> Iterator[bytes]:
    """The content of packed streams behind each other, with or without zeros between them."""
    unpacker, whole = make(), False
    for piece in packed:
        data = piece.lstrip(b"\0") if whole else piece
        while data:
            whole = False
            yield unpacker.decompress(data, _PIECE)
            while not (unpacker.eof or unpacker.needs_input):
                yield unpacker.decompress(b"", _PIECE)
            data = unpacker.unused_data.lstrip(b"\0")
            if unpacker.eof:
                unpacker, whole = make(), True
    if not whole:
        raise EOFError("the packed file is cut off")
