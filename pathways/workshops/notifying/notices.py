"""Telling people: what happened to their seats becomes a notice, and a notice leaves once.

A notice is sent at least once and, but for a worker killed between handing it over and writing that down, exactly once:
then once more, under the same reference. Nobody is woken for it, and what is no longer true when its turn comes is not
sent.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways import clock, ids, mail, outbox, sms
from pathways.database import insert_for
from pathways.outbox import OutboxEvent
from pathways.people.models import Organisation
from pathways.settings import Settings
from pathways.workshops import events
from pathways.workshops.codes import Codes
from pathways.workshops.models import (
    REMINDERS,
    Booking,
    BookingState,
    Channel,
    DeskTask,
    DeskTaskKind,
    Notice,
    NoticeKind,
    QuotaKind,
    SeatQuota,
    SessionState,
    WaitingState,
    WaitlistEntry,
    Wish,
    WishState,
    WorkshopSession,
)
from pathways.workshops.notifying import calendars, wording
from pathways.workshops.seating import telling

MORNING, EVENING = time(8), time(20)
"""By the clock of the session's place; nothing rings between the second and the first."""
NEAR = timedelta(hours=2)
"""So long before its start, at least, one hears of a change: at night, if need be."""
URGENT = frozenset({NoticeKind.CANCELLED, NoticeKind.CHANGED, NoticeKind.MOVED})
KINDS: dict[type, NoticeKind] = {
    events.BookingMade: NoticeKind.BOOKED,
    events.BookingMoved: NoticeKind.MOVED,
    events.BookingCancelled: NoticeKind.WITHDRAWN,
    events.SessionChanged: NoticeKind.CHANGED,
    events.SessionCancelled: NoticeKind.CANCELLED,
    events.WaitingEnded: NoticeKind.CANCELLED,
    events.SeatsOffered: NoticeKind.OFFERED,
    events.OfferLapsed: NoticeKind.LAPSED,
    events.WishAnswered: NoticeKind.WISHED,
}
TASKS = {
    NoticeKind.OFFERED: DeskTaskKind.OFFER,
    NoticeKind.CANCELLED: DeskTaskKind.CANCELLED,
    NoticeKind.MOVED: DeskTaskKind.MOVED,
    NoticeKind.CHANGED: DeskTaskKind.MOVED,
    **dict.fromkeys(REMINDERS, DeskTaskKind.REMINDER),
}
"""What a person does where no message can leave; of the rest nobody need be told by one."""
IN_CALENDARS = frozenset(
    {NoticeKind.BOOKED, NoticeKind.MOVED, NoticeKind.CHANGED, NoticeKind.WITHDRAWN, NoticeKind.CANCELLED}
)
ENDED = {
    NoticeKind.CANCELLED: BookingState.CANCELLED_BY_STRUCTURE,
    NoticeKind.WITHDRAWN: BookingState.CANCELLED_BY_PERSON,
}
NEVER = datetime.max.replace(tzinfo=UTC)
Who = Booking | WaitlistEntry | Wish
OF_EVENT: dict[str, type[Who]] = {"booking_id": Booking, "entry_id": WaitlistEntry, "wish_id": Wish}
DOORS: dict[type[Who], str] = {Booking: "b", WaitlistEntry: "w", Wish: "wish"}


@dataclass(frozen=True, slots=True)
class NoticeDue:
    notice_id: uuid.UUID


def handlers(settings: Settings) -> dict[str, outbox.Handler]:
    """What the worker does with the news of bookings, and with the notices that it made of them."""
    told = {event.__name__: functools.partial(_on_event, kind=kind) for event, kind in KINDS.items()}
    return {**told, NoticeDue.__name__: functools.partial(_on_due, settings=settings)}


def _on_event(db: Session, payload: dict[str, Any], *, kind: NoticeKind) -> None:
    """The same event twice makes one notice."""
    [(name, id_)] = payload.items()
    who = db.get(OF_EVENT[name], uuid.UUID(id_))
    if who is not None and who.session_id is not None:
        plan(db, who, session_of(db, who), kind)


def plan(
    db: Session, who: Who, session: WorkshopSession, kind: NoticeKind, *, dropped: str = "", sent: bool = False
) -> Notice | None:
    """A notice and the event that sends it when it may ring; ``None`` if it was planned already. ``dropped`` and
    ``sent``: only the row, so that nobody plans it again.
    """
    now = clock.now()
    values = {
        "id": ids.new_id(),
        "organisation_id": session.organisation_id,
        "about_id": who.id,
        "booking_id": _booking_of(who),
        "entry_id": who.id if isinstance(who, WaitlistEntry) else None,
        "wish_id": who.id if isinstance(who, Wish) else None,
        "kind": kind,
        "sequence": _sequence(who, kind, session),
        "starts_at": session.starts_at if kind in REMINDERS else None,
        "channel": who.channel,
        "due_at": may_ring(now, kind, session),
        "sent_at": now if sent else None,
        "dropped": dropped,
        "created_at": now,
    }
    made = insert_for(db)(Notice).values(values).on_conflict_do_nothing().returning(Notice)
    notice = db.scalars(made).first()
    if notice is not None and not (dropped or sent):
        outbox.record(db, NoticeDue(notice.id), due_at=notice.due_at, about_id=notice.id)
    return notice


