"""Who hears by mail: those who may decide, the candidate, the holder of what runs out; no subject names anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock, mail
from pathways.badges.candidacy import reminding, requesting
from pathways.badges.events import BadgeExpiring, RequestDecided, RequestSubmitted
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.models import JuryVerdict
from pathways.outbox import OutboxEvent
from pathways.people.models import Account
from tests.badges.candidacy.candidates import LINKS, SIGNER, a_badge, a_member


@pytest.fixture
def sent(monkeypatch) -> list[dict]:
    found: list[dict] = []
    monkeypatch.setattr(mail, "send", lambda _, **what: found.append(what))
    return found


@pytest.fixture
def deliver(db, settings, sent):
    own = replace(settings, mail_url="smtp://mail.example:25", mail_from="pathways@mail.example")

    def run(event: type, about, *, settings=own) -> list[str]:
        sent.clear()
        key = "credential_id" if event is BadgeExpiring else "request_id"
        errand = reminding.handlers(settings)[event.__name__](db, {key: str(about)})
        if errand is not None:
            errand()
        return [one["to"] for one in sent]

    return run


def email_of(db, member) -> str:
    return db.get_one(Account, member.account_id).email


def test_a_jury_hears_of_what_its_members_may_decide_on(db, world, deliver, sent):
    candidate = a_member(db, name="Prénom Exemple")
    world.juror(organisation_id=candidate.organisation_id)
    juror = world.juror()
    request = world.sent(candidate)
    assert deliver(RequestSubmitted, request.id) == [email_of(db, juror)]
    assert f"/jury/{request.id}" in sent[0]["text"]
    assert "Accueillir en médiation" in sent[0]["text"]
    assert not any("Exemple" in sent[0][part] for part in ("subject", "text"))
    world.decided(juror, request)
    assert deliver(RequestSubmitted, request.id) == []


def test_five_of_a_large_jury_hear_of_each_request_and_not_always_the_same(db, world, deliver):
    jurors = {email_of(db, world.juror()) for _ in range(12)}
    told = [frozenset(deliver(RequestSubmitted, world.sent(a_member(db)).id)) for _ in range(4)]
    assert {len(one) for one in told} == {reminding.MOST_TOLD}
    assert len(set(told)) > 1
    assert frozenset.union(*told) <= jurors


@pytest.mark.parametrize("verdict", list(JuryVerdict))
def test_the_candidate_hears_that_it_is_decided_and_not_what_was_written(db, world, deliver, sent, verdict):
    candidate = a_member(db)
    request = world.decided(world.juror(), world.sent(candidate), verdict, reason="Un mot très particulier.")
    assert deliver(RequestDecided, request.id) == [email_of(db, candidate)]
    assert "particulier" not in sent[0]["text"]
    assert f"http://testserver/h/me/requests/{request.id}" in sent[0]["text"]
    if verdict is JuryVerdict.ASK:
        requesting.submit(db, SIGNER, request.holder, request.id)
        assert deliver(RequestDecided, request.id) == []  # it went on since


def test_who_reads_no_french_hears_in_english(db, world, deliver, sent):
    request = world.decided(world.juror(), world.sent(a_member(db)))
    holders.speak(request.holder, "ar")
    deliver(RequestDecided, request.id)
    assert sent[0]["subject"] == "Your badge request was accepted"


def test_without_account_one_hears_where_one_asked_to_and_by_ones_link(db, world, deliver, sent, settings):
    holder, _ = holders.create(db, Links(settings.secret))
    badge = a_badge(db, world, holder, valid_until=clock.now() + timedelta(days=20))
    assert deliver(BadgeExpiring, badge.id) == []
    holders.write_to(holder, "Moi@Exemple.fr")
    assert deliver(BadgeExpiring, badge.id) == ["moi@exemple.fr"]
    assert f"/h/{holders.token_of(Links(settings.secret), holder)}" in sent[0]["text"]
    assert deliver(BadgeExpiring, badge.id, settings=settings) == []  # nothing to send with


def expiring(db) -> list:
    return list(db.scalars(sa.select(OutboxEvent.about_id).filter_by(name=BadgeExpiring.__name__)))


def test_each_badge_that_runs_out_is_told_once_two_months_before(db, world):
    holder, _ = holders.create(db, LINKS)
    now = clock.now()
    due = a_badge(db, world, holder, valid_until=now + timedelta(days=59))
    a_badge(db, world, holder, valid_until=now + timedelta(days=61))
    a_badge(db, world, holder, valid_until=now - timedelta(days=1))
    a_badge(db, world, holder, valid_until=None)
    soon = now + timedelta(days=10)
    a_badge(db, world, holder, valid_until=soon, revoked_at=now, revocation="superseded")
    a_badge(db, world, holder, valid_until=soon, holder_id=None)
    assert (reminding.plan(db), reminding.plan(db)) == (1, 0)
    assert expiring(db) == [due.id]
    assert [one.act for one in holders.history(db, holder)] == ["expiring"]


def test_what_was_revoked_meanwhile_is_not_told(db, world, deliver):
    candidate = a_member(db)
    badge = a_badge(db, world, world.holder(candidate), valid_until=clock.now() + timedelta(days=20))
    assert deliver(BadgeExpiring, badge.id) == [email_of(db, candidate)]
    badge.revoked_at, badge.revocation = clock.now(), "error"
    db.flush()
    assert deliver(BadgeExpiring, badge.id) == []
