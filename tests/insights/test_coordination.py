"""The sheet of an area: what it tells, and of how few people it says nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pathways import clock
from pathways.errors import NotFound
from pathways.insights import coordination
from pathways.permissions import Role
from pathways.places.models import Commune, Territory, TerritoryKind
from pathways.workshops import wishes
from pathways.workshops.models import WorkshopSession
from tests.insights.crowds import SKILLS, Crowd
from tests.statements import counted
from tests.workshops import offering
from tests.workshops.seating import CODES

AREA = "department:99"


def prepare(db, member) -> None:
    """A department of its own, which the demonstration does not know."""
    if db.get(Commune, "99001") is None:
        db.add(Commune(code="99001", name="Essai", sought="essai", department="99", region="99"))
        db.add(Territory(kind=TerritoryKind.DEPARTMENT, code="99", name="Le département"))
        db.add(Territory(kind=TerritoryKind.REGION, code="99", name="La région"))
        db.flush()
    offering.place_of(db, member, commune_code="99001", name="La maison")


@pytest.fixture
def place(db, crowd):
    prepare(db, crowd.member)
    return crowd


def look(db, door, crowd):
    return coordination.sheet(db, door, crowd.member, AREA)


def hold(db, crowd, *, booked: int = 0, languages=("ti",), **values) -> WorkshopSession:
    found = offering.place_of(db, crowd.member, commune_code="99001")
    made = offering.session_of(db, crowd.member, place_id=found.id, languages=languages, seats=12, **values)
    made.booked = booked
    db.flush()
    return made


def test_an_empty_area_says_so(db, door, place):
    found = look(db, door, place)
    assert (found.places, found.coming, list(found.gaps), list(found.wished), list(found.seats)) == (1, 0, [], [], [])


def test_gaps_are_told_in_whole_tens_and_from_ten_on(db, door, place):
    lacking = dict.fromkeys(SKILLS, "correct") | {"SEC-02": "dont_know"}
    for _ in range(9):
        place.add(lacking)
    assert list(look(db, door, place).gaps) == []
    for _ in range(14):
        place.add(lacking)
    (gap,) = [one for one in look(db, door, place).gaps if one.code.endswith("SEC-02")]
    assert gap.at_least in {10, 20}
    assert gap.at_least % 10 == 0


def test_organisations_without_a_place_here_are_not_read(db, door, place):
    other = Crowd.new(db)
    for _ in range(20):
        other.add(dict.fromkeys(SKILLS, "dont_know"))
    assert list(look(db, door, place).gaps) == []


def test_a_wish_is_unmet_until_a_session_is_coming(db, door, place):
    for _ in range(3):
        wishes.leave(db, CODES, language="ti", theme="email", commune_code="99001", reads_in="ti")
    assert [one.language for one in look(db, door, place).unmet] == ["ti"]
    hold(db, place, booked=12)
    found = look(db, door, place)
    assert list(found.unmet) == []
    assert len(found.wished) == 1


def test_seats_by_language_hide_fewer_than_ten_people(db, door, place):
    hold(db, place, booked=9)
    (of,) = look(db, door, place).seats
    assert (of.language, of.sessions, of.offered, of.taken) == ("ti", 1, 12, None)
    hold(db, place, booked=4)
    (of,) = look(db, door, place).seats
    assert (of.offered, of.taken) == (24, 13)


@pytest.mark.parametrize(("booked", "thin"), [(3, True), (4, False), (12, False)])
def test_a_session_below_a_third_of_its_seats_is_thin(db, door, place, booked, thin):
    made = hold(db, place, booked=booked)
    assert [one.id for one in look(db, door, place).thin] == ([made.id] if thin else [])


def test_what_is_far_in_time_is_not_told(db, door, place):
    day = (clock.now() + coordination.AHEAD + timedelta(days=3)).date()
    hold(db, place, day=day)
    assert look(db, door, place).coming == 0


def test_an_area_that_is_none_is_not_found(db, door, place):
    for key in ("", "department:", "department:00", "basin:x", "commune:99001"):
        with pytest.raises(NotFound):
            coordination.sheet(db, door, place.member, key)


def test_a_department_without_a_name_of_its_own_is_told_by_its_number(db, door, crowd):
    db.add(Commune(code="96001", name="Essai", sought="essai", department="96", region="96"))
    db.flush()
    offering.place_of(db, crowd.member, commune_code="96001", name="La maison")
    found = coordination.sheet(db, door, crowd.member, "department:96")
    assert (found.area.name, found.places) == ("96", 1)
    with pytest.raises(NotFound):
        coordination.sheet(db, door, crowd.member, "department:95001")


def test_the_page_and_the_api_say_the_same(app, signed_in, database):
    with database.begin() as db:
        crowd = Crowd.new(db)
        prepare(db, crowd.member)
        hold(db, crowd, booked=2)
    coordinator = signed_in(Role.COORDINATOR, organisation=crowd.member.organisation_id)
    page = coordinator.get("/territories")
    assert page.status_code == 200
    assert "Le département" in page.text
    assert 'href="/journeys"' in page.text
    assert coordinator.get(f"/territories?area={AREA}").status_code == 200
    body = coordinator.get(f"/api/v1/territories?area={AREA}").json()
    assert body["coming_sessions"] == 1
    assert body["seats"][0]["taken"] is None
    assert coordinator.get("/territories?area=department:00").status_code == 404
    assert signed_in(Role.PRESCRIBER).get("/territories").status_code == 403


def test_as_many_questions_to_the_database_for_one_session_as_for_nine(app, door):

    numbers = []
    with app.state.database.begin() as db:
        crowd = Crowd.new(db)
        prepare(db, crowd.member)
        coordination.sheet(db, door, crowd.member, AREA)  # the blueprint is read once per process
        for more in (1, 8):
            for _ in range(more):
                hold(db, crowd)
                crowd.add(dict.fromkeys(SKILLS, "dont_know"))
            db.expire_all()
            with counted(app) as sent:
                coordination.sheet(db, door, crowd.member, AREA)
            numbers.append(len(sent))
    assert numbers[0] == numbers[1]
