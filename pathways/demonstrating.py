"""The demonstration as a whole: the content, the people, their badges; then where to enter it."""

from __future__ import annotations

import time

from pathways import content, demo, demo_badges, demo_pathways, migrating
from pathways.badges.formats.errors import MissingContexts
from pathways.clock import now
from pathways.database import Database
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.taking import Door
from pathways.errors import SettingsError
from pathways.places import territories
from pathways.settings import Settings, resource

NO_BADGES = "badges : sans npm sur cette machine, la démonstration n'en montre pas."


def everything(database: Database, settings: Settings) -> list[str]:
    """Make what is not there yet; lines to print, ``who: address`` each. Raises :class:`SettingsError` where the
    shipped content cannot be used.
    """
    migrating.migrate(database)
    shipped = content.check(resource("referentials"), now().date())
    if shipped.errors:
        raise SettingsError(f"Le contenu livré a une erreur : {shipped.errors[0]}")
    with database.begin() as db:
        content.load(db, shipped)
        territories.load(db)
    door = Door(settings.secret, Blueprints(clock=time.monotonic))
    with database.begin() as db:
        doors = demo.prepare(db)
        demo.fill(db, door)
        centre = demo_pathways.sign_in(db)
    lines = [f"learner: {settings.url}/q/{doors.code}", f"trainer: {settings.url}{doors.sign_in}"]
    if centre is not None:  # the structure to which people are sent on
        lines.append(f"centre: {settings.url}{centre}")
    return [*lines, *_badges(database, settings, door)]


def _badges(database: Database, settings: Settings, door: Door) -> list[str]:
    """Apart from all else: without the contexts that badges are signed with, everything else is shown."""
    try:
        with database.begin() as db:
            member = demo.trainer(db)
            if member is not None:
                demo_badges.fill(db, settings, door, member)
    except MissingContexts:
        return [NO_BADGES]
    return []
