"""Two devices at the same moment: a mark sent twice is one, and two recorders who disagree both see it."""

import uuid

import sqlalchemy as sa

from pathways import clock
from pathways.errors import DomainError
from pathways.workshops.attending import attendance, signing
from pathways.workshops.attending.signing import Sale
from pathways.workshops.models import Attendance, AttendanceMark, Booking, SaleOnBoard, Via
from tests.serving import together
from tests.workshops.days import CODES, a_booking, a_mark, a_member, a_quota, a_session


def sync(database, member, *items, device="phone"):
    def call():
        with database.begin() as db:
            return signing.sync(db, CODES, member, device, clock.now(), items)

    return call


def counted(database, table, **where) -> int:
    with database.read() as db:
        return db.scalar(sa.select(sa.func.count()).select_from(table).filter_by(**where)) or 0


def test_the_same_queue_from_two_tabs_at_once_is_there_once(database):
    with database.begin() as db:
        member = a_member(db)
        session = a_session(db, member.organisation_id)
        booking = a_booking(db, session)
        a_quota(db, session, 3)
    sale = Sale(uuid.uuid4(), session.id, 1, "fr", "Gamma", 1, clock.now())
    items = [sale, a_mark(booking, sequence=2)]
    answers = together([sync(database, member, *items) for _ in range(4)])
    assert sorted(one.result for answer in answers for one in answer) == ["already"] * 6 + ["kept"] * 2
    assert counted(database, AttendanceMark) == 1
    assert counted(database, SaleOnBoard) == counted(database, Booking, via=Via.VAN) == 1


def test_two_recorders_at_once_are_a_conflict_that_nobody_misses(database):
    with database.begin() as db:
        member = a_member(db)
        colleague = a_member(db, organisation_id=member.organisation_id)
        session = a_session(db, member.organisation_id)
        booking = a_booking(db, session)
    together([sync(database, member, a_mark(booking, "present")), sync(database, colleague, a_mark(booking, "absent"))])
    assert counted(database, Attendance, in_conflict=True) == 1


def test_two_devices_of_a_van_never_sell_more_than_its_seats(database):
    with database.begin() as db:
        member = a_member(db)
        session = a_session(db, member.organisation_id)
        a_quota(db, session, 3)

    def sale(number: int):
        one = Sale(uuid.uuid4(), session.id, 1, "fr", "", 1, clock.now())
        return sync(database, member, one, device=f"phone {number}")

    answers = [one for answer in together([sale(number) for number in range(6)]) for one in answer]
    assert sorted(one.result for one in answers) == ["kept"] * 3 + ["refused"] * 3
    assert counted(database, Booking, via=Via.VAN) == 3


def test_marks_at_the_desk_at_once_are_all_kept(database):
    with database.begin() as db:
        member = a_member(db)
        session = a_session(db, member.organisation_id)
        booking = a_booking(db, session, party=6)

    def mark(seat: int):
        def call() -> bool:
            try:
                with database.begin() as db:
                    return attendance.mark(db, member, a_mark(booking, seat=seat)).is_new
            except DomainError:
                return False

        return call

    assert together([mark(seat) for seat in range(1, 7)]) == [True] * 6
    assert counted(database, Attendance) == 6
