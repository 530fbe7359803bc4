"""Collecting what stands at an address that a stranger chose: small, in time, of one host, of the Internet alone."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from pathways import calling

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def answering(answer: Callable[[socket.socket, bytes], None]) -> Iterator[tuple[str, list[bytes]]]:
    """A server of raw bytes; gives its address, and the requests that came."""
    listening = socket.create_server(("127.0.0.1", 0))
    asked: list[bytes] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                line, _ = listening.accept()
                with line, suppress(OSError):
                    request = line.recv(65536)
                    asked.append(request)
                    answer(line, request)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/there", asked
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def saying(*parts: bytes) -> Callable[[socket.socket, bytes], None]:
    return lambda line, _: line.sendall(b"".join(parts))


def collect(url: str, patience: float = 5.0, **more):
    return calling.collect(url, {"Accept": "application/json"}, private=True, patience=patience, **more)


def refused(url: str, patience: float = 5.0, **more) -> str:
    with pytest.raises(calling.NotCalled) as caught:
        collect(url, patience, **more)
    return caught.value.code


# --- what is read ---


def test_a_body_is_collected_with_its_status_and_kind():
    body = b'{"id": 1}'
    with answering(saying(OK, b"Content-Length: %d\r\n\r\n" % len(body), body, b"and more")) as (url, asked):
        found = collect(url)
    assert (found.status, found.kind, found.body) == (200, "application/json", body)
    assert asked[0].startswith(b"GET /there HTTP/1.1\r\n")
    assert b"Accept-Encoding: identity\r\n" in asked[0]


def test_a_body_in_chunks_is_put_together():
    with answering(saying(OK, b'Transfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n4\r\n: 1}\r\n0\r\n\r\n')) as (url, _):
        assert collect(url).body == b'{"a": 1}'


def test_a_body_without_length_ends_with_the_line():
    with answering(saying(OK, b"\r\n", b"{}" * 50)) as (url, _):
        assert collect(url).body == b"{}" * 50


def test_an_error_is_an_answer_too():
    page = b"HTTP/1.1 410 Gone\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 4\r\n\r\nGone"
    with answering(saying(page)) as (url, _):
        found = collect(url, wanted=lambda kind: kind == "application/json")
    assert (found.status, found.kind, found.body) == (410, "text/html", b"Gone")


def test_another_kind_than_asked_for_is_refused():
    with answering(saying(b"HTTP/1.1 200 OK\r\nContent-Type: Text/HTML\r\n\r\n<p>")) as (url, _):
        assert refused(url, wanted=lambda kind: kind == "application/json") == "wrong-kind"


def test_a_body_that_is_shorter_than_it_says_is_refused():
    with answering(saying(OK, b"Content-Length: 100\r\n\r\n{}")) as (url, _):
        assert refused(url) == "unreached"


def test_what_is_no_http_is_refused():
    with answering(saying(b"SSH-2.0-OpenSSH_9.6\r\n")) as (url, _):
        assert refused(url) == "unreached"


# --- how much ---


def test_the_largest_body_is_taken_and_one_byte_more_is_not():
    for size, expected in ((calling.LARGEST_BODY, "taken"), (calling.LARGEST_BODY + 1, "too-large")):
        for head in (OK + b"Content-Length: %d\r\n\r\n" % size, OK + b"\r\n"):
            with answering(saying(head, b"x" * size)) as (url, _):
                if expected == "taken":
                    assert len(collect(url).body) == size
                else:
                    assert refused(url) == expected


def test_a_body_without_end_is_left():
    def endless(line: socket.socket, _: bytes) -> None:
        line.sendall(OK + b"\r\n")
        while True:
            line.sendall(b"x" * 65536)

    with answering(endless) as (url, _):
        assert refused(url) == "too-large"


def test_chunks_without_end_are_left():
    def endless(line: socket.socket, _: bytes) -> None:
        line.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            line.sendall(b"1;" + b"e" * 1000 + b"\r\nx\r\n")

    with answering(endless) as (url, _):
        assert refused(url) in {"too-large", "unreached"}


@pytest.mark.parametrize("header", [b"X-Long: " + b"x" * 40_000, b"X-Many: x\r\n" * 4_000])
def test_huge_headers_are_left(header):
    with answering(saying(b"HTTP/1.1 200 OK\r\n" + header + b"\r\n\r\n{}")) as (url, _):
        assert refused(url) in {"too-large", "unreached"}


def test_headers_without_end_are_left():
    def endless(line: socket.socket, _: bytes) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nX-Endless: ")
        while True:
            line.sendall(b"x" * 65536)

    with answering(endless) as (url, _):
        assert refused(url) in {"too-large", "unreached"}


def test_what_is_compressed_all_the_same_is_read_within_the_bound():
    packed = gzip.compress(b'{"a": 1}')
    with answering(saying(OK, b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed), packed)) as (
        url,
        _,
    ):
        assert collect(url).body == b'{"a": 1}'


def test_a_small_body_that_becomes_a_large_one_is_refused():
    bomb = gzip.compress(bytes(200_000_000 // 10))
    assert len(bomb) < calling.LARGEST_BODY
    with answering(saying(OK, b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb), bomb)) as (url, _):
        assert refused(url) == "too-large"


@pytest.mark.parametrize("coding", [b"br", b"gzip, gzip", b"deflate", b"zstd"])
def test_an_encoding_that_nobody_asked_for_is_refused(coding):
    with answering(saying(OK, b"Content-Encoding: ", coding, b"\r\nContent-Length: 2\r\n\r\n{}")) as (url, _):
        assert refused(url) == "wrong-kind"


# --- how long ---


@pytest.mark.slow
def test_a_byte_a_second_is_not_waited_for():
    def drip(line: socket.socket, _: bytes) -> None:
        line.sendall(OK + b"\r\n")
        while True:
            line.sendall(b"x")
            time.sleep(0.1)

    with answering(drip) as (url, _):
        began = time.monotonic()
        assert refused(url, patience=0.6) == "too-slow"
        assert time.monotonic() - began < 2


@pytest.mark.slow
def test_headers_a_byte_a_second_are_not_waited_for():
    def drip(line: socket.socket, _: bytes) -> None:
        for one in b"HTTP/1.1 200 OK\r\n" * 100:
            line.sendall(bytes([one]))
            time.sleep(0.1)

    with answering(drip) as (url, _):
        began = time.monotonic()
        assert refused(url, patience=0.6) == "too-slow"
        assert time.monotonic() - began < 2


@pytest.mark.slow
def test_a_body_that_the_deadline_cut_off_is_no_body():
    """Without a length, an end that came of our own impatience looks like the end."""

    def stall(line: socket.socket, _: bytes) -> None:
        line.sendall(OK + b"\r\n{}")
        time.sleep(3)

    with answering(stall) as (url, _):
        assert refused(url, patience=0.5) == "too-slow"


@pytest.mark.slow
def test_redirects_share_one_deadline():
    def onward(line: socket.socket, _: bytes) -> None:
        time.sleep(0.4)
        line.sendall(b"HTTP/1.1 302 Found\r\nLocation: /on\r\n\r\n")

    with answering(onward) as (url, asked):
        began = time.monotonic()
        assert refused(url, patience=0.6) == "too-slow"
        assert time.monotonic() - began < 1.5
    assert len(asked) <= 2


def test_a_name_whose_keeper_does_not_answer_is_not_waited_for(monkeypatch):
    def silent(*_, **__):
        time.sleep(2)
        raise OSError

    monkeypatch.setattr(calling.socket, "getaddrinfo", silent)
    began = time.monotonic()
    with pytest.raises(calling.TooSlow):
        calling.collect("https://exemple.fr/did.json", {}, patience=0.3)
    assert time.monotonic() - began < 1.5


# --- where to ---


def test_it_may_send_on_within_its_own_host_twice():
    def answer(line: socket.socket, request: bytes) -> None:
        path = request.split(b" ")[1]
        onward = {b"/there": b"/one", b"/one": b"two"}.get(path)
        if onward is None:
            line.sendall(OK + b"Content-Length: 2\r\n\r\n{}")
        else:
            line.sendall(b"HTTP/1.1 301 Moved\r\nLocation: " + onward + b"\r\nContent-Length: 0\r\n\r\n")

    with answering(answer) as (url, asked):
        assert collect(url).body == b"{}"
    assert [one.split(b" ")[1] for one in asked] == [b"/there", b"/one", b"/two"]


def test_it_may_not_send_on_for_ever():
    with answering(saying(b"HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n")) as (url, asked):
        assert refused(url) == "sent-elsewhere"
    assert len(asked) == calling.MOST_REDIRECTS + 1


@pytest.mark.parametrize("status", [b"301", b"302", b"303", b"307", b"308"])
def test_no_redirect_leads_to_another_host(status):
    with (
        answering(saying(OK, b"\r\n{}")) as (other, asked_there),
        answering(saying(b"HTTP/1.1 " + status + b" On\r\nLocation: " + other.encode() + b"\r\n\r\n")) as (url, _),
    ):
        assert refused(url) == "sent-elsewhere"
    assert asked_there == []


@pytest.mark.parametrize("location", [b"", b"//exemple.fr/x", b"http://[", b"file:///etc/passwd", b"gopher://x/"])
def test_a_redirect_to_what_is_no_address_of_the_host_is_refused(location):
    with answering(saying(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\n\r\n")) as (url, _):
        assert refused(url) in {"sent-elsewhere", "not-public"}


def test_a_name_that_turns_to_this_machine_on_the_way_is_refused(monkeypatch):
    """DNS rebinding: public for the first request, private for the one that it sends on to."""
    asked: list[str] = []

    def turning(host, port, **_):
        asked.append(host)
        return [(2, 1, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", port))]

    def sent_on(target, request, *_, **__):
        calling._resolved_by(target, time.monotonic() + 5, private=False)
        return "/on"

    monkeypatch.setattr(calling.socket, "getaddrinfo", turning)
    monkeypatch.setattr(calling, "_collected", sent_on)
    with pytest.raises(calling.NotPublic):
        calling.collect("https://exemple.fr/did.json", {})
    assert asked == ["exemple.fr", "exemple.fr"]


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch):
    asked: list[str] = []

    def turning(host, port, **_):
        asked.append(host)
        return [(2, 1, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", port))]

    def connect(address, **_):
        assert address == ("93.184.216.34", 443)
        raise ConnectionRefusedError

    monkeypatch.setattr(calling.socket, "getaddrinfo", turning)
    monkeypatch.setattr(calling.socket, "create_connection", connect)
    with pytest.raises(calling.NotCalled, match="ConnectionRefused"):
        calling.collect("https://exemple.fr/did.json", {})
    assert asked == ["exemple.fr"]


@pytest.mark.parametrize(
    "url",
    [
        *("http://exemple.fr/", "https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://10.0.0.1/"),
        *("https://169.254.169.254/latest/meta-data/", "https://2130706433/", "https://a:b@exemple.fr/", "https:///x"),
        *("ftp://exemple.fr/", "https://exemple.fr/\r\nX: y", "https://exemple.fr/ x", "https://exemple.fr:99999/"),
    ],
)
def test_only_public_https_addresses_are_asked(url, monkeypatch):
    monkeypatch.setattr(calling.socket, "create_connection", lambda *_, **__: pytest.fail("connected"))
    with pytest.raises(calling.NotCalled):
        calling.collect(url, {})
