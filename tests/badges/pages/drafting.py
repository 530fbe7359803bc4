"""A draft of an achievement, made and read through the forms of the desk."""

from __future__ import annotations

import uuid

from pathways.badges.models import Achievement
from tests.badges.desks import value_of, words

TEXTS = {
    "texts.fr.name": "Tenir un accueil",
    "texts.fr.description": "Accueille chacun, écoute, et dit qui peut aider.",
    "audience": "volunteer",
    "validity_months": "24",
    "picture.pictogram": "volunteer-welcome",
    "picture.tint": "plum",
}


def drafted(desk, **changed) -> str:
    """The address of a new draft."""
    made = desk.post("/network/achievements/new", **TEXTS | {"first": "attendance"} | changed)
    assert made.status_code == 303, words(made)
    return made.headers["location"].partition("?")[0]


def kept(database, path: str) -> Achievement:
    with database.read() as db:
        found = db.get_one(Achievement, uuid.UUID(path.rsplit("/", 1)[-1]))
        db.expunge(found)
        return found


def write(desk, path: str, part: str, **fields):
    """Send one part of the form, with the version that its page carries."""
    version = value_of(desk.get(f"{path}/parts/{part}").text, "version")
    return desk.post(f"{path}/parts/{part}", **{"version": version} | fields)
