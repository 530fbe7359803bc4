"""Places and basins at the desk, page by page, without JavaScript."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways.permissions import Role
from pathways.places import service
from pathways.places.models import Place, Room, Tenant
from pathways.workshops.models import SessionState
from tests.places.keeping import a_keeper, made, send
from tests.places.situations import session
from tests.statements import counted


@pytest.fixture
def keeper(signed_in, database):
    return a_keeper(signed_in, database)


def test_a_sheet_is_written_found_and_read(keeper):
    assert "Vous ne tenez encore" in keeper.get("/places").text
    address = made(
        keeper,
        services=["Aide aux démarches administratives", "Accès internet et matériel informatique"],
        languages=["fr", "ti"],
        hours="Mo-Fr 09:00-12:00; PH off",
        phone="02 47 00 00 00",
        emails="accueil@exemple.fr\ndirection@exemple.fr",
        websites="exemple.fr",
        latitude="",
    )
    page = keeper.get(address).text
    assert "Ailleurs-sur-Loire" in page  # as the official table spells it
    assert "+33247000000" in page
    assert "https://exemple.fr" in page
    assert "Lundi" in page or "lundi" in page
    assert "centre de sa commune" in page
    for words in ("mediatheque", "AILLEURS", "991"):
        assert address in keeper.get(f"/places?q={words}").text
    assert address not in keeper.get("/places?q=piscine").text


def test_a_form_that_is_wrong_comes_back_whole(keeper):
    reply = send(
        keeper, "/places/new", name="Mé", postcode="9912", commune="", summary="Ouvert à tous", hours="lundi matin",
        services="Coiffure", phone="17", latitude="nord",
    )  # fmt: skip
    assert reply.status_code == 422
    assert 'value="Ouvert à tous"' in reply.text
    assert re.search(r'id="latitude"[^>]*aria-invalid', reply.text)
    wrong = {"name": "Mé", "postcode": "9912", "commune": "", "hours": "lundi matin", "services": "Coiffure"}
    reply = send(keeper, "/places/new", **wrong, phone="17")
    for name in ("name", "postcode", "commune", "hours", "phone"):
        assert f'id="{name}-error"' in reply.text, name
    assert "Coiffure" in reply.text


def test_a_postcode_of_several_communes_says_which_ones(keeper):
    reply = send(keeper, "/places/new", name="Mairie", postcode="99123", commune="Autre")
    assert reply.status_code == 422
    assert "Ailleurs-sur-Loire, Nulle-Part" in reply.text
    assert '<option value="Nulle-Part">' in reply.text


def test_hours_are_read_in_words_while_they_are_written(keeper):
    reply = send(keeper, "/places/new", action="look", name="X", hours="Sa 10:00-12:00")
    assert reply.status_code == 200
    assert "amedi" in reply.text
    assert 'value="Sa 10:00-12:00"' in reply.text


def test_pressed_twice_a_place_is_made_once(keeper, database):
    key = str(uuid.uuid4())
    assert made(keeper, key=key) == made(keeper, key=key)
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Place).filter_by(name="Médiathèque du centre")) == 1


def test_nobody_overwrites_a_colleague_in_silence(keeper, signed_in):
    colleague = signed_in(Role.COORDINATOR, organisation=keeper.organisation_id)
    address = made(keeper)
    typed = {"name": "Médiathèque du centre", "postcode": "99123", "commune": "Ailleurs-sur-Loire", "version": "1"}
    assert send(colleague, f"{address}/edit", **(typed | {"summary": "Celle du collègue"})).status_code == 303
    reply = send(keeper, f"{address}/edit", **(typed | {"summary": "La mienne"}))
    assert reply.status_code == 409
    assert "La mienne" in reply.text
    assert "Celle du collègue" in reply.text
    assert 'name="version" value="2"' in reply.text
    assert send(keeper, f"{address}/edit", **(typed | {"summary": "La mienne", "version": "2"})).status_code == 303
    assert "La mienne" in keeper.get(address).text


def test_a_place_leaves_the_directory_and_comes_back(keeper, signed_in):
    address = made(keeper)
    stranger = signed_in(Role.COORDINATOR)
    assert stranger.get(address).status_code == 200
    assert stranger.get(f"{address}/edit").status_code == 403
    assert send(stranger, f"{address}/withdraw").status_code == 403
    assert send(keeper, f"{address}/withdraw").status_code == 303
    assert stranger.get(address).status_code == 404
    assert send(stranger, f"{address}/edit").status_code == 404
    assert "Remettre dans" in keeper.get(address).text
    assert send(keeper, f"{address}/bring-back").status_code == 303
    assert stranger.get(address).status_code == 200
    assert send(keeper, f"{address}/vouch").status_code == 303


def test_a_prescriber_reads_and_writes_nothing(keeper, signed_in):
    address = made(keeper)
    prescriber = signed_in(Role.PRESCRIBER, organisation=keeper.organisation_id)
    page = prescriber.get(address)
    assert page.status_code == 200
    assert "/edit" not in page.text
    assert prescriber.get("/places/new").status_code == 403
    assert send(prescriber, f"{address}/rooms", name="Salle").status_code == 403


@pytest.mark.slow
def test_a_house_has_rooms_and_structures(keeper, database):
    address = made(keeper)
    assert send(keeper, f"{address}/rooms", name="Salle bleue", seats="12", equipment=["wifi", "x"], step_free="on")
    assert send(keeper, f"{address}/tenants", name="Permanence sociale", services="Aide aux démarches administratives",
                hours="Tu 09:00-12:00").status_code == 303  # fmt: skip
    assert send(keeper, f"{address}/tenants", organisation=str(keeper.organisation_id)).status_code == 303
    page = keeper.get(address).text
    assert "Salle bleue" in page
    assert "12 places" in page
    assert "Permanence sociale" in page
    with database.read() as db:
        room = db.scalars(sa.select(Room).filter_by(name="Salle bleue")).one()
        assert room.equipment == ["wifi"]
        tenant_id = db.scalars(sa.select(Tenant.id).filter_by(name="Permanence sociale")).one()
        room_id = room.id
    wrong = send(keeper, f"{address}/rooms/{room_id}", name="", seats="beaucoup", version="1")
    assert wrong.status_code == 422
    again = send(keeper, f"{address}/rooms/{room_id}", name="Salle verte", seats="10", version="1")
    assert again.status_code == 303
    assert send(keeper, f"{address}/rooms/{room_id}", name="Salle rouge", version="1").status_code == 409
    assert send(keeper, f"{address}/tenants/{tenant_id}", name="Autre", seen="x").status_code == 409
    assert send(keeper, f"{address}/tenants/{tenant_id}/remove").status_code == 303
    assert send(keeper, f"{address}/rooms/{room_id}/remove").status_code == 303
    assert "Salle verte" not in keeper.get(f"{address}/rooms").text
    assert send(keeper, f"{address}/rooms", name="").status_code == 422


def test_a_basin_is_drawn_and_grows(keeper, signed_in):
    assert send(keeper, "/basins", name="", communes="99001").status_code == 422
    assert send(keeper, "/basins", name="Val", communes="00000").status_code == 422
    key = str(uuid.uuid4())
    address = send(keeper, "/basins", name="Val de Loire", communes="99001", key=key).headers["location"]
    assert send(keeper, "/basins", name="Val de Loire", communes="99001", key=key).headers["location"] == address
    page = keeper.get(address).text
    assert "Ailleurs-sur-Loire" in page
    found = send(keeper, address, action="find", find="nulle part", name="Val de Loire", version="1", code="99001")
    assert found.status_code == 200
    grown = send(keeper, address, action="keep", name="Val de Loire", version="1", code=["99001", "99002"])
    assert grown.status_code == 303
    assert "2 communes" in keeper.get(address).text
    assert send(keeper, address, name="Autre", version="1", code="99001").status_code == 409
    stranger = signed_in(Role.COORDINATOR)
    assert stranger.get(address).status_code == 404
    assert send(keeper, "/basins/import").status_code == 403
    assert send(keeper, f"{address}/delete").status_code == 303
    assert keeper.get(address).status_code == 404


@pytest.mark.parametrize("text", ["x" * 10_000, "'; DROP TABLE place; --", "%_%", "\u202eabc", "٣٧٠٠٠", "\x00"])
def test_whatever_is_typed_the_list_answers(keeper, text):
    assert keeper.get("/places", params={"q": text}).status_code in {200, 422}
    assert keeper.get("/basins", params={"q": text}).status_code in {200, 422}
    reply = send(keeper, "/places/new", name=text, postcode=text, commune=text, hours=text, latitude=text, kinds=text)
    assert reply.status_code == 422


def test_the_sheet_of_a_place_says_what_happens_in_it_whoever_holds_it(keeper, signed_in, database):
    address = made(keeper)
    other = signed_in(Role.COORDINATOR)
    with database.begin() as db:
        where = db.get_one(Place, uuid.UUID(address.rsplit("/", 1)[-1]))
        for code, state, days in (("AAAAAA", "published", 3), ("BBBBBB", "draft", 3), ("CCCCCC", "published", -3)):
            session(db, other.organisation_id, where, code=code, state=SessionState(state), days=days)
    page = keeper.get(address).text
    assert "/s/AAAAAA" in page
    assert "Une structure" in page
    assert "/s/BBBBBB" not in page
    assert "/s/CCCCCC" not in page


@pytest.mark.slow
def test_pages_cost_as_many_statements_for_many_rows_as_for_one(keeper, app, database):
    van = made(keeper, name="Le bus", is_mobile="on").rsplit("/", 1)[-1]
    tour = send(keeper, "/tours", name="Tournée", van=van).headers["location"]
    address, costs = made(keeper, name="Maison du numérique"), []
    first = service.today() + timedelta(days=2)
    for number in range(4):
        here = made(keeper, name=f"Lieu {number}").rsplit("/", 1)[-1]
        version = str(number + 1)
        typed = {"place": here, "first": (first + timedelta(days=number)).isoformat(), "weeks": "1", "version": version}
        send(keeper, f"{tour}/stops/new", **typed, opens="14:00", closes="16:00", on_holidays="on")
        send(keeper, f"{address}/rooms", name=f"Salle {number}")
        send(keeper, f"{address}/tenants", name=f"Permanence {number}")
        with database.begin() as db:
            where = db.get_one(Place, uuid.UUID(address.rsplit("/", 1)[-1]))
            session(db, keeper.organisation_id, where, state=SessionState.PUBLISHED)
        paths = ("/places", address, f"{address}/rooms", f"{address}/tenants", tour, f"{tour}/notice", "/api/v1/tours")
        cost = []
        for path in paths:
            keeper.get(path)
            with counted(app) as statements:
                assert keeper.get(path).status_code == 200
            cost.append(len(statements))
        costs.append(cost)
    assert costs[0] == costs[-1]
    assert max(costs[0]) < 20
