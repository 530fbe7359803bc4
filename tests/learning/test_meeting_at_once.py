"""Several hands at once: one referral of one form, one tandem of one person, one yes, and nobody waits for ever."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.diagnostics.models import Attempt
from pathways.errors import Conflict
from pathways.learning.exchanges import exchanging, meeting
from pathways.learning.exchanges.exchanging import Asked
from pathways.learning.hours import attesting
from pathways.learning.hours.attesting import Terms
from pathways.learning.models import ExchangeRequest, PathTerms, Referral, ReferralState, Tandem, TandemState
from pathways.learning.referrals import referring
from tests.learning.people_sent_on import CODES, SentOn
from tests.workshops import offering


@pytest.fixture
def world(database) -> SentOn:
    with database.begin() as db:
        made = SentOn(db)
        made.place = offering.place_of(db, made.sender, hours="24/7")
        return made


def at_once(database, acts) -> list:
    def run(act):
        try:
            with database.begin() as db:
                return act(db)
        except Conflict as refused:
            return type(refused)

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(run, acts))


def test_one_form_sent_by_impatient_hands_is_one_referral(database, world):
    def write(db):
        attempt = db.get_one(Attempt, world.attempt.id)
        return referring.propose(db, CODES, world.sender, attempt, world.asked(), key="one").id

    assert len(set(at_once(database, [write] * 6))) == 1


def test_agreed_and_taken_back_at_the_same_moment(database, world):
    with database.begin() as db:
        attempt = db.get_one(Attempt, world.attempt.id)
        made_id = referring.propose(db, CODES, world.sender, attempt, world.asked(), key="one").id

    def agree(db):
        found = db.get_one(Referral, made_id)
        referring.agree(db, found, language="ar", seen=referring.consent_text("ar"))

    def withdraw(db):
        referring.withdraw(db, db.get_one(Referral, made_id))

    at_once(database, [agree, withdraw] * 3)
    with database.begin() as db:
        found = db.get_one(Referral, made_id)
        assert (found.state, found.sheet) == (ReferralState.WITHDRAWN, {})


def ask(db, world, gives, seeks) -> uuid.UUID:
    asked = Asked("languages", [gives], [seeks], world.place.id)
    agreed = exchanging.rules_text("fr")
    return exchanging.ask(db, world.sender.organisation_id, asked, agreed=agreed, actor=world.sender).id


def test_nobody_is_in_two_tandems(database, world):
    with database.begin() as db:
        one = ask(db, world, "ti", "fr")
        others = [ask(db, world, "fr", "ti") for _ in range(4)]
    day = (clock.now() + timedelta(days=9)).date()
    at = clock.now().replace(hour=10, minute=0, second=0, microsecond=0).time()

    def make(pair):
        return lambda db: meeting.make(db, world.sender, *pair, place_id=world.place.id, day=day, at=at).id

    pairs = [(one, other) if number % 2 else (other, one) for number, other in enumerate(others)]
    told = at_once(database, [make(pair) for pair in pairs * 2])
    assert len({one for one in told if one is not Conflict}) == 1


def test_a_yes_and_an_end_that_meet_do_not_wait_for_each_other(database, world):
    with database.begin() as db:
        first, second = ask(db, world, "ti", "fr"), ask(db, world, "fr", "ti")
        tandem = Tandem(organisation_id=world.sender.organisation_id, first_id=first, second_id=second)
        tandem.meets_at = clock.now() + timedelta(days=3)
        db.add(tandem)
        db.flush()
        made_id = tandem.id

    def yes(db):
        meeting.say_yes(db, db.get_one(Tandem, made_id), db.get_one(ExchangeRequest, first))

    def withdraw(db):
        meeting.withdraw(db, db.get_one(ExchangeRequest, second))

    def end(db):
        meeting.end(db, db.get_one(Tandem, made_id), by=meeting.FIRST)

    at_once(database, [yes, withdraw, end, yes, withdraw, end])
    with database.begin() as db:
        assert db.get_one(Tandem, made_id).state is TandemState.ENDED
        assert db.get_one(ExchangeRequest, second).state == exchanging.WITHDRAWN


def test_first_terms_written_by_two_are_one_row(database, world):
    told = at_once(database, [lambda db: attesting.set_terms(db, world.sender, Terms("Département")).version] * 4)
    assert told == [1] * 4
    with database.begin() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(PathTerms)) == 1
