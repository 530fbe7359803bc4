"""Badges for those who came to a session and want one, in one go: from the register, by the criteria, without a jury.

Whoever has no space gets one, opened by a private link that is printed for them; whoever has one finds the badge there.
A desk prints the link of a space only as long as nothing is in it but what desks put there.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n
from pathways.badges.candidacy import acquaintance, facts, standing
from pathways.badges.candidacy.spaces import holders_of, made_for, tokens_of
from pathways.badges.criteria import tree, wording
from pathways.badges.criteria.nodes import Node
from pathways.badges.criteria.progress import progress
from pathways.badges.criteria.wording import Language, Line, Names
from pathways.badges.holding import results
from pathways.badges.holding.links import Links
from pathways.badges.issuing import awarding, composing, measuring, naming, networks, offering
from pathways.badges.issuing.awarding import Order
from pathways.badges.issuing.composing import Witnessed
from pathways.badges.issuing.defining import Definition
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import AchievementVersion, Credential, Issuer
from pathways.errors import Conflict, Forbidden, NotFound
from pathways.i18n import D_
from pathways.people import fields
from pathways.permissions import Member, Permission
from pathways.workshops.attending import attendance
from pathways.workshops.models import Booking, WorkshopSession

MOST_AT_ONCE = 100
"""People in one go: each is looked at by the criteria."""
NOT_OFFERED = D_("Ce badge ne peut pas être délivré à une séance : un jury décide, ou il n'est plus proposé.")


class Outcome(enum.StrEnum):
    ISSUED = "issued"
    HELD = "held"
    """They have it already, from here or from elsewhere."""
    MISSING = "missing"
    """A criterion is not met."""


@dataclass(frozen=True, slots=True)
class Participant:
    """A booking of the session, whose first person is meant: the others of a party have no slip of their own."""

    booking: Booking
    came: bool
    has_space: bool
    credential: Credential | None
    """A living badge of the achievement that is looked at."""


@dataclass(frozen=True, slots=True)
class Result:
    booking: Booking
    outcome: Outcome
    missing: tuple[Line, ...] = ()
    """What is missing, in the language of the desk."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed for one person."""

    booking: Booking
    credential: Credential
    token: str | None
    """Of the private link; ``None`` where the space is the person's own already."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """What is issued, worked out once for everybody."""

    version: AchievementVersion
    definition: Definition
    node: Node
    language: Language
    """Of the desk, for what is missing."""
    names: Names


# --- what can be issued, and to whom --------------------------------------------------------------------------


def offered(db: Session, actor: Member) -> list[AchievementVersion]:
    """What the network of the member's organisation offers, where criteria alone decide and there is no level to be
    judged.
    """
    issuer = networks.kept_by(db, actor)
    return [] if issuer is None else [one for one in offering.on_offer(db, issuer) if _by_criteria_alone(one)]


def participants(
    db: Session, actor: Member, session_id: uuid.UUID, version: AchievementVersion | None = None
) -> list[Participant]:
    """Everybody who was expected, in the order in which they are called out. The number of queries does not grow with
    them.
    """
    rows = [row for row in attendance.register(db, actor, session_id).rows if row.seat == 1]
    known = holders_of(db, [row.booking for row in rows])
    living = _living(db, set(known.values()), version.achievement_id, clock.now()) if version is not None else {}
    return [
        Participant(row.booking, row.came, row.booking.id in known, living.get(known.get(row.booking.id)))
        for row in rows
    ]


# --- issuing --------------------------------------------------------------------------------------------------


def issue(
    db: Session,
    signer: Signer,
    links: Links,
    actor: Member,
    session_id: uuid.UUID,
    achievement_id: uuid.UUID,
    booking_ids: Collection[uuid.UUID],
    *,
    now: datetime | None = None,
) -> list[Result]:
    """Issue to those of the chosen bookings who came and meet the criteria; for the others, say why not. What is chosen
    are people who want it. Twice is once. Raises :class:`Invalid` for a booking of which nobody came,
    :class:`Conflict` while the session lasts.
    """
    now = now or clock.now()
    if not actor.may(Permission.BADGES_ISSUE):
        raise Forbidden(D_("Votre rôle ne permet pas cela."))
    offer = _offer(db, actor, achievement_id)
    session = _over(db, actor, session_id, now)
    chosen = _chosen(db, actor, session_id, booking_ids)
    known = holders_of(db, chosen)
    acquaintance.hold(db, known.values())
    results, orders = list[Result](), list[Order]()
    for booking in chosen:
        found, order = _one(db, links, offer, session, booking, known.get(booking.id), now)
        results.append(found)
        if order is not None:
            orders.append(order)
    if orders:
        awarding.issue(db, signer, offer.version, orders, by=actor.account_id, now=now)
        told = {"issued": len(orders), "slug": offer.version.achievement.slug}
        networks.note(
            db, offer.version.achievement.issuer_id, "session_badges", by=actor.account_id, about=session.id, **told
        )
    return results


def slips(db: Session, links: Links, actor: Member, session_id: uuid.UUID, version: AchievementVersion) -> list[Slip]:
    """One for each badge that was issued for this session and that lives, in the order of the register."""
    if db.get_one(Issuer, version.achievement.issuer_id).organisation_id != actor.organisation_id:
        raise NotFound(offering.NOT_THERE)
    bookings = [row.booking for row in attendance.register(db, actor, session_id).rows if row.seat == 1]
    known = holders_of(db, bookings)
    living = _living(db, set(known.values()), version.achievement_id, clock.now())
    here = f"session:{session_id.hex}:"
    tokens = tokens_of(db, links, actor.organisation_id, set(known.values()))
    found = []
    for booking in bookings:
        holder_id = known.get(booking.id)
        credential = living.get(holder_id)
        if holder_id is not None and credential is not None and (credential.origin or "").startswith(here):
            found.append(Slip(booking, credential, tokens.get(holder_id)))
    return found


# --- inside ---------------------------------------------------------------------------------------------------


def _by_criteria_alone(version: AchievementVersion) -> bool:
    definition = offering.definition_of(version)
    return not definition.jury and len(definition.levels) < 2


def _offer(db: Session, actor: Member, achievement_id: uuid.UUID) -> _Offer:
    achievement = offering.get(db, actor, achievement_id)
    version = next((one for one in offered(db, actor) if one.achievement_id == achievement.id), None)
    if version is None:
        raise Conflict(NOT_OFFERED)
    definition = offering.definition_of(version)
    node, language = definition.node, standing.words_in(i18n.current().code)
    return _Offer(version, definition, node, language, naming.names_for(db, [node], language))


def _over(db: Session, actor: Member, session_id: uuid.UUID, now: datetime) -> WorkshopSession:
    """The session, held so that of two who issue for it the second sees what the first did."""
    session = attendance.held(db, actor, session_id)
    if session.ends_at > now:
        raise Conflict(D_("Cette séance n'est pas finie : les badges se délivrent après."))
    db.execute(sa.select(WorkshopSession.id).filter_by(id=session.id).with_for_update(key_share=True))
    return session


def _chosen(db: Session, actor: Member, session_id: uuid.UUID, booking_ids: Collection[uuid.UUID]) -> list[Booking]:
    if not booking_ids:
        raise fields.refused("bookings", D_("Choisissez au moins une personne qui veut ce badge."))
    if len(booking_ids) > MOST_AT_ONCE:
        raise fields.refused("bookings", D_("Au plus %(most)s personnes à la fois."), most=MOST_AT_ONCE)
    rows = attendance.register(db, actor, session_id).rows
    came = {row.booking.id: row.booking for row in rows if row.seat == 1 and row.came}
    if not set(booking_ids) <= came.keys():
        raise fields.refused("bookings", D_("Une personne choisie n'est pas notée présente à cette séance."))
    wanted = set(booking_ids)
    return [booking for booking in came.values() if booking.id in wanted]


def _one(
    db: Session,
    links: Links,
    offer: _Offer,
    session: WorkshopSession,
    booking: Booking,
    holder_id: uuid.UUID | None,
    now: datetime,
) -> tuple[Result, Order | None]:
    achievement_id = offer.version.achievement_id
    if holder_id is not None and _living(db, {holder_id}, achievement_id, now):
        return Result(booking, Outcome.HELD), None
    tried = db.begin_nested()
    holder = made_for(db, links, booking, holder_id)
    bounds = tree.bounded_in(offer.node)
    reads = results.read_of(db, holder.id)
    known = facts.gather(db, holder, offer.version.achievement.issuer_id, now, bounds=bounds, reads=reads)
    found = progress(offer.node, known)
    if not found.met:
        tried.rollback()  # no space is left of somebody who does not get anything
        line = wording.still(found, offer.language, offer.names)
        return Result(booking, Outcome.MISSING, line.under or (line,)), None
    tried.commit()
    skills = composing.skills_of(offer.definition)
    measure = measuring.measured(reads, skills) if skills else None
    order = Order(
        holder_id=holder.id,
        origin=_origin(db, session.id, holder.id, achievement_id),
        language="en" if booking.language == "en" and "en" in offer.definition.languages else "fr",
        level=1 if offer.definition.levels else None,
        witnessed=Witnessed(measure, skills=len(skills)),
    )
    return Result(booking, Outcome.ISSUED), order


def _origin(db: Session, session_id: uuid.UUID, holder_id: uuid.UUID, achievement_id: uuid.UUID) -> str:
    """The same for the same session, person and achievement; another one after a badge that lives no more, which is
    never given a second time.
    """
    base = f"session:{session_id.hex}:{uuid.uuid5(achievement_id, holder_id.hex).hex}"
    before = sa.select(sa.func.count()).where(Credential.holder_id == holder_id, Credential.origin.startswith(base))
    count = db.scalar(before) or 0
    return f"{base}:{count + 1}" if count else base


def _living(
    db: Session, holder_ids: Collection[uuid.UUID], achievement_id: uuid.UUID, now: datetime
) -> dict[uuid.UUID | None, Credential]:
    """The latest badge of the achievement that each holds, neither revoked nor expired."""
    query = (
        sa.select(Credential)
        .join(AchievementVersion, AchievementVersion.id == Credential.version_id)
        .where(Credential.holder_id.in_(holder_ids), AchievementVersion.achievement_id == achievement_id)
        .where(Credential.revoked_at.is_(None))
        .where(sa.or_(Credential.valid_until.is_(None), Credential.valid_until > now))
        .order_by(Credential.issued_at, Credential.id)
    )
    return {one.holder_id: one for one in db.scalars(query)}
