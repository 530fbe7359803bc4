"""Networks and achievements for programs: public to read, the keeper's alone to write."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from pathways.badges import proposals
from pathways.badges.models import Issuer, IssuerKey, KeyState
from pathways.people.models import Account
from pathways.permissions import Role
from tests.badges.issuing.networking import DEFINITION

PROBLEM = "application/problem+json"


def field_of(reply) -> set[str]:
    return {one["field"] for one in reply.json()["errors"]}


# --- networks -------------------------------------------------------------------------------------------------


def test_anybody_reads_who_issues_and_how_long_it_takes(scene):
    _, issuer = scene.keeper()
    nobody = scene.nobody()
    assert issuer.slug in [one["slug"] for one in nobody.get("/api/v1/issuers").json()]
    one = nobody.get(f"/api/v1/issuers/{issuer.slug}").json()
    assert one["did"] == issuer.did
    assert one["did_document"].endswith(f"/issuers/{issuer.slug}/did.json")
    assert one["organisations"] == ["Une structure"]
    assert one["waiting"] == {"median_days": None, "requests": 0, "oldest_days": 0}
    assert "version" not in one
    [listed] = nobody.get(f"/api/v1/issuers/{issuer.slug}/status").json()
    assert listed["url"] == f"https://badges.example/issuers/{issuer.slug}/status/1"
    assert "taken" not in listed, "how many places are taken tells how many badges there are"
    missing = nobody.get("/api/v1/issuers/nobody")
    assert (missing.status_code, missing.headers["content-type"]) == (404, PROBLEM)


def test_a_network_is_made_once_under_one_key(scene, database):
    program = scene.program(scene.member(), "badges:issue")
    body = {"name": "Réseau de l'Est", "slug": "reseau-est", "email": "badges@exemple.fr"}
    first = program.post("/api/v1/network", json=body, headers={"Idempotency-Key": "one"})
    assert first.status_code == 201, first.text
    assert program.post("/api/v1/network", json=body, headers={"Idempotency-Key": "one"}).json() == first.json()
    assert program.post("/api/v1/network", json=body).status_code == 409
    wrong = program.post("/api/v1/network", json=body | {"slug": "autre"}, headers={"Idempotency-Key": "one"})
    assert wrong.status_code == 422
    changed = program.put("/api/v1/network", json={"name": "Réseau du Nord-Est", "version": first.json()["version"]})
    assert changed.json()["name"] == "Réseau du Nord-Est"
    assert changed.json()["did"] == first.json()["did"]
    assert program.put("/api/v1/network", json={"name": "Autre", "version": 1}).status_code == 409


def test_what_is_wrong_is_said_by_field(scene):
    program = scene.program(scene.member(), "badges:issue")
    wrong = program.post("/api/v1/network", json={"name": "R", "slug": "É", "email": "non", "website": "site"})
    assert wrong.status_code == 422
    assert field_of(wrong) == {"name", "slug", "email", "website"}
    unknown = program.post("/api/v1/network", json={"name": "Réseau", "colour": "red"})
    assert unknown.status_code == 422
    assert "colour" in field_of(unknown)


def test_an_organisation_joins_and_leaves_for_itself_alone(scene):
    keeper, issuer = scene.keeper()
    program = scene.program(scene.member(Role.COORDINATOR), "badges:issue")
    path = f"/api/v1/issuers/{issuer.slug}/membership"
    assert program.put(path).status_code == 200
    assert program.put(path).status_code == 200
    assert len(scene.nobody().get(f"/api/v1/issuers/{issuer.slug}").json()["organisations"]) == 2
    assert program.delete(path).status_code == 204
    assert program.delete(path).status_code == 404
    assert keeper.browser.delete(path).status_code == 409
    assert program.get("/api/v1/network").status_code == 404


def test_somebody_is_named_to_the_jury_by_their_address(scene, database):
    keeper, issuer = scene.keeper()
    version = scene.offered(keeper.member, issuer)
    juror = scene.member(Role.TRAINER)
    with database.read() as db:
        address = db.get_one(Account, juror.account_id).email
        slug = db.get_one(type(version), version.id).achievement.slug
    program = scene.program(keeper.member, "badges:issue")
    assert field_of(program.post("/api/v1/network/jury", json={"email": address})) == {"email"}
    coordinator = scene.member(Role.COORDINATOR, organisation_id=juror.organisation_id)
    scene.program(coordinator, "badges:issue").put(f"/api/v1/issuers/{issuer.slug}/membership")
    named = program.post("/api/v1/network/jury", json={"email": address, "achievements": [slug]})
    assert named.status_code == 201, named.text
    assert program.get("/api/v1/network/jury").json() == [named.json()]
    wrong = program.post("/api/v1/network/jury", json={"email": address, "achievements": ["nothing"]})
    assert field_of(wrong) == {"achievements"}
    assert program.delete(f"/api/v1/network/jury/{juror.account_id}").status_code == 204
    assert program.get("/api/v1/network/jury").json() == []
    assert program.delete(f"/api/v1/network/jury/{uuid.uuid4()}").status_code == 404


def test_keys_are_listed_and_changed_and_no_private_half_leaves(scene, database):
    keeper, issuer = scene.keeper()
    program = scene.program(keeper.member, "badges:issue")
    assert program.post("/api/v1/network/keys/rotation", json={"reason": "chaque année"}).status_code == 201
    found = program.get("/api/v1/network/keys")
    assert [one["state"] for one in found.json()] == ["active", "retired"]
    with database.read() as db:
        active = db.scalars(sa.select(IssuerKey).filter_by(issuer_id=issuer.id, state=KeyState.ACTIVE)).one()
        assert active.wrapped is not None
        assert active.wrapped.hex() not in found.text
        assert set(found.json()[0]) == {"id", "algorithm", "state", "public", "created_at", "ended_at", "reason"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/network"),
        ("PUT", "/api/v1/network"),
        ("GET", "/api/v1/network/jury"),
        ("POST", "/api/v1/network/keys/rotation"),
        ("POST", "/api/v1/network/achievements"),
    ],
)
def test_a_token_without_the_scope_and_a_role_without_the_right_are_refused(scene, method, path):
    keeper, _ = scene.keeper()
    assert scene.program(keeper.member, "badges:hold").request(method, path, json={}).status_code == 403
    trainer = scene.desk(scene.member(Role.TRAINER, organisation_id=keeper.member.organisation_id))
    assert trainer.browser.request(method, path, json={}).status_code == 403
    assert scene.nobody().request(method, path, json={}).status_code == 401


# --- achievements ---------------------------------------------------------------------------------------------


def test_anybody_reads_what_is_on_offer_in_plain_words(scene):
    keeper, issuer = scene.keeper()
    version = scene.offered(keeper.member, issuer)
    nobody = scene.nobody()
    [one] = nobody.get("/api/v1/achievements", params={"issuer": issuer.slug}).json()
    assert one["id"] == str(version.achievement_id)
    assert one["criteria"] == DEFINITION["criteria"]
    assert one["needed"]["fr"].startswith("Au moins 2 heures")
    assert one["needed"]["en"].startswith("At least 2 hours")
    assert one["picture"] == f"https://badges.example/achievements/{issuer.slug}/{one['slug']}/v1.png"
    assert nobody.get(f"/api/v1/achievements/{one['id']}").json() == one
    assert nobody.get("/api/v1/achievements", params={"issuer": "nobody"}).status_code == 404
    assert nobody.get(f"/api/v1/achievements/{uuid.uuid4()}").status_code == 404


def test_the_list_asks_as_often_for_many_as_for_one(scene, app):
    from tests.statements import counted

    keeper, issuer = scene.keeper()
    scene.offered(keeper.member, issuer)
    nobody, path = scene.nobody(), f"/api/v1/achievements?issuer={issuer.slug}"
    nobody.get(path)
    with counted(app) as few:
        nobody.get(path)
    for _ in range(5):
        scene.offered(keeper.member, issuer)
    with counted(app) as many:
        assert len(nobody.get(path).json()) == 6
    assert len(many) == len(few)


def test_a_draft_is_written_published_and_closed(scene):
    keeper, _ = scene.keeper()
    program = scene.program(keeper.member, "badges:issue")
    made = program.post("/api/v1/network/achievements", json={"definition": DEFINITION})
    assert made.status_code == 201, made.text
    draft, path = made.json(), f"/api/v1/network/achievements/{made.json()['id']}"
    assert draft["published"] is None
    changed = draft["draft"] | {"validity_months": 12}
    kept = program.put(f"{path}/draft", json={"definition": changed, "version": draft["version"]})
    assert kept.json()["draft"]["validity_months"] == 12
    assert program.put(f"{path}/draft", json={"definition": changed, "version": draft["version"]}).status_code == 409
    assert program.post(f"{path}/publication", json={"version": draft["version"]}).status_code == 409
    done = program.post(
        f"{path}/publication", json={"version": kept.json()["version"]}, headers={"Idempotency-Key": "p"}
    )
    assert done.json()["version"] == 1
    again = program.post(
        f"{path}/publication", json={"version": kept.json()["version"]}, headers={"Idempotency-Key": "p"}
    )
    assert again.json() == done.json()
    revised = program.post(f"{path}/revision").json()
    assert revised["draft"]["validity_months"] == 12
    assert program.delete(f"{path}/draft", params={"version": revised["version"]}).status_code == 204
    assert program.post(f"{path}/closing").json()["closed_at"] is not None
    assert made.json()["id"] not in scene.nobody().get("/api/v1/achievements").text


_OF_MEDIATORS = {"framework": "mediateur-numerique", "skills": ["ACC-01"], "mastery": 0.8}
UNREACHABLE: dict[str, dict[str, Any]] = {
    "a micro-skill": {"profile": _OF_MEDIATORS | {"skills": ["ACC-01", "NOPE-01"]}},
    "a framework": {"observation": {"framework": "nope", "skills": ["ACC-01"], "by": {"role": "trainer"}}},
    "a number": {"profile": _OF_MEDIATORS | {"version": "99.0.0"}},
    "a content": {"profile": _OF_MEDIATORS | {"fingerprint": "0a1b2c3d4e5f"}},
    "a badge": {"achievement": {"slug": "not-there"}},
    "a next version": {"achievement": {"slug": "welcome-diagnosis", "version": 9}},
    "itself": {"achievement": {"slug": "aider-a-une-permanence"}},
    "holders": {"endorsements": {"n": 1, "by": {"holder": "not-there"}}},
    "a theme": {"attendance": {"hours": 1, "themes": ["nope"]}},
    "a language": {"sessions": {"n": 1, "languages": ["zz"]}},
}


def test_no_version_is_published_for_ever_that_asks_for_what_does_not_exist(scene):
    keeper, _ = scene.keeper()
    program = scene.program(keeper.member, "badges:issue")
    draft = program.post("/api/v1/network/achievements", json={"definition": DEFINITION}).json()
    path = f"/api/v1/network/achievements/{draft['id']}"
    for what, criteria in UNREACHABLE.items():
        for place in ("criteria", "renewal.criteria"):
            wanted = {"criteria": criteria} if place == "criteria" else {"renewal": {"criteria": criteria}}
            body = {"definition": DEFINITION | wanted, "version": draft["version"]}
            draft = program.put(f"{path}/draft", json=body).json()
            refused = program.post(f"{path}/publication", json={"version": draft["version"]})
            assert (refused.status_code, field_of(refused)) == (422, {place}), what
            assert "n'existe pas ici" in refused.json()["detail"], "the page for publishing says no more than this"
    there = {"all": [{"profile": _OF_MEDIATORS | {"version": "0.0.1"}}, {"achievement": {"slug": "welcome-diagnosis"}}]}
    body = {"definition": DEFINITION | {"criteria": there}, "version": draft["version"]}
    draft = program.put(f"{path}/draft", json=body).json()
    assert program.post(f"{path}/publication", json={"version": draft["version"]}).status_code == 200


def test_a_definition_nested_two_hundred_times_is_refused_and_falls_over_nothing(scene):
    keeper, _ = scene.keeper()
    program = scene.program(keeper.member, "badges:issue")
    criteria: dict[str, Any] = {"attendance": {"hours": 2}}
    for _ in range(200):
        criteria = {"all": [criteria]}
    body = {"definition": DEFINITION | {"criteria": criteria}}
    for key in ({}, {"Idempotency-Key": "deep"}):
        assert program.post("/api/v1/network/achievements", json=body, headers=key).status_code == 422


def test_what_is_wrong_with_a_definition_is_said_by_place(scene):
    keeper, _ = scene.keeper()
    program = scene.program(keeper.member, "badges:issue")
    broken = DEFINITION | {"texts": {"fr": {"name": "A"}}, "criteria": {"all": []}, "colour": 1}
    refused = program.post("/api/v1/network/achievements", json={"definition": broken})
    assert refused.status_code == 422
    assert field_of(refused) >= {"texts.fr.name", "texts.fr.description", "criteria", "colour"}
    assert "should" not in refused.text
    for body in ({}, {"definition": DEFINITION, "proposal": "allophones"}):
        assert field_of(program.post("/api/v1/network/achievements", json=body)) == {"definition"}


def test_a_proposal_is_adopted_once(scene, database):
    keeper, issuer = scene.keeper()
    program = scene.program(keeper.member, "badges:issue")
    listed = program.get("/api/v1/achievement-proposals").json()
    assert [one["slug"] for one in listed] == [one.slug for one in proposals.proposals()]
    first = program.post("/api/v1/network/achievements", json={"proposal": "allophones"})
    again = program.post("/api/v1/network/achievements", json={"proposal": "allophones"})
    assert first.json() == again.json()
    assert first.json()["proposal"] == "allophones"
    assert program.post("/api/v1/network/achievements", json={"proposal": "nothing"}).status_code == 404
    with database.read() as db:
        assert db.get(Issuer, issuer.id) is not None
    stranger = scene.keeper()[0]
    assert stranger.browser.get(f"/api/v1/network/achievements/{first.json()['id']}").status_code == 404
