"""Two people who asked: who goes with whom, a first meeting while the place is open, an end that either can call."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from pathways import clock, i18n
from pathways.errors import Conflict, Invalid, NotFound
from pathways.learning.exchanges import exchanging, meeting
from pathways.learning.exchanges.exchanging import Asked
from pathways.learning.models import ExchangeRequest, Tandem, TandemState
from pathways.people import files
from tests.insights.crowds import member_of
from tests.workshops import offering

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
TUESDAY = date(2026, 12, 8)


class Asking:
    def __init__(self, db) -> None:
        self.db = db
        self.member = member_of(db)
        self.place = offering.place_of(db, self.member, hours="Mo-Fr 09:00-12:00,14:00-18:00; PH off")

    def ask(self, gives, seeks, **values) -> ExchangeRequest:
        usual = {"kind": "languages", "reads_in": "fr", "place_id": self.place.id}
        asked = Asked(gives=gives, seeks=seeks, **usual | values)
        agreed = exchanging.rules_text(asked.reads_in if asked.reads_in in i18n.languages() else "fr")
        return exchanging.ask(self.db, self.member.organisation_id, asked, agreed=agreed, actor=self.member)

    def make(self, first, second, *, day=TUESDAY, at=time(10), place=None) -> Tandem:
        chosen = (place or self.place).id
        return meeting.make(self.db, self.member, first.id, second.id, place_id=chosen, day=day, at=at, now=NOW)


@pytest.fixture
def asking(db, monkeypatch) -> Asking:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return Asking(db)


def test_who_gains_both_ways_comes_first(db, asking):
    ti = asking.ask(["ti"], ["fr"], reads_in="ti")
    fr = asking.ask(["fr"], ["ti"])
    half = asking.ask(["fr"], ["ru"])
    pairs = meeting.pairs(db, exchanging.open_requests(db, asking.member))
    assert [{one.first.id, one.second.id} for one in pairs] == [{ti.id, fr.id}, {ti.id, half.id}]
    assert pairs[0].fit.both_ways
    assert not pairs[1].fit.both_ways
    assert pairs[0].fit.same_place


def test_nothing_is_asked_without_the_rules(db, asking):
    asked = Asked(kind="languages", gives=["fr"], seeks=["ti"])
    with pytest.raises(Invalid) as refused:
        exchanging.ask(db, asking.member.organisation_id, asked, agreed="no", actor=asking.member)
    assert [one["field"] for one in refused.value.errors] == ["agreed"]


@pytest.mark.parametrize("values", [{"gives": ["klingon"]}, {"seeks": []}, {"kind": "money"}, {"reads_in": "xx"}])
def test_what_means_nothing_is_refused(asking, values):
    given = {"gives": ["fr"], "seeks": ["ti"]} | values
    with pytest.raises(Invalid):
        asking.ask(given.pop("gives"), given.pop("seeks"), **given)


def test_a_place_of_another_organisation_is_none(db, asking):
    elsewhere = offering.place_of(db, member_of(db))
    with pytest.raises(Invalid):
        asking.ask(["fr"], ["ti"], place_id=elsewhere.id)


@pytest.mark.parametrize(
    ("day", "at", "field"),
    [
        (date(2026, 11, 24), time(10), "day"),
        (date(2027, 6, 1), time(10), "day"),
        (date(2026, 12, 25), time(10), "day"),
        (TUESDAY, time(13), "at"),
        (date(2026, 12, 6), time(10), "at"),
    ],
)
def test_the_first_meeting_is_while_the_place_is_open(asking, day, at, field):
    first, second = asking.ask(["ti"], ["fr"]), asking.ask(["fr"], ["ti"])
    with pytest.raises(Invalid) as refused:
        asking.make(first, second, day=day, at=at)
    assert [one["field"] for one in refused.value.errors] == [field]


def test_an_hour_that_the_clocks_jump_over_is_refused(asking):
    asking.place.hours = "24/7"
    with pytest.raises(Invalid):
        meeting.meeting_at(asking.place, date(2027, 3, 28), time(2, 30), datetime(2027, 3, 1, tzinfo=UTC))


def test_both_say_yes_meet_and_go_on(db, asking):
    first, second = asking.ask(["ti"], ["fr"], label="Selam"), asking.ask(["fr"], ["ti"], contact="0612")
    made = asking.make(first, second)
    assert made.meets_at == datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
    assert asking.make(first, second).id == made.id
    assert exchanging.open_requests(db, asking.member) == []
    assert meeting.other_of(db, made, second) == meeting.Other("Selam", ("ti",), "fr")
    meeting.say_yes(db, made, first)
    assert made.state is TandemState.PROPOSED
    meeting.say_yes(db, made, second)
    assert made.state is TandemState.AGREED
    with pytest.raises(Conflict):
        meeting.met(db, made, now=NOW)
    meeting.met(db, made, now=made.meets_at + timedelta(hours=1))
    meeting.end(db, made, by=meeting.FIRST)
    assert {first.state, second.state} == {exchanging.WITHDRAWN}
    assert (first.label, second.contact) == ("", "")


def test_a_worry_is_heard_after_the_end_and_before_anybody_meets_again(db, asking):
    first, second = asking.ask(["ti"], ["fr"]), asking.ask(["fr"], ["ti"])
    made = asking.make(first, second)
    meeting.end(db, made, by=meeting.FIRST)
    third = asking.ask(["ti"], ["fr"])
    assert len(meeting.pairs(db, exchanging.open_requests(db, asking.member))) == 1
    meeting.end(db, made, by=meeting.FIRST, worry=True)
    assert (made.worry, made.worry_by, made.ended_by) == (True, meeting.FIRST, meeting.FIRST)
    assert meeting.worries(db, asking.member) == 1
    assert meeting.pairs(db, exchanging.open_requests(db, asking.member)) == []
    with pytest.raises(Conflict):
        asking.make(third, second)
    meeting.looked_into(db, asking.member, made)
    assert (made.worry, made.worry_by) == (False, meeting.FIRST)
    assert (made.looked_into_at, made.looked_into_by) == (NOW, asking.member.account_id)
    assert meeting.worries(db, asking.member) == 0
    assert asking.make(third, second).state is TandemState.PROPOSED


def test_the_same_two_are_proposed_once_under_whatever_request(db, asking):
    files_ = [files.create(db, asking.member, label=one) for one in ("lundi", "mardi")]
    first, second = (
        asking.ask(gives, seeks, file_id=file.id)
        for gives, seeks, file in ((["ti"], ["fr"], files_[0]), (["fr"], ["ti"], files_[1]))
    )
    meeting.end(db, asking.make(first, second), by=meeting.STRUCTURE)
    meeting.withdraw(db, second)
    again = asking.ask(["fr"], ["ti"], file_id=files_[1].id)
    assert meeting.pairs(db, exchanging.open_requests(db, asking.member)) == []
    with pytest.raises(Conflict):
        asking.make(first, again)
    same = asking.ask(["fr"], ["ti"], file_id=files_[0].id)
    with pytest.raises(Conflict):
        asking.make(first, same)


def test_closing_takes_all_that_they_said_of_themselves(db, asking):
    first = asking.ask(["ti"], ["fr"], label="Une", contact="0611")
    meeting.withdraw(db, first)
    assert (first.label, first.contact, first.gives, first.seeks, first.place_id) == ("", "", [], [], None)


def test_a_file_of_somebody_elses_is_none(asking, db):
    stranger = member_of(db)
    theirs = files.create(db, stranger, label="lundi")
    with pytest.raises(NotFound):
        asking.ask(["ti"], ["fr"], file_id=theirs.id)


def test_whoever_is_left_is_told_until_the_next_one(db, asking):
    first, second = asking.ask(["ti"], ["fr"]), asking.ask(["fr"], ["ti"])
    made = asking.make(first, second)
    meeting.leave(db, first)
    assert (made.state, second.state, second.left_at) == (TandemState.ENDED, exchanging.OPEN, NOW)
    asking.make(asking.ask(["ti"], ["fr"]), second)
    assert second.left_at is None


def test_whoever_ends_it_before_waits_no_more_and_the_other_does(db, asking):
    first, second = asking.ask(["ti"], ["fr"]), asking.ask(["fr"], ["ti"])
    made = asking.make(first, second)
    meeting.end(db, made, by=meeting.SECOND, worry=True)
    assert (first.state, second.state) == (exchanging.OPEN, exchanging.WITHDRAWN)
    assert made.worry
    third = asking.ask(["fr"], ["ti"])
    assert {one.id for one in exchanging.open_requests(db, asking.member)} == {first.id, third.id}
    with pytest.raises(Conflict):
        meeting.say_yes(db, made, first)


def test_a_request_that_is_withdrawn_ends_the_tandem(db, asking):
    first, second = asking.ask(["ti"], ["fr"]), asking.ask(["fr"], ["ti"])
    made = asking.make(first, second)
    meeting.withdraw(db, first)
    meeting.withdraw(db, first)
    assert (made.state, made.ended_by) == (TandemState.ENDED, meeting.FIRST)
    assert second.state == exchanging.OPEN


def test_whoever_is_matched_with_somebody_erased_waits_again(db, asking):
    first, second = asking.ask(["ti"], ["fr"]), asking.ask(["fr"], ["ti"])
    made_id, first_id, second_id = asking.make(first, second).id, first.id, second.id
    db.execute(sa.delete(ExchangeRequest).where(ExchangeRequest.id == first_id))
    db.expire_all()
    assert db.get(Tandem, made_id) is None
    assert [one.id for one in exchanging.open_requests(db, asking.member)] == [second_id]


def test_another_organisation_knows_of_nobody(db, asking):
    first, second = asking.ask(["ti"], ["fr"]), asking.ask(["fr"], ["ti"])
    made, stranger = asking.make(first, second), member_of(db)
    assert exchanging.open_requests(db, stranger) == []
    for find, about in ((meeting.get, made.id), (exchanging.request_for, first.id)):
        with pytest.raises(NotFound):
            find(db, stranger, about)
    with pytest.raises(NotFound):
        meeting.make(db, stranger, first.id, second.id, place_id=uuid.uuid4(), day=TUESDAY, at=time(10))


def test_they_meet_where_one_of_them_can_come(db, asking):
    elsewhere = offering.place_of(db, asking.member, hours="24/7")
    first, second = asking.ask(["ti"], ["fr"]), asking.ask(["fr"], ["ti"])
    with pytest.raises(Invalid):
        asking.make(first, second, place=elsewhere)


def test_time_takes_requests_away_and_their_tandems(db, asking, monkeypatch):
    first, second = asking.ask(["ti"], ["fr"]), asking.ask(["fr"], ["ti"])
    asking.make(first, second)
    monkeypatch.setattr(clock, "now", lambda: NOW + exchanging.LASTS + timedelta(minutes=1))
    exchanging.forget(db)
    assert db.scalar(sa.select(sa.func.count()).select_from(ExchangeRequest)) == 0
    assert db.scalar(sa.select(sa.func.count()).select_from(Tandem)) == 0
