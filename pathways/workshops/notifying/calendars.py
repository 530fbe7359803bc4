"""One booking in the calendar of a telephone: an entry that keeps its identity, replaces what it said before, and goes
away when the booking does (RFC 5545, RFC 5546).

A booking keeps one UID for ever. Its SEQUENCE adds the number of its own changes and that of its session's, both of
which only rise; an entry that is taken back has one more than any that was sent. Taking back is ``CANCEL``: calendars
leave an entry standing that comes as a request with the word "cancelled" in it. Moments are in UTC, so that no time
zone has to travel along; the hours on the wall stand in the text.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from pathways import i18n, ids
from pathways.i18n import N_
from pathways.settings import Settings
from pathways.workshops import showing
from pathways.workshops.codes import Codes
from pathways.workshops.models import ACTIVE, Booking, Channel, SessionState, WorkshopSession
from pathways.workshops.showing import Said

MEDIA_TYPE = "text/calendar; charset=utf-8"
REQUEST, CANCEL = "REQUEST", "CANCEL"
PRODUCT = "-//pathways//workshops//FR"
_YOUR_CODE = N_("Votre code :")
_REMOTE = N_("À distance")


def method_of(booking: Booking, session: WorkshopSession) -> str:
    stands = booking.state in ACTIVE and session.state is not SessionState.CANCELLED
    return REQUEST if stands else CANCEL


def uid_of(booking: Booking, settings: Settings) -> str:
    return f"{booking.id}@{urlsplit(settings.url).hostname}"


def sequence_of(booking: Booking, session: WorkshopSession) -> int:
    return booking.sequence + session.version + (method_of(booking, session) == CANCEL)


def of_booking(booking: Booking, session: WorkshopSession, settings: Settings, codes: Codes) -> bytes:
    """The calendar with this one entry, in the language of the booking and in French."""
    method = method_of(booking, session)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_event(booking, session, settings, codes, method))
    return calendar.to_ical()


def _event(booking: Booking, session: WorkshopSession, settings: Settings, codes: Codes, method: str) -> Event:
    said, language = showing.said_of(session, booking.language), i18n.language(booking.language)
    event = Event()
    event.add("uid", uid_of(booking, settings))
    event.add("sequence", sequence_of(booking, session))
    event.add("dtstamp", _changed_at(booking, session))
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("status", "CONFIRMED" if method == REQUEST else "CANCELLED")
    event.add("summary", said.title.text, parameters={"LANGUAGE": said.title.own.tag})
    event.add("location", _where(said, booking.language))
    event.add("description", _text(booking, said, settings, codes, method), parameters={"LANGUAGE": language.tag})
    event.add("organizer", _organiser(settings), encode=False)
    event.add("attendee", _attendee(booking), encode=False)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    if method == REQUEST:
        event.add("url", f"{settings.url}/b/{codes.token_of(booking.id)}")
        event.add_component(_alarm(said))
    return event


def _changed_at(booking: Booking, session: WorkshopSession) -> datetime:
    """When what the entry says was last decided: the same entry made twice is the same file."""
    return max(booking.updated_at, session.updated_at).replace(microsecond=0)


def _organiser(settings: Settings) -> vCalAddress:
    """The same in each entry of this server, or a calendar would take the next one for somebody else's."""
    host = urlsplit(settings.url).hostname
    organiser = vCalAddress(f"mailto:{settings.mail_from or f'pathways@{host}'}")
    organiser.params["CN"] = vText("pathways")
    return organiser


def _attendee(booking: Booking) -> vCalAddress:
    """Whoever comes: by address if they gave one, else by the booking itself, which names nobody."""
    known = booking.channel is Channel.EMAIL and booking.contact
    attendee = vCalAddress(f"mailto:{booking.contact}" if known else f"urn:uuid:{booking.id}")
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    return attendee


def _where(said: Said, language: str) -> str:
    if said.place is None:
        return " / ".join(dict.fromkeys((i18n.gettext(_REMOTE, language), _REMOTE)))
    room = f", {said.room.name}" if said.room else ""
    return f"{said.place.name}{room}, {said.address}"


def _text(booking: Booking, said: Said, settings: Settings, codes: Codes, method: str) -> str:
    """What one reads when opening the entry: theirs first, then French, each line by itself, so that no sentence mixes
    two directions.
    """
    lines = [said.title.text, said.title_french, said.day, said.day_french, said.hours]
    if method == REQUEST:
        lines += [i18n.gettext(_YOUR_CODE, booking.language), _YOUR_CODE, ids.readable(codes.code_of(booking.id))]
        lines.append(f"{settings.url}/b/{codes.token_of(booking.id)}")
    return "\n".join(dict.fromkeys(line for line in lines if line))


def _alarm(said: Said) -> Alarm:
    """Two hours before, by the phone itself: nothing has to be sent."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", said.title.text)
    alarm.add("trigger", -timedelta(hours=2))
    return alarm
