"""An extra question in a share of attempts: asked at the end, foretold before it is shown, evidence for nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from pathways.diagnostics import counting, deciding, extra_question, predictions, reading, steering, taking
from pathways.diagnostics.engine.extra_draw import is_drawn
from pathways.diagnostics.models import Answer, Attempt, Diagnostic, PredictionCount
from pathways.insights import group
from tests.browser.server import response_to
from tests.diagnostics.situations import Taker

pytestmark = pytest.mark.usefixtures("extra_questions")


@pytest.fixture
def asking(database, published) -> str:
    """The code of a diagnostic that asks an extra question in each attempt."""
    return shared_by(database, published, 1)


def shared_by(database, code: str, one_in: int) -> str:
    with database.begin() as db:
        found = db.scalars(sa.select(Diagnostic).filter_by(code=code)).one()
        found.blueprint = found.blueprint | {"extra_one_in": one_in}
    return code


@pytest.fixture
def start(client, asking, app) -> Callable[..., Taker]:
    def begin(language: str = "fr") -> Taker:
        app.state.door.blueprints.forget()
        return Taker.start(client, asking, language)

    return begin


def attempt_of(database, taker: Taker) -> Attempt:
    with database.read() as db:
        found = db.get_one(Attempt, uuid.UUID(taker.opened["id"]))
        db.expunge(found)
        return found


def answers_of(database, taker: Taker) -> list[Answer]:
    with database.read() as db:
        found = list(taking.answers_of(db, uuid.UUID(taker.opened["id"])))
        db.expunge_all()
        return found


def to_the_extra(database, taker: Taker) -> dict:
    """Answer until the extra question is on the screen; returns what is known of it."""
    for _ in range(40):
        extra = attempt_of(database, taker).extra
        if extra is not None and "item" in extra:
            return extra
        taker.dont_know()
    raise AssertionError("no extra question came")


def test_it_comes_last_and_is_foretold_before_it_is_shown(start, database, app):
    taker = start()
    extra = to_the_extra(database, taker)
    assert taker.item["id"] == extra["item"]
    assert taker.last["stopped"] is None
    assert extra["item"] not in {one["item"] for one in taker.history}
    assert sum(extra["predicted"].values()) == pytest.approx(1.0, abs=1e-5)
    taker.dont_know()
    assert taker.last["stopped"] == extra["stopped"]
    *others, last = answers_of(database, taker)
    assert last.predicted == extra["predicted"]
    assert [one.predicted for one in others] == [None] * len(others)
    with database.read() as db:
        diagnostic = attempt_of(database, taker).diagnostic_id
        blueprint = taking.blueprint_of(db, app.state.door, diagnostic)
    decision = deciding.next_of(attempt_of(database, taker), blueprint, others)
    assert decision.stopped is not None
    assert decision.stopped.value == extra["stopped"]
    foretold = decision.posterior.predicted(extra["item"])
    assert extra["predicted"] == pytest.approx(
        {outcome.value: chance for outcome, chance in foretold.items()}, abs=1e-6
    )


@pytest.mark.parametrize("outcome", ["right", "wrong", "dont_know", "not_understood"])
def test_whatever_is_answered_nothing_is_believed_of_it(start, database, app, outcome):
    taker = start()
    extra = to_the_extra(database, taker)
    before = taker.profile()
    if outcome in {"dont_know", "not_understood"}:
        taker.answer({"outcome": outcome})
    else:
        with database.read() as db:
            blueprint = taking.blueprint_of(db, app.state.door, attempt_of(database, taker).diagnostic_id)
        taker.answer({"response": response_to(blueprint.bodies[extra["item"]], right=outcome == "right")})
    after = taker.profile()
    assert after["skills"] == before["skills"]
    assert after["within_reach"] == before["within_reach"]
    assert after["language"]["not_understood"] == 0
    assert attempt_of(database, taker).answered == len(taker.history) - 1


def test_no_page_or_badge_of_the_desk_counts_it(start, database, app):
    taker = start()
    extra = to_the_extra(database, taker)
    taker.dont_know()
    with database.read() as db:
        attempt = attempt_of(database, taker)
        diagnostic = db.get_one(Diagnostic, attempt.diagnostic_id)
        rows = group.answers_of(db, diagnostic, group.Wanted())[attempt.id]
        assert extra["item"] not in {one.item for one in rows}
        assert len(rows) == len(taker.history) - 1
        read = reading.profile(db, app.state.door, attempt)
        assert [one.item for one in read.extra] == [extra["item"]]
        assert [one.item for one in read.standing] == [one["item"] for one in taker.history]


def test_progress_never_goes_back(start, database):
    taker = start()
    told = [taker.opened["progress"]]
    while taker.item:
        taker.dont_know()
        told.append(taker.last["progress"])
    assert [one["answered"] for one in told] == list(range(len(told)))
    assert len({one["at_most"] for one in told}) == 1
    assert told[-1]["answered"] <= told[-1]["at_most"]


def test_one_that_is_taken_back_is_asked_again(start, database):
    taker = start()
    extra = to_the_extra(database, taker)
    taker.dont_know()
    undone = taker.post("undo", json={"item": extra["item"]}).json()
    assert undone["item"]["id"] == extra["item"]
    assert undone["stopped"] is None
    assert attempt_of(database, taker).extra == extra
    twice = taker.post("undo", json={"item": extra["item"]}).json()
    assert twice == undone
    taker.item = undone["item"]
    taker.dont_know()
    assert taker.last["stopped"] == extra["stopped"]
    assert sum(one.predicted is not None and one.superseded_at is None for one in answers_of(database, taker)) == 1


def test_an_answer_before_it_that_is_taken_back_puts_it_off(start, database):
    taker = start()
    to_the_extra(database, taker)
    last = taker.history[-1]["item"]
    assert taker.post("undo", json={"item": last}).json()["item"]["id"] == last
    assert attempt_of(database, taker).extra is None


def test_who_stops_at_it_has_finished_and_is_not_asked_again(start, database):
    taker = start()
    extra = to_the_extra(database, taker)
    taker.post("leave")
    attempt = attempt_of(database, taker)
    assert (attempt.stopped, attempt.current_item, attempt.extra) == (extra["stopped"], None, {"declined": True})
    assert reading.state_of(attempt) == "finished"


def test_who_stops_before_it_has_stopped(start, database):
    taker = start()
    taker.dont_know()
    taker.post("leave")
    assert attempt_of(database, taker).stopped == taking.LEFT


def test_it_stays_the_same_in_another_language(start, database):
    taker = start("ar")
    extra = to_the_extra(database, taker)
    with database.begin() as db:
        door = taker.client.app.state.door
        attempt = taking.change_language(db, door, uuid.UUID(taker.opened["id"]), "fr")
        assert attempt.extra is not None
        assert attempt.extra["item"] == extra["item"]
        assert attempt.current_item == extra["item"]


def test_somebody_who_comes_back_finds_it(start, database):
    taker = start()
    extra = to_the_extra(database, taker)
    opened = taker.client.post("/api/v1/attempts/resume", json={"code": taker.opened["resume_code"]})
    assert opened.json()["item"]["id"] == extra["item"]


def test_sent_twice_it_is_kept_once(start, database):
    taker = start()
    to_the_extra(database, taker)
    key = str(uuid.uuid4())
    first = taker.dont_know(key=key)
    assert taker.send(taker.history[-1], key=key).content == first.content
    assert sum(one.predicted is not None for one in answers_of(database, taker)) == 1


def test_a_few_questions_that_somebody_wants_have_none(start, database, app):
    taker = start()
    attempt = attempt_of(database, taker)
    with database.read() as db:
        blueprint = taking.blueprint_of(db, app.state.door, attempt.diagnostic_id)
    assert extra_question.is_due(attempt, blueprint)
    attempt.focus = deciding.focus((), ["MEL-01"], questions=1)
    assert not extra_question.is_due(attempt, blueprint)
    attempt.focus, attempt.part_of_id = None, uuid.uuid4()
    assert not extra_question.is_due(attempt, blueprint)
    attempt.part_of_id, attempt.paper_form_id = None, uuid.uuid4()
    assert not extra_question.is_due(attempt, blueprint)


def test_more_questions_after_it_are_as_many_as_asked_for(start, database, app):
    taker = start()
    to_the_extra(database, taker)
    taker.dont_know()
    with database.begin() as db:
        attempt = taking.held(db, uuid.UUID(taker.opened["id"]))
        to = steering.longer(attempt)
        before = attempt.answered
        attempt.longer_to = to
        blueprint = taking.blueprint_of(db, app.state.door, attempt.diagnostic_id)
        taking.advance(attempt, blueprint, taking.standing_of(taking.answers_of(db, attempt.id)))
    taker.item = taker.current()["item"]
    asked = 0
    while taker.item:
        taker.dont_know()
        asked += 1
    assert asked == min(to - before, asked)
    assert attempt_of(database, taker).answered == before + asked


def test_a_share_of_attempts_is_asked_one(client, database, app, published):
    shared_by(database, published, 3)
    app.state.door.blueprints.forget()
    for _ in range(6):
        taker = Taker.start(client, published, "fr")
        while taker.item:
            taker.dont_know()
        given = any(one.predicted is not None for one in answers_of(database, taker))
        assert given == is_drawn(taker.opened["id"], 3)


def test_it_counts_for_the_figures_and_its_prediction_once(start, database):
    taker = start()
    extra = to_the_extra(database, taker)
    taker.dont_know()
    attempt_id, diagnostic_id = uuid.UUID(taker.opened["id"]), attempt_of(database, taker).diagnostic_id
    for _ in range(2):
        with database.begin() as db:
            counting.count_finished(db)
    with database.begin() as db:
        taking.erase(db, attempt_id)
    with database.read() as db:
        [row] = predictions.read(db, diagnostic_id)
        chance = extra["predicted"]["correct"]
        assert (row.number, row.correct, row.decile) == (1, 0, predictions.decile_of(chance))
        assert row.predicted == pytest.approx(chance)
        assert row.brier == pytest.approx(chance**2)
        assert db.scalar(sa.select(sa.func.sum(PredictionCount.number))) == 1


def test_what_says_nothing_is_no_observation(start, database):
    taker = start()
    to_the_extra(database, taker)
    taker.not_understood()
    with database.begin() as db:
        assert counting.count_finished(db) == 1
        assert db.scalar(sa.select(sa.func.count()).select_from(PredictionCount)) == 0
