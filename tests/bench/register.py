"""A made-up register of any size as CSV files, for the benchmarks: the loader's own way in.

Each site has switches under one aggregation switch; each switch has some computers behind it. Deterministic.
"""

import csv
import resource
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

TOWNS = 5
SWITCHES_A_SITE = 12
STAFF = 20
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"

Row = Sequence[Any]


def write_register(folder: Path, *, switches: int, computers: int) -> None:
    """CSV files of a register with that many switches and computers, 12 switches a site, 20 persons a department."""
    folder.mkdir(parents=True, exist_ok=True)
    sites = max(1, -(-switches // SWITCHES_A_SITE))
    departments = max(1, -(-computers // STAFF))
    tables: dict[str, Iterable[Row]] = {
        "towns": [("name",), *((f"镇{n}",) for n in range(TOWNS))],
        "sites": [("name", "town"), *((f"院{n}", f"镇{n % TOWNS}") for n in range(sites))],
        "departments": [
            ("name", "kind", "town", "posts", "staff"),
            *((f"局{n}", "bureau", f"镇{n % TOWNS}", STAFF + 2, STAFF) for n in range(departments)),
        ],
        "persons": [("department", "name"), *((f"局{n // STAFF}", f"某{n}") for n in range(computers))],
        "devices-switches": _switches(switches),
        "devices-computers": _computers(computers, switches, sites),
        "interfaces": _uplinks(switches),
        "cables": _cables(switches),
        "segments": [("name", "vlan_id", "site"), *((f"网{n}", 10 + n % 4000, f"院{n}") for n in range(sites))],
        "prefixes": [
            ("prefix", "segment"),
            *((f"10.{64 + n // 16}.{n % 16 * 16}.0/20", f"网{n}") for n in range(sites)),
        ],
        "management": [("device", "community"), *((f"SW-{n:05d}", "bench") for n in range(switches))],
    }
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)


def load_register(folder: Path) -> None:
    """Migrate, then load the catalogue, prices and standard of the demo county and the folder."""
    from inventory.services.importing.loading import find_files, load
    from inventory.services.write import Actor

    call_command("migrate", verbosity=0)
    county = FIXTURES / "county"
    names = ("manufacturers", "device_types", "funding_sources", "prices")
    files, problems = find_files([*(county / f"{name}.csv" for name in names), FIXTURES / "standards", folder])
    results = load(files, actor=Actor("bench", source="import"))
    problems += [problem for result in results for problem in result.problems]
    if problems:
        raise SystemExit("\n".join(map(str, problems[:10])))


def _switches(count: int) -> Iterator[Row]:
    yield (
        "asset_tag",
        "name",
        "manufacturer",
        "model",
        "serial",
        "site",
        "department",
        "in_service_on",
        "mac",
        "address",
    )
    for n in range(count):
        yield (
            f"SW-{n:05d}", f"sw-{n:05d}", *SWITCH_TYPE, f"21023BENCH{n:06d}", f"院{n // SWITCHES_A_SITE}", "局0",
            "2021-05-01", f"00e0fc{n * 64:06x}", f"10.{n // 16384}.{n // 64 % 256}.{n % 64 + 1}",
        )  # fmt: skip


def _computers(count: int, switches: int, sites: int) -> Iterator[Row]:
    yield (
        "asset_tag", "name", "manufacturer", "model", "serial", "site", "department", "holder", "purchased_on",
        "in_service_on", "price_yuan", "mac", "address",
    )  # fmt: skip
    for n in range(count):
        site = n * sites // max(count, 1)
        host = n - site * count // sites + 2
        yield (
            f"PC-{n:06d}", f"pc-{n:06d}", *COMPUTER_TYPE, f"PFBENCH{n:06d}", f"院{site}", f"局{n // STAFF}", f"某{n}",
            f"{2010 + n % 16}-03-15", f"{2010 + n % 16}-04-01", "4500.00", f"8c16{n:08x}",
            f"10.{64 + site // 16}.{site % 16 * 16 + host // 250}.{host % 250 + 1}",
        )  # fmt: skip


def _is_top(n: int) -> bool:
    return n % SWITCHES_A_SITE == 0


def _uplinks(count: int) -> Iterator[Row]:
    yield "device", "name", "kind"
    for n in range(count):
        if _is_top(n):
            below = range(n + 1, min(n + SWITCHES_A_SITE, count))
            yield from ((f"SW-{n:05d}", f"GigabitEthernet0/0/{port}", "fiber") for port, _ in enumerate(below, 1))
        else:
            yield f"SW-{n:05d}", "GigabitEthernet0/0/48", "fiber"


def _cables(count: int) -> Iterator[Row]:
    yield "device_a", "interface_a", "device_b", "interface_b"
    for n in range(count):
        if not _is_top(n):
            top = n - n % SWITCHES_A_SITE
            yield f"SW-{top:05d}", f"GigabitEthernet0/0/{n - top}", f"SW-{n:05d}", "GigabitEthernet0/0/48"


SWITCH_TYPE = ("Huawei", "S5735-L48T4S-A1")
COMPUTER_TYPE = ("Lenovo", "启天M428")


def main(switches: str, computers: str, folder: str) -> None:
    """Make and load a register in the database that the settings name; tell the process's peak memory."""
    django.setup()
    write_register(Path(folder), switches=int(switches), computers=int(computers))
    load_register(Path(folder))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
