"""The space of a holder: opened by account or by link, filled with what is proven to be theirs, erased whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.badges.candidacy import evidence, requesting
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links, Opens
from pathways.badges.issuing import awarding
from pathways.badges.issuing.awarding import Order
from pathways.badges.models import (
    AwardRequest,
    Credential,
    Endorsement,
    EndorsementInvitation,
    EndorsementState,
    Evidence,
    EvidenceFile,
    Holder,
    HolderAttempt,
    HolderEvent,
    JuryVerdict,
    ShareLink,
)
from pathways.diagnostics import taking
from pathways.diagnostics.models import Attempt
from pathways.errors import Conflict, Invalid, NotFound
from tests.badges.candidacy.candidates import LINKS, SIGNER, World, a_member
from tests.insights.crowds import Crowd
from tests.workshops.days import a_booking, a_session


def test_a_link_opens_the_space_and_only_its_digest_is_kept(db):
    holder, token = holders.create(db, LINKS, language="ti")
    assert holders.by_token(db, LINKS, token).id == holder.id
    assert holders.token_of(LINKS, holder) == token
    assert (holder.language, token in holder.link_digest) == ("ti", False)
    with pytest.raises(NotFound):
        holders.by_token(db, LINKS, token[::-1])
    with pytest.raises(NotFound):  # made with another secret
        holders.by_token(db, LINKS, Links(b"x" * 40).token_of(Opens.HOLDER, holder.id))
    with pytest.raises(NotFound):  # of another kind
        holders.by_token(db, LINKS, LINKS.token_of(Opens.ENDORSEMENT, holder.id))


def test_an_unknown_language_becomes_french(db):
    assert holders.create(db, LINKS, language="xx")[0].language == "fr"


def test_a_renewed_link_shuts_the_one_before(db):
    holder, first = holders.create(db, LINKS)
    second = holders.renew_link(db, LINKS, holder)
    assert holders.by_token(db, LINKS, second).id == holder.id
    with pytest.raises(NotFound):
        holders.by_token(db, LINKS, first)
    for _ in range(holders.MOST_RENEWALS - 1):
        holders.renew_link(db, LINKS, holder)
    with pytest.raises(Conflict):
        holders.renew_link(db, LINKS, holder)
    assert holders.by_token(db, LINKS, holders.token_of(LINKS, holder)).id == holder.id


def test_an_account_has_one_space_which_a_link_opens_too(db):
    member = a_member(db)
    holder = holders.for_account(db, LINKS, member, language="en")
    assert holders.for_account(db, LINKS, member).id == holder.id
    assert (holder.account_id, holder.language) == (member.account_id, "en")
    assert holders.by_token(db, LINKS, holders.token_of(LINKS, holder)).id == holder.id


def test_one_says_how_one_is_called_and_where_one_is_told(db):
    holder, _ = holders.create(db, LINKS)
    holders.rename(holder, "  Surnom   la\tmédiatrice ")
    holders.speak(holder, "ar")
    holders.write_to(holder, " Surnom@Exemple.fr ")
    assert (holder.name, holder.language, holder.email) == ("Surnom la médiatrice", "ar", "surnom@exemple.fr")
    holders.write_to(holder, "")
    assert holder.email == ""
    for act in (
        lambda: holders.rename(holder, "x" * 81),
        lambda: holders.speak(holder, "xx"),
        lambda: holders.write_to(holder, "surnom"),
    ):
        with pytest.raises(Invalid):
            act()


def test_a_result_that_is_brought_is_kept_and_belongs_to_one(db):
    crowd = Crowd.new(db)
    attempt = crowd.add({"MEL-03": "correct"})
    (mine, _), (other, _) = holders.create(db, LINKS), holders.create(db, LINKS)
    holders.bring_attempt(db, mine, attempt.id)
    holders.bring_attempt(db, mine, attempt.id)
    assert attempt.expires_at > clock.now() + timedelta(days=729)
    with pytest.raises(Conflict):
        holders.bring_attempt(db, other, attempt.id)
    with pytest.raises(NotFound):
        holders.let_go_of_attempt(db, other, attempt.id)
    holders.let_go_of_attempt(db, mine, attempt.id)
    assert (attempt.kept_days, attempt.expires_at < clock.now() + timedelta(days=191)) == (190, True)
    assert holders.bring_attempt(db, other, attempt.id)
    acts = [one.act for one in holders.history(db, mine)]
    assert acts == ["attempt_let_go", "attempt_brought"]


def test_with_a_check_comes_what_it_is_part_of(db):
    crowd = Crowd.new(db)
    whole = crowd.add({"MEL-03": "correct"})
    check = crowd.add({"MEL-04": "correct"}, part_of_id=whole.id)
    holder, _ = holders.create(db, LINKS)
    assert holders.bring_attempt(db, holder, check.id).attempt_id == whole.id


def test_what_is_erased_where_it_was_made_is_gone_here(db):
    attempt = Crowd.new(db).add({"MEL-03": "correct"})
    holder, _ = holders.create(db, LINKS)
    holders.bring_attempt(db, holder, attempt.id)
    taking.erase(db, attempt.id)
    assert db.scalar(sa.select(sa.func.count()).select_from(HolderAttempt)) == 0
    with pytest.raises(NotFound):
        holders.bring_attempt(db, holder, attempt.id)


def test_a_seat_belongs_to_one_space(db):
    booking = a_booking(db, a_session(db, a_member(db).organisation_id))
    (mine, _), (other, _) = holders.create(db, LINKS), holders.create(db, LINKS)
    holders.bring_booking(db, mine, booking.id)
    holders.bring_booking(db, mine, booking.id)
    with pytest.raises(Conflict):
        holders.bring_booking(db, other, booking.id)


def test_a_space_is_not_filled_without_end(db, monkeypatch):
    monkeypatch.setattr(holders, "MOST_BROUGHT", 2)
    crowd, (holder, _) = Crowd.new(db), holders.create(db, LINKS)
    for _ in range(2):
        holders.bring_attempt(db, holder, crowd.add({"MEL-03": "correct"}).id)
    with pytest.raises(Conflict):
        holders.bring_attempt(db, holder, crowd.add({"MEL-03": "correct"}).id)


@pytest.fixture
def world(db) -> World:
    return World(db, signs=True)


def test_erased_nothing_is_left_but_what_says_that_it_counts_no_more(db, world):
    candidate, other = a_member(db), a_member(db)
    holder, request = world.holder(candidate), world.asked(candidate)
    attempt = Crowd.new(db).add({"MEL-03": "correct"})
    holders.bring_attempt(db, holder, attempt.id)
    evidence.add_file(db, holder, request.id, title="Fiche", file=evidence.cleaned(b"%PDF-1.7"))
    world.endorsed(request, other)
    given = world.endorsed(world.asked(other, world.published()), candidate)
    requesting.submit(db, SIGNER, holder, request.id)
    world.decided(world.juror(), request, JuryVerdict.REFUSE)
    badge = awarding.issue(db, SIGNER, world.version, [Order(holder.id, "test:1")], by=None)[0]
    db.add(ShareLink(holder_id=holder.id, token_digest="x" * 64, expires_at=clock.now()))
    db.flush()
    holder_id, badge_id, request_id, given_id = holder.id, badge.id, request.id, given.id
    holders.erase(db, SIGNER, holder)
    assert db.get(Holder, holder_id) is None
    assert db.get(AwardRequest, request_id) is None
    for kind in (Evidence, EvidenceFile, ShareLink, HolderAttempt):
        assert db.scalar(sa.select(sa.func.count()).select_from(kind)) == 0
    assert db.scalar(sa.select(sa.func.count()).where(HolderEvent.holder_id == holder_id)) == 0
    assert db.scalar(sa.select(sa.func.count()).where(EndorsementInvitation.request_id == request_id)) == 0
    left = db.get_one(Credential, badge_id)
    assert (left.document, left.holder_id, left.revocation) == (b"", None, "asked")
    said = db.get_one(Endorsement, given_id)
    assert (said.state, said.comment, said.endorser_id) == (EndorsementState.WITHDRAWN, "", None)
    assert db.get_one(Attempt, attempt.id).kept_days == holders.OTHERS_KEPT_DAYS


def test_what_others_hold_is_left_alone(db, world):
    (mine, _), (other, _) = holders.create(db, LINKS), holders.create(db, LINKS)
    orders = [Order(one.id, f"test:{one.id}") for one in (mine, other)]
    awarding.issue(db, SIGNER, world.version, orders, by=None)
    holders.erase(db, SIGNER, mine)
    (kept,) = db.scalars(sa.select(Credential).filter_by(holder_id=other.id))
    assert kept.revoked_at is None
    assert kept.document
