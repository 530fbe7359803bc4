"""Two people at the same moment, each in a transaction of their own: on both databases one waits for the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from pathways.errors import Conflict, DomainError
from pathways.places import houses, service, tours
from pathways.places.houses import RoomForm
from pathways.places.rules import Rule
from tests.places import situations
from tests.places.situations import form, member, place


@pytest.fixture
def keeper(database):
    with database.begin() as db:
        return member(db)


def together(database, acts: Sequence[Callable[[Any], Any]]) -> list[Any]:
    """What each gives, or how it is refused."""

    def one(act: Callable[[Any], Any]) -> Any:
        try:
            with database.begin() as db:
                return act(db)
        except DomainError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def test_two_stops_at_once_and_the_van_is_still_in_one_place(database, keeper):
    with database.begin() as db:
        tour_id = situations.tour(db, keeper).id
        first = service.today() + timedelta(days=7)
        stops = [
            situations.stop(place(db, keeper, name), first=first, on_holidays=True)
            for name in ("Mairie", "École", "Foyer")
        ]
    acts = [lambda db, one=one: tours.add_stop(db, keeper, tour_id, one).id for one in stops]
    done = together(database, acts)
    assert sum(isinstance(one, Conflict) for one in done) == 2
    with database.read() as db:
        assert len(tours.stops_of(db, tours.get(db, keeper, tour_id))) == 1


def test_exceptions_at_once_are_all_kept(database, keeper):
    with database.begin() as db:
        tour_id = situations.tour(db, keeper).id
        first = service.today() + timedelta(days=7)
        form_ = situations.stop(place(db, keeper), first=first, weeks=1, on_holidays=True)
        stop_id = tours.add_stop(db, keeper, tour_id, form_).id
    days = [first + timedelta(weeks=number) for number in range(6)]
    together(database, [lambda db, day=day: tours.skip(db, keeper, tour_id, stop_id, day).id for day in days])
    with database.read() as db:
        found = tours.stop(db, tours.get(db, keeper, tour_id), stop_id)
        assert Rule.of(found.rule).without == set(days)


def test_of_two_who_write_a_sheet_at_once_one_is_told(database, keeper):
    with database.begin() as db:
        place_id = place(db, keeper).id
    acts = [
        lambda db, text=text: service.update(db, keeper, place_id, form(summary=text), version=1).version
        for text in ("Un", "Deux")
    ]
    done = together(database, acts)
    assert sorted(map(type, done), key=str) == sorted([int, Conflict], key=str)


def test_the_same_press_at_once_makes_one_place_and_one_room(database, keeper):
    key = keeper.account_id
    made = together(database, [lambda db: service.create(db, keeper, form(), key=key).id] * 3)
    assert len(set(made)) == 1
    rooms = together(database, [lambda db: houses.add_room(db, keeper, made[0], RoomForm("Salle"), key=key).id] * 3)
    assert len(set(rooms)) == 1
