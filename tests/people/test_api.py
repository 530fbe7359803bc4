from __future__ import annotations

import pytest

from pathways.people import tokens
from pathways.permissions import Role
from tests.people.situations import browser_of, somebody


@pytest.fixture
def person(database):
    with database.begin() as db:
        return somebody(db)


@pytest.fixture
def bearer(database, person):
    with database.begin() as db:
        _, secret = tokens.create_token(db, person.member, name="script", scopes=["attempts:read"], days=30)
    return {"authorization": f"Bearer {secret}"}


def test_me_in_a_browser(client, person):
    answer = browser_of(client, person).get("/api/v1/me")
    assert answer.json() == {
        "id": str(person.account.id),
        "name": "trainer",
        "organisation": {"id": str(person.organisation.id), "name": person.organisation.name},
        "role": "trainer",
        "permissions": sorted(person.member.permissions),
        "by_token": False,
    }


def test_me_by_token_shows_what_the_token_may(client, bearer):
    body = client.get("/api/v1/me", headers=bearer).json()
    assert (body["permissions"], body["by_token"]) == (["attempts:read"], True)


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}, {"authorization": "Basic eDp5"}])
@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/tokens"])
def test_nobody_gets_a_problem_document(client, path, headers):
    answer = client.get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"] == "urn:pathways:problem:unauthenticated"


def test_tokens_are_made_listed_and_revoked(client, person):
    browser_of(client, person)
    made = client.post("/api/v1/tokens", json={"name": "script", "scopes": ["content:read"], "days": 7})
    assert made.status_code == 201
    secret = made.json()["secret"]
    [listed] = client.get("/api/v1/tokens").json()["tokens"]
    assert listed["id"] == made.json()["id"]
    assert "secret" not in listed
    assert client.get("/api/v1/me", headers={"authorization": f"Bearer {secret}"}).status_code == 200
    assert client.delete(f"/api/v1/tokens/{listed['id']}").status_code == 204
    assert client.delete(f"/api/v1/tokens/{listed['id']}").status_code == 404


def test_a_token_makes_and_revokes_no_token(client, bearer):
    assert client.get("/api/v1/tokens", headers=bearer).status_code == 403
    body = {"name": "more", "scopes": ["content:read"]}
    assert client.post("/api/v1/tokens", json=body, headers=bearer).status_code == 403


@pytest.mark.parametrize(
    "change",
    [{"scopes": []}, {"scopes": ["everything"]}, {"scopes": ["people:manage"]}, {"days": 366}, {"days": 0},
     {"name": ""}, {"name": "x" * 201}, {"name": "a\u0000b"}, {"more": 1}],
)  # fmt: skip
def test_what_cannot_be_made_is_told(client, person, change):
    body = {"name": "script", "scopes": ["content:read"], "days": 30} | change
    answer = browser_of(client, person).post("/api/v1/tokens", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_another_site_makes_no_token_with_a_cookie(client, person):
    answer = browser_of(client, person).post(
        "/api/v1/tokens",
        json={"name": "script", "scopes": ["content:read"]},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403


def test_the_tokens_of_another_do_not_exist(client, database, person, bearer):
    with database.begin() as db:
        other = somebody(db, "other", role=Role.ADMINISTRATOR)
        [token] = tokens.tokens_of(db, person.member)
    assert browser_of(client, other).delete(f"/api/v1/tokens/{token.id}").status_code == 404


def test_the_api_shows_its_examples(app):
    schemas = app.openapi()["components"]["schemas"]
    for name in ("MeOut", "TokenIn", "TokenOut", "NewTokenOut"):
        assert schemas[name]["examples"]
