"""Reading a diagnostic: the profile of one learner, the list of those who took it, gestures that a mediator saw."""

from __future__ import annotations

import enum
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.diagnostics import deciding, taking
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.engine import Label, Outcome, carries_evidence, infer, label
from pathways.diagnostics.modalities import NONE, unusable_in
from pathways.diagnostics.models import Answer, Attempt, Diagnostic
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, NotFound
from pathways.i18n import D_, SOURCE
from pathways.items.grading import grade
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.referentials.ladders import Ladders
from pathways.referentials.models import MicroSkill

LIKELY = 0.5
"""From here on a micro-skill is likelier mastered than not."""
ENDED = "ended"
"""Why an attempt stopped: a trainer ended it. What was answered stays valid, as after :data:`taking.LEFT`."""


class Sign(enum.StrEnum):
    """How a micro-skill is shown to people: a word, a shape and a colour, never a number."""

    CAN = "can"
    LEARN = "learn"
    CONFIRM = "confirm"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class SkillResult:
    skill: MicroSkill
    label: Label
    mastery: float
    """P(mastered), as the engine gives it."""
    asked: int
    """Answers that say something about this very micro-skill."""
    answers: tuple[Answer, ...]

    @property
    def deduced(self) -> bool:
        """Decided from other answers, without having been asked."""
        return self.asked == 0 and self.label in {Label.MASTERED, Label.NOT_MASTERED}

    @property
    def sign(self) -> Sign:
        return sign_of(self.label, self.asked)

    @property
    def certainty(self) -> float:
        return max(self.mastery, 1 - self.mastery)


@dataclass(frozen=True, slots=True)
class Profile:
    attempt: Attempt
    referential: Ladders
    blueprint: Blueprint
    skills: tuple[SkillResult, ...]
    within_reach: tuple[SkillResult, ...]
    """The three micro-skills to learn next, see :func:`within_reach`."""
    not_understood: tuple[Answer, ...]
    answers: tuple[Answer, ...]
    superseded: tuple[Answer, ...]
    """Answers that were taken back or corrected: kept, and counted nowhere."""
    extra: tuple[Answer, ...] = ()
    """The answer to an extra question (``extra_question``), which says nothing of the learner."""

    @property
    def standing(self) -> list[Answer]:
        """Every standing answer, in the order given, that to an extra question included."""
        return sorted([*self.answers, *self.extra], key=lambda one: one.number)

    @property
    def is_told(self) -> bool:
        """Whether an answer says something about any micro-skill at all. What was not understood does not."""
        return any(one.asked for one in self.skills)

    def by_sign(self) -> dict[str, list[SkillResult]]:
        return {sign.value: self.with_sign(sign) for sign in Sign}

    def with_sign(self, sign: Sign) -> list[SkillResult]:
        return [one for one in self.skills if one.sign is sign]

    def to_json(self) -> dict[str, Any]:
        """As ``GET /api/v1/attempts/{id}/profile`` gives it."""
        language = self.attempt.language
        states: dict[str, int] = {}
        for one in self.answers:
            shown = self.blueprint.states[one.item].get(one.language, "french")
            states[shown] = states.get(shown, 0) + 1
        return {
            "skills": [
                {
                    "code": one.skill.code,
                    "title": one.skill.title_in(language) or one.skill.title,
                    "label": one.label.value,
                    "mastery": round(one.mastery, 6),
                    "asked": one.asked,
                    "deduced": one.deduced,
                }
                for one in self.skills
            ],
            "language": {
                "code": language,
                "not_understood": len(self.not_understood),
                "not_understood_items": [one.item for one in self.not_understood],
                "not_assessable": [one.skill.code for one in self.skills if one.label is Label.NOT_ASSESSABLE],
                "shown_as": states,
            },
            "unusable": list(self.attempt.unusable),
            "within_reach": [one.skill.code for one in self.within_reach],
            "stopped": self.attempt.stopped,
        }


