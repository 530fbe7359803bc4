"""Places, houses, tours and basins for programs."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from pathways.permissions import Role
from pathways.places import service
from pathways.places.models import Place
from tests.places.situations import commune

PLACE = {"name": "Médiathèque", "postcode": "99123", "commune": "Ailleurs", "languages": ["fr", "ti"]}


@pytest.fixture
def keeper(signed_in, database):
    with database.begin() as db:
        commune(db, "99001", "Ailleurs", "99123", at=(47.5, 1.5))
    return signed_in(Role.COORDINATOR)


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def post(client, path: str, json=None, **other):
    return client.post(f"/api/v1{path}", json=json, **other)


def place(client, **other) -> dict:
    reply = post(client, "/places", PLACE | other)
    assert reply.status_code == 201, reply.text
    return reply.json()


def test_a_place_goes_in_comes_out_changes_and_leaves(keeper):
    made = place(keeper, services=["Aide aux démarches administratives"])
    assert made["commune_code"] == "99001"
    assert made["is_at_centre"]
    address = f"/api/v1/places/{made['id']}"
    assert keeper.get(address).json() == made
    kept = {name: made[name] for name in PLACE} | {"version": 1, "summary": "Ouvert à tous"}
    changed = keeper.put(address, json=kept)
    assert changed.status_code == 200, changed.text
    assert changed.json()["version"] == 2
    assert changed.json()["services"] == []  # the sheet as it shall be
    assert keeper.put(address, json=kept | {"summary": "Autre"}).status_code == 409
    assert keeper.put(address, json=kept | {"colour": "blue"}).status_code == 422
    assert post(keeper, f"/places/{made['id']}/withdraw").json()["withdrawn"]
    assert not post(keeper, f"/places/{made['id']}/bring-back").json()["withdrawn"]
    assert post(keeper, f"/places/{made['id']}/vouch").status_code == 200


def test_the_same_key_does_it_once_and_another_request_under_it_is_refused(keeper, database):
    headers = key()
    first = post(keeper, "/places", PLACE, headers=headers)
    assert first.status_code == 201
    assert post(keeper, "/places", PLACE, headers=headers).json() == first.json()
    assert post(keeper, "/places", PLACE | {"name": "Autre"}, headers=headers).status_code == 422
    assert post(keeper, "/tours", {"name": "X", "van_id": first.json()["id"]}, headers=headers).status_code == 422
    with database.read() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(Place).filter_by(name="Médiathèque")) == 1
    assert post(keeper, "/places", PLACE, headers=key()).json()["id"] != first.json()["id"]


def test_what_was_refused_leaves_its_key_free(keeper):
    headers = key()
    wrong = post(keeper, "/places", PLACE | {"postcode": "x"}, headers=headers)
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "postcode"
    assert post(keeper, "/places", PLACE, headers=headers).status_code == 201


def test_the_list_goes_on_page_by_page(keeper):
    names = {place(keeper, name=f"Lieu {number}")["name"] for number in range(5)}
    seen, cursor = [], None
    while True:
        reply = keeper.get("/api/v1/places", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [row["name"] for row in reply["rows"]]
        cursor = reply["next"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(names)
    assert [one["name"] for one in keeper.get("/api/v1/places?q=lieu 3").json()["rows"]] == ["Lieu 3"]


def test_another_organisation_reads_and_does_not_write(keeper, signed_in):
    made = place(keeper)
    stranger = signed_in(Role.ADMINISTRATOR)
    address = f"/api/v1/places/{made['id']}"
    assert stranger.get(address).status_code == 200
    assert stranger.get("/api/v1/places").json()["rows"] == []
    assert made["id"] in {one["id"] for one in stranger.get("/api/v1/places?all=true").json()["rows"]}
    assert stranger.put(address, json=PLACE | {"version": 1}).status_code == 403
    assert post(stranger, f"/places/{made['id']}/rooms", {"name": "Salle"}).status_code == 403
    post(keeper, f"/places/{made['id']}/withdraw")
    assert stranger.get(address).status_code == 404
    assert stranger.put(address, json=PLACE | {"version": 1}).status_code == 404


def test_rooms_and_structures(keeper):
    made = place(keeper)
    at, headers = f"/places/{made['id']}/rooms", key()
    room = post(keeper, at, {"name": "Bleue", "seats": 12, "equipment": ["wifi"], "step_free": True}, headers=headers)
    assert post(keeper, at, {"name": "Bleue", "seats": 12, "equipment": ["wifi"], "step_free": True},
                headers=headers).json() == room.json()  # fmt: skip
    assert [one["name"] for one in keeper.get(f"/api/v1{at}").json()] == ["Bleue"]
    address = f"/api/v1{at}/{room.json()['id']}"
    assert keeper.put(address, json={"name": "Verte", "version": 1}).json()["name"] == "Verte"
    assert keeper.put(address, json={"name": "Rouge", "version": 1}).status_code == 409
    assert keeper.delete(address).json() == {"removed": room.json()["id"]}
    assert keeper.delete(address).status_code == 404
    at = f"/places/{made['id']}/tenants"
    tenant = post(keeper, at, {"name": "Permanence", "hours": "Tu 09:00-12:00"})
    assert tenant.status_code == 201
    assert post(keeper, at, {"name": "X", "hours": "mardi"}).json()["errors"][0]["field"] == "hours"
    address = f"/api/v1{at}/{tenant.json()['id']}"
    changed = {"name": "Permanence sociale", "version": tenant.json()["version"]}
    assert keeper.put(address, json=changed).json()["hours"] == ""
    assert keeper.put(address, json=changed | {"name": "Autre"}).status_code == 409
    assert keeper.delete(address, headers=key()).status_code == 200
    assert keeper.get(f"/api/v1{at}").json() == []


def test_a_tour_its_stops_and_its_days(keeper, signed_in):
    van = place(keeper, name="Le bus", is_mobile=True)["id"]
    here, there = place(keeper, name="Mairie")["id"], place(keeper, name="École")["id"]
    tour = post(keeper, "/tours", {"name": "Jeudi", "van_id": van}, headers=key()).json()
    at = f"/tours/{tour['id']}"
    first = service.today() + timedelta(days=7)
    stop = {"place_id": here, "first": first.isoformat(), "weeks": 2, "opens": "14:00", "closes": "16:00"}
    stop |= {"on_holidays": True}
    headers = key()
    made = post(keeper, f"{at}/stops", stop, headers=headers)
    assert made.status_code == 201, made.text
    assert post(keeper, f"{at}/stops", stop, headers=headers).json() == made.json()
    assert post(keeper, f"{at}/stops", stop | {"place_id": there}).status_code == 409
    other = post(
        keeper, f"{at}/stops", stop | {"place_id": there, "first": (first + timedelta(days=1)).isoformat()}
    ).json()
    found = keeper.get(f"/api/v1{at}/occurrences").json()["occurrences"]
    assert [one["place"] for one in found][:2] == ["Mairie", "École"]
    day = f"{at}/stops/{made.json()['id']}/day"
    reply = post(keeper, day, {"day": first.isoformat(), "act": "instead", "other_id": other["id"]}, headers=key())
    assert reply.json()["without"] == []  # it tells the stop where it now comes
    assert reply.json()["extra"] == [first.isoformat()]
    assert post(keeper, day, {"day": first.isoformat(), "act": "instead"}).status_code == 422
    assert post(keeper, day, {"day": first.isoformat(), "act": "dance"}).status_code == 422
    assert post(keeper, day, {"day": "9999-12-31", "act": "skip"}).status_code == 422
    assert post(keeper, f"{at}/stops", stop | {"first": "0001-01-01"}).status_code == 422
    whole = keeper.get(f"/api/v1{at}").json()
    assert len(whole["stops"]) == 2
    changed = stop | {"closes": "17:00", "version": whole["version"]}
    assert keeper.put(f"/api/v1{at}/stops/{made.json()['id']}", json=changed).json()["closes"] == "17:00"
    assert keeper.put(f"/api/v1{at}/stops/{made.json()['id']}", json=changed).status_code == 409
    for wrong in ("from=0001-01-01&to=9999-12-31", "from=9999-12-31", "from=demain"):
        assert keeper.get(f"/api/v1{at}/occurrences?{wrong}").status_code == 422
    stranger = signed_in(Role.ADMINISTRATOR)
    assert stranger.get(f"/api/v1{at}").status_code == 404
    assert stranger.get("/api/v1/tours").json() == []
    assert keeper.delete(f"/api/v1{at}/stops/{other['id']}").status_code == 200
    version = keeper.get(f"/api/v1{at}").json()["version"]
    ended = keeper.patch(f"/api/v1{at}", json={"name": "Vendredi", "ended": True, "version": version}).json()
    assert (ended["name"], ended["ended"]) == ("Vendredi", True)
    assert keeper.get(f"/api/v1{at}/occurrences").json() == {"occurrences": []}
    assert len(keeper.get("/api/v1/tours").json()) == 1


def test_basins(keeper, signed_in):
    headers = key()
    made = post(keeper, "/basins", {"name": "Val", "communes": ["99001"]}, headers=headers)
    assert made.status_code == 201, made.text
    assert post(keeper, "/basins", {"name": "Val", "communes": ["99001"]}, headers=headers).json() == made.json()
    address = f"/api/v1/basins/{made.json()['id']}"
    assert keeper.get(address).json()["communes"] == ["99001"]
    changed = {"name": "Val de Loire", "communes": ["99001"], "version": 1}
    assert keeper.put(address, json=changed).json()["version"] == 2
    assert keeper.put(address, json=changed | {"name": "Autre"}).status_code == 409
    assert post(keeper, "/basins", {"name": "Val", "communes": ["00000"]}).status_code == 422
    assert made.json()["id"] in {one["id"] for one in keeper.get("/api/v1/basins?q=val").json()["rows"]}
    stranger = signed_in(Role.COORDINATOR)
    assert stranger.get(address).status_code == 404
    assert keeper.delete(address).status_code == 200
    assert keeper.get(address).status_code == 404


LAMEDNUM = (
    b"id,pivot,nom,commune,code_postal,adresse,date_maj\n"
    b"un,43493312300029,Espace du canal,Ailleurs,99123,1 quai,2026-01-05\n"
)


def test_a_file_is_tried_then_taken_and_leaves_again(keeper):
    tried = keeper.post("/api/v1/places/import?dry_run=true&name=lieux.csv", content=LAMEDNUM)
    assert tried.status_code == 200, tried.text
    assert (tried.json()["written"], tried.json()["counts"]["new"]) == (False, 1)
    assert keeper.get("/api/v1/places").json()["rows"] == []
    headers = key()
    files = {"file": ("lieux.csv", LAMEDNUM, "text/csv")}
    done = keeper.post("/api/v1/places/import", files=files, headers=headers)
    assert (done.json()["written"], done.json()["counts"]["new"]) == (True, 1)
    assert keeper.post("/api/v1/places/import", files=files, headers=headers).json() == done.json()
    assert keeper.post("/api/v1/places/import", files=files).json()["counts"]["same"] == 1
    assert keeper.post("/api/v1/places/import").status_code == 422
    assert keeper.post("/api/v1/places/import?name=x", content=b"bonjour").status_code == 422
    told = keeper.get("/api/v1/places/export?format=data-inclusion").json()
    assert told["places"] == 1
    for name in told["files"]:
        assert keeper.get(f"/api/v1/places/export/data-inclusion/{name}").status_code == 200
    assert keeper.get("/api/v1/places/export/data-inclusion/x").status_code == 404


def test_every_change_of_a_place_and_of_a_tour_is_in_the_feed(keeper, database):
    from pathways.changes import Change

    made = place(keeper, is_mobile=True)
    post(keeper, f"/places/{made['id']}/rooms", {"name": "Salle"})
    post(keeper, "/tours", {"name": "Jeudi", "van_id": made["id"]})
    with database.read() as db:
        found = db.execute(sa.select(Change.kind, Change.act).filter_by(organisation_id=keeper.organisation_id)).all()
    assert sorted(map(tuple, found)) == [("place", "created"), ("place", "updated"), ("tour", "created")]
