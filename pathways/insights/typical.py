"""The typical journey: where people stop, what they wait for, which goals and ways. From aggregates alone.

One person counts once, with their latest pathway. A number speaks of ten people or of nobody (:mod:`anonymity`); days
are those of the people in the middle, and told only where ten or more stand behind them. It is about everybody: a
choice of days or of a language would make two pages whose difference speaks of somebody.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median, quantiles

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.diagnostics.models import Attempt
from pathways.i18n import D_
from pathways.insights import anonymity
from pathways.learning import events
from pathways.learning.models import (
    Pathway,
    PathwayEvent,
    PathwayState,
    Resource,
    ResourceKind,
    Step,
    StepKind,
    StepState,
)
from pathways.permissions import Member
from pathways.workshops.models import Booking, WaitingState, WaitlistEntry, WorkshopSession

MOST_PEOPLE = 5_000
"""Of an organisation: the first that came."""
QUIET = timedelta(days=28)
"""Nothing for so long on a pathway that goes on: it is where somebody stopped, until they come back."""
MOST_GOALS = 12
FORWARD = frozenset({events.DONE, events.ATTENDED, events.CHECKED})
"""What brings somebody on."""

REACHED = {
    "none": D_("n'a voulu d'aucun parcours"),
    "start": D_("arrêt avant la première étape"),
    "early": D_("arrêt après une ou deux étapes"),
    "later": D_("arrêt après trois étapes ou plus"),
    "going": D_("en chemin"),
    "end": D_("au bout du parcours"),
}
STOPPED_AT = {
    "alone": D_("devant une étape à faire seul"),
    "somebody": D_("devant une étape avec quelqu'un"),
    "attend": D_("devant un atelier"),
    "check": D_("devant une question de vérification"),
    "own": D_("devant une étape de l'équipe"),
    "nothing": D_("sans étape devant soi"),
}
WAYS = {
    "quickest": D_("le plus court"),
    "together": D_("avec d'autres"),
    "own_pace": D_("à son rythme"),
    "mixed": D_("un peu de chaque"),
    "none": D_("aucun"),
}
WAITED = {
    "first": D_("du choix à la première étape faite"),
    "next": D_("d'une étape à la suivante"),
    "seat": D_("d'une étape « atelier » à sa séance"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """People of one kind: how many there are *at least*, a multiple of ten; 0 says nothing."""

    key: str
    at_least: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Whole days that people waited: a quarter of them at most ``low``, half at most ``middle``, three quarters at most
    ``high``.
    """

    key: str
    low: int
    middle: int
    high: int
    at_least: int
    """People."""


@dataclass(frozen=True, slots=True)
class Typical:
    people: int
    """That it speaks of, in whole tens; 0: nothing can be said yet."""
    reached: tuple[Cell, ...]
    stopped_at: tuple[Cell, ...]
    ways: tuple[Cell, ...]
    languages: tuple[Cell, ...]
    goals: tuple[Cell, ...]
    """By title in French. One person may have several: each says how many have it at least."""
    waits: tuple[Wait, ...]
    seats: tuple[Wait, ...]
    """Days to a session, by the language of the person."""
    queued: tuple[Wait, ...]
    """Days on a waiting list until a seat was offered, by language; of everybody who waits, on a pathway or not."""
    unseated: tuple[Cell, ...]
    """Who waited and was offered none, by language."""


@dataclass(slots=True)
class _Person:
    language: str
    way: str
    state: PathwayState
    chosen_at: datetime
    active_at: datetime
    ended_at: datetime | None
    goals: tuple[str, ...]
    wanted_one: bool
    forward: list[datetime] = field(default_factory=list)
    seats: list[float] = field(default_factory=list)
    """Days from a step to its session."""
    before_them: str = "nothing"

    def standing(self, now: datetime) -> str:
        """How far they are: one of :data:`REACHED`."""
        if not self.wanted_one:
            return "none"
        if self.state is PathwayState.REACHED:
            return "end"
        if self.state is PathwayState.ACTIVE and self.active_at > now - QUIET:
            return "going"
        return "start" if not self.forward else "early" if len(self.forward) < 3 else "later"

    def between(self) -> list[float]:
        """Days from one step that was done to the next."""
        return [_days(one, other) for one, other in zip(self.forward, self.forward[1:], strict=False)]


