"""The space of somebody who holds badges: to its own person, by a link or signed in; to everybody else it is not there.

No permission stands in the signatures of these routes, so that they are walked here, each of them.
"""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from pathways.permissions import Role
from tests.web import world
from tests.web.routes import SAFE, Route, routes_of

OWN = "/h/{key}"
INSIDE = {"credential_id", "request_id", "evidence_id", "attested_id", "invited_id", "share_id", "attempt_id"}
"""What is in one space and in no other."""


@pytest.fixture
def spaces(app) -> list[Route]:
    found = [one for one in routes_of(app) if one.path.startswith(OWN)]
    assert len(found) > 50
    return found


@pytest.fixture
def place(signed_in, client, database) -> world.World:
    return world.make(signed_in, client, database)


def call(client: TestClient, route: Route, place: world.World, *, csrf: str = "", **other: str) -> Any:
    given = world.body_for(route.method, route.path, csrf, place.values)
    return client.request(route.method, place.path(route.path, **other), **given)


@pytest.mark.slow
def test_whoever_is_not_signed_in_has_no_space_of_an_account(spaces, place, client):
    before, wrong = place.rows(), []
    for route in spaces:
        reply = call(client, route, place)
        asked = reply.headers.get("location", "").startswith("/sign-in?next=/")
        if not (reply.status_code == 303 and asked if route.method in SAFE else reply.status_code == 401):
            wrong.append(f"{route}: {reply.status_code} {reply.text[:80]}")
    assert wrong == []
    assert place.rows() == before


@pytest.mark.slow
def test_a_link_that_opens_nothing_opens_nothing(spaces, place, client):
    before, wrong = place.rows(), []
    for key in ("x" * 43, "00000000-0000-0000-0000-000000000000", "%00", "ME", place.values["share_token"]):
        for route in spaces:
            reply = call(client, route, place, key=key)
            if reply.status_code != 404:
                wrong.append(f"{route} {key}: {reply.status_code} {reply.text[:80]}")
    assert wrong == []
    assert place.rows() == before


@pytest.mark.slow
def test_a_form_of_an_account_s_space_carries_the_token_of_its_session(spaces, place):
    before, wrong = place.rows(), []
    for route in spaces:
        if route.method not in SAFE:
            for csrf in ("", "0" * 64, "é\u202e"):
                reply = call(place.administrator, route, place, csrf=csrf)
                if reply.status_code != 403:
                    wrong.append(f"{route}: {reply.status_code} {reply.text[:80]}")
    assert wrong == []
    assert place.rows() == before


@pytest.mark.slow
def test_what_is_in_one_space_is_in_no_other(spaces, place, client, signed_in):
    stranger = signed_in(Role.ADMINISTRATOR)
    assert stranger.get("/h/me").status_code == 200
    csrf, before, wrong = world.csrf_of(stranger), place.rows(), []
    for route in spaces:
        named = [name for name in INSIDE if f"{{{name}}}" in route.path]
        if not named:
            continue
        by_account = call(stranger, route, place, csrf=csrf)
        by_link = call(client, route, place, key=place.values["private_key"])
        for reply in (by_account, by_link):
            back = reply.status_code == 303 and route.method in SAFE  # whatever was asked for, and to one's own space
            if not back and (reply.status_code != 404 or any(place.values[name] in reply.text for name in named)):
                wrong.append(f"{route}: {reply.status_code} {reply.text[:120]}")
    assert wrong == []
    assert place.rows() == before


@pytest.mark.slow
def test_every_page_of_a_space_is_kept_by_no_cache_and_no_search_engine(spaces, place, client):
    for route in spaces:
        if route.method in SAFE:
            for browser, key in ((place.administrator, "me"), (client, place.values["private_key"])):
                reply = call(browser, route, place, key=key)
                assert reply.status_code in {200, 303} or key != "me", route
                assert reply.headers["cache-control"] == "no-store", route
                if reply.status_code == 200:
                    assert "noindex" in reply.headers["x-robots-tag"], route


ADDRESSES = (
    "/endorse/{endorse_token}",
    "/endorse/{endorse_token}/open",
    "/share/{share_token}",
    "/credentials/{credential_id}",
    "/credentials/{credential_id}.{form}",
    "/credentials/{credential_id}/wall",
    "/ob2/assertions/{twin_token}",
    "/join/{join_token}",
    "/join/{join_token}/language",
)


def test_what_an_address_opens_is_found_by_its_address_alone(place, client):
    guessed = dict.fromkeys(["endorse_token", "share_token", "twin_token", "join_token"], "x" * 43)
    guessed["credential_id"] = "00000000-0000-0000-0000-00000000dead"
    for path in ADDRESSES:
        reply = client.get(place.path(path))
        assert reply.status_code == 200, (path, reply.text[:200])
        assert "noindex" in reply.headers["x-robots-tag"], path
        assert client.get(place.path(path, **guessed)).status_code == 404, path
