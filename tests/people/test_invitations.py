from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways import ids
from pathways.errors import Conflict, Gone, Invalid, NotFound, TooMany, WrongPassword
from pathways.people import invitations, memberships, service
from pathways.people.models import Account, Invitation, Membership
from pathways.permissions import Role
from tests.people.situations import PASSWORD, at_the_same_moment, identified, membership_of, somebody, tries_of

NEWCOMER = "newcomer@exemple.fr"


@pytest.fixture
def boss(database):
    with database.begin() as db:
        return somebody(db, "boss", role=Role.ADMINISTRATOR)


@pytest.fixture
def invitation(database, boss):
    with database.begin() as db:
        return invitations.invite(db, boss.member, role=Role.TRAINER)


def accept(db, token, email=NEWCOMER, password=PASSWORD, name="newcomer"):
    tries = tries_of(email)
    who = invitations.entrant(db, token, name=name, email=email, password=password, tries=tries)
    return invitations.accept_invitation(db, token, who, tries=tries)


def test_an_invitation_makes_an_account_in_the_organisation(boss, invitation, db):
    token = accept(db, invitation)
    db.flush()
    member = identified(db, session_token=token)
    assert (member.name, member.role) == ("newcomer", Role.TRAINER)
    assert member.organisation_id == boss.organisation.id


def test_the_secret_of_an_invitation_is_not_stored(invitation, db):
    assert db.scalars(sa.select(Invitation.token_digest)).all() == [ids.digest(invitation)]


def test_an_invitation_serves_once(database, invitation):
    with database.begin() as db:
        accept(db, invitation)
    with pytest.raises(Gone), database.begin() as db:
        accept(db, invitation, "another@exemple.fr")


def test_of_people_who_accept_at_the_same_moment_one_gets_in(database, invitation):
    numbers = iter(range(3))

    def act(db):
        return accept(db, invitation, f"somebody-{next(numbers)}@exemple.fr")

    assert at_the_same_moment(database, act, times=3).count(Gone) == 2
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Account)) == 2, "the others left no account"


def test_an_invitation_ends_after_two_weeks(invitation, db, later):
    later(days=14, minutes=1)
    with pytest.raises(Gone):
        accept(db, invitation)


def test_what_is_refused_does_not_use_the_invitation_up(database, invitation):
    for values, field in (
        ({"email": "newcomer"}, "email"),
        ({"name": " "}, "name"),
        ({"password": "court"}, "password"),
    ):
        with pytest.raises(Invalid) as refusal, database.begin() as db:
            accept(db, invitation, **values)
        assert [entry["field"] for entry in refusal.value.errors] == [field]
    with database.begin() as db:
        assert accept(db, invitation)


def test_nobody_takes_over_an_account_by_an_invitation(database, invitation):
    with database.begin() as db:
        person = somebody(db, "victim", password=PASSWORD)
        before = person.account.password_hash
    with pytest.raises(WrongPassword), database.begin() as db:
        accept(db, invitation, "Victim@exemple.fr", "a password of my choice")
    with database.begin() as db:
        account = db.get_one(Account, person.account.id)
        assert (account.password_hash, account.name) == (before, "victim")
        assert db.scalar(sa.select(sa.func.count()).select_from(Membership)) == 2
        token = accept(db, invitation, "victim@exemple.fr", PASSWORD, name="another name")
        db.flush()
        assert identified(db, session_token=token).name == "victim"


def test_nor_one_that_has_no_password_yet(database, invitation):
    with database.begin() as db:
        somebody(db, "victim")
    with pytest.raises(WrongPassword), database.begin() as db:
        accept(db, invitation, "victim@exemple.fr", "")