def of(db: Session, member: Member, now: datetime | None = None) -> Typical:
    """Of the member's organisation. A fixed number of queries."""
    now = now or clock.now()
    every = _people(db, member.organisation_id)
    people = every[: anonymity.whole_tens(len(every))]
    standing = {id(one): one.standing(now) for one in people}
    stopped = [one for one in people if standing[id(one)] in {"start", "early", "later"}]
    stopped = stopped[: anonymity.whole_tens(len(stopped))]
    languages = sorted({one.language for one in people})
    queued, unseated = _lists(db, member.organisation_id)
    return Typical(
        people=len(people),
        reached=_cells(REACHED, [standing[id(one)] for one in people]),
        stopped_at=_cells(STOPPED_AT, [one.before_them for one in stopped]),
        ways=_cells(WAYS, [one.way if one.wanted_one else "none" for one in people]),
        languages=_ranked(_cells(languages, [one.language for one in people])),
        goals=_goals(people),
        waits=_told(
            {
                "first": [[_days(one.chosen_at, one.forward[0])] for one in people if one.forward],
                "next": [one.between() for one in people],
                "seat": [one.seats for one in people],
            }
        ),
        seats=_told({code: [one.seats for one in people if one.language == code] for code in languages}),
        queued=queued,
        unseated=unseated,
    )


def _cells(keys: Iterable[str], found: Sequence[str]) -> tuple[Cell, ...]:
    """People sorted into disjoint cells, as they may be told."""
    keys = list(keys)
    told = anonymity.told([found.count(key) for key in keys]) if keys else []
    return tuple(Cell(key, least) for key, least in zip(keys, told, strict=True))


