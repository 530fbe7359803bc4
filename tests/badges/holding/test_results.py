"""What the attempts in a space say of each micro-skill, for one person and for a team."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from pathways import clock
from pathways.badges.holding import holders, results
from pathways.badges.models import Holder
from pathways.diagnostics import reading
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.reading import Sign
from pathways.diagnostics.taking import Door
from pathways.referentials import service as referentials
from tests.badges.candidacy.candidates import LINKS
from tests.conftest import SECRET
from tests.insights.crowds import SKILLS, Crowd

pytestmark = pytest.mark.usefixtures("one_style")

FRAMEWORK = referentials.USUAL_FRAMEWORK


@pytest.fixture
def crowd(db) -> Crowd:
    return Crowd.new(db)


def a_holder(db, *attempts) -> Holder:
    holder, _ = holders.create(db, LINKS)
    for one in attempts:
        holders.bring_attempt(db, holder, one.id)
    return holder


def test_it_says_what_the_profile_says(db, crowd):
    outcomes = {"SEC-01": "correct", "MEL-03": "dont_know", "NAV-03": "not_understood"}
    attempt = crowd.add(outcomes)
    holder = a_holder(db, attempt)
    read = reading.profile(db, Door(SECRET, Blueprints(clock=lambda: 0.0)), attempt)
    found = results.measures_of(db, [holder.id])[holder.id]
    assert {code for _, code in found} == {one.skill.code for one in read.skills}
    for one in read.skills:
        measured = found[FRAMEWORK, one.skill.code]
        assert measured.mastery == pytest.approx(one.mastery)
        assert measured.answers == one.asked
        assert one.sign in (measured.sign, Sign.UNSEEN)  # the page says more about what a language cannot ask


@pytest.mark.usefixtures("one_style")
def test_the_newest_direct_answers_win_over_older_ones_and_over_deductions(db):
    crowd = Crowd.new(db)
    old = clock.now() - timedelta(days=30)
    first = crowd.add(dict.fromkeys(SKILLS, "correct"), at=old)
    second = crowd.add({"MEL-03": "dont_know"})
    holder = a_holder(db, second, first)
    found = results.measures_of(db, [holder.id])[holder.id]
    assert (found[FRAMEWORK, "MEL-03"].attempt_id, found[FRAMEWORK, "MEL-03"].sign) == (second.id, Sign.LEARN)
    assert (found[FRAMEWORK, "SEC-02"].attempt_id, found[FRAMEWORK, "SEC-02"].sign) == (first.id, Sign.CAN)


def test_a_check_counts_with_what_it_is_part_of(db, crowd):
    whole = crowd.add({"MEL-03": "correct"}, at=clock.now() - timedelta(days=3))
    check = crowd.add({"MEL-04": "correct"}, part_of_id=whole.id)
    holder = a_holder(db, whole)
    found = results.measures_of(db, [holder.id])[holder.id]
    assert found[FRAMEWORK, "MEL-04"].attempt_id == check.id
    assert [one.attempt_id for one in results.results_of(db, holder)] == [whole.id]


def test_an_answer_that_was_taken_back_says_nothing(db, crowd):
    attempt = crowd.add({"MEL-03": "correct"})
    from pathways.diagnostics import taking

    for one in taking.answers_of(db, attempt.id):
        one.superseded_at = clock.now()
    db.flush()
    assert results.measures_of(db, [a_holder(db, attempt).id]) == {}


def test_without_results_nothing_is_measured(db, crowd):
    crowd.add(dict.fromkeys(SKILLS, "correct"))
    assert results.measures_of(db, [a_holder(db).id]) == {}
    assert results.measures_of(db, [a_holder(db, crowd.add({"MEL-03": "not_understood"})).id]) == {}


def test_a_whole_team_is_read_in_as_many_queries_as_one_person(db, crowd):
    team, counts = [], []
    for number in (1, 5):
        team += [
            a_holder(db, crowd.add({"MEL-03": "correct"}), crowd.add({"SEC-01": "correct"})).id for _ in range(number)
        ]
        statements: list[str] = []

        def note(_connection, _cursor, statement, *_rest, kept=statements):
            kept.append(statement)

        db.flush()
        db.expunge_all()
        connection = db.connection()
        event.listen(connection, "before_cursor_execute", note)
        found = results.measures_of(db, team)
        event.remove(connection, "before_cursor_execute", note)
        assert set(found) == set(team)
        counts.append(len(statements))
    assert counts[1] <= counts[0] <= 3
