"""Calling an address that somebody else chose, without letting it lead into the operator's own network.

The name is resolved once, every address it has is looked at, and the connection goes to one of those: a name that
answers differently the second time gains nothing. No redirect is followed, a reply is read only as far as its
first line (:func:`look`: its head), and the whole call has one deadline.
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
LONGEST_HEAD = 8_000
"""Bytes of an answer that are read."""
_END_OF_LINE, _END_OF_HEAD = b"\n", b"\r\n\r\n"
_LOCATION = re.compile(rb"\r\nlocation:([^\r\n]*)", re.IGNORECASE)
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)\b")
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
"""All that IANA gave to the Internet so far: what lies outside is of one network, translated, or not yet anything."""
_NOBODYS = tuple(map(ipaddress.ip_network, ("192.88.99.0/24", "2001::/23", "2001:db8::/32", "3fff::/20")))
"""Relays of old, and addresses for protocols and for books; not every version of Python knows all of them."""


class NotCalled(Exception):
    """The call did not reach its end; the sentence (English, for a log) says why."""


class NoSuchName(NotCalled):
    """Whoever keeps the names of the Internet says that there is none like this; not that nobody could be asked."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was read: where to connect, and what to ask for there."""

    secure: bool
    host: str
    port: int
    path: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str = ""
    """Where the answer sends on to, if it does."""


def target_of(url: str, *, private: bool = False, open_too: bool = False) -> Target:
    """Read an address; raises :class:`NotCalled` for what is none, and for what is not https unless ``private``, or
    ``open_too`` where nothing secret is asked or told.
    """
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise NotCalled("not an address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotCalled("not an address") from None
    if parts.scheme not in ({"https", "http"} if private or open_too else {"https"}) or not parts.hostname:
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
    sent = _request(target, "POST", {"Content-Length": str(len(body)), **headers}) + body
    return _answered(target, sent, until=_END_OF_LINE, private=private).status


def look(
    url: str, method: str, headers: Mapping[str, str], *, private: bool = False, patience: float | None = None
) -> Answer:
    """Ask what stands at an address, with ``HEAD`` or ``GET``; of the answer, its head is read and nothing else. Also
    without encryption: nothing secret is sent, and nothing of it is believed. Raises :class:`NotCalled`.
    """
    target = target_of(url, private=private, open_too=True)
    asked = _request(target, method, headers)
    return _answered(target, asked, until=_END_OF_HEAD, private=private, patience=patience)


def _answered(target: Target, request: bytes, *, until: bytes, private: bool, patience: float | None = None) -> Answer:
    patience = PATIENCE if patience is None else patience
    address = _resolved(target, private=private)
    try:
        with (
            socket.create_connection(address, timeout=patience) as plain,
            _secured(plain, target) if target.secure else plain as line,
            _one_deadline(line, patience),
        ):
            if isinstance(line, ssl.SSLSocket):
                line.do_handshake()
            line.sendall(request)
            return _read(line, until)
    except (OSError, ValueError) as error:
        raise NotCalled(f"{type(error).__name__}: {error}"[:200]) from None


@contextmanager
def _one_deadline(line: socket.socket, patience: float) -> Iterator[None]:
    """Whoever sends one byte every few seconds keeps within every single time limit: this one is of the whole."""

    def end() -> None:
        with suppress(OSError):
            socket.socket.shutdown(line, socket.SHUT_RDWR)

    timer = threading.Timer(patience, end)
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
    except (OSError, UnicodeError) as error:
        gone = isinstance(error, socket.gaierror) and error.errno in _NO_SUCH_NAME
        raise (NoSuchName if gone else NotCalled)(f"the name {target.host} has no address") from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not (private or all(is_public(one) for one in addresses)):
        raise NotCalled(f"{target.host} is not an address of the Internet")
    return addresses[0], target.port


def _secured(plain: socket.socket, target: Target) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    return context.wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)


def _request(target: Target, method: str, headers: Mapping[str, str]) -> bytes:
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = target.port == (443 if target.secure else 80)
    lines = [
        f"{method} {target.path} HTTP/1.1",
        f"Host: {host if usual else f'{host}:{target.port}'}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _read(line: socket.socket, until: bytes) -> Answer:
    """What an answer says before ``until``, of which :data:`LONGEST_HEAD` at most is waited for."""
    read = b""
    while until not in read and len(read) < LONGEST_HEAD:
        more = line.recv(1024)
        if not more:
            break
        read += more
    found = _STATUS.match(read)
    if found is None:
        raise NotCalled("no answer in time, or none that is HTTP")
    sent_on = _LOCATION.search(read.partition(_END_OF_HEAD)[0])
    return Answer(int(found[1]), sent_on[1].decode("ascii", "ignore").strip() if sent_on else "")
