"""Signing in and out, links and lost passwords, as a browser sees them."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from pathways import clock
from pathways.outbox import OutboxEvent
from pathways.people import service
from pathways.people.identification import COOKIE
from pathways.people.models import LinkPurpose, SignInSession
from pathways.people.pages.forms import local_path
from pathways.web.security import LARGEST_BODY
from tests.people.situations import PASSWORD, a_link, browser_of, post, somebody

EMAIL = "trainer@exemple.fr"


@pytest.fixture
def person(database):
    with database.begin() as db:
        return somebody(db, password=PASSWORD)


def sign_in(client, **form):
    return client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD} | form)


def test_signing_in_sets_a_cookie_that_no_script_and_no_other_site_uses(client, person):
    answer = sign_in(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie, "this server is on plain http"
    assert "Max-Age" not in cookie, "it goes with the browser of a shared computer"
    assert client.get("/account").status_code == 200


def test_the_cookie_stays_on_https_where_the_server_is(app, person, settings):
    app.state.settings = dataclasses.replace(settings, url="https://testserver")
    client = TestClient(app, base_url="https://testserver", follow_redirects=False)
    assert "Secure" in sign_in(client).headers["set-cookie"]


def test_a_session_token_planted_before_signing_in_is_worth_nothing(client, person):
    client.cookies.set(COOKIE, "planted by somebody else", domain="testserver.local", path="/")
    answer = sign_in(client)
    token = answer.cookies[COOKIE]
    assert token != "planted by somebody else"
    client.cookies.clear()
    client.cookies.set(COOKIE, "planted by somebody else")
    assert client.get("/account").status_code == 303


def test_signing_in_again_ends_the_session_of_this_browser(client, database, person):
    browser_of(client, person)
    sign_in(client)
    with database.read() as db:
        assert service.recognise(db, session_token=person.token) is None


def test_a_wrong_password_keeps_the_address_and_forgets_the_password(client, person):
    answer = sign_in(client, password="my other password", next="/account")
    assert answer.status_code == 422
    assert "incorrect" in answer.text
    assert 'aria-describedby="password-error"' in answer.text
    assert f'value="{EMAIL}"' in answer.text
    assert 'value="/account"' in answer.text
    assert "my other password" not in answer.text
    assert "set-cookie" not in answer.headers


def test_wrong_tries_are_counted_although_the_page_answers(client, person):
    for _ in range(10):
        assert sign_in(client, password="not it").status_code == 422
    answer = sign_in(client)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "address",
    ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "\\\\elsewhere.example",
     "/\t/elsewhere.example", "/\n/elsewhere.example", "javascript:alert(1)", "elsewhere", "", " /account"],
)  # fmt: skip
def test_nobody_is_sent_to_another_site(client, person, address):
    assert local_path(address) == "/"
    assert sign_in(client, next=address).headers["location"] == "/"
    page = client.get("/sign-in", params={"next": address}).text
    assert 'name="next" value="/"' in page


@pytest.mark.parametrize("address", ["/", "/account", "/diagnostics/7?tab=answers#first"])
def test_one_comes_back_to_where_one_was(client, person, address):
    assert sign_in(client, next=address).headers["location"] == address


def test_who_is_not_signed_in_is_sent_there_and_back(client, person):
    answer = client.get("/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/account")


@pytest.mark.parametrize("path", ["/sign-in", "/forgotten", "/reset/x", "/invitation/x"])
@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}, {"origin": "null"}]
)
def test_a_form_of_another_site_is_refused(client, person, path, headers):
    answer = client.post(path, data={"email": EMAIL, "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_password_field_is_a_field_for_password_managers(client):
    page = client.get("/sign-in").text
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


@pytest.mark.parametrize("password", ["", "x" * 100_000, "\x00"])
def test_any_text_is_a_wrong_password_at_worst(client, person, password):
    assert sign_in(client, password=password).status_code == 422


def test_what_is_far_too_long_is_not_read(client, person):
    assert sign_in(client, password="x" * LARGEST_BODY).status_code == 413


def test_signing_out_takes_the_form_of_this_session(client, database, person):
    browser_of(client, person)
    assert client.post("/sign-out").status_code == 403
    assert post(client, "/account", "/sign-out").headers["location"] == "/sign-in"
    with database.read() as db:
        assert service.recognise(db, session_token=person.token) is None


def test_a_link_signs_in_with_one_touch_and_once(client, database, person):
    with database.begin() as db:
        link = a_link(db, person)
    answer = client.get(f"/sign-in/link/{link}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert client.get("/account").status_code == 200
    assert client.get(f"/sign-in/link/{link}").status_code == 410
    assert client.get("/sign-in/link/unknown").status_code == 404


def test_a_new_password_is_chosen_by_link(client, database, person):
    with database.begin() as db:
        link = a_link(db, person, purpose=LinkPurpose.RESET)
    page = client.get(f"/reset/{link}")
    assert EMAIL in page.text
    assert 'autocomplete="new-password"' in page.text
    refused = client.post(f"/reset/{link}", data={"password": "court"})
    assert refused.status_code == 422
    assert "trop court" in refused.text
    assert client.post(f"/reset/{link}", data={"password": "un autre mot de passe"}).status_code == 303
    assert client.get("/account").status_code == 200
    assert client.post(f"/reset/{link}", data={"password": "un autre mot de passe"}).status_code == 410
    assert client.get(f"/reset/{link}").status_code == 410


def test_forgetting_says_the_same_for_everybody(client, database, person):
    known = client.post("/forgotten", data={"email": EMAIL})
    unknown = client.post("/forgotten", data={"email": "nobody@exemple.fr"})
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(EMAIL, "") == unknown.text.replace("nobody@exemple.fr", "")
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(OutboxEvent)) == 1
    wrong = client.post("/forgotten", data={"email": "trainer"})
    assert wrong.status_code == 422
    assert 'value="trainer"' in wrong.text


def test_a_server_without_mail_says_whom_to_ask(client, app, database, settings, person):
    app.state.settings = dataclasses.replace(settings, mail_url="")
    for answer in (client.get("/forgotten"), client.post("/forgotten", data={"email": EMAIL})):
        assert answer.status_code == 200
        assert "administrateur" in answer.text
        assert "<form" not in answer.text
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(OutboxEvent)) == 0


def test_a_session_in_use_is_prolonged_after_the_answer(client, database, person, later):
    browser_of(client, person)
    later(hours=11)
    assert client.get("/account").status_code == 200
    with database.read() as db:
        session = db.scalar(sa.select(SignInSession).filter_by(id=person.member.session_id))
        assert (session.expires_at - clock.now()).total_seconds() > 11.9 * 3600


def test_a_form_that_writes_is_not_held_up_by_the_note_of_its_session(client, database, person, later):
    """Both want the one writer's turn: the note waits until the form has given it back."""
    browser_of(client, person)
    page = "/account"
    client.get(page)
    later(hours=2)
    form = {"name": "script", "scopes": "content:read", "days": "30"}
    assert post(client, page, "/account/tokens", **form).status_code == 200
