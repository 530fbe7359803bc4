"""Badges that are issued: what was signed is kept, the same is not issued twice, nothing names anybody."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from pathways.badges.formats import integrity, keys, pinned, status_list
from pathways.badges.formats.results import Measure
from pathways.badges.issuing import awarding, key_table, lists, offering
from pathways.badges.issuing.composing import Witnessed
from pathways.badges.models import Credential, StatusList
from pathways.errors import SettingsError
from tests.badges.issuing.networking import SIGNER, holder, member, network, on_offer, orders

pytestmark = pytest.mark.usefixtures("_contexts")


@pytest.fixture
def _contexts():
    pinned.load(pinned.VC2)  # the build step made them, or the test says so


def signature_holds(document: dict, did_document: dict, did: str) -> None:
    [proof] = document["proof"]
    integrity.verify(document, proof, keys.key_in(did_document, did, proof["verificationMethod"]))


def test_what_was_signed_is_kept_byte_for_byte_and_verifies(db: Session):
    actor = member(db)
    issuer = network(db, actor)
    version = on_offer(db, actor, issuer)
    made = awarding.issue(db, SIGNER, version, orders(db, 3), by=actor.account_id)
    for one in made:
        document = json.loads(one.document)
        signature_holds(document, key_table.did_document(db, issuer), issuer.did)
        assert document["id"] == f"urn:uuid:{one.id}"
        assert document["credentialStatus"]["statusListIndex"] == str(one.list_index)
        assert document["issuer"]["id"] == issuer.did
    assert len({one.list_index for one in made}) == 3
    assert len({one.subject_id for one in made}) == 3


def test_a_version_says_the_same_in_each_badge_and_is_worded_once(db: Session, monkeypatch: pytest.MonkeyPatch):
    actor = member(db)
    version = on_offer(db, actor, network(db, actor))
    [before] = awarding.issue(db, SIGNER, version, orders(db, 1), by=None)
    monkeypatch.setattr(awarding.naming, "names_for", None)  # asked again, it would fail
    [after] = awarding.issue(db, SIGNER, version, orders(db, 1), by=None)
    one, other = (json.loads(made.document)["credentialSubject"]["achievement"] for made in (before, after))
    assert one == other


def test_the_same_is_issued_once(db: Session):
    actor = member(db)
    version = on_offer(db, actor, network(db, actor))
    wanted = orders(db, 2)
    first = awarding.issue(db, SIGNER, version, wanted, by=None)
    again = awarding.issue(db, SIGNER, version, [*wanted, wanted[0]], by=None)
    assert [one.id for one in again] == [first[0].id, first[1].id, first[0].id]


def test_it_says_how_surely_it_was_measured(db: Session):
    actor = member(db)
    issuer = network(db, actor)
    criteria = {"profile": {"framework": "benevole-numerique", "skills": {"ACU-01": 0.9, "ACU-02": 0.9}}}
    version = on_offer(db, actor, issuer, criteria=criteria, levels=["au début", "seul"])
    measure = Measure(level="1.9", standard_error="0.3", low="1", high="2", questions=5, instrument="b 1.0.0")
    [order] = orders(db, 1)
    order = awarding.Order(order.holder_id, order.origin, "en", 2, Witnessed(measure, skills=2, endorsements=2, jury=1))
    [made] = awarding.issue(db, SIGNER, version, [order], by=None)
    subject = json.loads(made.document)["credentialSubject"]
    named = {one["id"]: one for one in subject["achievement"]["resultDescription"]}
    said = {named[one["resultDescription"]]["name"]: one["value"] for one in subject["result"]}
    assert said["Micro-skills mastered, estimated"] == "1.9"
    assert said["At least (95 in 100)"] == "1"
    assert said["Questions asked directly"] == "5"
    assert said["Level"] == "seul"
    assert said["Recommendations by different people"] == "2"
    assert subject["achievement"]["inLanguage"] == "en"


def test_its_months_are_those_of_the_calendar(db: Session):
    actor = member(db)
    version = on_offer(db, actor, network(db, actor), validity_months=24)
    now = datetime.fromisoformat("2028-02-29T10:00:00+00:00")
    [made] = awarding.issue(db, SIGNER, version, orders(db, 1), by=None, now=now)
    assert made.valid_until == datetime.fromisoformat("2030-02-28T10:00:00+00:00")


def test_a_version_that_is_published_never_changes(db: Session):
    actor = member(db)
    issuer = network(db, actor)
    version = on_offer(db, actor, issuer)
    achievement = offering.revise(db, actor, version.achievement_id)
    changed = {**achievement.draft, "validity_months": 12}
    offering.keep_draft(db, actor, achievement.id, changed, version=achievement.version)
    newer = offering.publish(db, actor, achievement.id)
    assert newer.number == 2
    assert offering.definition_of(version).validity_months == 24
    assert offering.current(db, achievement.id).id == newer.id


def test_a_full_list_is_followed_by_another(db: Session):
    actor = member(db)
    issuer = network(db, actor)
    version = on_offer(db, actor, issuer)
    first = db.query(StatusList).filter_by(issuer_id=issuer.id).one()
    first.taken = first.size // 2 - 1
    made = awarding.issue(db, SIGNER, version, orders(db, 3), by=None)
    assert [one.list_id == first.id for one in made].count(True) == 1
    assert db.query(StatusList).filter_by(issuer_id=issuer.id).count() == 2


def test_places_are_taken_by_chance_and_never_twice(db: Session):
    actor = member(db)
    issuer = network(db, actor)
    places = lists.take(db, SIGNER, issuer, 400)
    assert len({one.index for one in places}) == 400
    assert [one.index for one in places] != sorted(one.index for one in places)


def test_another_secret_opens_no_key(db: Session):
    actor = member(db)
    issuer = network(db, actor)
    version = on_offer(db, actor, issuer)
    stranger = type(SIGNER)(type(SIGNER.wrapping)(b"another secret, also of thirty-two bytes"), SIGNER.url)
    with pytest.raises(SettingsError, match="PATHWAYS_BADGE_SECRET"):
        awarding.issue(db, stranger, version, orders(db, 1), by=None)


def test_the_list_of_a_new_network_is_empty_and_signed(db: Session):
    issuer = network(db, member(db))
    document = json.loads(lists.served(db, issuer, 1).document)
    signature_holds(document, key_table.did_document(db, issuer), issuer.did)
    assert not any(status_list.decode(document["credentialSubject"]["encodedList"]))
    assert holder(db).id not in {one.holder_id for one in db.query(Credential)}
