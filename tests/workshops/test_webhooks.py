"""Calls to partners, end to end with receivers on this machine: signed, in order, repeated, given up, reconciled."""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from pathways import changes
from pathways.errors import NotFound
from pathways.outbox import MOST_ATTEMPTS, OutboxEvent
from pathways.permissions import Role
from pathways.workshops.models import Webhook, WebhookDelivery
from pathways.workshops.notifying import webhooks
from tests.parts import ROOT
from tests.workshops.days import a_member
from tests.workshops.outgoing import TUESDAY, Clock, work


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


def test_the_secret_is_nowhere_in_the_database(database, private, member, receiver):
    hook = subscribe(database, private, member, receiver.url)
    with database.read() as db:
        found = db.get_one(Webhook, hook)
        secret = webhooks.secret_of(private, found)
        row = db.execute(sa.select(Webhook.__table__)).one()
    assert secret.removeprefix("whsec_") not in repr(row)
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
