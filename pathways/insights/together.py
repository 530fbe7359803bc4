"""What a group has in common: the next steps that it shares, the mistakes it makes, who to seat together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from sqlalchemy.orm import Session

from pathways.diagnostics.engine import Outcome
from pathways.diagnostics.models import Answer
from pathways.diagnostics.reading import Sign
from pathways.insights.group import Group, Person, standing
from pathways.referentials.models import MicroSkill

MOST_SHARED = 3
MOST_MISTAKES = 20
SEATS = 6
"""People at one table."""
MOST_HELPERS = 3


@dataclass(frozen=True, slots=True)
class NextSkill:
    """A micro-skill that several are ready to learn."""

    skill: MicroSkill
    ready: tuple[Person, ...]
    to_confirm: int
    """Of them, those of whom it is not sure that they lack it."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What wrong answers of several people reveal about one micro-skill."""

    skill: MicroSkill
    text: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """People with the same next step, and who of the group could help them."""

    skill: MicroSkill
    people: tuple[Person, ...]
    helpers: tuple[Person, ...]


def next_skills(group: Group, most: int = MOST_SHARED) -> list[NextSkill]:
    """The micro-skills that most people are ready to learn next: their ground is there, and they were asked.

    Where as many are ready for two of them: first the one that more of them surely lack, then the easier one, then
    the order of the ladders.
    """
    shared = [_next(group, place) for place in range(len(group.skills))]
    order = {one.skill.code: place for place, one in enumerate(shared)}
    shared.sort(key=lambda one: (-len(one.ready), one.to_confirm, one.skill.level, order[one.skill.code]))
    return [one for one in shared if one.ready][:most]


def _next(group: Group, place: int) -> NextSkill:
    ready = np.flatnonzero(group.ready[:, place]).tolist()
    unsure = sum(group.sign(row, place) is Sign.CONFIRM for row in ready)
    return NextSkill(group.skills[place], _named(group, ready), unsure)


def mistakes(db: Session, group: Group, most: int = MOST_MISTAKES, *, skill: str = "") -> list[Mistake]:
    """What wrong answers reveal, what most people share first. People count, not answers. One query."""
    query = standing(group.diagnostic, group.wanted, Answer.attempt_id, Answer.item, Answer.reveals)
    row_of = {person.attempt.id: row for row, person in enumerate(group.people)}
    made: dict[tuple[str, str], set[int]] = {}
    for wrong in db.execute(query.where(Answer.outcome.in_([Outcome.INCORRECT, Outcome.PARTLY]))):
        code = group.blueprint.skill_of[wrong.item]
        if wrong.attempt_id in row_of and code == (skill or code):
            for text in wrong.reveals:
                made.setdefault((code, text), set()).add(row_of[wrong.attempt_id])
    order = {one.code: place for place, one in enumerate(group.skills)}
    ranked = sorted(made.items(), key=lambda one: (-len(one[1]), order[one[0][0]], one[0][1]))
    return [
        Mistake(group.skills[order[code]], text, _named(group, sorted(rows))) for (code, text), rows in ranked[:most]
    ]


def seating(group: Group) -> list[Table]:
    """Tables of at most six with one next step each. The step that most of those still without a seat share goes first;
    who speaks the same language sits together.
    """
    waiting = np.logical_or.reduce(group.ready, axis=1)
    tables: list[Table] = []
    while waiting.any():
        shared = (group.ready & waiting[:, None]).sum(axis=0)
        place = int(shared.argmax())  # the first of equals: the lower one on the ladders
        rows = np.flatnonzero(group.ready[:, place] & waiting).tolist()
        rows.sort(key=lambda row: (group.people[row].attempt.language, group.people[row].name))
        chunks = _chunks(rows)
        tables += [
            Table(group.skills[place], _named(group, chunk), _helpers(group, place, number, len(chunks)))
            for number, chunk in enumerate(chunks)
        ]
        waiting[rows] = False
    return tables


def _helpers(group: Group, place: int, number: int, tables: int) -> tuple[Person, ...]:
    """Those who can do it surest of all, and sit at no table themselves, spread over the tables of one step."""
    seated = np.logical_or.reduce(group.ready, axis=1)
    able = [row for row in range(len(group.people)) if group.sign(row, place) is Sign.CAN and not seated[row]]
    able.sort(key=lambda row: (-round(float(group.mastery[row, place]), 9), group.people[row].name))
    return _named(group, able[number::tables][:MOST_HELPERS])


def _chunks(rows: Sequence[int]) -> list[Sequence[int]]:
    """As few tables as seats allow, as even as can be: nobody sits alone because six came before."""
    tables = -(-len(rows) // SEATS)
    ends = [len(rows) * number // tables for number in range(tables + 1)]
    return [rows[start:end] for start, end in pairwise(ends)]


def _named(group: Group, rows: Sequence[int]) -> tuple[Person, ...]:
    return tuple(group.people[row] for row in rows)
