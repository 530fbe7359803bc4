"""How ready somebody is for a certification of somebody else's: which of its parts what is known of them covers, how
surely, and what is missing. An estimate, never a promise: nothing of it is an answer to their questions.

The arithmetic is pure (:func:`stand_of`, :func:`estimate`); below it, the way from a pathway to it.
"""

from __future__ import annotations

import enum
import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from pathways import clock
from pathways.diagnostics import taking
from pathways.diagnostics.engine import CERTAINTY
from pathways.diagnostics.taking import Door
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.learning import following, goal_checks, knowing
from pathways.learning.goal_checks import CertificationDocument
from pathways.learning.knowing import PROFILES, Knowledge
from pathways.learning.models import Goal, Pathway
from pathways.permissions import Member
from pathways.referentials.models import MicroSkill

SEED = 20260102
LOW, HIGH = 10, 90
"""Percentiles: between them, what is known of a part lies in eight cases out of ten."""
ENOUGH, HALF = 0.8, 0.5
"""Of the micro-skills of a part: surely that many make it covered; surely no more than half make it missing. Both are
choices of ours: no certification says them."""
MOST_PARTS = 0.75
"""Of the parts that we look at: covered, they are time to try."""
SURE, FAIRLY_SURE = 0.15, 0.35
"""Width of the range, as a share of a part: up to there, *sure* and *fairly sure*."""
MOST_NEXT = 3
CAMPAIGN = re.compile(r"[A-Z0-9]{4,20}")


class Stand(enum.StrEnum):
    COVERED = "covered"
    BEGUN = "begun"
    MISSING = "missing"
    UNSEEN = "unseen"
    """Nothing of it was asked, and nothing else tells."""
    OUTSIDE = "outside"
    """We do not look at it."""


class Sure(enum.StrEnum):
    SURE = "sure"
    FAIRLY = "fairly"
    HARDLY = "hardly"


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a certification, and what we know of it."""

    code: str
    title: str
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands on a part. Counts are for those who help; the person reads words."""

    area: Area
    stand: Stand
    sure: Sure
    low: int
    likely: int
    high: int
    """Of its micro-skills, mastered: at the 10th percentile, on average, at the 90th."""
    missing: tuple[str, ...] = ()
    """Likelier missing than not, the easiest first."""


@dataclass(frozen=True, slots=True)
class Readiness:
    certification: str
    title: str
    note: str
    stand: Stand
    """Of the whole: ``COVERED``, it is time to try."""
    standings: tuple[Standing, ...]
    next: tuple[MicroSkill, ...]
    """The first things that are missing."""
    takes_campaign: bool = False
    """Whether a code of a campaign leads somewhere."""
    campaign: str = ""
    """The code that a trainer typed."""
    link: str = ""
    """Where it leads; empty where there is no code, or no such address."""

    @property
    def looked_at(self) -> list[Standing]:
        return [one for one in self.standings if one.stand is not Stand.OUTSIDE]

    @property
    def covered(self) -> list[Standing]:
        return [one for one in self.standings if one.stand is Stand.COVERED]


def stand_of(area: Area, mastery: Mapping[str, float], seen: Collection[str], counts: NDArray[np.int_]) -> Standing:
    """``counts``: of the micro-skills of ``area``, how many each drawn profile masters, shape [N]. ``seen``:
    micro-skills of which an answer says something.
    """
    size = len(area.skills)
    if not size:
        return Standing(area, Stand.OUTSIDE, Sure.HARDLY, 0, 0, 0)
    low, high = (int(one) for one in np.percentile(counts, (LOW, HIGH), method="nearest"))
    width = (high - low) / size
    sure = Sure.SURE if width <= SURE else Sure.FAIRLY if width <= FAIRLY_SURE else Sure.HARDLY
    decided = any(max(mastery[code], 1.0 - mastery[code]) >= CERTAINTY for code in area.skills)
    if not decided and not any(code in seen for code in area.skills):
        stand = Stand.UNSEEN
    elif low >= ENOUGH * size:
        stand = Stand.COVERED
    elif high <= HALF * size:
        stand = Stand.MISSING
    else:
        stand = Stand.BEGUN
    missing = tuple(code for code in area.skills if mastery[code] < HALF)
    return Standing(area, stand, sure, low, round(float(counts.mean())), high, missing)


def estimate(standings: Sequence[Standing]) -> Stand:
    """Of the whole: what most of the parts that we look at say."""
    looked_at = [one for one in standings if one.stand is not Stand.OUTSIDE]
    covered = sum(one.stand is Stand.COVERED for one in looked_at)
    if looked_at and covered >= MOST_PARTS * len(looked_at):
        return Stand.COVERED
    if all(one.stand is Stand.UNSEEN for one in looked_at):
        return Stand.UNSEEN
    half = sum(one.stand in {Stand.COVERED, Stand.BEGUN} for one in looked_at) >= HALF * len(looked_at)
    return Stand.BEGUN if half else Stand.MISSING


