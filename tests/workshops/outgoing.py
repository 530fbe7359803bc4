"""Messages of tests: a clock that is set, a server whose messages end in files, people with seats and channels."""

from __future__ import annotations

import email
import email.policy
import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pathways import clock, outbox
from pathways.database import Database
from pathways.settings import Settings
from pathways.workshops import running
from pathways.workshops.codes import Codes
from pathways.workshops.models import Booking, BookingState, Channel, Notice, Via, WorkshopSession
from tests.conftest import SECRET
from tests.workshops.days import a_member, a_session

TUESDAY = datetime(2026, 12, 1, 10, tzinfo=UTC)
"""Eleven in Paris."""
THURSDAY = datetime(2026, 12, 3, 13, tzinfo=UTC)
CODES = Codes(SECRET)
MAIL, SMS = (Channel.EMAIL, "personne@exemple.fr"), (Channel.SMS, "+33612345678")


class Clock:
    """Stands where it was set."""

    def __init__(self, monkeypatch, moment: datetime = TUESDAY) -> None:
        self.moment = moment
        monkeypatch.setattr(clock, "now", lambda: self.moment)

    def set(self, moment: datetime) -> None:
        self.moment = moment

    def pass_by(self, **span: float) -> None:
        self.moment += timedelta(**span)


def with_sinks(settings: Settings, **changed: Any) -> Settings:
    folder = f"sink:{settings.data / 'outgoing'}"
    usual = {"mail_url": folder, "sms_url": folder, "mail_from": "pathways@exemple.fr"}
    return replace(settings, **usual | changed)


def seated(
    db, session: WorkshopSession, how: tuple[Channel, str] = MAIL, *, language: str = "ar", **changed: Any
) -> Booking:
    """A confirmed booking, made a week ago, of which nobody was told."""
    id_ = uuid.uuid4()
    values: dict[str, Any] = {"state": BookingState.CONFIRMED, "party": 1, "via": Via.PERSON, "needs": []}
    values |= {"created_at": clock.now() - timedelta(days=7), "label": "A."} | CODES.digests_of(id_)
    booking = Booking(
        id=id_, session_id=session.id, language=language, channel=how[0], contact=how[1], **values | changed
    )
    db.add(booking)
    session.booked += booking.party
    db.flush()
    return booking


def thursday(db, organisation_id: uuid.UUID | None = None, **changed: Any) -> WorkshopSession:
    """Two to four in Paris, on the third of December."""
    return a_session(db, organisation_id or a_member(db).organisation_id, **{"starts_at": THURSDAY, **changed})


def booked(database: Database, how: tuple[Channel, str] = MAIL, *, in_days: int = 0, **changed: Any) -> Booking:
    """A booking of a session of its own, so many days after Thursday."""
    with database.begin() as db:
        return seated(db, thursday(db, starts_at=THURSDAY + timedelta(days=in_days)), how, **changed)


def tell(database: Database, event: Any) -> None:
    with database.begin() as db:
        outbox.record(db, event)


def work(database: Database, settings: Settings) -> int:
    """What a worker does until nothing is due; returns how many events it took."""
    with database.begin() as db:
        while running.sweep(db):
            pass
    done = 0
    while outbox.deliver_one(database, running.handlers(settings)):
        done += 1
    return done


def notices_of(database: Database) -> list[Notice]:
    with database.read() as db:
        found = list(db.scalars(sa.select(Notice).order_by(Notice.created_at, Notice.id)))
        db.expunge_all()
        return found


def mails(settings: Settings) -> list[EmailMessage]:
    found = sorted(_folder(settings).glob("mail-*.eml"))
    return [email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in found]  # type: ignore[misc] - the default policy makes EmailMessage


def shorts(settings: Settings) -> list[dict[str, str]]:
    return [json.loads(one.read_text()) for one in sorted(_folder(settings).glob("sms-*.json"))]


def _folder(settings: Settings) -> Path:
    return settings.data / "outgoing"
