"""Work that nobody waits for any more ends: over a real socket, which the browser shuts."""

from __future__ import annotations

import socket
import threading
from urllib.parse import urlencode, urlsplit

import pytest

from pathways.diagnostics.composing import auditing, pricing
from pathways.diagnostics.engine import Abandoned
from tests.serving import served
from tests.web import world

PATIENCE = 60.0
"""Seconds after which a test gives up."""


@pytest.fixture
def place(signed_in, client, database):
    return world.make(signed_in, client, database)


class Work:
    """In place of a simulation: it goes on until it is told that nobody waits."""

    def __init__(self) -> None:
        self.begun, self.over = threading.Event(), threading.Event()
        self.given_up = threading.Event()

    def __call__(self, *_: object, goes_on, **__: object):
        self.begun.set()
        while goes_on():
            if self.given_up.wait(0.02):
                raise AssertionError("nobody said that the browser had left")
        self.over.set()
        raise Abandoned


def left(url: str, request: bytes, work: Work) -> None:
    """Send a request and leave while it is being worked on."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.sendall(request)
        assert work.begun.wait(PATIENCE)
    try:
        assert work.over.wait(PATIENCE)
    finally:
        work.given_up.set()


def cookies(browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def test_the_price_of_a_choice_that_has_changed_again(place, app, monkeypatch):
    work = Work()
    monkeypatch.setattr(pricing, "simulate", work)
    body = urlencode(
        {
            "csrf": world.csrf_of(place.administrator),
            "framework": "inclusion-numerique",
            "skills": "SEC-01",
            "languages": "fr",
            "action": "look",
        }
    ).encode()
    with served(app) as url:
        head = (
            f"POST /diagnostics/new/price HTTP/1.1\r\nHost: testserver\r\nCookie: {cookies(place.administrator)}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        left(url, head.encode() + body, work)


def test_the_audit_of_a_page_that_was_shut(place, app, monkeypatch):
    work = Work()
    monkeypatch.setattr(auditing, "audit", work)
    path = place.path("/diagnostics/{diagnostic_id}/audit")
    with served(app) as url:
        head = f"GET {path} HTTP/1.1\r\nHost: testserver\r\nCookie: {cookies(place.administrator)}\r\n\r\n"
        left(url, head.encode(), work)


def test_who_stays_gets_the_answer(place):
    reply = place.administrator.get(place.path("/diagnostics/{diagnostic_id}/audit"))
    assert reply.status_code == 200
    assert "en moyenne" in reply.text