def _booking_of(who: Who) -> uuid.UUID | None:
    """The seats it is about."""
    if isinstance(who, Booking):
        return who.id
    return who.booking_id if isinstance(who, WaitlistEntry) else None


def _sequence(who: Who, kind: NoticeKind, session: WorkshopSession) -> int:
    """What makes a second notice of one kind another one: the offer it is about, or the state of the session."""
    if not isinstance(who, Booking):
        about = who.booking_id if isinstance(who, WaitlistEntry) else who.session_id
        return about.int >> 66 if about else 0
    if kind in REMINDERS:
        return int(session.starts_at.timestamp()) // 60
    return who.sequence * 100_000 + session.version if kind is NoticeKind.CHANGED else who.sequence


def may_ring(now: datetime, kind: NoticeKind, session: WorkshopSession) -> datetime:
    """``now``, or the morning after the night it falls into. A cancellation or a change of today, or of the hours after
    that morning, does not wait.
    """
    zone = ZoneInfo(session.timezone)
    local = now.astimezone(zone)
    if MORNING <= local.time() < EVENING:
        return now
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    morning = datetime.combine(day, MORNING, zone)
    starts = session.starts_at.astimezone(zone)
    if kind in URGENT and (starts.date() == local.date() or starts - morning < NEAR):
        return now
    return morning.astimezone(now.tzinfo)


def session_of(db: Session, who: Who) -> WorkshopSession:
    options = (joinedload(WorkshopSession.workshop), joinedload(WorkshopSession.place))
    return db.get_one(WorkshopSession, who.session_id, options=options)


# --- sending -----------------------------------------------------------------------------------------------


def _on_due(db: Session, payload: dict[str, Any], *, settings: Settings) -> outbox.Errand | None:
    notice = db.get(Notice, uuid.UUID(payload["notice_id"]))
    if notice is None or notice.sent_at is not None or notice.dropped:
        return None
    who, session = whom(db, notice)
    if not _is_true(db, notice, session, who) or who.channel not in telling.REACHED:
        notice.dropped = "over"
        return None
    now = clock.now()
    due_at = may_ring(now, notice.kind, session)
    if due_at > now:
        raise outbox.Later(due_at)
    told = told_of(db, settings, notice, session, who)
    return _letter(db, settings, notice, who, session, told)


def _letter(
    db: Session, settings: Settings, notice: Notice, who: Who, session: WorkshopSession, told: wording.Told
) -> outbox.Errand | None:
    """The errand that hands it over; a task for a person where this server has no such channel (any more)."""
    send: Callable[[], None]
    if who.channel is Channel.EMAIL and settings.mail_url:
        send = functools.partial(
            mail.send,
            settings.mail_url,
            sender=settings.mail_from,
            to=who.contact,
            subject=wording.subject_of(told),
            text=wording.mail_of(told),
            calendars=_calendars(db, settings, notice.kind, session, who),
            reference=str(notice.id),
        )
    elif who.channel is Channel.SMS and settings.sms_url:
        send = functools.partial(
            sms.send,
            settings.sms_url,
            token=settings.sms_token,
            to=who.contact,
            text=wording.short_of(told),
            reference=str(notice.id),
        )
    else:
        make_task(db, who, session, notice.kind)
        notice.sent_at = clock.now()
        return None
    return functools.partial(_hand_over, send, notice.id)


def _calendars(
    db: Session, settings: Settings, kind: NoticeKind, session: WorkshopSession, who: Who
) -> list[mail.Calendar]:
    """What the calendar of whoever reads the mail has to change: an entry comes or goes; after a move, both."""
    if kind not in IN_CALENDARS or not isinstance(who, Booking):
        return []
    entries = [(who, session)]
    if kind is NoticeKind.MOVED:
        former = db.scalars(sa.select(Booking).filter_by(moved_to_id=who.id)).all()
        entries += [(one, session_of(db, one)) for one in former]
    codes = Codes(settings.secret)
    return [
        mail.Calendar(calendars.method_of(one, where), calendars.of_booking(one, where, settings, codes))
        for one, where in entries
    ]


def _hand_over(send: Callable[[], None], notice_id: uuid.UUID) -> outbox.After:
    send()
    return functools.partial(_was_sent, notice_id=notice_id)


def _was_sent(db: Session, *, notice_id: uuid.UUID) -> None:
    db.execute(sa.update(Notice).where(Notice.id == notice_id).values(sent_at=clock.now()))


