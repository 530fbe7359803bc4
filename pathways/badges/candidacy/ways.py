"""Where what a candidate still misses leads: diagnostics that measure it, a pathway that teaches it.

Of the diagnostics, those of the structures that the person has to do with, and those that are open to all of them.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.badges.holding import results
from pathways.badges.holding.results import Taken
from pathways.badges.models import Holder
from pathways.diagnostics import taking
from pathways.diagnostics.models import Diagnostic, DiagnosticShare, DiagnosticState
from pathways.diagnostics.taking import Door
from pathways.learning import choosing, goals
from pathways.people.models import Membership
from pathways.referentials.models import Referential

LOOKED_AT = 200
"""Diagnostics that are read before the best of them are chosen: the latest ones."""
MOST_DIAGNOSTICS, MOST_GOALS = 2, 3
"""That are told for one criterion."""


@dataclass(frozen=True, slots=True)
class Measuring:
    """A diagnostic that asks about what is missing."""

    title: str
    code: str
    """Of its poster: whoever has it may answer."""
    skills: frozenset[str]
    """Which of the missing ones, as ``framework:CODE``."""
    is_own: bool
    """Of a structure that the person has to do with."""


@dataclass(frozen=True, slots=True)
class Ways:
    """For one criterion."""

    diagnostics: tuple[Measuring, ...] = ()
    goals: tuple[str, ...] = ()
    """Titles, in French, of goals of a pathway that teach some of it."""
    attempt_id: uuid.UUID | None = None
    """A result of the person's own from which a pathway starts, or goes on."""
    on_pathway: bool = False
    goes_on: uuid.UUID | None = None
    """A result of their own that has questions left about some of it, in its language (``deepening``)."""


NONE = Ways()


def ways_for(
    db: Session,
    door: Door,
    holder: Holder,
    lacking: Mapping[str, Collection[str]],
    *,
    organisation_id: uuid.UUID | None = None,
) -> dict[str, Ways]:
    """``{place: ways}`` for ``{place: missing micro-skills as framework:CODE}``; a place that misses none has none. The
    number of queries grows with the frameworks, and with nothing else.
    """
    wanted = {place: frozenset(keys) for place, keys in lacking.items() if keys}
    if not wanted:
        return {}
    taken = results.results_of(db, holder)
    near = _organisations(db, holder, organisation_id, taken)
    keys = frozenset[str]().union(*wanted.values())
    measuring = _diagnostics(db, near, keys)
    starts = _starts(db, taken)
    taught, left = _goals(db, starts), _left(db, door, taken)
    return {place: _ways(some, measuring, starts, taught, left) for place, some in wanted.items()}


# --- inside ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Start:
    attempt_id: uuid.UUID
    organisation_id: uuid.UUID
    on_pathway: bool


def _organisations(
    db: Session, holder: Holder, organisation_id: uuid.UUID | None, taken: Sequence[Taken]
) -> set[uuid.UUID]:
    """Those of the account, the one that the request names, and those whose diagnostics the person took."""
    own = sa.select(Membership.organisation_id).where(Membership.account_id == holder.account_id)
    found = set(db.scalars(own)) if holder.account_id else set[uuid.UUID]()
    return found | {one.organisation_id for one in taken} | ({organisation_id} if organisation_id else set())


