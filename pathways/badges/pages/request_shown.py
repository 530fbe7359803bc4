"""What stands on the page of one request, gathered for its template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n
from pathways.badges.candidacy import (
    attesting,
    endorsing,
    evidence,
    jury,
    requesting,
    requests,
    sessions,
    standing,
    ways,
)
from pathways.badges.candidacy.standing import Demand
from pathways.badges.criteria import tree
from pathways.badges.criteria.nodes import Attested, Endorsements, Outside, Portfolio, Sessions
from pathways.badges.criteria.wording import Language
from pathways.badges.doors import Space
from pathways.badges.models import (
    WAITING,
    AwardRequest,
    Credential,
    EndorsementInvitation,
    Issuer,
    JuryDecision,
    JuryVerdict,
    RequestState,
)
from pathways.badges.pages import candidate_words as words
from pathways.badges.pages.candidate_forms import Typed
from pathways.badges.pages.criteria_shown import Row, every, rows_of
from pathways.badges.pages.plainly import in_plain, language_of
from pathways.diagnostics.taking import Door
from pathways.workshops.themes import themes

MOST_LED = 12


@dataclass(frozen=True, slots=True)
class Led:
    """A session that the person led, as the registers have it."""

    at: datetime
    theme: str
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What one member of the jury said; not who."""

    verdict: str
    marks: tuple[tuple[str, str], ...]
    """``(what was looked at, what was said of it)``"""
    reason: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Invited:
    invitation: EndorsementInvitation
    is_open: bool


@dataclass(frozen=True, slots=True)
class Progressing:
    """The criteria, and where what is missing leads."""

    rows: list[Row]
    ways: dict[str, ways.Ways] = field(default_factory=dict)
    is_ready: bool = False
    jury: int = 0


def shown(
    db: Session, door: Door, space: Space, request: AwardRequest, typed: Typed, *, now: datetime | None = None
) -> dict[str, Any]:
    """The values of ``request.html``."""
    now, language = now or clock.now(), language_of(space.language)
    demand, version = standing.demand_for(request), request.achievement_version
    kinds = {type(one) for one in tree.leaves(demand.node)}
    attested = attesting.of_holder(db, space.holder)
    network = db.get_one(Issuer, request.issuer_id)
    gathers = request.state in requests.GATHERS
    return {
        **in_plain_all(language),
        "spoken_in": language,
        "asked": request,
        "gathers": gathers,
        "waits": request.state in WAITING,
        "state": words.STATES[request.state],
        "sign": words.SIGNS[request.state],
        "network": network,
        "achievement": version.achievement,
        "version": version,
        "definition": demand.definition,
        "texts": demand.definition.texts_in(language),
        "progress": progressing(db, door, space, request, demand, language, now),
        "pieces": pieces_of(demand, language),
        "evidence": evidence.of_request(db, request),
        "invited": [Invited(one, endorsing.is_open(one, now)) for one in endorsing.invitations_of(db, request)],
        "endorsements": endorsing.of_request(db, request),
        "wants_endorsements": Endorsements in kinds,
        "attested": attested,
        "wants_attested": bool(attested) or Attested in kinds,
        "outside": in_plain({one.value: said for one, said in words.OUTSIDE.items()}, language),
        "others_attested": others_attested(demand, language),
        "led": led(db, space, language) if Sessions in kinds and space.holder.account_id else None,
        "decisions": decisions(db, request, demand, language),
        "places": leads(language, is_known=space.holder.account_id is not None),
        "waiting": requesting.waiting(db, request.issuer_id, now=now) if request.state in WAITING else None,
        "queue_place": requesting.place_of(db, request),
        "may_appeal": may_appeal(request, now),
        "credential": credential_of(db, request),
        "typed": typed,
    }


def in_plain_all(language: Language) -> dict[str, Any]:
    """The tables of words that templates say in French or English."""
    return {"plain": in_plain(words.WORDS, language), "done": words.DONE, "next": words.NEXT, "later": words.LATER}


