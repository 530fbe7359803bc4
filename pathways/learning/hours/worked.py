"""Which sessions and which steps make the hours of a path: read off the registers and off what the person said."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways import clock
from pathways.clock import PARIS
from pathways.learning import events
from pathways.learning.models import (
    Pathway,
    PathwayEvent,
    ProposalState,
    Resource,
    ResourceKind,
    SeatProposal,
    Step,
    StepKind,
)
from pathways.workshops import wall_clock
from pathways.workshops.attending import certificates
from pathways.workshops.attending.attendance import Row
from pathways.workshops.attending.closing import place_of
from pathways.workshops.models import Attendance, Booking, BookingState, Presence, SessionState, WorkshopSession

ALONE = (StepKind.LEARN, StepKind.OWN)
WITH_SOMEBODY = (ResourceKind.HELP, ResourceKind.EXCHANGE, ResourceKind.EVENT)
"""Done with somebody of whom no register tells: neither attended nor alone."""


@dataclass(frozen=True, slots=True)
class Attended:
    """One session of a path, and what its register says of the person."""

    session: WorkshopSession
    day: date
    """On which it began, on the clock of its place."""
    presence: Presence
    minutes: int | None
    """``None``: they came, and nobody wrote down for how long; nothing is attested then."""

    @property
    def titles(self) -> Mapping[str, str]:
        return {code: str(text) for code, text in self.session.workshop.titles.items()}

    @property
    def place(self) -> str:
        return place_of(self.session)


@dataclass(frozen=True, slots=True)
class OwnWork:
    """A step that the person says they did alone: the time that was foreseen for it, since nobody measured it."""

    step: Step
    day: date
    minutes: int


def attended(db: Session, paths: Sequence[Pathway]) -> dict[uuid.UUID, list[Attended]]:
    """``{path: sessions}`` of the organisation's own sessions that are over: the seats of its steps and proposals, and
    those that the desk booked for the person's file while the path went on. A seat counts in one path alone.
    """
    links = _links(db, [one.id for one in paths])
    files = {one.file_id for one in paths if one.file_id is not None}
    query = (
        sa.select(Booking, WorkshopSession)
        .join(WorkshopSession, WorkshopSession.id == Booking.session_id)
        .options(joinedload(WorkshopSession.workshop), joinedload(WorkshopSession.place))
        .where(
            sa.or_(Booking.id.in_(list(links)), Booking.file_id.in_(files)),
            WorkshopSession.organisation_id.in_({one.organisation_id for one in paths}),
            WorkshopSession.ends_at <= clock.now(),
            WorkshopSession.state.in_([SessionState.PUBLISHED, SessionState.CLOSED]),
        )
        .order_by(WorkshopSession.starts_at, Booking.id)
    )
    rows = [(booking, session) for booking, session in db.execute(query)]
    registers = _registers(db, [booking for booking, _ in rows])
    candidates = _candidates(db, paths, links, files)
    found: dict[uuid.UUID, list[Attended]] = defaultdict(list)
    for booking, session in rows:
        row = registers[booking.id]
        if booking.state is not BookingState.CONFIRMED and not row.came:
            continue
        owner = _owner(booking, session, links, candidates)
        if owner is not None:
            day = wall_clock.local(session.starts_at, session.timezone).day
            found[owner].append(Attended(session, day, row.presence, certificates.minutes_of(row, session)))
    return found


def own_work(db: Session, paths: Sequence[Pathway]) -> dict[uuid.UUID, list[OwnWork]]:
    """``{path: steps}`` that the person said to have done, without a session and without anybody; each once."""
    query = (
        sa.select(Step, sa.func.min(PathwayEvent.happened_at))
        .join(PathwayEvent, sa.and_(PathwayEvent.step_id == Step.id, PathwayEvent.pathway_id == Step.pathway_id))
        .outerjoin(Resource, Resource.id == Step.resource_id)
        .where(
            Step.pathway_id.in_([one.id for one in paths]),
            Step.kind.in_(ALONE),
            Step.session_id.is_(None),
            PathwayEvent.kind == events.DONE,
            sa.or_(Resource.id.is_(None), Resource.kind.not_in(WITH_SOMEBODY)),
        )
        .group_by(Step.id)
        .order_by(sa.func.min(PathwayEvent.happened_at), Step.id)
    )
    found: dict[uuid.UUID, list[OwnWork]] = defaultdict(list)
    for step, said_at in db.execute(query):
        found[step.pathway_id].append(OwnWork(step, said_at.astimezone(PARIS).date(), step.minutes))
    return found


def _links(db: Session, path_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """``{booking: paths}`` by steps and accepted proposals; of every path that names a booking of one of these."""
    wanted = list(path_ids)
    steps = sa.select(Step.booking_id).where(Step.pathway_id.in_(wanted), Step.booking_id.is_not(None))
    proposed = sa.select(SeatProposal.booking_id).where(
        SeatProposal.pathway_id.in_(wanted), SeatProposal.booking_id.is_not(None)
    )
    named = {one for query in (steps, proposed) for one in db.scalars(query) if one is not None}
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    by_step = sa.select(Step.booking_id, Step.pathway_id).where(Step.booking_id.in_(named))
    by_proposal = sa.select(SeatProposal.booking_id, SeatProposal.pathway_id).where(
        SeatProposal.booking_id.in_(named), SeatProposal.state == ProposalState.ACCEPTED
    )
    for query in (by_step, by_proposal):
        for booking_id, pathway_id in db.execute(query):
            if booking_id is not None:
                found[booking_id].add(pathway_id)
    return found


def _candidates(
    db: Session,
    paths: Sequence[Pathway],
    links: Mapping[uuid.UUID, set[uuid.UUID]],
    files: set[uuid.UUID],
) -> dict[uuid.UUID, Pathway]:
    """Every path that one of these bookings may belong to, also those that were not asked for."""
    linked = {one for group in links.values() for one in group}
    query = sa.select(Pathway).where(sa.or_(Pathway.id.in_(linked), Pathway.file_id.in_(files)))
    return {one.id: one for one in (*db.scalars(query), *paths)}


def _owner(
    booking: Booking,
    session: WorkshopSession,
    links: Mapping[uuid.UUID, set[uuid.UUID]],
    candidates: Mapping[uuid.UUID, Pathway],
) -> uuid.UUID | None:
    """The one path in which a seat counts: the latest of those that name it, else of the person's that went on then."""
    named = [candidates[one] for one in links.get(booking.id, ())]
    if not named:
        named = [
            one
            for one in candidates.values()
            if booking.file_id is not None and one.file_id == booking.file_id and _went_on(one, session.starts_at)
        ]
    named = [one for one in named if one.organisation_id == session.organisation_id]
    return max(named, key=lambda one: (one.chosen_at, one.id)).id if named else None


def _went_on(path: Pathway, at: datetime) -> bool:
    return path.chosen_at <= at and (path.ended_at is None or at <= path.ended_at)


def _registers(db: Session, bookings: Sequence[Booking]) -> dict[uuid.UUID, Row]:
    """What stands of each: of a party, its first seat, which is the person's."""
    query = sa.select(Attendance).where(Attendance.booking_id.in_([one.id for one in bookings]), Attendance.seat == 1)
    kept = {one.booking_id: one for one in db.scalars(query)}
    return {one.id: _row(one, kept.get(one.id)) for one in bookings}


def _row(booking: Booking, kept: Attendance | None) -> Row:
    if kept is None:
        return Row(booking, 1, Presence.UNSAID, None, False, (), None, None)
    marks = tuple(kept.marks)
    return Row(booking, 1, kept.presence, kept.minutes, kept.in_conflict, marks, kept.recorded_at, kept.account_id)
