"""What a member of the jury reads, gathered for their pages. The candidate is called as they want to be called, else by
a number; those who endorse them by their role and structure.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n
from pathways.badges.candidacy import attesting, endorsing, evidence, jury, queue, standing
from pathways.badges.candidacy.conflicts import SENTENCES, Ground
from pathways.badges.candidacy.standing import Demand
from pathways.badges.criteria.nodes import Outside
from pathways.badges.issuing import offering
from pathways.badges.models import (
    WAITING,
    Achievement,
    Attested,
    AwardRequest,
    Holder,
    Issuer,
    JuryDecision,
    JuryMember,
)
from pathways.badges.pages.candidate_words import MARKS, OUTSIDE, STATES, VERDICTS
from pathways.badges.pages.criteria_shown import rows_of
from pathways.badges.pages.plainly import language_of
from pathways.badges.pages.request_shown import others_attested, pieces_of
from pathways.i18n import D_
from pathways.people.models import Account, Membership, Organisation
from pathways.permissions import Member

NUMBERED = D_("Demande n° %(number)s")
"""As in the queue."""
STILL_READ = {Ground.TWICE}
"""Who decided in this round may go on reading what they decided on."""


@dataclass(frozen=True, slots=True)
class Seat:
    network: str
    achievements: tuple[str, ...]
    """Names; empty for all."""


@dataclass(frozen=True, slots=True)
class Paper:
    """Something that others attested and that somebody of ours is to see."""

    attested: Attested
    of: str
    """Whose it is, as this member may know them."""
    what: str


@dataclass(frozen=True, slots=True)
class Endorsed:
    role: str
    organisation: str
    is_counted: bool
    comment: str
    answers: Mapping[str, str]
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the jury said in a round before."""

    verdict: str
    reason: str
    marks: tuple[tuple[str, str], ...]
    decided_at: datetime


def seats(db: Session, member: Member) -> list[Seat]:
    """The juries that they are of, and for what."""
    return [
        Seat(db.get_one(Issuer, one.issuer_id).name, _names(db, one)) for one in jury.seats_of(db, member.account_id)
    ]


def papers(db: Session, member: Member) -> list[Paper]:
    return _papers(db, member, attesting.to_be_seen(db, member), {})


def shown(db: Session, member: Member, request: AwardRequest, *, now: datetime | None = None) -> dict[str, Any]:
    """The values of ``jury-request.html``. With a conflict of interest, nothing of the candidate's is read."""
    now, language = now or clock.now(), language_of(i18n.current().code)
    demand, grounds = standing.demand_for(request), jury.grounds(db, member, request, now=now)
    readable = set(grounds) <= STILL_READ
    values: dict[str, Any] = {
        "asked": request,
        "label": queue.label_of(request) if readable else "",
        "texts": demand.definition.texts_in(language),
        "definition": demand.definition,
        "version": request.achievement_version,
        "achievement": request.achievement_version.achievement,
        "network": db.get_one(Issuer, request.issuer_id),
        "days": (now - request.submitted_at).days if request.submitted_at else 0,
        "state": STATES[request.state],
        "waits": request.state in WAITING,
        "grounds": [SENTENCES[one] for one in grounds],
        "readable": readable,
        "decides": not grounds and request.state in WAITING,
        "yes": standing.grants(db, request),
        "needed": demand.most_jury,
        "marks": MARKS,
        "verdicts": VERDICTS,
        "spoken_in": language,
    }
    return values | (_supporting(db, member, request, demand, now) if readable else {})


# --- inside ---------------------------------------------------------------------------------------------------


def _supporting(db: Session, member: Member, request: AwardRequest, demand: Demand, now: datetime) -> dict[str, Any]:
    """All that the candidate gathered, and what is known of them."""
    language = language_of(i18n.current().code)
    attested = attesting.of_holder(db, request.holder)
    return {
        "rows": rows_of(db, standing.progress_of(db, request, now), language),
        "pieces": pieces_of(demand, language),
        "evidence": evidence.of_request(db, request),
        "endorsements": _endorsements(db, request),
        "papers": _papers(db, member, attested, others_attested(demand, language)),
        "earlier": _earlier(request, demand, jury.decisions_of(db, request)),
        "now": now,
    }


def _endorsements(db: Session, request: AwardRequest) -> list[Endorsed]:
    given = endorsing.of_request(db, request)
    wanted = {one.organisation_id for one in given if one.organisation_id is not None}
    rows = db.execute(sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted)))
    names = {row.id: row.name for row in rows}
    return [
        Endorsed(
            role=one.role,
            organisation=names.get(one.organisation_id, "") if one.organisation_id else "",
            is_counted=one.endorser_id is not None,
            comment=one.comment,
            answers=one.answers,
            given_at=one.given_at,
        )
        for one in given
    ]


def _earlier(request: AwardRequest, demand: Demand, found: Sequence[JuryDecision]) -> list[Earlier]:
    """Of this round nothing, as long as it waits: each member of the jury looks for themself."""
    told = [one for one in found if request.state not in WAITING or one.round < request.round]
    return [
        Earlier(
            VERDICTS[one.verdict],
            one.reason,
            tuple((line.looked_at, one.grid[line.code]) for line in demand.definition.grid if line.code in one.grid),
            one.decided_at,
        )
        for one in told
    ]


def _papers(db: Session, member: Member, found: Sequence[Attested], titles: Mapping[str, str]) -> list[Paper]:
    of = _called(db, member, {one.holder_id for one in found})
    return [Paper(one, of[one.holder_id], one.title or titles.get(one.code) or _what(one)) for one in found]


def _what(one: Attested) -> str:
    return i18n.gettext(OUTSIDE[Outside(one.kind)])


def _called(db: Session, member: Member, holder_ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Colleagues by the name of their account; others as they want to be called, else by a number."""
    colleagues = sa.select(Membership.account_id).where(Membership.organisation_id == member.organisation_id)
    query = (
        sa.select(Holder.id, Holder.name, Account.name.label("account"))
        .outerjoin(Account, sa.and_(Account.id == Holder.account_id, Account.id.in_(colleagues)))
        .where(Holder.id.in_(holder_ids))
    )
    return {
        row.id: row.account or row.name or i18n.sentence(NUMBERED, {"number": queue.number_of(row.id)})
        for row in db.execute(query)
    }


def _names(db: Session, seat: JuryMember) -> tuple[str, ...]:
    if not seat.achievements:
        return ()
    query = sa.select(Achievement).where(
        Achievement.issuer_id == seat.issuer_id, Achievement.slug.in_(seat.achievements)
    )
    offered = {one.achievement_id: one for one in offering.on_offer(db, db.get_one(Issuer, seat.issuer_id))}
    return tuple(
        offering.definition_of(offered[one.id]).texts_in(i18n.current().code).name if one.id in offered else one.slug
        for one in db.scalars(query.order_by(Achievement.slug))
    )
