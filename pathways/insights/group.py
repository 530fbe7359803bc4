"""A group: those who took one diagnostic in a period, and what their answers say of each micro-skill. A number of
queries that depends on nobody, and one pass of arithmetic for all of them.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from pathways.diagnostics import reading, taking
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.engine import CERTAINTY, Outcome, carries_evidence, masteries
from pathways.diagnostics.modalities import unusable_in
from pathways.diagnostics.models import IS_EVIDENCE, Answer, Attempt, Diagnostic, DiagnosticState
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.diagnostics.reading import Sign
from pathways.diagnostics.taking import Door
from pathways.errors import NotFound
from pathways.i18n import D_
from pathways.insights.periods import EVER, Period, local
from pathways.people.models import LearnerFile
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.referentials.models import MicroSkill

MOST = 300
"""People that a page shows: the latest."""
SIGNS = tuple(Sign)
"""Signs by their number in ``Group.signs``."""
_NUMBER = {sign: number for number, sign in enumerate(SIGNS)}
_EVIDENCE = frozenset(outcome.value for outcome in Outcome if carries_evidence(outcome))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom a page is about."""

    period: Period = EVER
    language: str = ""
    most: int = MOST
    earliest: bool = False
    """The first that came rather than the latest; of who came twice, the first attempt."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a group, by the latest of their attempts in it (the first, if the earliest are wanted)."""

    attempt: Attempt
    name: str
    """The label of their file, or the pseudonym of the attempt; with the hour where two are called the same."""
    lost: int
    """Answers *I do not understand*."""
    answers: tuple[sa.Row[Any], ...] = ()
    """Standing ones, in the order given."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """N people by S micro-skills, people in the order they came, the latest first."""

    diagnostic: Diagnostic
    blueprint: Blueprint
    skills: tuple[MicroSkill, ...]
    known: Mapping[str, MicroSkill]
    """Every micro-skill of the ladders, those outside the diagnostic included."""
    people: tuple[Person, ...]
    signs: NDArray[np.int8]
    """[N, S] numbers of :data:`SIGNS`."""
    assessable: NDArray[np.bool_]
    """[N, S]: asked, or at least askable in the person's language."""
    mastery: NDArray[np.float64]
    """[N, S] P(mastered)."""
    ready: NDArray[np.bool_]
    """[N, S]: within reach (``reading.within_reach``) of who was asked: what to learn next, or to confirm first."""
    found: int
    """Attempts in the period, those beyond the bound included."""
    silent: int
    """Attempts among those read without any answer yet."""
    wanted: Wanted

    def sign(self, person: int, skill: int) -> Sign:
        return SIGNS[self.signs[person, skill]]

    def counts(self) -> NDArray[np.int64]:
        """[S, 4] people with each sign."""
        return np.stack([(self.signs == number).sum(axis=0) for number in range(len(SIGNS))], axis=1)

    def place(self, code: str) -> int:
        for place, skill in enumerate(self.skills):
            if skill.code == code:
                return place
        raise NotFound(D_("Cette micro-compétence n'est pas dans ce diagnostic."))

    def by_ability(self) -> tuple[list[int], list[int]]:
        """People and micro-skills in the order in which a block shows: who can most first, what most can first."""
        expected = np.where(self.signs == _NUMBER[Sign.UNSEEN], 0.5, self.mastery)
        of_people, of_skills = expected.sum(axis=1).round(9), expected.sum(axis=0).round(9)
        rows = sorted(range(len(self.people)), key=lambda one: (-of_people[one], self.people[one].name, one))
        return rows, sorted(range(len(self.skills)), key=lambda one: (-of_skills[one], one))


def of(db: Session, door: Door, member: Member, diagnostic_id: uuid.UUID, wanted: Wanted | None = None) -> Group:
    """The group of a diagnostic of the member's organisation; any other does not exist."""
    return read(db, door, published(db, member, diagnostic_id), wanted or Wanted())