def test_guessing_through_an_invitation_is_counted_as_signing_in(database, invitation):
    with database.begin() as db:
        somebody(db, "victim", password=PASSWORD)
    for number in range(10):
        with pytest.raises(WrongPassword), database.begin() as db:
            accept(db, invitation, "victim@exemple.fr", f"guess number {number}")
    tries = tries_of("victim@exemple.fr", "198.51.100.7")
    with pytest.raises(TooMany), database.begin() as db:
        service.compare(db, email="victim@exemple.fr", password=PASSWORD, tries=tries)


def test_an_invitation_may_be_for_one_address_only(boss, db):
    token = invitations.invite(db, boss.member, role=Role.REVIEWER, email=" Newcomer@Exemple.fr ")
    with pytest.raises(Invalid):
        accept(db, token, "another@exemple.fr")
    assert accept(db, token)


def test_somebody_signed_in_joins_with_their_account(boss, invitation, db):
    person = somebody(db, "person", role=Role.COORDINATOR)
    invitations.join(db, person.member, invitation)
    db.flush()
    member = identified(db, session_token=person.token)
    assert (member.organisation_id, member.role) == (boss.organisation.id, Role.TRAINER)


def test_joining_takes_the_address_it_is_for(boss, db):
    token = invitations.invite(db, boss.member, role=Role.TRAINER, email=NEWCOMER)
    with pytest.raises(Invalid):
        invitations.join(db, somebody(db, "person").member, token)


def test_a_member_does_not_join_twice_nor_lose_the_invitation(database, boss, invitation):
    with pytest.raises(Conflict), database.begin() as db:
        invitations.join(db, boss.member, invitation)
    with database.begin() as db:
        assert accept(db, invitation)


@pytest.mark.parametrize("role", [Role.TRAINER, Role.REVIEWER, Role.COORDINATOR])
def test_only_administrators_invite(boss, db, role):
    person = somebody(db, "person", role=role, organisation=boss.organisation)
    with pytest.raises(NotFound):
        invitations.invite(db, person.member, role=Role.TRAINER)
    assert invitations.waiting(db, person.member) == []


def test_a_withdrawn_invitation_opens_nothing(boss, invitation, db):
    [waiting] = invitations.waiting(db, boss.member)
    invitations.withdraw(db, boss.member, invitation_id=waiting.id)
    with pytest.raises(NotFound):
        accept(db, invitation)


def test_nobody_withdraws_the_invitation_of_another_organisation(boss, invitation, db):
    [waiting] = invitations.waiting(db, boss.member)
    other = somebody(db, "other", role=Role.ADMINISTRATOR)
    with pytest.raises(NotFound):
        invitations.withdraw(db, other.member, invitation_id=waiting.id)
    assert invitations.waiting(db, other.member) == []


def test_an_accepted_invitation_waits_no_more_and_is_not_withdrawn(boss, invitation, db):
    [waiting] = invitations.waiting(db, boss.member)
    accept(db, invitation)
    assert invitations.waiting(db, boss.member) == []
    db.refresh(waiting)
    with pytest.raises(Gone):
        invitations.withdraw(db, boss.member, invitation_id=waiting.id)


@pytest.mark.parametrize("how", ["removed", "demoted"])
def test_who_may_not_invite_any_more_cannot_come_back_through_an_old_link(boss, invitation, db, how):
    second = somebody(db, "second", role=Role.ADMINISTRATOR, organisation=boss.organisation)
    boss_membership = membership_of(db, second, "boss")
    if how == "removed":
        memberships.remove_member(db, second.member, membership_id=boss_membership)
    else:
        memberships.change_role(db, second.member, membership_id=boss_membership, role=Role.TRAINER)
    with pytest.raises(NotFound):
        accept(db, invitation)


def test_open_invitations_are_bounded(boss, db, monkeypatch):
    monkeypatch.setattr(invitations, "MOST_WAITING", 2)
    for _ in range(2):
        invitations.invite(db, boss.member, role=Role.TRAINER)
    with pytest.raises(Conflict):
        invitations.invite(db, boss.member, role=Role.TRAINER)
