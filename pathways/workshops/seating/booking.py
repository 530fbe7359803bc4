"""Booking a seat, and what becomes of it: held, confirmed, cancelled, moved, handed on.

Seats come through the quick door (``gate``) where one statement can tell that nothing stands against it. Otherwise the
session's row is locked, brought up to this moment (``settling``), and the decision says exactly why not.
"""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import manager_of_class

from pathways import changes, clock, ids, outbox, throttle
from pathways.errors import Invalid, NotFound, WrongCode
from pathways.i18n import N_
from pathways.permissions import Member
from pathways.workshops.codes import Codes, closed
from pathways.workshops.events import BookingCancelled, BookingMade, BookingMoved
from pathways.workshops.models import (
    Booking,
    BookingState,
    Channel,
    SessionState,
    Via,
    WaitingState,
    WaitlistEntry,
    WorkshopSession,
)
from pathways.workshops.seating import asking, gate, settling, telling
from pathways.workshops.seating.asking import (
    AlreadyBooked,
    Cancelled,
    Full,
    Locked,
    Made,
    NotHeld,
    Over,
    Overtaking,
    Refused,
    Wanted,
)

__all__ = [
    "AlreadyBooked",
    "Cancelled",
    "Full",
    "Locked",
    "Made",
    "NotHeld",
    "Over",
    "Overtaking",
    "Refused",
    "Wanted",
    "book",
    "cancel",
    "confirm",
    "find_code",
    "hold",
    "move",
    "of_code",
    "of_token",
    "transfer",
]

HOLD_SECONDS = 600
WRONG_TRIES, WITHIN_MINUTES = 10, 15
"""Of codes, from one address: guessing one of a million live codes takes some ten thousand years of that."""
MOST_HOLDS, HOLD_MINUTES = 30, 10
"""Holds that one client may take without confirming any: a class of thirty shares one address."""


def book(
    db: Session,
    codes: Codes,
    session_id: uuid.UUID,
    wanted: Wanted,
    *,
    by: Member | None = None,
    via: Via = Via.PERSON,
    quota_id: uuid.UUID | None = None,
    booking_id: uuid.UUID | None = None,
) -> Made:
    """Seats for a party, all or none. ``quota_id``: of a van or of wishes, for the caller who knows of them.
    ``booking_id``: a random id to be used, unless its code is somebody's already.

    Raises one of :class:`Refused` (it says why), :class:`Invalid`, :class:`NotFound`.
    """
    wanted = asking.checked(wanted, by)
    row = asking.row_of(wanted, by, via, id=booking_id)
    if wanted.file_id is None and quota_id is None and row["via"] is not Via.VAN:
        sold = gate.sell(db, codes, row, by="id", which=session_id)
        if sold is not None:
            return _sold(db, codes, sold)
    return _seated(db, codes, session_id, wanted, row, by=by, quota_id=quota_id)


def book_by_code(
    db: Session, codes: Codes, code: str, wanted: Wanted, *, via: Via = Via.PERSON, booking_id: uuid.UUID | None = None
) -> Made:
    """The same for somebody alone, who has the code of a session from a poster."""
    wanted = asking.checked(wanted, None)
    row = asking.row_of(wanted, None, via, id=booking_id)
    code = ids.normalised(code)
    sold = gate.sell(db, codes, row, by="code", which=code)
    if sold is not None:
        return _sold(db, codes, sold)
    session_id = db.scalar(sa.select(WorkshopSession.id).filter_by(code=code))
    if session_id is None:
        raise NotFound(N_("Cette page n'existe pas."))
    return _seated(db, codes, session_id, wanted, row, by=None)


def hold(
    db: Session,
    codes: Codes,
    session_id: uuid.UUID,
    wanted: Wanted,
    *,
    by: Member | None = None,
    via: Via = Via.PERSON,
    seconds: int = HOLD_SECONDS,
    client: str = "",
) -> Made:
    """Keep seats while a form is filled in. ``client``: the bucket (``throttle.bucket``) under which this client's
    holds are counted.
    """
    wanted = asking.checked(wanted, by)
    if client:
        throttle.check(db, client, limit=MOST_HOLDS, minutes=HOLD_MINUTES)
        throttle.count(db, client, minutes=HOLD_MINUTES)
    row = asking.row_of(wanted, by, via) | {"lapses_at": asking.lapses(seconds)}
    return _seated(db, codes, session_id, wanted, row, by=by, state=BookingState.HELD)