def areas_of(certification: CertificationDocument, skills: Mapping[str, MicroSkill]) -> list[Area]:
    """Its parts, with the micro-skills of ours that belong to each, in the order of the ladders."""
    if certification.aligned is None:
        return [
            Area(one.code, one.title, tuple(code for code in skills if code in one.skills))
            for one in certification.areas
        ]
    aligned = certification.aligned
    return [
        Area(code, title, tuple(skill.code for skill in skills.values() if code in skill.aligned.get(aligned, ())))
        for code, title in goal_checks.codes_of(aligned).items()
    ]


def of_knowledge(knowledge: Knowledge, certification: CertificationDocument) -> Readiness:
    """How ready somebody is, from all that is believed of them."""
    columns = {code: place for place, code in enumerate(knowledge.belief.compiled.skill_codes)}
    drawn = knowledge.belief.drawn(PROFILES, SEED)
    seen = frozenset(code for code, answers in knowledge.asked.items() if answers)
    standings = tuple(
        stand_of(area, knowledge.mastery, seen, drawn[:, [columns[code] for code in area.skills]].sum(axis=1))
        for area in areas_of(certification, knowledge.skills)
    )
    wanting = {code for one in standings if one.stand is not Stand.COVERED for code in one.missing}
    missing = [skill for code, skill in knowledge.skills.items() if code in wanting]
    ordered = sorted(missing, key=lambda skill: (not _is_near(skill.code, wanting, knowledge), skill.level))
    return Readiness(
        certification=certification.code,
        title=certification.title,
        note=certification.note,
        stand=estimate(standings),
        standings=standings,
        next=tuple(ordered[:MOST_NEXT]),
        takes_campaign=certification.link is not None,
    )


def of_pathway(
    db: Session,
    door: Door,
    pathway: Pathway,
    *,
    knowledge: Knowledge | None = None,
    wanted: Collection[str] | None = None,
    now: datetime | None = None,
) -> list[Readiness]:
    """For each certification that a goal of the pathway gets somebody ready for (or of those ``wanted``); nothing, and
    at most one query, where there is none: nothing is worked out that no page shows. ``knowledge``: where the page has
    worked it out already.
    """
    offered = goal_checks.certifications(pathway.framework)
    asked = (certifications_of(db, pathway) if offered else ()) if wanted is None else wanted
    found = [one for one in offered if one.code in asked]
    if not found:
        return []
    known = knowledge or _knowledge(db, door, pathway, now or clock.now())
    return [_with_campaign(of_knowledge(known, one), one, pathway.campaign) for one in found]


def certifications_of(db: Session, pathway: Pathway) -> frozenset[str]:
    """What the goals that it was chosen with get somebody ready for."""
    chosen = [uuid.UUID(one["id"]) for one in pathway.goals if one.get("id")]
    if not chosen:
        return frozenset()
    query = sa.select(Goal.certification).where(Goal.id.in_(chosen), Goal.certification.is_not(None))
    return frozenset(one for one in db.scalars(query) if one is not None)


def note_campaign(db: Session, member: Member, pathway_id: uuid.UUID, code: str) -> Pathway:
    """Keep the code of a campaign that a trainer was given: letters and digits, or nothing. It becomes an address that
    the person presses; we never ask that address for anything.
    """
    pathway = following.pathway_for(db, member, pathway_id)
    code = re.sub(r"[\s-]", "", code).upper()
    if code and not CAMPAIGN.fullmatch(code):
        said = D_("Un code de campagne a de 4 à 20 lettres et chiffres, sans accent.")
        raise Invalid(said, errors=[{"field": "campaign", "message": said}])
    if pathway.campaign != code:
        pathway.campaign = code
        db.flush()
    return pathway


def _is_near(code: str, wanting: Collection[str], knowledge: Knowledge) -> bool:
    """Whether what it stands on is likelier there: it can be learnt next."""
    return all(
        any(other not in wanting and knowledge.mastery[other] >= HALF for other in group)
        for group in knowledge.requires[code]
    )


def _knowledge(db: Session, door: Door, pathway: Pathway, now: datetime) -> Knowledge:
    attempt = taking.get(db, pathway.attempt_id)
    ladders = knowing.ladders_for(db, pathway.organisation_id, pathway.framework)
    attempts = knowing.attempts_of(db, attempt, pathway.framework)
    return knowing.known(db, door, attempts, ladders, now, learnt=following.learnt(db, pathway))


def _with_campaign(one: Readiness, certification: CertificationDocument, campaign: str) -> Readiness:
    if not campaign or certification.link is None:
        return one
    return replace(one, campaign=campaign, link=certification.link.format(code=campaign))
