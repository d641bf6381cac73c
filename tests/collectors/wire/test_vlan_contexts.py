"""Bridges of single VLANs over SNMPv3: a real net-snmp agent answers for each by a context of its own.

Its contexts are led on to agents that replay a switch and its VLANs, so that the session, the keys, the contexts and
the answers are net-snmp's, and the objects a Catalyst's.
"""

import asyncio
from pathlib import Path

from collectors.collect import Target, collect
from collectors.facts import Snapshot
from collectors.identify import default_vendors
from collectors.polling.sessions import Engines, greet
from tests.collectors.test_collect_equipment import CATALYST, OF_VLAN, learned, recorded
from tests.collectors.wire.conftest import serving
from tests.collectors.wire.faulty_agent import none
from tests.collectors.wire.real_agent import AUTH_KEY, PRIVACY_KEY, free_port, running, user_of

SWITCH = "switch"


def _contexts(ports: dict[str, int]) -> str:
    """Configuration lines: who may see every context, and where each leads."""
    return "\n".join(
        [
            f'createUser reader SHA-256 "{AUTH_KEY}" AES "{PRIVACY_KEY}"',
            "view whole included .1",
            "group readers usm reader",
            'access readers "" usm priv prefix whole none none',
            *(
                f"proxy -Cn {context} -v 2c -c public -r 1 -t 1 127.0.0.1:{port} .1.3"
                for context, port in ports.items()
            ),
        ]
    )


def _visited(port: int) -> Snapshot:
    async def visit() -> Snapshot:
        engines = Engines()
        reader = user_of("reader", "sha256", "aes", context=SWITCH)
        target = Target("sw-1", "127.0.0.1", port, (reader,), 2.0, 2)
        try:
            session, _credential = await greet(engines, target)
            return await collect(target, session, vendors=default_vendors())
        finally:
            engines.close()

    return asyncio.run(visit())


def test_each_vlan_is_read_by_its_context(tmp_path: Path) -> None:
    recordings = {SWITCH: recorded(CATALYST), **{f"vlan-{vlan}": recorded(text) for vlan, text in OF_VLAN.items()}}
    port = free_port()
    with serving(recordings, dict.fromkeys(recordings, none)) as ports, running(tmp_path, port, _contexts(ports)):
        snapshot = _visited(port)
    assert (snapshot.identity.os, snapshot.identity.version) == ("ios", "12.2(55)SE5")
    assert learned(snapshot) == {("01", 1, 10101), ("02", 20, 10102)}
    assert snapshot.complete("forwarding")
