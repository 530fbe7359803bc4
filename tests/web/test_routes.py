"""Every route of the application: who may call it is written in its signature, and it holds."""

from __future__ import annotations

import uuid

import pytest
from starlette.testclient import TestClient

from pathways.permissions import OF_ROLE, Permission, Role
from tests.conftest import DATABASES
from tests.diagnostics.situations import Taker
from tests.web import world
from tests.web.covering import covering
from tests.web.routes import SAFE, Route, routes_of

TOLD_OF = ("diagnostic_id", "attempt_id", "member_id", "target_id", "achievement_id", "credential_id", "key_id")
"""Whose being there a role without the permission may know of: it is refused what is there, and finds nothing else."""
OF_BADGES_FOR_EVERYBODY = (
    "/issuers/{issuer_slug}/did.json",
    "/issuers/{issuer_slug}/keys/{key_id}",
    "/issuers/{issuer_slug}/status/{number}",
    "/achievements/{issuer_slug}/{achievement_slug}/{picture_name}",
)
"""What verifiers ask for again and again, from a cache that does not tell the network whom they check."""
NEVER = str(uuid.UUID(int=0xDEAD))


@pytest.fixture
def routes(app) -> list[Route]:
    return routes_of(app)


@pytest.fixture
def place(signed_in, client, database) -> world.World:
    return world.make(signed_in, client, database)


def call(client: TestClient, route: Route, place: world.World, *, csrf: str = "", **other: str):
    """A well-formed request to ``route``, about what this world holds."""
    given = world.body_for(route.method, route.path, csrf, place.values)
    return client.request(route.method, place.path(route.path, **other), **given)


def test_every_route_says_who_may_call_it(routes):
    assert len(routes) > 60
    undecided = [str(one) for one in routes if not (one.public_because or one.requires or one.for_learner)]
    assert undecided == []


def test_a_public_route_says_why_in_a_sentence(routes):
    said = {one.public_because for one in routes if one.public_because}
    assert all(len(reason.split()) > 2 for reason in said)
    doubly = [str(one) for one in routes if one.public_because and one.for_learner]
    assert doubly == []


def test_the_document_says_which_token_each_operation_takes(app, routes):
    told = {
        f"{method.upper()} {path}": [name for one in operation.get("security", ()) for name in one]
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    }
    asked = {str(one): ["learner"] * one.for_learner or ["member"] * bool(one.requires) for one in routes}
    assert told == {name: asked[name] for name in told}


def test_every_form_of_a_member_carries_the_token_of_its_session(routes):
    unguarded = [
        str(one)
        for one in routes
        if one.requires and not one.is_api and one.method not in SAFE and not one.requires_form
    ]
    assert unguarded == []


def test_a_safe_method_never_asks_for_a_form(routes):
    assert [str(one) for one in routes if one.method in SAFE and one.requires_form] == []


@pytest.mark.slow
def test_nobody_in_particular_gets_nothing(routes, place, app):
    nobody = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    before, wrong = place.rows(), []
    for route in routes:
        if route.public_because:
            continue
        reply = call(nobody, route, place)
        if route.requires is None and not route.is_api:
            expected = reply.status_code == 404  # a learner's page: to anybody else it does not exist
        elif route.is_api:
            expected = reply.status_code == 401 and reply.headers["content-type"] == "application/problem+json"
        elif route.is_host:
            expected = reply.status_code == 401 and reply.json()["imsx_codeMajor"] == "failure"
        elif route.method in SAFE:
            expected = reply.status_code == 303 and reply.headers["location"].startswith("/sign-in?next=/")
        else:
            expected = reply.status_code == 401
        if not expected:
            wrong.append(f"{route}: {reply.status_code} {reply.text[:80]}")
    assert wrong == []
    assert place.rows() == before


@pytest.mark.slow
def test_the_administrator_of_another_organisation_finds_nothing(routes, place, signed_in):
    stranger = signed_in(Role.ADMINISTRATOR)
    csrf, wrong = world.csrf_of(stranger), []
    before = place.rows()
    for route in routes:
        about = {"diagnostic_id", "attempt_id", "membership_id", "invitation_id", "token_id"}
        about |= {"item_code", "ladder_id", "file_id", "tour_id", "basin_id", "workshop_id", "series_id", "means_id"}
        about |= {"booking_id", "task_id", "pathway_id", "step_id"}
        about |= {"referral_id", "tandem_id", "exchange_id", "member_id", "target_id"}
        about |= {"achievement_id", "credential_id", "key_id", "request_id", "evidence_id", "attested_id"}
        about |= {"link_id", "endorsement_id", "account_id"}
        named = [name for name in about if f"{{{name}}}" in route.path]
        if not named or (route.requires is None and not route.is_api):
            continue
        if route.requires is None and not route.path.endswith("/profile"):
            continue
        reply = call(stranger, route, place, csrf=csrf)
        if reply.status_code != 404 or any(place.values[name] in reply.text for name in named if not route.is_api):
            wrong.append(f"{route}: {reply.status_code} {reply.text[:120]}")
    assert wrong == []
    assert place.rows() == before


