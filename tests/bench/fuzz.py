"""Coverage-guided fuzzing of the codec by atheris: any octets give a message or BadAnswer, within time and memory.

A bounded run, for `make bench` and by hand: `python -m tests.bench.fuzz [RUNS]`. Needs the extra `fuzz`. What it
finds is written to the file it names; put the octets into tests/collectors/test_codec.py.
"""

import inspect
import re
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from collectors.snmp import codec
from collectors.snmp import oid as oids
from collectors.snmp.faults import BadAnswer

RUNS = 1_000_000
SECONDS = 60
"""Whichever of the two comes first ends the run."""
LONGEST_INPUT = 4096
MOST_MEMORY_MIB = 512
LONGEST_INPUT_S = 2
"""An input that takes longer is a fault found."""

_MODULE = "tests.bench.fuzz"
_TARGET = "--target"


def is_installed() -> bool:
    return find_spec("atheris") is not None


def fuzz_codec(runs: int = RUNS, seconds: int = SECONDS) -> int:
    """Fuzz in a process of its own, which the fuzzer ends. Gives its exit code: 0 when nothing was found."""
    started = time.monotonic()
    limits = (
        f"-atheris_runs={runs}",
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST_INPUT}",
        f"-timeout={LONGEST_INPUT_S}",
        f"-rss_limit_mb={MOST_MEMORY_MIB}",
        "-artifact_prefix=fuzz-",
    )
    with tempfile.TemporaryDirectory(prefix="taizhang-fuzz-") as corpus:
        for number, message in enumerate(_seeds()):
            (Path(corpus) / str(number)).write_bytes(message)
        command = [sys.executable, "-m", _MODULE, _TARGET, *limits, corpus]
        ended = subprocess.run(command, capture_output=True, text=True)
    executed = re.findall(r"^Done (\d+)", ended.stdout + ended.stderr, re.MULTILINE) or ["?"]
    peak = max(map(int, re.findall(r" rss: (\d+)Mb", ended.stderr)), default=0)
    covered = max(map(int, re.findall(r" cov: (\d+)", ended.stderr)), default=0)
    word = "nothing found" if not ended.returncode else f"FAULT FOUND\n{ended.stdout}{ended.stderr}"
    took = time.monotonic() - started
    print(f"codec fuzzed: {executed[-1]} inputs in {took:.0f} s, {covered} edges, peak {peak} MiB: {word}", flush=True)
    return ended.returncode


def _seeds() -> list[bytes]:
    """Sound messages to begin from: each form that the codec knows."""
    names = [oids.parse("1.3.6.1.2.1.1.1.0"), oids.parse("1.3.6.1.2.1.2.2.1.10.65536")]
    head = codec.message_head(codec.V2C, b"public")
    values = [(names[0], 4, b"text"), (names[1], 0x41, b"\x00\xff\xff\xff\xff"), (names[0] * 20, 4, b"x" * 300)]
    return [
        codec.encode_request(head, codec.GET_BULK, 2**31 - 1, names, 0, 25),
        codec.encode_response(codec.V2C, b"public", 7, 0, 0, values),
        codec.encode_response(codec.V1, b"", 7, 2, 1, [(names[0], 5, b"")]),
        codec.encode_varbind(*values[0]) * 3,
        codec.encode_varbind(*values[2]),
    ]


def _serve_fuzzer(arguments: list[str]) -> None:
    """The fuzzer's own process: the codec instrumented, one input after another."""
    import atheris

    for module in (codec, oids):
        for function in filter(inspect.isfunction, vars(module).values()):
            atheris.instrument_func(function)

    def one(data: bytes) -> None:
        for decode in (codec.decode_response, codec.decode_request, codec.content):
            try:
                decode(data)
            except BadAnswer as fault:
                assert str(fault)
        for stop in (len(data), data[0] if data else 0):
            try:
                found = codec.decode_varbinds(data, 0, stop)
            except BadAnswer:
                continue
            for oid, tag, value in found:
                oids.text(oid)
                oids.order(oid)
                codec.encode_varbind(oid, tag, value)

    atheris.Setup([sys.argv[0], *arguments], one)
    atheris.Fuzz()


if __name__ == "__main__":
    if _TARGET in sys.argv:
        _serve_fuzzer([argument for argument in sys.argv[1:] if argument != _TARGET])
    else:
        sys.exit(fuzz_codec(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS))
