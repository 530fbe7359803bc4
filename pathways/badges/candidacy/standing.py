"""Where a request stands: how far its criteria are met, what only the jury can add, how many of it must say yes."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n
from pathways.badges.candidacy import facts as facts_
from pathways.badges.criteria import tree, wording
from pathways.badges.criteria.facts import Facts
from pathways.badges.criteria.nodes import Node, Portfolio
from pathways.badges.criteria.progress import Progress, leaves, progress
from pathways.badges.criteria.wording import Language, Line
from pathways.badges.holding.results import Read
from pathways.badges.issuing import naming, offering
from pathways.badges.issuing.defining import Definition
from pathways.badges.models import (
    AchievementVersion,
    AwardRequest,
    Evidence,
    Holder,
    JuryDecision,
    JuryVerdict,
)
from pathways.errors import NotFound
from pathways.i18n import D_


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked for one request: the criteria of the version, or the lighter ones of a renewal."""

    node: Node
    pieces: tuple[Portfolio, ...]
    """Of the portfolio, that the jury reads."""
    jury: int
    """How many of the jury must say yes whatever the criteria are; of a renewal none, but for what they name."""
    definition: Definition

    @property
    def codes(self) -> tuple[str, ...]:
        """Of the pieces."""
        return tuple(dict.fromkeys(one.piece for one in self.pieces))

    @property
    def most_jury(self) -> int:
        return max([self.jury, *(one.jury for one in self.pieces)])


def demand_of(version: AchievementVersion, *, is_renewal: bool = False) -> Demand:
    definition = offering.definition_of(version)
    renewal = definition.renewal if is_renewal else None
    node = renewal.node if renewal else definition.node
    pieces = tuple(one for one in tree.leaves(node) if isinstance(one, Portfolio))
    return Demand(node, pieces, 0 if is_renewal else _jury_of(definition), definition)


def _jury_of(definition: Definition) -> int:
    """Criteria are the same for every level: which of several somebody has reached, somebody else says."""
    return max(definition.jury, 1) if len(definition.levels) > 1 else definition.jury


def demand_for(request: AwardRequest) -> Demand:
    return demand_of(request.achievement_version, is_renewal=request.renews_id is not None)


def progress_of(db: Session, request: AwardRequest, now: datetime | None = None) -> Progress:
    """How far a request has come, today."""
    demand = demand_for(request)
    return progress(demand.node, facts_for(db, request, demand, now or clock.now()))


def progress_towards(db: Session, holder: Holder, version: AchievementVersion, now: datetime | None = None) -> Progress:
    """How far somebody has come who asked for nothing yet."""
    issuer_id = version.achievement.issuer_id
    node = demand_of(version).node
    bounds = tree.bounded_in(node)
    return progress(node, facts_.gather(db, holder, issuer_id, now or clock.now(), bounds=bounds))


def facts_for(
    db: Session, request: AwardRequest, demand: Demand, now: datetime, reads: Sequence[Read] | None = None
) -> Facts:
    return facts_.gather(
        db,
        request.holder,
        request.issuer_id,
        now,
        request=request,
        pieces=demand.codes,
        bounds=tree.bounded_in(demand.node),
        reads=reads,
    )


@dataclass(frozen=True, slots=True)
class Ready:
    """Whether a request may be sent: all that is not the jury's own is there."""

    is_ready: bool
    jury: int
    """How many of the jury must then say yes; 0: the criteria alone decide."""
    progress: Progress
    """As if the jury had accepted what is there to be accepted."""


def readiness(db: Session, request: AwardRequest, now: datetime, reads: Sequence[Read] | None = None) -> Ready:
    """``reads``: what the candidate brought, where it was read already."""
    demand = demand_for(request)
    facts = facts_for(db, request, demand, now, reads)
    given = _given_pieces(db, request, demand)
    without = facts_.accepting(facts, (), 0)
    for jury in sorted({demand.jury, *(one.jury for one in demand.pieces if one.jury > demand.jury)}):
        found = progress(demand.node, facts_.accepting(without, given, jury))
        if found.met:
            return Ready(True, jury, found)
    return Ready(False, demand.most_jury, progress(demand.node, facts_.accepting(without, given, demand.most_jury)))


def grants(db: Session, request: AwardRequest) -> int:
    """How many of the jury said yes in the present round."""
    query = sa.select(sa.func.count()).select_from(JuryDecision)
    return db.scalar(query.filter_by(request_id=request.id, round=request.round, verdict=JuryVerdict.GRANT)) or 0


def outcome(db: Session, request: AwardRequest, now: datetime) -> bool | None:
    """After a yes of the jury: whether the badge is earned. ``None``: others of the jury must look first; ``False``:
    they did, and a criterion is met no more (an endorsement was taken back meanwhile). What was recent enough on the
    day it was sent stays so, however long the request waited.
    """
    demand, said_yes = demand_for(request), grants(db, request)
    moments = [now] if request.submitted_at is None else [now, request.submitted_at]
    tried = [facts_for(db, request, demand, moment) for moment in moments]
    if said_yes >= demand.jury and any(progress(demand.node, one).met for one in tried):
        return True
    given = _given_pieces(db, request, demand)
    hoped = [progress(demand.node, facts_.accepting(one, given, demand.most_jury)) for one in tried]
    still_open = said_yes < demand.most_jury and any(one.met for one in hoped)
    return None if still_open else False


def missing(db: Session, found: Progress, language: str | None = None) -> Sequence[Line]:
    """What is still missing, in the words of the criteria (French, or English for whoever reads another language than
    French), one line for each part.
    """
    lang = words_in(language or i18n.current().code)
    line = wording.still(found, lang, naming.names_for(db, [found.node], lang))
    return line.under or (line,)


def words_in(language: str) -> Language:
    return "fr" if language == i18n.SOURCE else "en"


def open_leaves(found: Progress) -> list[Progress]:
    """The leaves that are not met, from left to right."""
    return [one for one in leaves(found) if not one.met]


def version_in_force(db: Session, achievement_id: uuid.UUID) -> AchievementVersion:
    """The one that can be asked for; raises :class:`NotFound` for an achievement that is closed or never was."""
    version = offering.current(db, achievement_id)
    if version.achievement.closed_at is not None:
        raise NotFound(D_("Ce badge n'est plus proposé."))
    return version


def _given_pieces(db: Session, request: AwardRequest, demand: Demand) -> Collection[str]:
    """Codes of the pieces that there is something to read of: evidence that is put there for it, or, where one piece
    alone is asked, the answers to its questions.
    """
    if not demand.pieces:
        return ()
    query = sa.select(Evidence.criterion).filter_by(request_id=request.id, is_piece=True)
    given = set(db.scalars(query)) & set(demand.codes)
    questions = demand.definition.piece_questions
    if len(demand.codes) == 1 and questions and all(str(request.answers.get(one, "")).strip() for one in questions):
        given.update(demand.codes)
    return given
