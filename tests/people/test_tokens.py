from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways import ids
from pathways.errors import Conflict, Invalid, NotFound
from pathways.people import memberships, service, tokens
from pathways.people.models import PersonalToken
from pathways.permissions import FOR_TOKENS, OF_ROLE, Permission, Role
from tests.people.situations import identified, membership_of, recognised, somebody

READ = [Permission.CONTENT_READ, Permission.DIAGNOSTICS_READ]


def create(db, person, *, scopes=READ, days=90):
    return tokens.create_token(db, person.member, name="script", scopes=scopes, days=days)


def test_a_token_carries_its_scopes_and_no_session(db):
    person = somebody(db)
    _, secret = create(db, person)
    member = identified(db, bearer=secret)
    assert member.account_id == person.account.id
    assert member.permissions == frozenset(READ)
    assert member.session_id is None


def test_the_secret_of_a_token_is_recognisable_and_not_stored(db):
    _, secret = create(db, somebody(db))
    assert secret.startswith("pathways_")
    assert db.scalars(sa.select(PersonalToken.token_digest)).all() == [ids.digest(secret)]


@pytest.mark.parametrize("role", Role)
def test_one_gives_what_one_has_and_never_the_account_or_other_people(db, role):
    person = somebody(db, role=role)
    offered = tokens.grantable(person.member)
    assert set(offered) == OF_ROLE[role] & FOR_TOKENS
    for scope in set(Permission) - set(offered):
        with pytest.raises(Invalid):
            create(db, person, scopes=[Permission.CONTENT_READ, scope])


@pytest.mark.parametrize("scopes", [[], ["everything"], [""]])
def test_scopes_that_do_not_exist_are_refused(db, scopes):
    with pytest.raises(Invalid) as refusal:
        create(db, somebody(db), scopes=scopes)
    assert refusal.value.errors[0]["field"] == "scopes"


@pytest.mark.parametrize("days", [-1, 0, 366, 10**9])
def test_a_token_lasts_a_year_at_most(db, days):
    with pytest.raises(Invalid) as refusal:
        create(db, somebody(db), days=days)
    assert refusal.value.errors[0]["field"] == "days"


def test_a_token_loses_what_its_owner_loses(db):
    boss = somebody(db, "boss", role=Role.ADMINISTRATOR)
    person = somebody(db, organisation=boss.organisation)
    _, secret = create(db, person, scopes=[*READ, Permission.ATTEMPTS_READ])
    memberships.change_role(db, boss.member, membership_id=membership_of(db, boss, "trainer"), role=Role.REVIEWER)
    db.flush()
    assert identified(db, bearer=secret).permissions == frozenset(READ)


def test_a_token_never_carries_what_is_not_for_tokens_whatever_its_row_says(db):
    person = somebody(db, role=Role.ADMINISTRATOR, is_operator=True)
    token, secret = create(db, person)
    token.scopes = [*Permission, "a scope of an older version"]
    db.flush()
    assert identified(db, bearer=secret).permissions == OF_ROLE[Role.ADMINISTRATOR] & FOR_TOKENS


def test_a_token_ends_at_its_date(db, later):
    _, secret = create(db, somebody(db), days=1)
    later(hours=23)
    assert service.recognise(db, bearer=secret)
    later(hours=1, seconds=1)
    assert service.recognise(db, bearer=secret) is None


def test_a_token_of_a_closed_account_is_nobody(db, later):
    person = somebody(db)
    _, secret = create(db, person)
    person.account.closed_at = later()
    db.flush()
    assert service.recognise(db, bearer=secret) is None


def test_the_last_use_is_known_to_the_hour(db, later):
    person = somebody(db)
    token, secret = create(db, person)
    found = recognised(db, bearer=secret)
    assert found.note_due
    service.note_use(db, found)
    db.refresh(token)
    assert token.last_used_at is not None
    later(minutes=59)
    assert not recognised(db, bearer=secret).note_due
    later(minutes=2)
    assert recognised(db, bearer=secret).note_due


def test_a_session_is_no_bearer_and_a_token_no_cookie(db):
    person = somebody(db)
    _, secret = create(db, person)
    assert service.recognise(db, bearer=person.token) is None
    assert service.recognise(db, session_token=secret) is None


def test_a_token_that_is_sent_goes_before_the_cookie(db):
    person = somebody(db)
    _, secret = create(db, person)
    assert identified(db, session_token=person.token, bearer=secret).session_id is None
    assert service.recognise(db, session_token=person.token, bearer="revoked") is None


def test_a_revoked_token_is_nobody(db):
    person = somebody(db)
    token, secret = create(db, person)
    tokens.revoke_token(db, person.member, token_id=token.id)
    assert service.recognise(db, bearer=secret) is None
    with pytest.raises(NotFound):
        tokens.revoke_token(db, person.member, token_id=token.id)


def test_nobody_revokes_or_sees_the_tokens_of_another(db):
    person, boss = somebody(db), somebody(db, "boss", role=Role.ADMINISTRATOR)
    token, _ = create(db, person)
    assert tokens.tokens_of(db, boss.member) == []
    with pytest.raises(NotFound):
        tokens.revoke_token(db, boss.member, token_id=token.id)


def test_tokens_are_bounded(db, monkeypatch):
    monkeypatch.setattr(tokens, "MOST_TOKENS", 1)
    person = somebody(db)
    create(db, person)
    with pytest.raises(Conflict):
        create(db, person)
