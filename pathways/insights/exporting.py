"""Tables of a group that leave the server: by person inside the organisation, by micro-skill outside of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Literal

import numpy as np
from sqlalchemy.orm import Session

from pathways import i18n, spreadsheets
from pathways.diagnostics import plausibility
from pathways.diagnostics.reading import Sign
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict
from pathways.i18n import D_
from pathways.insights import anonymity, group, words
from pathways.insights.group import SIGNS, Group, Person, Wanted
from pathways.insights.periods import local
from pathways.permissions import Member
from pathways.referentials.models import MicroSkill
from pathways.spreadsheets import Cell, Row

MOST_ROWS = 5_000
"""People in one table; a page says so before."""
Kind = Literal["csv", "xlsx"]
_HEADER = (
    D_("personne"),
    D_("langue"),
    D_("état"),
    D_("réponses"),
    D_("non comprises"),
    D_("commencée (heure de Paris)"),
    D_("vraisemblance"),
)
MOST_DOUBTED = group.MOST
"""People of one table, the first of them, whose answers are looked at for whether they hold together: each takes as
long as a question."""
_HEADER_OUTSIDE = (D_("micro-compétence"), D_("personnes"))
NO_CHOICE = D_(
    "Ce tableau porte sur toutes les personnes : avec un choix de dates ou de langue, la différence entre deux "
    "tableaux parlerait de quelqu'un. Demandez-le sans filtre."
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table with what it may be called, and how many people are in it."""

    name: str
    title: str
    header: Row
    rows: list[Row]
    people: int


def written(table: Table, kind: Kind) -> tuple[bytes, str]:
    """The table as ``csv`` or ``xlsx``, with its media type."""
    if kind == "csv":
        return spreadsheets.csv_of(table.header, table.rows), spreadsheets.CSV
    return spreadsheets.xlsx_of(table.header, table.rows, title=table.title), spreadsheets.XLSX


def inside(db: Session, door: Door, member: Member, diagnostic_id: uuid.UUID, wanted: Wanted) -> Table:
    """One row for each person, for the members of the organisation alone: labels never leave it."""
    read = group.of(db, door, member, diagnostic_id, wanted)
    header = [i18n.gettext(one) for one in _HEADER]
    return Table(
        name=f"pathways-{read.diagnostic.code}",
        title=i18n.gettext(D_("Groupe")),
        header=[*header, *(_title(one) for one in read.skills)],
        rows=[_row(read, number) for number in range(len(read.people))],
        people=len(read.people),
    )


def outside(db: Session, door: Door, member: Member, diagnostic_id: uuid.UUID) -> Table:
    """What may be handed to others: numbers by micro-skill, none of which speaks of fewer than ten people. It is about
    all who finished, in whole tens in the order they came: a choice of days or of a language would make two tables
    whose difference speaks of somebody.
    """
    diagnostic = group.published(db, member, diagnostic_id)
    read = group.read(db, door, diagnostic, Wanted(most=MOST_ROWS, earliest=True))
    counted = finished(read)
    if len(counted) < anonymity.LEAST:
        raise Conflict(anonymity.TOO_FEW, least=anonymity.LEAST)
    signs = read.signs[counted]
    cells = np.stack([(signs == number).sum(axis=0) for number in range(len(SIGNS))], axis=1).tolist()
    return Table(
        name=f"pathways-{diagnostic.code}-ensemble",
        title=i18n.gettext(D_("Ensemble")),
        header=[i18n.gettext(one) for one in (*_HEADER_OUTSIDE, *(words.SIGNS[sign] for sign in SIGNS))],
        rows=[
            [_title(skill), len(counted), *map(anonymity.in_words, anonymity.told(row))]
            for skill, row in zip(read.skills, cells, strict=True)
        ],
        people=len(counted),
    )


def finished(read: Group) -> list[int]:
    """Rows of the first whole tens of people who finished, in the order they came."""
    over = [row for row, person in enumerate(read.people) if person.attempt.stopped is not None]
    return over[: anonymity.whole_tens(len(over))]


def _row(read: Group, number: int) -> Row:
    person = read.people[number]
    attempt = person.attempt
    cells: list[Cell] = [
        person.name,
        words.language(attempt.language),
        words.state(attempt),
        attempt.answered,
        person.lost,
        local(attempt.started_at),
        _doubted(read, person) if number < MOST_DOUBTED else "",
    ]
    return [*cells, *(_said(read, number, place) for place in range(len(read.skills)))]


def _doubted(read: Group, person: Person) -> str:
    """Where answers do not hold together, the sentence that says so; nothing otherwise."""
    found = plausibility.doubt(read.blueprint, person.answers)
    return i18n.gettext(found.said) if found else ""


def _said(read: Group, number: int, place: int) -> str:
    sign = read.sign(number, place)
    if sign is Sign.UNSEEN and not read.assessable[number, place]:
        return i18n.gettext(words.NOT_ASSESSABLE)
    return i18n.gettext(words.SIGNS[sign])


def _title(skill: MicroSkill) -> str:
    return f"{skill.code} {skill.title}"