def confirm(db: Session, booking: Booking, wanted: Wanted | None = None) -> Booking:
    """What was held is booked, for as many as it was held for. Twice changes nothing; a hold that ran out is refused
    (:class:`NotHeld`).
    """
    session = _locked_with(db, booking)
    if booking.state is BookingState.CONFIRMED:
        return booking
    settling.settle(db, session)
    if booking.state is not BookingState.HELD:
        raise NotHeld
    if session.state is not SessionState.PUBLISHED:
        raise Cancelled
    if _offered_to(db, booking) is not None:  # it is taken by the entry it was offered to, which then has its code
        raise NotHeld
    if wanted is not None:
        _fill_in(booking, asking.checked(dataclasses.replace(wanted, party=booking.party), None))
    quota = settling.quota_of(db, booking)
    settling.give_back(session, quota, booking.party, BookingState.HELD)
    settling.take(session, quota, booking.party, BookingState.CONFIRMED)
    booking.state, booking.lapses_at, booking.updated_at = BookingState.CONFIRMED, None, clock.now()
    db.flush()
    _tell_made(db, booking)
    changes.note(db, session.organisation_id, "booking", booking.id, "created")
    return booking


def cancel(db: Session, booking: Booking, *, by: Member | None = None) -> Booking:
    """Give the seats back; whoever waits for them is offered them at once. Twice changes nothing."""
    session = _locked_with(db, booking)
    if booking.state not in {BookingState.HELD, BookingState.CONFIRMED}:
        return booking
    _must_not_be_over(session, by)
    was_confirmed = booking.state is BookingState.CONFIRMED
    entry = _offered_to(db, booking)
    free_seats(db, session, booking, BookingState.CANCELLED_BY_PERSON)
    if entry is not None:  # whoever gives an offer back has declined it
        entry.state, entry.updated_at = WaitingState.DECLINED, clock.now()
        session.waiting -= 1
        telling.nothing_offered(db, [entry.id])
        changes.note(db, session.organisation_id, "waiting_entry", entry.id, str(WaitingState.DECLINED))
    settling.settle(db, session)
    if was_confirmed:
        telling.tell(db, booking, BookingCancelled(booking.id), None, organisation_id=session.organisation_id)
    return booking


def free_seats(db: Session, session: WorkshopSession, booking: Booking, becomes: BookingState) -> None:
    """``booking`` has its seats no more. The session must be locked, and settled afterwards."""
    settling.give_back(session, settling.quota_of(db, booking), booking.party, booking.state)
    booking.state, booking.lapses_at, booking.updated_at = becomes, None, clock.now()
    booking.sequence += 1
    db.flush()
    changes.note(db, session.organisation_id, "booking", booking.id, str(becomes))


def move(db: Session, codes: Codes, booking: Booking, session_id: uuid.UUID, *, by: Member | None = None) -> Made:
    """The same party in another session: the new seats first, or nothing changes. Whoever waits there comes before."""
    if session_id == booking.session_id:
        raise Invalid(N_("C'est déjà votre atelier."))
    found = {one.id: one for one in settling.locked(db, booking.session_id, session_id)}
    db.refresh(booking)
    _must_be_confirmed(found[booking.session_id], booking, by)
    row = copied(booking) | {"file_id": booking.file_id, "via": origin(db, booking)}
    session = asking.may_be_had(found.get(session_id), by=by, via=row["via"])
    if booking.file_id is not None:
        asking.must_have_no_seat(db, booking.file_id, session_id)
    made = seat_and_store(db, codes, session, row, settled=settling.settle(db, session), state=BookingState.CONFIRMED)
    booking.moved_to_id = made.booking.id
    free_seats(db, found[booking.session_id], booking, BookingState.MOVED)
    settling.settle(db, found[booking.session_id])
    telling.tell(db, made.booking, BookingMoved(made.booking.id), None, organisation_id=session.organisation_id)
    return made


