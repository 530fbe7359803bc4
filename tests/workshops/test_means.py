"""Nothing is in two places: people, rooms, vans and devices, and what binds them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from pathways import clock, ids
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.permissions import Role
from pathways.workshops.models import LINE, NOT_IN_TWO_PLACES, Engagement, MeansKind, MeansUnit
from pathways.workshops.scheduling import agenda, engaging, means, sessions
from pathways.workshops.scheduling.engaging import Bound, Taken
from pathways.workshops.scheduling.means import MeansForm
from pathways.workshops.seating import cancelling
from tests.workshops.offering import interpreter_of, member_of, place_of, room_of, session_of, workshop_of

SECRET = b"a secret for tests, thirty-two bytes or more"


@pytest.fixture(autouse=True)
def _autumn(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 10, 1, 9, tzinfo=UTC))


def devices(db, member, units=3, **values):
    return means.create(db, member, MeansForm(MeansKind.DEVICES, "Tablettes", units=units, **values))


def test_an_overlap_is_refused_with_what_and_where_and_back_to_back_is_not(db):
    member = member_of(db)
    interpreter = interpreter_of(db, member)
    bound = (Bound(interpreter.id),)
    session_of(db, member, means=bound, place_id=place_of(db, member).id)
    said = r"« Interprète tigrinya » est déjà pris le 08/10/2026 de 14:00 à 16:00 : Mes e-mails \(Médiathèque\)"
    for starts, ends in (("15:59", "17:00"), ("13:00", "14:01"), ("14:30", "15:00"), ("13:00", "17:00")):
        with pytest.raises(Taken, match=said), db.begin_nested():
            session_of(db, member, means=bound, starts=starts, ends=ends)
    session_of(db, member, means=bound, starts="16:00", ends="17:00")
    session_of(db, member, means=bound, starts="12:00", ends="14:00")


def test_travel_before_and_after_belongs_to_the_stretch(db):
    member = member_of(db)
    bound = (Bound(interpreter_of(db, member).id),)
    session_of(db, member, means=bound, before_minutes=30, after_minutes=45)
    with pytest.raises(Taken), db.begin_nested():
        session_of(db, member, means=bound, starts="16:30", ends="17:00")
    with pytest.raises(Taken), db.begin_nested():
        session_of(db, member, means=bound, starts="16:45", ends="17:30", before_minutes=1)
    session_of(db, member, means=bound, starts="16:45", ends="17:30")
    with pytest.raises(Invalid), db.begin_nested():
        session_of(db, member, means=bound, starts="09:00", ends="10:00", before_minutes=-1)


def test_units_are_counted(db):
    member = member_of(db)
    tablets = devices(db, member)
    first = session_of(db, member, means=(Bound(tablets.id, 2),))
    session_of(db, member, means=(Bound(tablets.id),))
    with pytest.raises(Taken, match="Tablettes"), db.begin_nested():
        session_of(db, member, means=(Bound(tablets.id),))
    free = dict(engaging.free_between(db, member, first.starts_at, first.ends_at))
    assert free[tablets] == 0
    assert dict(engaging.free_between(db, member, first.starts_at, first.ends_at, but=first.id))[tablets] == 2
    assert dict(engaging.free_between(db, member, first.ends_at, first.ends_at + timedelta(hours=1)))[tablets] == 3
    with pytest.raises(Taken, match="pas assez"), db.begin_nested():
        session_of(db, member, starts="09:00", ends="10:00", means=(Bound(tablets.id, 4),))


def test_fewer_units_only_where_they_are_loose(db):
    member = member_of(db)
    tablets = devices(db, member)
    session_of(db, member, means=(Bound(tablets.id, 2),))
    form = MeansForm.of(tablets)
    with pytest.raises(Conflict, match="2 sont déjà pris"), db.begin_nested():
        means.update(db, member, tablets.id, replace(form, units=1), version=1)
    db.refresh(tablets)
    means.update(db, member, tablets.id, replace(form, units=2), version=1)
    assert db.scalar(sa.select(sa.func.count()).where(MeansUnit.means_id == tablets.id)) == 2
    means.update(db, member, tablets.id, replace(form, units=6), version=2)
    assert db.scalar(sa.select(sa.func.count()).where(MeansUnit.means_id == tablets.id)) == 6


def test_what_others_lend_may_be_bound_and_nothing_else(db):
    owner, other = member_of(db), member_of(db)
    own, lent = interpreter_of(db, owner), interpreter_of(db, owner, shared=True)
    with pytest.raises(Invalid, match="n'existe pas"), db.begin_nested():
        session_of(db, other, means=(Bound(own.id),))
    session_of(db, other, means=(Bound(lent.id),))
    with pytest.raises(NotFound):
        means.get(db, other, own.id)
    with pytest.raises(Forbidden):
        means.update(db, other, lent.id, MeansForm.of(lent), version=1)
    with pytest.raises(Taken) as refused, db.begin_nested():
        session_of(db, owner, means=(Bound(lent.id),))
    assert "Mes e-mails" not in str(refused.value)
    assert set(db.scalars(means.list_for(other))) == {lent}


def test_a_cancelled_session_binds_nothing(db):
    member = member_of(db)
    bound = (Bound(interpreter_of(db, member).id),)
    session = session_of(db, member, means=bound)
    cancelling.cancel_session(db, member, session.id, reason="Salle fermée")
    session_of(db, member, means=bound)


def test_the_exclusion_is_of_the_database_itself(db):
    """Whatever writes: an overlap does not get into PostgreSQL. On SQLite the one writer's look is what there is."""
    member = member_of(db)
    session = session_of(db, member, means=(Bound(interpreter_of(db, member).id),))
    held = db.scalars(sa.select(Engagement).filter_by(session_id=session.id)).one()
    touching = Engagement(session_id=session.id, unit=held.unit, line_from=held.line_to, line_to=held.line_to + 60)
    db.add(touching)
    db.flush()
    if db.get_bind().dialect.name == "postgresql":
        over = Engagement(session_id=session.id, unit=held.unit, line_from=held.line_to - 1, line_to=held.line_to)
        with pytest.raises(IntegrityError, match=NOT_IN_TWO_PLACES), db.begin_nested():
            db.add(over)
            db.flush()
    assert held.line_from // LINE == held.unit


