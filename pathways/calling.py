"""Calling an address that somebody else chose, without letting it lead into the operator's own network.

The name is resolved once, every address it has is looked at, and the connection goes to one of those: a name that
answers differently the second time gains nothing. No redirect is followed, a reply is read only as far as its first
line, and the whole call has one deadline.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

PATIENCE = 10.0
"""Seconds for a whole call, once the name is resolved."""
LONGEST_URL = 500
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)\b")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
"""All that IANA gave to the Internet so far: what lies outside is of one network, translated, or not yet anything."""
_NOBODYS = tuple(map(ipaddress.ip_network, ("192.88.99.0/24", "2001::/23", "2001:db8::/32", "3fff::/20")))
"""Relays of old, and addresses for protocols and for books; not every version of Python knows all of them."""


class NotCalled(Exception):
    """The call did not reach its end; the sentence (English, for a log) says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was read: where to connect, and what to ask for there."""

    secure: bool
    host: str
    port: int
    path: str


def target_of(url: str, *, private: bool = False) -> Target:
    """Read an address; raises :class:`NotCalled` for what is none, and for what is not https unless ``private``."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise NotCalled("not an address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotCalled("not an address") from None
    if parts.scheme not in ({"https", "http"} if private else {"https"}) or not parts.hostname:
        raise NotCalled("not a complete https address")
    if parts.username is not None or parts.password is not None:
        raise NotCalled("an address with a password in it")
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, parts.hostname, port or (443 if secure else 80), path)


def post(url: str, body: bytes, headers: Mapping[str, str], *, private: bool = False) -> int:
    """Send ``body`` and return the status of the answer, whatever it is. Raises :class:`NotCalled`.

    ``private``: addresses of this machine and of private networks are allowed.
    """
    target = target_of(url, private=private)
    address = _resolved(target, private=private)
    try:
        with (
            socket.create_connection(address, timeout=PATIENCE) as plain,
            _secured(plain, target) if target.secure else plain as line,
            _one_deadline(line),
        ):
            if isinstance(line, ssl.SSLSocket):
                line.do_handshake()
            line.sendall(_request(target, body, headers))
            return _status(line)
    except (OSError, ValueError) as error:
        raise NotCalled(f"{type(error).__name__}: {error}"[:200]) from None


@contextmanager
def _one_deadline(line: socket.socket) -> Iterator[None]:
    """Whoever sends one byte every few seconds keeps within every single time limit: this one is of the whole."""

    def end() -> None:
        with suppress(OSError):
            socket.socket.shutdown(line, socket.SHUT_RDWR)

    timer = threading.Timer(PATIENCE, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def is_public(address: str) -> bool:
    """Whether an IP address is one of the Internet: not this machine, not a network of its own, nothing reserved."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found in _NAT64:
            return is_public(str(ipaddress.IPv4Address(found.packed[-4:])))
        inside = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if inside:
            return is_public(str(inside))
        if found not in _UNICAST:
            return False
    if any(found in one for one in _NOBODYS if one.version == found.version):
        return False
    return found.is_global and not found.is_multicast


def _resolved(target: Target, *, private: bool) -> tuple[str, int]:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotCalled(f"the name {target.host} has no address") from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not (private or all(is_public(one) for one in addresses)):
        raise NotCalled(f"{target.host} is not an address of the Internet")
    return addresses[0], target.port


def _secured(plain: socket.socket, target: Target) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    return context.wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)


def _request(target: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = target.port == (443 if target.secure else 80)
    lines = [
        f"POST {target.path} HTTP/1.1",
        f"Host: {host if usual else f'{host}:{target.port}'}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _status(line: socket.socket) -> int:
    read = b""
    while b"\n" not in read and len(read) < 256:
        more = line.recv(256)
        if not more:
            break
        read += more
    found = _STATUS.match(read)
    if found is None:
        raise NotCalled("no answer in time, or none that is HTTP")
    return int(found[1])
