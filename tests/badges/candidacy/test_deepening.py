"""What a badge wants to be asked directly and a diagnostic only deduced: the person's own result goes on."""

from __future__ import annotations

import time
import uuid

import pytest

from pathways import clock
from pathways.badges.candidacy import deepening, requesting, standing, ways
from pathways.badges.holding import holders
from pathways.diagnostics import steering, taking
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, NotFound
from pathways.referentials.service import USUAL_FRAMEWORK
from tests.badges.candidacy.candidates import LINKS, World
from tests.conftest import SECRET
from tests.insights.crowds import Crowd, answer

ASKED = ("MEL-03", "SEC-01", "SEC-02")
MEASURED = {"profile": {"framework": USUAL_FRAMEWORK, "skills": list(ASKED), "mastery": 0.5, "answers": 1}}


@pytest.fixture
def door() -> Door:
    return Door(SECRET, Blueprints(clock=time.monotonic))


@pytest.fixture
def world(db) -> World:
    return World(db, criteria={"all": [MEASURED]}, jury=0, grid=[])


@pytest.fixture
def holder(db):
    return holders.create(db, LINKS)[0]


@pytest.fixture
def request_(db, world, holder):
    return requesting.ask(db, holder, world.version.achievement_id)


@pytest.fixture
def crowd(db) -> Crowd:
    return Crowd.new(db, skills=[*ASKED, "NAV-03"])


@pytest.fixture
def attempt(db, holder, crowd):
    """One question about one of the three: the others were deduced."""
    made = crowd.add({crowd.items["MEL-03"][0]: "correct"})
    holders.bring_attempt(db, holder, made.id)
    return made


def answered(db, door, attempt, outcome: str = "correct") -> str:
    """Answer what is on the screen; the micro-skill that it was about."""
    blueprint = taking.blueprint_of(db, door, attempt.diagnostic_id)
    item = attempt.current_item
    db.add(answer(attempt.id, attempt.answered + 1, item, outcome))
    db.flush()
    taking.advance(attempt, blueprint, taking.standing_of(taking.answers_of(db, attempt.id)))
    return blueprint.skill_of[item]


def missing(db, request) -> list[str]:
    ready = standing.readiness(db, request, clock.now())
    return sorted(key.partition(":")[2] for key in deepening.missing(ready.progress))


def test_one_question_about_each_that_is_missing_then_it_is_over_and_enough(db, door, holder, request_, attempt):
    assert missing(db, request_) == ["SEC-01", "SEC-02"]
    assert deepening.ask(db, door, holder, request_.id, attempt.id) is attempt
    assert taking.progress_of(attempt, taking.blueprint_of(db, door, attempt.diagnostic_id)) == {
        "answered": 0,
        "at_most": 2,
    }
    assert sorted(answered(db, door, attempt) for _ in range(2)) == ["SEC-01", "SEC-02"]
    assert (attempt.current_item, attempt.stopped is None) == (None, False)
    assert missing(db, request_) == []


def test_each_comes_before_any_comes_twice(db, door, holder, request_, attempt):
    deepening.ask(db, door, holder, request_.id, attempt.id)
    attempt.focus = attempt.focus | {"to": attempt.focus["from"] + 4}
    told = [answered(db, door, attempt, "incorrect") for _ in range(4)]
    assert sorted(told[:2]) == sorted(told[2:]) == ["SEC-01", "SEC-02"]


def test_pressed_twice_it_is_begun_once(db, door, holder, request_, attempt):
    deepening.ask(db, door, holder, request_.id, attempt.id)
    answered(db, door, attempt)
    before = (attempt.focus, attempt.current_item)
    assert deepening.ask(db, door, holder, request_.id, attempt.id) is attempt
    assert (attempt.focus, attempt.current_item) == before


def test_the_page_offers_it_only_where_a_question_is_left(db, door, holder, attempt):
    def offered(key: str) -> uuid.UUID | None:
        return ways.ways_for(db, door, holder, {"0": [key]})["0"].goes_on

    assert offered(f"{USUAL_FRAMEWORK}:SEC-01") == attempt.id
    assert offered(f"{USUAL_FRAMEWORK}:MEL-04") is None, "nothing in that diagnostic asks about it"
    assert offered("mediateur-numerique:SEC-01") is None, "the same code, of another framework"
    attempt.language = "ti"
    db.flush()
    assert offered(f"{USUAL_FRAMEWORK}:SEC-01") is None, "in that language nothing is asked"
    attempt.language = "fr"
    with db.no_autoflush:
        attempt.paper_form_id = attempt.id  # never kept: what was answered on sheets goes on on no screen
        assert offered(f"{USUAL_FRAMEWORK}:SEC-01") is None
        attempt.paper_form_id = None


def test_who_left_in_the_middle_finds_the_way_back(db, door, holder, request_, attempt):
    deepening.ask(db, door, holder, request_.id, attempt.id)
    assert attempt.stopped is None
    told = ways.ways_for(db, door, holder, {"0": [f"{USUAL_FRAMEWORK}:SEC-01"]})["0"]
    assert (told.goes_on, told.attempt_id) == (attempt.id, None)


def test_what_is_sent_is_asked_nothing_more(db, door, holder, request_, attempt):
    requesting.withdraw(db, holder, request_.id)
    with pytest.raises(Conflict):
        deepening.ask(db, door, holder, request_.id, attempt.id)
    assert attempt.focus is None


def test_of_another_framework_the_same_code_is_another_skill(db, door, holder, attempt):
    elsewhere = MEASURED["profile"] | {"framework": "mediateur-numerique", "skills": ["ACC-01"]}
    other = World(db, criteria={"all": [{"profile": elsewhere}]}, jury=0, grid=[])
    asked = requesting.ask(db, holder, other.version.achievement_id)
    with pytest.raises(Conflict):
        deepening.ask(db, door, holder, asked.id, attempt.id)


def test_where_every_question_was_asked_it_says_so(db, door, holder, request_):
    crowd = Crowd.new(db, skills=ASKED)
    made = crowd.add(dict.fromkeys(ASKED, "incorrect"))
    holders.bring_attempt(db, holder, made.id)
    with pytest.raises(Conflict):
        deepening.ask(db, door, holder, request_.id, made.id)
    assert (made.focus, made.stopped) == (None, "all_decided")


def test_of_somebody_else_nothing_goes_on(db, door, world, holder, request_, attempt):
    other = holders.create(db, LINKS)[0]
    theirs = requesting.ask(db, other, world.version.achievement_id)
    with pytest.raises(NotFound):
        deepening.ask(db, door, other, theirs.id, attempt.id)
    with pytest.raises(NotFound):
        deepening.ask(db, door, other, request_.id, attempt.id)
    assert attempt.focus is None


def test_a_trainer_who_then_wants_to_be_surer_is_not_held_to_these_few(db, door, holder, request_, attempt, crowd):
    deepening.ask(db, door, holder, request_.id, attempt.id)
    for _ in range(2):
        answered(db, door, attempt)
    steering.lengthen(db, door, crowd.member, attempt.id, to=steering.longer(attempt))
    told = {answered(db, door, attempt) for _ in range(steering.MORE)}
    assert "NAV-03" in told
