"""Share links: a page with the name that the holder wants on it, for whoever has its address, until a day that they
choose or until they end it.

The token is made from the link's id and the server's secret, so that the holder can see the link again; what is stored
is its digest.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.badges.holding import held, holders
from pathways.badges.holding.holders import LONGEST_NAME
from pathways.badges.holding.links import Links, Opens
from pathways.badges.holding.validity import COUNTS, validity_of
from pathways.badges.models import Credential, Holder, ShareLink
from pathways.errors import Conflict, Gone, NotFound
from pathways.i18n import N_
from pathways.people import fields

EVIDENCE, ENDORSEMENTS = "evidence", "endorsements"
SHOWN = (EVIDENCE, ENDORSEMENTS)
"""What a page may show beside the badge: titles of what was looked at, what others said."""
SHORTEST, LONGEST = 1, 366
"""Days."""
MOST_LIVE = 20
NOT_THERE = N_("Ce lien n'existe pas, ou n'existe plus.")
OVER = N_("La personne ne partage plus cette page, ou son temps est fini. Demandez-lui un nouveau lien.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a link is to show."""

    credential_id: uuid.UUID | None = None
    """``None``: all that the holder holds, on the day that somebody looks."""
    name: str = ""
    """As the page says it; empty for none."""
    shows: Collection[str] = ()
    days: int = 30


def make(db: Session, links: Links, holder: Holder, wanted: Wanted, *, now: datetime | None = None) -> ShareLink:
    """A link that is open from now on; :func:`token_of` gives its token.

    Raises :class:`Invalid` for a name that is too long or days out of bounds, :class:`NotFound` for somebody else's
    badge, :class:`Conflict` for a badge that does not count any more and where there are too many links already.
    """
    now = now or clock.now()
    name = " ".join(wanted.name.split())
    if len(name) > LONGEST_NAME:
        said = N_("Ce nom est trop long : %(most)s caractères au plus.")
        raise fields.refused("name", said, most=LONGEST_NAME)
    if not SHORTEST <= wanted.days <= LONGEST:
        raise fields.refused("days", N_("Choisissez de un jour à un an."))
    if wanted.credential_id is not None:
        _must_count(held.own(db, holder, wanted.credential_id), now)
    if sum(is_open(one, now) for one in links_of(db, holder)) >= MOST_LIVE:
        raise Conflict(N_("Il y a déjà %(most)s liens ouverts : retirez-en un d'abord."), most=MOST_LIVE)
    link_id = ids.random_id()
    made = ShareLink(
        id=link_id,
        holder_id=holder.id,
        credential_id=wanted.credential_id,
        token_digest=links.digest_of(links.token_of(Opens.SHARE, link_id)),
        name=name,
        shows=[one for one in SHOWN if one in wanted.shows],
        created_at=now,
        expires_at=now + timedelta(days=wanted.days),
    )
    db.add(made)
    holders.tell(db, holder.id, "share_made", about=made.id)
    db.flush()
    return made


def token_of(links: Links, link: ShareLink) -> str:
    """256 bits in 43 letters."""
    return links.token_of(Opens.SHARE, link.id)


def is_open(link: ShareLink, now: datetime) -> bool:
    return link.withdrawn_at is None and now < link.expires_at


def links_of(db: Session, holder: Holder) -> Sequence[ShareLink]:
    """Every link of a holder, the newest first; ended ones among them."""
    query = sa.select(ShareLink).filter_by(holder_id=holder.id)
    return db.scalars(query.order_by(ShareLink.created_at.desc(), ShareLink.id)).all()


def live_for(db: Session, holder: Holder, credential: Credential, *, now: datetime | None = None) -> ShareLink | None:
    """The open link that shows this badge alone; failing that, the one that shows all of them. Of several, the one that
    lasts longest.
    """
    now = now or clock.now()
    found = [one for one in links_of(db, holder) if one.credential_id in {None, credential.id} and is_open(one, now)]
    return max(found, key=lambda one: (one.credential_id is not None, one.expires_at), default=None)


def withdraw(db: Session, holder: Holder, link_id: uuid.UUID) -> None:
    """The page is there no more. Twice changes nothing."""
    found = db.get(ShareLink, link_id, with_for_update=True, populate_existing=True)
    if found is None or found.holder_id != holder.id:
        raise NotFound(NOT_THERE)
    if found.withdrawn_at is None:
        found.withdrawn_at = clock.now()
        holders.tell(db, holder.id, "share_withdrawn", about=found.id)
        db.flush()


# --- for whoever has the address ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shared:
    """What a link opens."""

    link: ShareLink
    credentials: Sequence[Credential]
    """The badge it is for, however it stands; of a link to all of them, those that were not taken back."""


def open_link(db: Session, links: Links, token: str, *, now: datetime | None = None) -> Shared:
    """Raises :class:`NotFound` for a token that never was, :class:`Gone` once the link is over."""
    found = db.scalar(sa.select(ShareLink).filter_by(token_digest=links.digest_of(token)))
    if found is None:
        raise NotFound(NOT_THERE)
    if not is_open(found, now or clock.now()):
        raise Gone(OVER)
    query = sa.select(Credential).filter_by(holder_id=found.holder_id).where(Credential.document != b"")
    if found.credential_id is not None:
        query = query.where(Credential.id == found.credential_id)
    else:
        query = query.where(Credential.revoked_at.is_(None))
    newest = query.order_by(Credential.issued_at.desc(), Credential.id).options(*held.whole())
    return Shared(found, db.scalars(newest).all())


def _must_count(credential: Credential, now: datetime) -> None:
    if validity_of(credential, now) not in COUNTS:
        raise Conflict(N_("Ce badge ne compte plus : il ne peut pas être partagé."))
