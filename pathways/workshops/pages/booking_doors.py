"""What the pages around a booking ask for: the codes of this server, the language of a page, what stands on a slip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from markupsafe import Markup

from pathways import clock, i18n, ids
from pathways.settings import Settings
from pathways.web.dependencies import OwnSettings
from pathways.web.squares import square
from pathways.workshops import showing, wall_clock
from pathways.workshops.codes import Codes
from pathways.workshops.models import Booking, BookingState, SessionState, WaitlistEntry, WorkshopSession
from pathways.workshops.pages.booking_words import NEEDS, things_of
from pathways.workshops.showing import Said


async def _codes(settings: OwnSettings) -> Codes:
    """Awaits nothing: a plain function would be handed to a thread."""
    return Codes(settings.secret)


OwnCodes = Annotated[Codes, Depends(_codes)]


def slip_url(settings: Settings, codes: Codes, booking: Booking) -> str:
    return f"{settings.url}/b/{codes.token_of(booking.id)}"


def waiting_url(settings: Settings, codes: Codes, entry: WaitlistEntry) -> str:
    return f"{settings.url}/w/{codes.token_of(entry.id)}"


def readable(codes: Codes, of: Booking | WaitlistEntry) -> str:
    return ids.readable(codes.code_of(of.id))


def is_live(booking: Booking) -> bool:
    """Whether a slip still lets somebody in, or will."""
    held = booking.state is BookingState.HELD and (booking.lapses_at is None or booking.lapses_at > clock.now())
    return held or booking.state is BookingState.CONFIRMED


def is_changeable(booking: Booking, session: WorkshopSession) -> bool:
    """Whether it can still be cancelled, moved or given away."""
    return is_live(booking) and session.state is SessionState.PUBLISHED and session.starts_at > clock.now()


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment as a page says it, on the clock of the session's place."""

    day: str
    day_french: str
    hour: str


def until(moment: datetime | None, session: WorkshopSession, language: str) -> Moment | None:
    if moment is None:
        return None
    wall = wall_clock.local(moment, session.timezone)
    return Moment(i18n.say_date(wall.day, language), i18n.say_date(wall.day, i18n.SOURCE), str(wall))


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a slip shows."""

    said: Said
    booking: Booking | WaitlistEntry
    code: str
    """Empty where it lets nobody in."""
    qr: Markup
    needs: list[tuple[str, str]]
    things: list[tuple[str, str]]
    waits: bool = False
    """It is no seat yet, but a place in the waiting list."""


def ticket_of(
    settings: Settings, codes: Codes, booking: Booking, session: WorkshopSession, language: str, *, live: bool = True
) -> Ticket:
    return Ticket(
        said=showing.said_of(session, language),
        booking=booking,
        code=readable(codes, booking) if live else "",
        qr=square(slip_url(settings, codes, booking)) if live else Markup(),
        needs=[NEEDS[one] for one in booking.needs if one in NEEDS],
        things=things_of(session) if live else [],
    )


def entry_ticket_of(
    settings: Settings, codes: Codes, entry: WaitlistEntry, session: WorkshopSession, language: str
) -> Ticket:
    return Ticket(
        said=showing.said_of(session, language),
        booking=entry,
        code=readable(codes, entry),
        qr=square(waiting_url(settings, codes, entry)),
        needs=[NEEDS[one] for one in entry.needs if one in NEEDS],
        things=[],
        waits=True,
    )