def published(db: Session, member: Member, diagnostic_id: uuid.UUID) -> Diagnostic:
    found = composing.get(db, member, diagnostic_id)
    if found.state is DiagnosticState.DRAFT:
        raise NotFound(D_("Publiez d'abord ce diagnostic : personne ne l'a encore passé."))
    return found


def read(db: Session, door: Door, diagnostic: Diagnostic, wanted: Wanted) -> Group:
    blueprint = taking.blueprint_of(db, door, diagnostic.id)
    known = referentials_service.skills_of(composing.ladders(db, diagnostic, archived=True))
    skills = tuple(known[code] for code in blueprint.skills)
    attempts = named(db, diagnostic, wanted)
    answers = answers_of(db, diagnostic, wanted)
    own = [(attempt, name, answers.get(attempt.id, [])) for attempt, name in _one_each(attempts)]
    heard = [(attempt, name, rows) for attempt, name, rows in own if rows]
    mastery = _masteries(blueprint, heard)
    asked, assessable = _asked(blueprint, heard)
    signs = _signs(mastery, asked, assessable)
    seen = (signs == _NUMBER[Sign.LEARN]) | (signs == _NUMBER[Sign.CONFIRM])
    return Group(
        diagnostic=diagnostic,
        blueprint=blueprint,
        skills=skills,
        known=known,
        people=tuple(_person(*one) for one in heard),
        wanted=wanted,
        signs=signs,
        assessable=assessable,
        mastery=mastery,
        ready=reading.grounded(skills, mastery) & seen,
        found=count(db, diagnostic, wanted),
        silent=len(own) - len(heard),
    )


def named(db: Session, diagnostic: Diagnostic, wanted: Wanted) -> list[tuple[Attempt, str]]:
    """The attempts of a period with what each person is called, in one query, the latest first."""
    query = sa.select(Attempt, LearnerFile.label).outerjoin(LearnerFile, LearnerFile.id == Attempt.file_id)
    query = _bounded(query.where(*_among(diagnostic, wanted)), wanted)
    rows = [(row.Attempt, row.label or pseudonym(row.Attempt.id)) for row in db.execute(query)]
    # A file that holds several attempts is one person under one name; only different people need the hour.
    holders = Counter(name for name, _ in {(name, attempt.file_id or attempt.id) for attempt, name in rows})
    return [
        (attempt, f"{name} ({local(attempt.started_at):%d/%m %H:%M})" if holders[name] > 1 else name)
        for attempt, name in rows
    ]


def count(db: Session, diagnostic: Diagnostic, wanted: Wanted) -> int:
    return db.scalar(sa.select(sa.func.count()).select_from(Attempt).where(*_among(diagnostic, wanted))) or 0


def answers_of(db: Session, diagnostic: Diagnostic, wanted: Wanted) -> dict[uuid.UUID, list[sa.Row[Any]]]:
    """The standing answers of these attempts in one query, each attempt's in the order they were given."""
    columns = (Answer.attempt_id, Answer.item, Answer.outcome, Answer.seconds, Answer.assisted)
    columns = (*columns, Answer.observed_by, Answer.entered_by, Answer.predicted)
    query = standing(diagnostic, wanted, *columns)
    found: dict[uuid.UUID, list[sa.Row[Any]]] = {}
    for row in db.execute(query.order_by(Answer.attempt_id, Answer.number)):
        found.setdefault(row.attempt_id, []).append(row)
    return found


def standing(diagnostic: Diagnostic, wanted: Wanted, *columns: sa.ColumnElement[Any] | Any) -> sa.Select[Any]:
    """Columns of the standing answers of these attempts."""
    # A join on the bounded list, not IN: PostgreSQL then reads each attempt's answers by their index.
    chosen = _bounded(sa.select(Attempt.id).where(*_among(diagnostic, wanted)), wanted).subquery()
    query = sa.select(*columns).join(chosen, chosen.c.id == Answer.attempt_id)
    return query.where(Answer.superseded_at.is_(None), IS_EVIDENCE)


