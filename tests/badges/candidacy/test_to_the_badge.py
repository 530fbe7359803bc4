"""From a diagnostic to a badge that is really signed, and what becomes of an endorsement that is taken back after."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.badges.candidacy import endorsing, evidence, granting, requesting, standing
from pathways.badges.formats import status_list
from pathways.badges.holding import holders
from pathways.badges.issuing import revoking, succession
from pathways.badges.issuing.revoking import Why
from pathways.badges.models import Credential, Endorsement, JuryVerdict, RequestState, StatusList
from pathways.diagnostics.models import Attempt
from pathways.errors import Conflict
from pathways.people.models import Account
from pathways.referentials.service import USUAL_FRAMEWORK
from tests.badges.candidacy.candidates import SIGNER, World, a_member
from tests.badges.candidacy.conftest import really
from tests.insights.crowds import Crowd

MEASURED = {"profile": {"framework": USUAL_FRAMEWORK, "skills": ["MEL-03"], "mastery": 0.8, "answers": 1}}
ENDORSED = {"endorsements": {"n": 1, "by": {"role": "trainer"}}}


@pytest.fixture
def world(db, monkeypatch) -> World:
    monkeypatch.setattr(granting, "issue_for_request", really)
    renewal = {"criteria": MEASURED, "questions": 3}
    return World(db, signs=True, criteria={"all": [MEASURED, ENDORSED]}, renewal=renewal, validity_months=12)


def brought(db, holder, **columns) -> Attempt:
    attempt = Crowd.new(db).add({"MEL-03": "correct"}, **columns)
    holders.bring_attempt(db, holder, attempt.id)
    return attempt


def granted(db, world, candidate) -> Credential:
    holder, request = world.holder(candidate), world.asked(candidate)
    brought(db, holder)
    evidence.add_text(db, holder, request.id, title="Récit d'un accueil", text="Un matin, une personne arrive.")
    world.endorsed(request, a_member(db))
    requesting.submit(db, SIGNER, holder, request.id)
    assert world.decided(world.juror(), request).state is RequestState.GRANTED
    return db.scalars(sa.select(Credential).filter_by(origin=f"request:{request.id}")).one()


def test_a_badge_says_what_stands_behind_it_and_names_nobody(db, world):
    candidate = a_member(db, name="Prénom Exemple")
    badge = granted(db, world, candidate)
    document = badge.document.decode()
    assert "Récit d'un accueil" in document
    account = db.get_one(Account, candidate.account_id)
    for name in ("Exemple", account.email, str(account.id), str(badge.holder_id)):
        assert name not in document
    assert badge.holder_id == world.holder(candidate).id


def test_an_endorsement_that_is_taken_back_after_the_issue_is_on_the_list(db, world):
    badge = granted(db, world, a_member(db))
    given = db.scalars(sa.select(Endorsement).filter_by(credential_id=badge.id)).one()
    assert given.document
    endorser = db.get_one(holders.Holder, given.endorser_id)
    endorsing.take_back(db, SIGNER, endorser, given.id)
    assert (given.document, given.comment) == (None, "")
    listed = json.loads(db.get_one(StatusList, given.list_id).document)
    bits = status_list.decode(listed["credentialSubject"]["encodedList"])
    index = given.list_index or 0
    assert bits[index // 8] & (0x80 >> index % 8)
    assert badge.revoked_at is None


def test_what_is_missing_is_told_in_plain_words(db, world):
    candidate = a_member(db)
    request = world.asked(candidate)
    lines = standing.missing(db, standing.progress_of(db, request), "fr")
    assert len(lines) == 2
    assert any("recommandation" in line.text for line in lines)


def test_a_renewal_stands_in_the_place_of_the_badge_before(db, world):
    candidate = a_member(db)
    badge = granted(db, world, candidate)
    badge.issued_at = clock.now() - timedelta(days=300)
    badge.valid_until = clock.now() + timedelta(days=60)
    db.flush()
    holder = world.holder(candidate)
    request = requesting.renew(db, holder, badge.id)
    requesting.submit(db, SIGNER, holder, request.id)
    assert request.state is RequestState.GRANTED
    renewed = db.scalars(sa.select(Credential).filter_by(origin=f"request:{request.id}")).one()
    assert (badge.revocation, badge.superseded_by_id, renewed.revoked_at) == ("superseded", renewed.id, None)


def runs_out(db, badge) -> None:
    badge.issued_at = clock.now() - timedelta(days=300)
    badge.valid_until = clock.now() + timedelta(days=60)
    db.flush()


def test_what_was_taken_back_meanwhile_is_not_renewed(db, world):
    candidate = a_member(db)
    badge = granted(db, world, candidate)
    runs_out(db, badge)
    holder = world.holder(candidate)
    request = requesting.renew(db, holder, badge.id)
    revoking.revoke(db, SIGNER, world.keeper, badge.id, Why.FRAUD)
    with pytest.raises(Conflict):
        requesting.submit(db, SIGNER, holder, request.id)
    assert request.state is RequestState.GATHERING
    assert db.scalars(sa.select(Credential.id)).all() == [badge.id]


def test_what_is_taken_back_while_a_jury_waits_is_not_renewed(db, world):
    candidate = a_member(db)
    badge = granted(db, world, candidate)
    runs_out(db, badge)
    holder = world.holder(candidate)
    request = requesting.renew(db, holder, badge.id)
    revoking.revoke(db, SIGNER, world.keeper, badge.id, Why.FRAUD)
    with pytest.raises(Conflict):
        granting.issue_for_request(db, SIGNER, request, by=None, now=clock.now())
    assert db.scalars(sa.select(Credential.id)).all() == [badge.id]


def test_a_renewal_that_was_opened_in_time_is_not_kept_for_ever(db, world):
    candidate = a_member(db)
    badge = granted(db, world, candidate)
    runs_out(db, badge)
    holder = world.holder(candidate)
    request = requesting.renew(db, holder, badge.id)
    late = clock.now() + timedelta(days=61) + requesting.RENEWS_AFTER
    with pytest.raises(Conflict):
        requesting.submit(db, SIGNER, holder, request.id, now=late)


def test_a_renewal_of_what_was_issued_again_after_a_theft_stands_in_the_place_of_that_one(db, world):
    candidate = a_member(db)
    badge = granted(db, world, candidate)
    runs_out(db, badge)
    holder = world.holder(candidate)
    request = requesting.renew(db, holder, badge.id)
    succession.compromise(db, SIGNER, world.issuer, badge.key_id, reason="Un vol", by=None)
    requesting.submit(db, SIGNER, holder, request.id)
    assert request.state is RequestState.GRANTED
    living = db.scalars(sa.select(Credential).filter_by(holder_id=holder.id, revoked_at=None)).all()
    assert [one.origin for one in living] == [f"request:{request.id}"]


def test_what_a_jury_refused_is_no_badge(db, world):
    candidate = a_member(db)
    holder, request = world.holder(candidate), world.asked(candidate)
    brought(db, holder)
    world.endorsed(request, a_member(db))
    requesting.submit(db, SIGNER, holder, request.id)
    world.decided(world.juror(), request, JuryVerdict.REFUSE)
    assert db.scalar(sa.select(sa.func.count()).select_from(Credential)) == 0
