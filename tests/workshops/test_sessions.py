"""Dated sessions: times on the wall, places, codes, traits, and who may know of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from pathways import clock, ids, outbox
from pathways.changes import Change
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.permissions import Role
from pathways.workshops import showing, tongues
from pathways.workshops.models import (
    Booking,
    BookingState,
    Channel,
    DeskTask,
    DeskTaskKind,
    Engagement,
    QuotaKind,
    Reading,
    SeatChange,
    SessionState,
    SessionTrait,
)
from pathways.workshops.scheduling import engaging, offers, sessions
from pathways.workshops.scheduling import traits as all_traits
from pathways.workshops.scheduling.offers import WorkshopForm
from pathways.workshops.seating import editing, seats
from pathways.workshops.seating.seats import Share
from tests.workshops.offering import form, member_of, place_of, room_of, session_of, stop_of, workshop_of


@pytest.fixture(autouse=True)
def _autumn(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 10, 1, 9, tzinfo=UTC))


def traits(db, session) -> set[str]:
    return set(db.scalars(sa.select(SessionTrait.trait).filter_by(session_id=session.id)))


def booking_of(db, session, **values) -> Booking:
    one = Booking(
        session_id=session.id,
        state=BookingState.CONFIRMED,
        language="ti",
        code_digest=ids.new_token(),
        link_digest=ids.new_token(),
        **values,
    )
    db.add(one)
    session.booked += 1
    db.flush()
    return one


@pytest.mark.parametrize(
    ("day", "hour"),
    [(date(2026, 10, 22), 12), (date(2026, 10, 29), 13), (date(2027, 3, 25), 13), (date(2027, 4, 1), 12)],
)
def test_two_o_clock_on_the_wall_is_another_moment_in_winter(db, day, hour):
    member = member_of(db)
    session = session_of(db, member, day=day)
    assert session.starts_at == datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    assert showing.said_of(session, "fr").hours == "14:00 – 16:00"
    assert sessions.form_of(db, session).day == day


def test_an_hour_that_the_clocks_skip_or_repeat_is_asked_about(db):
    member = member_of(db)
    workshop = workshop_of(db, member)
    with pytest.raises(Invalid, match="n'existe pas ce jour-là"):
        sessions.schedule(db, member, workshop.id, form(date(2027, 3, 28), "02:30", "05:00"))
    twice = form(date(2026, 10, 25), "02:30", "05:00")
    with pytest.raises(Invalid, match="deux fois"):
        sessions.schedule(db, member, workshop.id, twice)
    second = sessions.schedule(db, member, workshop.id, replace(twice, second=True))
    assert second.starts_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_overseas_time_is_that_of_the_place(db):
    member = member_of(db)
    session = session_of(db, member, day=date(2026, 12, 3), timezone="America/Guadeloupe")
    assert session.starts_at == datetime(2026, 12, 3, 18, tzinfo=UTC)
    assert showing.said_of(session, "fr").timezone == "America/Guadeloupe"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ends": "13:00"}, "ends"),
        ({"starts": "06:00", "ends": "22:00"}, "ends"),
        ({"seats": 0}, "seats"),
        ({"seats": 501}, "seats"),
        ({"timezone": "Europe/Orléans"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"day": date(2025, 10, 8)}, "day"),
        ({"day": date(2036, 10, 8)}, "day"),
        ({"languages": ("xx",)}, "languages"),
        ({"interpretation": ("xx",)}, "interpretation"),
        ({"meeting_url": "javascript:alert(1)"}, "meeting_url"),
        ({"closes_hours": -1}, "closes_hours"),
        ({"place_id": ids.new_id()}, "place"),
        ({"room_id": ids.new_id()}, "room"),
        ({"stop_id": ids.new_id()}, "stop"),
    ],
)
def test_what_cannot_be_is_refused_by_field(db, values, field):
    member = member_of(db)
    with pytest.raises(Invalid) as refused:
        session_of(db, member, **values)
    assert [error["field"] for error in refused.value.errors] == [field]


def test_a_session_stands_where_its_place_does_and_follows_it(db):
    member = member_of(db)
    place = place_of(db, member)
    session = session_of(db, member, place_id=place.id)
    assert (session.latitude, session.longitude, session.commune_code) == (47.9, 1.9, "45234")
    place.latitude = 47.5
    db.flush()
    all_traits.follow_places(db)
    db.refresh(session)
    assert session.latitude == 47.5


def test_a_room_and_a_van_are_bound_by_themselves(db):
    member = member_of(db)
    room, stop = room_of(db, place_of(db, member)), stop_of(db, member)
    session_of(db, member, room_id=room.id)
    with pytest.raises(engaging.Taken, match=r"Salle 1 – Médiathèque.*14:00 à 16:00 : Mes e-mails"):
        session_of(db, member, room_id=room.id, starts="15:00", ends="17:00")
    session_of(db, member, room_id=room.id, starts="16:00", ends="17:00")
    at_stop = session_of(db, member, stop_id=stop.id, starts="09:00", ends="10:00")
    assert at_stop.place_id == stop.place_id
    with pytest.raises(engaging.Taken, match="Bus de l'est"):
        session_of(db, member, stop_id=stop.id, starts="09:30", ends="11:00")


def test_a_room_of_others_only_where_one_is_a_tenant_or_it_is_lent(db):
    owner, other = member_of(db), member_of(db)
    room = room_of(db, place_of(db, owner))
    with pytest.raises(Invalid, match="salle"):
        session_of(db, other, room_id=room.id)
    session_of(db, owner, room_id=room.id)
    from pathways.workshops.scheduling import means as all_means

    all_means.of_room(db, room).shared = True
    db.flush()
    session_of(db, other, room_id=room.id, starts="17:00", ends="18:00")
    with pytest.raises(engaging.Taken) as refused:
        session_of(db, other, room_id=room.id, starts="15:00", ends="18:00")
    assert "Mes e-mails" not in str(refused.value)  # what others do there is theirs


def test_pressing_twice_makes_one(db):
    member = member_of(db)
    workshop, key = workshop_of(db, member), ids.new_id()
    first = sessions.schedule(db, member, workshop.id, form(), id=key)
    assert sessions.schedule(db, member, workshop.id, form(), id=key) is first
    with pytest.raises(NotFound):
        other = member_of(db)
        sessions.schedule(db, other, workshop_of(db, other).id, form(), id=key)


def test_who_may_know_of_a_session(db):
    member, partner, stranger = member_of(db), member_of(db), member_of(db)
    prescriber = member_of(db, organisation_id=member.organisation_id, role=Role.PRESCRIBER)
    session = session_of(db, member)
    seats.set_quotas(db, session, [Share(QuotaKind.STRUCTURE, str(partner.organisation_id), 3, funder="CAF")])
    assert sessions.get(db, partner, session.id) is session
    assert session in db.scalars(sessions.list_for(partner)).all()
    assert session not in db.scalars(sessions.list_for(stranger)).all()
    with pytest.raises(NotFound):
        sessions.get(db, stranger, session.id)
    for one in (partner, prescriber):
        with pytest.raises(Forbidden):
            sessions.editable(db, one, session.id)
    assert session.reserved == 3


def test_what_a_poster_leads_to(db):
    member = member_of(db)
    session = session_of(db, member, publish=False)
    with pytest.raises(NotFound):
        sessions.public_by_code(db, session.code)
    sessions.publish(db, member, session.id)
    typed = f" {session.code[:3].lower()}-{session.code[3:]} "
    assert sessions.public_by_code(db, typed) is session
    session.state = SessionState.CANCELLED
    assert sessions.public_by_code(db, session.code) is session
    with pytest.raises(NotFound):
        sessions.public_by_code(db, "x" * 10_000)


def test_traits_follow_the_session_and_its_workshop(db):
    member = member_of(db)
    workshop = workshop_of(db, member, reading=Reading.NONE, access=("wheelchair",), french_level="A1")
    session = session_of(db, member, workshop, languages=("ti",), interpretation=("so",))
    assert traits(db, session) == {
        *("language:ti", "language:so", "theme:email", "reading:none", "audience:public", "level:debutant"),
        *("access:wheelchair", "mode:remote", "price:free", "french:A1"),
    }
    changed = replace(WorkshopForm.of(workshop), theme="sante", skills=("inclusion-numerique:MEL-03",), price="5 €")
    offers.update(db, member, workshop.id, changed, version=1)
    sessions.save_traits_of_workshop(db, workshop)
    assert {"theme:sante", "skill:inclusion-numerique:MEL-03"} <= traits(db, session)
    assert {"theme:email", "price:free"}.isdisjoint(traits(db, session))


def test_an_edit_tells_whoever_holds_a_seat_once(db):
    member = member_of(db)
    session = session_of(db, member)
    silent, reached = booking_of(db, session), booking_of(db, session, channel=Channel.EMAIL, contact="a@exemple.fr")
    now = sessions.form_of(db, session)
    editing.edit(db, member, session.id, replace(now, interpretation=("so",)), version=session.version)
    assert not db.scalars(sa.select(DeskTask)).all()
    later = replace(sessions.form_of(db, session), starts=now.starts.replace(hour=15), ends=now.ends.replace(hour=17))
    version = session.version
    editing.edit(db, member, session.id, later, version=version)
    assert session.version == version + 1
    editing.edit(db, member, session.id, later, version=version)  # sent twice
    tasks = db.scalars(sa.select(DeskTask)).all()
    assert [(one.kind, one.booking_id) for one in tasks] == [(DeskTaskKind.MOVED, silent.id)]
    events = db.scalars(sa.select(outbox.OutboxEvent).filter_by(name="SessionChanged")).all()
    assert [event.payload for event in events] == [{"booking_id": str(reached.id)}]
    assert (silent.sequence, reached.sequence) == (1, 1)
    with pytest.raises(Conflict, match="collègue"):
        editing.edit(db, member, session.id, now, version=version)


def test_seats_never_fall_below_what_is_sold_and_change_with_a_reason(db):
    member = member_of(db)
    session = session_of(db, member)
    for _ in range(3):
        booking_of(db, session)
    now = sessions.form_of(db, session)
    with pytest.raises(Invalid, match="pourquoi"):
        editing.edit(db, member, session.id, replace(now, seats=6), version=session.version)
    with pytest.raises(Conflict, match="3 places"):
        editing.edit(db, member, session.id, replace(now, seats=2), version=session.version, reason="Salle plus petite")
    db.refresh(session)
    editing.edit(db, member, session.id, replace(now, seats=6), version=session.version, reason="Salle plus petite")
    written = db.scalars(sa.select(SeatChange)).one()
    assert (written.before["capacity"], written.after["capacity"], written.reason) == (8, 6, "Salle plus petite")


def test_what_a_session_binds_moves_with_it(db):
    member = member_of(db)
    room = room_of(db, place_of(db, member))
    session = session_of(db, member, room_id=room.id, before_minutes=30, after_minutes=15)
    other = session_of(db, member, room_id=room.id, starts="17:00", ends="18:00")
    assert engaging.margins_of(db, session.id, session.starts_at, session.ends_at) == (30, 15)
    earlier = replace(sessions.form_of(db, session), day=session.starts_at.date() + timedelta(days=1))
    editing.edit(db, member, session.id, earlier, version=session.version)
    assert engaging.margins_of(db, session.id, session.starts_at, session.ends_at) == (30, 15)
    clash = replace(
        sessions.form_of(db, session),
        day=other.starts_at.date(),
        starts=form().starts.replace(hour=16),
        ends=form().ends.replace(hour=17),
    )
    with pytest.raises(engaging.Taken), db.begin_nested():
        editing.edit(db, member, session.id, clash, version=session.version)
    assert db.scalar(sa.select(sa.func.count()).select_from(Engagement)) == 2


def test_a_duplicate_is_a_draft_on_another_day(db):
    member = member_of(db)
    room = room_of(db, place_of(db, member))
    session = session_of(db, member, room_id=room.id, interpretation=("ti",))
    again = sessions.duplicate(db, member, session.id, session.starts_at.date() + timedelta(days=14), id=ids.new_id())
    assert (again.state, again.room_id, again.interpretation) == (SessionState.DRAFT, room.id, ["ti"])
    assert again.code != session.code
    with pytest.raises(engaging.Taken):
        sessions.duplicate(db, member, session.id, session.starts_at.date(), id=ids.new_id())


def test_every_write_is_told_to_partners(db):
    member = member_of(db)
    session = session_of(db, member)
    acts = db.scalars(sa.select(Change.act).filter_by(about_id=session.id).order_by(Change.id)).all()
    assert acts == ["created", "published"]


def test_said_in_the_language_of_the_reader(db):
    member = member_of(db)
    session = session_of(db, member, place_id=place_of(db, member).id, languages=("ti", "fsl"))
    said = showing.said_of(session, "ti")
    assert (said.title.text, said.title.language, said.title_french) == ("ኢመይለይ", "ti", "Mes e-mails")
    assert showing.said_of(session, "ar").title.language == "fr"
    assert [one.name for one in said.languages] == ["ትግርኛ", "Langue des signes française"]
    assert said.address == "1 place du Marché, 45000 Orléans"
    assert "2026" in said.day
    assert said.day != said.day_french == "jeudi 8 octobre 2026"


def test_every_theme_has_a_word_and_a_tongue_its_name():
    from pathways.workshops import themes

    assert len(themes.themes()) == 30
    assert set(themes.WORDS) == set(themes.themes())
    assert tongues.tongues()["ur"].dir == "rtl"
    assert tongues.named(["xx"])[0].name == "xx"
