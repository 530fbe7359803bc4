"""Wishes for programs."""

from __future__ import annotations

import uuid

import pytest

from pathways.permissions import Role
from pathways.places.models import Commune, Territory, TerritoryKind
from tests.workshops import offering

WISH = {"language": "ti", "theme": "email", "commune": "99002", "reads_in": "ti"}


@pytest.fixture(autouse=True)
def _commune(database):
    with database.begin() as db:
        db.add(Commune(code="99002", name="Essai", sought="essai", department="99", region="99"))
        db.add(Territory(kind=TerritoryKind.DEPARTMENT, code="99", name="Le département"))


def test_left_once_with_a_key_read_and_withdrawn(client):
    keyed = {"Idempotency-Key": str(uuid.uuid4())}
    first = client.post("/api/v1/wishes", json=WISH, headers=keyed)
    assert first.status_code == 201, first.text
    assert client.post("/api/v1/wishes", json=WISH, headers=keyed).json() == first.json()
    assert client.post("/api/v1/wishes", json=WISH | {"theme": "sante"}, headers=keyed).status_code == 422
    token = first.json()["url"].rsplit("/", 1)[-1]
    assert client.get(f"/api/v1/wishes/{token}").json()["state"] == "open"
    assert client.post(f"/api/v1/wishes/{token}/withdraw").json()["state"] == "withdrawn"
    assert client.get("/api/v1/wishes/nonsense").status_code == 404


@pytest.mark.parametrize("wrong", [{"theme": "x"}, {"language": "zz"}, {"commune": "00000"}, {"name": "somebody"}])
def test_what_cannot_be_wished_is_refused(client, wrong):
    assert client.post("/api/v1/wishes", json=WISH | wrong).status_code == 422


def test_an_area_tells_nothing_below_three_people(client, signed_in, database):
    coordinator = signed_in(Role.COORDINATOR)
    with database.begin() as db:
        member = offering.member_of(db, organisation_id=coordinator.organisation_id)
        offering.place_of(db, member, commune_code="99002")
    address = "/api/v1/wishes?area=department:99"
    for expected in ([], [], [{"language": "ti", "theme": "email", "people": None, "at_least": 3, "at_most": 9}]):
        client.post("/api/v1/wishes", json=WISH)
        assert coordinator.get(address).json() == expected
    assert client.get(address).status_code == 401
    assert signed_in(Role.PRESCRIBER).get(address).status_code == 403
