"""Hours of a path: what registers say, apart from what the person says; right across a change of the clocks."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from pathways import clock, ids
from pathways.errors import Conflict, Invalid, NotFound
from pathways.learning import events
from pathways.learning.hours import attesting
from pathways.learning.hours.attesting import Line, Terms
from pathways.learning.models import (
    HoursCorrection,
    Pathway,
    PathwayEvent,
    PathwayState,
    Resource,
    ResourceKind,
    Step,
    StepKind,
    Way,
)
from pathways.workshops.attending.activity import Period
from pathways.workshops.models import Attendance, Booking, BookingState, Presence
from pathways.workshops.seating.booking import Codes
from tests.conftest import SECRET
from tests.insights.crowds import SKILLS, Crowd, member_of
from tests.workshops.seating import hall

NOW = datetime(2026, 12, 1, 11, tzinfo=UTC)
CODES = Codes(SECRET)


class Walking:
    def __init__(self, db) -> None:
        self.db = db
        self.crowd = Crowd.new(db)
        self.member = self.crowd.member
        self.file = self.crowd.file("mardi")
        self.path = self.another()

    def another(self, *, chosen: datetime = NOW - timedelta(days=60), **columns) -> Pathway:
        attempt = self.crowd.add(dict.fromkeys(SKILLS, "dont_know"), language="ar", file=self.file)
        path = Pathway(
            organisation_id=self.member.organisation_id,
            attempt_id=attempt.id,
            file_id=self.file.id,
            framework="inclusion-numerique",
            goals=[],
            way=Way.QUICKEST,
            chosen_at=chosen,
            active_at=chosen,
            **columns,
        )
        self.db.add(path)
        self.db.flush()
        return path

    def seat(self, starts: datetime, minutes: int = 120, presence: str | None = "present", **columns) -> Booking:
        values: dict[str, Any] = {"starts_at": starts, "closes_at": starts}
        values["ends_at"] = starts + timedelta(minutes=minutes)
        session = hall(self.db, member=columns.pop("member", self.member), **values)
        stayed = columns.pop("stayed", None)
        row_id = ids.random_id()
        usual = {"state": BookingState.CONFIRMED, "language": "ar", "file_id": self.file.id}
        seat = Booking(id=row_id, session_id=session.id, **usual | columns, **CODES.digests_of(row_id))
        self.db.add(seat)
        self.db.flush()
        if presence is not None:
            row = {"booking_id": seat.id, "seat": 1, "session_id": session.id, "presence": Presence(presence)}
            row |= {"minutes": stayed, "marks": [], "account_id": self.member.account_id, "recorded_at": starts}
            self.db.add(Attendance(**row))
            self.db.flush()
        return seat

    def step(
        self, path: Pathway, *, kind: StepKind = StepKind.LEARN, minutes: int = 20, done: int = 1, **columns
    ) -> Step:
        step = Step(pathway_id=path.id, position=0, kind=kind, minutes=minutes, **columns)
        self.db.add(step)
        self.db.flush()
        for number in range(done):
            at = NOW - timedelta(days=5 - number)
            self.db.add(
                PathwayEvent(
                    pathway_id=path.id, kind=events.DONE, step_id=step.id, key=uuid.uuid4().hex, happened_at=at
                )
            )
        self.db.flush()
        return step

    def hours(self, path: Pathway | None = None, period: Period | None = None) -> attesting.Hours:
        return attesting.hours(self.db, path or self.path, period)


@pytest.fixture
def walking(db, monkeypatch) -> Walking:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return Walking(db)


def test_what_registers_say_is_counted(walking):
    walking.seat(NOW - timedelta(days=20))
    walking.seat(NOW - timedelta(days=13), presence="late", stayed=75)
    walking.seat(NOW - timedelta(days=12), presence="left_early")
    walking.seat(NOW - timedelta(days=6), presence="absent")
    walking.seat(NOW - timedelta(days=5), presence=None)
    found = walking.hours()
    assert [one.minutes for one in found.sessions] == [120, 75, None, 0, 0]
    assert (found.attended_minutes, found.came, found.unsaid, found.absences) == (195, 3, 1, 1)


def test_what_is_not_theirs_is_not_counted(db, walking):
    walking.seat(NOW - timedelta(days=20), file_id=None)
    walking.seat(NOW - timedelta(days=70))
    walking.seat(NOW - timedelta(days=3), state=BookingState.CANCELLED_BY_PERSON, presence=None)
    walking.seat(NOW - timedelta(minutes=30))
    walking.seat(NOW - timedelta(days=4), member=member_of(db))
    assert walking.hours().sessions == ()


def test_a_session_over_the_night_of_the_clocks_is_as_long_as_it_was(walking, monkeypatch):
    later = datetime(2027, 4, 1, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: later)
    spring = datetime(2027, 3, 27, 22, 30, tzinfo=UTC)  # 23:30 in Paris; the clocks jump at 2:00
    walking.seat(spring, minutes=180)
    (one,) = walking.hours().sessions
    assert (one.minutes, one.day) == (180, date(2027, 3, 27))
    assert [week.monday for week in walking.hours().weeks()] == [date(2027, 3, 22)]


def test_a_seat_counts_in_one_path_alone(walking):
    older = walking.path
    older.state, older.ended_at = PathwayState.STOPPED, NOW - timedelta(days=10)
    newer = walking.another(chosen=NOW - timedelta(days=10))
    early, late = walking.seat(NOW - timedelta(days=20)), walking.seat(NOW - timedelta(days=3))
    of_step = walking.seat(NOW - timedelta(days=2), file_id=None)
    walking.step(newer, kind=StepKind.ATTEND, done=0, session_id=of_step.session_id, booking_id=of_step.id)
    assert [one.session.id for one in walking.hours(older).sessions] == [early.session_id]
    assert [one.session.id for one in walking.hours(newer).sessions] == [late.session_id, of_step.session_id]
    both = attesting.hours_of(walking.db, [older, newer])
    assert [one.attended_minutes for one in both] == [120, 240]


def test_what_was_done_alone_stands_apart(db, walking):
    walking.step(walking.path, minutes=20, done=2)
    walking.step(walking.path, kind=StepKind.CHECK, minutes=2)
    walking.step(walking.path, done=0)
    helper = Resource(framework="x", code="aide", kind=ResourceKind.HELP, title="Aide", minutes=30, teaches=[])
    db.add(helper)
    db.flush()
    walking.step(walking.path, minutes=30, resource_id=helper.id)
    walking.seat(NOW - timedelta(days=20), minutes=60)
    found = walking.hours()
    assert (found.attended_minutes, found.own_minutes, found.counted_minutes) == (60, 20, 60)
    attesting.set_terms(db, walking.member, Terms("Département", 2750, counts_own_work=True))
    found = walking.hours()
    assert (found.counted_minutes, found.amount) == (80, Decimal("36.67"))


def test_weeks_are_told_without_a_gap(db, walking):
    walking.seat(datetime(2026, 11, 2, 9, tzinfo=UTC), minutes=60)
    walking.seat(datetime(2026, 11, 22, 23, 30, tzinfo=UTC), minutes=90)  # a Monday in Paris by half an hour
    weeks = walking.hours().weeks()
    assert [(one.monday.day, one.counted) for one in weeks] == [(2, 60), (9, 0), (16, 0), (23, 90)]


def test_corrections_are_lines_that_are_added(db, walking):
    day = (NOW - timedelta(days=4)).date()
    for key in ("a", "a", "b"):
        minutes = 60 if key == "a" else -15
        attesting.correct(db, walking.member, walking.path.id, Line(day, minutes, "Oubli au pointage."), key=key)
    assert db.scalar(sa.select(sa.func.count()).select_from(HoursCorrection)) == 2
    assert walking.hours().attended_minutes == 45
    assert walking.hours(period=Period(date(2026, 11, 1), date(2026, 11, 10))).attended_minutes == 0


def test_nobody_was_there_for_less_than_no_time(db, walking):
    day = date(2026, 11, 20)
    walking.seat(datetime(2026, 11, 20, 9, tzinfo=UTC), minutes=60)

    def take(minutes: int, key: str, on: date = day, *, own_work: bool = False) -> None:
        attesting.correct(db, walking.member, walking.path.id, Line(on, minutes, "Parti.", own_work), key=key)

    for minutes, on, own in ((-61, day, False), (-1, date(2026, 11, 19), False), (-1, day, True)):
        with pytest.raises(Invalid) as refused:
            take(minutes, "k", on, own_work=own)
        assert [one["field"] for one in refused.value.errors] == ["minutes"]
    take(-60, "a")
    take(-60, "a")  # the same form again
    with pytest.raises(Invalid):
        take(-1, "b")
    assert walking.hours().attended_minutes == 0


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (Line(date(2026, 11, 20), 0, "Oubli."), "minutes"),
        (Line(date(2026, 11, 20), 1441, "Oubli."), "minutes"),
        (Line(date(2026, 11, 20), 10, " "), "reason"),
        (Line(date(2026, 12, 2), 10, "Oubli."), "day"),
        (Line(date(2025, 1, 1), 10, "Oubli."), "day"),
    ],
)
def test_a_line_that_means_nothing_is_refused(db, walking, line, field):
    with pytest.raises(Invalid) as refused:
        attesting.correct(db, walking.member, walking.path.id, line, key="k")
    assert [one["field"] for one in refused.value.errors] == [field]


def test_another_organisation_attests_nothing_of_it(db, walking):
    with pytest.raises(NotFound):
        attesting.get(db, member_of(db), walking.path.id)


def test_terms_are_kept_by_whoever_read_the_last(db, walking):
    attesting.set_terms(db, walking.member, Terms("Département"))
    attesting.set_terms(db, walking.member, Terms("Département"))
    with pytest.raises(Conflict):
        attesting.set_terms(db, walking.member, Terms("Région"))
    assert attesting.set_terms(db, walking.member, Terms("Région", version=1)).version == 2
    with pytest.raises(Invalid):
        attesting.set_terms(db, walking.member, Terms("Région", -1, version=2))


def test_the_table_of_the_funder_names_nobody(db, walking):
    walking.seat(NOW - timedelta(days=20), label="Une")
    walking.another(chosen=NOW - timedelta(days=2))
    stranger = Walking(db)
    stranger.seat(NOW - timedelta(days=20))
    made, number = attesting.table(db, walking.member, Period(date(2026, 9, 1), date(2026, 12, 1)))
    rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig")), delimiter=";"))
    assert (number, len(rows)) == (2, 3)
    assert rows[1][0] == walking.path.id.hex[:8]
    assert rows[1][8:11] == ["120", "0", "120"]
    assert "mardi" not in made.decode()
    assert "Une" not in made.decode()
    assert attesting.table(db, walking.member, Period(date(2026, 9, 1), date(2026, 9, 2)))[1] == 0


def test_the_table_leaves_nobody_out_however_many_they_are(db, walking, monkeypatch):
    walking.seat(NOW - timedelta(days=20))
    for days in range(4):
        walking.another(chosen=NOW - timedelta(days=days + 1))
    whole = attesting.table(db, walking.member, Period(date(2026, 9, 1), date(2026, 12, 1)))
    monkeypatch.setattr(attesting, "PATHS_AT_ONCE", 2)
    assert attesting.table(db, walking.member, Period(date(2026, 9, 1), date(2026, 12, 1))) == whole
    assert whole[1] == 5
