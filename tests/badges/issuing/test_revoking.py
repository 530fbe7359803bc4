"""Badges taken back, keys that follow one another: what is served says so, and nothing is left under a stolen key."""

from __future__ import annotations

import json
import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.badges.formats import integrity, keys, status_list
from pathways.badges.formats.errors import FormatError
from pathways.badges.issuing import awarding, key_table, lists, revoking, succession, witnessing
from pathways.badges.issuing.revoking import Why
from pathways.badges.issuing.signer import Signer
from pathways.badges.issuing.wrapping import Wrapping
from pathways.badges.models import (
    AwardRequest,
    Credential,
    Endorsement,
    HolderEvent,
    Issuer,
    IssuerKey,
    KeyAlgorithm,
    KeyState,
    StatusList,
)
from pathways.errors import Conflict, NotFound, SettingsError
from pathways.outbox import OutboxEvent
from tests.badges.issuing.networking import SIGNER, holder, member, network, on_offer, orders


@pytest.fixture
def issued(db: Session):
    actor = member(db)
    issuer = network(db, actor)
    version = on_offer(db, actor, issuer)
    made = awarding.issue(db, SIGNER, version, orders(db, 4), by=actor.account_id)
    return actor, issuer, version, made


def served_bits(db: Session, credential: Credential) -> bytes:
    held = db.get_one(StatusList, credential.list_id)
    return status_list.decode(json.loads(held.document)["credentialSubject"]["encodedList"])


def verify(db: Session, issuer: Issuer, document: dict) -> None:
    [proof] = document["proof"]
    key = keys.key_in(key_table.did_document(db, issuer), issuer.did, proof["verificationMethod"])
    integrity.verify(document, proof, key)


def test_a_revoked_badge_is_on_the_list_and_the_others_are_not(db: Session, issued):
    actor, issuer, _, made = issued
    before = db.get_one(StatusList, made[0].list_id).etag
    revoking.revoke(db, SIGNER, actor, made[1].id, Why.ERROR, words="une erreur de saisie")
    bits = served_bits(db, made[1])
    assert [status_list.is_set(bits, one.list_index) for one in made] == [False, True, False, False]
    assert made[1].revoked_at is not None
    assert db.get_one(StatusList, made[0].list_id).etag != before
    verify(db, issuer, json.loads(db.get_one(StatusList, made[0].list_id).document))


def test_revoked_twice_keeps_its_first_reason(db: Session, issued):
    actor, _, _, made = issued
    revoking.revoke(db, SIGNER, actor, made[0].id, Why.FRAUD)
    revoking.revoke(db, SIGNER, actor, made[0].id, Why.ERROR)
    assert made[0].revocation == "fraud"


def test_another_network_does_not_learn_that_it_is_there(db: Session, issued):
    _, _, _, made = issued
    with pytest.raises(NotFound):
        revoking.revoke(db, SIGNER, member(db, "Une autre"), made[0].id, Why.ERROR)


def test_a_holder_gives_up_their_own_badge_and_no_other(db: Session, issued):
    _, _, _, made = issued
    with pytest.raises(NotFound):
        revoking.give_up(db, SIGNER, holder(db).id, made[0].id)
    assert made[0].holder_id is not None
    revoking.give_up(db, SIGNER, made[0].holder_id, made[0].id)
    assert made[0].revocation == "asked"


def test_an_erased_badge_leaves_its_bit_and_nothing_else(db: Session, issued):
    _, _, _, made = issued
    revoking.withdraw_for_erasure(db, SIGNER, made[2])
    assert (made[2].document, made[2].jwt, made[2].holder_id, made[2].origin) == (b"", None, None, None)
    assert status_list.is_set(served_bits(db, made[2]), made[2].list_index)


def test_the_holder_is_told_of_what_others_took_back(db: Session, issued):
    actor, _, _, made = issued
    revoking.revoke(db, SIGNER, actor, made[0].id, Why.ERROR)
    told = db.scalars(sa.select(HolderEvent).filter_by(holder_id=made[0].holder_id, act="revoked")).one()
    assert told.details == {"why": "error"}
    assert db.scalar(sa.select(sa.func.count()).where(OutboxEvent.name == "BadgeRevoked")) == 1


# --- keys -----------------------------------------------------------------------------------------------------


def test_a_retired_key_still_verifies_and_signs_no_more(db: Session, issued):
    actor, issuer, version, made = issued
    before = db.get_one(IssuerKey, made[0].key_id)
    succession.rotate(db, SIGNER, issuer, KeyAlgorithm.ED25519, reason="chaque année", by=actor.account_id)
    assert (before.state, before.wrapped) == (KeyState.RETIRED, None)
    verify(db, issuer, json.loads(made[0].document))
    [after] = awarding.issue(db, SIGNER, version, orders(db, 1), by=None)
    assert after.key_id != before.id
    verify(db, issuer, json.loads(after.document))
    assert len(key_table.did_document(db, issuer)["assertionMethod"]) == 2


def test_after_a_theft_every_living_badge_is_issued_again(db: Session, issued):
    actor, issuer, _, made = issued
    revoking.revoke(db, SIGNER, actor, made[3].id, Why.FRAUD)
    stolen = made[0].key_id
    done = succession.compromise(db, SIGNER, issuer, stolen, reason="ordinateur volé", by=actor.account_id)
    assert done.reissued == 3
    for old in made[:3]:
        assert old.revocation == "compromised"
        new = db.get_one(Credential, old.superseded_by_id)
        assert (new.holder_id, new.version_id, new.valid_until) == (old.holder_id, old.version_id, old.valid_until)
        assert new.subject_id != old.subject_id
        verify(db, issuer, json.loads(new.document))
        with pytest.raises(FormatError):
            verify(db, issuer, json.loads(old.document))
        assert status_list.is_set(served_bits(db, old), old.list_index)
        assert not status_list.is_set(served_bits(db, new), new.list_index)
    assert made[3].superseded_by_id is None
    told = db.scalar(sa.select(sa.func.count()).where(OutboxEvent.name == "BadgeReissued"))
    assert told == 3


