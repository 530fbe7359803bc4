"""Vans: where one stands on which day, and that it never stands in two places."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from pathways import clock
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.permissions import Role
from pathways.places import itinerary, service, tours
from pathways.places.models import Stop
from pathways.places.rules import Rule
from tests.places import situations
from tests.places.situations import THURSDAY, member, place, stop, tour

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ENOUGH = timedelta(weeks=12)


@pytest.fixture(autouse=True)
def _the_day_is_fixed(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def keeper(db):
    return member(db)


def days(db, made, start=date(2026, 11, 26), length=ENOUGH) -> list[tuple[str, str]]:
    found = tours.occurrences(db, made, start, start + length)
    return [(one.day.isoformat(), one.stop.place.name) for one in found]


def test_a_van_on_its_round_through_the_turn_of_the_year(db, keeper):
    made = tour(db, keeper)
    here, there = place(db, keeper, "Mairie"), place(db, keeper, "École")
    tours.add_stop(db, keeper, made.id, stop(here))
    tours.add_stop(db, keeper, made.id, stop(there, first=THURSDAY + timedelta(weeks=1)))
    assert days(db, made, length=timedelta(weeks=9)) == [
        ("2026-12-03", "Mairie"),
        ("2026-12-10", "École"),
        ("2026-12-17", "Mairie"),
        ("2026-12-24", "École"),
        ("2026-12-31", "Mairie"),
        ("2027-01-07", "École"),
        ("2027-01-14", "Mairie"),
        ("2027-01-21", "École"),
        ("2027-01-28", "Mairie"),
    ]


def test_the_clock_of_the_place_holds_in_winter_and_in_summer(db, keeper):
    made = tour(db, keeper)
    tours.add_stop(db, keeper, made.id, stop(place(db, keeper), weeks=1))
    found = tours.occurrences(db, made, date(2027, 3, 22), date(2027, 4, 2))
    assert [one.starts_at for one in found] == [
        datetime(2027, 3, 25, 13, tzinfo=UTC),
        datetime(2027, 4, 1, 12, tzinfo=UTC),  # 14:00 by both clocks
    ]
    assert [one.ends_at - one.starts_at for one in found] == [timedelta(hours=2)] * 2


@pytest.mark.parametrize(
    ("code", "area", "zone"),
    [
        ("57463", "FR-57", "Europe/Paris"),
        ("67482", "FR-6AE", "Europe/Paris"),
        ("97411", "FR-974", "Indian/Reunion"),
        ("97209", "FR-972", "America/Martinique"),
        ("98818", "FR-NC", "Pacific/Noumea"),
        ("2A004", "FR", "Europe/Paris"),
        (None, "FR", "Europe/Paris"),
    ],
)
def test_a_commune_says_whose_holidays_and_whose_clock(code, area, zone):
    assert itinerary.area_of(code) == (area, zone)


def test_a_stop_in_la_reunion_opens_by_its_own_clock(db, keeper):
    situations.commune(db, "97411", "Saint-Denis", "97400")
    made = tour(db, keeper)
    tours.add_stop(db, keeper, made.id, stop(place(db, keeper, postcode="97400", commune="St Denis"), weeks=1))
    found = tours.occurrences(db, made, date(2027, 7, 1), date(2027, 7, 8))
    assert found[0].starts_at == datetime(2027, 7, 1, 10, tzinfo=UTC)
    assert date(2026, 12, 20) not in {one.day for one in tours.occurrences(db, made, THURSDAY, date(2027, 1, 30))}


def test_a_van_in_two_places_at_once_is_refused_with_a_sentence(db, keeper):
    made = tour(db, keeper)
    here, there = place(db, keeper, "Mairie"), place(db, keeper, "École")
    tours.add_stop(db, keeper, made.id, stop(here))
    with pytest.raises(Conflict) as refused, db.begin_nested():
        tours.add_stop(db, keeper, made.id, stop(there, weeks=3, opens="15:00", closes="17:00"))
    said = str(refused.value)
    assert "jeudi 3 décembre 2026" in said
    assert "Mairie (14:00-16:00)" in said
    assert "École (15:00-17:00)" in said
    assert len(tours.stops_of(db, made)) == 1


def test_rhythms_that_meet_only_far_ahead_are_refused_too(db, keeper):
    made = tour(db, keeper)
    here, there = place(db, keeper, "Mairie"), place(db, keeper, "École")
    tours.add_stop(db, keeper, made.id, stop(here, weeks=8))
    with pytest.raises(Conflict) as refused, db.begin_nested():
        tours.add_stop(db, keeper, made.id, stop(there, first=THURSDAY + timedelta(weeks=5), weeks=7))
    assert "jeudi 9 septembre 2027" in str(refused.value)  # forty weeks later


def test_back_to_back_is_no_conflict(db, keeper):
    made = tour(db, keeper)
    tours.add_stop(db, keeper, made.id, stop(place(db, keeper, "Mairie")))
    tours.add_stop(db, keeper, made.id, stop(place(db, keeper, "École"), opens="16:00", closes="18:00"))
    assert [name for _, name in days(db, made)][:2] == ["Mairie", "École"]


def test_two_tours_of_one_van_are_one_van(db, keeper):
    made = tour(db, keeper)
    tours.add_stop(db, keeper, made.id, stop(place(db, keeper, "Mairie")))
    other = tours.create(db, keeper, van_id=made.van_id, name="Tournée d'hiver")
    with pytest.raises(Conflict), db.begin_nested():
        tours.add_stop(db, keeper, other.id, stop(place(db, keeper, "École")))
    tours.end(db, keeper, made.id, ended=True)
    tours.add_stop(db, keeper, other.id, stop(place(db, keeper, "Foyer")))
    with pytest.raises(Conflict), db.begin_nested():
        tours.end(db, keeper, made.id, ended=False)
    assert tours.occurrences(db, made, THURSDAY, THURSDAY + ENOUGH) == []


def test_one_day_it_does_not_come_and_comes_after_all(db, keeper):
    made = tour(db, keeper)
    added = tours.add_stop(db, keeper, made.id, stop(place(db, keeper)))
    for _ in range(2):  # pressed twice
        tours.skip(db, keeper, made.id, added.id, THURSDAY)
    assert days(db, made)[0][0] == "2026-12-17"
    assert [one.day for one in itinerary.left_out([added], THURSDAY, THURSDAY)] == [THURSDAY]
    tours.restore(db, keeper, made.id, added.id, THURSDAY)
    tours.restore(db, keeper, made.id, added.id, THURSDAY)
    assert days(db, made)[0][0] == "2026-12-03"
    assert situations.acts(db, keeper, "tour") == ["created", "updated", "updated", "updated"]


def test_one_day_it_comes_elsewhere_at_that_place_s_hours(db, keeper):
    made = tour(db, keeper)
    here = tours.add_stop(db, keeper, made.id, stop(place(db, keeper, "Mairie")))
    there = tours.add_stop(
        db, keeper, made.id, stop(place(db, keeper, "École"), first=THURSDAY + timedelta(days=1), opens="09:00")
    )
    tours.instead(db, keeper, made.id, here.id, THURSDAY, other_id=there.id)
    assert days(db, made)[0] == ("2026-12-03", "École")
    assert tours.occurrences(db, made, THURSDAY, THURSDAY)[0].stop.opens == "09:00"
    tours.skip(db, keeper, made.id, there.id, THURSDAY)  # an added day goes without a trace
    assert Rule.of(there.rule).without == frozenset()
    with pytest.raises(Invalid), db.begin_nested():
        tours.instead(db, keeper, made.id, here.id, THURSDAY, other_id=here.id)


def test_coming_elsewhere_is_refused_where_the_van_already_is_busy_and_nothing_changes(db, keeper):
    made = tour(db, keeper)
    here = tours.add_stop(db, keeper, made.id, stop(place(db, keeper, "Mairie"), opens="09:00", closes="10:00"))
    tours.add_stop(db, keeper, made.id, stop(place(db, keeper, "Foyer")))
    there = tours.add_stop(
        db, keeper, made.id, stop(place(db, keeper, "École"), first=THURSDAY + timedelta(days=1), opens="15:00")
    )
    with pytest.raises(Conflict), db.begin_nested():
        tours.instead(db, keeper, made.id, here.id, THURSDAY, other_id=there.id)
    db.expire_all()
    assert [name for day, name in days(db, made) if day == "2026-12-03"] == ["Mairie", "Foyer"]


def test_a_day_is_added_on_a_public_holiday_and_not_in_the_past(db, keeper):
    made = tour(db, keeper)
    added = tours.add_stop(db, keeper, made.id, stop(place(db, keeper)))
    tours.add_day(db, keeper, made.id, added.id, date(2026, 12, 25))
    assert ("2026-12-25", "Médiathèque") in days(db, made)
    for day in (date(2026, 11, 1), date(2029, 1, 1)):
        with pytest.raises(Invalid), db.begin_nested():
            tours.add_day(db, keeper, made.id, added.id, day)


def test_writing_a_stop_again_keeps_its_exceptions(db, keeper):
    made = tour(db, keeper)
    here = place(db, keeper)
    added = tours.add_stop(db, keeper, made.id, stop(here))
    tours.skip(db, keeper, made.id, added.id, THURSDAY)
    tours.change_stop(db, keeper, made.id, added.id, stop(here, closes="17:00"), version=made.version)
    assert Rule.of(added.rule).without == {THURSDAY}
    assert added.closes == "17:00"


def test_of_two_who_change_the_stops_the_second_reads_again(db, keeper):
    made = tour(db, keeper)
    here = place(db, keeper)
    added = tours.add_stop(db, keeper, made.id, stop(here))
    seen = made.version
    tours.change_stop(db, keeper, made.id, added.id, stop(here, note="Devant la mairie"), version=seen)
    with pytest.raises(Conflict), db.begin_nested():
        tours.change_stop(db, keeper, made.id, added.id, stop(here, note="Derrière"), version=seen)
    with pytest.raises(Conflict), db.begin_nested():
        tours.rename(db, keeper, made.id, name="Autre", version=seen)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"first": date(1999, 1, 1)}, "first"),
        ({"first": date(2029, 1, 1)}, "first"),
        ({"weeks": 0}, "weeks"),
        ({"weeks": 9}, "weeks"),
        ({"until": THURSDAY - timedelta(days=1)}, "until"),
        ({"opens": "16:00"}, "closes"),
        ({"opens": "9h"}, "closes"),
        ({"opens": "09:00:30"}, "closes"),
        ({"closes": "24:00"}, "closes"),
        ({"seats": -1}, "seats"),
        ({"seats": 501}, "seats"),
        ({"note": "x" * 201}, "note"),
    ],
)
def test_what_cannot_be_a_stop_is_refused_at_its_field(db, keeper, wrong, field):
    made = tour(db, keeper)
    with pytest.raises(Invalid) as refused:
        tours.add_stop(db, keeper, made.id, stop(place(db, keeper), **wrong))
    assert refused.value.errors[0]["field"] == field


def test_a_van_stops_in_a_place_that_does_not_move(db, keeper):
    made = tour(db, keeper)
    van = service.get(db, keeper, made.van_id)
    gone = place(db, keeper, "Ancienne école")
    service.withdraw(db, keeper, gone.id)
    for wrong in (van.id, gone.id, uuid.uuid4()):
        with pytest.raises(Invalid), db.begin_nested():
            tours.add_stop(db, keeper, made.id, stop(van).__class__(**{**_fields(stop(van)), "place_id": wrong}))
    with pytest.raises(Invalid):
        tours.create(db, keeper, van_id=place(db, keeper).id, name="Sans véhicule")


def _fields(form) -> dict:
    return {name: getattr(form, name) for name in form.__dataclass_fields__}


def test_a_stop_may_be_in_another_structure_s_place(db, keeper):
    theirs = place(db, member(db), "Maison des associations")
    made = tour(db, keeper)
    tours.add_stop(db, keeper, made.id, stop(theirs))
    assert [one.tour.id for one in tours.stops_at(db, theirs.id)] == [made.id]


def test_another_organisation_s_tour_does_not_exist_at_the_desk_and_is_public(db, keeper):
    made = tour(db, keeper)
    stranger = member(db)
    with pytest.raises(NotFound):
        tours.get(db, stranger, made.id)
    assert tours.public(db, made.id) is made
    assert made in tours.running(db)
    tours.end(db, keeper, made.id, ended=True)
    with pytest.raises(NotFound):
        tours.public(db, made.id)


def test_who_only_reads_changes_nothing(db, keeper):
    made = tour(db, keeper)
    reader = member(db, role=Role.PRESCRIBER)
    reader = reader.__class__(**{**_fields(reader), "organisation_id": keeper.organisation_id})
    with pytest.raises(Forbidden):
        tours.end(db, reader, made.id, ended=True)


def test_a_stop_goes_and_one_where_sessions_were_held_stays_for_them(db, keeper, monkeypatch):
    made = tour(db, keeper)
    added = tours.add_stop(db, keeper, made.id, stop(place(db, keeper)))
    tours.remove_stop(db, keeper, made.id, added.id)
    assert db.scalar(sa.select(sa.func.count()).select_from(Stop).filter_by(tour_id=made.id)) == 0


def test_hours_are_published_for_dated_weeks_only(db, keeper):
    made = tour(db, keeper)
    added = tours.add_stop(db, keeper, made.id, stop(place(db, keeper)))
    text = itinerary.hours_of(added, date(2026, 11, 26), weeks=12)
    assert text == "2026 week 49-53/2 Th 14:00-16:00, 2027 week 02-06/2 Th 14:00-16:00"


def test_ten_years_of_exceptions_do_not_pile_up(db, keeper, monkeypatch):
    made = tour(db, keeper)
    added = tours.add_stop(db, keeper, made.id, stop(place(db, keeper), weeks=1))
    for week in range(260):
        moment = NOW + timedelta(weeks=week)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        tours.skip(db, keeper, made.id, added.id, THURSDAY + timedelta(weeks=week))
    assert len(Rule.of(added.rule).without) <= tours.MOST_EXCEPTIONS