def transfer(db: Session, codes: Codes, booking: Booking, *, label: str, by: Member | None = None) -> Made:
    """Hand the seats on to a relative: another slip, and the old code and link open nothing any more. What the first
    person had said of themselves and where they are reached does not go along.
    """
    session = _locked_with(db, booking)
    _must_be_confirmed(session, booking, by)
    other = asking.checked(Wanted(booking.party, booking.language, label=label), None)
    said = {"needs": [], "label": other.label, "channel": Channel.NONE, "contact": ""}
    row = copied(booking) | said | {"via": origin(db, booking)}
    stored = settling.insert(
        db,
        row | {"session_id": session.id, "quota_id": booking.quota_id, "state": BookingState.CONFIRMED},
        codes.digests_of,
    )["id"]
    booking.state, booking.moved_to_id, booking.updated_at = BookingState.MOVED, stored, clock.now()
    booking.sequence += 1
    dead = closed(booking.id)
    booking.code_digest, booking.link_digest = dead["code_digest"], dead["link_digest"]
    db.flush()
    changes.note(db, session.organisation_id, "booking", booking.id, str(BookingState.MOVED))
    changes.note(db, session.organisation_id, "booking", stored, "created")
    return slip_of(codes, db.get_one(Booking, stored))


def of_token(db: Session, codes: Codes, token: str) -> Booking:
    """The booking whose slip this link opens, in whatever state it is."""
    found = db.scalar(sa.select(Booking).filter_by(link_digest=codes.digest_of_token(token)))
    if found is None:
        raise NotFound(N_("Ce lien n'existe pas. Vérifiez qu'il est entier, ou demandez-en un autre."))
    return found


def find_code(db: Session, codes: Codes, code: str) -> Booking | None:
    return db.scalar(sa.select(Booking).filter_by(code_digest=codes.digest_of_code(code)))


def of_code(db: Session, codes: Codes, code: str, *, address_bucket: str) -> Booking:
    """The booking whose slip this code opens. Wrong tries are counted by address (``throttle.bucket``); ``db`` must be
    a transaction that may write.
    """
    throttle.check(db, address_bucket, limit=WRONG_TRIES, minutes=WITHIN_MINUTES)
    found = find_code(db, codes, code)
    if found is None:
        throttle.count(db, address_bucket, minutes=WITHIN_MINUTES)
        raise WrongCode(N_("Ce code n'existe pas. Regardez encore une fois votre papier."))
    return found


def _seated(
    db: Session,
    codes: Codes,
    session_id: uuid.UUID,
    wanted: Wanted,
    row: dict[str, Any],
    *,
    by: Member | None,
    state: BookingState = BookingState.CONFIRMED,
    quota_id: uuid.UUID | None = None,
) -> Made:
    """The long way round: lock, settle, decide."""
    session = asking.opened(db, session_id, by=by, via=row["via"])
    if wanted.file_id is not None:
        asking.must_keep(db, by, wanted.file_id)
        asking.must_have_no_seat(db, wanted.file_id, session.id)
    row |= {"file_id": wanted.file_id}
    made = seat_and_store(db, codes, session, row, settled=settling.settle(db, session), state=state, quota_id=quota_id)
    if state is BookingState.CONFIRMED:
        _tell_made(db, made.booking)
    return made


def seat_and_store(
    db: Session,
    codes: Codes,
    session: WorkshopSession,
    row: dict[str, Any],
    *,
    settled: settling.Settled,
    state: BookingState = BookingState.CONFIRMED,
    quota_id: uuid.UUID | None = None,
) -> Made:
    """Decide about ``row`` in a session that is locked and settled, and write it down."""
    quota = asking.seat(settled, row, handed=quota_id)
    settling.take(session, quota, row["party"], state)
    if state is BookingState.HELD:
        settling.sooner(session, row["lapses_at"])
    db.flush()
    row |= {"session_id": session.id, "quota_id": quota.id if quota else None, "state": state}
    stored = settling.insert(db, row, codes.digests_of)["id"]
    changes.note(
        db, session.organisation_id, "booking", stored, "created" if state is BookingState.CONFIRMED else "held"
    )
    return slip_of(codes, db.get_one(Booking, stored))