def _ranked(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """What can be told first, the most first."""
    return tuple(sorted(cells, key=lambda one: (-one.at_least, one.key)))


def _goals(people: Sequence[_Person]) -> tuple[Cell, ...]:
    titles = sorted({title for one in people for title in one.goals})
    cells = []
    for title in titles:
        have = sum(title in one.goals for one in people)
        cells.append(Cell(title, anonymity.told([have, len(people) - have])[0]))
    return tuple(one for one in _ranked(cells) if one.at_least)[:MOST_GOALS]


def _told(waits: Mapping[str, Sequence[Sequence[float]]]) -> tuple[Wait, ...]:
    """Each person counts with the middle of their own waits; nothing is said of fewer than ten people."""
    found = []
    for key, own in waits.items():
        days = [median(one) for one in own if one]
        days = days[: anonymity.whole_tens(len(days))]
        if days:
            low, middle, high = (round(one) for one in quantiles(days, n=4, method="inclusive"))
            found.append(Wait(key, low, middle, high, len(days)))
    return tuple(found)


def _lists(db: Session, organisation_id: uuid.UUID) -> tuple[tuple[Wait, ...], tuple[Cell, ...]]:
    """Waiting lists of the organisation's sessions: one entry is one person, the earliest first."""
    query = (
        sa.select(WaitlistEntry.language, WaitlistEntry.state, WaitlistEntry.created_at)
        .add_columns(Booking.created_at.label("offered_at"))
        .join(WorkshopSession, WorkshopSession.id == WaitlistEntry.session_id)
        .outerjoin(Booking, Booking.id == WaitlistEntry.booking_id)
        .where(WorkshopSession.organisation_id == organisation_id)
        .order_by(WaitlistEntry.created_at, WaitlistEntry.id)
        .limit(MOST_PEOPLE)
    )
    offered: dict[str, list[list[float]]] = {}
    without: list[str] = []
    for one in db.execute(query):
        if one.offered_at is not None:
            offered.setdefault(one.language, []).append([_days(one.created_at, one.offered_at)])
        elif one.state in {WaitingState.WAITING, WaitingState.EXPIRED}:
            without.append(one.language)
    without = without[: anonymity.whole_tens(len(without))]
    cells = _ranked(_cells(sorted(set(without)), without))
    return _told(dict(sorted(offered.items()))), tuple(one for one in cells if one.at_least)


def _people(db: Session, organisation_id: uuid.UUID) -> list[_Person]:
    """Everybody who chose, or declined, in the order they came; each with their latest pathway."""
    query = (
        sa.select(Pathway, Attempt.language)
        .join(Attempt, Attempt.id == Pathway.attempt_id)
        .where(Pathway.organisation_id == organisation_id)
        .order_by(Pathway.chosen_at, Pathway.id)
        .limit(MOST_PEOPLE)
    )
    latest: dict[uuid.UUID, tuple[Pathway, str]] = {}
    for pathway, language in db.execute(query):
        latest[pathway.file_id or pathway.attempt_id] = (pathway, language)
    people = {pathway.id: _person(pathway, language) for pathway, language in latest.values()}
    _on(db, organisation_id, people)
    return list(people.values())


def _person(row: Pathway, language: str) -> _Person:
    return _Person(
        language=language,
        way=row.way.value,
        state=row.state,
        chosen_at=row.chosen_at,
        active_at=row.active_at,
        ended_at=row.ended_at,
        goals=tuple(dict.fromkeys(str(one["title"]) for one in row.goals)),
        wanted_one=False,
    )


def _on(db: Session, organisation_id: uuid.UUID, people: Mapping[uuid.UUID, _Person]) -> None:
    """What happened to each of them, and what is before them."""
    here = Pathway.organisation_id == organisation_id
    happened = (
        sa.select(PathwayEvent.pathway_id, PathwayEvent.kind, PathwayEvent.happened_at)
        .join(Pathway, Pathway.id == PathwayEvent.pathway_id)
        .where(here, PathwayEvent.kind.in_({*FORWARD, events.CHOSEN}))
        .order_by(PathwayEvent.happened_at)
    )
    for one in db.execute(happened):
        if (person := people.get(one.pathway_id)) is None:
            continue
        if one.kind == events.CHOSEN:
            person.wanted_one = True
        else:
            person.forward.append(one.happened_at)
    steps = (
        sa.select(Step.pathway_id, Step.kind, Step.state, Step.created_at, Step.ended_at)
        .add_columns(Resource.kind.label("resource"), WorkshopSession.starts_at)
        .join(Pathway, Pathway.id == Step.pathway_id)
        .outerjoin(Resource, Resource.id == Step.resource_id)
        .outerjoin(WorkshopSession, WorkshopSession.id == Step.session_id)
        .where(here)
        .order_by(Step.position.desc(), Step.created_at.desc())
    )
    for one in db.execute(steps):
        if (person := people.get(one.pathway_id)) is None:
            continue
        if one.starts_at is not None and one.state in {StepState.DONE, StepState.OPEN}:
            person.seats.append(max(0.0, _days(one.created_at, one.starts_at)))
        # the first one is read last; a pathway that was stopped has no open steps, but those that ended with it
        if one.state is StepState.OPEN or (one.state is StepState.GONE and one.ended_at == person.ended_at):
            person.before_them = _kind(one.kind, one.resource)


def _kind(kind: StepKind, resource: ResourceKind | None) -> str:
    if kind is StepKind.LEARN:
        with_somebody = resource is None or resource in {ResourceKind.HELP, ResourceKind.EXCHANGE}
        return "somebody" if with_somebody else "alone"
    return kind.value


def _days(one: datetime, other: datetime) -> float:
    return (other - one) / timedelta(days=1)


def to_json(found: Typical) -> dict[str, object]:
    """As ``GET /api/v1/journeys`` gives it. ``at_least`` 0: fewer than ten, or hidden so that nothing follows."""

    def cells(ones: Sequence[Cell]) -> list[dict[str, object]]:
        return [{"key": one.key, "at_least": one.at_least} for one in ones]

    def waits(ones: Sequence[Wait]) -> list[dict[str, object]]:
        return [{"key": one.key, "days": [one.low, one.middle, one.high], "at_least": one.at_least} for one in ones]

    return {
        "people": found.people,
        "reached": cells(found.reached),
        "stopped_at": cells(found.stopped_at),
        "ways": cells(found.ways),
        "languages": cells(found.languages),
        "goals": cells(found.goals),
        "waits": waits(found.waits),
        "seats": waits(found.seats),
        "queued": waits(found.queued),
        "unseated": cells(found.unseated),
    }
