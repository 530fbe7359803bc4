"""Invitation, account, organisation and server, as a browser sees them."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pathways.errors import Forbidden
from pathways.outbox import MOST_ATTEMPTS, OutboxEvent
from pathways.people import invitations, operation, service
from pathways.people import pages as people_pages
from pathways.people.pages import account, entrance, invitation, organisation, server, settings
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

# --- invitations ---------------------------------------------------------------------------------------------


def test_an_administrator_invites_and_the_link_is_shown_once(client, other_client, boss):
    browser_of(client, boss)
    page = post(client, "/organisation", "/organisation/invitations", role="trainer").text
    link = value_of(page, "invitation-link")
    assert link.startswith("http://testserver/invitation/")
    assert link not in client.get("/organisation").text
    path = urlsplit(link).path
    shown = other_client.get(path).text
    assert boss.organisation.name in shown
    assert 'autocomplete="new-password"' in shown
    form = {"name": "Newcomer", "email": "newcomer@exemple.fr", "password": PASSWORD}
    refused = other_client.post(path, data=form | {"password": "court"})
    assert refused.status_code == 422
    assert value_of(refused.text, "name") == "Newcomer"
    assert value_of(refused.text, "email") == "newcomer@exemple.fr"
    assert "court" not in re.findall(r'value="([^"]*)"', refused.text)
    assert other_client.post(path, data=form).headers["location"] == "/"
    assert "Newcomer" in other_client.get("/organisation").text
    assert other_client.post(path, data=form).status_code == 410


def test_the_password_of_an_existing_account_is_asked_for(client, database, boss):
    with database.begin() as db:
        somebody(db, "victim", password=PASSWORD)
        token = invitations.invite(db, boss.member, role=Role.TRAINER)
    form = {"name": "x", "email": "victim@exemple.fr", "password": "a password of my choice"}
    answer = client.post(f"/invitation/{token}", data=form)
    assert answer.status_code == 422
    assert "existe déjà" in answer.text
    assert "set-cookie" not in answer.headers
    assert client.post(f"/invitation/{token}", data=form | {"password": PASSWORD}).status_code == 303


def test_who_is_signed_in_joins_with_one_touch(client, database, boss):
    with database.begin() as db:
        person = somebody(db, "person", organisation=an_organisation(db, "Bibliothèque"))
        token = invitations.invite(db, boss.member, role=Role.COORDINATOR)
    browser_of(client, person)
    assert client.post(f"/invitation/{token}/join").status_code == 403
    answer = post(client, f"/invitation/{token}", f"/invitation/{token}/join")
    assert answer.headers["location"] == "/organisation"
    assert role_of(database, person) is Role.COORDINATOR


def test_an_invitation_is_withdrawn(client, other_client, boss):
    browser_of(client, boss)
    page = post(client, "/organisation", "/organisation/invitations", role="trainer").text
    path = urlsplit(value_of(page, "invitation-link")).path
    [withdraw] = re.findall(r'action="(/organisation/invitations/[^"]*/withdraw)"', page)
    assert post(client, "/organisation", withdraw).status_code == 303
    assert other_client.get(path).status_code == 404


def test_a_role_that_does_not_exist_is_refused(client, boss):
    browser_of(client, boss)
    assert post(client, "/organisation", "/organisation/invitations", role="owner").status_code == 422


# --- members -------------------------------------------------------------------------------------------------


def test_an_administrator_changes_a_role_and_removes(client, database, boss, colleague):
    browser_of(client, boss)
    path = f"/organisation/members/{membership(database, boss, 'colleague')}"
    assert post(client, "/organisation", f"{path}/role", role="reviewer").status_code == 303
    assert role_of(database, colleague) is Role.REVIEWER
    assert post(client, "/organisation", f"{path}/remove").status_code == 303
    assert role_of(database, colleague) is None


def test_the_last_administrator_reads_why_at_their_own_line(client, database, boss):
    browser_of(client, boss)
    path = f"/organisation/members/{membership(database, boss, 'boss')}"
    for action, form in (("role", {"role": "trainer"}), ("remove", {})):
        answer = post(client, "/organisation", f"{path}/{action}", **form)
        assert answer.status_code == 422
        assert "dernier administrateur" in answer.text
    assert role_of(database, boss) is Role.ADMINISTRATOR


def test_a_link_for_a_lost_password_is_shown_to_the_administrator(client, other_client, database, boss, colleague):
    browser_of(client, boss)
    path = f"/organisation/members/{membership(database, boss, 'colleague')}/reset-link"
    link = value_of(post(client, "/organisation", path).text, "reset-link")
    answer = other_client.post(urlsplit(link).path, data={"password": "un autre mot de passe"})
    assert answer.status_code == 303
    assert "colleague" in other_client.get("/account").text


@pytest.mark.parametrize(("action", "form"), [("role", {"role": "reviewer"}), ("remove", {}), ("reset-link", {})])
@pytest.mark.slow
def test_the_administrator_of_another_organisation_gets_404(client, database, boss, colleague, action, form):
    with database.begin() as db:
        other = somebody(db, "other", role=Role.ADMINISTRATOR)
    browser_of(client, other)
    path = f"/organisation/members/{membership(database, boss, 'colleague')}/{action}"
    assert post(client, "/organisation", path, **form).status_code == 404
    assert role_of(database, colleague) is Role.TRAINER


def test_a_trainer_sees_colleagues_and_manages_nobody(client, database, boss, colleague):
    browser_of(client, colleague)
    page = client.get("/organisation")
    assert "boss" in page.text
    assert "<form" not in page.text
    csrf = csrf_in(client.get("/account").text)
    path = f"/organisation/members/{membership(database, boss, 'boss')}/remove"
    assert client.post(path, data={"csrf": csrf}).status_code == 403


def test_a_reviewer_does_not_see_the_members(client, database):
    with database.begin() as db:
        reviewer = somebody(db, role=Role.REVIEWER)
    assert browser_of(client, reviewer).get("/organisation").status_code == 403


# --- every form ----------------------------------------------------------------------------------------------


def forms():
    """Every address of this feature that takes a form of a member."""
    public = {"/sign-in", "/forgotten", "/reset/{token}", "/invitation/{token}", "/desk-language"}
    parts = (account, entrance, invitation, organisation, server, settings)
    paths = {one.path for part in parts for one in part.router.declared if "POST" in one.methods}
    assert public < paths
    return sorted(paths - public)


def test_there_are_forms():
    assert {"/sign-out", "/account/password", "/organisation/invitations", "/server"} <= set(forms())


def filled(path, organisation_id):
    """An address and a form that lack nothing but what proves the session."""
    some_id = "01936a0e-7c1e-7d4b-9b1a-0c5d5a1f2e3d"
    return re.sub(r"\{\w+\}", some_id, path), {"role": "trainer", "organisation": organisation_id}


@pytest.mark.parametrize("csrf", [None, "", "0" * 64, "é"])
def test_a_form_without_its_token_is_refused(client, database, csrf):
    with database.begin() as db:
        person = somebody(db, role=Role.ADMINISTRATOR, is_operator=True)
    browser_of(client, person)
    for form_path in forms():
        path, form = filled(form_path, str(person.organisation.id))
        if csrf is not None:
            form["csrf"] = csrf
        assert client.post(path, data=form).status_code == 403, form_path


def test_the_token_of_another_session_is_refused(client, other_client, database, boss, colleague):
    theirs = csrf_in(browser_of(other_client, colleague).get("/account").text)
    browser_of(client, boss)
    assert client.post("/sign-out", data={"csrf": theirs}).status_code == 403


def test_nobody_sends_a_form_without_being_signed_in(client, boss):
    for form_path in forms():
        path, form = filled(form_path, str(boss.organisation.id))
        assert client.post(path, data=form | {"csrf": ""}).status_code == 401, form_path


# --- server --------------------------------------------------------------------------------------------------


@pytest.fixture
def operator(database):
    with database.begin() as db:
        return somebody(db, "operator", is_operator=True, role=Role.ADMINISTRATOR)


def test_the_server_is_for_its_operator(client, database, boss):
    browser_of(client, boss)
    assert client.get("/server").status_code == 403
    csrf = csrf_in(client.get("/account").text)
    assert client.post("/server", data={"name": "x", "csrf": csrf}).status_code == 403
    with database.begin() as db:
        for act in (operation.organisations, operation.failed_events):
            with pytest.raises(Forbidden):
                act(db, boss.member)


@pytest.mark.slow
def test_an_operator_opens_an_organisation(client, other_client, operator):
    browser_of(client, operator)
    refused = post(client, "/server", "/server", name=" ", email="someone")
    assert refused.status_code == 422
    assert value_of(refused.text, "email") == "someone"
    page = post(client, "/server", "/server", name="Bus numérique").text
    assert "Bus numérique" in page
    path = urlsplit(value_of(page, "invitation-link")).path
    other_client.post(path, data={"name": "First", "email": "first@exemple.fr", "password": PASSWORD})
    assert "Inviter" in other_client.get("/organisation").text


def test_organisations_come_by_pages(client, database, operator, monkeypatch):
    monkeypatch.setattr(operation, "PAGE", 2)
    with database.begin() as db:
        names = {an_organisation(db, f"Structure {number}").name for number in range(3)}
    browser_of(client, operator)
    first = client.get("/server").text
    [following] = re.findall(r'href="(/server\?after=[^"]*)"', first)
    named = r'<th scope="row"><bdi>(Structure \d)'
    shown = re.findall(named, first)
    assert len(shown) <= 2
    shown += re.findall(named, client.get(following).text)
    assert len(shown) == 3
    assert set(shown) == names


def test_failed_events_are_seen_without_their_content_and_tried_again(client, database, operator):
    with database.begin() as db:
        db.add(OutboxEvent(name="Failed", payload={"address": "secret"}, attempts=MOST_ATTEMPTS, error="refused"))
        db.add(OutboxEvent(name="Waiting", payload={}, attempts=1, error="later"))
    browser_of(client, operator)
    page = client.get("/server").text
    assert "refused" in page
    assert "secret" not in page
    assert "Waiting" not in page
    [retry] = re.findall(r'action="(/server/events/[^"]*/retry)"', page)
    assert post(client, "/server", retry).status_code == 303
    assert post(client, "/server", retry).status_code == 404
    assert "Tout est parti" in client.get("/server").text


def test_an_operator_helps_who_lost_a_password(client, other_client, operator, boss):
    browser_of(client, operator)
    assert post(client, "/server", "/server/reset-link", email="nobody@exemple.fr").status_code == 422
    page = post(client, "/server", "/server/reset-link", email="boss@exemple.fr").text
    path = urlsplit(value_of(page, "reset-link")).path
    assert other_client.get(path).status_code == 200


def test_what_people_are_called_is_text_in_every_page(client, database):
    with database.begin() as db:
        organisation = an_organisation(db, "<script>alert(1)</script>")
        account = service.create_account(db, email="a@exemple.fr", name="<b onclick=x>&", is_operator=True)
        service.add_member(db, account_id=account.id, organisation_id=organisation.id, role=Role.ADMINISTRATOR)
        client.cookies.set("session", service.open_session(
            db, account_id=account.id, organisation_id=organisation.id
        ))  # fmt: skip
        token = invitations.invite_to(db, organisation_id=organisation.id, invited_by=account.id, role=Role.TRAINER)
    for path in ("/account", "/organisation", "/server", f"/invitation/{token}"):
        page = client.get(path).text
        assert "<script>" not in page
        assert "<b onclick" not in page


def test_every_field_has_a_label():
    folder = Path(people_pages.__file__).parent.parent / "templates"
    for template in folder.glob("*.html"):
        text = template.read_text("utf-8")
        labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', text))
        for field in re.findall(r"<(?:input|select)\b[^>]*>", text):
            if 'type="hidden"' not in field and not field.endswith(" hidden>"):
                assert set(re.findall(r'\sid="([^"]+)"', field)) & labelled, (template.name, field)