def _among(diagnostic: Diagnostic, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    period = wanted.period
    return [
        Attempt.diagnostic_id == diagnostic.id,
        *([Attempt.started_at >= period.begins] if period.begins else []),
        *([Attempt.started_at < period.ends] if period.ends else []),
        *([Attempt.language == wanted.language] if wanted.language else []),
    ]


def _bounded(query: Any, wanted: Wanted) -> sa.Select[Any]:
    order = (Attempt.started_at, Attempt.id)
    return query.order_by(*(order if wanted.earliest else [one.desc() for one in order])).limit(wanted.most)


def _one_each(attempts: Iterable[tuple[Attempt, str]]) -> list[tuple[Attempt, str]]:
    """The first attempt of each person in the order given: who came twice counts once."""
    seen: set[uuid.UUID] = set()
    kept = []
    for attempt, name in attempts:
        if attempt.file_id is None or attempt.file_id not in seen:
            kept.append((attempt, name))
        if attempt.file_id is not None:
            seen.add(attempt.file_id)
    return kept


def _person(attempt: Attempt, name: str, rows: Sequence[sa.Row[Any]]) -> Person:
    lost = sum(one.outcome == Outcome.NOT_UNDERSTOOD for one in rows)
    return Person(attempt, name, lost=lost, answers=tuple(rows))


def _masteries(
    blueprint: Blueprint, heard: Sequence[tuple[Attempt, str, Sequence[sa.Row[Any]]]]
) -> NDArray[np.float64]:
    """P(mastered) of each person, as the language that they read makes the questions; most often one pass for all."""
    rows: dict[int, tuple[Any, list[int]]] = {}
    for row, (attempt, _, _) in enumerate(heard):
        compiled = blueprint.compiled_in(attempt.language)
        rows.setdefault(id(compiled), (compiled, []))[1].append(row)
    found = np.empty((len(heard), len(blueprint.compiled.skill_codes)))
    for compiled, own in rows.values():
        found[own] = masteries(compiled, [[(one.item, one.outcome) for one in heard[row][2]] for row in own])
    return found


def _asked(
    blueprint: Blueprint, heard: Sequence[tuple[Attempt, str, Sequence[sa.Row[Any]]]]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """[N, S]: whether an answer says something about this very micro-skill, and whether it could be asked at all."""
    column = {code: place for place, code in enumerate(blueprint.skills)}
    asked = np.zeros((len(heard), len(column)), dtype=np.bool_)
    assessable = np.ones_like(asked)
    silent: dict[tuple[str, frozenset[str], frozenset[str]], list[int]] = {}
    for row, (attempt, _, given) in enumerate(heard):
        without = frozenset(one.item for one in given if one.outcome == Outcome.NOT_UNDERSTOOD)
        asked[row, [column[blueprint.skill_of[one.item]] for one in given if one.outcome in _EVIDENCE]] = True
        key = (attempt.language, without, unusable_in(attempt))
        if key not in silent:
            silent[key] = _columns(column, reading.unheard(blueprint, *key))
        assessable[row, silent[key]] = False
    return asked, assessable | asked


def _columns(column: dict[str, int], codes: Collection[str]) -> list[int]:
    return [place for code, place in column.items() if code in codes]


def _signs(mastery: NDArray[np.float64], asked: NDArray[np.bool_], assessable: NDArray[np.bool_]) -> NDArray[np.int8]:
    """The sign of each, as ``reading.SkillResult`` gives it for one; rounded as the engine rounds."""
    certain, lacking = mastery.round(9) >= CERTAINTY, (1.0 - mastery).round(9) >= CERTAINTY
    signs = np.full(mastery.shape, _NUMBER[Sign.UNSEEN], dtype=np.int8)
    signs[asked] = _NUMBER[Sign.CONFIRM]
    signs[assessable & lacking] = _NUMBER[Sign.LEARN]
    signs[assessable & certain] = _NUMBER[Sign.CAN]
    return signs
