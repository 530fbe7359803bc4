"""What happened on one person's way, as their journey tells it: one entry for each thing, from the rows."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways import i18n
from pathways.diagnostics import reading
from pathways.diagnostics.engine import ItemModel
from pathways.diagnostics.models import Answer, Attempt, Diagnostic
from pathways.learning import events
from pathways.learning.models import (
    ExchangeRequest,
    Pathway,
    PathwayEvent,
    PathwayNote,
    Referral,
    Resource,
    ResourceKind,
    Step,
)
from pathways.referentials.models import MicroSkill
from pathways.workshops.models import WorkshopSession

DIAGNOSTIC, CHECK, REFERRAL, EXCHANGE = "diagnostic", "check", "referral", "exchange"
"""What an entry may tell beside the events of a pathway."""
MOST_ENTRIES = 300
SIGNS = {"mastered": "can", "not_mastered": "learn", "undecided": "confirm"}
"""How the word of a profile is shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened."""

    at: datetime
    kind: str
    """An event of a pathway, or one of the words above."""
    skills: tuple[MicroSkill, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    """``{language: words}`` of what it was about; French is there, or nothing is."""
    details: Mapping[str, Any] = field(default_factory=dict)
    by_member: bool = False

    def title_in(self, language: str) -> str | None:
        """``None`` where there are no words in it."""
        return self.titles.get(language)

    @property
    def title(self) -> str:
        return self.titles.get(i18n.SOURCE, "")


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that entries are told from, read once."""

    skills: Mapping[str, MicroSkill]
    steps: Mapping[uuid.UUID, Step]
    resources: Mapping[uuid.UUID, Resource]
    sessions: Mapping[uuid.UUID, WorkshopSession]

    def named(self, codes: Sequence[str]) -> tuple[MicroSkill, ...]:
        return tuple(self.skills[code] for code in codes if code in self.skills)

    def titles_of(self, step: Step | None) -> Mapping[str, str]:
        if step is None:
            return {}
        session = self.sessions.get(step.session_id) if step.session_id else None
        if session is not None:
            return dict(session.workshop.titles)
        resource = self.resources.get(step.resource_id) if step.resource_id else None
        if resource is not None:
            return dict(resource.titles) | {i18n.SOURCE: resource.title}
        return {i18n.SOURCE: step.title} if step.title else {}

    def is_with_somebody(self, step: Step) -> bool:
        resource = self.resources.get(step.resource_id) if step.resource_id else None
        alone = resource is not None and resource.kind not in {ResourceKind.HELP, ResourceKind.EXCHANGE}
        return step.session_id is not None or not alone


def rows_of(db: Session, pathways: Sequence[Pathway], skills: Mapping[str, MicroSkill]) -> Rows:
    steps = db.scalars(sa.select(Step).where(Step.pathway_id.in_([one.id for one in pathways]))).all()
    resources = db.scalars(
        sa.select(Resource).where(Resource.id.in_({one.resource_id for one in steps if one.resource_id}))
    )
    sessions = db.scalars(
        sa.select(WorkshopSession)
        .options(joinedload(WorkshopSession.workshop))
        .where(WorkshopSession.id.in_({one.session_id for one in steps if one.session_id}))
    )
    return Rows(
        skills,
        {one.id: one for one in steps},
        {one.id: one for one in resources},
        {one.id: one for one in sessions},
    )


def diagnostics(db: Session, attempts: Sequence[Attempt], answers: Sequence[Answer]) -> Iterator[Entry]:
    given, lost = Counter(one.attempt_id for one in answers), Counter[uuid.UUID]()
    lost.update(one.attempt_id for one in answers if one.outcome == "not_understood")
    wanted = {one.diagnostic_id for one in attempts}
    named = db.execute(sa.select(Diagnostic.id, Diagnostic.title).where(Diagnostic.id.in_(wanted)))
    titles = {one.id: one.title for one in named}
    for one in attempts:
        if one.part_of_id is None:
            details = {
                "attempt": str(one.id),
                "language": one.language,
                "state": reading.state_of(one),
                "answers": given[one.id],
                "not_understood": lost[one.id],
                "assisted": one.assisted,
            }
            yield Entry(one.started_at, DIAGNOSTIC, titles={i18n.SOURCE: titles[one.diagnostic_id]}, details=details)


