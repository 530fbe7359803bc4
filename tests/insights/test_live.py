"""The live view and the two things that a trainer does to a passage under way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pathways import clock
from pathways.diagnostics import reading, steering, taking
from pathways.diagnostics.engine import Stop
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.errors import Conflict, NotFound
from pathways.insights import live, periods
from pathways.insights.group import Wanted
from tests.insights.crowds import Crowd, member_of

RUNNING = {"stopped": None, "current_item": "SEC-02-a"}


def look(crowd: Crowd, door, **wanted) -> live.Live:
    return live.of(crowd.db, door, crowd.member, crowd.diagnostic.id, Wanted(**wanted))


def begun(crowd: Crowd, door, code: str = "") -> taking.Attempt:
    attempt, _ = taking.start(
        crowd.db, door, code=code or str(crowd.diagnostic.code), language="fr", address="127.0.0.1"
    )
    return attempt


def give_up(crowd: Crowd, door, attempt, times: int = 1) -> None:
    for number in range(times):
        taking.answer(
            crowd.db,
            door,
            attempt.id,
            key=f"{attempt.answered} {number}",
            item=str(attempt.current_item),
            outcome="dont_know",
            response=None,
        )


def test_everybody_of_today_the_latest_first_and_nobody_of_yesterday(crowd, door, monkeypatch):
    noon = clock.now().replace(hour=11, minute=0)
    monkeypatch.setattr(clock, "now", lambda: noon)
    crowd.add({"SEC-01": "correct"}, at=noon - timedelta(days=1))
    first = crowd.add({"SEC-01": "correct"}, at=noon - timedelta(minutes=20))
    second = crowd.add({}, at=noon - timedelta(minutes=2), **RUNNING)
    rows = look(crowd, door).rows
    assert [row.attempt.id for row in rows] == [second.id, first.id]
    assert [row.name for row in rows] == [pseudonym(second.id), pseudonym(first.id)]
    assert [(row.running, row.question) for row in rows] == [(True, 1), (False, first.answered)]
    assert len(look(crowd, door, period=periods.period("2000-01-01")).rows) == 3


def test_a_file_is_called_by_its_label(crowd, door):
    crowd.add({"SEC-01": "correct"}, file=crowd.file("Mardi 14 h"))
    assert look(crowd, door).rows[0].name == "Mardi 14 h"


@pytest.mark.parametrize(("seconds", "still"), [(299, False), (300, True), (4000, True)])
def test_who_has_not_moved_for_five_minutes_is_shown(crowd, door, monkeypatch, seconds, still):
    now = clock.now()
    crowd.add({}, at=now, **RUNNING)
    over = crowd.add({"SEC-01": "correct"}, at=now)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=seconds))
    rows = {row.attempt.id: row for row in look(crowd, door, period=periods.period("2000-01-01")).rows}
    assert not rows.pop(over.id).still, "who is done is not waited for"
    [row] = rows.values()
    assert (row.still, row.needs_somebody) == (still, still)


@pytest.mark.parametrize(
    ("outcomes", "often", "in_a_row"),
    [
        (["not_understood", "correct", "correct"], False, False),
        (["not_understood", "correct", "not_understood"], True, False),
        (["correct", "not_understood", "not_understood"], True, True),
        (["not_understood", "not_understood", "correct"], True, False),
    ],
)
def test_who_does_not_understand_twice_is_shown(crowd, door, outcomes, often, in_a_row):
    items = [item for codes in crowd.items.values() for item in codes]
    crowd.add(dict(zip(items, outcomes, strict=False)), **RUNNING)
    [row] = look(crowd, door).rows
    assert (row.lost_often, row.in_a_row, row.needs_somebody) == (often, in_a_row, often)


def test_another_organisation_sees_and_steers_nothing(crowd, door, db):
    attempt, stranger = begun(crowd, door), member_of(db)
    for verb in (
        lambda: live.of(db, door, stranger, crowd.diagnostic.id),
        lambda: steering.stop(db, stranger, attempt.id),
        lambda: steering.lengthen(db, door, stranger, attempt.id, to=5),
    ):
        with pytest.raises(NotFound):
            verb()


# --- stop ---


def test_a_passage_that_is_ended_keeps_its_answers_and_says_who_ended_it(crowd, door, db):
    attempt = begun(crowd, door)
    give_up(crowd, door, attempt)
    steering.stop(db, crowd.member, attempt.id)
    assert (attempt.stopped, attempt.current_item) == (reading.ENDED, None)
    assert reading.state_of(attempt) == "left"
    assert len(reading.profile(db, door, attempt).answers) == 1
    with pytest.raises(Conflict):
        give_up_item(crowd, door, attempt)


def give_up_item(crowd, door, attempt):
    taking.answer(crowd.db, door, attempt.id, key="late", item="SEC-01-a", outcome="dont_know", response=None)


def test_ending_twice_or_after_the_end_changes_nothing(crowd, door, db):
    attempt = crowd.add({"SEC-01": "correct"}, stopped=Stop.ALL_DECIDED.value)
    assert steering.stop(db, crowd.member, attempt.id).stopped == Stop.ALL_DECIDED
    running = begun(crowd, door)
    for _ in range(2):
        assert steering.stop(db, crowd.member, running.id).stopped == reading.ENDED


# --- five more ---


def test_pressed_twice_it_adds_five_once(crowd, door, db):
    attempt = begun(crowd, door)
    give_up(crowd, door, attempt, 2)
    asked = steering.longer(attempt)
    for _ in range(3):
        assert steering.lengthen(db, door, crowd.member, attempt.id, to=asked).longer_to == 7
    assert not steering.may_lengthen(attempt)
    give_up(crowd, door, attempt)
    assert steering.may_lengthen(attempt)


def test_a_passage_that_is_over_goes_on(crowd, door, db):
    attempt = begun(crowd, door)
    give_up(crowd, door, attempt, 2)
    steering.stop(db, crowd.member, attempt.id)
    steering.lengthen(db, door, crowd.member, attempt.id, to=steering.longer(attempt))
    assert attempt.stopped is None
    assert attempt.current_item is not None
    give_up(crowd, door, attempt, 3)
    assert attempt.stopped is None, "certainty does not end it before the five are asked"


def test_a_passage_that_was_lengthened_ends_after_those_questions(crowd, door, db):
    attempt = begun(crowd, door)
    attempt.stopped, attempt.current_item = Stop.ALL_DECIDED.value, None
    steering.lengthen(db, door, crowd.member, attempt.id, to=5)
    while attempt.current_item:
        give_up(crowd, door, attempt)
    assert attempt.answered >= 5


def test_what_the_page_no_longer_knows_is_refused(crowd, door, db):
    attempt = begun(crowd, door)
    give_up(crowd, door, attempt, 3)
    for to in (1, 3, 9, 1000):
        with pytest.raises(Conflict):
            steering.lengthen(db, door, crowd.member, attempt.id, to=to)
    assert attempt.longer_to is None


def test_where_every_question_was_asked_there_is_nothing_to_add(crowd, door, db):
    attempt = crowd.add(dict.fromkeys(crowd.items, "correct"), stopped="nothing_to_gain")
    with pytest.raises(Conflict, match="plus de question"), db.begin_nested():
        steering.lengthen(db, door, crowd.member, attempt.id, to=steering.longer(attempt))
    db.refresh(attempt)
    assert (attempt.stopped, attempt.longer_to) == ("nothing_to_gain", None)
