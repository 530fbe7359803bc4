"""Steps as the person's pages show them: what, where, when, how long and why, in two languages."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from pathways import clock
from pathways.learning import attending, telling
from pathways.learning.attending import Seat
from pathways.learning.models import PathwayNote, Resource, Step, StepKind
from pathways.learning.planning import Proposed
from pathways.learning.practice import loading
from pathways.learning.practice.loading import Practice
from pathways.learning.replacing import Other
from pathways.learning.telling import Told
from pathways.referentials.models import MicroSkill
from pathways.workshops import showing
from pathways.workshops.codes import Codes
from pathways.workshops.models import WorkshopSession
from pathways.workshops.seating import seats as seating
from pathways.workshops.seating.seats import Standing
from pathways.workshops.showing import Said

Pair = tuple[str | None, str]
"""A text in the reader's language, if it may be shown in it, and in French."""
QUESTIONS_MINUTES = 5
"""That a question or two take, as it is said."""


@dataclass(frozen=True, slots=True)
class ShownStep:
    kind: str
    word: str
    """What kind it is, as a msgid."""
    titles: Sequence[Pair]
    """Of its micro-skills, or a trainer's own words."""
    lasts: Told
    reasons: Sequence[Told]
    resource: Resource | None = None
    resource_title: Pair | None = None
    summary: Pair | None = None
    session: WorkshopSession | None = None
    said: Said | None = None
    step: Step | None = None
    """``None`` before anybody chose it."""
    slip: str = ""
    """The token of the slip, where a seat is booked."""
    is_full: bool = False
    """There is no seat in its session for whoever comes now: one may wait, or choose another date."""
    notes: Sequence[str] = field(default_factory=tuple)
    """What a trainer wrote for the person."""
    practices: Sequence[Practice] = field(default_factory=tuple)
    """Exercises of this server in which its micro-skills are tried out, the one of its resource first."""

    @property
    def alone(self) -> bool:
        return self.kind == StepKind.LEARN and self.resource is None


def of_proposed(one: Proposed, skills: Mapping[str, MicroSkill], language: str) -> ShownStep:
    """A step of a way that nobody took yet."""
    return _shown(
        one.kind,
        titles_of(one.skills, skills, language),
        (one.minutes, one.low, one.high),
        telling.reasons(one.why, skills, language),
        one.resource,
        one.session,
        language,
    )


def of_other(one: Other, skills: Mapping[str, MicroSkill], language: str) -> ShownStep:
    """Another way to do a step."""
    kind = StepKind.ATTEND if one.session else StepKind.LEARN
    minutes = (one.minutes, one.minutes, one.minutes)
    titles = titles_of(one.skills, skills, language)
    return _shown(kind, titles, minutes, (), one.resource, one.session, language)


def of_steps(
    db: Session,
    codes: Codes,
    steps: Sequence[Step],
    skills: Mapping[str, MicroSkill],
    language: str,
    *,
    framework: str,
) -> list[ShownStep]:
    """The stored ones, in a number of queries that does not grow with them."""
    resources = _resources(db, steps)
    sessions = _sessions(db, steps)
    seats = {one.step.id: one for one in attending.seats(db, steps)}
    notes = _notes(db, steps)
    return [
        _shown(
            one.kind,
            titles_of(one.skills, skills, language) if one.kind is not StepKind.OWN else [(None, one.title)],
            (one.minutes, one.low, one.high),
            telling.reasons(one.why, skills, language),
            resources.get(one.resource_id) if one.resource_id else None,
            sessions.get(one.session_id) if one.session_id else None,
            language,
            step=one,
            slip=_slip(codes, seats.get(one.id)),
            notes=notes.get(one.id, ()),
            practices=_practices(one, resources, framework),
        )
        for one in steps
    ]


def titles_of(codes: Sequence[str], skills: Mapping[str, MicroSkill], language: str) -> list[Pair]:
    return [(skills[code].title_in(language), skills[code].title) for code in codes if code in skills]


def _shown(  # noqa: PLR0913 - what both kinds of steps have in common
    kind: StepKind,
    titles: Sequence[Pair],
    minutes: tuple[int, int, int],
    reasons: Sequence[Told],
    resource: Resource | None,
    session: WorkshopSession | None,
    language: str,
    *,
    step: Step | None = None,
    slip: str = "",
    notes: Sequence[str] = (),
    practices: Sequence[Practice] = (),
) -> ShownStep:
    mean, low, high = minutes
    if kind is StepKind.ATTEND and session is not None:  # an hour on a wall: it is not guessed
        mean = low = high = round((session.ends_at - session.starts_at).total_seconds() / 60)
    if kind is StepKind.CHECK:  # what may have to be learnt after it is no time of the question
        mean = low = high = QUESTIONS_MINUTES
    return ShownStep(
        kind=kind.value,
        word=telling.KINDS[kind],
        titles=titles,
        lasts=telling.lasts(mean, low or mean, high or mean, language),
        reasons=reasons,
        resource=resource,
        resource_title=_pair(resource.titles, resource.title, language) if resource else None,
        summary=_pair(resource.summaries, resource.summary, language) if resource and resource.summary else None,
        session=session,
        said=showing.said_of(session, language) if session else None,
        step=step,
        slip=slip,
        is_full=session is not None and seating.standing(session, clock.now()) is Standing.FULL,
        notes=notes,
        practices=practices,
    )


def _pair(texts: Mapping[str, str], french: str, language: str) -> Pair:
    return (texts.get(language), french)


def _slip(codes: Codes, seat: Seat | None) -> str:
    return codes.token_of(seat.booking.id) if seat and seat.booking and seat.is_booked else ""


def _resources(db: Session, steps: Sequence[Step]) -> dict[uuid.UUID, Resource]:
    wanted = {one.resource_id for one in steps if one.resource_id}
    if not wanted:
        return {}
    return {one.id: one for one in db.scalars(sa.select(Resource).where(Resource.id.in_(wanted)))}


def _practices(step: Step, resources: Mapping[uuid.UUID, Resource], framework: str) -> Sequence[Practice]:
    """A step that teaches can be tried out, whether or not its resource names an exercise."""
    if step.kind is not StepKind.LEARN:
        return ()
    resource = resources.get(step.resource_id) if step.resource_id else None
    return loading.trying(framework, step.skills, first=resource.practice if resource else None)


def _sessions(db: Session, steps: Sequence[Step]) -> dict[uuid.UUID, WorkshopSession]:
    wanted = {one.session_id for one in steps if one.session_id}
    if not wanted:
        return {}
    with_it = (
        joinedload(WorkshopSession.workshop),
        joinedload(WorkshopSession.place),
        joinedload(WorkshopSession.room),
    )
    query = sa.select(WorkshopSession).options(*with_it).where(WorkshopSession.id.in_(wanted))
    return {one.id: one for one in db.scalars(query)}


def _notes(db: Session, steps: Sequence[Step]) -> dict[uuid.UUID, list[str]]:
    found: dict[uuid.UUID, list[str]] = {}
    own = sa.select(PathwayNote).where(
        PathwayNote.step_id.in_([one.id for one in steps]), PathwayNote.for_person.is_(True)
    )
    for note in db.scalars(own.order_by(PathwayNote.written_at, PathwayNote.id)):
        if note.step_id is not None:
            found.setdefault(note.step_id, []).append(note.text)
    return found