def checks(
    attempts: Sequence[Attempt], sittings: Sequence[list[Answer]], models: Mapping[str, ItemModel], rows: Rows
) -> Iterator[Entry]:
    """Answers inside a pathway, sitting by sitting."""
    parts = {one.id for one in attempts if one.part_of_id is not None}
    for sitting in sittings:
        answers = [one for one in sitting if one.attempt_id in parts]
        if answers:
            codes = list(dict.fromkeys(models[one.item].skill for one in answers if one.item in models))
            yield Entry(answers[-1].answered_at, CHECK, rows.named(codes), details={"answers": len(answers)})


def told_events(db: Session, pathways: Sequence[Pathway], rows: Rows) -> Iterator[Entry]:
    by_id = {one.id: one for one in pathways}
    query = sa.select(PathwayEvent).where(PathwayEvent.pathway_id.in_(by_id))
    query = query.order_by(PathwayEvent.happened_at.desc(), PathwayEvent.id.desc()).limit(MOST_ENTRIES)
    for one in reversed(db.scalars(query).all()):  # the latest ones, in the order in which they happened
        if one.kind in {events.NOTED, events.REFERRED}:
            continue  # the note, or the referral, says it itself, to whom it is for
        titles = rows.titles_of(rows.steps.get(one.step_id) if one.step_id else None)
        details = dict(one.details)
        if one.kind == events.CHOSEN:
            details["goals"] = by_id[one.pathway_id].goals
        if one.kind == events.CHECKED:
            yield _checked(one, rows)
            continue
        yield Entry(one.happened_at, one.kind, rows.named(one.skills), titles, details, one.account_id is not None)


def _checked(one: PathwayEvent, rows: Rows) -> Entry:
    """A check, and what it changed: ``details.signs`` is ``{micro-skill: [sign before, sign after]}``."""
    before, after = one.details.get("before", {}), one.details.get("after", {})
    signs = {
        code: [SIGNS.get(before[code][0], "unseen"), SIGNS.get(after[code][0], "unseen")]
        for code in before.keys() & after.keys()
    }
    codes = sorted(signs) if signs else one.skills
    return Entry(one.happened_at, CHECK, rows.named(codes), details=dict(one.details) | {"signs": signs})


def notes(db: Session, pathways: Sequence[Pathway], *, colleagues: bool) -> Iterator[Entry]:
    query = sa.select(PathwayNote).where(PathwayNote.pathway_id.in_([one.id for one in pathways]))
    if not colleagues:
        query = query.where(PathwayNote.for_person.is_(True))
    for one in db.scalars(query.order_by(PathwayNote.written_at).limit(MOST_ENTRIES)):
        details = {"for_person": one.for_person}
        yield Entry(one.written_at, events.NOTED, titles={i18n.SOURCE: one.text}, details=details, by_member=True)


def beside(db: Session, attempts: Sequence[Attempt]) -> Iterator[Entry]:
    """Referrals and requests for an exchange: that they are there, and how they stand."""
    own = [one.id for one in attempts]
    for one in db.scalars(sa.select(Referral).where(Referral.attempt_id.in_(own)).order_by(Referral.sent_at)):
        said = {"referral": str(one.id), "need": one.need}
        begun = "proposed" if one.consented_at is None else "sent"
        yield Entry(one.consented_at or one.sent_at, REFERRAL, details=said | {"state": begun}, by_member=True)
        if one.state.value not in {"proposed", "sent"}:
            ended = said | {"state": one.state.value, "reason": one.reason}
            yield Entry(one.ended_at or one.answered_at or one.changed_at, REFERRAL, details=ended, by_member=True)
    query = sa.select(ExchangeRequest).where(ExchangeRequest.attempt_id.in_(own))
    for asked in db.scalars(query.order_by(ExchangeRequest.consented_at)):
        yield Entry(asked.consented_at, EXCHANGE, details={"state": asked.state, "kind": asked.kind.value})