def test_a_refusal_of_the_database_becomes_a_sentence(db, monkeypatch):
    if db.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite has no exclusion")
    member = member_of(db)
    interpreter = interpreter_of(db, member)
    session_of(db, member, means=(Bound(interpreter.id),))
    blind = {number: [] for number in db.scalars(sa.select(MeansUnit.number))}
    monkeypatch.setattr(engaging, "_held", lambda *_: blind)  # somebody who does not look
    with pytest.raises(Taken, match="Interprète tigrinya"), db.begin_nested():
        session_of(db, member, means=(Bound(interpreter.id),))


def test_sheets_are_checked(db):
    member, stranger = member_of(db), member_of(db)
    room = room_of(db, place_of(db, stranger))
    wrong = MeansForm(
        MeansKind.ROOM,
        "",
        account_id=stranger.account_id,
        room_id=room.id,
        tour_id=ids.new_id(),
        units=3,
        languages=("xx",),
    )
    with pytest.raises(Invalid) as refused:
        means.create(db, member, wrong)
    assert {one["field"] for one in refused.value.errors} == {"name", "account", "room", "tour", "units", "languages"}
    own = room_of(db, place_of(db, member))
    means.of_room(db, own)
    with pytest.raises(Invalid, match="déjà une fiche"):
        means.create(db, member, MeansForm(MeansKind.ROOM, "Salle", room_id=own.id))
    prescriber = member_of(db, organisation_id=member.organisation_id, role=Role.PRESCRIBER)
    with pytest.raises(Forbidden):
        interpreter_of(db, prescriber)


def test_the_feed_of_one_means(db):
    member = member_of(db)
    interpreter = interpreter_of(db, member)
    session = session_of(
        db, member, means=(Bound(interpreter.id),), before_minutes=30, place_id=place_of(db, member).id
    )
    token = agenda.token_of(SECRET, interpreter.id)
    assert len(token) == 43
    assert agenda.of_token(db, SECRET, token) is interpreter
    for wrong in (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token[:-1],
        "é" * 43,
        "",
        agenda.token_of(b"x", interpreter.id),
    ):
        with pytest.raises(NotFound):
            agenda.of_token(db, SECRET, wrong)
    text = agenda.feed(db, interpreter, host="exemple.fr").decode()
    assert f"UID:{session.id}.{interpreter.id}@exemple.fr" in text.replace("\r\n ", "")
    assert "DTSTART:20261008T113000Z" in text
    assert f"SEQUENCE:{session.version}" in text
    assert text == agenda.feed(db, interpreter, host="exemple.fr").decode()
    means.archive(db, member, interpreter.id)
    with pytest.raises(NotFound):
        agenda.of_token(db, SECRET, token)


def test_own_sheets_bind_oneself(db):
    member = member_of(db)
    own = interpreter_of(db, member, account_id=member.account_id)
    interpreter_of(db, member)
    assert list(agenda.own(db, member)) == [own]
    workshop = workshop_of(db, member)
    late = session_of(db, member, workshop, starts="17:00", ends="18:00", means=(Bound(own.id),))
    early = session_of(db, member, workshop, means=(Bound(own.id),))
    assert [one.session.id for one in agenda.coming(db, [own])] == [early.id, late.id]
    assert sessions.form_of(db, early).means == (Bound(own.id),)
