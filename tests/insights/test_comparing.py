"""Two attempts compared: what is sure, what is likely, and nothing where nothing can be said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from pathways import clock
from pathways.diagnostics.engine import Label
from pathways.diagnostics.reading import SkillResult
from pathways.errors import Invalid, NotFound
from pathways.insights import comparing
from pathways.insights.comparing import Change
from tests.insights.crowds import SKILLS, Crowd, member_of, published

SURE, NOT, HALF = (Label.MASTERED, 0.95, 2), (Label.NOT_MASTERED, 0.04, 2), (Label.UNDECIDED, 0.5, 1)
LIKELY, UNLIKELY, UNASKED = (Label.UNDECIDED, 0.7, 1), (Label.UNDECIDED, 0.3, 1), (Label.UNDECIDED, 0.8, 0)
UNHEARD = (Label.NOT_ASSESSABLE, 0.3, 0)


def result(label: Label, mastery: float, asked: int) -> SkillResult:
    return SkillResult(cast("Any", None), label, mastery, asked, ())


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (NOT, SURE, Change.LEARNT),
        (SURE, NOT, Change.LOST),
        (SURE, SURE, Change.SAME),
        (NOT, NOT, Change.SAME),
        (NOT, LIKELY, Change.PERHAPS_LEARNT),
        (UNLIKELY, SURE, Change.PERHAPS_LEARNT),
        (SURE, UNLIKELY, Change.PERHAPS_LOST),
        (LIKELY, NOT, Change.PERHAPS_LOST),
        (LIKELY, SURE, Change.UNKNOWN),
        (NOT, UNLIKELY, Change.UNKNOWN),
        (UNLIKELY, LIKELY, Change.UNKNOWN),
        (NOT, UNASKED, Change.UNKNOWN),
        (UNHEARD, SURE, Change.UNKNOWN),
        (SURE, UNHEARD, Change.UNKNOWN),
        (NOT, HALF, Change.UNKNOWN),
    ],
)
def test_the_strictest_word_that_both_times_allow(before, after, change):
    assert comparing.change_of(result(*before), result(*after)) is change


def pair(crowd: Crowd, before, after, **columns):
    one = crowd.add(before, at=clock.now() - timedelta(days=7), **columns)
    return one, crowd.add(after, **columns)


@pytest.mark.usefixtures("one_style")
def test_what_was_learnt_between_two_attempts_is_told_whichever_way_round(crowd, door, db):
    wrong, right = dict.fromkeys(SKILLS, "dont_know"), dict.fromkeys(SKILLS, "correct")
    before, after = pair(crowd, wrong, right, file=crowd.file("Jeudi"))
    for one, other in ((before, after), (after, before)):
        compared = comparing.of(db, door, crowd.member, one.id, other.id)
        assert (compared.before.id, compared.after.id) == (before.id, after.id)
        assert {one.skill.code for one in compared.with_change(Change.LEARNT)} == set(SKILLS)
        assert compared.same_file


def test_what_only_one_diagnostic_looks_at_is_new_or_gone(crowd, door, db):
    other = Crowd(db, crowd.member, published(db, crowd.member, skills=["SEC-02", "GES-05"]))
    before = crowd.add({"SEC-01": "correct"}, at=clock.now() - timedelta(days=1))
    after = other.add({"SEC-02": "correct"})
    compared = comparing.of(db, door, crowd.member, before.id, after.id)
    assert [one.skill.code for one in compared.with_change(Change.NEW)] == ["GES-05"]
    assert {one.skill.code for one in compared.with_change(Change.GONE)} == set(SKILLS) - {"SEC-02"}
    assert not compared.same_file


def test_two_attempts_of_nobody_are_not_of_one_file(crowd, door, db):
    before, after = pair(crowd, {"SEC-01": "correct"}, {"SEC-01": "correct"})
    assert not comparing.of(db, door, crowd.member, before.id, after.id).same_file


def test_an_attempt_is_not_compared_with_itself_or_with_another_organisations(crowd, door, db):
    mine = crowd.add({"SEC-01": "correct"})
    theirs = Crowd.new(db).add({"SEC-01": "correct"})
    with pytest.raises(Invalid):
        comparing.of(db, door, crowd.member, mine.id, mine.id)
    for one, other in ((mine, theirs), (theirs, mine)):
        with pytest.raises(NotFound):
            comparing.of(db, door, crowd.member, one.id, other.id)
    with pytest.raises(NotFound):
        comparing.of(db, door, member_of(db), mine.id, mine.id)
