"""The application with the screens and the API of teams, and a team of four on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from pathways.app import create_app
from pathways.permissions import Role
from pathways.settings import Settings
from pathways.teams import api, consenting
from pathways.teams.pages import choices, coverage, join, own, person, team
from tests.teams.a_team import EMPLOYEE, TEN, ATeam
from tests.web.routes import routes_of


@pytest.fixture
def app(settings: Settings) -> Iterator[FastAPI]:
    app = create_app(settings)
    if "/team" not in {one.path for one in routes_of(app)}:
        app.include_router(api.router, prefix="/api/v1")
        for pages in (team, person, choices, coverage, join, own):
            app.include_router(pages.router, include_in_schema=False)
    yield app
    app.state.database.dispose()


class Four:
    """Ardoise can do everything, Bambou the first two and not the third, Citron said no, Datte has not answered yet."""

    def __init__(self, db) -> None:
        self.team = ATeam(db)
        self.ardoise = self.team.person("Ardoise", can=TEN, post="welcome", badges=True)
        self.bambou = self.team.person("Bambou", can=TEN[:2], cannot=TEN[2:3], post="welcome", standing=EMPLOYEE)
        self.citron = self.team.agreed("Citron")
        self.datte = self.team.invited("Datte", language="ar")

    @property
    def organisation_id(self):
        return self.team.desk.organisation_id


@pytest.fixture
def four(database) -> Four:
    with database.begin() as db:
        made = Four(db)
        consenting.refuse(db, made.citron)
        return made


@pytest.fixture
def desk(four, signed_in):
    return signed_in(Role.TRAINER, organisation=four.organisation_id)


@pytest.fixture
def stranger(signed_in):
    return signed_in(Role.ADMINISTRATOR)
