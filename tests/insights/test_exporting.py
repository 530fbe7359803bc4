"""Tables that leave: harmless cells, words, hours of Paris; and numbers from which nobody can be computed."""

from __future__ import annotations

import csv
import io
import itertools
import random
from collections import defaultdict
from datetime import datetime, timedelta

import openpyxl
import pytest

from pathways import clock
from pathways.errors import Conflict
from pathways.insights import anonymity, exporting
from pathways.insights.group import Wanted
from pathways.people.models import LearnerFile
from tests.insights.crowds import SKILLS, Crowd

DANGEROUS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =HYPERLINK(1)", "＝1+1"]


def inside(crowd: Crowd, door, **wanted) -> exporting.Table:
    return exporting.inside(crowd.db, door, crowd.member, crowd.diagnostic.id, Wanted(**wanted))


def outside(crowd: Crowd, door) -> exporting.Table:
    return exporting.outside(crowd.db, door, crowd.member, crowd.diagnostic.id)


def csv_rows(table: exporting.Table) -> list[list[str]]:
    body, _ = exporting.written(table, "csv")
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";"))


# --- inside the organisation ---


def test_a_row_says_in_french_what_the_page_says(crowd, door):
    at = datetime.fromisoformat("2026-07-01T22:30:00+00:00")
    crowd.add({"SEC-01": "correct", "SEC-02": "dont_know"}, language="ar", at=at, stopped="left")
    header, row = csv_rows(inside(crowd, door))
    told = dict(zip(header, row, strict=True))
    assert told["commencée (heure de Paris)"] == "2026-07-02 00:30"
    assert (told["langue"], told["état"]) == ("العربية", "arrêtée en route")
    skills = {code.split()[0]: said for code, said in told.items() if code.split()[0] in SKILLS}
    assert skills["SEC-02"] == "à apprendre"
    assert set(skills) == set(SKILLS)


def test_to_confirm_not_seen_and_not_assessable_are_three_words(crowd, door):
    crowd.add({"SEC-01": "not_understood", "SEC-02-a": "correct"}, language="ar")
    said = set(csv_rows(inside(crowd, door))[1][6:])
    assert {"pas vu", "pas demandé : pas de question dans cette langue, ou avec ces choix", "à confirmer"} <= said


@pytest.mark.parametrize("label", DANGEROUS)
def test_a_label_is_never_a_formula(crowd, door, label):
    file = LearnerFile(organisation_id=crowd.member.organisation_id, label=label, sought="x")
    crowd.db.add(file)
    crowd.db.flush()
    crowd.add({"SEC-01": "correct"}, file=file)
    table = inside(crowd, door)
    cell = csv_rows(table)[1][0]
    assert cell.startswith("'"), cell
    body, _ = exporting.written(table, "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(body)).active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


# --- outside of it: the arithmetic ---


def preimages(people: int, cells: int = 4) -> dict[tuple[int, ...], list[tuple[int, ...]]]:
    """Every way in which so many people can be sorted, by what is told of it: all that an attacker can think of, who
    knows the rule and the total.
    """
    found: dict[tuple[int, ...], list[tuple[int, ...]]] = defaultdict(list)
    for cuts in itertools.combinations_with_replacement(range(people + 1), cells - 1):
        row = tuple(after - before for before, after in zip((0, *cuts), (*cuts, people), strict=True))
        found[tuple(anonymity.told(row))].append(row)
    return found


@pytest.mark.parametrize("people", [10, 20, 30, 40])
def test_whoever_adds_up_and_subtracts_cannot_tell_any_cell(people):
    for told, rows in preimages(people).items():
        for place in range(len(told)):
            possible = {row[place] for row in rows}
            assert len(possible) >= 7, (told, place, possible)
        assert people - sum(told) >= 10, "ten people at least are in no number"


@pytest.mark.parametrize("people", [10, 30, 50])
def test_what_is_told_is_true(people):
    for told, rows in preimages(people, 3).items():
        assert all(number % 10 == 0 for number in told)
        assert all(number <= cell for row in rows for number, cell in zip(told, row, strict=True))


def test_numbers_that_are_no_whole_tens_are_a_mistake():
    with pytest.raises(ValueError, match="ten"):
        anonymity.told([5, 6])
    assert anonymity.told([0, 0]) == [0, 0]
    assert [anonymity.whole_tens(number) for number in (0, 9, 10, 39)] == [0, 0, 10, 30]


# --- outside of it: the table ---


def random_crowd(crowd: Crowd, people: int, seed: int = 4) -> None:
    chance = random.Random(seed)
    for number in range(people):
        outcomes = {code: chance.choice(["correct", "dont_know"]) for code in SKILLS}
        crowd.add(outcomes, language=chance.choice(["fr", "ar"]), at=clock.now() - timedelta(minutes=people - number))


def test_under_ten_people_nothing_leaves(crowd, door):
    random_crowd(crowd, 9)
    crowd.add({"SEC-01": "correct"}, stopped=None)
    with pytest.raises(Conflict, match="10 personnes"):
        outside(crowd, door)


def test_no_number_is_under_ten_and_no_name_is_in_it(crowd, door):
    crowd.add(dict.fromkeys(SKILLS, "correct"), file=crowd.file("Jeudi matin"))
    random_crowd(crowd, 26)
    table = outside(crowd, door)
    assert table.people == 20
    for row in csv_rows(table)[1:]:
        assert row[1] == "20"
        for cell in row[2:]:
            assert cell == anonymity.in_words(0) or int(cell.removeprefix("au moins ")) >= 10
    text = exporting.written(table, "csv")[0].decode()
    assert "Jeudi" not in text
    assert "passation" not in text


def test_one_person_more_changes_nothing_until_there_are_ten(crowd, door):
    """The attack by difference: a table before and a table after somebody came."""
    random_crowd(crowd, 20)
    before = outside(crowd, door).rows
    for _ in range(9):
        crowd.add(dict.fromkeys(SKILLS, "correct"))
        assert outside(crowd, door).rows == before
    crowd.add(dict.fromkeys(SKILLS, "correct"))
    assert outside(crowd, door).people == 30


@pytest.mark.usefixtures("one_style")
def test_everybody_the_same_is_not_told_either(crowd, door):
    for _ in range(20):
        crowd.add(dict.fromkeys(SKILLS, "correct"))
    for row in outside(crowd, door).rows:
        assert row[2:] == ["au moins 10", *[anonymity.in_words(0)] * 3]


def test_who_came_twice_is_one_person(crowd, door):
    file = crowd.file("Jeudi")
    for _ in range(12):
        crowd.add(dict.fromkeys(SKILLS, "correct"), file=file)
    with pytest.raises(Conflict):
        outside(crowd, door)
