"""Where what is missing leads: diagnostics near the person that ask about it, a pathway from a result of their own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from pathways.badges.candidacy import ways
from pathways.badges.holding import holders
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing import sharing
from pathways.diagnostics.models import DiagnosticState
from pathways.diagnostics.taking import Door
from tests.badges.candidacy.candidates import LINKS, a_member
from tests.conftest import SECRET
from tests.insights.crowds import Crowd, member_of, published

SEC = ("inclusion-numerique:SEC-01", "inclusion-numerique:SEC-02")
GAP = {"0": SEC}
DOOR = Door(SECRET, Blueprints(clock=time.monotonic))


@contextmanager
def counted(db) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(db.get_bind(), "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.get_bind(), "before_cursor_execute", note)


@pytest.fixture
def holder(db):
    return holders.create(db, LINKS)[0]


def found(db, holder, lacking=GAP, **values) -> ways.Ways:
    return ways.ways_for(db, DOOR, holder, lacking, **values).get("0", ways.NONE)


def test_without_a_gap_nothing_is_asked_of_the_database(db, holder):
    with counted(db) as statements:
        assert ways.ways_for(db, DOOR, holder, {"0": ()}) == {}
    assert len(statements) == 0


def test_a_diagnostic_of_a_structure_that_the_person_has_to_do_with_measures_it(db):
    member = a_member(db)
    own = published(db, member_of(db, organisation=member.organisation_id), skills=["SEC-01", "SEC-02", "NAV-03"])
    published(db, member_of(db), skills=["SEC-01", "SEC-02"])  # of strangers, who did not open it
    told = found(db, holders.for_account(db, LINKS, member)).diagnostics
    assert [(one.code, one.skills, one.is_own) for one in told] == [(own.code, frozenset(SEC), True)]


def test_the_structure_that_the_request_names_is_near_too(db, holder):
    other = member_of(db)
    own = published(db, other, skills=["SEC-01"])
    assert found(db, holder).diagnostics == ()
    assert [one.code for one in found(db, holder, organisation_id=other.organisation_id).diagnostics] == [own.code]


def test_one_that_is_open_to_all_is_told_after_those_that_are_near(db):
    member = a_member(db)
    author = member_of(db)
    opened = published(db, author, skills=["SEC-01", "SEC-02"])
    sharing.share(db, author, opened.id, organisation_id=None)
    near = published(db, member_of(db, organisation=member.organisation_id), skills=["SEC-01", "SEC-02"])
    person = holders.for_account(db, LINKS, member)
    assert [one.code for one in found(db, person).diagnostics] == [near.code]
    more = {"0": (*SEC, "inclusion-numerique:NAV-03")}
    wide = published(db, author, skills=["NAV-03"])
    sharing.share(db, author, wide.id, organisation_id=member.organisation_id)
    assert [(one.code, one.is_own) for one in found(db, person, more).diagnostics] == [
        (near.code, True),
        (wide.code, False),
    ]


def test_few_together_ask_about_as_much_as_can_be(db):
    member = a_member(db)
    trainer = member_of(db, organisation=member.organisation_id)
    wide = published(db, trainer, skills=["SEC-01", "SEC-02", "MEL-03"])
    published(db, trainer, skills=["SEC-01"])
    rest = published(db, trainer, skills=["NAV-03"])
    published(db, trainer, skills=["MEL-04"])
    lacking = {"0": [f"inclusion-numerique:{one}" for one in ("SEC-01", "SEC-02", "MEL-03", "NAV-03", "MEL-04")]}
    told = found(db, holders.for_account(db, LINKS, member), lacking).diagnostics
    assert told[0].code == wide.code
    assert len(told) == ways.MOST_DIAGNOSTICS
    assert rest.code


def test_a_draft_and_a_closed_one_are_not_told(db):
    member = a_member(db)
    trainer = member_of(db, organisation=member.organisation_id)
    one = published(db, trainer, skills=["SEC-01"])
    person = holders.for_account(db, LINKS, member)
    assert found(db, person).diagnostics
    one.state = DiagnosticState.CLOSED
    db.flush()
    assert found(db, person).diagnostics == ()
    assert composing.get(db, trainer, one.id)


def test_a_result_that_is_over_starts_a_pathway_whose_goals_are_told(db, holder):
    crowd = Crowd.new(db)
    attempt = crowd.add({"SEC-01": "incorrect"})
    holders.bring_attempt(db, holder, attempt.id)
    told = found(db, holder)
    assert (told.attempt_id, told.on_pathway) == (attempt.id, False)
    assert 0 < len(told.goals) <= ways.MOST_GOALS
    assert [one.code for one in told.diagnostics] == [crowd.diagnostic.code]  # where they answered before


def test_a_result_that_is_not_over_or_of_another_framework_starts_none(db, holder):
    attempt = Crowd.new(db).add({"SEC-01": "incorrect"}, stopped=None)
    holders.bring_attempt(db, holder, attempt.id)
    assert found(db, holder).attempt_id is None
    assert found(db, holder, {"0": ["mediateur-numerique:ACC-01"]}).attempt_id is None


def test_the_number_of_queries_does_not_grow(db):
    member = a_member(db)
    trainer = member_of(db, organisation=member.organisation_id)
    person = holders.for_account(db, LINKS, member)
    published(db, trainer, skills=["SEC-01"])
    with counted(db) as few:
        ways.ways_for(db, DOOR, person, GAP)
    for skill in ("SEC-02", "MEL-03", "MEL-04"):
        published(db, trainer, skills=[skill])
    many = {str(number): [f"inclusion-numerique:{one}"] for number, one in enumerate(("SEC-01", "SEC-02", "MEL-03"))}
    with counted(db) as more:
        assert len(ways.ways_for(db, DOOR, person, many)) == 3
    assert len(more) == len(few)
