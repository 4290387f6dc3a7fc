"""Whose process is at the other end of a connection: this server answers its owner and root, or who shows its token."""

from __future__ import annotations

import os
import re
import secrets
import socket
import sys
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from anyio import to_thread

from ui.access.guard import App, Message, Receive, Refused, Scope, Send, header, is_page, reply, with_headers
from ui.formats import render
from ui.i18n import access_words, page_language

PEER = "citeline.peer"
"""Under which a request's `state` holds the Peer of its connection."""
ROOT = 0

_PROC = Path("/proc")
_ESTABLISHED = 1
_MAPPED = b"\0" * 10 + b"\xff\xff"
_LOOKS = 3

_PROGRAMS_TOKEN = (
    "the token is missing or wrong: send 'Authorization: Bearer TOKEN' with the token in the address that citeline "
    "printed when it started"
)
_html = partial(render, "access/templates/page.html")


class Peer:
    """The other end of a connection, looked up once: a connection has the same two ends as long as it lives."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock

    @cached_property
    def uid(self) -> int | None:
        """The user whose process it is, None when that cannot be known."""
        return peer_uid(self._sock)

    @property
    def is_looked_up(self) -> bool:
        return "uid" in self.__dict__


class OwnerOnly:
    """Lets requests of the owner's and root's processes through, and any with the token; 403 in one line to others.

    Outermost: it holds for every route that there is or will be. A token in a page's address is exchanged for a cookie.
    """

    def __init__(self, app: App, token: str = "", asks_all: bool = False) -> None:
        """Without a token only the user counts, with `asks_all` only the token."""
        self.app = app
        self.token = token
        self.asks_all = asks_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        if self._is_in_address(scope):
            await self._take_in(scope, send)
            return
        uid = None if self.asks_all else await _uid(scope)
        if is_trusted(uid) or self._is_shown(scope):
            await self.app(scope, receive, send)
            return
        await reply(scope["path"], _hanging_up(send), Refused(403, self._refusal(scope, uid)))

    def _is_in_address(self, scope: Scope) -> bool:
        found = re.search(rb"(?:^|&)token=([\w-]+)(?:&|$)", scope["query_string"], re.ASCII)
        if found is None or scope["method"] != "GET" or not is_page(scope["path"]):
            return False
        return self._is_it(found.group(1))

    def _is_shown(self, scope: Scope) -> bool:
        kind, _, shown = header(scope["headers"], b"authorization").partition(" ")
        cookies = (each.strip().partition("=") for each in header(scope["headers"], b"cookie").split(";"))
        tried = [value for name, _, value in cookies if name == _cookie(scope)]
        if kind.lower() == "bearer":
            tried.append(shown.strip())
        return any(self._is_it(each.encode("latin-1")) for each in tried)

    def _is_it(self, shown: bytes) -> bool:
        return bool(self.token) and secrets.compare_digest(shown, self.token.encode("ascii"))

    async def _take_in(self, scope: Scope, send: Send) -> None:
        """The cookie, and a page that goes on to the clean address.

        Not a redirection: coming from another page or a file, the browser would go there without a cookie so strict.
        """
        body = _html("go_on", address=scope["path"]).encode("ascii")
        cookie = f"{_cookie(scope)}={self.token}; Path=/; HttpOnly; SameSite=Strict"
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(body)).encode("ascii")),
            (b"set-cookie", cookie.encode("ascii")),
            (b"cache-control", b"no-store"),
        ]
        await with_headers(send, "")({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _refusal(self, scope: Scope, uid: int | None) -> str:
        is_for_people = not re.match(r"/(v1|api|mcp|shelf)\b", scope["path"])
        lang = page_language(*(header(scope["headers"], name) for name in (b"accept-language", b"cookie")))
        if uid is not None or not self.token:
            return access_words(lang if is_for_people else "en")["owner"]
        return access_words(lang)["token"] if is_for_people else _PROGRAMS_TOKEN


def is_trusted(uid: int | None) -> bool:
    """Whether a process of this user's or of root's is at the other end; not when that is unknown."""
    return uid is not None and uid in (os.geteuid(), ROOT)


def peer_uid(sock: Any) -> int | None:
    """The user whose process opened the other end of a TCP connection within this machine.

    None when that cannot be known: not on Linux, /proc cannot be read, the other end is closed or not on this machine.
    The system gives a closed end to root, so only an end whose connection stands counts.
    """
    if sys.platform != "linux":
        return None
    try:
        here, there = sock.getsockname()[:2], sock.getpeername()[:2]
        for _ in range(_LOOKS):  # the table is read in pieces: a row can be missed while others come and go
            uid = _uid_of(there, here)
            # while this end stands nobody else can have the other end's address
            if sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != _ESTABLISHED:
                return None
            if uid is not None:
                return None if _is_everybody(uid) else uid
    except (OSError, ValueError, IndexError, TypeError):
        pass
    return None


def knows_peers(host: str) -> bool:
    """Whether this system says whose a connection is: tried with one to ourselves."""
    try:
        family = socket.AF_INET6 if host == "::1" else socket.AF_INET
        with socket.create_server((host, 0), family=family) as server:
            server.settimeout(5)
            with socket.create_connection(server.getsockname()[:2], 5), server.accept()[0] as accepted:
                return peer_uid(accepted) == os.geteuid()
    except OSError:
        return False


async def _uid(scope: Scope) -> int | None:
    peer = scope.get("state", {}).get(PEER)
    if not isinstance(peer, Peer):
        return None
    return peer.uid if peer.is_looked_up else await to_thread.run_sync(lambda: peer.uid)


def _uid_of(local: tuple[str, int], remote: tuple[str, int]) -> int | None:
    """The owner of the established socket with these two addresses, None when there is none."""
    for name, prefix in (("tcp", b""), ("tcp6", _MAPPED)):  # an IPv6 socket may speak IPv4
        ends = " ".join(f"{_in_table(address, prefix)}:{port:04X}" for address, port in (local, remote))
        row = f": {ends} {_ESTABLISHED:02X} ".encode("ascii")
        table = _PROC / "net" / name
        data = table.read_bytes() if table.exists() else b""
        if (at := data.find(row)) >= 0:
            _, _, _, _, _, _, _, uid, _, inode, *_ = data[at:].partition(b"\n")[0].split()
            return int(uid) if inode != b"0" else None
    return None


def _in_table(address: str, prefix: bytes) -> str:
    """An address as /proc/net/tcp and tcp6 write it: 32-bit words in this machine's order of bytes."""
    packed = socket.inet_pton(socket.AF_INET6, address) if ":" in address else prefix + socket.inet_aton(address)
    words = (packed[at : at + 4] for at in range(0, len(packed), 4))
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)


def _is_everybody(uid: int) -> bool:
    """Whether a uid stands for all users that a container does not know."""
    if uid != int((_PROC / "sys/kernel/overflowuid").read_text(encoding="ascii")):
        return False
    return (_PROC / "self/uid_map").read_text(encoding="ascii").split() != ["0", "0", str(2**32 - 1)]


def _cookie(scope: Scope) -> str:
    """Its name: browsers keep one jar for all ports of a host."""
    return f"citeline-{scope['server'][1]}"


def _hanging_up(send: Send) -> Send:
    """`send` that ends the connection after the reply."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return sending


def browser_page(folder: Path, url: str) -> Path:
    """A file for its owner alone that leads a browser to `url`: what a command line holds, everybody can read."""
    path = folder / "open.html"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(_html("go_on", address=url))
    return path