_NEW_BOOKING = manager_of_class(Booking).new_instance
"""As the database's rows become objects: a change of each value is not looked out for."""


def _sold(db: Session, codes: Codes, row: dict[str, Any]) -> Made:
    """The booking that went through the quick door, without asking the database for what was just written."""
    booking = _NEW_BOOKING()
    vars(booking).update(row, lapses_at=None, moved_to_id=None)
    make_transient_to_detached(booking)
    db.add(booking)
    _tell_made(db, booking)
    return slip_of(codes, booking)


def slip_of(codes: Codes, booking: Booking) -> Made:
    return Made(booking, codes.code_of(booking.id), codes.token_of(booking.id))


def open_slip(db: Session, codes: Codes, booking: Booking) -> Made:
    """Codes for a booking that had none: an offer that was taken. Under another id where they are somebody's."""
    digests = codes.digests_of(booking.id)
    taken = sa.select(Booking.id).where(Booking.code_digest == digests["code_digest"], Booking.id != booking.id)
    if db.scalar(taken) is None:
        booking.code_digest, booking.link_digest = digests["code_digest"], digests["link_digest"]
        db.flush()
        return slip_of(codes, booking)
    kept = {name: getattr(booking, name) for name in ("session_id", "quota_id", "state", "file_id")}
    booking.state = BookingState.MOVED
    db.flush()  # before its file has a seat again
    booking.moved_to_id = settling.insert(db, copied(booking) | kept, codes.digests_of)["id"]
    # Whatever led to it leads to the seats now; nothing else that follows a booking is somebody's to take.
    cancelled = sa.update(Booking).filter_by(moved_to_id=booking.id, state=BookingState.CANCELLED_BY_STRUCTURE)
    db.execute(cancelled.values(moved_to_id=booking.moved_to_id))
    db.flush()
    return slip_of(codes, db.get_one(Booking, booking.moved_to_id))


def _offered_to(db: Session, booking: Booking) -> WaitlistEntry | None:
    """The entry of the waiting list for which these seats are held."""
    if booking.state is not BookingState.HELD or booking.via is not Via.WAITING:
        return None
    return db.scalar(sa.select(WaitlistEntry).filter_by(booking_id=booking.id, state=WaitingState.OFFERED))


def _tell_made(db: Session, booking: Booking) -> None:
    if booking.channel in telling.REACHED:
        outbox.record(db, BookingMade(booking.id))


def _locked_with(db: Session, booking: Booking) -> WorkshopSession:
    """The booking's session, locked, and the booking as it is now that nobody else can change it."""
    (session,) = settling.locked(db, booking.session_id)
    db.refresh(booking)
    return session


def _must_be_confirmed(session: WorkshopSession, booking: Booking, by: Member | None) -> None:
    if booking.state is not BookingState.CONFIRMED:
        raise NotHeld
    _must_not_be_over(session, by)


def _must_not_be_over(session: WorkshopSession, by: Member | None) -> None:
    """Until it begins; for members until it ends."""
    ends = session.starts_at if by is None else session.ends_at
    if session.state is SessionState.CLOSED or clock.now() >= ends:
        raise Over


def origin(db: Session, booking: Booking) -> Via:
    """Where it came from in the beginning: whoever took an offer of the waiting list has the rights of that place."""
    if booking.via is not Via.WAITING:
        return booking.via
    return db.scalar(sa.select(WaitlistEntry.via).filter_by(booking_id=booking.id)) or booking.via


def copied(booking: Booking) -> dict[str, Any]:
    """What goes along to another booking."""
    now = clock.now()
    names = ("party", "language", "needs", "label", "via", "organisation_id", "booked_by", "channel", "contact")
    return {name: getattr(booking, name) for name in names} | {
        "id": ids.random_id(),
        "sequence": booking.sequence + 1,
        "created_at": now,
        "updated_at": now,
    }


def _fill_in(booking: Booking, wanted: Wanted) -> None:
    booking.language, booking.needs, booking.label = wanted.language, sorted(set(wanted.needs)), wanted.label
    booking.channel, booking.contact = wanted.channel, wanted.contact
