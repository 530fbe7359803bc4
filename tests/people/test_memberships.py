from __future__ import annotations

import pytest

from pathways.errors import Conflict, Invalid, NotFound
from pathways.people import invitations, memberships, service, tokens
from pathways.people.models import Account, Membership
from pathways.permissions import Role
from tests.people.situations import (
    PASSWORD,
    a_link,
    an_organisation,
    at_the_same_moment,
    identified,
    membership_of,
    somebody,
)


@pytest.fixture
def boss(database):
    with database.begin() as db:
        return somebody(db, "boss", role=Role.ADMINISTRATOR)


def test_members_see_each_other_by_name(boss, db):
    for name in ("zoe", "Abel", "milan"):
        somebody(db, name, organisation=boss.organisation)
    somebody(db, "elsewhere")
    assert [one.name for one in memberships.colleagues(db, boss.member)] == ["Abel", "boss", "milan", "zoe"]


def test_a_reviewer_does_not_see_them(boss, db):
    reviewer = somebody(db, "reviewer", role=Role.REVIEWER, organisation=boss.organisation)
    assert memberships.colleagues(db, reviewer.member) == []


def test_a_role_changes_at_once(boss, db):
    person = somebody(db, "person", organisation=boss.organisation)
    memberships.change_role(db, boss.member, membership_id=membership_of(db, boss, "person"), role=Role.COORDINATOR)
    db.flush()
    assert identified(db, session_token=person.token).role is Role.COORDINATOR


@pytest.mark.parametrize("role", [Role.TRAINER, Role.REVIEWER, Role.COORDINATOR])
def test_the_last_administrator_stays_one(boss, db, role):
    somebody(db, "person", organisation=boss.organisation)
    membership_id = membership_of(db, boss, "boss")
    with pytest.raises(Conflict, match="dernier administrateur"):
        memberships.change_role(db, boss.member, membership_id=membership_id, role=role)
    with pytest.raises(Conflict, match="dernier administrateur"):
        memberships.remove_member(db, boss.member, membership_id=membership_id)
    memberships.change_role(db, boss.member, membership_id=membership_id, role=Role.ADMINISTRATOR)


def test_an_administrator_whose_account_is_closed_does_not_count(boss, db, later):
    gone = somebody(db, "gone", role=Role.ADMINISTRATOR, organisation=boss.organisation)
    gone.account.closed_at = later()
    db.flush()
    with pytest.raises(Conflict):
        memberships.remove_member(db, boss.member, membership_id=membership_of(db, boss, "boss"))


def test_two_administrators_who_remove_each_other_at_once_leave_one(database, boss):
    with database.begin() as db:
        second = somebody(db, "second", role=Role.ADMINISTRATOR, organisation=boss.organisation)
        pairs = [
            (boss.member, membership_of(db, boss, "second")),
            (second.member, membership_of(db, boss, "boss")),
        ]

    def act(db):
        actor, membership_id = pairs.pop()
        memberships.remove_member(db, actor, membership_id=membership_id)
        return "removed"

    assert sorted(map(str, at_the_same_moment(database, act, times=2))) == [str(Conflict), "removed"]


def test_an_administrator_of_another_organisation_finds_nobody(boss, db):
    other = somebody(db, "other", role=Role.ADMINISTRATOR)
    somebody(db, "person", organisation=boss.organisation)
    membership_id = membership_of(db, boss, "person")
    with pytest.raises(NotFound):
        memberships.change_role(db, other.member, membership_id=membership_id, role=Role.REVIEWER)
    with pytest.raises(NotFound):
        memberships.remove_member(db, other.member, membership_id=membership_id)
    assert db.get(Membership, membership_id).role is Role.TRAINER


def test_what_a_membership_opened_closes_with_it_and_does_not_come_back(boss, db):
    person = somebody(db, "person", organisation=boss.organisation)
    _, secret = tokens.create_token(db, person.member, name="script", scopes=["content:read"], days=30)
    link = a_link(db, person)
    memberships.remove_member(db, boss.member, membership_id=membership_of(db, boss, "person"))
    service.add_member(db, account_id=person.account.id, organisation_id=boss.organisation.id, role=Role.TRAINER)
    assert service.recognise(db, session_token=person.token) is None
    assert service.recognise(db, bearer=secret) is None
    with pytest.raises(NotFound):
        service.use_link(db, link)


def test_the_other_memberships_of_a_removed_member_stay(boss, db):
    other = an_organisation(db, "Bibliothèque")
    person = somebody(db, "person", organisation=other)
    service.add_member(db, account_id=person.account.id, organisation_id=boss.organisation.id, role=Role.TRAINER)
    memberships.remove_member(db, boss.member, membership_id=membership_of(db, boss, "person"))
    assert identified(db, session_token=person.token).organisation_id == other.id


def test_one_switches_between_ones_own_organisations_only(boss, db):
    person = somebody(db, "person")
    with pytest.raises(NotFound):
        memberships.switch_organisation(db, person.member, organisation_id=boss.organisation.id)
    assert [one.id for one in memberships.organisations_of(db, person.member)] == [person.organisation.id]


