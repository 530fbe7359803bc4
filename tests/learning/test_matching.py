"""Sessions for a profile: why each is told, and what is missing."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from pathways import clock
from pathways.diagnostics import reading
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.taking import Door
from pathways.learning import matching
from pathways.learning.matching import Asked
from pathways.places.territories import Spot
from pathways.workshops.models import Audience, Reading
from tests.conftest import SECRET
from tests.insights.crowds import SKILLS, Crowd
from tests.statements import counted
from tests.workshops import offering

HERE = Spot("commune", "45234", "Orléans", "45", ("45000",), 47.9, 1.9)
FAR = Spot("commune", "13055", "Marseille", "13", ("13001",), 43.3, 5.4)


@pytest.fixture
def lacking(db):
    """Somebody who can all but recognise a fraud (SEC-02), and the member who accompanies them."""
    crowd = Crowd.new(db)
    outcomes = dict.fromkeys(SKILLS, "correct") | {"SEC-02": "dont_know"}
    return crowd, reading.profile(db, Door(SECRET, Blueprints(clock=time.monotonic)), crowd.add(outcomes))


def offer(db, member, *skills: str, languages=("fr",), place=True, **values):
    codes = tuple(f"inclusion-numerique:{code}" for code in skills)
    workshop = offering.workshop_of(db, member, skills=codes, **values)
    if not place:
        return offering.session_of(db, member, workshop, languages=languages, meeting_url="https://visio.exemple.fr/x")
    return offering.session_of(db, member, workshop, languages=languages, place_id=offering.place_of(db, member).id)


def match(db, profile, *, language: str = "fr", spot: Spot | None = None, no_reading: bool = False):
    return matching.match(db, profile, Asked(language, spot, no_reading=no_reading), clock.now())


def test_a_session_is_told_with_the_gap_it_answers(db, lacking):
    crowd, profile = lacking
    session = offer(db, crowd.member, "SEC-02", "MEL-03")
    (found,) = [one for one in match(db, profile, spot=HERE).found if one.session.id == session.id]
    assert [one.skill.code for one in found.teaches] == ["SEC-02"]
    assert (found.is_ready, found.km, found.in_language, found.needed_first) == (True, 0, True, ())


@pytest.mark.usefixtures("one_style")
def test_who_lacks_nothing_is_told_nothing(db):
    crowd = Crowd.new(db)
    door = Door(SECRET, Blueprints(clock=time.monotonic))
    able = reading.profile(db, door, crowd.add(dict.fromkeys(SKILLS, "correct")))
    offer(db, crowd.member, *SKILLS)
    answer = match(db, able)
    assert (answer.gaps, answer.found, answer.lacks_near, answer.lacks_language) == ([], [], False, False)


def test_what_others_may_not_book_is_not_told(db, lacking):
    crowd, profile = lacking
    trained = offer(db, crowd.member, "SEC-02", audience=Audience.PROFESSIONALS)
    codes = ("inclusion-numerique:SEC-02",)
    workshop = offering.workshop_of(db, crowd.member, skills=codes)
    draft = offering.session_of(
        db, crowd.member, workshop, publish=False, place_id=offering.place_of(db, crowd.member).id
    )
    assert not {trained.id, draft.id} & {one.session.id for one in match(db, profile).found}


def test_a_language_comes_first_and_its_lack_is_said(db, lacking):
    crowd, profile = lacking
    french = offer(db, crowd.member, "SEC-02")
    answer = match(db, profile, language="ps", spot=HERE)
    assert answer.lacks_language
    assert french.id in {one.session.id for one in answer.found}
    own = offer(db, crowd.member, "SEC-02", languages=("ps",))
    answer = match(db, profile, language="ps", spot=HERE)
    assert answer.found[0].session.id == own.id
    assert not answer.lacks_language


def test_too_far_is_said_and_a_distance_has_none(db, lacking):
    crowd, profile = lacking
    offer(db, crowd.member, "SEC-02")
    answer = match(db, profile, spot=FAR)
    assert answer.lacks_near
    assert answer.found == []
    remote = offer(db, crowd.member, "SEC-02", place=False)
    answer = match(db, profile, spot=FAR)
    assert [one.session.id for one in answer.found] == [remote.id]
    assert answer.found[0].km is None


def test_no_reading_leaves_out_what_asks_for_it(db, lacking):
    crowd, profile = lacking
    reads = offer(db, crowd.member, "SEC-02", reading=Reading.EASY)
    plain = offer(db, crowd.member, "SEC-02", reading=Reading.NONE)
    found = {one.session.id for one in match(db, profile, no_reading=True).found}
    assert plain.id in found
    assert reads.id not in found


def test_what_is_needed_first_is_named(db):
    """Somebody who can nothing yet is not told to begin at the top of a ladder without a word."""
    crowd = Crowd.new(db)
    door = Door(SECRET, Blueprints(clock=time.monotonic))
    nothing = reading.profile(db, door, crowd.add(dict.fromkeys(SKILLS, "dont_know")))
    near = {one.skill.code for one in reading.within_reach(nothing.skills, most=9)}
    above = next(one.skill.code for one in nothing.skills if one.skill.code not in near)
    session = offer(db, crowd.member, above)
    (found,) = [one for one in match(db, nothing).found if one.session.id == session.id]
    assert not found.is_ready
    assert found.needed_first


def test_as_many_questions_to_the_database_for_one_as_for_nine(app):
    door = Door(SECRET, Blueprints(clock=time.monotonic))
    numbers = []
    with app.state.database.begin() as db:
        crowd = Crowd.new(db)
        attempt = crowd.add(dict.fromkeys(SKILLS, "correct") | {"SEC-02": "dont_know"})
        profile = reading.profile(db, door, attempt)
        for more in (1, 8):
            for _ in range(more):
                offer(db, crowd.member, "SEC-02")
            db.expire_all()
            with counted(app) as sent:
                matching.match(db, profile, Asked("fr"), clock.now())
            numbers.append(len(sent))
    assert numbers[0] == numbers[1]


def moved(db, session, **values):
    """A session elsewhere, or later."""
    later = values.pop("later", timedelta())
    for name in ("starts_at", "ends_at", "closes_at"):
        setattr(session, name, getattr(session, name) + later)
    for name, value in values.items():
        setattr(session, name, value)
    db.flush()
    return session


def test_what_is_sooner_far_away_or_in_other_languages_hides_nothing_near(db, lacking, monkeypatch):
    monkeypatch.setattr(matching, "LOOKED_AT", 3)
    crowd, profile = lacking
    own = moved(db, offer(db, crowd.member, "SEC-02", languages=("ps",)), later=timedelta(days=30))
    plain = moved(db, offer(db, crowd.member, "SEC-02"), later=timedelta(days=9))
    for _ in range(4):
        moved(db, offer(db, crowd.member, "SEC-02"), latitude=43.3, longitude=5.4)
    answer = match(db, profile, language="ps", spot=HERE)
    assert [one.session.id for one in answer.found] == [own.id, plain.id]
    assert (answer.lacks_near, answer.lacks_language) == (False, False)
    for _ in range(4):
        offer(db, crowd.member, "SEC-02")
    answer = match(db, profile, language="ps", spot=HERE)
    assert answer.found[0].session.id == own.id


def test_what_asks_for_reading_and_is_sooner_hides_nothing(db, lacking, monkeypatch):
    monkeypatch.setattr(matching, "LOOKED_AT", 3)
    crowd, profile = lacking
    plain = moved(db, offer(db, crowd.member, "SEC-02", reading=Reading.NONE), later=timedelta(days=30))
    for _ in range(4):
        offer(db, crowd.member, "SEC-02", reading=Reading.EASY)
    assert [one.session.id for one in match(db, profile, no_reading=True).found] == [plain.id]
