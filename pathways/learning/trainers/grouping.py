"""Who could go to which session: the people on a pathway, the gaps that they share, the seats of one organisation.

What each person needs is read off the plan that stands with their pathway, so the page asks the same few queries for
one person and for a hundred. Nobody is enrolled here: see ``proposing``.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.diagnostics.reading import LIKELY
from pathways.learning import knowing, matching, offering
from pathways.learning.attending import WAITS_FOR_THE_SHEET
from pathways.learning.limits import Limits
from pathways.learning.models import Pathway, PathwayState, ProposalState, SeatProposal, Step, StepState, Way
from pathways.learning.planner import groups
from pathways.learning.planner.decisions import Decision
from pathways.learning.planner.groups import Assignment, Seats
from pathways.people.models import LearnerFile
from pathways.permissions import Member
from pathways.places import territories
from pathways.places.territories import Spot
from pathways.referentials.models import MicroSkill
from pathways.workshops.models import Booking, BookingState, SessionState, WorkshopSession
from pathways.workshops.seating import seats

MOST_PEOPLE, MOST_SESSIONS, MOST_GAPS = 120, 40, 12
SECONDS = 0.7
"""That the search may take while a trainer waits: it begins with the greedy assignment, and says how far it got."""
UNTAUGHT_MINUTES = 40.0
"""Of what no resource teaches alone."""
ASKED = (ProposalState.OPEN, ProposalState.ACCEPTED, ProposalState.DECLINED)
"""Whoever was asked about a session is not asked again, unless the trainer took it back."""


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody on a pathway, and what is before them."""

    pathway: Pathway
    attempt: Attempt
    name: str
    todo: Mapping[str, float]
    """``{micro-skill: expected minutes to learn it alone}``"""
    there: frozenset[str]
    """Micro-skills that are likelier mastered than not, or taken as such."""
    booked: frozenset[uuid.UUID] = frozenset()
    """Sessions where they have a seat, or were asked."""

    @property
    def prefers_alone(self) -> bool:
        """They chose to go at their own pace: nobody proposes them a session."""
        return self.pathway.way is Way.OWN_PACE


@dataclass(frozen=True, slots=True)
class Served:
    """Somebody whom a session would serve."""

    walker: Walker
    skills: tuple[MicroSkill, ...]


@dataclass(frozen=True, slots=True)
class Chance:
    """One session: who lacks what it teaches, whom it would serve, and why not the others."""

    session: WorkshopSession
    skills: tuple[MicroSkill, ...]
    free: int
    """Seats that are neither taken nor proposed."""
    lacking: tuple[Walker, ...]
    served: tuple[Served, ...]
    cannot: int
    """Of the lacking: another language, day or place, or they go at their own pace."""
    unready: int
    """Of the lacking: what it stands on is missing."""


@dataclass(frozen=True, slots=True)
class Grouped:
    framework: str
    people: tuple[Walker, ...]
    found: int
    """Pathways, those beyond the bound included."""
    skipped: int
    """Of those, how many come before ``people``."""
    gaps: tuple[tuple[MicroSkill, tuple[Walker, ...]], ...]
    """Shared by two at least, those of most people first."""
    chances: tuple[Chance, ...]
    assignment: Assignment | None


def of(
    db: Session,
    member: Member,
    *,
    diagnostic_id: uuid.UUID | None = None,
    session_id: uuid.UUID | None = None,
    framework: str = "",
    skip: int = 0,
) -> Grouped:
    """The group of a diagnostic, or everybody on a pathway of the member's organisation. ``session_id``: that session
    alone. :data:`MOST_PEOPLE` at once, those who have been on their way for longest first; ``skip``: as many of them.
    """
    now = clock.now()
    among = (Pathway.organisation_id == member.organisation_id, Pathway.state == PathwayState.ACTIVE)
    if diagnostic_id is not None:
        among = (*among, Attempt.diagnostic_id == diagnostic_id)
    framework = framework or _usual_framework(db, among)
    if not framework:
        return Grouped("", (), 0, 0, (), (), None)
    people, found, skip = _walkers(db, among, framework, skip, now)
    ladders = knowing.ladders_for(db, member.organisation_id, framework)
    skills = ladders.skills
    wanted = {code for one in people for code in one.todo if code in skills}
    sessions = matching.next_of(db, member.organisation_id, framework, wanted, now, most=MOST_SESSIONS)
    if session_id is not None:
        sessions = [one for one in sessions if one.id == session_id]
    requires = knowing.requires(ladders, skills)
    spots = territories.spots_of(db, {one.pathway.limits.get("commune") or "" for one in people} - {""})
    barred = {one.pathway.id: _barred(one, sessions, spots) for one in people}
    free = _free(db, sessions)
    teaches = {one.id: frozenset(offering.skills_of(one, framework)) & skills.keys() for one in sessions}
    assignment = groups.assign(
        [_person(one, requires, barred[one.pathway.id]) for one in people],
        [_seats(one, teaches[one.id], free[one.id], now) for one in sessions],
        seconds=SECONDS,
    )
    chances = [
        _chance(one, teaches[one.id], free[one.id], people, barred, requires, assignment, skills) for one in sessions
    ]
    return Grouped(
        framework,
        tuple(people),
        found,
        skip,
        _gaps(people, skills),
        tuple(sorted(chances, key=lambda one: not one.served)),
        assignment,
    )


