"""Series: made ahead under identifiers that stay, never over what somebody changed, ended without a silent word."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
import sqlalchemy as sa

from pathways import clock, ids
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.permissions import Role
from pathways.places.rules import Rule
from pathways.workshops.models import SessionState, SessionTrait, WorkshopSession
from pathways.workshops.scheduling import offers, series, sessions
from pathways.workshops.scheduling.engaging import Bound
from pathways.workshops.scheduling.series import Template
from pathways.workshops.seating import cancelling, editing
from tests.workshops.offering import form, interpreter_of, member_of, place_of, room_of, session_of, workshop_of

FIRST = date(2026, 10, 8)
"""A Thursday."""


@pytest.fixture
def today(monkeypatch):
    def set_(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_(datetime(2026, 10, 1, 9, tzinfo=UTC))
    return set_


def weekly(db, member, rule: Rule | None = None, *, publish: bool = True, **values):
    workshop = workshop_of(db, member)
    template = Template(form(FIRST, **values), publish)
    return series.create(db, member, workshop.id, rule or Rule(FIRST), template)


@pytest.mark.usefixtures("today")
def test_thursday_at_two_stays_so_over_both_changes_of_the_clock(db):
    _, made = weekly(db, member_of(db))
    by_day = {one.occurs_on: one for one in made.sessions if one.occurs_on}
    assert by_day[date(2026, 10, 22)].starts_at == datetime(2026, 10, 22, 12, tzinfo=UTC)
    assert by_day[date(2026, 10, 29)].starts_at == datetime(2026, 10, 29, 13, tzinfo=UTC)
    assert by_day[date(2027, 3, 25)].starts_at == datetime(2027, 3, 25, 13, tzinfo=UTC)
    assert by_day[date(2027, 4, 1)].starts_at == datetime(2027, 4, 1, 12, tzinfo=UTC)
    assert max(by_day) > date(2027, 6, 1)
    assert date(2027, 5, 6) not in by_day  # Ascension
    assert all(one.state is SessionState.PUBLISHED for one in made.sessions)
    assert db.scalar(sa.select(sa.func.count()).where(SessionTrait.trait == "theme:email")) == len(made.sessions)


@pytest.mark.usefixtures("today")
def test_an_hour_that_the_clocks_skip_is_the_one_after_it(db):
    rule = Rule(date(2027, 3, 21), until=date(2027, 4, 4))
    _, made = weekly(db, member_of(db), rule, starts="02:30", ends="05:00")
    assert [one.starts_at.hour for one in made.sessions] == [1, 1, 0]  # 02:30, 03:30 by the new clock, 02:30


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize("first", [date(2027, 3, 21), date(2027, 3, 28)])
def test_a_night_that_begins_with_such_an_hour_passes_as_later_ones_do(db, first):
    rule = Rule(first, until=date(2027, 4, 4))
    _, made = weekly(db, member_of(db), rule, starts="02:30", ends="03:15")
    changed = next(one for one in made.sessions if one.occurs_on == date(2027, 3, 28))
    assert (changed.ends_at - changed.starts_at).seconds == 600


@pytest.mark.usefixtures("today")
def test_identifiers_are_made_from_the_series_and_the_day(db):
    kept, made = weekly(db, member_of(db), Rule(FIRST, weeks=2))
    first = made.sessions[0]
    assert first.id == ids.stable_id("workshop-session", str(kept.id), "2026-10-08")
    assert (made.sessions[1].occurs_on, first.series_id) == (date(2026, 10, 22), kept.id)


def test_making_more_touches_nothing_that_is_there(db, today):
    member = member_of(db)
    kept, made = weekly(db, member)
    moved, dropped = made.sessions[0], made.sessions[1]
    other_day = replace(sessions.form_of(db, moved), day=date(2026, 10, 9), starts=time(10), ends=time(11))
    editing.edit(db, member, moved.id, other_day, version=moved.version)
    cancelling.cancel_session(db, member, dropped.id, reason="Formatrice absente")
    today(datetime(2026, 12, 1, 9, tzinfo=UTC))
    before = {one.id: (one.starts_at, one.state, one.version) for one in made.sessions}
    assert series.extend(db) > 5
    assert series.extend(db) == 0
    for one in made.sessions:
        db.refresh(one)
        assert (one.starts_at, one.state, one.version) == before[one.id]
    days = db.scalars(sa.select(WorkshopSession.occurs_on).filter_by(series_id=kept.id)).all()
    assert len(days) == len(set(days))


def test_the_upkeep_leaves_ended_and_archived_ones(db, today):
    member = member_of(db)
    kept, _ = weekly(db, member)
    archived, _ = weekly(db, member)
    offers.archive(db, member, archived.workshop_id)
    series.end(db, member, kept.id, last=date(2026, 11, 1))
    today(datetime(2027, 1, 1, 9, tzinfo=UTC))
    assert series.extend(db) == 0


def test_a_series_whose_place_is_gone_holds_up_no_other(db, today):
    member = member_of(db)
    place = place_of(db, member)
    weekly(db, member, place_id=place.id)
    weekly(db, member)
    place.withdrawn_at = clock.now()
    today(datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert series.extend(db) > 5


@pytest.mark.usefixtures("today")
def test_an_end_cancels_nothing_and_says_what_stays(db):
    member = member_of(db)
    kept, made = weekly(db, member)
    stays = series.end(db, member, kept.id, last=date(2026, 12, 31))
    assert [one.occurs_on for one in stays] == [
        one.occurs_on for one in made.sessions if one.occurs_on and one.occurs_on.year == 2027
    ]
    assert all(one.state is SessionState.PUBLISHED for one in stays)
    again = series.end(db, member, kept.id, last=date(2026, 11, 30))  # sent twice: the first end holds
    assert len(again) == len(stays)
    cancelling.cancel_session(db, member, stays[0].id, reason="Fin de la série")
    assert series.staying(db, kept) == stays[1:]


@pytest.mark.usefixtures("today")
def test_what_is_taken_on_one_day_leaves_that_session_a_draft(db):
    member = member_of(db)
    room, interpreter = room_of(db, place_of(db, member)), interpreter_of(db, member)
    other = session_of(db, member, day=date(2026, 10, 15), room_id=room.id, starts="15:00", ends="16:00")
    _, made = weekly(db, member, room_id=room.id, means=(Bound(interpreter.id),))
    troubled = [one for one in made.sessions if one.id in made.troubles]
    assert [(one.occurs_on, one.state) for one in troubled] == [(date(2026, 10, 15), SessionState.DRAFT)]
    assert "Salle 1" in str(made.troubles[troubled[0].id])
    cancelling.cancel_session(db, member, other.id, reason="Libère la salle")
    editing.edit(
        db,
        member,
        troubled[0].id,
        replace(sessions.form_of(db, troubled[0]), means=(Bound(interpreter.id),)),
        version=1,
    )


@pytest.mark.usefixtures("today")
def test_what_cannot_be_a_series_is_refused(db):
    member, stranger = member_of(db), member_of(db)
    for rule in (Rule(FIRST, weeks=9), Rule(FIRST, until=date(2026, 10, 1)), Rule(FIRST, area="FR-99")):
        with pytest.raises(Invalid):
            weekly(db, member, rule)
    with pytest.raises(Invalid, match="Aucun jour"), db.begin_nested():
        weekly(db, member, Rule(date(2026, 1, 1), until=date(2026, 2, 1)))
    kept, _ = weekly(db, member)
    with pytest.raises(NotFound):
        series.get(db, stranger, kept.id)
    prescriber = member_of(db, organisation_id=member.organisation_id, role=Role.PRESCRIBER)
    with pytest.raises(Forbidden):
        series.end(db, prescriber, kept.id, last=FIRST)
    offers.archive(db, member, kept.workshop_id)
    with pytest.raises(Conflict):
        series.create(db, member, kept.workshop_id, Rule(FIRST), Template(form(FIRST)))


@pytest.mark.usefixtures("today")
def test_a_template_is_read_as_it_was_written(db):
    member = member_of(db)
    room = room_of(db, place_of(db, member))
    template = Template(
        form(FIRST, room_id=room.id, languages=("ti",), before_minutes=15, closes_hours=4), publish=True
    )
    assert Template.of(template.to_json()) == replace(template, form=replace(template.form, day=date.min))


def test_at_once_two_workers_make_each_session_once(database, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 10, 1, 9, tzinfo=UTC))
    with database.begin() as db:
        kept, made = weekly(db, member_of(db))
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 1, 1, 9, tzinfo=UTC))
    gate, told = threading.Barrier(3), []

    def work() -> None:
        gate.wait()
        with database.begin() as db:
            told.append(series.extend(db))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with database.read() as db:
        days = db.scalars(sa.select(WorkshopSession.occurs_on).filter_by(series_id=kept.id)).all()
    assert len(days) == len(set(days)) == len(made.sessions) + sum(told)
    assert len(told) == 3
