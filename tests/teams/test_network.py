"""What a network may know: no number of fewer than ten people or of fewer than three organisations, none that follows
from the others; only people who read it before they said yes.
"""

from __future__ import annotations

import itertools
import uuid

import pytest

from pathways import clock
from pathways.badges.models import Holder
from pathways.errors import NotFound
from pathways.teams import consenting, exporting, network, selecting
from pathways.teams.network import cells
from pathways.teams.standings import State
from tests.teams.a_team import FRAMEWORK, ANetwork, ATeam

ORGANISATIONS = [uuid.UUID(int=number) for number in range(1, 9)]
KINDS = ["can", "not"]


def people(*groups: tuple[int, str, int]) -> list[tuple[uuid.UUID, str]]:
    """``(organisations, kind, people)``: so many people of a kind, spread over so many organisations."""
    return [(ORGANISATIONS[one % many], kind) for many, kind, number in groups for one in range(number)]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (people((3, "can", 9)), (0, {"can": 0, "not": 0})),
        (people((2, "can", 50)), (0, {"can": 0, "not": 0})),
        (people((3, "can", 12), (3, "not", 8)), (20, {"can": 10, "not": 0})),
        (people((3, "can", 30)), (30, {"can": 20, "not": 0})),
        (people((2, "can", 20), (5, "not", 21)), (40, {"can": 0, "not": 20})),
        (people((3, "can", 10), (3, "not", 10)), (20, {"can": 0, "not": 10})),
    ],
)
def test_a_cell_is_told_in_whole_tens_of_ten_people_and_three_organisations(found, expected):
    assert cells(found, KINDS) == expected


def test_no_number_speaks_of_few_and_none_follows_from_the_others():
    """Every way to spread up to thirty people: what is told is true, and what is not told stays ten people wide."""
    for can, confirm, spread in itertools.product(range(0, 31, 3), range(0, 31, 4), (1, 2, 3, 4)):
        found = people((spread, "can", can), (3, "confirm", confirm), (3, "not", 30 - (can + confirm) % 10))
        total, told = cells(found, ["can", "confirm", "not"])
        assert total % network.anonymity.LEAST == 0
        for kind, least in told.items():
            counted = [organisation for organisation, own in found[:total] if own == kind]
            assert least <= len(counted)
            assert least == 0 or (len(counted) >= 10 and len(set(counted)) >= 3)
        assert total == 0 or total - sum(told.values()) >= 10


class ManyTeams:
    """``organisations`` that belong to one network and agreed to be counted, with people in each."""

    def __init__(self, db, organisations: int = 3) -> None:
        self.db = db
        self.teams = [ATeam(db) for _ in range(organisations)]
        self.keeper = ATeam(db)
        self.network = ANetwork(db, self.keeper.desk, *(one.desk for one in self.teams))
        for one in self.teams:
            selecting.be_counted(db, one.desk, counted=True)

    def fill(self, people: int, **values) -> None:
        for number in range(people):
            self.teams[number % len(self.teams)].person(f"Personne {number}", **values)

    def line(self, code: str = "ACU-01"):
        found = network.of(self.db, self.keeper.desk, clock.now())
        return next((one for one in found.skills if one.key == f"{FRAMEWORK}:{code}"), None)


@pytest.mark.slow
def test_a_network_reads_numbers_of_those_who_agreed(db):
    many = ManyTeams(db)
    many.fill(12, can=["ACU-01"])
    found = network.of(db, many.keeper.desk, clock.now())
    assert found.people == 10
    line = many.line()
    assert line is not None
    assert (line.people, line.at_least[State.CAN]) == (10, 0)  # all ten alike: the cell is told lower
    many.fill(8, can=["ACU-01"], cannot=["PRO-01"])
    line = many.line()
    assert line is not None
    assert line.at_least == {State.CAN: 10, State.CONFIRM: 0, State.NOT_YET: 0}
    table = exporting.network_table(network.of(db, many.keeper.desk, clock.now()))
    assert "Personne" not in str(table.rows)


@pytest.mark.slow
def test_who_said_yes_before_the_organisation_agreed_is_not_counted(db):
    many = ManyTeams(db)
    many.fill(20, can=["ACU-01"])
    late = many.teams[0]
    selecting.be_counted(db, late.desk, counted=False)
    selecting.be_counted(db, late.desk, counted=True)
    assert network.of(db, many.keeper.desk, clock.now()).people == 0  # two organisations are left
    for row in network._counted(db, many.network.issuer):
        assert row.organisation_id != late.desk.organisation_id


def test_an_organisation_that_is_not_of_the_network_or_did_not_agree_counts_for_nothing(db):
    many = ManyTeams(db)
    outside = ATeam(db)
    selecting.be_counted(db, outside.desk, counted=True)
    outside.person("Ardoise", can=["ACU-01"])
    many.keeper.person("Bambou", can=["ACU-01"])  # of the network, and did not agree
    assert network._counted(db, many.network.issuer) == []


def test_a_person_in_two_teams_counts_once(db):
    many = ManyTeams(db)
    first = many.teams[0].person("Ardoise", can=["ACU-01"])
    twin = many.teams[1].invited("A.")
    many.teams[1].says_yes(twin, db.get_one(Holder, first.holder_id))
    assert [one.id for one in network._counted(db, many.network.issuer)] == [first.id]


def test_taken_back_it_counts_no_more(db):
    many = ManyTeams(db)
    row = many.teams[0].person("Ardoise", can=["ACU-01"])
    consenting.refuse(db, row)
    assert network._counted(db, many.network.issuer) == []


@pytest.mark.slow
def test_badges_are_counted_of_those_who_show_theirs(db):
    many = ManyTeams(db)
    version = many.network.achievement("Accueillir")
    rows = [many.teams[number % 3].agreed(f"Personne {number}", badges=True) for number in range(30)]
    for number, row in enumerate(rows):
        if number < 24:
            many.network.issued(row, version, days=30 if number < 12 else 400)
    (found,) = network.of(db, many.keeper.desk, clock.now()).badges
    assert (found.name, found.holds, found.soon) == ("Accueillir", 20, 10)


def test_to_an_organisation_that_keeps_no_network_there_is_none(db):
    many = ManyTeams(db)
    for actor in (many.teams[0].desk, many.teams[0].stranger):
        with pytest.raises(NotFound):
            network.of(db, actor, clock.now())
