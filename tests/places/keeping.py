"""Somebody who keeps places at the desk, and the forms that they send."""

from __future__ import annotations

from pathways.permissions import Role
from tests.places.situations import commune
from tests.web.world import csrf_of


def a_keeper(signed_in, database):
    """The browser of a coordinator, where two communes share a postcode."""
    with database.begin() as db:
        commune(db, "99001", "Ailleurs-sur-Loire", "99123", at=(47.5, 1.5))
        commune(db, "99002", "Nulle-Part", "99123")
    return signed_in(Role.COORDINATOR)


def send(client, path: str, **fields):
    return client.post(path, data={"csrf": csrf_of(client)} | fields)


def made(client, **fields) -> str:
    usual = {"name": "Médiathèque du centre", "postcode": "99123", "commune": "ailleurs sur loire"}
    reply = send(client, "/places/new", **(usual | fields))
    assert reply.status_code == 303, reply.text
    return reply.headers["location"]
