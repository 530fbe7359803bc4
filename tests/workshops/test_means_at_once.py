"""Two sessions want one interpreter at the same moment: one has it, the other is told who."""

from __future__ import annotations

import threading
from collections import Counter

import sqlalchemy as sa

from pathways.workshops.models import Engagement, MeansKind
from pathways.workshops.scheduling import means, sessions
from pathways.workshops.scheduling.engaging import Bound, Taken
from pathways.workshops.scheduling.means import MeansForm
from tests.workshops import offering

AT_ONCE = 8


def _all_at_once(database, member, workshop_id, bound) -> Counter[str]:
    told: Counter[str] = Counter()
    gate = threading.Barrier(AT_ONCE)

    def fix() -> None:
        gate.wait()
        try:
            with database.begin() as db:
                sessions.schedule(db, member, workshop_id, offering.form(means=bound))
            told["made"] += 1
        except Taken as error:
            told[str(error)[:12]] += 1

    threads = [threading.Thread(target=fix) for _ in range(AT_ONCE)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return told


def test_at_once_one_interpreter(database):
    with database.begin() as db:
        member = offering.member_of(db)
        workshop = offering.workshop_of(db, member).id
        bound = (Bound(offering.interpreter_of(db, member).id),)
    told = _all_at_once(database, member, workshop, bound)
    assert told == {"made": 1, "« Interprète": AT_ONCE - 1}
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Engagement)) == 1


def test_at_once_five_tablets_for_two_each_in_any_order(database):
    """Two kinds named in either order: nobody waits for ever, and no unit is bound twice."""
    with database.begin() as db:
        member = offering.member_of(db)
        workshop = offering.workshop_of(db, member).id
        tablets, phones = (
            means.create(db, member, MeansForm(MeansKind.DEVICES, name, units=5)).id
            for name in ("Tablettes", "Portables")
        )
    told = _all_at_once(database, member, workshop, (Bound(phones, 2), Bound(tablets, 2)))
    assert told["made"] == 2
    assert sum(told.values()) == AT_ONCE
    with database.read() as db:
        units = db.scalars(sa.select(Engagement.unit)).all()
        assert len(units) == len(set(units)) == 8


def test_at_once_one_room_that_nobody_used_before(database):
    """Its sheet is made by whoever comes first, once."""
    with database.begin() as db:
        member = offering.member_of(db)
        workshop = offering.workshop_of(db, member).id
        room = offering.room_of(db, offering.place_of(db, member)).id
    told: Counter[str] = Counter()
    gate = threading.Barrier(AT_ONCE)

    def fix() -> None:
        gate.wait()
        try:
            with database.begin() as db:
                sessions.schedule(db, member, workshop, offering.form(room_id=room))
            told["made"] += 1
        except Taken:
            told["taken"] += 1

    threads = [threading.Thread(target=fix) for _ in range(AT_ONCE)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert told == {"made": 1, "taken": AT_ONCE - 1}
