"""What somebody can use: by language, reading, device, days and distance; of their organisation, shipped or shared."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pathways import clock
from pathways.learning import offering
from pathways.learning.limits import Limits
from pathways.learning.models import Device, LinkState
from pathways.learning.offering import Person
from pathways.places.territories import Spot
from pathways.workshops.models import Reading
from tests.insights.crowds import Crowd
from tests.learning.journeying import Journey
from tests.learning.walkers import FRAMEWORK

ORLEANS = Spot("commune", "45234", "Orléans", "45", ("45000",), 47.9, 1.9)
FAR = {"latitude": 43.3, "longitude": 5.4}


@pytest.fixture
def journey(db) -> Journey:
    return Journey(db)


def offered(journey: Journey, language: str = "fr", spot=None, *, also=(), **limits):
    person = Person(language, Limits(**limits), spot)
    return offering.offer(journey.db, journey.member.organisation_id, FRAMEWORK, person, clock.now(), also=also)


@pytest.mark.parametrize(
    ("values", "language", "limits", "usable"),
    [
        ({}, "fr", {}, True),
        ({}, "ti", {}, False),
        ({"wordless": True}, "ti", {}, True),
        ({"subtitles": ["ti"]}, "ti", {}, True),
        ({"sheet": {"steps": []}, "sheets": {"ti": {}}}, "ti", {}, True),
        ({}, "fr", {"no_reading": True}, False),
        ({"reading": Reading.NONE}, "fr", {"no_reading": True}, True),
        ({"device": Device.COMPUTER}, "fr", {"device": Device.PHONE}, False),
        ({"device": Device.PHONE}, "fr", {"device": Device.PHONE}, True),
        ({"device": Device.COMPUTER}, "fr", {}, True),
        ({"archived_at": clock.now()}, "fr", {}, False),
        ({"link_state": LinkState.LOST}, "fr", {}, False),
        ({"link_state": LinkState.MOVED}, "fr", {}, True),
    ],
)
def test_a_resource_is_offered_to_who_can_use_it(journey, values, language, limits, usable):
    made = journey.resource("VIE-01", **values)
    assert (made in offered(journey, language, **limits).resources.get("VIE-01", ())) is usable


def test_the_shortest_comes_first(journey):
    long, short = journey.resource("VIE-01", 50), journey.resource("VIE-01", 9)
    found = [one for one in offered(journey).resources["VIE-01"] if one in {long, short}]
    assert found == [short, long]


def test_of_others_only_what_they_share_is_offered(db, journey):
    theirs = Crowd.new(db).member.organisation_id
    own = journey.resource("VIE-01", organisation_id=theirs)
    shared = journey.resource("VIE-01", organisation_id=theirs, shared_with_all=True)
    found = offered(journey).resources.get("VIE-01", ())
    assert own not in found
    assert shared in found


@pytest.mark.parametrize(
    ("values", "language", "limits", "comes"),
    [
        ({}, "fr", {}, True),
        ({}, "ti", {}, True),
        ({}, "ar", {}, False),
        ({"interpretation": ("ar",)}, "ar", {}, True),
        ({}, "fr", {"no_reading": True}, False),
        ({"reading": Reading.NONE}, "fr", {"no_reading": True}, True),
        ({"place": FAR}, "fr", {}, False),
        ({}, "fr", {"until": (clock.now() + timedelta(days=20)).date()}, False),
    ],
)
def test_a_session_is_offered_to_who_can_come(journey, values, language, limits, comes):
    made = journey.session(**values)
    found = offered(journey, language, ORLEANS, **limits)
    assert (made.id in {one.id for one in found.sessions}) is comes
    if comes:
        assert found.teaches[made.id] == {"SEC-02"}


def test_only_on_the_days_that_were_said(journey):
    made = journey.session()
    day = made.starts_at.weekday()
    assert made.id in offered(journey, weekdays=(day,)).teaches
    assert made.id not in offered(journey, weekdays=((day + 1) % 7,)).teaches


def test_a_full_date_is_left_out_where_the_workshop_has_another(journey):
    full, later = journey.session(days=20), journey.session(days=40)
    later.workshop_id, full.capacity = full.workshop_id, full.booked
    journey.db.flush()
    assert {one.id for one in offered(journey).sessions} == {later.id}
    later.capacity = later.booked
    journey.db.flush()
    assert {one.id for one in offered(journey).sessions} == {full.id, later.id}  # one may wait for either


def test_a_session_that_is_theirs_already_is_taken_away_by_no_limit(journey):
    made = journey.session(place=FAR)
    assert made.id in offered(journey, "ar", ORLEANS, also=[made.id]).teaches


def test_the_way_there_counts_where_it_is_known(journey):
    made = journey.session()
    near = Spot("commune", "45000", "Ici", "45", ("45000",), 47.95, 1.9)
    assert offering.minutes_there(made, Person("fr", Limits())) == 30
    assert 38 < offering.minutes_there(made, Person("fr", Limits(), near)) < 44
