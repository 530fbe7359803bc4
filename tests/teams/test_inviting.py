"""The people of a team as their organisation keeps them: a label, a post, a link, and nothing of theirs."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.badges.models import Holder
from pathways.diagnostics.models import Diagnostic, DiagnosticState
from pathways.errors import Conflict, Gone, Invalid, NotFound
from pathways.permissions import Role
from pathways.teams import consenting, inviting, selecting
from pathways.teams.inviting import PersonForm
from pathways.teams.models import Sharing, Team, TeamMember
from tests.teams.a_team import EMPLOYEE, FRAMEWORK, INVITATIONS, TEN, ATeam


@pytest.fixture
def team(db) -> ATeam:
    return ATeam(db)


def test_a_team_begins_with_ten_plain_skills_and_stores_nothing(db, team):
    found = selecting.of(db, team.desk)
    assert (found.framework, tuple(found.skills)) == (FRAMEWORK, TEN)
    assert [one.skill is not None for one in selecting.columns(db, found)] == [True] * 10
    assert db.scalar(sa.select(sa.func.count()).select_from(Team)) == 0


@pytest.mark.parametrize("role", [Role.TRAINER, Role.COORDINATOR, Role.ADMINISTRATOR])
def test_the_first_invitation_publishes_the_one_diagnostic(db, role):
    team = ATeam(db, role=role)
    team.invited("Ardoise")
    team.invited("Bambou")
    stored = db.get_one(Team, team.desk.organisation_id)
    made = db.get_one(Diagnostic, stored.diagnostic_id)
    assert (made.state, made.situation) == (DiagnosticState.PUBLISHED, selecting.SITUATION)
    assert tuple(made.selection["skills"]) == TEN
    mine = sa.select(sa.func.count()).select_from(Diagnostic).filter_by(organisation_id=team.desk.organisation_id)
    assert db.scalar(mine) == 1


def test_the_same_press_makes_one_person(db, team):
    first = inviting.add(db, INVITATIONS, team.desk, PersonForm("Ardoise"), key="k1")
    again = inviting.add(db, INVITATIONS, team.desk, PersonForm("Ardoise"), key="k1")
    other = inviting.add(db, INVITATIONS, team.desk, PersonForm("Ardoise"), key="k2")
    assert first.id == again.id != other.id


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"label": "   "}, "label"),
        ({"label": "x" * 61}, "label"),
        ({"label": "ardoise@exemple.fr"}, "label"),
        ({"label": "06 12 34 56 78"}, "label"),
        ({"post": "director"}, "post"),
        ({"language": "xx"}, "language"),
    ],
)
def test_what_cannot_be_kept_of_somebody_says_why(db, team, values, field):
    with pytest.raises(Invalid) as refused:
        inviting.add(db, INVITATIONS, team.desk, PersonForm(**{"label": "Ardoise"} | values), key="k")
    assert [one["field"] for one in refused.value.errors] == [field]
    assert db.scalar(sa.select(sa.func.count()).select_from(TeamMember)) == 0


def test_people_stand_by_label_or_by_arrival_and_in_no_other_order(db, team):
    for label in ("Zeste", "écorce", "Ardoise", "Bambou"):
        team.invited(label)
    by_label = [one.label for one in inviting.all_of(db, team.desk)]
    assert by_label == ["Ardoise", "Bambou", "écorce", "Zeste"]
    assert [one.label for one in inviting.all_of(db, team.desk, by_arrival=True)] == [
        "Zeste",
        "écorce",
        "Ardoise",
        "Bambou",
    ]


def test_somebody_of_another_organisation_does_not_exist(db, team):
    row = team.invited()
    for act in (
        lambda: inviting.get(db, team.stranger, row.id),
        lambda: inviting.change(db, team.stranger, row.id, PersonForm("X"), version=1),
        lambda: inviting.renew(db, INVITATIONS, team.stranger, row.id),
        lambda: inviting.ask(db, team.stranger, [row.id]),
        lambda: inviting.part(db, team.stranger, row.id),
        lambda: inviting.get(db, team.desk, uuid.uuid4()),
    ):
        with pytest.raises(NotFound):
            act()
    assert inviting.all_of(db, team.stranger) == []


def test_two_colleagues_do_not_overwrite_each_other(db, team):
    row = team.invited()
    inviting.change(db, team.desk, row.id, PersonForm("Ardoise K", EMPLOYEE, "welcome"), version=1)
    assert (row.label, row.standing, row.post, row.version) == ("Ardoise K", EMPLOYEE, "welcome", 2)
    with pytest.raises(Conflict):
        inviting.change(db, team.desk, row.id, PersonForm("Ardoise L"), version=1)
    same = inviting.change(db, team.desk, row.id, PersonForm("Ardoise K", EMPLOYEE, "welcome"), version=1)
    assert same.version == 2


def test_a_link_made_anew_shuts_the_old_one_and_shows_nothing_until_they_answer_again(db, team):
    row = team.person("Ardoise", TEN)
    old, holder_id = INVITATIONS.token_of(row), row.holder_id
    inviting.renew(db, INVITATIONS, team.desk, row.id)
    with pytest.raises(NotFound):
        consenting.by_token(db, old)
    assert consenting.by_token(db, INVITATIONS.token_of(row)).id == row.id
    assert (row.sharing, row.holder_id, row.agreed) == (Sharing.INVITED, None, [])
    assert db.get(Holder, holder_id) is not None


def test_an_invitation_that_nobody_answered_runs_out(db, team):
    row = team.invited()
    row.link_expires_at = clock.now() - timedelta(seconds=1)
    db.flush()
    with pytest.raises(Gone):
        consenting.by_token(db, INVITATIONS.token_of(row))
    inviting.renew(db, INVITATIONS, team.desk, row.id)
    assert consenting.by_token(db, INVITATIONS.token_of(row)).id == row.id


def test_an_invitation_that_was_never_answered_goes_with_its_label(db, team):
    old, fresh, answered = team.invited("Ardoise"), team.invited("Bambou"), team.agreed("Citron")
    for row in (old, answered):
        row.link_expires_at = clock.now() - inviting.UNANSWERED - timedelta(seconds=1)
    db.flush()
    assert inviting.forget(db) == 1
    assert [one.id for one in inviting.all_of(db, team.desk)] == [fresh.id, answered.id]


def test_the_token_of_an_invitation_is_not_in_the_database(db, team):
    row = team.invited()
    token = INVITATIONS.token_of(row)
    assert token not in {str(getattr(row, column.key)) for column in TeamMember.__table__.columns}
    assert len(token) == 43


# --- the skills that a team looks at ---


def test_another_choice_closes_the_diagnostic_and_is_followed_by_one(db, team):
    team.invited()
    before = selecting.of(db, team.desk).diagnostic_id
    found = selecting.choose(db, team.desk, framework="inclusion-numerique", skills=["SEC-01", "MEL-03"], version=1)
    assert (found.framework, found.skills, found.version) == ("inclusion-numerique", ["MEL-03", "SEC-01"], 2)
    former, made = db.get_one(Diagnostic, before), db.get_one(Diagnostic, found.diagnostic_id)
    assert former.state is DiagnosticState.CLOSED
    assert (made.state, made.follows_id) == (DiagnosticState.PUBLISHED, former.id)


def test_the_same_choice_again_changes_nothing(db, team):
    first = selecting.choose(db, team.desk, framework=FRAMEWORK, skills=["ACU-01"], version=1)
    made = first.diagnostic_id
    again = selecting.choose(db, team.desk, framework=FRAMEWORK, skills=["ACU-01"], version=1)
    assert (again.version, again.diagnostic_id) == (2, made)
    with pytest.raises(Conflict):
        selecting.choose(db, team.desk, framework=FRAMEWORK, skills=["ACU-02"], version=1)


@pytest.mark.parametrize("skills", [[], ["NONE-01"], ["ACU-01", "SEC-01"], "eleven"])
def test_a_choice_is_of_one_to_ten_skills_that_exist(db, team, skills):
    if skills == "eleven":
        skills = [*TEN, "REL-01"]
    with pytest.raises(Invalid) as refused:
        selecting.choose(db, team.desk, framework=FRAMEWORK, skills=skills, version=1)
    assert [one["field"] for one in refused.value.errors] == ["skills"]