def test_a_closed_account_opens_nothing_and_keeps_no_name(boss, db):
    person = somebody(db, "person", role=Role.ADMINISTRATOR, organisation=boss.organisation, password=PASSWORD)
    _, secret = tokens.create_token(db, person.member, name="script", scopes=["content:read"], days=30)
    link = a_link(db, person)
    invitation = invitations.invite(db, person.member, role=Role.TRAINER)
    memberships.close_account(db, person.member)
    db.flush()
    account = db.get_one(Account, person.account.id)
    assert account.closed_at is not None
    assert "person" not in account.email + account.name
    assert account.password_hash is None
    assert service.recognise(db, session_token=person.token) is None
    assert service.recognise(db, bearer=secret) is None
    for refused in (service.use_link, invitations.invitation_by_token):
        with pytest.raises(NotFound):
            refused(db, link if refused is service.use_link else invitation)
    assert [one.name for one in memberships.colleagues(db, boss.member)] == ["boss"]
    assert service.create_account(db, email="person@exemple.fr", name="person"), "the address is free again"


def test_the_last_administrator_and_an_operator_do_not_close_their_accounts(boss, db):
    with pytest.raises(Conflict, match="dernier administrateur"):
        memberships.close_account(db, boss.member)
    operator = somebody(db, "operator", is_operator=True)
    with pytest.raises(Conflict, match="exploite le serveur"):
        memberships.close_account(db, operator.member)
    assert service.recognise(db, session_token=boss.token)


# --- whose work it is ----------------------------------------------------------------------------------------


class Handed:
    """A feature with work in it, as the application registers it."""

    def __init__(self):
        self.calls = []

    def __call__(self, _db, organisation_id, leaver_id, successor_id):
        self.calls.append((organisation_id, leaver_id, successor_id))
        return {"diagnostics": 2}


def test_the_work_of_who_is_removed_goes_to_whom_the_administrator_names(boss, db):
    person, heir = (somebody(db, name, organisation=boss.organisation) for name in ("person", "heir"))
    membership_id, handed = membership_of(db, boss, "person"), Handed()
    entry, again = (  # a double press
        memberships.remove_member(
            db, boss.member, membership_id=membership_id, successor_id=heir.account.id, hand_over=handed
        )
        for _ in range(2)
    )
    assert entry.id == again.id
    assert handed.calls == [(boss.organisation.id, person.account.id, heir.account.id)]
    assert (entry.act, entry.details["diagnostics"]) == ("work_handed_over", 2)
    assert service.recognise(db, session_token=person.token) is None


def test_if_nobody_is_named_the_administrator_who_was_there_first_takes_over(boss, db):
    somebody(db, "later", role=Role.ADMINISTRATOR, organisation=boss.organisation)
    person, handed = somebody(db, "person", organisation=boss.organisation), Handed()
    memberships.remove_member(db, boss.member, membership_id=membership_of(db, boss, "person"), hand_over=handed)
    assert handed.calls == [(boss.organisation.id, person.account.id, boss.account.id)]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.COORDINATOR])
def test_work_goes_to_nobody_who_cannot_do_it(boss, db, role):
    somebody(db, "person", organisation=boss.organisation)
    reader = somebody(db, "reader", role=role, organisation=boss.organisation)
    stranger, handed = somebody(db, "stranger"), Handed()
    membership_id = membership_of(db, boss, "person")
    itself = db.get_one(Membership, membership_id).account_id
    for successor_id in (reader.account.id, stranger.account.id, itself):
        with pytest.raises(Invalid):
            memberships.remove_member(
                db, boss.member, membership_id=membership_id, successor_id=successor_id, hand_over=handed
            )
    assert handed.calls == []
    assert [one.name for one in memberships.successors(db, boss.member)] == ["person"]


def test_one_leaves_of_one_s_own_will_and_hands_over(boss, db):
    other = an_organisation(db, "Bibliothèque")
    person = somebody(db, "person", organisation=boss.organisation)
    service.add_member(db, account_id=person.account.id, organisation_id=other.id, role=Role.TRAINER)
    handed = Handed()
    memberships.leave(db, person.member, successor_id=boss.account.id, hand_over=handed)
    assert handed.calls == [(boss.organisation.id, person.account.id, boss.account.id)]
    assert service.recognise(db, session_token=person.token) is None
    assert [one.id for one in memberships.organisations_of(db, person.member)] == [other.id]
    with pytest.raises(Conflict):
        memberships.leave(db, boss.member, hand_over=handed)


def test_who_closes_an_account_hands_over_in_each_organisation(boss, db):
    there = somebody(db, "there", role=Role.ADMINISTRATOR)
    person, heir = (somebody(db, name, organisation=boss.organisation) for name in ("person", "heir"))
    service.add_member(db, account_id=person.account.id, organisation_id=there.organisation.id, role=Role.ADMINISTRATOR)
    handed = Handed()
    memberships.close_account(db, person.member, successor_id=heir.account.id, hand_over=handed)
    assert set(handed.calls) == {
        (boss.organisation.id, person.account.id, heir.account.id),
        (there.organisation.id, person.account.id, there.account.id),
    }


def test_a_departure_ends_the_invitations_handed_out(boss, db):
    second = somebody(db, "second", role=Role.ADMINISTRATOR, organisation=boss.organisation)
    token = invitations.invite(db, second.member, role=Role.TRAINER)
    memberships.leave(db, second.member)
    with pytest.raises(NotFound):
        invitations.invitation_by_token(db, token)
