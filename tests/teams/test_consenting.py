"""What a person agrees to is what is shown: nothing before their yes, nothing after their no, nothing beyond it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways.badges.holding import holders
from pathways.badges.models import Holder, HolderAttempt, HolderEvent
from pathways.errors import Conflict, NotFound
from pathways.teams import consenting, events, inviting, selecting, standings
from pathways.teams.models import Sharing, Team, TeamMember
from pathways.teams.standings import State
from tests.teams.a_team import FRAMEWORK, LINKS, TEN, ATeam

pytestmark = pytest.mark.usefixtures("one_style")


@pytest.fixture
def team(db) -> ATeam:
    return ATeam(db)


def states(db, team: ATeam, row: TeamMember):
    found = standings.board(db, team.desk).row(row.id)
    assert found is not None
    return found


def test_before_a_yes_nothing_is_shown_and_no_space_is_there(db, team):
    row = team.invited()
    assert (row.sharing, row.holder_id) == (Sharing.INVITED, None)
    assert states(db, team, row).states == ()
    assert states(db, team, row).instead == standings.ROWS[Sharing.INVITED]


def test_a_yes_keeps_its_words_its_language_and_its_skills(db, team):
    row = team.agreed(language="ar", badges=True)
    assert row.sharing is Sharing.SHARED
    assert (row.consent_language, row.consent_text) == ("ar", team.seen("ar"))
    assert row.consent_text != team.seen("fr")
    assert row.agreed == [f"{FRAMEWORK}:{code}" for code in TEN]
    assert row.shows_badges
    assert states(db, team, row).instead == standings.ROWS[Sharing.SHARED]


def test_the_team_sees_three_words_and_nothing_else(db, team):
    row = team.person("Ardoise", can=["ACU-01", "FAV-01"], cannot=["PRO-01"])
    found = dict(zip(TEN, states(db, team, row).states, strict=True))
    assert (found["ACU-01"], found["FAV-01"], found["PRO-01"]) == (State.CAN, State.CAN, State.NOT_YET)
    assert set(found.values()) <= set(State)


def test_words_or_skills_that_are_others_since_are_not_agreed_to(db, team):
    row, (holder, _) = team.invited(), holders.create(db, LINKS)
    seen = team.seen("fr")
    with pytest.raises(Conflict):
        consenting.agree(db, row, holder, team.columns(), language="ar", seen=seen)
    selecting.choose(db, team.desk, framework=FRAMEWORK, skills=["REL-01"], version=1)
    with pytest.raises(Conflict):
        consenting.agree(db, row, holder, team.columns(), language="fr", seen=seen)
    selecting.be_counted(db, team.desk, counted=True)
    with pytest.raises(Conflict):  # the sentence about the network is part of what is read
        consenting.agree(db, row, holder, team.columns(), language="fr", seen=seen)
    assert row.sharing is Sharing.INVITED


def test_a_skill_that_was_chosen_later_waits_for_another_yes(db, team):
    row = team.person("Ardoise", can=TEN)
    selecting.choose(db, team.desk, framework=FRAMEWORK, skills=["ACU-01", "REL-01"], version=1)
    assert states(db, team, row).states == (State.CAN, None)
    team.says_yes(row, db.get_one(Holder, row.holder_id))
    team.answered(row, {"REL-01": "correct"})
    assert states(db, team, row).states == (State.CAN, State.CAN)


def test_taken_back_the_row_says_so_and_shows_nothing_at_once(db, team):
    row = team.person("Ardoise", can=TEN, badges=True)
    consenting.refuse(db, row)
    consenting.refuse(db, row)
    assert (row.sharing, row.agreed, row.shows_badges, row.consent_text) == (Sharing.WITHHELD, [], False, "")
    assert states(db, team, row).states == ()
    assert states(db, team, row).instead == "ne partage pas"
    told = db.scalars(sa.select(HolderEvent.act).filter_by(holder_id=row.holder_id)).all()
    assert told.count(events.TAKEN_BACK) == 1
    team.says_yes(row, db.get_one(Holder, row.holder_id))  # and they may say yes again
    assert states(db, team, row).states[0] is State.CAN


def test_a_no_makes_no_space(db, team):
    row = team.invited()
    consenting.refuse(db, row)
    assert row.holder_id is None
    assert db.scalar(sa.select(sa.func.count()).select_from(Holder)) == 0


def test_somebody_else_does_not_answer_with_a_link_that_was_answered(db, team):
    row = team.agreed()
    other, _ = holders.create(db, LINKS)
    with pytest.raises(Conflict):
        team.says_yes(row, other)


def test_one_person_is_in_a_team_once(db, team):
    row = team.agreed("Ardoise")
    twin = team.invited("Ardoise bis")
    with pytest.raises(Conflict):
        team.says_yes(twin, db.get_one(Holder, row.holder_id))
    assert (twin.holder_id, twin.sharing) == (None, Sharing.INVITED)


def test_one_space_for_two_teams(db, team):
    other = ATeam(db)
    row = team.person("Ardoise", can=["ACU-01"])
    holder = db.get_one(Holder, row.holder_id)
    elsewhere = other.says_yes(other.invited("A."), holder)
    assert [one.id for one in consenting.teams_of(db, holder)] == [row.id, elsewhere.id]
    assert states(db, other, elsewhere).states[0] is State.CAN  # what is theirs goes with them
    consenting.refuse(db, elsewhere)
    assert states(db, team, row).states[0] is State.CAN


@pytest.mark.parametrize("by", ["person", "organisation"])
def test_when_they_leave_the_organisation_keeps_a_count_and_the_person_everything(db, team, by):
    row = team.person("Ardoise", can=TEN, badges=True)
    row_id, holder_id = row.id, row.holder_id
    if by == "person":
        consenting.leave(db, row)
    else:
        inviting.part(db, team.desk, row_id)
    assert db.get(TeamMember, row_id) is None
    assert db.get_one(Team, team.desk.organisation_id).left == 1
    assert db.get(Holder, holder_id) is not None
    assert db.scalar(sa.select(sa.func.count()).select_from(HolderAttempt).filter_by(holder_id=holder_id)) == 1
    assert events.LEFT in db.scalars(sa.select(HolderEvent.act).filter_by(holder_id=holder_id)).all()
    assert standings.board(db, team.desk).rows == ()


def test_a_label_typed_by_mistake_counts_as_nobody(db, team):
    row = team.invited("Ardoize")
    inviting.part(db, team.desk, row.id)
    assert db.get_one(Team, team.desk.organisation_id).left == 0


def test_an_erased_space_shows_nothing(db, team):
    row = team.person("Ardoise", can=TEN)
    db.execute(sa.delete(Holder).where(Holder.id == row.holder_id))
    db.expire_all()
    found = states(db, team, row)
    assert (found.states, found.instead) == ((), "ne partage pas")


def test_a_row_is_only_in_the_hands_of_its_own_person(db, team):
    row = team.agreed()
    other, _ = holders.create(db, LINKS)
    with pytest.raises(NotFound):
        consenting.own(db, other, row.id)
    assert consenting.own(db, db.get_one(Holder, row.holder_id), row.id).id == row.id


def test_the_questions_go_into_the_persons_own_space_and_are_kept(db, team, app):
    row = team.agreed(language="ar")
    inviting.ask(db, team.desk, [row.id])
    holder = db.get_one(Holder, row.holder_id)
    begun = [
        consenting.begin(db, app.state.door, row, holder, address="192.0.2.1", key=key) for key in ("k1", "k1", "k2")
    ]
    assert begun[0].id == begun[1].id != begun[2].id
    assert begun[0].language == "ar"
    assert begun[0].kept_days == holders.KEPT_DAYS
    held = db.scalars(sa.select(HolderAttempt.attempt_id).filter_by(holder_id=holder.id)).all()
    assert set(held) == {one.id for one in begun}
    assert row.asked_at is None
    acts = db.scalars(sa.select(HolderEvent.act).filter_by(holder_id=holder.id)).all()
    assert acts.count(events.BEGUN) == 2
