"""People by skills: what was agreed to, in three words, without rank or total; how many can of each skill."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import event

from pathways import clock
from pathways.teams import coverage, selecting, standings
from pathways.teams.standings import Board, Row, State
from tests.teams.a_team import EMPLOYEE, FRAMEWORK, TEN, ANetwork, ATeam


@pytest.fixture
def team(db) -> ATeam:
    return ATeam(db)


def test_each_skill_tells_how_many_can_who_is_alone_and_where_nobody_can(db, team):
    ardoise = team.person("Ardoise", can=["ACU-01", "FAV-01"], cannot=["PRO-03"])
    bambou = team.person("Bambou", can=["ACU-01"], cannot=["PRO-03", "FAV-01"], standing=EMPLOYEE)
    of = {one.column.code: one for one in standings.board(db, team.desk).tallies}
    assert [one.id for one in of["ACU-01"].can] == [ardoise.id, bambou.id]
    assert not of["ACU-01"].is_gap
    assert of["FAV-01"].only_one is ardoise
    assert of["PRO-03"].is_nobody
    assert [one.id for one in of["PRO-03"].not_yet] == [ardoise.id, bambou.id]


def test_gaps_begin_with_what_nobody_can(db, team):
    team.person("Ardoise", can=["ACU-01"], cannot=["PRO-03"])
    gaps = standings.board(db, team.desk).gaps
    assert [len(one.can) for one in gaps] == sorted(len(one.can) for one in gaps)
    assert gaps[0].is_nobody
    assert "ACU-01" in {one.column.code for one in gaps}


def test_nothing_of_a_person_can_be_added_up(db, team):
    """No number is kept beside a row: what could rank people is not there to be shown."""
    team.person("Ardoise", can=["ACU-01"])
    (row,) = standings.board(db, team.desk).rows
    assert {one.name for one in dataclasses.fields(Row)} == {"member", "states"}
    assert set(row.states) <= {*State, None}
    assert {one.name for one in dataclasses.fields(Board)} == {"team", "columns", "rows", "tallies"}


def test_the_newest_answers_count(db, team):
    row = team.agreed("Ardoise")
    now = clock.now()
    team.answered(row, {"ACU-01": "dont_know"}, at=now - timedelta(days=90))
    assert standings.board(db, team.desk).rows[0].states[0] is State.NOT_YET
    team.answered(row, {"ACU-01": "correct", "ACU-02": "correct"}, at=now)
    assert standings.board(db, team.desk).rows[0].states[0] is State.CAN


def test_what_was_not_understood_is_no_lack(db, team):
    row = team.agreed("Ardoise")
    team.answered(row, {"PRO-01": "not_understood", "ACU-01": "correct"})
    found = dict(zip(TEN, standings.board(db, team.desk).rows[0].states, strict=True))
    assert found["PRO-01"] in {State.CONFIRM, State.CAN}


def test_answers_on_another_framework_show_nothing_here(db, team):
    row = team.agreed("Ardoise")
    team.answered(row, {"ACU-01": "correct"})
    selecting.choose(db, team.desk, framework="inclusion-numerique", skills=["SEC-01"], version=1)
    found = standings.board(db, team.desk).row(row.id)
    assert found is not None
    assert found.states == ()


def test_the_number_of_queries_does_not_grow_with_the_people(db, team):
    network = ANetwork(db, team.desk)
    version = network.achievement()

    def statements() -> int:
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        db.expire_all()
        engine = db.get_bind().engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            coverage.of(db, team.desk, clock.now())
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    for label in ("Ardoise", "Bambou"):
        network.issued(team.person(label, can=["ACU-01"], badges=True), version)
    statements()  # what a process asks only once
    few = statements()
    for number in range(8):
        network.issued(team.person(f"Personne {number}", can=["ACU-01"], badges=True), version)
    assert statements() == few


def test_the_words_of_the_states_are_three(team):
    assert list(standings.SAID.values()) == ["sait faire", "à confirmer", "pas encore"]
    assert selecting.of(team.db, team.desk).framework == FRAMEWORK
