"""What somebody asks for, and why they may not have it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_, N_
from pathways.people import files
from pathways.permissions import Member, Permission, Role
from pathways.workshops.models import (
    MOST_PARTY,
    Booking,
    Channel,
    QuotaKind,
    SeatQuota,
    SessionState,
    Via,
    WaitingState,
    WaitlistEntry,
    WorkshopSession,
)
from pathways.workshops.seating import seats, settling
from pathways.workshops.seating.fitting import Party
from pathways.workshops.seating.seats import Standing
from pathways.workshops.seating.settling import Settled

LONGEST_LABEL, LONGEST_CONTACT, MOST_NEEDS, LONGEST_NEED = 30, 254, 8, 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """Seats for a party, and what its slip and its messages need to know. Nothing of it is asked but the language."""

    party: int = 1
    language: str = "fr"
    needs: Sequence[str] = ()
    label: str = ""
    channel: Channel = Channel.NONE
    contact: str = ""
    file_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """Seats somebody has, and the two ways into their slip: they are told here and never again stored."""

    booking: Booking
    code: str
    token: str


class Refused(Conflict):
    """No seats. Kept: what ran out was taken back and offered to who waits on the way, and that must not be undone."""

    kept = True


class Full(Refused):
    kind = "full"

    def __init__(self) -> None:
        super().__init__(N_("Il n'y a plus de place."))


class Overtaking(Refused):
    """There is room, and somebody before waits for it."""

    kind = "overtaking"

    def __init__(self) -> None:
        super().__init__(N_("D'autres personnes attendent déjà une place."))


class Locked(Refused):
    kind = "locked"

    def __init__(self) -> None:
        super().__init__(N_("Il est trop tard pour réserver ici."))


class Over(Refused):
    def __init__(self) -> None:
        super().__init__(N_("Cet atelier est passé."))


class Cancelled(Refused):
    def __init__(self) -> None:
        super().__init__(N_("Cet atelier est annulé."))


class AlreadyBooked(Refused):
    """One active booking of a session for each file."""

    def __init__(self) -> None:
        super().__init__(D_("Cette personne a déjà une place dans cette séance."))


class AlreadyWaiting(Refused):
    def __init__(self) -> None:
        super().__init__(D_("Cette personne attend déjà une place dans cette séance."))


class NotHeld(Refused):
    """What was held, booked or offered is not any more."""

    def __init__(self) -> None:
        super().__init__(N_("Cette place n'est plus gardée pour vous."))


def checked(wanted: Wanted, by: Member | None, *, known: bool = False) -> Wanted:
    """The same, in the form in which it is kept; raises :class:`Invalid`. ``known``: it was kept already."""
    if not 1 <= wanted.party <= MOST_PARTY:
        raise Invalid(N_("Ce nombre de personnes n'est pas possible."), errors=_of("party"))
    if wanted.language not in i18n.languages():
        raise Invalid(N_("Cette valeur n'est pas valable."), errors=_of("language"))
    if len(wanted.needs) > MOST_NEEDS or any(len(one) > LONGEST_NEED for one in wanted.needs):
        raise Invalid(N_("Cette valeur n'est pas valable."), errors=_of("needs"))
    label, contact = " ".join(wanted.label.split()), wanted.contact.strip()
    if len(label) > LONGEST_LABEL or len(contact) > LONGEST_CONTACT:
        raise Invalid(N_("C'est trop long."), errors=_of("label" if len(label) > LONGEST_LABEL else "contact"))
    reached = wanted.channel in {Channel.EMAIL, Channel.SMS}
    if reached != bool(contact) or (wanted.channel is Channel.PRESCRIBER and by is None and not known):
        raise Invalid(N_("Cette valeur n'est pas valable."), errors=_of("contact"))
    if label == wanted.label and contact == wanted.contact:
        return wanted
    return Wanted(wanted.party, wanted.language, wanted.needs, label, wanted.channel, contact, wanted.file_id)


def _of(field: str) -> list[dict[str, str]]:
    return [{"field": field, "message": N_("Cette valeur n'est pas valable.")}]


def via_of(by: Member | None, via: Via) -> Via:
    """A member books for somebody else: at the desk, or as a prescriber."""
    if by is None or via is not Via.PERSON:
        return via
    return Via.PRESCRIBER if by.role is Role.PRESCRIBER else Via.DESK


def row_of(wanted: Wanted, by: Member | None, via: Via, *, id: uuid.UUID | None = None) -> dict[str, Any]:  # noqa: A002 - the word of the house
    """What a booking and an entry of the waiting list have in common."""
    now = clock.now()
    return {
        "id": id or ids.random_id(),
        "party": wanted.party,
        "language": wanted.language,
        "needs": sorted(set(wanted.needs)),
        "label": wanted.label,
        "via": via_of(by, via),
        "organisation_id": by.organisation_id if by else None,
        "booked_by": by.account_id if by else None,
        "channel": wanted.channel,
        "contact": wanted.contact,
        "created_at": now,
        "updated_at": now,
    }


def opened(db: Session, session_id: uuid.UUID, *, by: Member | None, via: Via) -> WorkshopSession:
    """The session, locked, if seats of it can be had at this moment; otherwise why not."""
    return may_be_had(next(iter(settling.locked(db, session_id)), None), by=by, via=via)


def may_be_had(session: WorkshopSession | None, *, by: Member | None, via: Via) -> WorkshopSession:
    if session is None or session.state is SessionState.DRAFT:
        raise NotFound(N_("Cette page n'existe pas."))
    _refuse_if_late(seats.standing(session, clock.now()), session, by=by, via=via)
    return session


def _refuse_if_late(standing: Standing, session: WorkshopSession, *, by: Member | None, via: Via) -> None:
    if standing is Standing.CANCELLED:
        raise Cancelled
    if session.state is SessionState.CLOSED:
        raise Over
    if via is Via.VAN:
        return  # it sold its own seats before it told us
    if standing is Standing.OVER:
        raise Over
    if standing in {Standing.LOCKED, Standing.RUNNING} and not _holds(by, session):
        raise Locked


def _holds(by: Member | None, session: WorkshopSession) -> bool:
    """Whether it is the desk of the session itself that asks: it may seat people until the end."""
    return by is not None and by.may(Permission.BOOKINGS_HOLD) and by.organisation_id == session.organisation_id


def must_keep(db: Session, by: Member | None, file_id: uuid.UUID) -> None:
    """Whoever names a file must be one who may keep it."""
    if by is None:
        raise NotFound(D_("Cette fiche n'existe pas."))
    files.held(db, by, file_id)


def must_have_no_seat(db: Session, file_id: uuid.UUID, session_id: uuid.UUID, *, waiting: bool = False) -> None:
    """Of whom the file is has no seat yet, nor (``waiting``) a place in the line; the session must be locked."""
    if settling.file_of(db, file_id, session_id) is None:
        raise AlreadyBooked
    listed = sa.select(WaitlistEntry.id).where(
        WaitlistEntry.session_id == session_id,
        WaitlistEntry.file_id == file_id,
        WaitlistEntry.state == WaitingState.WAITING,
    )
    if waiting and db.scalar(listed.limit(1)):
        raise AlreadyWaiting


def seat(settled: Settled, row: Mapping[str, Any], *, handed: uuid.UUID | None = None) -> SeatQuota | None:
    """The quota that the party sits in, or ``None`` for the common seats; raises :class:`Full` or :class:`Overtaking`.

    ``handed`` is a quota of a van or of wishes, which its caller may draw from; a van sells nothing else.
    """
    by_id = {one.id: one for one in settled.quotas}
    given = by_id.get(handed) if handed else None
    if row["via"] is Via.VAN:
        pots = (given.id,) if given is not None and given.kind is QuotaKind.VAN else ()
    else:
        pots = settling.pots_of(
            settled.quotas,
            language=row["language"],
            needs=row["needs"],
            prescriber=row["via"] is Via.PRESCRIBER,
            organisation_id=row["organisation_id"],
        )
        if given is not None and given.kind is QuotaKind.WISHES:
            pots = (given.id, *pots)
    fits, pot = settled.seats.take(Party(row["party"], pots))
    if not fits:
        raise Overtaking if any(settled.seats.free[one] >= row["party"] for one in pots) else Full
    return by_id[pot] if pot else None


def lapses(seconds: int) -> datetime:
    return clock.now() + timedelta(seconds=seconds)
