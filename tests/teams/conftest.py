"""A team of four."""

from __future__ import annotations

import pytest

from pathways.permissions import Role
from pathways.teams import consenting
from tests.teams.a_team import EMPLOYEE, TEN, ATeam


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
