"""One's own account as a browser sees it: password, tokens, organisations, departure."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from pathways.people import invitations, passwords, service
from pathways.people.models import Account, LinkPurpose, Membership
from pathways.permissions import Role
from tests.people.situations import (
    PASSWORD,
    an_organisation,
    browser_of,
    csrf_in,
    membership,
    post,
    role_of,
    somebody,
    value_of,
)


def test_a_password_is_changed_and_the_errors_stand_at_their_fields(client, database):
    with database.begin() as db:
        person = somebody(db, password=PASSWORD)
    browser_of(client, person)
    new = "un autre mot de passe"
    for form, error in (
        ({"current": "not it", "password": new}, "current-error"),
        ({"current": PASSWORD, "password": "court"}, "password-error"),
    ):
        answer = post(client, "/account", "/account/password", **form)
        assert answer.status_code == 422
        assert f'id="{error}"' in answer.text
        assert form["current"] not in answer.text
    answer = post(client, "/account", "/account/password", current=PASSWORD, password=new)
    assert answer.status_code == 200
    with database.read() as db:
        assert passwords.matches(db.get_one(Account, person.account.id).password_hash, new)
    assert client.get("/account").status_code == 200


def test_a_token_is_made_shown_once_and_revoked(client, other_client, boss):
    browser_of(client, boss)
    form = {"name": "Tableur", "scopes": ["diagnostics:read", "attempts:read"], "days": "30"}
    page = post(client, "/account", "/account/tokens", **form).text
    secret = value_of(page, "secret")
    assert secret not in client.get("/account").text
    bearer = {"authorization": f"Bearer {secret}"}
    assert other_client.get("/api/v1/me", headers=bearer).status_code == 200
    [revoke] = re.findall(r'action="(/account/tokens/[^"]*/revoke)"', page)
    assert post(client, "/account", revoke).status_code == 303
    assert other_client.get("/api/v1/me", headers=bearer).status_code == 401


def test_a_token_without_scope_keeps_what_was_typed(client, boss):
    browser_of(client, boss)
    answer = post(client, "/account", "/account/tokens", name="Tableur", days="365")
    assert answer.status_code == 422
    assert 'id="scopes-error"' in answer.text
    assert value_of(answer.text, "name") == "Tableur"
    assert 'value="365" selected' in answer.text


def test_one_changes_organisation(client, database, boss):
    with database.begin() as db:
        other = an_organisation(db, "Bibliothèque")
        service.add_member(db, account_id=boss.account.id, organisation_id=other.id, role=Role.REVIEWER)
        strange = an_organisation(db, "Ailleurs")
    browser_of(client, boss)
    path = "/account/organisation"
    assert post(client, "/account", path, organisation=str(strange.id)).status_code == 404
    assert post(client, "/account", path, organisation=str(other.id)).status_code == 303
    assert role_of(database, boss) is Role.REVIEWER


def test_an_account_is_closed(client, boss, colleague):
    browser_of(client, boss)
    refused = post(client, "/account", "/account/close")
    assert refused.status_code == 422
    assert "dernier administrateur" in refused.text
    client.cookies.clear()
    browser_of(client, colleague)
    assert post(client, "/account", "/account/close").headers["location"] == "/sign-in"
    assert client.get("/account").status_code == 303


def test_who_leaves_names_who_takes_over_and_is_signed_out(client, database, boss, colleague):
    browser_of(client, colleague)
    wrong = post(client, "/account", "/account/leave", successor=str(colleague.account.id))
    assert wrong.status_code == 422
    assert "Choisissez une personne" in wrong.text
    assert f'value="{boss.account.id}"' in wrong.text
    left = post(client, "/account", "/account/leave", successor=str(boss.account.id))
    assert left.headers["location"] == "/sign-in"
    assert role_of(database, colleague) is None


@pytest.mark.slow
def test_an_administrator_reads_what_was_handed_over(client, database, boss, colleague):
    browser_of(client, boss)
    path = f"/organisation/members/{membership(database, boss, 'colleague')}/remove"
    csrf = csrf_in(client.get("/organisation").text)
    for _ in range(2):  # a double press
        done = client.post(path, data={"csrf": csrf, "successor": str(boss.account.id)})
        assert done.headers["location"] == "/organisation?said=removed"
    assert "Passent à boss : 2 diagnostics." in client.get("/organisation?said=removed").text


def test_passwords_are_hashed_before_the_one_writer_is_asked_for(client, other_client, database, boss, monkeypatch):
    """Argon2 takes its time: on SQLite nobody could answer a question meanwhile."""
    with database.begin() as db:
        person = somebody(db, password=PASSWORD)
        link = service.one_time_link(
            db, account_id=person.account.id, organisation_id=person.organisation.id, purpose=LinkPurpose.RESET
        )
        token = invitations.invite(db, boss.member, role=Role.TRAINER)
    slow, seen = passwords.hashed, []

    def watched(password):
        seen.append(database.is_sqlite and database._turn.locked())
        return slow(password)

    monkeypatch.setattr(passwords, "hashed", watched)
    browser_of(client, person)
    changed = post(client, "/account", "/account/password", current=PASSWORD, password="un autre mot de passe")
    assert "C'est fait" in changed.text
    assert other_client.post(f"/reset/{link}", data={"password": PASSWORD}).status_code in {303, 410}
    form = {"name": "Newcomer", "email": "newcomer@exemple.fr", "password": PASSWORD}
    assert other_client.post(f"/invitation/{token}", data=form).status_code == 303
    assert len(seen) >= 2
    assert not any(seen)


def test_a_closing_that_is_refused_for_one_organisation_changes_nothing_in_another(client, database, boss, colleague):
    """The last administrator of one is a trainer of others, some of which come first."""
    places = {}
    with database.begin() as db:
        for number in range(3):
            other = an_organisation(db, f"Annexe {number}")
            service.add_member(db, account_id=boss.account.id, organisation_id=other.id, role=Role.TRAINER)
            places[other.id] = Role.TRAINER
        last = an_organisation(db, "La dernière")
        service.add_member(db, account_id=boss.account.id, organisation_id=last.id, role=Role.ADMINISTRATOR)
        places[last.id] = Role.ADMINISTRATOR
    browser_of(client, boss)
    assert post(client, "/account", "/account/close").status_code == 422
    with database.read() as db:
        kept = db.execute(sa.select(Membership.organisation_id, Membership.role).filter_by(account_id=boss.account.id))
        assert dict(kept.all()) == places | {boss.organisation.id: Role.ADMINISTRATOR}
