"""A network of two ends of its own, with neighbours of both kinds, and the net-snmp agent in it.

Run as a module inside a network namespace (`unshare --net python -m tests.collectors.wire.neighbourhood FOLDER`):
prints what was read of the agent by both engines, as JSON.
"""

import json
import subprocess
import sys
from dataclasses import astuple
from pathlib import Path

from collectors.snmp.engine_pysnmp import PysnmpEngine
from collectors.snmp.engine_udp import UdpEngine
from tests.collectors.wire.real_agent import free_port, polled, running

NEIGHBOURS = {
    "2001:db8:7::25": bytes.fromhex("02005e100025"),
    "fe80::5eff:fe10:26": bytes.fromhex("02005e100026"),
    "10.77.0.9": bytes.fromhex("02005e100009"),
}
SET_UP = (
    "link set lo up",
    "link add near type veth peer name far",
    "link set near up",
    "link set far up",
    "address add 10.77.0.1/24 dev near",
    "address add 2001:db8:7::1/64 dev near nodad",
    *(f"neighbour add {address} lladdr {mac.hex(':')} dev near nud permanent" for address, mac in NEIGHBOURS.items()),
    "neighbour add 2001:db8:7::99 dev near nud failed",
)


def main(folder: Path) -> None:
    for words in SET_UP:
        subprocess.run(["ip", *words.split()], check=True)
    port = free_port()
    with running(folder, port):
        found = [[astuple(fact) for fact in polled(engine, port).arp] for engine in (UdpEngine, PysnmpEngine)]
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
