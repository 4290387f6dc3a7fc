"""Where a remote language model is: on this machine, or where questions and lines of articles go."""

from __future__ import annotations

import socket
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple
from urllib.request import getproxies, proxy_bypass


class Destination(NamedTuple):
    """Another machine, and the proxy on the way there, or "", each as it may be shown."""

    host: str
    proxy: str = ""

    def __str__(self) -> str:
        return f"{self.host}, through the proxy {self.proxy}" if self.proxy else self.host


def is_here(host: str) -> bool:
    """Return whether a host name or address, however spelled, means this machine and nothing else."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # nobody knows it
        return False
    return bool(found) and all(is_loopback(str(address[0])) for *_, address in found)


def is_loopback(address: str) -> bool:
    """Return whether a connection to a numeric address stays on this machine. One to 0.0.0.0 does."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.is_loopback or found.is_unspecified


def proxy_for(scheme: str, host: str, port: int) -> str:
    """Return the proxy that the environment names for a host, as a URL, or "". NO_PROXY may name the port too."""
    if proxy_bypass(f"{host}:{port}"):
        return ""
    known = getproxies()
    found = known.get(scheme) or known.get("all") or ""
    return found if not found or "://" in found else f"http://{found}"


def without_login(url: str) -> str:
    """Return a URL without the user and password it may contain."""
    scheme, mark, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}{mark}{place.rpartition('@')[2]}{slash}{path}"