def profile(db: Session, door: Door, attempt: Attempt) -> Profile:
    """The profile of an attempt, finished or not: a pure function of the standing answers."""
    blueprint = taking.blueprint_of(db, door, attempt.diagnostic_id)
    diagnostic = db.get_one(Diagnostic, attempt.diagnostic_id)
    referential = composing.ladders(db, diagnostic, archived=True)
    every = taking.answers_of(db, attempt.id)
    standing = deciding.telling(taking.standing_of(every))
    known = referentials_service.skills_of(referential)
    results = []
    for code, (decided, mastery, asked) in _told(blueprint, attempt, standing).items():
        own = tuple(one for one in standing if blueprint.skill_of[one.item] == code)
        results.append(SkillResult(known[code], decided, mastery, asked, own))
    return Profile(
        attempt=attempt,
        referential=referential,
        blueprint=blueprint,
        skills=tuple(results),
        within_reach=tuple(within_reach(results)),
        not_understood=tuple(one for one in standing if one.outcome == Outcome.NOT_UNDERSTOOD),
        answers=tuple(standing),
        superseded=tuple(one for one in every if one.superseded_at is not None),
        extra=tuple(one for one in taking.standing_of(every) if one.predicted is not None),
    )


def sign_of(decided: Label, asked: int) -> Sign:
    """How a micro-skill with this label is shown, after so many answers that say something about it."""
    if decided is Label.MASTERED:
        return Sign.CAN
    if decided is Label.NOT_MASTERED:
        return Sign.LEARN
    return Sign.CONFIRM if decided is Label.UNDECIDED and asked else Sign.UNSEEN


def within_reach(results: Sequence[SkillResult], most: int = 3) -> list[SkillResult]:
    """Micro-skills that are not mastered and whose ground is there: every prerequisite, and every lower rung of the
    ladder, is at least likelier mastered than not. One that is outside the diagnostic is unknown and blocks nothing.

    Those found lacking come first, then those to confirm, then those not seen; within each, the likeliest to succeed.
    """
    there = grounded([one.skill for one in results], np.array([[one.mastery for one in results]]))[0]
    open_ones = {Label.NOT_MASTERED, Label.UNDECIDED}
    reach = [one for one, ground in zip(results, there.tolist(), strict=True) if ground and one.label in open_ones]
    order = [Sign.LEARN, Sign.CONFIRM, Sign.UNSEEN]
    reach.sort(key=lambda one: (order.index(one.sign), -round(one.mastery, 9), one.skill.code))
    return reach[:most]


