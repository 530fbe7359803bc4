"""Calling an address that somebody else chose, without letting it lead into the operator's own network.

The name is resolved once, every address it has is looked at, and the connection goes to one of those: a name that
answers differently the second time gains nothing. A reply is read only as far as its first line (:func:`look`: its
head; :func:`collect`: its body, up to a bound), and the whole call has one deadline. No redirect is followed, but by
:func:`collect` within one host.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import cast
from urllib.parse import urljoin, urlsplit

PATIENCE = 10.0
"""Seconds for a whole call, once the name is resolved."""
LONGEST_URL = 500
LONGEST_HEAD = 8_000
"""Bytes of an answer that are read."""
LARGEST_HEAD, LARGEST_BODY = 16_000, 256_000
"""Bytes of an answer that is collected; the body, as it comes and as it is when decoded."""
MOST_REDIRECTS = 2
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
    """The call did not reach its end; the sentence (English, for a log) says why, ``code`` says it to programs."""

    code = "unreached"


class NoSuchName(NotCalled):
    """Whoever keeps the names of the Internet says that there is none like this; not that nobody could be asked."""

    code = "no-such-name"


class NotPublic(NotCalled):
    """The address is none of the Internet, or is none at all, or is not asked with encryption."""

    code = "not-public"


class SentElsewhere(NotCalled):
    """The answer sends on to another host, or sends on and on."""

    code = "sent-elsewhere"


class TooMuch(NotCalled):
    """The answer is larger than anybody asked for."""

    code = "too-large"


class WrongKind(NotCalled):
    """The answer is of another media type, or encoded in a way that nobody asked for."""

    code = "wrong-kind"


class TooSlow(NotCalled):
    code = "too-slow"


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


@dataclass(frozen=True, slots=True)
class Collected:
    """What stands at an address."""

    status: int
    kind: str
    """Its media type in small letters, without parameters; empty when it says none."""
    body: bytes


def target_of(url: str, *, private: bool = False, open_too: bool = False) -> Target:
    """Read an address; raises :class:`NotCalled` for what is none, and for what is not https unless ``private``, or
    ``open_too`` where nothing secret is asked or told.
    """
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise NotPublic("not an address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotPublic("not an address") from None
    if parts.scheme not in ({"https", "http"} if private or open_too else {"https"}) or not parts.hostname:
        raise NotPublic("not a complete https address")
    if parts.username is not None or parts.password is not None:
        raise NotPublic("an address with a password in it")
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


def collect(
    url: str,
    headers: Mapping[str, str],
    *,
    wanted: Callable[[str], bool] = lambda _kind: True,
    private: bool = False,
    patience: float | None = None,
) -> Collected:
    """``GET`` what stands at an address: its body, :data:`LARGEST_BODY` at most, whatever the status. It may send on
    :data:`MOST_REDIRECTS` times within its own host. All of it, the resolving of names too, has ``patience`` seconds.

    ``wanted`` says of a media type whether it is; of an answer that reports an error (4xx, 5xx) the body may be of any.
    Raises :class:`NotCalled`, whose ``code`` says why.
    """
    ends = time.monotonic() + (PATIENCE if patience is None else patience)
    asked = {"Accept-Encoding": "identity", **headers}
    for _ in range(MOST_REDIRECTS + 1):
        target = target_of(url, private=private)
        found = _collected(target, _request(target, "GET", asked), wanted, private=private, ends=ends)
        if isinstance(found, Collected):
            return found
        url = _sent_on(url, found, target, private=private)
    raise SentElsewhere("sent on too often")


def _sent_on(url: str, location: str, target: Target, *, private: bool) -> str:
    """The address that an answer sends on to, if it is of the same host."""
    try:
        onward = urljoin(url, location)
    except ValueError:
        raise SentElsewhere("sent on to what is not an address") from None
    to = target_of(onward, private=private)
    if (to.secure, to.host, to.port) != (target.secure, target.host, target.port):
        raise SentElsewhere("sent on to another host")
    return onward


def _collected(
    target: Target, request: bytes, wanted: Callable[[str], bool], *, private: bool, ends: float
) -> Collected | str:
    """What is there, or where it says that it is."""
    address = _resolved_by(target, ends, private=private)
    with _line(target, address, _left(ends), ends=ends) as line:
        line.sendall(request)
        counted = _Counted(line)
        with http.client.HTTPResponse(cast("socket.socket", counted), method="GET") as answer:
            answer.begin()
            if answer.status in {301, 302, 303, 307, 308}:
                return answer.getheader("Location", "")
            kind = answer.getheader("Content-Type", "").partition(";")[0].strip().casefold()
            if answer.status < 400 and not wanted(kind):
                raise WrongKind(f"an answer of the kind {kind[:60]!r}")
            counted.left = LARGEST_BODY + LARGEST_HEAD
            return Collected(answer.status, kind, _body(answer))


def _body(answer: http.client.HTTPResponse) -> bytes:
    if (answer.length or 0) > LARGEST_BODY:
        raise TooMuch("a body that says that it is too large")
    body = answer.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        raise TooMuch("a body without end")
    if answer.length:
        raise NotCalled("a body that ends before its end")
    coding = answer.getheader("Content-Encoding", "").strip().casefold()
    if coding in {"", "identity"}:
        return body
    if coding not in {"gzip", "x-gzip"}:
        raise WrongKind("an encoding that nobody asked for")
    unpacking = zlib.decompressobj(31)
    try:
        whole = unpacking.decompress(body, LARGEST_BODY + 1)
    except zlib.error:
        raise WrongKind("an encoding that is not what it says") from None
    if len(whole) > LARGEST_BODY:
        raise TooMuch("a small body that becomes a large one")
    return whole


class _Counted(io.RawIOBase):
    """The bytes that come in on a line, as long as some are left of what may."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self.left = LARGEST_HEAD

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What ``http.client`` asks of a socket."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] - what BufferedReader gives it
        if self.left <= 0:
            raise TooMuch("an answer without end")
        read = self._line.recv_into(memoryview(buffer)[: self.left])
        self.left -= read
        return read


