"""Seats that a trainer proposes to people on a pathway. They are held nowhere: whoever says yes books like anybody."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways import changes, clock
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.errors import Conflict, NotFound
from pathways.i18n import D_
from pathways.learning import events, offering
from pathways.learning.choosing import tell
from pathways.learning.models import Pathway, PathwayState, ProposalState, SeatProposal
from pathways.learning.trainers import grouping
from pathways.people.models import LearnerFile
from pathways.permissions import Member
from pathways.workshops.models import SessionState, WorkshopSession
from pathways.workshops.scheduling import sessions
from pathways.workshops.seating import seats, settling

MOST_AT_ONCE, MOST_SHOWN, SWEPT_AT_ONCE = 60, 200, 200
SHOWN_AFTER = timedelta(days=7)
"""So long after its session a proposal is still told."""


@dataclass(frozen=True, slots=True)
class Told:
    proposal: SeatProposal
    session: WorkshopSession
    name: str


def propose(db: Session, member: Member, session_id: uuid.UUID, pathway_ids: Sequence[uuid.UUID]) -> int:
    """Propose a seat to each; whoever was asked already is not asked twice. Returns how many were asked now.

    The pathways are locked first, then the session, as where somebody says yes: trainers who propose at once do it one
    after the other, and together no more than is free.
    """
    session = sessions.get(db, member, session_id)
    if session.organisation_id != member.organisation_id:
        raise Conflict(D_("Une autre structure tient cette séance : proposez les vôtres."))
    people = _pathways(db, member, pathway_ids[:MOST_AT_ONCE])
    settling.locked(db, session.id)
    if seats.standing(session, clock.now()) not in {seats.Standing.OPEN, seats.Standing.FULL}:
        raise Conflict(D_("Cette séance ne se réserve plus."))
    asked = sa.select(SeatProposal).filter_by(session_id=session.id)
    known = {one.pathway_id: one for one in db.scalars(asked, execution_options={"populate_existing": True})}
    fresh = [one for one in people if one.id not in known or known[one.id].state is ProposalState.WITHDRAWN]
    left = max(0, seats.free(session) - grouping.proposed(db, [session.id]).get(session.id, 0))
    if len(fresh) > left:
        raise Conflict(D_("Il ne reste pas tant de places : %(free)s."), free=left)
    for pathway in fresh:
        _ask(db, member, session, pathway, known.get(pathway.id))
    db.flush()
    return len(fresh)


def sweep(db: Session) -> int:
    """Close what can be answered no more: the session is past or cancelled. Returns how many. For the worker."""
    now = clock.now()
    over = sa.or_(WorkshopSession.closes_at <= now, WorkshopSession.state != SessionState.PUBLISHED)
    query = (
        sa.select(SeatProposal, Pathway.organisation_id)
        .join(WorkshopSession, WorkshopSession.id == SeatProposal.session_id)
        .join(Pathway, Pathway.id == SeatProposal.pathway_id)
        .where(SeatProposal.state == ProposalState.OPEN, over)
        .order_by(SeatProposal.id)
        .limit(SWEPT_AT_ONCE)
        .with_for_update(of=SeatProposal, skip_locked=True)
    )
    found = db.execute(query, execution_options={"populate_existing": True}).all()
    for proposal, organisation_id in found:
        proposal.state, proposal.answered_at = ProposalState.WITHDRAWN, now
        changes.note(db, organisation_id, "seat_proposal", proposal.id, proposal.state.value)
    db.flush()
    return len(found)


def withdraw(db: Session, member: Member, proposal_id: uuid.UUID) -> SeatProposal:
    """Take a proposal back that nobody answered. Twice, it is taken back once."""
    proposal = get(db, member, proposal_id)
    pathway = db.get_one(Pathway, proposal.pathway_id, with_for_update=True)
    db.refresh(proposal)
    if proposal.state is ProposalState.WITHDRAWN:
        return proposal
    if proposal.state is not ProposalState.OPEN:
        raise Conflict(D_("La personne a déjà répondu. Une réservation s'annule depuis la séance."))
    now = clock.now()
    proposal.state, proposal.answered_at = ProposalState.WITHDRAWN, now
    details = {"state": proposal.state.value, "session": str(proposal.session_id)}
    tell(
        db,
        pathway,
        events.ANSWERED,
        skills=proposal.skills,
        details=details,
        account_id=member.account_id,
        at=now,
    )
    changes.note(db, pathway.organisation_id, "seat_proposal", proposal.id, proposal.state.value)
    db.flush()
    return proposal


def get(db: Session, member: Member, proposal_id: uuid.UUID) -> SeatProposal:
    """A proposal to somebody of the member's organisation; any other does not exist."""
    own = sa.select(SeatProposal).join(Pathway, Pathway.id == SeatProposal.pathway_id)
    found = db.scalar(own.where(SeatProposal.id == proposal_id, Pathway.organisation_id == member.organisation_id))
    if found is None:
        raise NotFound(D_("Cette proposition n'existe pas."))
    return found


def told(db: Session, member: Member, session_id: uuid.UUID | None = None) -> list[Told]:
    """What was proposed and what became of it, the soonest session first. One query."""
    query = (
        sa.select(SeatProposal, WorkshopSession, Attempt.id, LearnerFile.label)
        .join(Pathway, Pathway.id == SeatProposal.pathway_id)
        .join(Attempt, Attempt.id == Pathway.attempt_id)
        .join(WorkshopSession, WorkshopSession.id == SeatProposal.session_id)
        .outerjoin(LearnerFile, LearnerFile.id == Attempt.file_id)
        .options(joinedload(WorkshopSession.workshop))
        .where(Pathway.organisation_id == member.organisation_id, WorkshopSession.ends_at > clock.now() - SHOWN_AFTER)
        .order_by(WorkshopSession.starts_at, SeatProposal.made_at, SeatProposal.id)
        .limit(MOST_SHOWN)
    )
    if session_id is not None:
        query = query.where(SeatProposal.session_id == session_id)
    return [Told(one, session, label or pseudonym(key)) for one, session, key, label in db.execute(query)]


def _pathways(db: Session, member: Member, pathway_ids: Sequence[uuid.UUID]) -> Sequence[Pathway]:
    query = sa.select(Pathway).where(
        Pathway.id.in_(pathway_ids),
        Pathway.organisation_id == member.organisation_id,
        Pathway.state == PathwayState.ACTIVE,
    )
    found = db.scalars(query.order_by(Pathway.id).with_for_update()).all()  # of two trainers, one after the other
    if not found:
        raise NotFound(D_("Choisissez au moins une personne en parcours."))
    return found


def _ask(db: Session, member: Member, session: WorkshopSession, pathway: Pathway, former: SeatProposal | None) -> None:
    todo, _ = grouping.needs(pathway.estimate)
    skills = [code for code in todo if code in set(offering.skills_of(session, pathway.framework))]
    now = clock.now()
    if former is None:
        former = SeatProposal(session_id=session.id, pathway_id=pathway.id, skills=skills)
        db.add(former)
    former.state, former.skills, former.made_by, former.made_at = ProposalState.OPEN, skills, member.account_id, now
    former.answered_at = None
    details = {"session": str(session.id)}
    tell(db, pathway, events.PROPOSED, skills=skills, details=details, account_id=member.account_id, at=now)
    db.flush()
    changes.note(db, pathway.organisation_id, "seat_proposal", former.id, "created")