def test_a_key_is_declared_compromised_once(db: Session, issued):
    actor, issuer, _, made = issued
    succession.compromise(db, SIGNER, issuer, made[0].key_id, reason="vol", by=actor.account_id)
    with pytest.raises(Conflict):
        succession.compromise(db, SIGNER, issuer, made[0].key_id, reason="vol", by=actor.account_id)
    with pytest.raises(NotFound):
        succession.compromise(db, SIGNER, issuer, uuid.uuid4(), reason="vol", by=actor.account_id)


def test_the_theft_of_a_retired_key_changes_what_it_signed_and_nothing_else(db: Session, issued):
    actor, issuer, version, made = issued
    succession.rotate(db, SIGNER, issuer, KeyAlgorithm.ED25519, reason="", by=None)
    [later] = awarding.issue(db, SIGNER, version, orders(db, 1), by=None)
    done = succession.compromise(db, SIGNER, issuer, made[0].key_id, reason="une vieille copie", by=actor.account_id)
    assert (done.reissued, done.key.id) == (4, later.key_id)
    assert later.revoked_at is None


def test_keys_are_wrapped_with_another_secret_and_open_with_it_alone(db: Session, issued):
    _, _, version, _ = issued
    after = Signer(Wrapping(b"a newer secret for keys, thirty-two bytes"), SIGNER.url)
    assert key_table.rewrap(db, SIGNER, after) >= 1
    awarding.issue(db, after, version, orders(db, 1), by=None)
    with pytest.raises(SettingsError):
        awarding.issue(db, SIGNER, version, orders(db, 1), by=None)


def test_the_database_alone_holds_no_private_key(db: Session, issued):
    _, issuer, _, _ = issued
    key = db.scalars(sa.select(IssuerKey).filter_by(issuer_id=issuer.id)).one()
    assert key.wrapped is not None
    private = SIGNER.wrapping.unwrap(key.wrapped, key.id)
    assert private not in key.wrapped
    with pytest.raises(SettingsError):
        SIGNER.wrapping.unwrap(key.wrapped, uuid.uuid4())  # bound to its row


def test_lists_are_signed_anew_after_a_day(db: Session, issued, monkeypatch: pytest.MonkeyPatch):
    assert lists.sign_anew(db, SIGNER) == 0
    db.execute(sa.update(StatusList).values(signed_at=clock.now() - 2 * lists.SIGNED_ANEW_AFTER))
    db.expire_all()
    assert lists.sign_anew(db, SIGNER) >= 1
    assert lists.sign_anew(db, SIGNER) == 0


# --- endorsements ---------------------------------------------------------------------------------------------


@pytest.fixture
def endorsed(db: Session, issued):
    _, issuer, version, made = issued
    request = AwardRequest(
        holder_id=made[0].holder_id, issuer_id=issuer.id, achievement_id=version.achievement_id, version_id=version.id
    )
    db.add(request)
    db.flush()
    given = Endorsement(
        request_id=request.id,
        candidate_id=made[0].holder_id,
        endorser_id=holder(db).id,
        role="médiatrice numérique",
        comment="Elle prend le temps.",
    )
    db.add(given)
    db.flush()
    witnessing.sign_for(db, SIGNER, made[0], request.id)
    return issuer, made[0], given


def test_an_endorsement_is_a_document_of_its_own(db: Session, endorsed):
    issuer, credential, given = endorsed
    document = json.loads(given.document)
    verify(db, issuer, document)
    assert document["credentialSubject"]["id"] == f"urn:uuid:{credential.id}"
    assert document["credentialSubject"]["endorsementComment"] == "Elle prend le temps."
    assert witnessing.of_credential(db, credential.id) == [given]


def test_an_endorsement_taken_back_is_on_its_list(db: Session, endorsed):
    _, credential, given = endorsed
    witnessing.take_back(db, SIGNER, given)
    held = db.get_one(StatusList, given.list_id)
    bits = status_list.decode(json.loads(held.document)["credentialSubject"]["encodedList"])
    assert status_list.is_set(bits, given.list_index)
    assert not witnessing.of_credential(db, credential.id)


def test_an_endorsement_is_signed_again_after_a_theft(db: Session, endorsed):
    issuer, credential, given = endorsed
    done = succession.compromise(db, SIGNER, issuer, credential.key_id, reason="vol", by=None)
    assert done.endorsements == 1
    document = json.loads(given.document)
    verify(db, issuer, document)
    assert document["credentialSubject"]["id"] == f"urn:uuid:{credential.superseded_by_id}"


def test_the_bit_of_an_endorsement_outlives_its_people(db: Session, endorsed):
    _, credential, given = endorsed
    place = given.list_id, given.list_index
    revoking.withdraw_for_erasure(db, SIGNER, credential)
    db.flush()
    assert db.get(Endorsement, given.id) is None
    held = db.get_one(StatusList, place[0])
    bits = status_list.decode(json.loads(held.document)["credentialSubject"]["encodedList"])
    assert status_list.is_set(bits, place[1])
