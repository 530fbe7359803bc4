"""The space of somebody who holds badges or is on the way to one: with an account or without, opened by a private link
either way. It stays theirs when they leave the organisation that they came with, and goes when they say so.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids
from pathways.badges.holding.links import Links, Opens
from pathways.badges.issuing import revoking, witnessing
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import (
    Credential,
    Endorsement,
    Holder,
    HolderAttempt,
    HolderBooking,
    HolderEvent,
)
from pathways.database import insert_for
from pathways.diagnostics import belonging, taking
from pathways.diagnostics.models import Attempt
from pathways.errors import Conflict, NotFound
from pathways.i18n import N_
from pathways.people import fields
from pathways.permissions import Member
from pathways.workshops.models import Booking

VISIT = timedelta(minutes=1)
KEPT_DAYS = 730
"""Of an attempt that somebody brought here, from its last activity on: what a badge stands on can be read again."""
OTHERS_KEPT_DAYS = 190
"""The most that anything else asks for (a pathway, a referral): what an attempt keeps that leaves a space."""
MOST_BROUGHT = 100
"""Attempts, and seats, of one person."""
MOST_RENEWALS = 20
LONGEST_NAME = 80
NOT_THERE = N_("Ce lien n'existe pas, ou n'existe plus.")
TOO_LONG = N_("C'est trop long.")
SOMEBODY_ELSES = N_("Ce résultat est déjà dans l'espace d'une autre personne.")


# --- opening one ----------------------------------------------------------------------------------------------


def create(db: Session, links: Links, *, language: str = i18n.SOURCE) -> tuple[Holder, str]:
    """A space for somebody without account, and the token of the link that opens it."""
    holder_id = ids.random_id()
    token = links.token_of(Opens.HOLDER, holder_id)
    holder = Holder(id=holder_id, link_digest=links.digest_of(token), language=_known(language))
    db.add(holder)
    db.flush()
    return holder, token


def for_account(db: Session, links: Links, member: Member, *, language: str = i18n.SOURCE) -> Holder:
    """The space of an account, made at first need. Of two requests at the same moment, both get the same."""
    wanted = sa.select(Holder).filter_by(account_id=member.account_id)
    found = db.scalar(wanted)
    if found is not None:
        return found
    holder_id, now = ids.random_id(), clock.now()
    values = {
        "id": holder_id,
        "account_id": member.account_id,
        "link_digest": links.digest_of(links.token_of(Opens.HOLDER, holder_id)),
        "language": _known(language),
        "created_at": now,
        "active_at": now,
    }
    db.execute(insert_for(db)(Holder).values(values).on_conflict_do_nothing(index_elements=["account_id"]))
    return db.scalars(wanted).one()


def by_token(db: Session, links: Links, token: str) -> Holder:
    """Raises :class:`NotFound` for a link that was renewed, or whose space was erased."""
    found = db.scalar(sa.select(Holder).filter_by(link_digest=links.digest_of(token)))
    if found is None:
        raise NotFound(NOT_THERE)
    return found


def token_of(links: Links, holder: Holder) -> str:
    """The token that opens it at present: no counter is stored, the links are tried in turn. Raises :class:`Conflict`
    where the server's secret is another since: the old link opens it still, and cannot be shown any more.
    """
    for number in range(MOST_RENEWALS + 1):
        token = links.token_of(Opens.HOLDER, holder.id, number)
        if links.digest_of(token) == holder.link_digest:
            return token
    raise Conflict(N_("Ce lien a été changé trop de fois. Demandez de l'aide à votre médiateur."))


def renew_link(db: Session, links: Links, holder: Holder) -> str:
    """Another link, and the one of before opens nothing any more: for whoever lost a telephone."""
    db.refresh(holder, with_for_update={"key_share": True})
    for number in range(MOST_RENEWALS):
        if links.digest_of(links.token_of(Opens.HOLDER, holder.id, number)) == holder.link_digest:
            token = links.token_of(Opens.HOLDER, holder.id, number + 1)
            holder.link_digest = links.digest_of(token)
            tell(db, holder.id, "link_renewed")
            db.flush()
            return token
    raise Conflict(N_("Ce lien a été changé trop de fois. Demandez de l'aide à votre médiateur."))


def visited(holder: Holder) -> None:
    """They are there, which keeps their space. Several times in a minute are one."""
    if clock.now() - holder.active_at > VISIT:
        holder.active_at = clock.now()


# --- what the person says of themself -------------------------------------------------------------------------


def rename(holder: Holder, name: str) -> None:
    """How they want to be called on what they share; empty for no name. In no badge."""
    line = " ".join(name.split())
    if len(line) > LONGEST_NAME:
        raise fields.refused("name", TOO_LONG)
    holder.name = line


def speak(holder: Holder, language: str) -> None:
    if language not in i18n.languages():
        raise fields.refused("language", N_("Cette langue n'est pas proposée ici."))
    holder.language = language


def write_to(holder: Holder, email: str) -> None:
    """Where to be told before a badge expires; empty to be told no more."""
    holder.email = fields.email(email) if email.strip() else ""


# --- what they bring ------------------------------------------------------------------------------------------


def bring_attempt(db: Session, holder: Holder, attempt_id: uuid.UUID) -> HolderAttempt:
    """Put a result into the space. The caller has proven that the person may open that attempt: by its own token, or by
    its resume code. From now on it is kept as long as the space needs it. Twice changes nothing; raises
    :class:`Conflict` for one that is in another space.
    """
    attempt = taking.held(db, belonging.root_of(db, taking.get(db, attempt_id)).id)
    known = db.get(HolderAttempt, attempt.id, populate_existing=True)
    if known is not None and known.holder_id != holder.id:
        raise Conflict(SOMEBODY_ELSES)
    if known is not None:
        return known
    _must_have_room(db, HolderAttempt, holder)
    brought = HolderAttempt(attempt_id=attempt.id, holder_id=holder.id)
    db.add(brought)
    attempt.kept_days = max(KEPT_DAYS, attempt.kept_days or 0)
    taking.visited(attempt)
    visited(holder)
    tell(db, holder.id, "attempt_brought", about=attempt.id)
    db.flush()
    return brought


def let_go_of_attempt(db: Session, holder: Holder, attempt_id: uuid.UUID) -> None:
    """Take a result out again. It is kept no longer than others need it."""
    brought = db.get(HolderAttempt, attempt_id)
    if brought is None or brought.holder_id != holder.id:
        raise NotFound(N_("Ce passage n'existe plus. Il a été effacé, ou son temps est fini."))
    _give_days_back(db, [attempt_id])
    db.delete(brought)
    tell(db, holder.id, "attempt_let_go", about=attempt_id)
    db.flush()


def bring_booking(db: Session, holder: Holder, booking_id: uuid.UUID, *, by_desk: bool = False) -> HolderBooking:
    """Put a seat into the space, so that the hours of its session count. The caller has proven that the person holds
    its slip, or is the desk (``by_desk``) where they came. Twice changes nothing; raises :class:`Conflict` for one that
    is in another space.
    """
    db.execute(sa.select(Booking.id).filter_by(id=booking_id).with_for_update(key_share=True))
    known = db.get(HolderBooking, booking_id, populate_existing=True)
    if known is not None and known.holder_id != holder.id:
        raise Conflict(N_("Cette place est déjà dans l'espace d'une autre personne."))
    if known is not None:
        return known
    _must_have_room(db, HolderBooking, holder)
    brought = HolderBooking(booking_id=booking_id, holder_id=holder.id)
    db.add(brought)
    visited(holder)
    tell(db, holder.id, "booking_noted" if by_desk else "booking_brought", about=booking_id)
    db.flush()
    return brought


# --- its history, and its end ---------------------------------------------------------------------------------


def tell(db: Session, holder_id: uuid.UUID, act: str, *, about: uuid.UUID | None = None, **details: Any) -> None:
    """Write down what happened in a space, for its holder to read."""
    db.add(HolderEvent(holder_id=holder_id, act=act, about_id=about, details=details, happened_at=clock.now()))


def history(db: Session, holder: Holder, *, most: int = 200) -> Sequence[HolderEvent]:
    """The newest first."""
    query = sa.select(HolderEvent).filter_by(holder_id=holder.id)
    return db.scalars(query.order_by(HolderEvent.happened_at.desc(), HolderEvent.id.desc()).limit(most)).all()


def erase(db: Session, signer: Signer, holder: Holder) -> None:
    """The space and all that is in it: requests with their evidence, links, history; badges are revoked and emptied,
    and what the person endorsed for others goes with them. Results and seats stay where they were made, and are kept no
    longer for this.
    """
    db.refresh(holder, with_for_update=True)
    held = sa.select(Credential).filter_by(holder_id=holder.id).order_by(Credential.id)
    for credential in db.scalars(held).all():
        revoking.withdraw_for_erasure(db, signer, credential)
    for given in db.scalars(sa.select(Endorsement).filter_by(endorser_id=holder.id).order_by(Endorsement.id)).all():
        unsay(db, signer, given)
    brought = db.scalars(sa.select(HolderAttempt.attempt_id).filter_by(holder_id=holder.id)).all()
    _give_days_back(db, brought)
    db.flush()
    db.execute(sa.delete(Holder).where(Holder.id == holder.id))  # the rest goes with it, say the foreign keys
    db.expire_all()


def unsay(db: Session, signer: Signer, given: Endorsement) -> None:
    """The author of an endorsement takes it back. That it was there stays, for the rules against conflicts of interest;
    none of its words does. Twice changes nothing.
    """
    witnessing.take_back(db, signer, given)
    given.document, given.comment, given.answers, given.role = None, "", {}, ""


# --- inside ---------------------------------------------------------------------------------------------------


def _known(language: str) -> str:
    return language if language in i18n.languages() else i18n.SOURCE


def _must_have_room(db: Session, kind: type[HolderAttempt | HolderBooking], holder: Holder) -> None:
    count = db.scalar(sa.select(sa.func.count()).select_from(kind).filter_by(holder_id=holder.id)) or 0
    if count >= MOST_BROUGHT:
        raise Conflict(N_("Cet espace est plein : retirez d'abord un résultat."))


def _give_days_back(db: Session, attempt_ids: Sequence[uuid.UUID]) -> None:
    """Each is kept for what else may stand on it, and no longer; what is beneath badges does not say what that is."""
    query = sa.select(Attempt).where(Attempt.id.in_(attempt_ids)).order_by(Attempt.id)
    for attempt in db.scalars(query.with_for_update().execution_options(populate_existing=True)):
        if attempt.kept_days == KEPT_DAYS:
            attempt.kept_days = OTHERS_KEPT_DAYS
            usual = taking.KEPT_DAYS if attempt.file_id is None else taking.FILED_DAYS
            attempt.expires_at = attempt.active_at + timedelta(days=max(usual, OTHERS_KEPT_DAYS))
