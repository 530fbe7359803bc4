"""Short messages: how long they are, and the one protocol in which they are handed over."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pathways import sink, sms
from pathways.errors import SettingsError
from pathways.settings import Settings

MESSAGE = {"token": "a token", "to": "+33612345678", "text": "Bonjour", "reference": "1"}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("é" * 160, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("س" * 134, 2),
        ("س" * 135, 3),
        ("\U0001f600" * 35, 1),
        ("\U0001f600" * 36, 2),
        ("", 1),
    ],
)
def test_the_parts_of_a_message(text, parts):
    assert sms.segments(text) == parts


def test_typographic_signs_do_not_make_it_longer():
    assert sms.plain("l’atelier «e-mail» – 14\u202f00…") == 'l\'atelier "e-mail" - 14 00...'
    assert sms.segments(sms.plain("’" * 160)) == 1


@pytest.fixture
def gateway():
    """Answers with the status that is set, and keeps what it was asked."""
    taken: list[tuple[str, dict[str, str], dict[str, str]]] = []
    status = [202]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            taken.append((self.path, dict(self.headers), body))
            self.send_response(status[0])
            if status[0] == 302:
                self.send_header("location", "/other")
            self.end_headers()
            self.wfile.write(b"number +33612345678 is unknown")

        def log_message(self, format, *_):  # noqa: A002 - the name that http.server gave it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/send", taken, status
    server.shutdown()
    server.server_close()


def test_a_message_is_posted_with_the_token(gateway):
    url, taken, _ = gateway
    sms.send(url, **MESSAGE)
    [(path, headers, body)] = taken
    assert path == "/send"
    assert headers["Authorization"] == "Bearer a token"
    assert headers["Content-Type"] == "application/json"
    assert body == {"to": "+33612345678", "text": "Bonjour", "reference": "1"}


@pytest.mark.parametrize("answer", [302, 400, 500])
def test_what_is_no_2xx_is_said_without_the_number(gateway, answer):
    url, taken, status = gateway
    status[0] = answer
    with pytest.raises(sms.Refused, match=str(answer)) as refused:
        sms.send(url, **MESSAGE)
    assert "33612345678" not in str(refused.value)
    assert len(taken) == 1, "nobody is redirected"


def test_a_gateway_that_is_not_there_is_said():
    with pytest.raises(sms.Refused):
        sms.send("http://127.0.0.1:1/", **MESSAGE)


def test_a_sink_keeps_messages_for_its_owner_alone(tmp_path):
    url = sink.address("sink:", tmp_path)
    sms.send(url, **MESSAGE)
    sms.send(url, **MESSAGE)
    [kept] = (tmp_path / "outgoing").iterdir()
    assert json.loads(kept.read_text())["text"] == "Bonjour"
    assert kept.stat().st_mode & 0o077 == 0
    assert kept.parent.stat().st_mode & 0o077 == 0


def test_by_default_nothing_leaves():
    settings = Settings.from_environment({})
    assert (settings.mail_url, settings.sms_url, settings.private_webhooks) == ("", "", False)


def test_settings_of_a_sink(tmp_path):
    settings = Settings.from_environment(
        {"PATHWAYS_DATA": str(tmp_path), "PATHWAYS_SMS_URL": "sink:", "PATHWAYS_MAIL_URL": "sink:"}
    )
    assert settings.sms_url == settings.mail_url == f"sink:{tmp_path}/outgoing"
    assert settings.mail_from


@pytest.mark.parametrize("url", ["gateway", "ftp://gateway/", "https://"])
def test_an_address_of_a_gateway_that_is_none_is_said(url):
    with pytest.raises(SettingsError, match="PATHWAYS_SMS_URL"):
        Settings.from_environment({"PATHWAYS_SMS_URL": url})
