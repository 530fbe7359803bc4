"""From what a diagnostic found to the sessions that answer it, each with its reasons; and what is missing.

Matching reads a profile and keeps nothing of it: a seat that is booked from here tells nobody what led to it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from pathways.diagnostics import reading
from pathways.diagnostics.reading import Profile, Sign, SkillResult
from pathways.places import geometry
from pathways.places.territories import Spot
from pathways.referentials.models import MicroSkill
from pathways.workshops.models import Audience, Reading, SessionState, SessionTrait, Workshop, WorkshopSession

MOST, LOOKED_AT = 6, 200
"""Sessions that are told, and those that are read before the best of them are chosen: of those within reach, the ones
in the language first, then the soonest."""
USUAL_KM = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody said beside their answers. Nothing of it is kept."""

    language: str
    spot: Spot | None = None
    km: int = USUAL_KM
    no_reading: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A session, and why it is told."""

    session: WorkshopSession
    teaches: tuple[SkillResult, ...]
    """The gaps it answers, those within reach first."""
    is_ready: bool
    """Whether the ground of at least one of them is there."""
    needed_first: tuple[MicroSkill, ...]
    """What is likelier missing before any of them; empty where it is ready."""
    km: int | None
    """``None`` at a distance, or where nobody said where they are."""
    in_language: bool
    """Held or interpreted in the language that was asked for."""
    reads: bool
    """Whether it asks for some reading."""


@dataclass(frozen=True, slots=True)
class Matches:
    found: Sequence[Match]
    gaps: Sequence[SkillResult]
    theme: str
    """Of what is missing: what a wish would be about; empty where no workshop teaches any gap."""
    lacks_language: bool
    """Sessions there are, and none in the language that was asked for."""
    lacks_near: bool
    """Sessions there are, and none within reach."""


def gaps_of(profile: Profile) -> list[SkillResult]:
    """What is to be learnt or to be confirmed: within reach first, then as the ladders go."""
    near = reading.within_reach(profile.skills, most=len(profile.skills)) if profile.is_told else []
    order = {one.skill.code: place for place, one in enumerate(near)}
    found = [one for one in profile.skills if one.sign in {Sign.LEARN, Sign.CONFIRM}]
    return sorted(found, key=lambda one: (order.get(one.skill.code, len(order)), one.sign is not Sign.LEARN))


def match(db: Session, profile: Profile, asked: Asked, now: datetime) -> Matches:
    """The sessions that answer the gaps of ``profile``, best first: in the language, with the ground there, the most
    wanted gap, near, soon. Three queries, however many sessions there are; a fourth where none is within reach.
    """
    gaps = gaps_of(profile)
    framework = profile.referential.code
    by_trait = {f"skill:{framework}:{one.skill.code}": one for one in gaps}
    taught = _taught(db, list(by_trait), asked, now)
    sessions = _sessions(db, list(taught)) if taught else []
    there = [_match(profile, one, [by_trait[trait] for trait in taught[one.id]], asked) for one in sessions]
    near = [one for one in there if one.km is None or one.km <= asked.km]
    themes = [one.session.workshop.theme for one in near] or _themes_anywhere(db, list(by_trait), now)
    readable = [one for one in near if not (asked.no_reading and one.reads)]
    ranks = {one.skill.code: place for place, one in enumerate(gaps)}
    readable.sort(key=lambda one: _order(one, ranks))
    return Matches(
        found=readable[:MOST],
        gaps=gaps,
        theme=themes[0] if themes else "",
        lacks_language=bool(themes) and not any(one.in_language for one in near),
        lacks_near=bool(themes) and not near,
    )


def soonest(db: Session, framework: str, asked: Asked, now: datetime, *, most: int) -> Sequence[WorkshopSession]:
    """The next sessions within reach that teach anything of a framework, in the language that was asked for."""
    teaching = sa.select(SessionTrait.session_id).where(
        SessionTrait.trait.startswith(f"skill:{framework}:", autoescape=True)
    )
    query = (
        sa.select(WorkshopSession.id)
        .where(
            *_bookable(now),
            WorkshopSession.id.in_(teaching),
            _has(f"language:{asked.language}"),
            _within_reach(asked),
        )
        .order_by(WorkshopSession.starts_at, WorkshopSession.id)
        .limit(most)
    )
    return _sessions(db, db.scalars(query).all())


def next_of(
    db: Session, organisation_id: uuid.UUID, framework: str, skills: Collection[str], now: datetime, *, most: int
) -> Sequence[WorkshopSession]:
    """The next sessions of an organisation that teach any of some micro-skills and may still be booked."""
    traits = [f"skill:{framework}:{code}" for code in sorted(skills)]
    query = (
        sa.select(WorkshopSession.id)
        .where(*_open(traits, now), WorkshopSession.organisation_id == organisation_id)
        .order_by(WorkshopSession.starts_at, WorkshopSession.id)
        .limit(most)
    )
    return _sessions(db, db.scalars(query).all())


def by_ids(db: Session, session_ids: Collection[uuid.UUID]) -> Sequence[WorkshopSession]:
    """Sessions with what is shown of them."""
    return _sessions(db, list(session_ids))


def _taught(db: Session, traits: Sequence[str], asked: Asked, now: datetime) -> dict[uuid.UUID, list[str]]:
    """``{session: traits}`` of the sessions within reach that teach any of them and may be booked or waited for: those
    in the language come first, and those that ask for no reading where that was asked for, then the soonest.
    """
    last = sa.case((_has(f"language:{asked.language}"), 0), else_=2)
    if asked.no_reading:
        last += sa.case((_has(f"reading:{Reading.NONE}"), 0), else_=1)
    soonest = (
        sa.select(WorkshopSession.id)
        .where(*_open(traits, now), _within_reach(asked))
        .order_by(last, WorkshopSession.starts_at, WorkshopSession.id)
        .limit(LOOKED_AT)
        .subquery()
    )
    query = sa.select(SessionTrait.session_id, SessionTrait.trait).where(
        SessionTrait.trait.in_(traits), SessionTrait.session_id.in_(sa.select(soonest.c.id))
    )
    found: dict[uuid.UUID, list[str]] = {}
    for session_id, trait in db.execute(query):
        found.setdefault(session_id, []).append(trait)
    return found


def _open(traits: Sequence[str], now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """What any session that is told is: open to the public, still to be booked, about one of the gaps."""
    teaching = sa.select(SessionTrait.session_id).where(SessionTrait.trait.in_(traits))
    return (*_bookable(now), WorkshopSession.id.in_(teaching))


def _bookable(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        WorkshopSession.state == SessionState.PUBLISHED,
        WorkshopSession.closes_at > now,
        _has(f"audience:{Audience.PUBLIC}"),
    )


def _has(trait: str) -> sa.ColumnElement[bool]:
    found = sa.select(SessionTrait.session_id).where(
        SessionTrait.trait == trait, SessionTrait.session_id == WorkshopSession.id
    )
    return found.exists()


def _within_reach(asked: Asked) -> sa.ColumnElement[bool]:
    """In a box around the spot, or at a distance; the exact distance is measured afterwards."""
    spot = asked.spot
    if spot is None or spot.latitude is None or spot.longitude is None:
        return sa.true()
    south, north, west, east = geometry.box(spot.latitude, spot.longitude, asked.km + 1)
    return sa.or_(
        WorkshopSession.latitude.is_(None),
        WorkshopSession.longitude.is_(None),
        sa.and_(WorkshopSession.latitude.between(south, north), WorkshopSession.longitude.between(west, east)),
    )


def _themes_anywhere(db: Session, traits: Sequence[str], now: datetime) -> Sequence[str]:
    """Of the soonest session that teaches any gap, however far it is: that there is one is worth telling."""
    query = sa.select(Workshop.theme).join(WorkshopSession, WorkshopSession.workshop_id == Workshop.id)
    query = query.where(*_open(traits, now)).order_by(WorkshopSession.starts_at, WorkshopSession.id)
    return db.scalars(query.limit(1)).all()


def _sessions(db: Session, keys: Sequence[uuid.UUID]) -> Sequence[WorkshopSession]:
    shown = (
        joinedload(WorkshopSession.workshop),
        joinedload(WorkshopSession.place),
        joinedload(WorkshopSession.room),
        selectinload(WorkshopSession.quotas),
    )
    query = sa.select(WorkshopSession).options(*shown).where(WorkshopSession.id.in_(keys))
    return db.scalars(query.order_by(WorkshopSession.starts_at, WorkshopSession.id)).all()


def _match(profile: Profile, session: WorkshopSession, teaches: Sequence[SkillResult], asked: Asked) -> Match:
    near = {one.skill.code for one in reading.within_reach(profile.skills, most=len(profile.skills))}
    ready = [one for one in teaches if one.skill.code in near]
    rest = [one for one in teaches if one.skill.code not in near]
    spoken = {*session.languages, *session.interpretation}
    return Match(
        session=session,
        teaches=(*ready, *rest),
        is_ready=bool(ready),
        needed_first=() if ready else _needed(profile, rest),
        km=_km(session, asked.spot),
        in_language=asked.language in spoken,
        reads=session.workshop.reading is not Reading.NONE,
    )


def _needed(profile: Profile, gaps: Sequence[SkillResult]) -> tuple[MicroSkill, ...]:
    """What is likelier missing under ``gaps``: lower rungs of their ladders, and prerequisites without any way."""
    mastery = {one.skill.code: one.mastery for one in profile.skills}
    skills = {one.skill.code: one.skill for one in profile.skills}
    needed: dict[str, MicroSkill] = {}
    for gap in gaps:
        before = [one for one in profile.skills if one.skill.strand_id == gap.skill.strand_id]
        lower = before[: before.index(gap)] if gap in before else []
        needed |= {one.skill.code: one.skill for one in lower if one.mastery < reading.LIKELY}
        for group in gap.skill.requires:
            known = [code for code in group if code in mastery]
            if len(known) == len(group) and max(mastery[code] for code in known) < reading.LIKELY:
                easiest = max(known, key=lambda code: mastery[code])
                needed[easiest] = skills[easiest]
    return tuple(needed.values())


def _km(session: WorkshopSession, spot: Spot | None) -> int | None:
    if spot is None or spot.latitude is None or spot.longitude is None:
        return None
    if session.latitude is None or session.longitude is None:
        return None
    return round(geometry.distance_km(spot.latitude, spot.longitude, session.latitude, session.longitude))


def _order(one: Match, ranks: dict[str, int]) -> tuple[object, ...]:
    wanted = min(ranks[gap.skill.code] for gap in one.teaches)
    return (not one.in_language, not one.is_ready, wanted, one.km or 0, one.session.starts_at, one.session.id)
