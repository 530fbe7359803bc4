"""Files of a badge: each carries what was signed, byte for byte; a token is signed once, and only for who holds it."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.badges.formats import baking, vc_jwt
from pathways.badges.formats.baking import Version
from pathways.badges.holding import held, holders, takeaways
from pathways.badges.holding.validity import Validity, validity_of
from pathways.badges.issuing import key_table, revoking, succession
from pathways.badges.issuing.revoking import Why
from pathways.badges.models import Credential, CredentialForm, IssuerKey, KeyAlgorithm
from pathways.database import Database
from pathways.errors import Conflict, Gone, NotFound
from tests.badges.holding.holding_badges import LINKS, SIGNER, Held, another, held_badge


@pytest.fixture
def one(db: Session) -> Held:
    return held_badge(db)


def taken(db: Session, one: Held, form: CredentialForm) -> takeaways.File:
    return takeaways.file_of(db, held.own(db, one.holder, one.credential.id), form)


def test_the_file_is_what_was_signed(db: Session, one: Held):
    file = taken(db, one, CredentialForm.JSON)
    assert file.data == one.credential.document
    assert file.media_type == "application/vc+ld+json"
    assert file.name.endswith(".json")


@pytest.mark.parametrize(("form", "picture"), [(CredentialForm.PNG, "png"), (CredentialForm.SVG, "svg")])
def test_a_picture_carries_what_was_signed(db: Session, one: Held, form: CredentialForm, picture: str):
    found = baking.unbake(taken(db, one, form).data)
    assert found is not None
    assert (found.version, found.picture) == (Version.OPEN_BADGES_3, picture)
    assert found.text.encode() == one.credential.document


def test_the_paper_is_a_pdf(db: Session, one: Held):
    file = taken(db, one, CredentialForm.PDF)
    assert file.data.startswith(b"%PDF-")
    assert file.data == taken(db, one, CredentialForm.PDF).data


def test_there_is_no_paper_of_a_badge_that_does_not_count(db: Session, one: Held):
    revoking.revoke(db, SIGNER, one.actor, one.credential.id, Why.ERROR)
    with pytest.raises(Gone):
        taken(db, one, CredentialForm.PDF)
    assert taken(db, one, CredentialForm.JSON).data == one.credential.document


def test_a_token_is_signed_once_and_says_what_was_signed(db: Session, one: Held):
    with pytest.raises(NotFound):
        taken(db, one, CredentialForm.JWT)
    token = takeaways.sign_token(db, SIGNER, one.credential)
    assert takeaways.sign_token(db, SIGNER, one.credential) == token
    assert taken(db, one, CredentialForm.JWT).data == token.encode()
    kid = vc_jwt.header_of(token)["kid"]
    key = db.scalars(sa.select(IssuerKey).filter_by(issuer_id=one.issuer.id, algorithm=KeyAlgorithm.RSA)).one()
    assert kid == key_table.jwk_url(one.issuer, key.id)
    jwk = key_table.public_jwk(db, one.issuer, key.id)
    assert vc_jwt.decode(token, jwk) == json.loads(one.credential.document)


def test_no_token_is_signed_for_a_badge_that_is_over(db: Session, one: Held):
    held.give_up(db, SIGNER, one.holder, one.credential.id)
    with pytest.raises(Conflict):
        takeaways.sign_token(db, SIGNER, one.credential)


def test_after_its_key_was_stolen_a_token_is_signed_anew(db: Session, one: Held):
    before = takeaways.sign_token(db, SIGNER, one.credential)
    key = key_table.active(db, one.issuer.id, KeyAlgorithm.RSA)
    assert key is not None
    succession.compromise(db, SIGNER, one.issuer, key.id, reason="essai", by=None)
    db.expire_all()
    assert takeaways.sign_token(db, SIGNER, one.credential) != before


def test_two_at_once_get_the_same_token(database: Database):
    with database.begin() as db:
        one = held_badge(db)
        identifier = one.credential.id
    start, tokens = threading.Barrier(2), []

    def sign() -> None:
        start.wait()
        with database.begin() as db:
            found = db.scalars(sa.select(Credential).filter_by(id=identifier).options(*held.whole())).one()
            tokens.append(takeaways.sign_token(db, SIGNER, found))

    threads = [threading.Thread(target=sign) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(tokens) == 2
    assert len(set(tokens)) == 1


def test_of_an_erased_badge_nothing_can_be_taken(db: Session, one: Held):
    identifier = one.credential.id
    takeaways.sign_token(db, SIGNER, one.credential)
    holders.erase(db, SIGNER, one.holder)
    with pytest.raises(Gone):
        held.published(db, identifier)


def test_how_a_badge_stands(db: Session, one: Held):
    now = clock.now()
    until = one.credential.valid_until
    assert until is not None
    assert validity_of(one.credential, now) is Validity.VALID
    assert validity_of(one.credential, until - timedelta(days=59)) is Validity.ENDING
    assert validity_of(one.credential, until) is Validity.EXPIRED
    other, third = another(db, one.version, one.holder), another(db, one.version, one.holder)
    held.give_up(db, SIGNER, one.holder, one.credential.id)
    assert validity_of(one.credential, now) is Validity.GIVEN_UP
    revoking.revoke(db, SIGNER, one.actor, other.id, Why.FRAUD)
    assert validity_of(other, now) is Validity.TAKEN_BACK
    revoking.take_back(db, SIGNER, [third], Why.SUPERSEDED, by=None)
    assert validity_of(third, now) is Validity.REPLACED
    holders.erase(db, SIGNER, one.holder)
    assert validity_of(db.get_one(Credential, other.id), now) is Validity.ERASED


def test_what_is_given_up_is_in_the_history_once(db: Session, one: Held):
    held.give_up(db, SIGNER, one.holder, one.credential.id)
    held.give_up(db, SIGNER, one.holder, one.credential.id)
    acts = [event.act for event in holders.history(db, one.holder)]
    assert acts.count("given_up") == 1
    other, _ = holders.create(db, LINKS)
    with pytest.raises(NotFound):
        held.give_up(db, SIGNER, other, one.credential.id)
