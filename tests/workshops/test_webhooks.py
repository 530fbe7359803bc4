"""Calls to partners, end to end with receivers on this machine: signed, in order, repeated, given up, reconciled."""

from __future__ import annotations

import base64
import json
import threading
import time as real_time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from pathways import calling, changes
from pathways.errors import Conflict, Invalid, NotFound
from pathways.outbox import MOST_ATTEMPTS, OutboxEvent
from pathways.permissions import Role
from pathways.workshops import webhooks
from pathways.workshops.models import Webhook, WebhookDelivery
from tests.parts import ROOT
from tests.people.situations import post
from tests.workshops.days import a_member
from tests.workshops.outgoing import TUESDAY, Clock, work


@dataclass
class Receiver:
    """A partner's own server: answers what it is told to, and keeps what it took."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    """Statuses of the next calls; then 204."""
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def numbers(self) -> list[int]:
        return [one["number"] for _, body in self.calls for one in json.loads(body)["data"]["changes"]]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            status = receiver.answers.pop(0) if receiver.answers else 204
            if status < 300:
                receiver.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            if status == 302:
                self.send_header("location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, format, *_):  # noqa: A002 - the name that http.server gave it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook?of=us"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def time(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def private(settings):
    """An operator who allows addresses of the own network: where the receivers of tests are."""
    return replace(settings, private_webhooks=True)


@pytest.fixture
def member(database):
    with database.begin() as db:
        return a_member(db, role=Role.ADMINISTRATOR)


def subscribe(database, settings, member, url, **values) -> uuid.UUID:
    with database.begin() as db:
        return webhooks.create(db, settings, member, url=url, **values).id


def note(database, member, *kinds: str) -> list[str]:
    about = [uuid.uuid4() for _ in kinds]
    with database.begin() as db:
        for kind, one in zip(kinds, about, strict=True):
            changes.note(db, member.organisation_id, kind, one, "created")
    return [str(one) for one in about]


def verified(secret: str, headers: dict[str, str], body: bytes, *, now: float, taken: set[str] | None = None) -> Any:
    """By the very lines that ``docs/webhooks.md`` gives to receivers."""
    page = (ROOT / "docs" / "webhooks.md").read_text("utf-8")
    names: dict[str, Any] = {}
    exec(page.split("```python\n")[1].split("```")[0], names)  # noqa: S102 - the example of our own guide
    names["time"] = SimpleNamespace(time=lambda: now)
    return names["verified"](secret, headers, body, set() if taken is None else taken)


def test_a_change_is_told_signed_and_without_what_it_holds(database, time, private, member, receiver):
    hook = subscribe(database, private, member, receiver.url)
    about = note(database, member, "booking", "session")
    work(database, private)
    [(headers, body)] = receiver.calls
    with database.read() as db:
        secret = webhooks.secret_of(private, db.get_one(Webhook, hook))
    told = verified(secret, headers, body, now=TUESDAY.timestamp())
    assert [set(one) for one in told["data"]["changes"]] == [{"number", "kind", "id", "act", "happened_at"}] * 2
    assert {one["id"] for one in told["data"]["changes"]} == set(about)
    assert told["data"]["next"] == 2
    assert verified(secret, headers, body, now=TUESDAY.timestamp(), taken={headers["webhook-id"]}) is None
    with pytest.raises(ValueError, match="too old"):
        verified(secret, headers, body, now=TUESDAY.timestamp() + 301)
    with pytest.raises(ValueError, match="not signed"):
        verified(secret, headers, body + b" ", now=TUESDAY.timestamp())
    with pytest.raises(ValueError, match="not signed"):
        verified(secret, headers | {"webhook-id": "another"}, body, now=TUESDAY.timestamp())


def test_only_what_was_asked_for_and_only_ones_own(database, time, private, member, receiver):
    subscribe(database, private, member, receiver.url, kinds=["session"])
    with database.begin() as db:
        stranger = a_member(db)
    note(database, stranger, "session")
    note(database, member, "booking")
    [about] = note(database, member, "session")
    work(database, private)
    assert [one["id"] for _, body in receiver.calls for one in json.loads(body)["data"]["changes"]] == [about]
    note(database, member, "booking")
    work(database, private)
    assert len(receiver.calls) == 1


def test_what_was_before_is_not_told(database, time, private, member, receiver):
    note(database, member, "booking")
    subscribe(database, private, member, receiver.url)
    work(database, private)
    assert receiver.calls == []


def test_a_failed_call_is_repeated_as_the_same_and_nothing_overtakes_it(database, time, private, member, receiver):
    hook = subscribe(database, private, member, receiver.url)
    note(database, member, "booking")
    receiver.answers = [500, 302]
    for _ in range(2):
        work(database, private)
        note(database, member, "booking")
        time.pass_by(hours=1)
    assert receiver.calls == []
    with database.read() as db:
        [only] = webhooks.log(db, db.get_one(Webhook, hook))
        assert (only.attempts, only.error) == (2, "NotTaken: answered 302")
    work(database, private)
    assert receiver.numbers() == [1, 2, 3]
    assert len({headers["webhook-id"] for headers, _ in receiver.calls}) == 2


def test_a_long_list_comes_in_several_calls_in_order(database, time, private, member, receiver):
    subscribe(database, private, member, receiver.url)
    note(database, member, *["booking"] * 250)
    work(database, private)
    assert receiver.numbers() == list(range(1, 251))
    assert len(receiver.calls) == 3


def test_after_a_change_of_secret_both_serve_for_a_day(database, time, private, member, receiver):
    hook = subscribe(database, private, member, receiver.url)
    with database.begin() as db:
        former = webhooks.secret_of(private, db.get_one(Webhook, hook))
        present = webhooks.secret_of(private, webhooks.rotate(db, member, hook))
    assert former != present
    note(database, member, "booking")
    work(database, private)
    for secret in (former, present):
        verified(secret, *receiver.calls[0], now=TUESDAY.timestamp())
    time.pass_by(days=1)
    note(database, member, "booking")
    work(database, private)
    verified(present, *receiver.calls[1], now=time.moment.timestamp())
    with pytest.raises(ValueError, match="not signed"):
        verified(former, *receiver.calls[1], now=time.moment.timestamp())


def test_who_does_not_answer_for_a_day_is_called_no_more_and_the_reason_stands_there(
    database, time, private, member, receiver
):
    hook = subscribe(database, private, member, receiver.url)
    note(database, member, "booking", "session")
    receiver.answers = [503] * MOST_ATTEMPTS
    for _ in range(MOST_ATTEMPTS + 2):
        work(database, private)
        time.pass_by(hours=12)
    with database.begin() as db:
        webhooks.disable_failing(db)
    note(database, member, "booking")
    work(database, private)
    with database.read() as db:
        found = db.get_one(Webhook, hook)
        assert found.disabled_at is not None
        assert found.reason == "NotTaken: answered 503"
    assert receiver.calls == []
    with database.begin() as db:
        webhooks.enable(db, member, hook)
    work(database, private)
    assert receiver.numbers() == [1, 2, 3], "nothing is lost"


def test_a_partner_that_missed_calls_reconciles_by_the_feed(database, time, private, member, receiver, app, signed_in):
    """Calls that were taken and then lost, a receiver that was away, and a feed that has it all in order."""
    partner = signed_in(Role.COORDINATOR, organisation=member.organisation_id)
    hook = subscribe(database, private, member, receiver.url)
    known: list[int] = []
    for turn in range(6):
        note(database, member, "booking", "session")
        work(database, private)
        if turn in {1, 4}:
            receiver.calls.clear()  # it took the call, and crashed
        known += [number for number in receiver.numbers() if number not in known]
    with database.begin() as db:
        webhooks.remove(db, member, hook)
    note(database, member, "booking")
    assert known == [1, 2, 5, 6, 7, 8, 11, 12]
    since, read = 0, []
    while True:
        answer = partner.get(f"/api/v1/changes?since={since}&limit=5").json()
        read += [one["number"] for one in answer["changes"]]
        since = answer["next"]
        if not answer["more"]:
            break
    assert read == list(range(1, 14))
    assert answer["complete"]
    assert partner.get(f"/api/v1/changes?since={since}").json() == {
        "changes": [],
        "next": 13,
        "more": False,
        "complete": True,
    }


def test_the_feed_says_where_it_is_no_longer_whole(database, signed_in, member):
    note(database, member, *["booking"] * 3)
    partner = signed_in(Role.COORDINATOR, organisation=member.organisation_id)
    assert len(partner.get("/api/v1/changes").json()["changes"]) == 3
    with database.begin() as db:
        changes.forget(db, older_than=changes.clock.now() + timedelta(days=1))
    assert partner.get("/api/v1/changes?since=1").json()["complete"] is False
    assert partner.get("/api/v1/changes?since=2").json()["complete"] is True


def test_a_removed_address_is_called_no_more(database, time, private, member, receiver):
    hook = subscribe(database, private, member, receiver.url)
    note(database, member, "booking")
    with database.begin() as db:
        webhooks.plan(db)
        webhooks.remove(db, member, hook)
    work(database, private)
    assert receiver.calls == []
    with database.read() as db:
        assert db.scalars(sa.select(OutboxEvent)).all() == []
        assert db.scalars(sa.select(WebhookDelivery)).all() == []


def test_others_may_not_touch_it(database, private, member, receiver):
    hook = subscribe(database, private, member, receiver.url)
    with database.begin() as db:
        stranger = a_member(db)
        for act in (webhooks.get, webhooks.remove, webhooks.rotate, webhooks.enable):
            with pytest.raises(NotFound):
                act(db, stranger, hook)
        assert webhooks.list_for(db, stranger) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "exemple.fr",
        "http://exemple.fr/",
        "ftp://exemple.fr/",
        "https://",
        "https://me:pass@exemple.fr/",
        "https://exemple.fr:99999/",
        "https://exemple.fr/\r\nHost: other",
        "https://exemple.fr/" + "a" * 500,
        "https://éxemple.fr/",
    ],
)
def test_only_whole_https_addresses_are_taken(db, settings, url):
    with pytest.raises(Invalid):
        webhooks.create(db, settings, a_member(db), url=url)


def test_unknown_kinds_and_too_many_addresses_are_refused(db, settings):
    member = a_member(db)
    with pytest.raises(Invalid):
        webhooks.create(db, settings, member, url="https://exemple.fr/", kinds=["password"])
    for _ in range(webhooks.MOST_WEBHOOKS):
        webhooks.create(db, settings, member, url="https://exemple.fr/")
    with pytest.raises(Conflict):
        webhooks.create(db, settings, member, url="https://exemple.fr/")


def test_the_secret_is_nowhere_in_the_database(database, private, member, receiver):
    hook = subscribe(database, private, member, receiver.url)
    with database.read() as db:
        found = db.get_one(Webhook, hook)
        secret = webhooks.secret_of(private, found)
        row = db.execute(sa.select(Webhook.__table__)).one()
    assert secret.removeprefix("whsec_") not in repr(row)
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32


# --- the faces ---------------------------------------------------------------------------------------------


def test_by_the_api_a_key_makes_one_and_gives_the_same_secret(app, settings, signed_in):
    partner = signed_in(Role.COORDINATOR)
    body = {"url": "https://exemple.fr/hook", "kinds": ["session"]}
    made = [
        partner.post("/api/v1/webhooks", json=body, headers={"Idempotency-Key": "one and the same"}) for _ in range(2)
    ]
    assert [one.status_code for one in made] == [201, 201]
    assert made[0].json() == made[1].json()
    [listed] = partner.get("/api/v1/webhooks").json()["webhooks"]
    assert "secret" not in listed
    other = partner.post(f"/api/v1/webhooks/{listed['id']}/secret").json()
    assert other["secret"] != made[0].json()["secret"]
    assert partner.get(f"/api/v1/webhooks/{listed['id']}/calls").json() == {"calls": []}
    assert partner.post(f"/api/v1/webhooks/{listed['id']}/enable").json()["disabled_at"] is None
    assert partner.delete(f"/api/v1/webhooks/{listed['id']}").status_code == 204
    assert partner.get("/api/v1/webhooks").json() == {"webhooks": []}


def test_by_the_pages(signed_in):
    trainer = signed_in(Role.TRAINER)
    wrong = post(trainer, "/webhooks", "/webhooks", url="http://exemple.fr/")
    assert wrong.status_code == 422
    assert "https://" in wrong.text
    made = post(trainer, "/webhooks", "/webhooks", url="https://exemple.fr/hook", kind="booking")
    assert "whsec_" in made.text
    assert made.headers["cache-control"] == "no-store"
    listed = trainer.get("/webhooks").text
    assert "https://exemple.fr/hook" in listed
    assert "whsec_" not in listed
    address = listed.split('href="/webhooks/')[1].split('"')[0]
    assert "whsec_" not in trainer.get(f"/webhooks/{address}").text
    assert "whsec_" in post(trainer, "/webhooks", f"/webhooks/{address}/secret").text
    assert post(trainer, "/webhooks", f"/webhooks/{address}/enable").status_code == 303
    assert post(trainer, "/webhooks", f"/webhooks/{address}/remove").status_code == 303
    assert "https://exemple.fr/hook" not in trainer.get("/webhooks").text


@pytest.mark.parametrize("role", [Role.TRANSLATOR, Role.PRESCRIBER])
def test_who_may_not_see_bookings_may_not_follow_them(signed_in, role):
    somebody = signed_in(role)
    assert somebody.get("/api/v1/changes").status_code == 403
    assert somebody.get("/api/v1/webhooks").status_code == 403
    assert somebody.get("/webhooks").status_code == 403


# --- where calls may not lead ------------------------------------------------------------------------------


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
