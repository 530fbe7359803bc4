"""What time takes away, as the privacy page says it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways import changes, clock, idempotency, outbox
from pathways.app import work_of
from pathways.changes import Change
from pathways.idempotency import DoneRequest
from pathways.outbox import OutboxEvent
from pathways.workshops import forgetting
from pathways.workshops.models import (
    Booking,
    Channel,
    DeskTask,
    DeskTaskKind,
    Notice,
    NoticeKind,
    WaitlistEntry,
    Webhook,
    WebhookDelivery,
    WorkshopSession,
)
from pathways.workshops.notifying import notices
from pathways.workshops.notifying.notices import NoticeDue
from pathways.workshops.seating import booking as bookings
from tests.workshops.days import a_member
from tests.workshops.outgoing import CODES, MAIL, SMS, THURSDAY, Clock, seated, thursday

ENDS = THURSDAY + timedelta(hours=2)


@pytest.fixture
def time(monkeypatch):
    return Clock(monkeypatch)


def waiting(db, session, how=SMS, **changed) -> WaitlistEntry:
    id_ = uuid.uuid4()
    values = {"number": 1, "language": "ar", "label": "B.", "needs": ["wheelchair"]} | CODES.digests_of(id_)
    entry = WaitlistEntry(id=id_, session_id=session.id, channel=how[0], contact=how[1], **values | changed)
    db.add(entry)
    db.flush()
    return entry


@pytest.fixture
def held(database, time):
    """A booking and an entry, with everything that may be known of either."""
    with database.begin() as db:
        session = thursday(db)
        booking = seated(db, session, MAIL, needs=["interpreter"])
        return booking.id, waiting(db, session, booking_id=booking.id).id


def forget(database, time, **after: float):
    time.set(ENDS + timedelta(**after))
    with database.begin() as db:
        forgetting.forget(db)


def both(database, held):
    with database.read() as db:
        found = db.get(Booking, held[0]), db.get(WaitlistEntry, held[1])
        db.expunge_all()
        return found


def test_nothing_goes_before_the_session_is_over(database, time, held):
    forget(database, time, hours=-1)
    booking, entry = both(database, held)
    assert (booking.needs, entry.needs) == (["interpreter"], ["wheelchair"])


def test_what_somebody_needs_goes_with_the_session(database, time, held):
    forget(database, time, minutes=1)
    for one in both(database, held):
        assert one.needs == []
        assert one.contact
        assert one.label


def test_contacts_go_after_three_months(database, time, held):
    forget(database, time, days=90)
    assert all(one.contact for one in both(database, held))
    forget(database, time, days=92)
    for one in both(database, held):
        assert (one.channel, one.contact) == (Channel.NONE, "")
        assert one.label


def test_who_went_through_a_prescriber_still_does(database, time):
    with database.begin() as db:
        booking = seated(db, thursday(db), (Channel.PRESCRIBER, ""))
    forget(database, time, days=92)
    with database.read() as db:
        assert db.get_one(Booking, booking.id).channel is Channel.PRESCRIBER


def test_after_six_months_no_code_opens_it_and_it_names_nobody(database, time, held):
    forget(database, time, days=182)
    with database.read() as db:
        assert bookings.of_token(db, CODES, CODES.token_of(held[0])).label == "A."
    forget(database, time, days=184)
    with database.read() as db:
        assert bookings.find_code(db, CODES, CODES.code_of(held[0])) is None
        with pytest.raises(bookings.NotFound):
            bookings.of_token(db, CODES, CODES.token_of(held[0]))
    booking, entry = both(database, held)
    assert booking.label == entry.label == ""
    assert booking.file_id is None
    for one in (booking, entry):
        assert one.code_digest == one.link_digest
        assert one.id.hex in one.code_digest.replace("-", "")
    before = booking.code_digest
    forget(database, time, days=185)
    assert both(database, held)[0].code_digest == before


def test_rows_go_after_two_years_and_the_session_stays(database, time, held):
    forget(database, time, days=729)
    assert None not in both(database, held)
    forget(database, time, days=731)
    assert both(database, held) == (None, None)
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(WorkshopSession)) == 1


def test_every_table_that_names_a_booking_lets_it_go():
    """Whoever adds one says what becomes of it: an entry of the waiting list goes first, others with the booking."""
    kept = {
        f"{column.table.name}.{column.name}"
        for table in Booking.metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "booking" and key.ondelete not in {"CASCADE", "SET NULL"}
    }
    assert kept == {"waitlist_entry.booking_id"}


def test_what_was_told_and_what_was_to_be_done_go_too(database, time, held):
    with database.begin() as db:
        booking = db.get_one(Booking, held[0])
        session = notices.session_of(db, booking)
        told = notices.plan(db, booking, session, NoticeKind.BOOKED)
        assert told is not None
        outbox.record(db, NoticeDue(told.id), about_id=told.id)
        db.add(
            DeskTask(
                organisation_id=session.organisation_id,
                kind=DeskTaskKind.CALL,
                booking_id=booking.id,
                created_at=clock.now(),
            )
        )
        db.flush()
        db.execute(sa.update(OutboxEvent).values(recorded_at=clock.now()))
    forget(database, time, days=80)
    assert counts(database) == (1, 2, 1)
    forget(database, time, days=92)
    assert counts(database) == (0, 0, 1)
    forget(database, time, days=184)
    assert counts(database) == (0, 0, 0)


def counts(database) -> tuple[int, ...]:
    with database.read() as db:
        return tuple(
            db.scalar(sa.select(sa.func.count()).select_from(kind)) or 0 for kind in (Notice, OutboxEvent, DeskTask)
        )


def test_repeated_requests_calls_and_changes(database, time):
    with database.begin() as db:
        member = a_member(db)
        idempotency.once(db, "a", "key", {}, dict)
        for _ in range(2):
            changes.note(db, member.organisation_id, "booking", uuid.uuid4(), "created")
        hook = Webhook(organisation_id=member.organisation_id, url="https://exemple.fr/", created_by=member.account_id)
        db.add(hook)
        db.flush()
        db.add(WebhookDelivery(webhook_id=hook.id, first=0, last=1, changes=1, delivered_at=clock.now()))
        db.add(WebhookDelivery(webhook_id=hook.id, first=1, last=2, changes=1))
        changes.number_all(db)

    def left() -> tuple[int, ...]:
        with database.read() as db:
            kinds = (DoneRequest, WebhookDelivery, Change)
            return tuple(db.scalar(sa.select(sa.func.count()).select_from(kind)) or 0 for kind in kinds)

    start = clock.now()
    for days, expected in ((29, (1, 2, 2)), (31, (0, 1, 2)), (395, (0, 1, 2)), (397, (0, 1, 1))):
        time.set(start + timedelta(days=days))
        with database.begin() as db:
            forgetting.forget(db)
        assert left() == expected, days


def test_the_worker_does_it(database, time, held, settings):
    time.set(ENDS + timedelta(days=184))
    with database.begin() as db:
        work_of(settings).upkeep(db)
    assert both(database, held)[0].label == ""


def test_a_second_run_changes_nothing(database, time, held):
    forget(database, time, days=184)
    first = [vars(one) for one in both(database, held)]
    forget(database, time, days=184)
    second = [vars(one) for one in both(database, held)]
    for before, after in zip(first, second, strict=True):
        assert {k: v for k, v in before.items() if k[0] != "_"} == {k: v for k, v in after.items() if k[0] != "_"}
