"""Seats of a pathway: the person takes one for a step, and says yes or no to one that a trainer proposes. Nobody else
enrols them.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import changes, clock
from pathways.diagnostics import taking
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict
from pathways.i18n import N_
from pathways.learning import attending, events, following
from pathways.learning.choosing import tell
from pathways.learning.models import (
    Pathway,
    PathwayState,
    ProposalState,
    SeatProposal,
    Step,
    StepKind,
    StepState,
)
from pathways.workshops.codes import Codes
from pathways.workshops.models import Booking, SessionState, WorkshopSession
from pathways.workshops.seating import booking
from pathways.workshops.seating.asking import Wanted


def proposals(db: Session, pathway: Pathway) -> Sequence[tuple[SeatProposal, WorkshopSession]]:
    """Seats that wait for a yes or a no, the soonest first; those that came too late are not told."""
    query = (
        sa.select(SeatProposal, WorkshopSession)
        .join(WorkshopSession, WorkshopSession.id == SeatProposal.session_id)
        .where(
            SeatProposal.pathway_id == pathway.id,
            SeatProposal.state == ProposalState.OPEN,
            WorkshopSession.state == SessionState.PUBLISHED,
            WorkshopSession.closes_at > clock.now(),
        )
        .order_by(WorkshopSession.starts_at, SeatProposal.id)
    )
    return [(one, session) for one, session in db.execute(query)]


def take(db: Session, codes: Codes, pathway: Pathway, step: Step) -> Booking:
    """A seat for the session of a step, as anybody books one. Pressed twice, it is one seat."""
    following.hold(db, pathway)
    db.refresh(step)
    if step.session_id is None or step.state is not StepState.OPEN or pathway.state is not PathwayState.ACTIVE:
        raise Conflict(N_("Cette étape est déjà passée. Voici la suite."))
    kept = _kept(db, step)
    if kept is not None:
        return kept
    made = _booked(db, codes, pathway, step.session_id)
    _sits(db, pathway, step, made)
    same = sa.select(SeatProposal).filter_by(pathway_id=pathway.id, session_id=step.session_id)
    proposed = db.scalars(same.filter_by(state=ProposalState.OPEN)).one_or_none()
    if proposed is not None:  # they say yes to it by taking the seat
        _answered(db, pathway, proposed, ProposalState.ACCEPTED, step)
        proposed.booking_id = made.id
        db.flush()
    return made


def accept(db: Session, door: Door, codes: Codes, pathway: Pathway, proposal: SeatProposal) -> Booking:
    """Yes: the seat is booked as the person's own, and its session is on the pathway. Said twice, it is one seat.

    The seat comes before the step: where there is none, nothing of it is on the pathway; and a new step, which holds on
    to the session's row, would keep others who say yes from booking while they keep this one from it.
    """
    following.hold(db, pathway)
    db.refresh(proposal)
    if proposal.state is ProposalState.ACCEPTED and proposal.booking_id is not None:
        return db.get_one(Booking, proposal.booking_id)
    _must_be_open(pathway, proposal)
    step = _step_of(db, pathway, proposal)
    made = _kept(db, step) if step is not None else None
    if made is None:
        made = _booked(db, codes, pathway, proposal.session_id)
        step = step or _new_step(db, pathway, proposal)
        _sits(db, pathway, step, made)
    _answered(db, pathway, proposal, ProposalState.ACCEPTED, step)
    proposal.booking_id = made.id
    following.refresh(db, door, pathway)
    return made


def decline(db: Session, pathway: Pathway, proposal: SeatProposal) -> None:
    """No, without a reason. Said twice, it is said once; after a yes, the slip is where a seat is given back."""
    following.hold(db, pathway)
    db.refresh(proposal)
    if proposal.state is ProposalState.DECLINED:
        return
    _must_be_open(pathway, proposal)
    _answered(db, pathway, proposal, ProposalState.DECLINED, None)
    pathway.version += 1
    db.flush()


def _kept(db: Session, step: Step) -> Booking | None:
    """The seat that a step has already, if it stands."""
    return next((one.booking for one in attending.seats(db, [step]) if one.is_booked), None)


def _booked(db: Session, codes: Codes, pathway: Pathway, session_id: uuid.UUID) -> Booking:
    attempt = taking.held(db, pathway.attempt_id)
    made = booking.book(db, codes, session_id, Wanted(language=attempt.language)).booking
    taking.visited(attempt)
    return made


def _sits(db: Session, pathway: Pathway, step: Step, made: Booking) -> None:
    """The seat is the step's. What a trainer saw before, or could take back, is so no more."""
    step.booking_id, step.locked = made.id, True
    pathway.active_at = clock.now()
    pathway.version += 1
    db.flush()


def _step_of(db: Session, pathway: Pathway, proposal: SeatProposal) -> Step | None:
    """The open step with the session that is proposed."""
    own = sa.select(Step).filter_by(pathway_id=pathway.id, session_id=proposal.session_id, state=StepState.OPEN)
    return db.scalars(own.order_by(Step.position, Step.id).limit(1)).first()


def _new_step(db: Session, pathway: Pathway, proposal: SeatProposal) -> Step:
    session = db.get_one(WorkshopSession, proposal.session_id)
    minutes = round((session.ends_at - session.starts_at).total_seconds() / 60)
    last = db.scalar(sa.select(sa.func.max(Step.position)).filter_by(pathway_id=pathway.id))
    made = Step(
        pathway_id=pathway.id,
        position=1 + (last if last is not None else -1),
        kind=StepKind.ATTEND,
        skills=list(proposal.skills),
        session_id=session.id,
        minutes=minutes,
        low=minutes,
        high=minutes,
        why=[{"because": "proposed"}],
        locked=True,
    )
    db.add(made)
    db.flush()
    return made


def _must_be_open(pathway: Pathway, proposal: SeatProposal) -> None:
    if proposal.state is not ProposalState.OPEN or pathway.state is not PathwayState.ACTIVE:
        raise Conflict(N_("Cette place n'est plus gardée pour vous."))


def _answered(db: Session, pathway: Pathway, proposal: SeatProposal, state: ProposalState, step: Step | None) -> None:
    now = clock.now()
    proposal.state, proposal.answered_at = state, now
    details = {"state": state.value, "session": str(proposal.session_id)}
    tell(db, pathway, events.ANSWERED, step=step, skills=proposal.skills, details=details, at=now)
    changes.note(db, pathway.organisation_id, "seat_proposal", proposal.id, state.value)
    db.flush()
