"""Random days of a session against a simple model of it: the same seats, the same order, whatever comes.

The model knows nothing of tables, counters or quick doors. It keeps everybody in lists, and asks at each moment who may
have what.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from pathways import clock
from pathways.errors import Conflict
from pathways.permissions import Member, Role
from pathways.workshops.models import Booking, SeatQuota, WaitingRule, WaitlistEntry, WorkshopSession
from pathways.workshops.seating import booking, seats, settling, waiting
from pathways.workshops.seating.asking import NotHeld, Refused
from pathways.workshops.seating.booking import Wanted
from pathways.workshops.seating.deadlines import offer_ends
from pathways.workshops.seating.seats import Share
from tests.workshops.offering import member_of
from tests.workshops.seat_model import GENERAL, KINDS, PRESCRIBERS, TIGRINYA, Model, Person
from tests.workshops.seating import CODES, NOON, hall, sums_are_right

pytestmark = pytest.mark.slow

_CHOICE = st.integers(0, 10_000)
_SIZE = st.sampled_from([1, 1, 1, 2, 3])
_LANGUAGE = st.sampled_from(["fr", "fr", "ti"])
_HOURS = st.sampled_from([0.1, 0.2, 2, 9, 25, 60, 180])


class Day(RuleBasedStateMachine):
    """Every rule does one thing to both, and compares what came of it."""

    connection: sa.Connection
    clock: list[datetime]

    def __init__(self) -> None:
        super().__init__()
        self.outer = self.connection.begin()
        self.db = Session(self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        self.clock[0] = NOON

    @initialize(capacity=st.integers(0, 6), strict=st.booleans(), days=st.sampled_from([1, 5, 20]))
    def opens(self, capacity: int, strict: bool, days: int) -> None:
        self.member = member_of(self.db)
        self.prescriber = member_of(self.db, role=Role.PRESCRIBER)
        rule_ = WaitingRule.STRICT if strict else WaitingRule.BEST_FIT
        session = hall(self.db, capacity=capacity, days=days, member=self.member, waiting_rule=rule_)
        self.id, self.elsewhere = session.id, hall(self.db, capacity=500, days=20).id
        self.model = Model(capacity, strict, session.starts_at)
        self.allowance = 0

    # --- what people do

    @rule(size=_SIZE, language=_LANGUAGE, prescribed=st.booleans(), held=st.booleans())
    def somebody_asks(self, size: int, language: str, prescribed: bool, held: bool) -> None:
        one = Person(uuid.uuid4(), size, language, prescribed, "held" if held else "confirmed")
        pot = None if self.late else self.model.seat_for(one, self.now)
        wanted, by = Wanted(party=size, language=language), self.by(prescribed)
        act = booking.hold if held else booking.book
        try:
            made = act(self.db, CODES, self.id, wanted, by=by).booking
        except Refused:
            assert pot is None, f"there was a seat in {pot}"
            return
        assert pot is not None, "nobody should have had this seat"
        one.key, one.pot, one.until = made.id, pot, made.lapses_at
        self.model.booked[one.key] = one

    @rule(size=_SIZE, language=_LANGUAGE, prescribed=st.booleans())
    def somebody_joins(self, size: int, language: str, prescribed: bool) -> None:
        try:
            wanted = Wanted(party=size, language=language)
            entry = waiting.join(self.db, CODES, self.id, wanted, by=self.by(prescribed)).entry
        except Conflict:
            assert self.late or not self.offers
            return
        except booking.Invalid:
            assert size > self.model.capacity
            return
        assert self.offers
        self.model.passes(self.now)  # before the newcomer has a number
        number = max((one.number for one in self.model.listed.values()), default=0) + 1
        one = Person(entry.id, size, language, prescribed, "waiting", number=number, since=self.now)
        self.model.listed[one.key] = one
        self.model.promotes(self.now)

    @precondition(lambda self: self.model.booked)
    @rule(which=_CHOICE)
    def a_hold_is_confirmed(self, which: int) -> None:
        one = self.pick(self.model.booked, which)
        self.model.passes(self.now)
        self.model.promotes(self.now)
        try:
            booking.confirm(self.db, self.db.get_one(Booking, one.key))
        except NotHeld:
            assert one.state not in {"held", "confirmed"}
            return
        assert one.state in {"held", "confirmed"}
        one.state, one.until = "confirmed", None

    @precondition(lambda self: self.model.booked)
    @rule(which=_CHOICE)
    def somebody_cancels(self, which: int) -> None:
        one = self.pick(self.model.booked, which)
        try:
            booking.cancel(self.db, self.db.get_one(Booking, one.key))
        except booking.Over:
            assert self.late
            return
        if one.state in {"held", "confirmed"}:
            one.state = "cancelled"
            self.settled()

    @precondition(lambda self: self.model.booked)
    @rule(which=_CHOICE)
    def somebody_moves_away(self, which: int) -> None:
        one = self.pick(self.model.booked, which)
        try:
            booking.move(self.db, CODES, self.db.get_one(Booking, one.key), self.elsewhere)
        except Refused:
            assert self.late or one.state != "confirmed"
            return
        assert one.state == "confirmed"
        one.state = "moved"
        self.settled()

    @rule(size=_SIZE, language=_LANGUAGE)
    def somebody_moves_in(self, size: int, language: str) -> None:
        if self.now >= NOON + timedelta(days=20):
            return
        there = booking.book(self.db, CODES, self.elsewhere, Wanted(party=size, language=language)).booking
        one = Person(there.id, size, language, False, "confirmed")
        pot = None if self.late else self.model.seat_for(one, self.now)
        try:
            made = booking.move(self.db, CODES, there, self.id).booking
        except Refused:
            assert pot is None
            return
        assert pot is not None
        one.key, one.pot = made.id, pot
        self.model.booked[one.key] = one

    @precondition(lambda self: self.model.booked)
    @rule(which=_CHOICE)
    def somebody_hands_on(self, which: int) -> None:
        one = self.pick(self.model.booked, which)
        try:
            made = booking.transfer(self.db, CODES, self.db.get_one(Booking, one.key), label="B.").booking
        except Refused:
            assert self.late or one.state != "confirmed"
            return
        self.model.booked[made.id] = Person(made.id, one.size, one.language, one.prescribed, "confirmed", pot=one.pot)
        one.state = "moved"

    @precondition(lambda self: self.model.listed)
    @rule(which=_CHOICE)
    def an_offer_is_accepted(self, which: int) -> None:
        one = self.pick(self.model.listed, which)
        if one.state in {"expired", "declined", "withdrawn"}:
            return
        self.model.passes(self.now)
        self.model.promotes(self.now)
        pot = one.pot if one.state == "offered" else ""
        if one.state == "waiting" and not self.late and not self.offers:
            pot = next((pot for pot in self.model.pots_of(one) if self.model.free(pot) >= one.size), "")
        try:
            made = waiting.accept(self.db, CODES, self.db.get_one(WaitlistEntry, one.key)).booking
        except Refused:
            assert not pot
            return
        if one.state == "accepted":
            return
        assert pot
        one.state = "accepted"
        self.model.booked[made.id] = Person(made.id, one.size, one.language, one.prescribed, "confirmed", pot=pot)

    @precondition(lambda self: self.model.listed)
    @rule(which=_CHOICE, declines=st.booleans())
    def somebody_leaves_the_list(self, which: int, declines: bool) -> None:
        one = self.pick(self.model.listed, which)
        entry = self.db.get_one(WaitlistEntry, one.key)
        if one.state in {"offered", "waiting"} and not (declines and one.state == "waiting"):
            one.state = "declined" if declines else "withdrawn"
            self.settled()
        (waiting.decline if declines else waiting.withdraw)(self.db, entry)

    # --- what those do who hold the session

    @rule(allowance=st.integers(0, 4))
    def seats_are_allowed(self, allowance: int) -> None:
        self.settled()
        before, self.model.capacity = self.model.capacity, self.model.capacity - self.allowance + allowance
        fits = self.model.free(GENERAL) >= 0
        try:
            session = self.db.get_one(WorkshopSession, self.id)
            with self.db.begin_nested():
                seats.allow(self.db, self.member, session, allowance, "Une chaise de plus")
        except Conflict:
            assert not fits
            self.model.capacity = before
            settling.settle(self.db, settling.locked(self.db, self.id)[0])
            return
        assert fits
        self.allowance = allowance
        self.settled()

    @rule(sizes=st.dictionaries(st.sampled_from([TIGRINYA, PRESCRIBERS]), st.integers(0, 3)), hours=_HOURS)
    def seats_are_kept(self, sizes: dict[str, int], hours: float) -> None:
        self.settled()
        until = self.now + timedelta(hours=hours)
        wanted: dict[str, tuple[int, datetime | None]] = {pot: (size, until) for pot, size in sizes.items()}
        before, self.model.kept = self.model.kept, wanted
        fits = self.model.free(GENERAL) >= 0 and all(self.model.free(pot) >= 0 for pot in sizes)
        shares = [Share(*KINDS[pot], size, until) for pot, size in sizes.items()]
        try:
            session = self.db.get_one(WorkshopSession, self.id)
            with self.db.begin_nested():
                seats.set_quotas(self.db, session, shares)
        except Conflict:
            assert not fits
            self.model.kept = before
            settling.settle(self.db, settling.locked(self.db, self.id)[0])
            return
        assert fits
        ids_ = {(one.kind, one.value): one.id for one in self.db.scalars(sa.select(SeatQuota))}
        self.model.order = sorted(KINDS, key=lambda pot: ids_.get(KINDS[pot], uuid.UUID(int=0)))
        self.settled()

    # --- what time does

    @rule(hours=_HOURS)
    def time_passes(self, hours: float) -> None:
        self.clock[0] += timedelta(hours=hours)

    @rule()
    def the_worker_sweeps(self) -> None:
        """What ran out only: nothing is offered because of the hour of the day alone."""
        if settling.sweep(self.db):
            self.settled()

    # --- what is always so

    @invariant()
    def the_sums_are_right(self) -> None:
        sums_are_right(self.db, self.id)
        sums_are_right(self.db, self.elsewhere)

    @invariant()
    def the_seats_and_the_order_are_those_of_the_model(self) -> None:
        """As far as somebody has looked since something ran out."""
        held = {
            one.id: (str(one.state), one.party)
            for one in self.db.scalars(sa.select(Booking).filter_by(session_id=self.id))
            if one.via != "waiting" or one.id in self.model.booked
        }
        settled = self.db.get_one(WorkshopSession, self.id).lapse_at
        if settled is not None and settled <= self.now:
            return
        assert {key: one.size for key, one in self.model.booked.items() if one.state in {"held", "confirmed"}} == {
            key: size for key, (state, size) in held.items() if state in {"held", "confirmed"}
        }
        listed = {one.id: one for one in self.db.scalars(sa.select(WaitlistEntry).filter_by(session_id=self.id))}
        assert {key: one.state for key, one in self.model.listed.items()} == {
            key: str(one.state) for key, one in listed.items()
        }
        ours = sorted(self.model.listed.values(), key=lambda one: one.number)
        assert [one.key for one in ours] == sorted(listed, key=lambda key: listed[key].number)

    def teardown(self) -> None:
        self.db.close()
        self.outer.rollback()

    # --- words

    @property
    def now(self) -> datetime:
        return self.clock[0]

    @property
    def late(self) -> bool:
        return self.now >= self.model.starts_at

    @property
    def offers(self) -> bool:
        starts = self.model.starts_at
        return offer_ends(self.now, starts_at=starts, closes_at=starts, timezone="Europe/Paris") is not None

    def settled(self) -> None:
        self.model.passes(self.now)
        self.model.promotes(self.now)

    def by(self, prescribed: bool) -> Member | None:
        return self.prescriber if prescribed else None

    @staticmethod
    def pick(among: dict[uuid.UUID, Any], which: int) -> Any:
        return list(among.values())[which % len(among)]


@pytest.fixture
def run(database, monkeypatch):
    """Random days on one database, each taken back at its end."""
    moment = [NOON]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    with database.engine.execution_options(writes=True).connect() as connection:
        machine = type("DayHere", (Day,), {"connection": connection, "clock": moment})

        def days(number: int, steps: int) -> None:
            quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
            how = settings(max_examples=number, stateful_step_count=steps, deadline=None, suppress_health_check=quiet)
            run_state_machine_as_test(machine, settings=how)

        yield days


def test_some_days(run, database):
    if not database.is_sqlite:
        pytest.skip("with the slow ones")
    run(8, 20)


def test_many_days(run):
    run(150, 50)
