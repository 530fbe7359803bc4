"""A referral: nobody sees it before the person's yes, four readers see it after, and their no ends it everywhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.changes import Change
from pathways.errors import Conflict, Forbidden, Invalid, NotFound, WrongCode
from pathways.learning.models import Referral, ReferralState
from pathways.learning.referrals import referred, referring
from pathways.learning.referrals.referred import Side
from pathways.outbox import OutboxEvent
from pathways.places import service as places
from pathways.places.territories import Spot
from tests.learning.people_sent_on import CODES, SentOn
from tests.workshops import offering


@pytest.fixture
def world(db) -> SentOn:
    return SentOn(db)


def test_before_the_person_agrees_nobody_else_sees_it(db, world):
    made = world.proposed()
    assert referred.get(db, world.sender, made.id)[1] is Side.SENDER
    for other in (world.receiver, world.stranger):
        with pytest.raises(NotFound):
            referred.get(db, other, made.id)
    assert referred.received(db, world.receiver) == []
    assert not db.scalar(sa.select(sa.func.count()).select_from(OutboxEvent).filter_by(about_id=made.id))


def test_a_form_that_comes_twice_writes_one(db, world):
    assert world.proposed().id == world.proposed().id
    assert world.proposed(key="k2").id != world.proposed().id


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"need": "anything"}, "need"),
        ({"to_organisation_id": None}, "to"),
        ({"words": "x" * 301}, "words"),
        ({"language": "xx"}, "language"),
    ],
)
def test_what_cannot_be_sent_says_why(world, values, field):
    with pytest.raises(Invalid) as refused:
        world.proposed(**values)
    assert [one["field"] for one in refused.value.errors] == [field]


def test_nobody_sends_to_themselves(world):
    with pytest.raises(Invalid):
        world.proposed(to_organisation_id=world.sender.organisation_id)


def test_the_consent_keeps_its_words_and_its_language(db, world):
    made = world.sent()
    assert (made.consent_language, made.consent_text) == ("ar", referring.consent_text("ar"))
    assert made.consent_text != referring.consent_text("fr")
    assert made.state is ReferralState.SENT
    assert world.attempt.expires_at > clock.now() + timedelta(days=180)
    referring.agree(db, made, language="ar", seen="whatever")  # twice changes nothing
    assert made.consent_text == referring.consent_text("ar")


def test_words_that_are_others_since_are_not_agreed_to(db, world):
    made = world.proposed()
    with pytest.raises(Conflict):
        referring.agree(db, made, language="ar", seen=referring.consent_text("fr"))
    assert made.state is ReferralState.PROPOSED


def test_the_receiver_sees_the_sheet_and_answers(db, world):
    made = world.sent()
    (seen,) = referred.received(db, world.receiver)
    assert dict(seen.sheet) == {"words": "Lit son prénom."}
    assert seen.is_news
    assert referred.news(db, world.receiver) == 1
    with pytest.raises(NotFound):
        referring.answer(db, world.stranger, made.id, accepted=True)
    with pytest.raises(Forbidden):
        referring.answer(db, world.sender, made.id, accepted=True)
    referring.answer(db, world.receiver, made.id, accepted=True)
    referring.answer(db, world.receiver, made.id, accepted=True)
    assert made.state is ReferralState.ACCEPTED
    assert (referred.news(db, world.receiver), referred.news(db, world.sender)) == (0, 1)
    referred.read(db, made)
    assert referred.news(db, world.sender) == 0
    referring.end(db, world.receiver, made.id, outcome="goes_on")
    assert (made.state, made.outcome) == (ReferralState.ENDED, "goes_on")
    assert referred.received(db, world.receiver)[0].sheet == {}


def test_a_refusal_gives_its_reason_and_closes_the_sheet(db, world):
    made = world.sent()
    with pytest.raises(Invalid):
        referring.answer(db, world.receiver, made.id, accepted=False)
    referring.answer(db, world.receiver, made.id, accepted=False, reason="Complet jusqu'en mars.")
    assert referred.received(db, world.receiver)[0].sheet == {}
    assert referred.sent(db, world.sender)[0].referral.reason == "Complet jusqu'en mars."
    with pytest.raises(Conflict):
        referring.answer(db, world.receiver, made.id, accepted=True)


@pytest.mark.parametrize("answered", [None, True, False])
def test_taken_back_it_is_closed_on_both_sides_and_empty(db, world, answered):
    made = world.sent()
    if answered is not None:
        referring.answer(db, world.receiver, made.id, accepted=answered, reason="Complet.")
    referring.withdraw(db, made)
    referring.withdraw(db, made)
    assert (made.state, made.sheet, made.reason) == (ReferralState.WITHDRAWN, {}, "")
    assert referred.received(db, world.receiver)[0].sheet == {}
    assert referred.sent(db, world.sender)[0].sheet == {}
    with pytest.raises(Conflict):
        referring.answer(db, world.receiver, made.id, accepted=True)
    with pytest.raises(Conflict):
        referring.agree(db, made, language="ar", seen=referring.consent_text("ar"))


def test_taken_back_the_attempt_is_kept_no_longer_for_it(db, world):
    made, other = world.sent(), world.sent(key="k2")
    referring.withdraw(db, made)
    assert (made.need, world.attempt.kept_days) == ("", referring.KEPT_DAYS)
    referring.withdraw(db, other)
    assert world.attempt.kept_days is None
    assert world.attempt.expires_at < clock.now() + timedelta(days=180)


def test_each_change_is_told_to_both_sides(db, world):
    made = world.sent()
    referring.answer(db, world.receiver, made.id, accepted=True)
    rows = db.execute(sa.select(Change.organisation_id, Change.act).filter_by(kind="referral", about_id=made.id)).all()
    both = {world.sender.organisation_id, world.receiver.organisation_id}
    assert {(row[0], row[1]) for row in rows} == {(one, act) for one in both for act in ("sent", "accepted")}
    payloads = db.scalars(sa.select(OutboxEvent.payload).filter_by(about_id=made.id)).all()
    assert [one["state"] for one in payloads] == ["sent", "accepted"]


def test_one_that_was_written_by_mistake_is_erased(db, world):
    made = world.proposed()
    referring.take_back(db, world.sender, made.id)
    assert db.get(Referral, made.id) is None
    again = world.sent(key="k2")
    referring.take_back(db, world.sender, again.id)
    assert again.state is ReferralState.WITHDRAWN


def test_on_paper_the_sender_says_how_it_ended(db, world):
    place = offering.place_of(db, world.receiver)
    made = world.sent(to_organisation_id=None, place_id=place.id)
    assert referred.received(db, world.receiver) == []  # whoever keeps the sheet of a place receives nothing by that
    with pytest.raises(NotFound):
        referring.end(db, world.receiver, made.id, outcome="done")
    referring.end(db, world.sender, made.id, outcome="not_come")
    assert made.state is ReferralState.ENDED


def test_the_slip_opens_by_its_square_and_by_its_code(db, world):
    made = world.sent()
    assert referred.of_token(db, CODES, CODES.token_of(made.id)).id == made.id
    assert referred.of_code(db, CODES, CODES.code_of(made.id), bucket="b").id == made.id
    with pytest.raises(NotFound):
        referred.of_token(db, CODES, "x" * 43)
    with pytest.raises(WrongCode):
        referred.of_code(db, CODES, "2222-2222", bucket="b")


def test_time_takes_it_away(db, world, monkeypatch):
    made = world.sent()
    later = clock.now() + referring.LASTS + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(NotFound):
        referred.get(db, world.sender, made.id)
    referring.forget(db)
    assert db.scalar(sa.select(sa.func.count()).select_from(Referral)) == 0


def test_places_that_meet_a_need_come_by_distance(db, world):
    near = offering.place_of(db, world.sender, name="Proche", languages=["ar"])
    far = offering.place_of(db, world.sender, name="Plus loin", latitude=48.2, languages=["ar"])
    offering.place_of(db, world.sender, name="Ailleurs", latitude=44.0, languages=["ar"])
    for one in db.scalars(sa.select(type(near))):
        places.save_traits(db, one)
    spot = Spot("commune", "45234", "Orléans", "45", ("45000",), 47.9, 1.9)
    found = referred.places_for(db, "french", spot)
    assert [(place.id, km) for place, km in found if place.id in {near.id, far.id}] == [(near.id, 0), (far.id, 33)]
    assert all(km <= referred.WITHIN_KM for _, km in found)
    assert referred.places_for(db, "french", None) == []
