"""Sessions and van stops in calendars (RFC 5545), and the sessions in a feed reader (RFC 4287).

An entry keeps its UID, its SEQUENCE is the number of edits of the session, and one that was cancelled stays in the
calendar as cancelled: who had copied it is told. Moments are in UTC, so that no time zone has to travel along.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from pathways import i18n
from pathways.i18n import N_
from pathways.places.itinerary import Occurrence
from pathways.places.models import Place, Tour
from pathways.settings import Settings
from pathways.workshops import showing
from pathways.workshops.models import SessionState, WorkshopSession

ICS, ATOM = "text/calendar; charset=utf-8", "application/atom+xml; charset=utf-8"
PRODUCT = "-//pathways//directory//FR"
_ATOM = "http://www.w3.org/2005/Atom"
_REMOTE = N_("À distance")
_CANCELLED = N_("Cet atelier est annulé.")
_TITLE = N_("Ateliers")


def of_sessions(sessions: Sequence[WorkshopSession], settings: Settings, language: str) -> bytes:
    """A calendar to subscribe to: what is before the public, in one language."""
    calendar = _calendar(i18n.gettext(_TITLE, language))
    for session in sessions:
        said = showing.said_of(session, language)
        event = Event()
        event.add("uid", f"{session.id}@{urlsplit(settings.url).hostname}")
        event.add("sequence", session.version)
        event.add("dtstamp", session.updated_at.replace(microsecond=0))
        event.add("dtstart", session.starts_at)
        event.add("dtend", session.ends_at)
        event.add("status", "CANCELLED" if session.state is SessionState.CANCELLED else "CONFIRMED")
        event.add("summary", said.title.text, parameters={"LANGUAGE": said.title.own.tag})
        event.add("location", _where(said, language))
        event.add("description", "\n".join(_lines(session, said, language)))
        event.add("url", f"{settings.url}/s/{session.code}")
        if session.latitude is not None and session.longitude is not None:
            event.add("geo", (session.latitude, session.longitude))
        calendar.add_component(event)
    return calendar.to_ical()


def of_van(tour: Tour, van: Place, dated: Sequence[Occurrence], settings: Settings) -> bytes:
    """Where a van stands in the weeks to come."""
    calendar = _calendar(van.name)
    for one in dated:
        event = Event()
        event.add("uid", f"{one.stop.id}.{one.day:%Y%m%d}@{urlsplit(settings.url).hostname}")
        event.add("sequence", tour.version)
        event.add("dtstamp", tour.updated_at.replace(microsecond=0))
        event.add("dtstart", one.starts_at)
        event.add("dtend", one.ends_at)
        event.add("summary", f"{van.name}, {one.stop.place.commune}")
        event.add("location", f"{one.stop.place.name}, {showing.address_of(one.stop.place)}")
        if one.stop.note:
            event.add("description", one.stop.note)
        event.add("url", f"{settings.url}/near/vans/{tour.id}")
        calendar.add_component(event)
    return calendar.to_ical()


def atom(
    sessions: Sequence[WorkshopSession], settings: Settings, language: str, *, itself: str, now: datetime
) -> bytes:
    """The same sessions as news. An entry is dated by its last edit."""
    ET.register_namespace("", _ATOM)
    spoken = i18n.language(language)
    feed = ET.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": spoken.tag})
    _text(feed, "id", itself)
    _text(feed, "title", i18n.gettext(_TITLE, language))
    _text(feed, "updated", _moment(max((one.updated_at for one in sessions), default=now)))
    ET.SubElement(feed, f"{{{_ATOM}}}link", {"rel": "self", "href": itself})
    author = ET.SubElement(feed, f"{{{_ATOM}}}author")
    _text(author, "name", urlsplit(settings.url).hostname or "pathways")
    for session in sessions:
        said = showing.said_of(session, language)
        entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
        _text(entry, "id", session.id.urn)
        _text(entry, "title", f"{said.title.text}, {said.day}")
        _text(entry, "updated", _moment(session.updated_at))
        _text(entry, "published", _moment(session.created_at))
        ET.SubElement(entry, f"{{{_ATOM}}}link", {"rel": "alternate", "href": f"{settings.url}/s/{session.code}"})
        _text(entry, "summary", "\n".join([*_lines(session, said, language), _where(said, language)]))
    return ET.tostring(feed, encoding="utf-8", xml_declaration=True)


def _calendar(name: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    return calendar


def _lines(session: WorkshopSession, said: showing.Said, language: str) -> list[str]:
    """Each line by itself, so that none mixes two directions."""
    lines = [i18n.gettext(_CANCELLED, language)] if session.state is SessionState.CANCELLED else []
    lines += [said.day, said.hours, " · ".join(one.name for one in (*said.languages, *said.interpretation))]
    lines += [said.title_french] if said.title.language != i18n.SOURCE else []
    return [line for line in lines if line]


def _where(said: showing.Said, language: str) -> str:
    return f"{said.place.name}, {said.address}" if said.place else i18n.gettext(_REMOTE, language)


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = text


def _moment(when: datetime) -> str:
    return when.replace(microsecond=0).isoformat().replace("+00:00", "Z")