def without_pathway(db: Session, member: Member, diagnostic_id: uuid.UUID) -> int:
    """People of a diagnostic's group who finished and are on no pathway: they can be proposed nothing here."""
    on_one = sa.exists().where(
        Pathway.state == PathwayState.ACTIVE,
        sa.or_(Pathway.attempt_id == Attempt.id, Pathway.file_id == Attempt.file_id),
        Pathway.organisation_id == member.organisation_id,
    )
    query = sa.select(sa.func.count()).select_from(Attempt)
    finished = (Attempt.diagnostic_id == diagnostic_id, Attempt.stopped.is_not(None), ~on_one)
    return db.scalar(query.where(*finished)) or 0


# --- people --------------------------------------------------------------------------------------------------


def _usual_framework(db: Session, among: Sequence[sa.ColumnElement[bool]]) -> str:
    query = sa.select(Pathway.framework).join(Attempt, Attempt.id == Pathway.attempt_id).where(*among)
    query = query.group_by(Pathway.framework).order_by(sa.func.count().desc(), Pathway.framework)
    return db.scalar(query.limit(1)) or ""


def _walkers(
    db: Session, among: Sequence[sa.ColumnElement[bool]], framework: str, skip: int, now: datetime
) -> tuple[list[Walker], int, int]:
    """``(people, how many there are in all, how many come before them)``. Five queries, however many people there are.
    Whoever is beyond the bound comes on another page: the order is one that nothing on the way changes.
    """
    chosen = (*among, Pathway.framework == framework)
    counted = sa.select(sa.func.count()).select_from(Pathway).join(Attempt, Attempt.id == Pathway.attempt_id)
    every = db.scalar(counted.where(*chosen)) or 0
    skip = skip if 0 <= skip < every else 0
    query = (
        sa.select(Pathway, Attempt, LearnerFile.label)
        .join(Attempt, Attempt.id == Pathway.attempt_id)
        .outerjoin(LearnerFile, LearnerFile.id == Attempt.file_id)
        .where(*chosen)
        .order_by(Pathway.chosen_at, Pathway.id)
        .offset(skip)
        .limit(MOST_PEOPLE)
    )
    rows = db.execute(query).all()
    keys = [one.Pathway.id for one in rows]
    booked, taught = _asked(db, keys, now)
    names = Counter(label or pseudonym(attempt.id) for _, attempt, label in rows)
    found = []
    for pathway, attempt, label in rows:
        name = label or pseudonym(attempt.id)
        if names[name] > 1:
            name = f"{name} ({pathway.chosen_at:%d/%m})"
        todo, there = needs(pathway.estimate)
        left = {code: minutes for code, minutes in todo.items() if code not in taught.get(pathway.id, ())}
        found.append(Walker(pathway, attempt, name, left, there, frozenset(booked.get(pathway.id, ()))))
    return found, every, skip


def needs(estimate: Mapping[str, Any]) -> tuple[dict[str, float], frozenset[str]]:
    """``(what the plan that stands teaches, in minutes of learning it alone; what is likely there already)``. Of a plan
    that an earlier version stored otherwise, nothing.
    """
    todo: dict[str, float] = {}
    there: set[str] = set()
    costs, mastery = estimate.get("costs", {}), estimate.get("mastery", {})
    for code, (decision, _) in estimate.get("ways", {}).items():
        if decision == Decision.SKIP.value or mastery.get(code, 0.0) >= LIKELY:
            there.add(code)
        if decision != Decision.SKIP.value:
            known = [one for one in costs.get(code, [None])[1:3] if one is not None]  # check, learn
            todo[code] = float(min(known, default=UNTAUGHT_MINUTES))
    return todo, frozenset(there)


def _asked(
    db: Session, pathway_ids: Collection[uuid.UUID], now: datetime
) -> tuple[dict[uuid.UUID, set[uuid.UUID]], dict[uuid.UUID, set[str]]]:
    """``({pathway: sessions they have a seat in or were asked about}, {pathway: what those will teach})``. Nothing is
    taught by a seat that nobody can take any more, or that was lost.
    """
    booked: dict[uuid.UUID, set[uuid.UUID]] = {}
    taught: dict[uuid.UUID, set[str]] = {}
    stands = sa.and_(Booking.state == BookingState.CONFIRMED, WorkshopSession.ends_at > now - WAITS_FOR_THE_SHEET)
    answerable = sa.and_(WorkshopSession.state == SessionState.PUBLISHED, WorkshopSession.closes_at > now)
    still = sa.case(
        (SeatProposal.state == ProposalState.OPEN, answerable),
        (SeatProposal.state == ProposalState.ACCEPTED, stands),
        else_=sa.false(),
    )
    proposed = (
        sa.select(SeatProposal.pathway_id, SeatProposal.session_id, SeatProposal.skills, sa.func.coalesce(still, False))
        .join(WorkshopSession, WorkshopSession.id == SeatProposal.session_id)
        .outerjoin(Booking, Booking.id == SeatProposal.booking_id)
        .where(SeatProposal.pathway_id.in_(pathway_ids), SeatProposal.state.in_(ASKED))
    )
    seated = (
        sa.select(Step.pathway_id, Step.session_id, Step.skills, sa.true())
        .join(WorkshopSession, WorkshopSession.id == Step.session_id)
        .join(Booking, Booking.id == Step.booking_id)
        .where(Step.pathway_id.in_(pathway_ids), Step.state == StepState.OPEN, stands)
    )
    for query in (proposed, seated):
        for pathway_id, session_id, skills, counts in db.execute(query):
            booked.setdefault(pathway_id, set()).add(session_id)
            if counts:
                taught.setdefault(pathway_id, set()).update(skills)
    return booked, taught


