"""Two presses at the same moment: one person, one yes, one team, one diagnostic."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from pathways.badges.holding import holders
from pathways.badges.models import Holder
from pathways.diagnostics.models import Diagnostic, DiagnosticState
from pathways.errors import Conflict, DomainError
from pathways.teams import consenting, inviting, selecting
from pathways.teams.inviting import PersonForm
from pathways.teams.models import Sharing, Team, TeamMember
from tests.insights.crowds import member_of
from tests.teams.a_team import INVITATIONS, LINKS, ATeam


@pytest.fixture
def together(database) -> Callable[..., list[DomainError | None]]:
    """Each act in a transaction of its own, all begun at the same moment; what each raised."""

    def run(*acts) -> list[DomainError | None]:
        barrier = threading.Barrier(len(acts))
        raised: list[DomainError | None] = [None] * len(acts)

        def one(place: int, act) -> None:
            barrier.wait()
            try:
                with database.begin() as db:
                    act(db)
            except DomainError as error:
                raised[place] = error

        threads = [threading.Thread(target=one, args=pair) for pair in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert not any(thread.is_alive() for thread in threads)
        return raised

    return run


def test_two_first_invitations_at_once_make_one_team_and_one_diagnostic(database, together):
    with database.begin() as db:
        desk = member_of(db)
    labels = ("Ardoise", "Bambou")
    raised = together(
        *(lambda db, label=label: inviting.add(db, INVITATIONS, desk, PersonForm(label), key=label) for label in labels)
    )
    assert raised == [None, None]
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Team)) == 1
        made = sa.select(sa.func.count()).select_from(Diagnostic)
        assert db.scalar(made.filter_by(organisation_id=desk.organisation_id, state=DiagnosticState.PUBLISHED)) == 1
        people = sa.select(sa.func.count()).select_from(TeamMember).filter_by(organisation_id=desk.organisation_id)
        assert db.scalar(people) == 2


def test_two_people_with_one_link_at_once_are_one_yes(database, together):
    with database.begin() as db:
        team = ATeam(db)
        row, seen, columns = team.invited(), team.seen(), team.columns()

    def says_yes(db) -> None:
        holder, _ = holders.create(db, LINKS)
        member = db.get_one(TeamMember, row.id)
        consenting.agree(db, member, holder, columns, language="fr", seen=seen)

    raised = together(says_yes, says_yes)
    assert [type(one) for one in raised if one] == [Conflict]
    with database.read() as db:
        found = db.get_one(TeamMember, row.id)
        assert found.sharing is Sharing.SHARED
        assert db.scalar(sa.select(sa.func.count()).select_from(Holder)) == 1


def test_a_yes_and_leaving_at_once_end_in_one_of_both(database, together):
    with database.begin() as db:
        team = ATeam(db)
        row, seen, columns, desk = team.invited(), team.seen(), team.columns(), team.desk
        token = INVITATIONS.token_of(row)

    def says_yes(db) -> None:
        member = consenting.by_token(db, token)
        holder, _ = holders.create(db, LINKS)
        consenting.agree(db, member, holder, columns, language="fr", seen=seen)

    raised = together(says_yes, lambda db: inviting.part(db, desk, row.id))
    assert len([one for one in raised if one]) <= 1
    with database.read() as db:
        assert db.get(TeamMember, row.id) is None
        assert db.get_one(Team, desk.organisation_id).left in {0, 1}


def test_two_choices_at_once_are_one_and_a_refusal(database, together):
    with database.begin() as db:
        team = ATeam(db)
        team.invited()
        desk = team.desk
    raised = together(
        *(
            lambda db, code=code: selecting.choose(db, desk, framework="benevole-numerique", skills=[code], version=1)
            for code in ("ACU-01", "ACU-02")
        )
    )
    assert [type(one) for one in raised if one] == [Conflict]
    with database.read() as db:
        assert db.get_one(Team, desk.organisation_id).version == 2
