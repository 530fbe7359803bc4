"""How many seats there are, who sold the last one, and the three ways to change their number.

Seats are sold by one conditional UPDATE of the session's row, which counts them up only where they still fit; a
constraint of the database stands behind it. Over-capacity is a real need of those who hold a session: it is an
allowance that somebody gives with a reason (:func:`allow`), and no way leads around the count.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import changes, clock, ids
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_, N_
from pathways.permissions import Member, Permission
from pathways.workshops.models import (
    MOST_SEATS,
    Booking,
    BookingState,
    QuotaKind,
    SeatChange,
    SeatQuota,
    SessionState,
    WorkshopSession,
)
from pathways.workshops.seating import settling
from pathways.workshops.seating.deadlines import offer_ends
from pathways.workshops.seating.settling import free

LONGEST_REASON = 200


class Standing(enum.StrEnum):
    """What a session is at a moment, as somebody sees it who wants a seat."""

    OPEN = "open"
    FULL = "full"
    """No seat for whoever comes now; one may wait."""
    LOCKED = "locked"
    """It is too late to book without the desk."""
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"
    DRAFT = "draft"


def standing(session: WorkshopSession, now: datetime) -> Standing:
    if session.state in {SessionState.DRAFT, SessionState.CANCELLED}:
        return Standing(session.state.value)
    if session.state is SessionState.CLOSED or now >= session.ends_at:
        return Standing.OVER
    if now >= session.starts_at:
        return Standing.RUNNING
    if now >= session.closes_at:
        return Standing.LOCKED
    return Standing.FULL if free(session) <= 0 or has_a_line(session, now) else Standing.OPEN


def has_a_line(session: WorkshopSession, now: datetime) -> bool:
    """Whether somebody waits who comes first. Shortly before the start nothing is offered any more: then whoever comes
    may take what is free.
    """
    times = {"starts_at": session.starts_at, "closes_at": session.closes_at, "timezone": session.timezone}
    return bool(session.waiting) and offer_ends(now, **times) is not None


@dataclass(frozen=True, slots=True)
class Availability:
    """Seats as they are this very moment, though nobody has looked since something ran out."""

    standing: Standing
    capacity: int
    free: int
    """For everybody; never less than none."""
    kept: int
    """Of the quotas that stand: for those they are meant for."""
    waiting: int


def public(db: Session, session_id: uuid.UUID) -> WorkshopSession:
    """A session that anybody may know of."""
    found = db.get(WorkshopSession, session_id)
    if found is None or found.state is SessionState.DRAFT:
        raise NotFound(N_("Cette page n'existe pas."))
    return found


def availability(db: Session, session: WorkshopSession) -> Availability:
    """Read only."""
    now = clock.now()
    common, kept = free(session), session.reserved
    if session.lapse_at is not None and session.lapse_at <= now:
        common, kept = _as_if_settled(db, session, now)
    seen = standing(session, now)
    if seen in {Standing.OPEN, Standing.FULL}:
        seen = Standing.FULL if common <= 0 or has_a_line(session, now) else Standing.OPEN
    return Availability(seen, session.capacity + session.allowance, max(common, 0), kept, session.waiting)


def _as_if_settled(db: Session, session: WorkshopSession, now: datetime) -> tuple[int, int]:
    quotas = {one.id: one for one in settling.standing_quotas(db, session)}
    gone = {key for key, one in quotas.items() if one.until is not None and one.until <= now}
    kept = {key: one.capacity - one.booked - one.held for key, one in quotas.items() if key not in gone}
    common = free(session) + sum(quotas[key].capacity - quotas[key].booked - quotas[key].held for key in gone)
    over = sa.select(Booking.quota_id, sa.func.sum(Booking.party)).where(
        Booking.session_id == session.id, Booking.state == BookingState.HELD, Booking.lapses_at <= now
    )
    for quota_id, seats in db.execute(over.group_by(Booking.quota_id)):
        if quota_id is not None and quota_id in kept:
            kept[quota_id] += seats
        else:
            common += seats
    return common, sum(kept.values())


@dataclass(frozen=True, slots=True)
class Share:
    """Seats to be kept for some, until a moment (``None``: to the end)."""

    kind: QuotaKind
    value: str = ""
    capacity: int = 0
    until: datetime | None = None
    funder: str = ""


def set_quotas(db: Session, session: WorkshopSession, quotas: Sequence[Share]) -> list[SeatQuota]:
    """Keep seats for these and for nobody else: a quota that is not named any more is given up, and what it sold stays
    sold. Raises :class:`Invalid` for what cannot be kept, :class:`Conflict` where the seats are sold already.
    """
    _checked(quotas)
    (session,) = settling.locked(db, session.id)
    settling.settle(db, session)
    every = db.scalars(sa.select(SeatQuota).where(SeatQuota.session_id == session.id)).all()
    known = {(one.kind, one.value): one for one in every}
    for key in known.keys() - {(one.kind, one.value) for one in quotas}:
        known[key].released_at = known[key].released_at or clock.now()
    for wanted in quotas:
        quota = known.get((wanted.kind, wanted.value))
        if quota is None:
            quota = SeatQuota(session_id=session.id, kind=wanted.kind, value=wanted.value, booked=0, held=0)
            known[wanted.kind, wanted.value] = quota
            db.add(quota)
        if wanted.capacity < quota.booked + quota.held:
            raise Conflict(D_("De ces places gardées, %(sold)s sont déjà prises."), sold=quota.booked + quota.held)
        quota.capacity, quota.funder = wanted.capacity, wanted.funder
        quota.until, quota.released_at = wanted.until, None
    left = [one for one in known.values() if one.released_at is None]
    session.reserved = sum(one.capacity - one.booked - one.held for one in left)
    _must_fit(session)
    for one in left:
        if one.until is not None:
            settling.sooner(session, one.until)
    db.flush()
    settling.settle(db, session)
    changes.note(db, session.organisation_id, "session", session.id, "updated")
    return sorted(left, key=lambda one: one.id)


def _checked(quotas: Sequence[Share]) -> None:
    keys = [(one.kind, one.value) for one in quotas]
    if len(set(keys)) < len(keys):
        raise Invalid(D_("Ces places sont gardées deux fois pour les mêmes personnes."))
    if any(not 0 <= one.capacity <= MOST_SEATS for one in quotas):
        raise Invalid(D_("Ce nombre de places n'est pas possible."))


def allow(db: Session, member: Member, session: WorkshopSession, allowance: int, reason: str) -> SeatChange:
    """Allow seats beyond the capacity (or fewer than were allowed). Who waits is offered them at once."""
    return change(db, member, session, allowance=allowance, reason=reason)


def change(
    db: Session,
    member: Member,
    session: WorkshopSession,
    *,
    capacity: int | None = None,
    allowance: int | None = None,
    reason: str,
) -> SeatChange:
    """Change how many seats there are, never below what is sold, held or kept; who, when and why is written down."""
    if session.organisation_id != member.organisation_id:
        raise NotFound(D_("Cette séance n'existe pas."))
    if not member.may(Permission.WORKSHOPS_WRITE):
        raise Forbidden(D_("Vous n'avez pas accès à cette page."))
    given = " ".join(reason.split())
    if not given or len(given) > LONGEST_REASON:
        message = D_("Dites pourquoi, en une phrase.")
        raise Invalid(message, errors=[{"field": "reason", "message": message}])
    (session,) = settling.locked(db, session.id)
    settling.settle(db, session)
    before = {"capacity": session.capacity, "allowance": session.allowance}
    after = {
        "capacity": session.capacity if capacity is None else capacity,
        "allowance": session.allowance if allowance is None else allowance,
    }
    if min(after.values()) < 0 or max(after.values()) > MOST_SEATS:
        raise Invalid(D_("Ce nombre de places n'est pas possible."))
    session.capacity, session.allowance = after["capacity"], after["allowance"]
    _must_fit(session)
    session.updated_at = clock.now()
    written = SeatChange(
        id=ids.new_id(),
        session_id=session.id,
        account_id=member.account_id,
        before=before,
        after=after,
        reason=given,
        happened_at=clock.now(),
    )
    db.add(written)
    db.flush()
    settling.settle(db, session)
    changes.note(db, session.organisation_id, "session", session.id, "updated")
    return written


def _must_fit(session: WorkshopSession) -> None:
    if free(session) < 0:
        taken = session.booked + session.held + session.reserved
        raise Conflict(D_("%(taken)s places sont déjà prises ou gardées."), taken=taken)


def quota(db: Session, session_id: uuid.UUID, kind: QuotaKind, value: str = "") -> SeatQuota | None:
    """The seats kept for these, if some are."""
    return db.scalar(sa.select(SeatQuota).filter_by(session_id=session_id, kind=kind, value=value))
