"""A wallet that holds a token reads the badges of whose it is: the host endpoints of Open Badges 3.0."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.badges.issuing import awarding
from pathways.badges.issuing.awarding import Order
from pathways.badges.models import AchievementVersion, Credential, Holder
from pathways.permissions import Role
from tests.badges.api.ways import Way
from tests.badges.candidacy.candidates import World, a_member
from tests.badges.issuing.networking import SIGNER

PROBLEM = "application/problem+json"


@pytest.fixture
def way(scene) -> Way:
    with scene.writing() as db:
        world = World(db, signs=True)
        candidate, endorser, juror = world.member(), a_member(db, name="Pseudo Fictif"), world.juror()
        ids = (candidate, endorser, juror, world.keeper, world.version.achievement_id, world.issuer.slug)
    return Way(scene, *ids, program=scene.program(candidate, "badges:hold"))


HOST = "/ims/ob/v3p0"


def issued(way, count: int) -> list[str]:
    """Badges of the candidate, a day apart, the oldest first."""
    with way.scene.writing() as db:
        version = db.scalars(sa.select(AchievementVersion).filter_by(achievement_id=way.achievement_id)).one()
        holder = db.scalars(sa.select(Holder).filter_by(account_id=way.candidate.account_id)).one()
        made = []
        for number in range(count):
            at = clock.now() - timedelta(days=count - number)
            order = Order(holder.id, f"test:{uuid.uuid4()}")
            made += awarding.issue(db, SIGNER, version, [order], by=None, now=at)
        return [str(one.id) for one in made]


def test_a_wallet_reads_the_badges_of_its_token_part_by_part(way):
    way.asked()
    ids = issued(way, 5)
    first = way.program.get(f"{HOST}/credentials", params={"limit": 2})
    assert first.headers["content-type"] == "application/json"
    assert first.headers["x-total-count"] == "5"
    assert [one["id"] for one in first.json()["credential"]] == [f"urn:uuid:{one}" for one in ids[:2]]
    links = {part.split("; ")[1]: part.split("; ")[0] for part in first.headers["link"].split(", ")}
    assert links.keys() == {'rel="first"', 'rel="last"', 'rel="next"'}
    assert links['rel="last"'] == "<http://testserver/ims/ob/v3p0/credentials?limit=2&offset=4>"
    read, address = [], f"{HOST}/credentials?limit=2"
    while address:
        part = way.program.get(address.removeprefix("http://testserver"))
        read += [one["id"].removeprefix("urn:uuid:") for one in part.json()["credential"]]
        following = [one for one in part.headers["link"].split(", ") if 'rel="next"' in one]
        address = following[0].partition(">")[0].removeprefix("<") if following else ""
    assert read == ids
    since = (clock.now() - timedelta(days=2, hours=1)).isoformat()
    assert len(way.program.get(f"{HOST}/credentials", params={"since": since}).json()["credential"]) == 2


def test_what_a_wallet_reads_is_what_was_signed(way, database):
    way.asked()
    [badge] = issued(way, 1)
    with database.read() as db:
        document = db.get_one(Credential, uuid.UUID(badge)).document
    assert way.program.get(f"{HOST}/credentials").content == b'{"credential":[' + document + b"]}"


def test_a_wallet_without_badges_gets_an_empty_list_and_makes_no_space(scene, database):
    member = scene.member(Role.TRAINER)
    program = scene.program(member, "badges:hold")
    empty = program.get(f"{HOST}/credentials")
    assert (empty.json(), empty.headers["x-total-count"]) == ({"credential": []}, "0")
    assert program.get(f"{HOST}/profile").json()["type"] == ["Profile"]
    with database.read() as db:
        assert db.scalar(sa.select(Holder.id).filter_by(account_id=member.account_id)) is None


def test_the_profile_says_the_name_that_its_holder_chose_and_no_address(way, database):
    way.asked()
    assert "name" not in way.program.get(f"{HOST}/profile").json()
    with way.scene.writing() as db:
        holder = db.scalars(sa.select(Holder).filter_by(account_id=way.candidate.account_id)).one()
        holder.name, holder.email = "Prénom", "prenom@exemple.fr"
    profile = way.program.get(f"{HOST}/profile").json()
    assert profile["name"] == "Prénom"
    assert "prenom@exemple.fr" not in json.dumps(profile)


def test_a_host_says_what_it_can_do_before_anybody_signs_in(scene):
    found = scene.nobody().get(f"{HOST}/discovery").json()
    assert found["openapi"].startswith("3.")
    assert found["servers"] == [{"url": "http://testserver/ims/ob/v3p0"}]
    assert set(found["paths"]) == {"/credentials", "/profile", "/discovery"}
    assert found["components"]["securitySchemes"]["PersonalToken"]["scheme"] == "bearer"


def test_a_host_refuses_in_the_words_of_the_specification(way, scene):
    for program, path, status, minor in [
        (scene.nobody(), "/credentials", 401, "unauthorizedrequest"),
        (scene.nobody(), "/profile", 401, "unauthorizedrequest"),
        (scene.program(way.candidate, "content:read"), "/credentials", 403, "forbidden"),
        (way.program, "/credentials?limit=0", 400, "invalid_query_parameter"),
        (way.program, "/credentials?since=yesterday", 400, "invalid_query_parameter"),
    ]:
        reply = program.get(f"{HOST}{path}")
        assert reply.status_code == status, path
        body = reply.json()
        assert body["imsx_codeMajor"] == "failure"
        [field] = body["imsx_codeMinor"]["imsx_codeMinorField"]
        assert field["imsx_codeMinorFieldValue"] == minor, path


def test_a_host_is_read_only(way):
    for method in ("POST", "PUT", "DELETE"):
        for path in ("/credentials", "/profile", "/discovery"):
            assert way.program.request(method, f"{HOST}{path}", json={}).status_code == 405
    assert way.asked()["state"] == "gathering"
