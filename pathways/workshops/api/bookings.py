"""Seats for programs of members: the same service functions as the desk's pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any

from fastapi import Depends, Header, Query
from sqlalchemy.orm import Session

from pathways import idempotency, ids
from pathways.permissions import Member, Permission
from pathways.settings import Settings
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires, public
from pathways.web.paging import Cursor, Limit, PageOf, page
from pathways.web.routing import Router
from pathways.workshops.codes import Codes
from pathways.workshops.models import Booking, Via, WaitlistEntry
from pathways.workshops.seating import booking, seats, seen, waiting
from pathways.workshops.seating.booking_schemas import (
    AvailabilityOut,
    BookingIn,
    BookingOut,
    EntryOut,
    MoveIn,
    TransferIn,
    WaitingIn,
    booking_json,
    entry_json,
)

router = Router(route_class=StrictRoute)
_BOOKINGS: list[str | Enum] = ["bookings"]
_WAITING: list[str | Enum] = ["waiting-entries"]
Booker = Annotated[
    Member,
    Depends(Requires(Permission.BOOKINGS_MAKE, of={"booking_id": seen.booking, "entry_id": seen.entry})),
]
Key = Annotated[
    uuid.UUID | None, Header(alias="Idempotency-Key", description="A UUID of yours: the same one gives the same reply.")
]
OfSession = Annotated[uuid.UUID | None, Query(description="Of this session alone.")]


@router.get(
    "/sessions/{session_id}/availability",
    response_model=AvailabilityOut,
    tags=["sessions"],
    summary="How many seats are free",
)
@public("how many seats of a published session are free stands on its page")
def availability(session_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    """At this very moment: a hold that ran out is free, even before anybody swept it."""
    found = seats.availability(db, seats.public(db, session_id))
    return {
        "session_id": session_id,
        "standing": found.standing,
        "capacity": found.capacity,
        "free": found.free,
        "kept": found.kept,
        "waiting": found.waiting,
    }


@router.get("/bookings", response_model=PageOf[BookingOut], tags=_BOOKINGS, summary="The bookings that one may see")
def list_bookings(
    member: Booker,
    db: ReadDB,
    settings: OwnSettings,
    limit: Limit = 50,
    cursor: Cursor = None,
    session_id: OfSession = None,
) -> dict[str, Any]:
    """Those one made; with the right to hold them, those of every session of one's organisation. The latest first."""
    query, codes = seen.bookings(member, session_id=session_id), Codes(settings.secret)
    return page(
        db,
        query,
        at=Booking.created_at,
        key=Booking.id,
        limit=limit,
        cursor=cursor,
        show=lambda one: booking_json(one, codes, settings.url),
    )


@router.post("/bookings", status_code=201, response_model=BookingOut, tags=_BOOKINGS, summary="Book for somebody")
def book(member: Booker, body: BookingIn, db: DB, settings: OwnSettings, key: Key = None) -> dict[str, Any]:
    """Seats for a party, all or none. Refused as `full`, `overtaking` (somebody who fits waits: join the list),
    `locked` (too late without the desk) or `conflict`. Sent again with the same key, it gives the same booking.
    """
    codes, wanted, new = Codes(settings.secret), body.wanted(body.file_id), ids.random_id()

    def act() -> dict[str, Any]:
        if body.hold:
            made = booking.hold(db, codes, body.session_id, wanted, by=member, via=Via.PERSON)
        else:
            made = booking.book(db, codes, body.session_id, wanted, by=member, booking_id=new)
        return {"id": str(made.booking.id)}

    done = once(db, member, "booking", key, body.model_dump(mode="json"), act, foreseen=None if body.hold else new)
    return booking_json(db.get_one(Booking, done), codes, settings.url)


@router.get("/bookings/{booking_id}", response_model=BookingOut, tags=_BOOKINGS, summary="One booking")
def one_booking(member: Booker, booking_id: uuid.UUID, db: ReadDB, settings: OwnSettings) -> dict[str, Any]:
    return booking_json(seen.booking(db, member, booking_id), Codes(settings.secret), settings.url)


@router.post("/bookings/{booking_id}/confirm", response_model=BookingOut, tags=_BOOKINGS, summary="Book what was held")
def confirm(member: Booker, booking_id: uuid.UUID, db: DB, settings: OwnSettings) -> dict[str, Any]:
    """Refused (409) once the hold has run out. Twice changes nothing."""
    found = booking.confirm(db, seen.booking(db, member, booking_id))
    return booking_json(found, Codes(settings.secret), settings.url)


@router.post("/bookings/{booking_id}/cancel", response_model=BookingOut, tags=_BOOKINGS, summary="Give seats back")
def cancel(member: Booker, booking_id: uuid.UUID, db: DB, settings: OwnSettings) -> dict[str, Any]:
    """Who waits for them is offered them at once. Twice changes nothing."""
    found = booking.cancel(db, seen.booking(db, member, booking_id), by=member)
    return booking_json(found, Codes(settings.secret), settings.url)


