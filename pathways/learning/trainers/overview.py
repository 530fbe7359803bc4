"""The people on a pathway, as the trainers of one organisation see them: one line each, in queries that do not grow."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.learning import knowing
from pathways.learning.journeys import happenings
from pathways.learning.journeys.happenings import Rows
from pathways.learning.models import Pathway, PathwayState, Step, StepState
from pathways.people.models import LearnerFile
from pathways.permissions import Member
from pathways.referentials.models import MicroSkill


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom the list is about."""

    state: PathwayState = PathwayState.ACTIVE
    still: int = 0
    """Days in which nothing moved, at least."""
    language: str = ""
    diagnostic_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One person."""

    pathway: Pathway
    attempt: Attempt
    name: str
    """The label of their file, or the pseudonym of their attempt."""
    today: Step | None
    title: str
    """Of today's step."""
    left: int
    done: int


def people(member: Member, sought: Sought) -> sa.Select[Pathway]:
    """Pathways of the member's organisation that have steps, the latest active first."""
    query = sa.select(Pathway).where(
        Pathway.organisation_id == member.organisation_id,
        Pathway.state == sought.state,
        sa.exists().where(Step.pathway_id == Pathway.id),
    )
    if sought.still:
        query = query.where(Pathway.active_at < clock.now() - timedelta(days=sought.still))
    if sought.language or sought.diagnostic_id:
        query = query.join(Attempt, Attempt.id == Pathway.attempt_id)
    if sought.language:
        query = query.where(Attempt.language == sought.language)
    if sought.diagnostic_id:
        query = query.where(Attempt.diagnostic_id == sought.diagnostic_id)
    return query.order_by(Pathway.active_at.desc(), Pathway.id.desc())


def lines(db: Session, member: Member, pathways: Sequence[Pathway]) -> list[Line]:
    """What is told of each: six queries, and two more for each framework."""
    people_of = named(db, pathways)
    skills: dict[str, MicroSkill] = {}
    for framework in sorted({one.framework for one in pathways}):
        skills |= knowing.ladders_for(db, member.organisation_id, framework).skills
    rows = happenings.rows_of(db, pathways, skills)
    steps: dict[uuid.UUID, list[Step]] = {}
    for step in sorted(rows.steps.values(), key=lambda one: (one.position, one.created_at, one.id)):
        steps.setdefault(step.pathway_id, []).append(step)
    return [_line(one, people_of[one.id], steps.get(one.id, []), rows) for one in pathways]


def named(db: Session, pathways: Sequence[Pathway]) -> Mapping[uuid.UUID, tuple[Attempt, str]]:
    """``{pathway: (attempt, what the person is called)}`` in one query."""
    query = (
        sa.select(Pathway.id, Attempt, LearnerFile.label)
        .join(Attempt, Attempt.id == Pathway.attempt_id)
        .outerjoin(LearnerFile, LearnerFile.id == Attempt.file_id)
        .where(Pathway.id.in_([one.id for one in pathways]))
    )
    return {key: (attempt, label or pseudonym(attempt.id)) for key, attempt, label in db.execute(query)}


def title_of(rows: Rows, step: Step) -> str:
    """What a step is called in French: its words or its session, else what it teaches, whatever teaches it."""
    told = rows.titles_of(step).get(i18n.SOURCE) if step.session_id or not step.skills else None
    return str(told or " ; ".join(one.title for one in rows.named(step.skills)) or " ; ".join(step.skills))


def _line(pathway: Pathway, person: tuple[Attempt, str], steps: Sequence[Step], rows: Rows) -> Line:
    open_ones = [one for one in steps if one.state is StepState.OPEN]
    today = open_ones[0] if open_ones else None
    return Line(
        pathway=pathway,
        attempt=person[0],
        name=person[1],
        today=today,
        title=title_of(rows, today) if today else "",
        left=len(open_ones),
        done=sum(1 for one in steps if one.state is StepState.DONE),
    )