def _diagnostics(db: Session, near: Collection[uuid.UUID], keys: frozenset[str]) -> list[Measuring]:
    """The person's structures first, then the latest."""
    told = sa.select(DiagnosticShare.diagnostic_id).where(DiagnosticShare.organisation_id.in_(near))
    own = Diagnostic.organisation_id.in_(near)
    query = (
        sa.select(Diagnostic.title, Diagnostic.code, Diagnostic.organisation_id, Diagnostic.selection, Referential.code)
        .join(Referential, Referential.id == Diagnostic.referential_id)
        .where(Diagnostic.state == DiagnosticState.PUBLISHED, Diagnostic.code.is_not(None))
        .where(Referential.code.in_({key.partition(":")[0] for key in keys}))
        .where(sa.or_(own, Diagnostic.shared_with_all.is_(True), Diagnostic.id.in_(told)))
        .order_by(sa.case((own, 0), else_=1), Diagnostic.published_at.desc(), Diagnostic.id)
        .limit(LOOKED_AT)
    )
    found = []
    for title, code, organisation_id, selection, framework in db.execute(query):
        asked = keys & {f"{framework}:{skill}" for skill in selection.get("skills", ())}
        if asked and code:
            found.append(Measuring(title, code, asked, organisation_id in near))
    return found


def _starts(db: Session, taken: Sequence[Taken]) -> dict[str, _Start]:
    """Of each framework, the newest result that is over."""
    newest = _newest(one for one in taken if one.is_over)
    return {
        framework: _Start(
            one.attempt_id,
            one.organisation_id,
            choosing.current(db, taking.get(db, one.attempt_id)) is not None,
        )
        for framework, one in newest.items()
    }


def _left(db: Session, door: Door, taken: Sequence[Taken]) -> dict[uuid.UUID, frozenset[str]]:
    """``{attempt: micro-skills, as framework:CODE, about which it has a question left}``, of the newest result on a
    screen in each framework. One that somebody left in the middle is the way back into it.
    """
    newest = _newest(one for one in taken if not one.on_paper)
    found = dict[uuid.UUID, frozenset[str]]()
    for one in results.read(db, list(newest.values())):
        blueprint = taking.blueprint_of(db, door, one.taken.diagnostic_id)
        unusable = frozenset(one.taken.unusable)
        left = blueprint.askable(one.taken.language, unusable) - {given.item for given in one.answers}
        skills = {blueprint.skill_of[item] for item in left}
        found[one.taken.attempt_id] = frozenset(f"{one.taken.framework}:{skill}" for skill in skills)
    return found


def _newest(taken: Iterable[Taken]) -> dict[str, Taken]:
    """Of each framework, the first of these, which come the newest first."""
    found: dict[str, Taken] = {}
    for one in taken:
        found.setdefault(one.framework, one)
    return found


def _goals(db: Session, starts: Mapping[str, _Start]) -> dict[str, list[str]]:
    """``{framework:CODE: titles of goals that teach it}``, as the person would choose among them."""
    found: dict[str, list[str]] = defaultdict(list)
    for framework, start in starts.items():
        for goal in goals.for_person(db, start.organisation_id, framework):
            for code in goal.weights:
                found[f"{framework}:{code}"].append(goal.title)
    return found


def _ways(
    keys: frozenset[str],
    measuring: Iterable[Measuring],
    starts: Mapping[str, _Start],
    taught: Mapping[str, Sequence[str]],
    left: Mapping[uuid.UUID, frozenset[str]],
) -> Ways:
    start = next((starts[one] for one in sorted({key.partition(":")[0] for key in keys}) if one in starts), None)
    titles = dict.fromkeys(title for key in sorted(keys) for title in taught.get(key, ()))
    return Ways(
        diagnostics=tuple(_covering(keys, measuring)),
        goals=tuple(titles)[:MOST_GOALS],
        attempt_id=start.attempt_id if start else None,
        on_pathway=start is not None and start.on_pathway,
        goes_on=next((attempt_id for attempt_id, skills in left.items() if skills & keys), None),
    )


def _covering(keys: frozenset[str], measuring: Iterable[Measuring]) -> Iterable[Measuring]:
    """A few that together ask about as much as can be; of two that ask about the same, the nearer one."""
    left, some = keys, [one for one in measuring if one.skills & keys]
    for _ in range(MOST_DIAGNOSTICS):
        best = max(some, key=lambda one: len(one.skills & left), default=None)
        if best is None or not best.skills & left:
            return
        left -= best.skills
        yield best
