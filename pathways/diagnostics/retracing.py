"""Why each question was asked, and what its answer changed: an attempt replayed through its frozen blueprint.

Nothing of it is stored. It follows from the standing answers, in the order in which they were given: an answer that was
taken back is told apart, and one that says nothing about any micro-skill leaves all as it was.

What a question was to tell of one micro-skill is the mutual information of its outcome y and the mastery of it,

    I = h(p) - sum_y P(y) h(p | y)        h(p) = -p log2 p - (1 - p) log2 (1 - p), bits

so the micro-skills of which it is largest are those between whose two states the question was to decide.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from pathways.diagnostics import deciding, reading, taking
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.engine import (
    Compiled,
    Label,
    Outcome,
    StopRules,
    carries_evidence,
    decide,
    foretold,
    infer,
    label,
)
from pathways.diagnostics.models import Answer, Attempt, Diagnostic
from pathways.diagnostics.reading import Sign
from pathways.diagnostics.taking import Door
from pathways.referentials.ladders import Ladders

Shares: TypeAlias = NDArray[np.float64]

MOST_DOUBTS = 3
"""Micro-skills named as what a question was to decide."""
LEAST_BITS = 0.02
"""What a question tells of a micro-skill below this is not worth a name, unless it is all that it tells."""
NEVER_OVER = StopRules(least_questions=1_000_000, least_information=0.0)
"""Rules that end nothing: what a question promised is asked of the engine, not whether it should have been asked."""


class Origin(enum.StrEnum):
    """How an answer came in."""

    SCREEN = "screen"
    PAPER = "paper"
    OBSERVED = "observed"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A micro-skill that a question was to decide about: P(mastered) before it, and the bits it promised of it."""

    skill: str
    mastery: float
    bits: float


@dataclass(frozen=True, slots=True)
class Change:
    """A micro-skill whose label an answer changed."""

    skill: str
    before: Sign
    after: Sign


@dataclass(frozen=True, slots=True)
class Step:
    """One standing answer. ``bits``: what its question promised of the whole profile; ``seconds``: its expected time;
    ``certainty``: the expected share of micro-skills classified right, after it.
    """

    answer: Answer
    skill: str
    origin: Origin
    bits: float
    seconds: float
    doubts: tuple[Doubt, ...]
    counts: bool
    """Whether the answer says something: one that was not understood does not."""
    certainty: float
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Retraced:
    attempt: Attempt
    referential: Ladders
    blueprint: Blueprint
    begun: float
    """The certainty before any answer."""
    steps: tuple[Step, ...]
    superseded: tuple[Answer, ...]
    """Answers that were taken back or corrected: kept, and counted nowhere."""

    @property
    def certainty(self) -> float:
        return self.steps[-1].certainty if self.steps else self.begun


def retraced(db: Session, door: Door, attempt: Attempt) -> Retraced:
    """The way of an attempt, finished or not."""
    blueprint = taking.blueprint_of(db, door, attempt.diagnostic_id)
    diagnostic = db.get_one(Diagnostic, attempt.diagnostic_id)
    every = taking.answers_of(db, attempt.id)
    standing = taking.standing_of(every)
    begun, steps = retrace(blueprint, attempt.language, standing)
    return Retraced(
        attempt=attempt,
        referential=composing.ladders(db, diagnostic, archived=True),
        blueprint=blueprint,
        begun=begun,
        steps=steps,
        superseded=tuple(one for one in every if one.superseded_at is not None),
    )


def retrace(blueprint: Blueprint, language: str, standing: Sequence[Answer]) -> tuple[float, tuple[Step, ...]]:
    """Return the certainty before any answer, and the step of each answer."""
    compiled = blueprint.compiled_in(language)
    lost = frozenset(one.item for one in standing if one.outcome == Outcome.NOT_UNDERSTOOD)
    silent = reading.unheard(blueprint, language, lost)
    given: list[tuple[str, Outcome]] = []
    asked: Counter[str] = Counter()
    before = _masteries(compiled, blueprint, given)
    begun = _certainty(before)
    labels = _labels(blueprint, before, asked, silent)
    steps = []
    for answer in standing:
        promised = decide(compiled, NEVER_OVER, given, {answer.item})
        predicted = foretold(promised.posterior, given, answer.item)
        if_answered = {y: _masteries(compiled, blueprint, [*given, (answer.item, y)]) for y in predicted}
        told = deciding.evidence_of([answer])
        counts = any(carries_evidence(outcome) for _, outcome in told)
        doubts = _doubts(blueprint, before, [(predicted[y], if_answered[y]) for y in predicted])
        given += told
        skill = blueprint.skill_of[answer.item]
        changes: tuple[Change, ...] = ()
        if counts:
            before = if_answered[Outcome(answer.outcome)]
            asked_before = asked.copy()
            asked[skill] += 1
            after = _labels(blueprint, before, asked, silent)
            changes = _changes(labels, after, asked_before, asked)
            labels = after
        steps.append(
            Step(
                answer=answer,
                skill=skill,
                origin=_origin(answer),
                bits=promised.information,
                seconds=promised.seconds,
                doubts=doubts,
                counts=counts,
                certainty=_certainty(before),
                changes=changes,
            )
        )
    return begun, tuple(steps)


def _masteries(compiled: Compiled, blueprint: Blueprint, given: Sequence[tuple[str, Outcome]]) -> Shares:
    """P(mastered) [S], in the order of the blueprint's micro-skills."""
    mastery = infer(compiled, given).mastery_by_skill()
    return np.array([mastery[code] for code in blueprint.skills])


def _certainty(mastery: Shares) -> float:
    return float(np.maximum(mastery, 1.0 - mastery).mean())


def _labels(blueprint: Blueprint, mastery: Shares, asked: Counter[str], silent: frozenset[str]) -> dict[str, Label]:
    pairs = zip(blueprint.skills, mastery.tolist(), strict=True)
    return {code: label(chance, asked[code] > 0 or code not in silent) for code, chance in pairs}


def _changes(
    before: dict[str, Label], after: dict[str, Label], asked_before: Counter[str], asked: Counter[str]
) -> tuple[Change, ...]:
    signs = (
        (code, reading.sign_of(before[code], asked_before[code]), reading.sign_of(after[code], asked[code]))
        for code in before
        if before[code] is not after[code]
    )
    return tuple(Change(code, was, now) for code, was, now in signs if was is not now)


def _doubts(blueprint: Blueprint, before: Shares, ways: Sequence[tuple[float, Shares]]) -> tuple[Doubt, ...]:
    """The micro-skills that the outcomes, (P(outcome), P(mastered) after it [S]), tell most about."""
    bits = _doubt(before) - sum(chance * _doubt(after) for chance, after in ways)
    order = np.argsort(-bits.round(9), kind="stable")[:MOST_DOUBTS].tolist()
    named = [place for place in order if bits[place] >= LEAST_BITS] or order[:1]
    return tuple(Doubt(blueprint.skills[place], float(before[place]), max(float(bits[place]), 0.0)) for place in named)


def _doubt(mastery: Shares) -> Shares:
    """h(p) in bits, the same shape."""
    p = np.clip(mastery, 1e-12, 1.0 - 1e-12)
    entropy: Shares = -p * np.log2(p) - (1.0 - p) * np.log2(1.0 - p)
    return entropy


def _origin(answer: Answer) -> Origin:
    if answer.observed_by is not None:
        return Origin.OBSERVED
    return Origin.SCREEN if answer.entered_by is None else Origin.PAPER
