"""What a person was told holds against those who made the diagnostic: no trainer opens their answers, in no list, by no
address; and the organisation's link leads to none of it.
"""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from pathways.diagnostics import policies, reading
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.errors import NotFound
from pathways.permissions import OF_ROLE, Permission, Role
from pathways.teams import selecting
from pathways.teams.models import Team
from tests.insights.crowds import member_of
from tests.teams.a_team import INVITATIONS, ATeam


@pytest.fixture
def team(db) -> ATeam:
    return ATeam(db, role=Role.ADMINISTRATOR)


def test_no_list_of_diagnostics_shows_what_the_team_answers(db, team):
    team.invited()
    assert db.scalars(composing.list_for(team.desk)).all() == []


@pytest.mark.parametrize("role", list(Role))
def test_nobody_of_the_desk_opens_the_diagnostic_or_an_answer_of_it(db, team, role):
    row = team.agreed()
    attempt = team.answered(row, {"ACU-01": "correct"})
    colleague = member_of(db, organisation=team.desk.organisation_id, role=role)
    made = db.get_one(Diagnostic, db.get_one(Team, team.desk.organisation_id).diagnostic_id)
    assert made.situation == selecting.SITUATION
    assert not policies.may_see(colleague, made)
    with pytest.raises(NotFound):
        composing.get(db, colleague, made.id)
    with pytest.raises(NotFound):
        reading.attempt_for(db, colleague, attempt.id)
    assert Permission.ATTEMPTS_READ in OF_ROLE[Role.TRAINER]  # who could, were it any other diagnostic


@pytest.mark.slow
def test_no_screen_of_the_desk_leads_to_their_answers(four, desk, database):
    with database.read() as db:
        made_id = db.get_one(Team, four.organisation_id).diagnostic_id
        attempts = db.scalars(sa.select(Attempt.id).filter_by(diagnostic_id=made_id)).all()
    assert len(attempts) == 2
    forbidden = [str(made_id), *map(str, attempts), *(pseudonym(one) for one in attempts)]
    for path in (
        "/team",
        "/team/coverage",
        f"/team/members/{four.ardoise.id}",
        "/diagnostics",
        "/pathways",
        "/learners",
    ):
        page = desk.get(path)
        assert page.status_code == 200, path
        assert [one for one in forbidden if one in page.text] == [], path
    for path in (f"/diagnostics/{made_id}", f"/diagnostics/{made_id}/group", f"/diagnostics/{made_id}/attempts.csv"):
        assert desk.get(path).status_code == 404
    for attempt_id in attempts:
        assert desk.get(f"/profiles/{attempt_id}").status_code == 404
        assert desk.get(f"/api/v1/attempts/{attempt_id}/profile").status_code == 404


def test_what_the_organisation_holds_opens_no_space(four, client, database):
    """Every link that the desk shows or could show, tried on every address that opens something of a person's own."""
    for row in (four.ardoise, four.bambou, four.datte):
        token = INVITATIONS.token_of(row)
        page = client.get(f"/join/{token}")
        assert not re.search(r"/h/|/t/[0-9a-f-]{36}", page.text)
        assert client.get(f"/h/{token}/teams").status_code == 404


def test_labels_are_in_no_log(four, desk, caplog):
    with caplog.at_level("DEBUG"):
        for path in ("/team", f"/team/members/{four.ardoise.id}", "/team/coverage", "/team/coverage.csv"):
            desk.get(path)
    assert "Ardoise" not in caplog.text