def _barred(walker: Walker, sessions: Sequence[WorkshopSession], spots: Mapping[str, Spot]) -> frozenset[uuid.UUID]:
    """Sessions that are not for them: see :func:`offering.can_come`."""
    if walker.prefers_alone:
        return frozenset(one.id for one in sessions)
    limits = Limits.from_json(walker.pathway.limits)
    person = offering.Person(walker.attempt.language, limits, spots.get(limits.commune or ""))
    return frozenset(one.id for one in sessions if one.id in walker.booked or not offering.can_come(one, person))


# --- sessions ------------------------------------------------------------------------------------------------


def _free(db: Session, sessions: Sequence[WorkshopSession]) -> dict[uuid.UUID, int]:
    """Seats that are neither taken, nor kept for somebody, nor proposed already."""
    waiting = proposed(db, [one.id for one in sessions])
    return {one.id: max(0, seats.free(one) - waiting.get(one.id, 0)) for one in sessions}


def proposed(db: Session, session_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """``{session: seats that are proposed to people who have not answered}``; who stopped answers no more."""
    query = (
        sa.select(SeatProposal.session_id, sa.func.count())
        .join(Pathway, Pathway.id == SeatProposal.pathway_id)
        .where(
            SeatProposal.session_id.in_(session_ids),
            SeatProposal.state == ProposalState.OPEN,
            Pathway.state == PathwayState.ACTIVE,
        )
    )
    return {row[0]: row[1] for row in db.execute(query.group_by(SeatProposal.session_id))}


def _person(
    walker: Walker, requires: Mapping[str, tuple[tuple[str, ...], ...]], barred: Collection[uuid.UUID]
) -> groups.Person:
    missing = {code: _missing(walker, requires.get(code, ())) for code in walker.todo}
    return groups.Person(
        code=str(walker.pathway.id),
        gains=walker.todo,
        ready=frozenset(code for code, groups_of in missing.items() if not groups_of),
        requires={code: groups_of for code, groups_of in missing.items() if groups_of},
        barred=frozenset(str(one) for one in barred),
    )


def _missing(walker: Walker, requires: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """What is missing under a micro-skill: groups of which nothing is likely there, and something is to be learnt."""
    open_groups = [group for group in requires if not any(one in walker.there for one in group)]
    return tuple(left for group in open_groups if (left := tuple(one for one in group if one in walker.todo)))


def _seats(session: WorkshopSession, teaches: frozenset[str], free: int, now: datetime) -> Seats:
    lasts = (session.ends_at - session.starts_at) / timedelta(minutes=1)
    return Seats(str(session.id), teaches, free, offering.days_until(session, now), lasts)


def _chance(
    session: WorkshopSession,
    teaches: frozenset[str],
    free: int,
    people: Sequence[Walker],
    barred: Mapping[uuid.UUID, frozenset[uuid.UUID]],
    requires: Mapping[str, tuple[tuple[str, ...], ...]],
    assignment: Assignment,
    skills: Mapping[str, MicroSkill],
) -> Chance:
    lacking = [one for one in people if teaches & one.todo.keys() and session.id not in one.booked]
    can = [one for one in lacking if session.id not in barred[one.pathway.id]]
    learns = {one.pathway.id: assignment.learns.get((str(one.pathway.id), str(session.id)), ()) for one in can}
    unready = [
        one
        for one in can
        if not learns[one.pathway.id]
        and all(_missing(one, requires.get(code, ())) for code in teaches & one.todo.keys())
    ]
    return Chance(
        session=session,
        skills=tuple(one for code, one in skills.items() if code in teaches),
        free=free,
        lacking=tuple(lacking),
        served=tuple(
            Served(one, tuple(skills[code] for code in learns[one.pathway.id])) for one in can if learns[one.pathway.id]
        ),
        cannot=len(lacking) - len(can),
        unready=len(unready),
    )


def _gaps(
    people: Sequence[Walker], skills: Mapping[str, MicroSkill]
) -> tuple[tuple[MicroSkill, tuple[Walker, ...]], ...]:
    shared = [(one, tuple(walker for walker in people if code in walker.todo)) for code, one in skills.items()]
    shared = [(skill, who) for skill, who in shared if len(who) > 1]
    shared.sort(key=lambda one: -len(one[1]))
    return tuple(shared[:MOST_GAPS])