def grounded(skills: Sequence[MicroSkill], mastery: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the ground of each micro-skill is there, for N people with P(mastered) [N, S]: :func:`within_reach`."""
    ones = np.ones(len(mastery))
    of = {skill.code: mastery[:, place] for place, skill in enumerate(skills)}
    lower: dict[uuid.UUID, NDArray[np.float64]] = {}
    there = np.empty(mastery.shape, dtype=np.bool_)
    for place, skill in enumerate(skills):
        rungs = lower.get(skill.strand_id, ones)
        groups = [np.maximum.reduce([of.get(member, ones) for member in group]) for group in skill.requires]
        there[:, place] = np.minimum.reduce([rungs, *groups]) >= LIKELY
        lower[skill.strand_id] = np.minimum(rungs, mastery[:, place])
    return there


def attempts_of(diagnostic_id: uuid.UUID) -> sa.Select[Attempt]:
    """Those who took a diagnostic, the latest first."""
    return (
        sa.select(Attempt)
        .where(Attempt.diagnostic_id == diagnostic_id)
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
    )


def count_attempts(db: Session, diagnostic_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, int]]:
    """``{diagnostic: (attempts, finished ones)}`` in one query."""
    rows = db.execute(
        sa.select(Attempt.diagnostic_id, sa.func.count(), sa.func.count(Attempt.stopped))
        .where(Attempt.diagnostic_id.in_(diagnostic_ids))
        .group_by(Attempt.diagnostic_id)
    )
    return {diagnostic_id: (every, finished) for diagnostic_id, every, finished in rows}


def attempt_for(db: Session, member: Member, attempt_id: uuid.UUID) -> tuple[Attempt, Diagnostic]:
    """An attempt on a diagnostic of the member's organisation; any other does not exist."""
    attempt = db.get(Attempt, attempt_id)
    if attempt is None:
        raise NotFound(D_("Cette passation n'existe pas."))
    try:
        return attempt, composing.get(db, member, attempt.diagnostic_id)
    except NotFound as error:
        raise NotFound(D_("Cette passation n'existe pas.")) from error


def observe(
    db: Session, door: Door, member: Member, attempt_id: uuid.UUID, *, item: str, result: str, key: str
) -> Answer:
    """Add what a mediator saw of a gesture (``alone hint help not_tried``). A new observation of the same gesture
    supersedes the earlier one, which is kept.
    """
    attempt_for(db, member, attempt_id)
    attempt = taking.held(db, attempt_id)
    blueprint = taking.blueprint_of(db, door, attempt.diagnostic_id)
    body = blueprint.bodies.get(item)
    if body is None or body["kind"] != "observed":
        raise NotFound(D_("Cette fiche d'observation n'est pas dans ce diagnostic."))
    answers = taking.answers_of(db, attempt_id)
    for known in answers:
        if known.key == key:
            if (known.item, known.response) != (item, result):
                raise Conflict(D_("Cette observation a déjà été enregistrée autrement."))
            return known
    graded = grade(body, result)
    for known in taking.standing_of(answers):
        if known.item == item:
            known.superseded_at = clock.now()
    db.flush()  # the earlier one steps back before the new one stands
    outcome = deciding.graded_as(blueprint, item, graded)
    seen = Answer(
        id=ids.new_id(),
        attempt_id=attempt.id,
        number=len(answers) + 1,
        item=item,
        outcome=outcome,
        response=result,
        reveals=list(graded.reveals),
        language=SOURCE,
        seconds=0.0,
        key=key,
        request_digest="",
        reply="",
        observed_by=member.account_id,
        answered_at=clock.now(),
    )
    db.add(seen)
    db.flush()
    return seen


def state_of(attempt: Attempt) -> str:
    """``running``, ``finished`` or ``left``."""
    if attempt.stopped is None:
        return "running"
    return "left" if attempt.stopped in {taking.LEFT, ENDED} else "finished"


def _told(blueprint: Blueprint, attempt: Attempt, standing: Sequence[Answer]) -> dict[str, tuple[Label, float, int]]:
    """What the standing answers tell: ``{micro-skill: (label, P(mastered), answers that say something about it)}``."""
    mastery = infer(blueprint.compiled_in(attempt.language), deciding.evidence_of(standing)).mastery_by_skill()
    asked = Counter(blueprint.skill_of[one.item] for one in standing if carries_evidence(Outcome(one.outcome)))
    lost = frozenset(one.item for one in standing if one.outcome == Outcome.NOT_UNDERSTOOD)
    silent = unheard(blueprint, attempt.language, lost, unusable_in(attempt))
    return {
        code: (label(mastery[code], asked[code] > 0 or code not in silent), mastery[code], asked[code])
        for code in blueprint.skills
    }


def unheard(
    blueprint: Blueprint, language: str, without: frozenset[str], unusable: frozenset[str] = NONE
) -> frozenset[str]:
    """Micro-skills not asked in this language: no item that takes nothing ``unusable``, or each of them ``without``
    having been understood.
    """
    askable = blueprint.askable(language, unusable)
    lost = {
        blueprint.skill_of[item]
        for item in without
        if not any(blueprint.skill_of[other] == blueprint.skill_of[item] for other in askable - without)
    }
    return blueprint.not_assessable(language, unusable) | lost
