"""Share links: what they show, when they end, whose they are."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.badges.holding import held, holders, sharing
from pathways.badges.holding.links import Opens
from pathways.badges.holding.sharing import Wanted
from pathways.badges.issuing import revoking
from pathways.badges.issuing.revoking import Why
from pathways.badges.models import ShareLink
from pathways.errors import Conflict, Gone, Invalid, NotFound
from tests.badges.holding.holding_badges import LINKS, SIGNER, Held, another, held_badge


@pytest.fixture
def one(db: Session) -> Held:
    return held_badge(db)


def opened(db: Session, link: ShareLink):
    return sharing.open_link(db, LINKS, sharing.token_of(LINKS, link))


def test_a_link_opens_its_badge_with_the_name_that_was_chosen(db: Session, one: Held):
    wanted = Wanted(one.credential.id, "  Surnom   D. ", ("endorsements", "evidence", "address"), 7)
    link = sharing.make(db, LINKS, one.holder, wanted)
    found = opened(db, link)
    assert [shared.id for shared in found.credentials] == [one.credential.id]
    assert found.link.name == "Surnom D."
    assert found.link.shows == ["evidence", "endorsements"]
    assert found.link.expires_at - found.link.created_at == timedelta(days=7)


def test_only_a_digest_of_its_token_is_stored(db: Session, one: Held):
    link = sharing.make(db, LINKS, one.holder, Wanted())
    token = sharing.token_of(LINKS, link)
    assert len(token) == 43  # 256 bits
    assert link.token_digest == ids.digest(token)
    assert token not in {str(getattr(link, column.name)) for column in ShareLink.__table__.columns}
    assert LINKS.token_of(Opens.HOLDER, link.id) != token


def test_a_token_that_never_was_opens_nothing(db: Session, one: Held):
    for token in (ids.new_token(), one.token, LINKS.token_of(Opens.SHARE, one.holder.id)):
        with pytest.raises(NotFound):
            sharing.open_link(db, LINKS, token)


def test_it_ends_on_its_day_and_not_before(db: Session, one: Held):
    now = clock.now()
    link = sharing.make(db, LINKS, one.holder, Wanted(days=1), now=now)
    token = sharing.token_of(LINKS, link)
    assert sharing.open_link(db, LINKS, token, now=now + timedelta(hours=23, minutes=59)).credentials
    with pytest.raises(Gone):
        sharing.open_link(db, LINKS, token, now=now + timedelta(days=1))


def test_withdrawn_it_is_gone_and_twice_changes_nothing(db: Session, one: Held):
    link = sharing.make(db, LINKS, one.holder, Wanted())
    sharing.withdraw(db, one.holder, link.id)
    first = link.withdrawn_at
    sharing.withdraw(db, one.holder, link.id)
    assert link.withdrawn_at == first
    with pytest.raises(Gone):
        opened(db, link)
    acts = [event.act for event in holders.history(db, one.holder)]
    assert acts.count("share_withdrawn") == 1


def test_nobody_shares_or_ends_what_is_somebody_elses(db: Session, one: Held):
    other, _ = holders.create(db, LINKS)
    with pytest.raises(NotFound):
        sharing.make(db, LINKS, other, Wanted(one.credential.id))
    link = sharing.make(db, LINKS, one.holder, Wanted())
    with pytest.raises(NotFound):
        sharing.withdraw(db, other, link.id)
    with pytest.raises(NotFound):
        sharing.make(db, LINKS, one.holder, Wanted(uuid.UUID(int=0)))


@pytest.mark.parametrize("days", [-1, 0, 367, 10**9])
def test_days_out_of_bounds_are_refused_by_their_field(db: Session, one: Held, days: int):
    with pytest.raises(Invalid) as refused:
        sharing.make(db, LINKS, one.holder, Wanted(days=days))
    assert [error["field"] for error in refused.value.errors] == ["days"]


def test_a_name_that_is_too_long_is_refused(db: Session, one: Held):
    with pytest.raises(Invalid) as refused:
        sharing.make(db, LINKS, one.holder, Wanted(name="x" * 81))
    assert [error["field"] for error in refused.value.errors] == ["name"]


def test_there_are_twenty_open_ones_at_most(db: Session, one: Held):
    made = [sharing.make(db, LINKS, one.holder, Wanted()) for _ in range(sharing.MOST_LIVE)]
    with pytest.raises(Conflict):
        sharing.make(db, LINKS, one.holder, Wanted())
    sharing.withdraw(db, one.holder, made[0].id)
    assert sharing.make(db, LINKS, one.holder, Wanted())


def test_a_badge_that_was_taken_back_cannot_be_shared_but_its_link_says_so(db: Session, one: Held):
    link = sharing.make(db, LINKS, one.holder, Wanted(one.credential.id))
    revoking.revoke(db, SIGNER, one.actor, one.credential.id, Why.ERROR)
    with pytest.raises(Conflict):
        sharing.make(db, LINKS, one.holder, Wanted(one.credential.id))
    assert opened(db, link).credentials[0].revoked_at is not None


def test_a_link_to_all_shows_what_is_held_on_the_day(db: Session, one: Held):
    link = sharing.make(db, LINKS, one.holder, Wanted())
    newer = another(db, one.version, one.holder)
    assert {shared.id for shared in opened(db, link).credentials} == {one.credential.id, newer.id}
    held.give_up(db, SIGNER, one.holder, one.credential.id)
    assert [shared.id for shared in opened(db, link).credentials] == [newer.id]


def test_the_link_of_one_badge_is_preferred_to_that_of_all(db: Session, one: Held):
    assert sharing.live_for(db, one.holder, one.credential) is None
    of_all = sharing.make(db, LINKS, one.holder, Wanted(days=300))
    assert sharing.live_for(db, one.holder, one.credential) == of_all
    own = sharing.make(db, LINKS, one.holder, Wanted(one.credential.id, days=1))
    assert sharing.live_for(db, one.holder, one.credential) == own
    after = clock.now() + timedelta(days=2)
    assert sharing.live_for(db, one.holder, one.credential, now=after) == of_all


def test_links_go_with_the_space(db: Session, one: Held):
    token = sharing.token_of(LINKS, sharing.make(db, LINKS, one.holder, Wanted()))
    holders.erase(db, SIGNER, one.holder)
    with pytest.raises(NotFound):
        sharing.open_link(db, LINKS, token)
