"""Checks inside a pathway: one or two questions that turn *done* into knowledge. The diagnosis goes on here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.diagnostics import belonging, deciding, taking
from pathways.diagnostics.composing.everything import everything
from pathways.diagnostics.engine import CERTAINTY
from pathways.diagnostics.modalities import NONE
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict
from pathways.i18n import N_
from pathways.learning import events, following
from pathways.learning.choosing import tell
from pathways.learning.knowing import Knowledge
from pathways.learning.models import Pathway, PathwayEvent, PathwayState, Step

MOST_QUESTIONS = 2
"""Of one check."""


def begin(
    db: Session,
    door: Door,
    pathway: Pathway,
    attempt: Attempt,
    skills: Collection[str],
    knowledge: Knowledge,
    *,
    holder: Attempt | None = None,
) -> Attempt:
    """The attempt in which the check is answered, with its first question on the screen. ``attempt``: the one that the
    pathway began with; ``holder``: the one that its person has in hand, which may be a later one of their file. Raises
    :class:`Conflict` where no question can be asked in the person's language.
    """
    checking = _checking(db, door, pathway, attempt, holder or attempt)
    return _ask(db, door, checking, skills, knowledge)


def go_on(db: Session, door: Door, checking: Attempt, knowledge: Knowledge) -> bool:
    """After an answer: whether a second question is asked, since the first one left it open."""
    focus = checking.focus
    if focus is None or checking.stopped is None or checking.counted or focus["to"] - focus["from"] >= MOST_QUESTIONS:
        return False
    if all(_is_decided(knowledge.mastery[code]) for code in focus["skills"] if code in knowledge.mastery):
        return False
    checking = taking.held(db, checking.id)
    blueprint = taking.blueprint_of(db, door, checking.diagnostic_id)
    checking.focus = focus | {"to": focus["to"] + 1}
    taking.advance(checking, blueprint, taking.standing_of(taking.answers_of(db, checking.id)))
    return checking.current_item is not None


def of_step(db: Session, door: Door, pathway: Pathway, step: Step, *, holder: Attempt | None = None) -> Attempt:
    """Begin the check of one step of a pathway: of a question that it is, or of what somebody did."""
    if pathway.state is not PathwayState.ACTIVE:
        raise Conflict(N_("Ce parcours est terminé."))
    knowledge = following.plans_of(db, door, pathway, clock.now()).knowledge
    own = taking.held(db, pathway.attempt_id)
    return begin(db, door, pathway, own, step.skills, knowledge, holder=holder)


def of_attempt(db: Session, checking: Attempt) -> Pathway | None:
    """The pathway whose checks are answered in this attempt."""
    return db.scalars(sa.select(Pathway).filter_by(check_id=checking.id).with_for_update().limit(1)).first()


def conclude(db: Session, door: Door, pathway: Pathway, checking: Attempt) -> bool:
    """After the answers of a check: whether one more is asked. If not, what changed is told once, and the pathway
    follows from it. Coming back twice changes nothing.
    """
    now, focus = clock.now(), checking.focus
    if focus is None or checking.answered <= focus["from"]:  # left without an answer
        return False
    knowledge = following.plans_of(db, door, pathway, now).knowledge
    if go_on(db, door, checking, knowledge):
        return True
    key = f"check {checking.id.hex} {checking.answered}"
    if db.scalar(sa.select(PathwayEvent.id).filter_by(pathway_id=pathway.id, key=key)) is None:
        details = _changed(focus, knowledge)
        tell(db, pathway, events.CHECKED, skills=focus["skills"], details=details, key=key, at=now)
        pathway.active_at = now
        following.refresh(db, door, pathway, now)
    return False


def _changed(focus: Mapping[str, Any], knowledge: Knowledge) -> dict[str, dict[str, Sequence[object]]]:
    """``{"before": {micro-skill: [word, P(mastered)]}, "after": ...}`` of what was asked about, and of whatever else
    another word is said now.
    """
    before, after = focus.get("before", {}), _said(knowledge)
    told = [
        code for code in before.keys() & after.keys() if code in focus["skills"] or after[code][0] != before[code][0]
    ]
    return {side: {code: said[code] for code in sorted(told)} for side, said in [("before", before), ("after", after)]}


def _said(knowledge: Knowledge) -> dict[str, Sequence[object]]:
    return {code: [knowledge.label(code).value, round(knowledge.mastery[code], 4)] for code in knowledge.mastery}


def can_ask(
    db: Session, door: Door, pathway: Pathway, language: str, unusable: frozenset[str] = NONE
) -> frozenset[str]:
    """Micro-skills of which a question can be asked in a language, that takes nothing ``unusable``."""
    diagnostic = everything(db, pathway.organisation_id, pathway.framework)
    blueprint = taking.blueprint_of(db, door, diagnostic.id)
    return frozenset(blueprint.skill_of[item] for item in blueprint.askable(language, unusable))


def _checking(db: Session, door: Door, pathway: Pathway, attempt: Attempt, holder: Attempt) -> Attempt:
    """The pathway's own attempt for checks, on the questions of today; at a desk only if its person sits there now."""
    diagnostic = everything(db, pathway.organisation_id, pathway.framework)
    if pathway.check_id is not None:
        found = taking.held(db, pathway.check_id)
        if found.diagnostic_id == diagnostic.id and not found.counted:  # each answer is counted once
            found.language, found.at_desk = holder.language, holder.at_desk
            found.unusable = list(holder.unusable)
            return found
    blueprint = taking.blueprint_of(db, door, diagnostic.id)
    met = belonging.met_by(db, attempt.id)
    made = taking.new_attempt(door, blueprint, holder.language, file_id=attempt.file_id, met=met)
    made.unusable = list(holder.unusable)
    made.part_of_id, made.at_desk, made.kept_days = attempt.id, holder.at_desk, attempt.kept_days
    taking.visited(made)
    db.add(made)
    db.flush()
    pathway.check_id = made.id
    return made


def _ask(db: Session, door: Door, checking: Attempt, skills: Collection[str], knowledge: Knowledge) -> Attempt:
    blueprint = taking.blueprint_of(db, door, checking.diagnostic_id)
    standing = taking.standing_of(taking.answers_of(db, checking.id))
    seen = knowledge.seen - {one.item for one in standing}
    checking.focus = deciding.focus(standing, skills, questions=1, without=seen, before=_said(knowledge))
    taking.visited(checking)
    taking.advance(checking, blueprint, standing)
    if checking.current_item is None:
        raise Conflict(deciding.NO_QUESTION)
    return checking


def _is_decided(mastery: float) -> bool:
    return max(mastery, 1.0 - mastery) >= CERTAINTY
