"""What is held of somebody's pathways: read by people and by programs, and counted when it goes."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import i18n
from pathways.learning import leaving
from pathways.learning.journeys.wording import SAID, STATES, TOLD
from pathways.learning.models import (
    ExchangeRequest,
    HoursCorrection,
    Pathway,
    PathwayEvent,
    PathwayNote,
    Referral,
    Resource,
    SeatProposal,
    Step,
    Tandem,
)
from pathways.learning.referrals import referred
from pathways.people.models import LearnerFile
from pathways.referentials.models import MicroSkill, Referential, Strand
from pathways.workshops.models import Booking, Workshop, WorkshopSession

WAYS = {
    "quickest": "le plus court",
    "together": "avec d'autres",
    "own_pace": "à son rythme",
    "mixed": "un peu de chaque",
}
"""Ways and states as the French half of what is handed over says them."""
PATHWAY_STATES = {"active": "en cours", "reached": "au bout", "stopped": "arrêté"}
STEP_STATES = {"open": "à faire", "done": "faite", "known": "déjà su", "refused": "refusée", "gone": "plus utile"}
STEP_KINDS = {"learn": "apprendre", "check": "vérifier", "attend": "aller à un atelier", "own": "mot de l'équipe"}

BOOKING_STATES = {
    "held": "gardée",
    "confirmed": "réservée",
    "cancelled_by_person": "rendue",
    "cancelled_by_structure": "annulée par la structure",
    "moved": "changée pour une autre séance",
    "lapsed": "plus gardée",
}


@dataclass(frozen=True, slots=True)
class HeldPathway:
    row: Pathway
    steps: tuple[Step, ...]
    """Every one that there ever was."""
    events: tuple[PathwayEvent, ...]
    notes: tuple[PathwayNote, ...]
    seats: tuple[tuple[SeatProposal, datetime], ...]
    """Proposed ones, and when their session begins."""
    corrections: tuple[HoursCorrection, ...]
    """Minutes that somebody added to the hours that are attested of it, or took away."""


@dataclass(frozen=True, eq=False, slots=True)
class Walked:
    """All that is held of one person beside their answers."""

    pathways: tuple[HeldPathway, ...]
    referrals: tuple[Referral, ...]
    exchanges: tuple[tuple[ExchangeRequest, tuple[Tandem, ...]], ...]
    skills: Mapping[str, MicroSkill]
    titles: Mapping[uuid.UUID, Mapping[str, str]]
    """``{resource or session: {language: title}}``"""
    bookings: tuple[tuple[Booking, datetime], ...] = ()
    """Seats that were taken on the way, or at the desk for their file, and when each session begins."""
    names: Mapping[uuid.UUID, str] = field(default_factory=dict)
    """Of the organisations and places to which they were sent on."""

    def receiver(self, referral: Referral) -> str:
        return self.names.get(referral.to_organisation_id or referral.place_id or referral.id, "")

    def workshop(self, booked: Booking) -> str:
        return self.titles.get(booked.session_id, {}).get(i18n.SOURCE, "")

    def named(self, codes: Collection[str]) -> list[MicroSkill]:
        return [self.skills[code] for code in codes if code in self.skills]

    def title_of(self, step: Step, language: str = i18n.SOURCE) -> str | None:
        """What it uses; ``None`` for what says nothing in this language."""
        found = self.titles.get(step.session_id or step.resource_id or step.id, {})
        return found.get(language) or (step.title or None if language == i18n.SOURCE else None)

    def said(self, happened: PathwayEvent) -> str:
        """An event in French words."""
        return SAID.get(happened.kind) or TOLD.get(happened.kind, happened.kind)

    def state(self, word: str) -> str:
        """Of a referral, a request, a meeting or a proposed seat, in French words."""
        return STATES.get(word, word)


def walked(db: Session, attempts: Sequence[uuid.UUID], file_id: uuid.UUID) -> Walked:
    """What stands on these attempts, and on the file that they are in: a fixed number of queries."""
    own = Pathway.attempt_id.in_(attempts)
    pathways = db.scalars(sa.select(Pathway).where(own).order_by(Pathway.chosen_at, Pathway.id)).all()
    inside = [one.id for one in pathways]
    steps = _by_pathway(db, sa.select(Step).where(Step.pathway_id.in_(inside)).order_by(Step.position, Step.created_at))
    happened = sa.select(PathwayEvent).where(PathwayEvent.pathway_id.in_(inside))
    events = _by_pathway(db, happened.order_by(PathwayEvent.happened_at, PathwayEvent.id))
    written = sa.select(PathwayNote).where(PathwayNote.pathway_id.in_(inside))
    notes = _by_pathway(db, written.order_by(PathwayNote.written_at))
    seats = _seats(db, inside)
    corrected = sa.select(HoursCorrection).where(HoursCorrection.pathway_id.in_(inside))
    corrections = _by_pathway(db, corrected.order_by(HoursCorrection.day, HoursCorrection.written_at))
    own_referrals = sa.select(Referral).where(Referral.attempt_id.in_(attempts))
    referrals = db.scalars(own_referrals.order_by(Referral.sent_at)).all()
    bookings = leaving.bookings_of(db, inside, file_id)
    begin = sa.select(WorkshopSession.id, WorkshopSession.starts_at)
    starts = {
        row[0]: row[1] for row in db.execute(begin.where(WorkshopSession.id.in_([one.session_id for one in bookings])))
    }
    every = [one for ones in steps.values() for one in ones]
    return Walked(
        pathways=tuple(
            HeldPathway(
                one,
                tuple(steps.get(one.id, ())),
                tuple(events.get(one.id, ())),
                tuple(notes.get(one.id, ())),
                tuple(seats.get(one.id, ())),
                tuple(corrections.get(one.id, ())),
            )
            for one in pathways
        ),
        referrals=tuple(referrals),
        exchanges=_exchanges(db, attempts, file_id),
        skills=_skills(db, {one.framework for one in pathways}, {code for one in every for code in one.skills}),
        titles=_titles(db, every, bookings),
        bookings=tuple((one, starts[one.session_id]) for one in bookings),
        names=referred.names_of(db, referrals),
    )


def counted(db: Session, attempts: sa.Select[uuid.UUID], file: LearnerFile) -> dict[str, int]:
    """How much of it there is, by kind."""
    return {
        "pathways": _number(db, sa.select(Pathway.id).where(Pathway.attempt_id.in_(attempts))),
        "referrals": _number(db, sa.select(Referral.id).where(Referral.attempt_id.in_(attempts))),
        "exchanges": _number(
            db,
            sa.select(ExchangeRequest.id).where(
                sa.or_(ExchangeRequest.attempt_id.in_(attempts), ExchangeRequest.file_id == file.id)
            ),
        ),
    }


def _number(db: Session, query: sa.Select[uuid.UUID]) -> int:
    return db.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0


def to_json(one: Walked) -> dict[str, Any]:
    """For a program; the format is told in ``docs/learner-file.md``."""
    return {
        "pathways": [_pathway_json(one, held) for held in one.pathways],
        "referrals": [
            {
                "to": one.receiver(row),
                "need": row.need,
                "sheet": row.sheet,
                "state": row.state.value,
                "reason": row.reason,
                "outcome": row.outcome,
                "consented_at": _at(row.consented_at),
                "consent_language": row.consent_language,
                "sent_at": _at(row.sent_at),
                "answered_at": _at(row.answered_at),
                "ended_at": _at(row.ended_at),
                "erased_at": _at(row.expires_at),
            }
            for row in one.referrals
        ],
        "exchanges": [
            {
                "kind": row.kind.value,
                "gives": row.gives,
                "seeks": row.seeks,
                "reads_in": row.reads_in,
                "label": row.label,
                "contact": row.contact,
                "state": row.state,
                "consented_at": _at(row.consented_at),
                "erased_at": _at(row.expires_at),
                "meetings": [{"meets_at": _at(met.meets_at), "state": met.state.value} for met in tandems],
            }
            for row, tandems in one.exchanges
        ],
        "bookings": [
            {
                "workshop": one.workshop(row),
                "starts_at": _at(starts),
                "state": row.state.value,
                "party": row.party,
                "label": row.label,
                "contact": row.contact,
                "needs": row.needs,
            }
            for row, starts in one.bookings
        ],
    }


def _pathway_json(every: Walked, held: HeldPathway) -> dict[str, Any]:
    row = held.row
    return {
        "id": str(row.id),
        "framework": row.framework,
        "goals": row.goals,
        "way": row.way.value,
        "reason": row.reason,
        "limits": row.limits,
        "state": row.state.value,
        "chosen_at": _at(row.chosen_at),
        "ended_at": _at(row.ended_at),
        "steps": [
            {
                "id": str(one.id),
                "kind": one.kind.value,
                "state": one.state.value,
                "skills": one.skills,
                "title": every.title_of(one),
                "minutes": {"mean": one.minutes, "low": one.low, "high": one.high},
                "why": one.why,
                "too_hard": one.too_hard,
                "locked": one.locked,
                "created_at": _at(one.created_at),
                "ended_at": _at(one.ended_at),
            }
            for one in held.steps
        ],
        "events": [
            {
                "kind": one.kind,
                "step": one.step_id and str(one.step_id),
                "skills": one.skills,
                "details": one.details,
                "by_team": one.account_id is not None,
                "happened_at": _at(one.happened_at),
            }
            for one in held.events
        ],
        "notes": [
            {"text": one.text, "for_person": one.for_person, "written_at": _at(one.written_at)} for one in held.notes
        ],
        "proposed_seats": [{"starts_at": _at(starts), "state": one.state.value} for one, starts in held.seats],
        "hours_corrections": [
            {
                "day": one.day.isoformat(),
                "minutes": one.minutes,
                "own_work": one.own_work,
                "reason": one.reason,
                "written_at": _at(one.written_at),
            }
            for one in held.corrections
        ],
    }


def _at(moment: datetime | None) -> str | None:
    return moment and moment.isoformat()


def _by_pathway(db: Session, query: sa.Select[Any]) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = {}
    for one in db.scalars(query):
        found.setdefault(one.pathway_id, []).append(one)
    return found


def _seats(db: Session, pathways: Collection[uuid.UUID]) -> dict[uuid.UUID, list[tuple[SeatProposal, datetime]]]:
    query = (
        sa.select(SeatProposal, WorkshopSession.starts_at)
        .join(WorkshopSession, WorkshopSession.id == SeatProposal.session_id)
        .where(SeatProposal.pathway_id.in_(pathways))
        .order_by(WorkshopSession.starts_at)
    )
    found: dict[uuid.UUID, list[tuple[SeatProposal, datetime]]] = {}
    for one, starts in db.execute(query):
        found.setdefault(one.pathway_id, []).append((one, starts))
    return found


def _exchanges(
    db: Session, attempts: Sequence[uuid.UUID], file_id: uuid.UUID
) -> tuple[tuple[ExchangeRequest, tuple[Tandem, ...]], ...]:
    """Requests, and their meetings. Who the other person is, is the other person's."""
    own = sa.or_(ExchangeRequest.attempt_id.in_(attempts), ExchangeRequest.file_id == file_id)
    asked = sa.select(ExchangeRequest).where(own)
    requests = db.scalars(asked.order_by(ExchangeRequest.consented_at)).all()
    theirs = [one.id for one in requests]
    met = db.scalars(sa.select(Tandem).where(sa.or_(Tandem.first_id.in_(theirs), Tandem.second_id.in_(theirs)))).all()
    return tuple(
        (one, tuple(tandem for tandem in met if one.id in {tandem.first_id, tandem.second_id})) for one in requests
    )


