"""Calls lead to the Internet alone, and wait for nobody: addresses, names, certificates, slow answers."""

from __future__ import annotations

import threading
import time as real_time

import pytest

from pathways import calling


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - compared, not bound
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2001:db8::1",
        "64:ff9b:1::7f00:1",
        "::ffff:0:7f00:1",
        "fec0::1",
        "5f00::1",
        "100::1",
        "3fff::1",
        "2001:20::1",
        "192.88.99.1",
    ],
)
def test_addresses_of_private_networks_are_none_of_the_internet(address):
    assert not calling.is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_addresses_of_the_internet_are(address):
    assert calling.is_public(address)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "127.1", "2130706433", "0x7f.1", "0"])
def test_no_call_leads_to_this_machine(host):
    with pytest.raises(calling.NotCalled):
        calling.post(f"https://{host}/", b"{}", {})


def test_a_name_with_one_private_address_among_others_is_refused(monkeypatch):
    found = [(2, 1, 6, "", (one, 443)) for one in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(calling.socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(calling.socket, "create_connection", lambda *_, **__: pytest.fail("connected"))
    with pytest.raises(calling.NotCalled, match="not an address of the Internet"):
        calling.post("https://exemple.fr/", b"{}", {})


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch):
    """A name that answers differently the second time gains nothing: it is asked once."""
    asked: list[str] = []

    def once(host, *_, **__):
        asked.append(host)
        return [(2, 1, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", 443))]

    def connect(address, **_):
        assert address == ("93.184.216.34", 443)
        raise ConnectionRefusedError

    monkeypatch.setattr(calling.socket, "getaddrinfo", once)
    monkeypatch.setattr(calling.socket, "create_connection", connect)
    with pytest.raises(calling.NotCalled, match="ConnectionRefused"):
        calling.post("https://exemple.fr/", b"{}", {})
    assert asked == ["exemple.fr"]


def test_a_certificate_that_nobody_vouches_for_is_refused(receiver):
    """The receiver of tests speaks no TLS at all."""
    with pytest.raises(calling.NotCalled):
        calling.post(receiver.url.replace("http://", "https://"), b"{}", {}, private=True)


def test_who_answers_a_letter_at_a_time_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(calling, "PATIENCE", 0.5)
    listening = calling.socket.create_server(("127.0.0.1", 0))

    def drip():
        line, _ = listening.accept()
        with line:
            for letter in b"HTTP/1.1 200 OK" * 20:
                try:
                    line.sendall(bytes([letter]) if letter != 10 else b"x")
                except OSError:
                    return
                real_time.sleep(0.1)

    threading.Thread(target=drip, daemon=True).start()
    started = real_time.monotonic()
    with pytest.raises(calling.NotCalled):
        calling.post(f"http://127.0.0.1:{listening.getsockname()[1]}/", b"{}", {}, private=True)
    assert real_time.monotonic() - started < 2
    listening.close()
