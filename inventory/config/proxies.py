"""Who really asks, where proxies stand between: pure text and addresses, asked by settings and by the throttled login.

A proxy appends to X-Forwarded-For the address that asked it. So only what a trusted proxy appended can be believed:
the list is read from its right end, and ends at the first address that is no trusted proxy's, or at what is none.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from inventory.rules.addresses import Address, Network, parse_address, parse_network

Trusted = tuple[Network, ...]


def parse(words: Iterable[str]) -> Trusted:
    """Addresses and prefixes of proxies. Raises ValueError naming what is neither, or what means everybody."""
    found = []
    for word in filter(None, map(str.strip, words)):
        network = parse_network(word)
        if network.prefixlen == 0:
            raise ValueError(f"'{word}' trusts everybody: name the proxies' own addresses")
        found.append(network)
    return tuple(found)


def client_of(peer: str, forwarded: str, trusted: Trusted) -> str:
    """The address that asks: the peer, or what trusted proxies say of it. What is no address is not believed."""
    client = _address(peer)
    if client is None:
        return peer
    for hop in reversed(forwarded.split(",")):
        if not any(client in network for network in trusted) or (told := _address(hop)) is None:
            break
        client = told
    return str(client)


def client_address(request: Any) -> str | None:
    """For django-axes: `client_of` a request; None where the server knows no peer (a local socket)."""
    peer, forwarded = (request.META.get(name, "") for name in ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR"))
    return client_of(peer, forwarded, settings.TRUSTED_PROXIES) or None


def _address(text: str) -> Address | None:
    """An address, maybe with its port as some proxies write it, or an IPv4 address in IPv6 notation."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = parse_address(text)
    except ValueError:
        return None
    return found.ipv4() if found.is_ipv4_mapped() else found
