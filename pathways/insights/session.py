"""A sheet for tomorrow's session about one micro-skill: who is ready for it, what to check first, what to work on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import orm

from pathways.diagnostics.reading import Sign
from pathways.insights import together
from pathways.insights.group import Group, Person
from pathways.insights.together import Mistake
from pathways.referentials.models import MicroSkill


@dataclass(frozen=True, slots=True)
class Ground:
    """What a micro-skill stands on: one of these must be there."""

    skills: tuple[MicroSkill, ...]
    to_check: tuple[Person, ...]
    """Those of the ready for whom none of them is sure."""
    asked: bool
    """Whether any of them was part of the diagnostic."""


@dataclass(frozen=True, slots=True)
class Session:
    skill: MicroSkill
    ready: tuple[tuple[Person, Sign], ...]
    able: int
    """People of the group who can do it already."""
    grounds: tuple[Ground, ...]
    mistakes: tuple[Mistake, ...]


def of(db: orm.Session, group: Group, code: str) -> Session:
    place = group.place(code)
    rows = [row for row in range(len(group.people)) if group.ready[row, place]]
    skill = group.skills[place]
    return Session(
        skill=skill,
        ready=tuple((group.people[row], group.sign(row, place)) for row in rows),
        able=sum(group.sign(row, place) is Sign.CAN for row in range(len(group.people))),
        grounds=tuple(_ground(group, members, rows) for members in _groups(group, skill)),
        mistakes=tuple(together.mistakes(db, group, skill=code)),
    )


def _groups(group: Group, skill: MicroSkill) -> list[list[MicroSkill]]:
    """The prerequisites of a micro-skill, and the rung below it."""
    required = [[group.known[code] for code in codes if code in group.known] for codes in skill.requires]
    below = [one for one in group.known.values() if one.strand_id == skill.strand_id and one.position < skill.position]
    if below and not any(below[-1] in members for members in required):
        required.append([max(below, key=lambda one: one.position)])
    return [members for members in required if members]


def _ground(group: Group, members: list[MicroSkill], rows: list[int]) -> Ground:
    codes = {one.code for one in members}
    places = [place for place, one in enumerate(group.skills) if one.code in codes]
    unsure = [row for row in rows if not any(group.sign(row, place) is Sign.CAN for place in places)]
    return Ground(tuple(members), tuple(group.people[row] for row in unsure), bool(places))
