"""Tours and their stops at the desk, page by page, without JavaScript."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways.permissions import Role
from pathways.places import service
from pathways.places.models import Stop, Tour
from pathways.places.rules import Rule
from tests.places.keeping import a_keeper, made, send


@pytest.fixture
def keeper(signed_in, database):
    return a_keeper(signed_in, database)


@pytest.mark.slow
def test_a_tour_from_nothing_to_the_village_board(keeper, database):
    assert "ajoutez-le" in keeper.get("/tours").text
    van = made(keeper, name="Le bus numérique", is_mobile="on", phone="0247000000").rsplit("/", 1)[-1]
    here = made(keeper, name="Mairie").rsplit("/", 1)[-1]
    there = made(keeper, name="École").rsplit("/", 1)[-1]
    assert send(keeper, "/tours", name="", van=van).status_code == 422
    assert send(keeper, "/tours", name="Jeudi", van=here).status_code == 422
    tour = send(keeper, "/tours", name="Tournée du jeudi", van=van).headers["location"]
    first = service.today() + timedelta(days=7)
    typed = {
        "place": here,
        "first": first.isoformat(),
        "weeks": "2",
        "opens": "14:00",
        "closes": "16:00",
        "version": "1",
    }
    typed |= {"on_holidays": "on", "seats": "6", "equipment": "computers", "note": "Sur la place"}
    assert send(keeper, f"{tour}/stops/new", **(typed | {"first": ""})).status_code == 422
    assert send(keeper, f"{tour}/stops/new", **typed).status_code == 303
    clash = send(
        keeper, f"{tour}/stops/new", **(typed | {"place": there, "opens": "15:00", "closes": "17:00", "version": "2"})
    )
    assert clash.status_code == 409
    assert "à la fois" in clash.text
    elsewhere = typed | {"place": there, "first": (first + timedelta(days=1)).isoformat(), "version": "2"}
    assert send(keeper, f"{tour}/stops/new", **elsewhere).status_code == 303
    with database.read() as db:
        stops = {one.place_id: one.id for one in db.scalars(sa.select(Stop).where(Stop.tour_id == uuid.UUID(tour[7:])))}
    one, other = stops[uuid.UUID(here)], stops[uuid.UUID(there)]
    page = keeper.get(tour).text
    assert "Ne vient pas ce jour-là" in page
    assert "Vient plutôt à" in page
    assert "week" not in re.sub(r"20\d\d week", "", page)  # no week without its year
    assert (
        send(keeper, f"{tour}/stops/{one}/day", day=first.isoformat(), action="instead", other=str(other)).status_code
        == 303
    )
    with database.read() as db:
        assert Rule.of(db.get_one(Stop, one).rule).without == {first}
        assert Rule.of(db.get_one(Stop, other).rule).extra == {first}
    assert "Vient quand même" in keeper.get(tour).text
    back = send(keeper, f"{tour}/stops/{one}/day", day=first.isoformat(), action="restore")
    assert back.status_code == 409  # it is at the other stop that day
    assert send(keeper, f"{tour}/stops/{other}/day", day=first.isoformat(), action="skip").status_code == 303
    assert send(keeper, f"{tour}/stops/{one}/day", day=first.isoformat(), action="restore").status_code == 303
    assert send(keeper, f"{tour}/stops/{one}/day", day="2026-02-30", action="add").status_code == 422
    assert keeper.get(f"{tour}/stops/{one}").status_code == 200
    board = keeper.get(f"{tour}/notice?stop={one}&language=ar")
    assert board.status_code == 200
    assert 'lang="ar"' in board.text
    assert "Sur la place" in board.text
    assert "Mairie" in board.text
    assert board.text.count("14:00 – 16:00") == 4
    assert keeper.get(f"{tour}/notice").status_code == 200
    assert "Tournée du jeudi" in keeper.get(f"/places/{here}").text
    assert "Tournée du jeudi" in keeper.get(f"/places/{van}").text
    assert send(keeper, tour, name="Tournée du marché", version="1").status_code == 409
    assert send(keeper, tour, action="end").status_code == 303
    assert send(keeper, f"{tour}/stops/{one}/remove").status_code == 303
    with database.read() as db:
        assert db.get(Stop, one) is None
        assert db.get_one(Tour, uuid.UUID(tour[7:])).ended_at is not None


def test_another_structure_s_tour_is_not_there(keeper, signed_in):
    van = made(keeper, name="Le bus", is_mobile="on").rsplit("/", 1)[-1]
    tour = send(keeper, "/tours", name="Tournée", van=van).headers["location"]
    stranger = signed_in(Role.ADMINISTRATOR)
    for path in (tour, f"{tour}/notice", f"{tour}/stops/new"):
        assert stranger.get(path).status_code == 404
    assert send(stranger, tour, action="end").status_code == 404
    assert send(stranger, "/tours", name="La mienne", van=van).status_code == 403