@router.post("/bookings/{booking_id}/move", response_model=BookingOut, tags=_BOOKINGS, summary="Another session")
def move(
    member: Booker, booking_id: uuid.UUID, body: MoveIn, db: DB, settings: OwnSettings, key: Key = None
) -> dict[str, Any]:
    """The new booking; the old one is `moved`. Where there is no seat, nothing changes."""
    codes = Codes(settings.secret)

    def act() -> dict[str, Any]:
        old = seen.booking(db, member, booking_id)
        return {"id": str(booking.move(db, codes, old, body.session_id, by=member).booking.id)}

    done = once(db, member, "move", key, [str(booking_id), str(body.session_id)], act)
    return booking_json(db.get_one(Booking, done), codes, settings.url)


@router.post(
    "/bookings/{booking_id}/transfer", response_model=BookingOut, tags=_BOOKINGS, summary="Hand seats on to a relative"
)
def transfer(
    member: Booker, booking_id: uuid.UUID, body: TransferIn, db: DB, settings: OwnSettings, key: Key = None
) -> dict[str, Any]:
    """Another slip; the code and the link of the old one open nothing any more."""
    codes = Codes(settings.secret)

    def act() -> dict[str, Any]:
        old = seen.booking(db, member, booking_id)
        return {"id": str(booking.transfer(db, codes, old, label=body.label, by=member).booking.id)}

    done = once(db, member, "transfer", key, [str(booking_id), body.label], act)
    return booking_json(db.get_one(Booking, done), codes, settings.url)


@router.get(
    "/waiting-entries", response_model=PageOf[EntryOut], tags=_WAITING, summary="Who waits, as far as one may see"
)
def list_entries(
    member: Booker,
    db: ReadDB,
    settings: OwnSettings,
    limit: Limit = 50,
    cursor: Cursor = None,
    session_id: OfSession = None,
) -> dict[str, Any]:
    return page(
        db,
        seen.entries(member, session_id=session_id),
        at=WaitlistEntry.created_at,
        key=WaitlistEntry.id,
        limit=limit,
        cursor=cursor,
        show=lambda one: told(db, one, settings),
    )


@router.post("/waiting-entries", status_code=201, response_model=EntryOut, tags=_WAITING, summary="Wait for seats")
def join(member: Booker, body: WaitingIn, db: DB, settings: OwnSettings, key: Key = None) -> dict[str, Any]:
    """Whoever fits at once is offered the seats at once."""
    codes = Codes(settings.secret)

    def act() -> dict[str, Any]:
        return {"id": str(waiting.join(db, codes, body.session_id, body.wanted(), by=member).entry.id)}

    done = once(db, member, "waiting", key, body.model_dump(mode="json"), act)
    return told(db, db.get_one(WaitlistEntry, done), settings)


@router.get("/waiting-entries/{entry_id}", response_model=EntryOut, tags=_WAITING, summary="One place in a list")
def one_entry(member: Booker, entry_id: uuid.UUID, db: ReadDB, settings: OwnSettings) -> dict[str, Any]:
    return told(db, seen.entry(db, member, entry_id), settings)


@router.post(
    "/waiting-entries/{entry_id}/accept", response_model=BookingOut, tags=_WAITING, summary="Take what is offered"
)
def accept(member: Booker, entry_id: uuid.UUID, db: DB, settings: OwnSettings) -> dict[str, Any]:
    """The booking. Twice gives the same one; an offer that ran out is refused (409)."""
    codes = Codes(settings.secret)
    made = waiting.accept(db, codes, seen.entry(db, member, entry_id))
    return booking_json(made.booking, codes, settings.url)


@router.post(
    "/waiting-entries/{entry_id}/decline", response_model=EntryOut, tags=_WAITING, summary="Say no to what is offered"
)
def decline(member: Booker, entry_id: uuid.UUID, db: DB, settings: OwnSettings) -> dict[str, Any]:
    return told(db, waiting.decline(db, seen.entry(db, member, entry_id)), settings)


@router.post("/waiting-entries/{entry_id}/withdraw", response_model=EntryOut, tags=_WAITING, summary="Wait no longer")
def withdraw(member: Booker, entry_id: uuid.UUID, db: DB, settings: OwnSettings) -> dict[str, Any]:
    return told(db, waiting.withdraw(db, seen.entry(db, member, entry_id)), settings)


def told(db: Session, entry: WaitlistEntry, settings: Settings) -> dict[str, Any]:
    """A place in a list, with how many are before it."""
    db.refresh(entry)
    ahead = waiting.ahead(db, entry) if entry.state in waiting.ON_THE_LIST else 0
    offered = waiting.offered(db, entry)
    return entry_json(entry, Codes(settings.secret), settings.url, ahead=ahead, offered=offered)


def once(
    db: Session,
    asker: Member | str,
    what: str,
    key: uuid.UUID | None,
    asked: Any,
    act: Callable[[], dict[str, Any]],
    *,
    foreseen: uuid.UUID | None = None,
) -> uuid.UUID:
    """The id that ``act`` gives, or gave the first time. Nothing of a slip is kept with the key but that."""
    who = asker if isinstance(asker, str) else asker.account_id
    answer, _ = idempotency.once(
        db,
        idempotency.scope_of(who, what),
        str(key) if key else "",
        asked,
        act,
        foreseen={"id": str(foreseen)} if foreseen else None,
    )
    return uuid.UUID(answer["id"])