def _left(ends: float) -> float:
    """Seconds until then."""
    left = ends - time.monotonic()
    if left <= 0:
        raise TooSlow("no answer in time")
    return left


def _resolved_by(target: Target, ends: float, *, private: bool) -> tuple[str, int]:
    """The same as :func:`_resolved`, but a name whose keeper never answers is not waited for."""
    answers: queue.SimpleQueue[tuple[str, int] | NotCalled] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            answers.put(_resolved(target, private=private))
        except NotCalled as error:
            answers.put(error)

    threading.Thread(target=resolve, daemon=True).start()
    try:
        answer = answers.get(timeout=_left(ends))
    except queue.Empty:
        raise TooSlow("a name that nobody resolves in time") from None
    if isinstance(answer, NotCalled):
        raise answer
    return answer


def _answered(target: Target, request: bytes, *, until: bytes, private: bool, patience: float | None = None) -> Answer:
    address = _resolved(target, private=private)
    with _line(target, address, PATIENCE if patience is None else patience) as line:
        line.sendall(request)
        return _read(line, until)


@contextmanager
def _line(
    target: Target, address: tuple[str, int], patience: float, *, ends: float | None = None
) -> Iterator[socket.socket]:
    """A connection to one address: so many seconds until it stands, and again until its end, unless that is given. What
    fails on it is :class:`NotCalled`.
    """
    late = threading.Event()
    try:
        with (
            socket.create_connection(address, timeout=patience) as plain,
            _secured(plain, target) if target.secure else plain as line,
            _one_deadline(line, patience if ends is None else _left(ends), late),
        ):
            if isinstance(line, ssl.SSLSocket):
                line.do_handshake()
            yield line
    except (OSError, ValueError, http.client.HTTPException) as error:
        if late.is_set() or isinstance(error, TimeoutError):
            raise TooSlow("no answer in time") from None
        raise NotCalled(f"{type(error).__name__}: {error}"[:200]) from None
    if late.is_set():
        raise TooSlow("an answer that was cut off")


@contextmanager
def _one_deadline(line: socket.socket, patience: float, late: threading.Event) -> Iterator[None]:
    """Whoever sends one byte every few seconds keeps within every single time limit: this one is of the whole."""

    def end() -> None:
        late.set()
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
        raise NotPublic(f"{target.host} is not an address of the Internet")
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
