"""The typical journey: nothing of fewer than ten people, and nothing that follows by subtraction."""

from __future__ import annotations

import itertools
import uuid
from datetime import timedelta

import pytest

from pathways import clock, ids
from pathways.insights import typical
from pathways.insights.typical_charts import bars, boxes
from pathways.learning import events
from pathways.learning.models import Pathway, PathwayEvent, PathwayState, Step, StepKind, StepState, Way
from pathways.permissions import Role
from pathways.workshops.models import Booking, BookingState, WaitingState, WaitlistEntry
from tests.insights.crowds import Crowd, member_of
from tests.statements import counted
from tests.workshops import offering
from tests.workshops.seating import CODES

NOW = clock.now()
TURN = itertools.count()


def add(db, crowd, *, days: int = 60, quiet: bool = True, done: int = 0, way=Way.QUICKEST, language="ar", **values):
    """Somebody who chose so many days ago, after whoever was added before, and did a step each week."""
    attempt = crowd.add({"SEC-01": "correct"}, language=language)
    chosen = NOW - timedelta(days=days) + timedelta(milliseconds=next(TURN))
    title = values.pop("title", "Envoyer une photo")
    state = values.pop("state", PathwayState.ACTIVE)
    pathway = Pathway(
        organisation_id=crowd.member.organisation_id,
        attempt_id=attempt.id,
        framework="inclusion-numerique",
        goals=[{"id": str(uuid.uuid4()), "title": title, "titles": {}}],
        way=way,
        state=state,
        chosen_at=chosen,
        active_at=chosen if quiet else NOW,
        ended_at=None if state is PathwayState.ACTIVE else NOW,
    )
    db.add(pathway)
    db.flush()
    told = events.CHOSEN if values.pop("wanted", True) else events.STOPPED
    db.add(PathwayEvent(pathway_id=pathway.id, kind=told, key=str(ids.random_id()), happened_at=chosen))
    for one in range(done):
        at = chosen + timedelta(days=7 * (one + 1))
        db.add(PathwayEvent(pathway_id=pathway.id, kind=events.DONE, happened_at=at))
    db.add(Step(pathway_id=pathway.id, position=done, kind=StepKind.CHECK, state=StepState.OPEN, minutes=2))
    db.flush()
    return pathway


def numbers(cells):
    return {one.key: one.at_least for one in cells}


@pytest.fixture
def crowd(db):
    return Crowd.new(db)


def test_of_nine_people_nothing_is_said(db, crowd):
    for _ in range(9):
        add(db, crowd)
    found = typical.of(db, crowd.member, NOW)
    assert found.people == 0
    assert not found.waits
    assert not found.goals
    assert set(numbers(found.reached).values()) == {0}


def test_twenty_five_people_are_told_in_tens_and_hidden_from_subtraction(db, crowd):
    for _ in range(13):
        add(db, crowd, done=2)
    for _ in range(12):
        add(db, crowd, quiet=False, way=Way.TOGETHER, language="ti", title="Voir mon dossier")
    found = typical.of(db, crowd.member, NOW)
    assert found.people == 20
    assert numbers(found.reached) == {"none": 0, "start": 0, "early": 10, "later": 0, "going": 0, "end": 0}
    assert numbers(found.ways)["quickest"] == 10
    assert numbers(found.stopped_at)["check"] in {0, 10}
    assert [one.key for one in found.goals] == ["Envoyer une photo"]
    waits = {one.key: one for one in found.waits}
    assert (waits["first"].low, waits["first"].middle, waits["first"].high) == (7, 7, 7)
    assert waits["next"].at_least == 10
    assert "seat" not in waits


def test_who_declined_and_who_reached_the_end(db, crowd):
    for _ in range(20):
        add(db, crowd, state=PathwayState.STOPPED, wanted=False)
    for _ in range(20):
        add(db, crowd, state=PathwayState.REACHED, done=3)
    found = numbers(typical.of(db, crowd.member, NOW).reached)
    assert found["none"] + found["end"] == 30  # ten people are in no number
    assert found["start"] == 0


def test_waiting_lists_are_told_by_language_from_ten_people_on(db, crowd):
    session = offering.session_of(db, crowd.member, seats=3)
    long_ago = NOW - timedelta(days=20)
    for number in range(24):
        served = number >= 12
        offered = ids.random_id() if served else None
        if offered:
            seat = {"id": offered, "session_id": session.id, "state": BookingState.LAPSED, "language": "ar"}
            db.add(Booking(**seat, **CODES.digests_of(offered), created_at=NOW - timedelta(days=10)))
            db.flush()
        key = ids.random_id()
        waits = {"id": key, "session_id": session.id, "number": number, "booking_id": offered, "created_at": long_ago}
        waits |= {
            "language": "ar" if served else "ti",
            "state": WaitingState.ACCEPTED if served else WaitingState.WAITING,
        }
        db.add(WaitlistEntry(**waits, **CODES.digests_of(key)))
    db.flush()
    found = typical.of(db, crowd.member, NOW)
    assert [(one.key, one.middle, one.at_least) for one in found.queued] == [("ar", 10, 10)]
    assert not found.unseated  # ten are told of, and then those ten are in no number


def test_one_person_counts_once_and_others_not_at_all(db, crowd):
    first = add(db, crowd)
    for one in range(11):
        again = add(db, crowd)
        again.attempt_id, again.state = first.attempt_id, PathwayState.STOPPED
        again.chosen_at += timedelta(minutes=one)
    other = Crowd.new(db)
    for _ in range(20):
        add(db, other)
    db.flush()
    assert typical.of(db, crowd.member, NOW).people == 0
    assert typical.of(db, other.member, NOW).people == 20
    assert typical.of(db, member_of(db), NOW).people == 0


def test_it_asks_no_more_often_for_more_people(app):
    asked = []
    with app.state.database.begin() as db:
        crowd = Crowd.new(db)
        for people in (10, 30):
            for _ in range(people):
                add(db, crowd, done=1)
            with counted(app) as statements:
                typical.of(db, crowd.member, NOW)
            asked.append(len(statements))
    assert asked[0] == asked[1]


def test_pictures_are_drawn_within_their_frame():
    drawn = bars([("a", 10, "au moins 10"), ("b" * 90, 0, "")])
    assert [one.length for one in drawn.rows] == [300, 0]
    assert len(drawn.rows[1].title) <= 40
    box = boxes([("a", 1, 2, 30, "")]).rows[0]
    assert box.start + box.length <= drawn.width


def test_the_page_the_table_and_the_program_say_the_same(database, signed_in):
    with database.begin() as db:
        crowd = Crowd.new(db)
        for _ in range(20):
            add(db, crowd, done=1)
        organisation = crowd.member.organisation_id
    coordinator = signed_in(Role.COORDINATOR, organisation=organisation)
    page = coordinator.get("/journeys")
    assert page.status_code == 200, page.text
    assert "<svg" in page.text
    assert "au moins 10" in page.text
    told = coordinator.get("/api/v1/journeys").json()
    assert told["people"] == 20
    table = coordinator.get("/journeys.csv")
    assert table.status_code == 200
    assert "Jusqu" in table.text
    assert coordinator.get("/journeys.csv?since=2026-01-01").status_code == 422
    assert signed_in(Role.TRANSLATOR, organisation=organisation).get("/journeys").status_code == 403
    assert "Pas encore de quoi raconter" in signed_in(Role.COORDINATOR).get("/journeys").text
