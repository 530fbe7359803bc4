"""What other people's software reads: right media types, the bytes as they were signed, cacheable, for every site."""

from __future__ import annotations

import json
import uuid

import pytest
import sqlalchemy as sa

from pathways.badges.formats import integrity, keys, status_list
from pathways.badges.issuing import awarding, key_table, revoking, succession
from pathways.badges.issuing.revoking import Why
from pathways.badges.models import Credential, Issuer, IssuerKey, KeyAlgorithm, StatusList
from tests.badges.desks import Networks
from tests.badges.issuing.networking import SIGNER, orders


@pytest.fixture
def scene(app, database) -> Networks:
    return Networks(app, database)


def test_a_badge_verifies_by_what_is_served_and_nothing_else(scene, database):
    desk, issuer = scene.keeper()
    version = scene.offered(desk.member, issuer)
    with scene.writing() as db:
        made = awarding.issue(db, SIGNER, db.get_one(type(version), version.id), orders(db, 2), by=None)
        first, second = [json.loads(one.document) for one in made]
        revoking.revoke(db, SIGNER, desk.member, made[1].id, Why.ERROR)
    nobody = scene.nobody()
    did = nobody.get(f"/issuers/{issuer.slug}/did.json")
    assert did.headers["content-type"] == "application/did+json"
    assert did.json()["id"] == issuer.did
    served = nobody.get(first["credentialStatus"]["statusListCredential"].removeprefix("https://badges.example"))
    assert served.headers["content-type"] == "application/vc+ld+json"
    for document in (first, second, served.json()):
        [proof] = document["proof"]
        integrity.verify(document, proof, keys.key_in(did.json(), issuer.did, proof["verificationMethod"]))
    bits = status_list.decode(served.json()["credentialSubject"]["encodedList"])
    places = [int(one["credentialStatus"]["statusListIndex"]) for one in (first, second)]
    assert [status_list.is_set(bits, place) for place in places] == [False, True]
    with database.read() as db:
        [kept] = db.scalars(sa.select(StatusList).filter_by(issuer_id=issuer.id)).all()
        assert served.content == kept.document


def test_whoever_has_the_list_already_does_not_get_it_again(scene, database):
    desk, issuer = scene.keeper()
    path, nobody = f"/issuers/{issuer.slug}/status/1", scene.nobody()
    first = nobody.get(path)
    assert first.headers["cache-control"] == "public, max-age=300"
    tag = first.headers["etag"]
    for sent in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = nobody.get(path, headers={"if-none-match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), sent
    assert nobody.get(path, headers={"if-none-match": '"other"'}).status_code == 200
    version = scene.offered(desk.member, issuer)
    with scene.writing() as db:
        [made] = awarding.issue(db, SIGNER, db.get_one(type(version), version.id), orders(db, 1), by=None)
        revoking.revoke(db, SIGNER, desk.member, made.id, Why.FRAUD)
    assert nobody.get(path, headers={"if-none-match": tag}).status_code == 200


def test_a_retired_key_is_published_and_a_stolen_one_is_not(scene):
    _, issuer = scene.keeper()
    path, nobody = f"/issuers/{issuer.slug}/did.json", scene.nobody()
    with scene.writing() as db:
        held = db.get_one(Issuer, issuer.id)
        old = key_table.published(db, issuer.id)[0]
        succession.rotate(db, SIGNER, held, KeyAlgorithm.ED25519, reason="chaque année", by=None)
    assert old.public in nobody.get(path).text
    assert len(nobody.get(path).json()["assertionMethod"]) == 2
    with scene.writing() as db:
        succession.compromise(db, SIGNER, db.get_one(Issuer, issuer.id), old.id, reason="volée", by=None)
    assert old.public not in nobody.get(path).text


def test_a_key_for_tokens_is_a_jwk_without_its_private_half(scene):
    _, issuer = scene.keeper()
    with scene.writing() as db:
        _, address = key_table.rsa_key(db, SIGNER, db.get_one(Issuer, issuer.id))
        ed25519 = key_table.active(db, issuer.id)
        assert ed25519 is not None
    nobody = scene.nobody()
    found = nobody.get(address.removeprefix("https://badges.example"))
    assert found.headers["content-type"] == "application/jwk+json"
    assert found.json()["kid"] == address
    assert not {"d", "p", "q", "dp", "dq", "qi"} & found.json().keys()
    assert nobody.get(f"/issuers/{issuer.slug}/keys/{ed25519.id}").status_code == 404
    _, other = scene.keeper()
    assert (
        nobody.get(address.removeprefix("https://badges.example").replace(issuer.slug, other.slug)).status_code == 404
    )


def test_every_site_may_read_them_and_nothing_private_is_in_them(scene, database):
    desk, issuer = scene.keeper()
    version = scene.offered(desk.member, issuer)
    with scene.writing() as db:
        awarding.issue(db, SIGNER, db.get_one(type(version), version.id), orders(db, 1), by=None)
    with database.read() as db:
        key = db.scalars(sa.select(IssuerKey).filter_by(issuer_id=issuer.id)).one()
        badge = db.scalars(sa.select(Credential).filter_by(issuer_id=issuer.id)).one()
        assert key.wrapped is not None
        secrets = [key.wrapped.hex(), str(badge.holder_id), str(badge.id), str(desk.member.account_id)]
    for path in (f"/issuers/{issuer.slug}/did.json", f"/issuers/{issuer.slug}/status/1"):
        reply = scene.nobody().get(path)
        assert reply.headers["access-control-allow-origin"] == "*"
        assert not [one for one in secrets if one in reply.text]


@pytest.mark.parametrize(
    "path",
    [
        "/issuers/nobody/did.json",
        "/issuers/nobody/status/1",
        f"/issuers/nobody/keys/{uuid.UUID(int=1)}",
        "/issuers/{slug}/status/2",
        "/issuers/{slug}/status/0",
        "/issuers/{slug}/status/x",
        "/issuers/{slug}/status/99999999999999999999",
        "/issuers/{slug}/keys/x",
        f"/issuers/{'x' * 41}/did.json",
    ],
)
def test_what_is_not_there_is_not_found(scene, path):
    _, issuer = scene.keeper()
    assert scene.nobody().get(path.format(slug=issuer.slug)).status_code == 404
