"""The Open Badges 2.0 twin: for who asks, without their address anywhere, and gone when they say so."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.badges.formats import baking, keys, ob2, vc_jwt
from pathways.badges.formats.baking import Version
from pathways.badges.holding import held, holders, hosting, open_badges_2, published
from pathways.badges.issuing import key_table, revoking, succession
from pathways.badges.issuing.revoking import Why
from pathways.badges.models import CredentialForm, IssuerKey, KeyAlgorithm
from pathways.errors import Conflict, Invalid, NotFound
from tests.badges.holding.holding_badges import LINKS, SIGNER, Held, held_badge

EMAIL = "Surnom.D@exemple.fr"


@pytest.fixture
def one(db: Session) -> Held:
    return held_badge(db)


def document_at(db: Session, url: str) -> dict[str, Any]:
    found = published.at(db, url.removeprefix(SIGNER.url))
    assert found is not None, url
    return json.loads(found)


def token_in(address: str) -> str:
    return address.rpartition("/")[2]


def test_a_hosted_twin_leads_to_its_class_and_its_issuer(db: Session, one: Held):
    address = hosting.host(db, one.holder, one.credential.id, EMAIL)
    assertion = document_at(db, address)
    badge = document_at(db, assertion["badge"])
    issuer = document_at(db, badge["issuer"])
    assert assertion["id"] == address
    assert assertion["verification"] == {"type": "HostedBadge"}
    assert address.startswith(issuer["verification"]["startsWith"][0])
    assert badge["name"] == "Aider à une permanence"
    assert badge["related"][0]["id"] == json.loads(one.credential.document)["credentialSubject"]["achievement"]["id"]
    assert ob2.is_for(assertion["recipient"], EMAIL)
    assert not ob2.is_for(assertion["recipient"], "autre@exemple.fr")


def test_the_address_is_kept_nowhere_and_each_twin_has_its_own_salt(db: Session, one: Held):
    salts = set()
    for _ in range(2):
        assertion = document_at(db, hosting.host(db, one.holder, one.credential.id, EMAIL))
        salts.add(assertion["recipient"]["salt"])
        assert len(bytes.fromhex(assertion["recipient"]["salt"])) >= 16
    assert len(salts) == 2
    db.flush()
    for table in ("holder", "credential", "holder_event"):
        rows = db.execute(sa.text(f"SELECT * FROM {table}")).all()
        assert EMAIL.casefold() not in str(rows).casefold()


@pytest.mark.parametrize("email", ["", "   ", "surnom", "a@b", "a b@exemple.fr"])
def test_what_is_no_address_is_refused_and_makes_nothing(db: Session, one: Held, email: str):
    with pytest.raises(Invalid) as refused:
        hosting.host(db, one.holder, one.credential.id, email)
    assert [error["field"] for error in refused.value.errors] == ["email"]
    with pytest.raises(Invalid):
        hosting.sign(db, SIGNER, one.holder, one.credential.id, email)
    assert one.credential.hosted is None
    assert key_table.active(db, one.issuer.id, KeyAlgorithm.RSA) is None


def test_withdrawn_it_says_so_at_the_same_address(db: Session, one: Held):
    address = hosting.host(db, one.holder, one.credential.id, EMAIL)
    hosting.withdraw(db, one.holder, one.credential.id)
    hosting.withdraw(db, one.holder, one.credential.id)
    found = hosting.published(db, token_in(address))
    assert found.is_gone
    assert json.loads(found.document) == {
        "@context": ob2.CONTEXT,
        "id": address,
        "type": "Assertion",
        "revoked": True,
        "revocationReason": "Withdrawn by its holder",
    }
    assert hosting.address_of(one.credential) == ""


def test_of_a_badge_that_was_taken_back_it_says_so_and_why(db: Session, one: Held):
    address = hosting.host(db, one.holder, one.credential.id, EMAIL)
    revoking.revoke(db, SIGNER, one.actor, one.credential.id, Why.ERROR)
    found = hosting.published(db, token_in(address))
    assert found.is_gone
    assert json.loads(found.document)["revocationReason"] == "Issued in error"
    with pytest.raises(Conflict):
        hosting.host(db, one.holder, one.credential.id, EMAIL)


def test_a_new_twin_takes_the_place_of_the_former_one(db: Session, one: Held):
    first = hosting.host(db, one.holder, one.credential.id, EMAIL)
    second = hosting.host(db, one.holder, one.credential.id, EMAIL)
    assert first != second
    with pytest.raises(NotFound):
        hosting.published(db, token_in(first))
    assert not hosting.published(db, token_in(second)).is_gone


def test_erasing_leaves_nothing_at_its_address(db: Session, one: Held):
    token = token_in(hosting.host(db, one.holder, one.credential.id, EMAIL))
    holders.erase(db, SIGNER, one.holder)
    with pytest.raises(NotFound):
        hosting.published(db, token)


def test_nobody_publishes_what_is_somebody_elses(db: Session, one: Held):
    other, _ = holders.create(db, LINKS)
    with pytest.raises(NotFound):
        hosting.host(db, other, one.credential.id, EMAIL)
    with pytest.raises(NotFound):
        hosting.sign(db, SIGNER, other, one.credential.id, EMAIL)


def test_a_network_without_an_address_publishes_no_twin(db: Session):
    one = held_badge(db, email="")
    with pytest.raises(Conflict):
        hosting.host(db, one.holder, one.credential.id, EMAIL)


def test_a_signed_twin_is_of_a_key_that_the_issuer_lists(db: Session, one: Held):
    token = hosting.sign(db, SIGNER, one.holder, one.credential.id, EMAIL)
    assertion = vc_jwt.payload_of(token)
    key = document_at(db, assertion["verification"]["creator"])
    issuer = document_at(db, key["owner"])
    assert issuer["publicKey"] == key["id"]
    vc_jwt.verified(token, keys.rsa_public(key["publicKeyPem"]))
    assert assertion["id"] != f"urn:uuid:{one.credential.id}"
    assert ob2.is_for(assertion["recipient"], EMAIL)


def test_a_signed_twin_is_revoked_on_the_list_which_never_has_one_entry_alone(db: Session, one: Held):
    name = vc_jwt.payload_of(hosting.sign(db, SIGNER, one.holder, one.credential.id, EMAIL))["id"]
    url = open_badges_2.revocations_url(one.issuer)
    assert [entry["id"] for entry in document_at(db, url)["revokedAssertions"]] == [ob2.SENTINEL]
    held.give_up(db, SIGNER, one.holder, one.credential.id)
    revoked = document_at(db, url)["revokedAssertions"]
    assert [entry["id"] for entry in revoked] == [ob2.SENTINEL, name]
    holders.erase(db, SIGNER, one.holder)
    assert document_at(db, url)["revokedAssertions"] == revoked


def test_a_retired_key_stays_listed_and_a_stolen_one_does_not(db: Session, one: Held):
    hosting.sign(db, SIGNER, one.holder, one.credential.id, EMAIL)
    succession.rotate(db, SIGNER, one.issuer, KeyAlgorithm.RSA, reason="essai", by=None)
    listed = open_badges_2.issuer_document(db, one.issuer)["publicKey"]
    assert len(listed) == 2
    retired = db.scalars(sa.select(IssuerKey).filter_by(issuer_id=one.issuer.id, algorithm=KeyAlgorithm.RSA)).first()
    assert retired is not None
    succession.compromise(db, SIGNER, one.issuer, retired.id, reason="essai", by=None)
    with pytest.raises(NotFound):
        open_badges_2.key_document(db, retired.id)
    assert open_badges_2.key_url(one.issuer, retired.id) not in str(
        open_badges_2.issuer_document(db, one.issuer)["publicKey"]
    )


@pytest.mark.parametrize("form", [CredentialForm.PNG, CredentialForm.SVG])
def test_a_picture_carries_the_twin(db: Session, one: Held, form: CredentialForm):
    token = hosting.sign(db, SIGNER, one.holder, one.credential.id, EMAIL)
    found = baking.unbake(hosting.baked(db, one.credential, token, form))
    assert found is not None
    assert (found.version, found.text) == (Version.OPEN_BADGES_2, token)
    address = hosting.host(db, one.holder, one.credential.id, EMAIL)
    found = baking.unbake(hosting.baked(db, one.credential, address, form))
    assert found is not None
    assert found.text == address


def test_classes_exist_in_the_languages_of_the_badge_alone(db: Session, one: Held):
    assert open_badges_2.badge_class_document(db, one.version.id, "en")["name"] == "Helping at a drop-in"
    french = held_badge(db, texts={"fr": {"name": "En français", "description": "Seulement en français."}})
    with pytest.raises(NotFound):
        open_badges_2.badge_class_document(db, french.version.id, "en")
    with pytest.raises(NotFound):
        open_badges_2.badge_class_document(db, one.credential.id, "fr")


@pytest.mark.parametrize(
    "path", ["/", "/credentials/x", "/ob2/keys/x", "/ob2/issuers/NO", "/ob2/badgeclasses/1/fr", "/h/me"]
)
def test_what_is_published_nowhere_is_not_found(db: Session, path: str):
    assert published.at(db, path) is None


def test_the_page_of_a_badge_stands_for_its_file(db: Session, one: Held):
    for path in (f"/credentials/{one.credential.id}", f"/credentials/{one.credential.id}.json"):
        assert published.at(db, path) == one.credential.document
    holders.erase(db, SIGNER, one.holder)
    assert published.at(db, path) is None
