"""Seats for whoever stands before a poster, or holds a slip: no account, no address, no telephone number.

A slip's token opens this one slip; the code of a session opens its page and books there. Nothing acts but a POST.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from sqlalchemy.orm import Session

from pathways import ids, throttle
from pathways.settings import Settings
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, Address, OwnSettings, ReadDB, public
from pathways.web.routing import Router
from pathways.workshops.api.bookings import Key, once, told
from pathways.workshops.codes import Codes
from pathways.workshops.models import Booking, Via, WaitlistEntry
from pathways.workshops.scheduling import sessions
from pathways.workshops.seating import booking, waiting
from pathways.workshops.seating.booking_schemas import (
    BookingOut,
    EntryOut,
    MoveIn,
    PartyIn,
    PublicBookingIn,
    TransferIn,
    booking_json,
)

router = Router(tags=["slips"], route_class=StrictRoute)
Code = Annotated[str, Path(max_length=20, description="The code of the session, as on its poster.")]
Token = Annotated[str, Path(max_length=60, description="Of a slip: the last part of its address.")]


@router.post("/s/{session_code}/bookings", status_code=201, response_model=BookingOut, summary="Book a seat")
@public("anybody who has the code of a session may book a seat in it")
def book(
    session_code: Code, body: PublicBookingIn, db: DB, settings: OwnSettings, address: Address, key: Key = None
) -> Any:
    """Seats for a party, all or none; refused as with `POST /bookings`. Sent again with the same key, it gives the same
    booking.
    """
    codes, wanted, new = Codes(settings.secret), body.wanted(), ids.random_id()

    def act() -> dict[str, Any]:
        if body.hold:
            client = throttle.bucket(settings.secret, "hold", address)
            session = sessions.public_by_code(db, session_code)
            made = booking.hold(db, codes, session.id, wanted, via=Via.API, client=client)
        else:
            made = booking.book_by_code(db, codes, session_code, wanted, via=Via.API, booking_id=new)
        _count(db, settings, address)
        return {"id": str(made.booking.id)}

    asked = [ids.normalised(session_code), body.model_dump(mode="json")]
    done = once(db, "slip", "booking", key, asked, act, foreseen=None if body.hold else new)
    return booking_json(db.get_one(Booking, done), codes, settings.url)


@router.post("/s/{session_code}/waiting-entries", status_code=201, response_model=EntryOut, summary="Wait for a seat")
@public("anybody who has the code of a session may wait for a seat in it")
def join(session_code: Code, body: PartyIn, db: DB, settings: OwnSettings, address: Address, key: Key = None) -> Any:
    codes = Codes(settings.secret)

    def act() -> dict[str, Any]:
        session = sessions.public_by_code(db, session_code)
        made = waiting.join(db, codes, session.id, body.wanted(), via=Via.API)
        _count(db, settings, address)
        return {"id": str(made.entry.id)}

    done = once(db, "slip", "waiting", key, [ids.normalised(session_code), body.model_dump(mode="json")], act)
    return told(db, db.get_one(WaitlistEntry, done), settings)


@router.get("/b/{slip_token}", response_model=BookingOut, summary="What a slip is about")
@public("whoever holds a slip may read it")
def slip(slip_token: Token, db: ReadDB, settings: OwnSettings) -> Any:
    codes = Codes(settings.secret)
    return booking_json(booking.of_token(db, codes, slip_token), codes, settings.url)


@router.post("/b/{slip_token}/move", response_model=BookingOut, summary="Another session")
@public("whoever holds a slip may change the date")
def move(slip_token: Token, body: MoveIn, db: DB, settings: OwnSettings, key: Key = None) -> Any:
    codes = Codes(settings.secret)

    def act() -> dict[str, Any]:
        old = booking.of_token(db, codes, slip_token)
        return {"id": str(booking.move(db, codes, old, body.session_id).booking.id)}

    done = once(db, "slip", "move", key, [ids.digest(slip_token), str(body.session_id)], act)
    return booking_json(db.get_one(Booking, done), codes, settings.url)


@router.post("/b/{slip_token}/transfer", response_model=BookingOut, summary="Hand a slip on to a relative")
@public("whoever holds a slip may hand it on")
def transfer(slip_token: Token, body: TransferIn, db: DB, settings: OwnSettings, key: Key = None) -> Any:
    """Another slip; this one opens nothing any more."""
    codes = Codes(settings.secret)

    def act() -> dict[str, Any]:
        old = booking.of_token(db, codes, slip_token)
        return {"id": str(booking.transfer(db, codes, old, label=body.label).booking.id)}

    done = once(db, "slip", "transfer", key, [ids.digest(slip_token), body.label], act)
    return booking_json(db.get_one(Booking, done), codes, settings.url)


@router.post("/b/{slip_token}/confirm", response_model=BookingOut, summary="Book what was held")
@public("whoever holds a slip may say that they come")
def confirm(slip_token: Token, db: DB, settings: OwnSettings) -> Any:
    """Refused (409) once the hold has run out. Twice changes nothing."""
    codes = Codes(settings.secret)
    return booking_json(booking.confirm(db, booking.of_token(db, codes, slip_token)), codes, settings.url)


@router.post("/b/{slip_token}/cancel", response_model=BookingOut, summary="Give seats back")
@public("whoever holds a slip may give its seats back")
def cancel(slip_token: Token, db: DB, settings: OwnSettings) -> Any:
    """Who waits for them is offered them at once. Twice changes nothing."""
    codes = Codes(settings.secret)
    return booking_json(booking.cancel(db, booking.of_token(db, codes, slip_token)), codes, settings.url)


@router.get("/w/{waiting_token}", response_model=EntryOut, summary="A place in a waiting list")
@public("whoever waits may ask how long")
def entry(waiting_token: Token, db: ReadDB, settings: OwnSettings) -> Any:
    return told(db, waiting.of_token(db, Codes(settings.secret), waiting_token), settings)


@router.post("/w/{waiting_token}/accept", response_model=BookingOut, summary="Take what is offered")
@public("whoever waits may take what is offered to them")
def accept(waiting_token: Token, db: DB, settings: OwnSettings) -> Any:
    """The booking, whose slip is another one. Twice gives the same."""
    codes = Codes(settings.secret)
    made = waiting.accept(db, codes, waiting.of_token(db, codes, waiting_token))
    return booking_json(made.booking, codes, settings.url)


@router.post("/w/{waiting_token}/decline", response_model=EntryOut, summary="Say no to what is offered")
@public("whoever waits may say no")
def decline(waiting_token: Token, db: DB, settings: OwnSettings) -> Any:
    found = waiting.of_token(db, Codes(settings.secret), waiting_token)
    return told(db, waiting.decline(db, found), settings)


@router.post("/w/{waiting_token}/withdraw", response_model=EntryOut, summary="Wait no longer")
@public("whoever waits may stop waiting")
def withdraw(waiting_token: Token, db: DB, settings: OwnSettings) -> Any:
    found = waiting.of_token(db, Codes(settings.secret), waiting_token)
    return told(db, waiting.withdraw(db, found), settings)


def _count(db: Session, settings: Settings, address: str) -> None:
    """What one address takes here and on the pages is one sum. After the seats, as there: whoever waits for either row
    then waits in the same order.
    """
    if settings.bookings_an_hour:
        bucket = throttle.bucket(settings.secret, "booking", address)
        throttle.count_within(db, bucket, limit=settings.bookings_an_hour, minutes=60)