def leads(language: Language, *, is_known: bool) -> dict[str, tuple[str, str]]:
    """``{kind of criterion: (part of the page, its heading)}``: where a candidate does something about it. Only of
    somebody with an account the registers say which sessions they led.
    """
    parts = {"endorsements": "endorsements", "portfolio": "evidence", "attested": "attested"}
    parts |= {"sessions": "led"} if is_known else {}
    return {kind: (name, i18n.gettext(words.WORDS[name], language)) for kind, name in parts.items()}


def progressing(
    db: Session, door: Door, space: Space, request: AwardRequest, demand: Demand, language: Language, now: datetime
) -> Progressing:
    """While the person gathers, a piece that is there counts as done: the jury has not read it yet."""
    if request.state in requests.GATHERS:
        ready = standing.readiness(db, request, now)
        rows = rows_of(db, ready.progress, language, nearest_first=True)
        lacking = {one.place: one.lacks for one in every(rows) if one.lacks}
        found = ways.ways_for(db, door, space.holder, lacking, organisation_id=request.organisation_id)
        return Progressing(rows, found, ready.is_ready, ready.jury)
    if request.state is RequestState.WITHDRAWN:
        return Progressing([], jury=demand.most_jury)
    return Progressing(rows_of(db, standing.progress_of(db, request, now), language, waits=True), jury=demand.most_jury)


def pieces_of(demand: Demand, language: Language) -> dict[str, str]:
    """What is asked for each portfolio piece, by its code."""
    return {one.piece: said_of(one, language) for one in demand.pieces}


def said_of(piece: Portfolio, language: Language) -> str:
    return piece.asked.en if language == "en" else piece.asked.fr


def others_attested(demand: Demand, language: Language) -> dict[str, str]:
    """``{code: title}`` of what the criteria name that is of the kind *other*."""
    return {
        one.code: one.title.en if language == "en" else one.title.fr
        for one in tree.leaves(demand.node)
        if isinstance(one, Attested) and one.kind is Outside.OTHER and one.title is not None
    }


def led(db: Session, space: Space, language: Language) -> list[Led]:
    """The latest sessions; whoever said of themself that they led one counts for nothing."""
    own = space.holder.account_id
    if own is None:
        return []
    known = themes()
    return [
        Led(
            one.at,
            i18n.gettext(known[one.theme].word, language) if one.theme in known else one.theme,
            bool(one.endorsed_by - {str(own)}),
        )
        for one in sessions.led_by(db, own)[:MOST_LED]
    ]


def decisions(db: Session, request: AwardRequest, demand: Demand, language: Language) -> Sequence[Decision]:
    """The latest first. Of a request that waits, nothing that was said in this round."""
    marks = in_plain({mark.value: said for mark, said in words.MARKS.items()}, language)
    found = [one for one in jury.decisions_of(db, request) if _is_told(request, one)]
    return [
        Decision(
            i18n.gettext(words.VERDICTS[one.verdict], language),
            tuple(
                (line.looked_at, marks[one.grid[line.code]]) for line in demand.definition.grid if line.code in one.grid
            ),
            one.reason,
            one.decided_at,
        )
        for one in reversed(found)
    ]


def _is_told(request: AwardRequest, decision: JuryDecision) -> bool:
    """A yes is told once the badge is there: before, others of the jury may say otherwise."""
    if decision.verdict is JuryVerdict.GRANT:
        return request.state is RequestState.GRANTED
    return request.state not in WAITING or decision.round < request.round


def may_appeal(request: AwardRequest, now: datetime) -> bool:
    return (
        request.state is RequestState.REFUSED
        and request.appealed_at is None
        and request.decided_at is not None
        and now <= request.decided_at + requesting.APPEALS_WITHIN
    )


def credential_of(db: Session, request: AwardRequest) -> Credential | None:
    """The badge that came of it."""
    return db.scalar(sa.select(Credential).filter_by(origin=f"request:{request.id}", holder_id=request.holder_id))