@pytest.mark.slow
def test_with_the_token_of_another_attempt_an_attempt_does_not_exist(routes, place, client):
    other = Taker.start(client, place.values["code"])
    before, wrong = place.rows(), []
    for route in routes:
        if not route.for_learner:
            continue
        path = place.path(route.path)
        given = world.body_for(route.method, route.path, "", place.values)
        if route.is_api:
            given["headers"] = other.headers | given.get("headers", {})
        else:
            given["headers"] = {"Cookie": f"attempt={other.opened['token']}"}
        reply = client.request(route.method, path, **given)
        if reply.status_code != 404:
            wrong.append(f"{route}: {reply.status_code} {reply.text[:120]}")
    assert wrong == []
    assert place.rows() == before


@pytest.mark.slow
def test_a_wrong_role_is_told_so_only_of_what_it_may_know_of(routes, place, signed_in):
    for role in (Role.REVIEWER, Role.COORDINATOR, Role.TRAINER):
        _try_everything(role, routes, place, signed_in(role, organisation=place.organisation_id))


def _try_everything(role: Role, routes: list[Route], place: world.World, member: TestClient) -> None:
    csrf, wrong, seen = world.csrf_of(member), [], 0
    before = place.rows()
    for route in routes:
        if route.requires is None or route.requires.permission in OF_ROLE[role]:
            continue
        seen += 1
        reply = call(member, route, place, csrf=csrf)
        if reply.status_code != 403:
            wrong.append(f"{route}: {reply.status_code} {reply.text[:120]}")
        if any(f"{{{name}}}" in route.path for name in TOLD_OF):
            reply = call(member, route, place, csrf=csrf, **dict.fromkeys(TOLD_OF, NEVER))
            if reply.status_code != 404:
                wrong.append(f"{route}: {reply.status_code} for what does not exist")
    assert wrong == []
    assert seen > 5
    assert place.rows() == before


def test_a_coordinator_does_not_read_a_profile_over_the_api(place, signed_in):
    member = signed_in(Role.COORDINATOR, organisation=place.organisation_id)
    assert member.get(f"{place.taker.url}/profile").status_code == 403
    stranger = signed_in(Role.COORDINATOR)
    assert stranger.get(f"{place.taker.url}/profile").status_code == 404


@pytest.mark.slow
def test_a_form_without_its_token_is_refused(routes, place, database_kind):
    before, wrong = place.rows(), []
    forms = [route for route in routes if route.requires_form]
    sent = covering([one.door for one in forms], [("", "0" * 64, "é\u202e")], turn=DATABASES.index(database_kind))
    for route, tokens in zip(forms, sent, strict=True):
        for csrf in tokens:
            reply = call(place.administrator, route, place, csrf=csrf)
            if reply.status_code != 403:
                wrong.append(f"{route}: {reply.status_code} {reply.text[:120]}")
    assert wrong == []
    assert place.rows() == before


FOREIGN: tuple[tuple[dict[str, str], ...], ...] = (
    (
        {"Origin": "https://attaquant.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://testserver.attaquant.example"},
        {"Origin": "https://attaquant.example", "Authorization": "Basic Og=="},
    ),
    (
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-site"},
    ),
)
"""What a browser says of where a form stood: its origin, and how far that is from here."""


@pytest.mark.slow
def test_another_site_cannot_send_anything(routes, place, database_kind):
    csrf = world.csrf_of(place.administrator)
    before, wrong = place.rows(), []
    doors = [route for route in routes if route.method not in SAFE]
    sent = covering([one.door for one in doors], FOREIGN, turn=DATABASES.index(database_kind))
    for route, sets in zip(doors, sent, strict=True):
        for headers in sets:
            given = world.body_for(route.method, route.path, csrf, place.values)
            given["headers"] = given.get("headers", {}) | headers
            reply = place.administrator.request(route.method, place.path(route.path), **given)
            kind = "application/problem+json" if route.is_api else "text/html; charset=utf-8"
            if reply.status_code != 403 or reply.headers["content-type"] != kind:
                wrong.append(f"{route} {headers}: {reply.status_code}")
    assert wrong == []
    assert place.rows() == before


def test_our_own_pages_may(place):
    for headers in ({"Origin": "http://testserver"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}):
        assert place.administrator.post("/sign-in", data={}, headers=headers).status_code != 403


@pytest.mark.slow
def test_a_personal_token_opens_its_scopes_and_nothing_else(routes, place, app):
    made = place.administrator.post("/api/v1/tokens", json={"name": "Tableur", "scopes": ["diagnostics:read"]})
    program = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    program.headers["Authorization"] = f"Bearer {made.json()['secret']}"
    wrong = []
    for route in routes:
        if route.requires is None or not route.is_api:
            continue
        reply = call(program, route, place)
        allowed = route.requires.permission is Permission.DIAGNOSTICS_READ
        if (reply.status_code == 200) != allowed or (not allowed and reply.status_code != 403):
            wrong.append(f"{route}: {reply.status_code}")
    assert wrong == []


@pytest.mark.slow
def test_every_answer_carries_the_headers_that_protect_it(routes, place, app):
    nobody = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    for route in routes:
        reply = call(nobody, route, place)
        assert reply.headers["x-content-type-options"] == "nosniff", route
        assert "default-src" in reply.headers["content-security-policy"], route
        assert "unsafe-inline" not in reply.headers["content-security-policy"], route
        assert reply.headers["referrer-policy"] == "same-origin", route
        kept = ("/static", "/media", "/recordings", "/open-data")  # and what calendars and feed readers ask for again
        kept += OF_BADGES_FOR_EVERYBODY
        if not route.path.startswith(kept) and not route.path.endswith((".ics", ".atom", "worker.js")):
            assert reply.headers["cache-control"] == "no-store", route
