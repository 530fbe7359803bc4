"""The calendar of a person, a room or a van: what binds it, on a page and as a feed for the calendar of a phone.

The address of the feed cannot be guessed, is made from the server's secret, and stored nowhere; it dies when the sheet
is archived. Who comes to a session is never in it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from icalendar import Calendar, Event
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids
from pathways.errors import NotFound
from pathways.i18n import N_
from pathways.permissions import Member
from pathways.workshops.models import Means, SessionState
from pathways.workshops.scheduling import engaging
from pathways.workshops.scheduling.engaging import Binding

_PROOF = 16
"""Bytes of the server's signature in an address: 128 bits."""
BEFORE, AFTER = timedelta(days=30), timedelta(days=366)
"""What a feed holds."""


def own(db: Session, member: Member) -> Sequence[Means]:
    """The sheets of means that are the member, in the organisation they act for."""
    query = sa.select(Means).filter_by(account_id=member.account_id, organisation_id=member.organisation_id)
    return db.scalars(query.where(Means.archived_at.is_(None)).order_by(Means.name)).all()


def token_of(secret: bytes, means_id: uuid.UUID) -> str:
    """43 letters."""
    proof = ids.signed(secret, "agenda", str(means_id))[:_PROOF]
    return base64.urlsafe_b64encode(means_id.bytes + proof).decode().rstrip("=")


def of_token(db: Session, secret: bytes, token: str) -> Means:
    gone = NotFound(N_("Cette page n'existe pas."))
    try:
        read = base64.b64decode(token.encode("ascii") + b"=", altchars=b"-_", validate=True)
        means_id = uuid.UUID(bytes=read[:16])
    except (ValueError, binascii.Error) as error:
        raise gone from error
    if not hmac.compare_digest(token_of(secret, means_id).encode(), token.encode()):
        raise gone
    found = db.get(Means, means_id)
    if found is None or found.archived_at is not None:
        raise gone
    return found


def coming(db: Session, found: Sequence[Means], *, end: datetime | None = None) -> list[Binding]:
    """What binds these from now on."""
    now = clock.now()
    return engaging.bindings(db, [one.id for one in found], now, end or now + AFTER) if found else []


def feed(db: Session, one: Means, *, host: str) -> bytes:
    """An iCalendar of what binds it: title, place and the time with its margins. A session that changed comes with a
    higher SEQUENCE; a cancelled one binds nothing and is gone from a feed that is read again.
    """
    now = clock.now()
    calendar = Calendar()
    calendar.add("prodid", "-//pathways//agenda//FR")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", one.name)
    for binding in engaging.bindings(db, [one.id], now - BEFORE, now + AFTER):
        session, event = binding.session, Event()
        event.add("uid", f"{session.id}.{one.id}@{host}")
        event.add("sequence", session.version)
        event.add("dtstamp", session.updated_at)
        event.add("dtstart", binding.starts_at)
        event.add("dtend", binding.ends_at)
        event.add("summary", session.workshop.titles[i18n.SOURCE])
        event.add("status", "TENTATIVE" if session.state is SessionState.DRAFT else "CONFIRMED")
        if session.place is not None:
            event.add("location", f"{session.place.name}, {session.place.commune}")
        calendar.add_component(event)
    return calendar.to_ical()