def make_task(db: Session, who: Who, session: WorkshopSession, kind: NoticeKind) -> None:
    if kind in TASKS and not isinstance(who, Wish):
        task = telling.task(db, who, TASKS[kind], organisation_id=session.organisation_id, due_at=session.starts_at)
        db.execute(sa.insert(DeskTask).values(task))


def whom(db: Session, notice: Notice) -> tuple[Who, WorkshopSession]:
    """Whom a notice is for (it goes when they go), and of which session."""
    kind: type[Who] = Wish if notice.wish_id else WaitlistEntry if notice.entry_id else Booking
    who = db.get_one(kind, notice.about_id)
    return who, session_of(db, who)


def _is_true(db: Session, notice: Notice, session: WorkshopSession, who: Who) -> bool:
    """Whether what the notice says still is so, and still is of use."""
    if session.starts_at <= clock.now():
        return False
    if notice.kind is NoticeKind.CANCELLED and session.state is SessionState.CANCELLED:
        return True
    if isinstance(who, Wish):
        return who.state is WishState.OFFERED and session.state is SessionState.PUBLISHED
    if isinstance(who, WaitlistEntry):
        return _is_true_of_entry(db, notice, who)
    if notice.kind in ENDED:
        return who.state is ENDED[notice.kind]
    same_start = notice.starts_at in {None, session.starts_at}
    return same_start and who.state is BookingState.CONFIRMED and session.state is SessionState.PUBLISHED


def _is_true_of_entry(db: Session, notice: Notice, entry: WaitlistEntry) -> bool:
    if notice.kind is NoticeKind.LAPSED:
        return entry.state in {WaitingState.WAITING, WaitingState.EXPIRED}
    offered = entry.state is WaitingState.OFFERED and entry.booking_id == notice.booking_id
    return offered and notice.booking_id is not None and _is_kept(db.get(Booking, notice.booking_id))


def _is_kept(booking: Booking | None) -> bool:
    """Held, and not run out, whether or not somebody has looked since."""
    return booking is not None and booking.state is BookingState.HELD and (booking.lapses_at or NEVER) > clock.now()


def told_of(db: Session, settings: Settings, notice: Notice, session: WorkshopSession, who: Who) -> wording.Told:
    """What a notice says, read at this moment."""
    codes, kind = Codes(settings.secret), notice.kind
    other = _other_of(db, who) if kind is NoticeKind.CANCELLED else None
    return wording.Told(
        kind=kind,
        language=language_of(who),
        session=where_of(session),
        code=codes.code_of(who.id),
        link=f"{settings.url}/{DOORS[type(who)]}/{codes.token_of(who.id)}",
        url=settings.url,
        sender=db.scalar(sa.select(Organisation.name).where(Organisation.id == session.organisation_id)) or "",
        until=other.lapses_at if other else _until(db, notice),
        other=where_of(session_of(db, other)) if other else None,
        reason=session.reason if kind is NoticeKind.CANCELLED else "",
        waits=isinstance(who, WaitlistEntry) and kind is NoticeKind.LAPSED and who.state is WaitingState.WAITING,
    )


def language_of(who: Who) -> str:
    """In which they read; of a wish, the other one is that of the workshop."""
    return who.reads_in if isinstance(who, Wish) else who.language


def _until(db: Session, notice: Notice) -> datetime | None:
    """When what is offered is offered no more."""
    if notice.kind is NoticeKind.OFFERED:
        return db.scalar(sa.select(Booking.lapses_at).where(Booking.id == notice.booking_id))
    if notice.kind is not NoticeKind.WISHED:
        return None
    session_id = sa.select(Wish.session_id).where(Wish.id == notice.wish_id).scalar_subquery()
    kept = sa.select(SeatQuota.until).where(SeatQuota.session_id == session_id, SeatQuota.kind == QuotaKind.WISHES)
    return db.scalar(kept.where(SeatQuota.released_at.is_(None)).limit(1))


def _other_of(db: Session, who: Who) -> Booking | None:
    """The seat kept elsewhere for somebody whose session was cancelled, as long as it is kept. The slip they have leads
    to it.
    """
    other = db.get(Booking, who.moved_to_id) if isinstance(who, Booking) and who.moved_to_id else None
    return other if _is_kept(other) else None


def where_of(session: WorkshopSession) -> wording.Where:
    place = session.place
    town = " ".join(one for one in (place.postcode, place.commune) if one) if place else ""
    return wording.Where(
        titles=session.workshop.titles,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        timezone=session.timezone,
        place=place.name if place else "",
        address=", ".join(one for one in (place.address, town) if one) if place else "",
        meeting_url=session.meeting_url,
    )


def event_of(notice_id: Any) -> sa.ColumnElement[bool]:
    """The event that is to send a notice, by its id or the column of it."""
    return sa.and_(OutboxEvent.about_id == notice_id, OutboxEvent.name == NoticeDue.__name__)