def _skills(db: Session, frameworks: Collection[str], codes: Collection[str]) -> dict[str, MicroSkill]:
    query = (
        sa.select(MicroSkill)
        .join(Strand, Strand.id == MicroSkill.strand_id)
        .outerjoin(Referential, Referential.id == Strand.referential_id)
        .where(MicroSkill.code.in_(codes), sa.or_(Referential.code.in_(frameworks), Referential.id.is_(None)))
        .order_by(MicroSkill.id)
    )
    return {one.code: one for one in db.scalars(query)}


def _titles(db: Session, steps: Sequence[Step], bookings: Sequence[Booking]) -> dict[uuid.UUID, Mapping[str, str]]:
    resources = sa.select(Resource).where(Resource.id.in_({one.resource_id for one in steps if one.resource_id}))
    found: dict[uuid.UUID, Mapping[str, str]] = {
        one.id: dict(one.titles) | {i18n.SOURCE: one.title} for one in db.scalars(resources)
    }
    sessions = sa.select(WorkshopSession.id, Workshop.titles).join(Workshop, Workshop.id == WorkshopSession.workshop_id)
    wanted = {one.session_id for one in steps if one.session_id} | {one.session_id for one in bookings}
    for key, titles in db.execute(sessions.where(WorkshopSession.id.in_(wanted))):
        found[key] = dict(titles)
    return found
