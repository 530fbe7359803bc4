"""On the way: today's step, what the person says of each, and the pathway as it is after that."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.database import Database
from pathways.diagnostics import taking
from pathways.diagnostics.engine import CERTAINTY
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, NotFound
from pathways.i18n import D_, N_
from pathways.learning import arranging, attending, choosing, events, remembering
from pathways.learning.choosing import tell
from pathways.learning.knowing import LEARNT, LEARNT_SITTING_IN, Knowledge, Learnt
from pathways.learning.limits import Limits
from pathways.learning.models import Pathway, PathwayEvent, PathwayState, Step, StepKind, StepState, Way
from pathways.learning.offering import RESOURCE, SESSION
from pathways.learning.planner.planning import Plan
from pathways.learning.planner.replanning import Change
from pathways.learning.planning import Plans, Proposed, Wanted
from pathways.permissions import Member
from pathways.workshops.models import SessionState

SAID = (events.DONE, events.ATTENDED, events.KNOWN, events.TOO_HARD, events.REFUSED, events.ADJUSTED)
LEARNING = {events.DONE: LEARNT, events.ATTENDED: LEARNT_SITTING_IN}


def pathway_for(db: Session, member: Member, pathway_id: uuid.UUID) -> Pathway:
    """A pathway of the member's organisation; any other does not exist."""
    found = db.get(Pathway, pathway_id)
    if found is None or found.organisation_id != member.organisation_id:
        raise NotFound(D_("Ce parcours n'existe pas."))
    return found


def steps_of(db: Session, pathway: Pathway, *, every: bool = False) -> Sequence[Step]:
    """Its steps in order: those that are open or done, or ``every`` one that ever was."""
    query = sa.select(Step).where(Step.pathway_id == pathway.id)
    if not every:
        query = query.where(Step.state.not_in([StepState.GONE, StepState.REFUSED]))
    return db.scalars(query.order_by(Step.position, Step.created_at, Step.id)).all()


def today(steps: Sequence[Step]) -> Step | None:
    """The one next thing."""
    return next((one for one in steps if one.state is StepState.OPEN), None)


def step_for(db: Session, pathway: Pathway, step_id: uuid.UUID) -> Step:
    """A step of this pathway; any other does not exist."""
    found = db.get(Step, step_id)
    if found is None or found.pathway_id != pathway.id:
        raise NotFound(N_("Cette étape n'existe plus."))
    return found


def done(db: Session, door: Door, pathway: Pathway, step: Step, *, key: str) -> bool:
    """The person says it is done: an event, a changed belief, and the pathway that follows from it: a question about
    it, where one can be asked. Returns whether it counted: pressed twice, it counts once. A check is not done by saying
    so.
    """
    if step.kind is StepKind.CHECK:
        raise Conflict(N_("Cette étape est une question : répondez-y, ou dites que vous ne voulez pas."))
    return _marked(db, door, pathway, step, events.DONE, StepState.DONE, key)


def already_known(db: Session, door: Door, pathway: Pathway, step: Step, *, key: str) -> bool:
    """*I know this already*: the step becomes a question, if one can be asked, and is not taught meanwhile."""
    return _marked(db, door, pathway, step, events.KNOWN, None, key)


def too_hard(db: Session, door: Door, pathway: Pathway, step: Step, *, key: str) -> bool:
    """Another way to teach it is looked for: another resource, a session, somebody who sits beside the person."""
    return _marked(db, door, pathway, step, events.TOO_HARD, StepState.GONE, key)


def refuse(db: Session, door: Door, pathway: Pathway, step: Step, *, key: str) -> bool:
    """Not this one. What it taught is learnt otherwise, or not at all if nothing else teaches it."""
    return _marked(db, door, pathway, step, events.REFUSED, StepState.REFUSED, key)


def refresh(
    db: Session, door: Door, pathway: Pathway, now: datetime | None = None, *, first: Sequence[str] = ()
) -> Change:
    """The pathway as today's knowledge has it: as it was, unless another one is worth the change. What changed is told
    in its history. A pathway that is over stays as it is.

    Today's step stays the first one, if it is still there. ``first``: keys of steps that come before it.
    """
    now = now or clock.now()
    if pathway.state is not PathwayState.ACTIVE:
        return Change.SAME
    pathway.file_id = taking.get(db, pathway.attempt_id).file_id
    steps = steps_of(db, pathway, every=True)
    seats = attending.settle(db, pathway, steps, now)
    plans = plans_of(db, door, pathway, now, also=attending.theirs(seats, now))
    said = _said(db, pathway, steps, plans.knowledge)
    wanted = _wanted(pathway, steps, plans.knowledge, said)
    found, change, saved = planned(pathway, steps, plans, wanted, first=first)
    after = {one.key: [found.steps[place].key for place in one.after] for one in found.steps}
    come, gone = _follow(db, pathway, steps, plans.steps(found, wanted), after, plans)
    pathway.estimate = choosing.estimate_of(found, now)
    if come or gone:
        pathway.version += 1
        details = {"change": change.value, "saved": round(saved), "come": come, "gone": gone}
        tell(db, pathway, events.REPLANNED, details=details, at=now)
    if not any(one.state is StepState.OPEN for one in steps_of(db, pathway)) and choosing.arrives(found, said.unwanted):
        pathway.state, pathway.ended_at = PathwayState.REACHED, now
        tell(db, pathway, events.REACHED, at=now)
    db.flush()
    return change


def planned(
    pathway: Pathway, steps: Sequence[Step], plans: Plans, wanted: Wanted, *, first: Sequence[str] = ()
) -> tuple[Plan, Change, float]:
    """The plan that stands with the pathway, or another that is worth the change; why, and the minutes it saves."""
    first = [*first, *_todays(steps)]
    former = remembering.from_json(pathway.estimate, plans.problem(wanted))
    if former is None:
        return plans.best(wanted, first=first), Change.MUST, 0.0
    again = plans.again(former, wanted, first=first)
    return plans.told(again.plan.choice, wanted, first=first), again.change, again.saved


def _todays(steps: Sequence[Step]) -> list[str]:
    """The key of today's step, as far as the planner knows it."""
    planned = [key_of(one) for one in steps if one.state is StepState.OPEN and one.kind is not StepKind.OWN]
    return planned[:1]


def plans_of(db: Session, door: Door, pathway: Pathway, now: datetime, *, also: Collection[uuid.UUID] = ()) -> Plans:
    """What is known of the person and what is there for them today, with what they finished on the way."""
    attempt = taking.get(db, pathway.attempt_id)
    limits = Limits.from_json(pathway.limits).still(now.date())
    return choosing.plans_for(db, door, attempt, pathway.framework, limits, now, learnt=learnt(db, pathway), also=also)


def is_stale(db: Session, pathway: Pathway, now: datetime) -> bool:
    """Whether the pathway may be another one today: a day went by, or something happened to one of its sessions."""
    if pathway.state is not PathwayState.ACTIVE:
        return False
    if pathway.estimate.get("on") != now.date().isoformat():
        return True
    if pathway.file_id != taking.get(db, pathway.attempt_id).file_id:
        return True
    return any(one.is_news(now) for one in attending.seats(db, steps_of(db, pathway)))


def up_to_date(database: Database, db: Session, door: Door, attempt: Attempt) -> Pathway | None:
    """For a page that only reads: the pathway that somebody is on, or the last one they were on, as it is today. Where
    it must be planned anew, a short transaction of its own does it, and ``db`` then reads anew.
    """
    pathway = choosing.current(db, attempt)
    if pathway is None or not is_stale(db, pathway, clock.now()):
        return pathway or choosing.latest(db, attempt)
    with database.begin() as writing:
        held = writing.get(Pathway, pathway.id)
        if held is not None:
            hold(writing, held)
            refresh(writing, door, held)
    db.rollback()
    return choosing.latest(db, attempt)


def live_with(db: Session, door: Door, pathway: Pathway, limits: Limits) -> None:
    """Other limits, from now on: the pathway is planned anew from them. The same ones again change nothing."""
    hold(db, pathway)
    if pathway.state is not PathwayState.ACTIVE:
        raise Conflict(N_("Ce parcours est terminé."))
    if pathway.limits != limits.to_json():
        pathway.limits = limits.to_json()
        pathway.version += 1
        pathway.active_at = clock.now()
        taking.visited(taking.held(db, pathway.attempt_id))
        refresh(db, door, pathway)


def learnt(db: Session, pathway: Pathway) -> list[Learnt]:
    """What the person finished on this pathway and, if they are known, on those before."""
    theirs = Pathway.attempt_id == pathway.attempt_id
    if pathway.file_id is not None:
        theirs = sa.or_(theirs, Pathway.file_id == pathway.file_id)
    query = (
        sa.select(PathwayEvent)
        .join(Pathway, Pathway.id == PathwayEvent.pathway_id)
        .where(theirs, Pathway.framework == pathway.framework, PathwayEvent.kind.in_(LEARNING))
        .order_by(PathwayEvent.happened_at, PathwayEvent.id)
    )
    return [Learnt(dict.fromkeys(one.skills, LEARNING[one.kind]), one.happened_at) for one in db.scalars(query)]


def wanted_of(db: Session, pathway: Pathway, steps: Sequence[Step], knowledge: Knowledge) -> Wanted:
    """What the pathway is asked for, with what was locked, refused, and said."""
    return _wanted(pathway, steps, knowledge, _said(db, pathway, steps, knowledge))


def _wanted(pathway: Pathway, steps: Sequence[Step], knowledge: Knowledge, said: _Said) -> Wanted:
    locked = [one for one in steps if is_kept(one, knowledge)]
    kept = frozenset(code for one in locked for code in kept_by(one))
    return Wanted(
        values=pathway.values,
        way=Way(pathway.way),
        kept=kept,
        refused=frozenset(said.refused) - kept,
        known=frozenset(said.known),
        trusted=frozenset(said.trusted | said.unwanted) - kept,
        alone={code: one.resource_id for one in locked if one.session_id is None for code in one.skills},
    )


@dataclass(slots=True)
class _Said:
    """What was said of steps on the way, as far as it counts today."""

    refused: set[str] = field(default_factory=set)
    """Resources and sessions."""
    known: set[str] = field(default_factory=set)
    """Micro-skills that the person says they know, or has learnt."""
    trusted: set[str] = field(default_factory=set)
    """Those that are taken on somebody's word."""
    unwanted: set[str] = field(default_factory=set)
    """Those that are not taught because the person wants none of it: nobody says that they are known."""


def _said(db: Session, pathway: Pathway, steps: Sequence[Step], knowledge: Knowledge) -> _Said:
    """What somebody said of a micro-skill counts until a question about it was answered. Who refuses the question after
    they said that they know is believed; who only refuses has said nothing of what they know.
    """
    query = sa.select(PathwayEvent).where(PathwayEvent.pathway_id == pathway.id, PathwayEvent.kind.in_(SAID))
    events_ = db.scalars(query.order_by(PathwayEvent.happened_at, PathwayEvent.id)).all()
    by_id = {one.id: one for one in steps}
    taken_back = {one.details.get("undone") for one in events_ if one.kind == events.ADJUSTED}
    said = _Said()
    for one in events_:
        fresh = {code for code in one.skills if not _answered_since(knowledge, code, one.happened_at)}
        if one.kind == events.ADJUSTED:
            if str(one.id) not in taken_back:
                said.refused |= set(one.details.get("without", ()))
                said.trusted |= fresh & set(one.details.get("trusted", ()))
        elif one.kind in {events.TOO_HARD, events.REFUSED}:
            _refused(said, one, by_id.get(one.step_id) if one.step_id else None, fresh)
        else:
            said.known |= fresh
    said.unwanted -= said.trusted
    return said


def _refused(said: _Said, happened: PathwayEvent, step: Step | None, fresh: set[str]) -> None:
    """A step was refused, or too hard: what it was is not proposed again. Where nothing else can be, it is left out."""
    word = fresh & said.known
    said.known -= set(happened.skills)
    if step is None:
        return
    if step.kind is not StepKind.CHECK:
        said.refused |= set(_codes(step))
    if happened.kind == events.REFUSED and (step.kind is StepKind.CHECK or not _codes(step)):  # nobody else teaches it
        said.trusted |= word if step.kind is StepKind.CHECK else set()
        said.unwanted |= fresh


def is_kept(step: Step, knowledge: Knowledge) -> bool:
    """Whether a lock holds: until a question that was asked since found that the person knows it already."""
    if not step.locked or step.state is not StepState.OPEN or step.kind is StepKind.OWN:
        return False
    known = [
        _answered_since(knowledge, code, step.created_at) and knowledge.mastery.get(code, 0.0) >= CERTAINTY
        for code in step.skills
    ]
    return step.session_id is not None or not known or not all(known)


def _answered_since(knowledge: Knowledge, code: str, at: datetime) -> bool:
    answered = knowledge.answered_at.get(code)
    return answered is not None and answered > at


def key_of(step: Step) -> str:
    """The key that the planner gives this step."""
    if step.session_id is not None:
        return f"{SESSION}{step.session_id}"
    return step.skills[0] if step.skills else str(step.id)


def _codes(step: Step) -> list[str]:
    found = [f"{SESSION}{step.session_id}"] if step.session_id else []
    return found + ([f"{RESOURCE}{step.resource_id}"] if step.resource_id else [])


def kept_by(step: Step) -> list[str]:
    """What a lock on this step keeps, in the planner's codes."""
    return [f"{SESSION}{step.session_id}"] if step.session_id else list(step.skills)


def _marked(
    db: Session, door: Door, pathway: Pathway, step: Step, kind: str, state: StepState | None, key: str
) -> bool:
    now = clock.now()
    hold(db, pathway)
    db.refresh(step)  # somebody may have marked it while the pathway was waited for
    known = db.scalar(sa.select(PathwayEvent.id).filter_by(pathway_id=pathway.id, key=key))
    if known is not None:
        return False
    if pathway.state is not PathwayState.ACTIVE:
        raise Conflict(N_("Ce parcours est terminé."))
    if step.state is not StepState.OPEN:
        raise Conflict(N_("Cette étape est déjà passée. Voici la suite."))
    if state is not None:
        step.state, step.ended_at = state, now
    step.too_hard = step.too_hard or kind == events.TOO_HARD
    pathway.active_at = now
    pathway.version += 1
    taking.visited(taking.held(db, pathway.attempt_id))
    tell(db, pathway, kind, step=step, key=key, at=now)
    db.flush()
    refresh(db, door, pathway, now, first=[key_of(step)] if kind == events.TOO_HARD else ())
    return True


def hold(db: Session, pathway: Pathway) -> None:
    """Two presses of one person, or of a person and a trainer, go one after the other."""
    db.refresh(pathway, with_for_update=True)


def _follow(
    db: Session,
    pathway: Pathway,
    steps: Sequence[Step],
    proposed: Sequence[Proposed],
    after: Mapping[str, Sequence[str]],
    plans: Plans,
) -> tuple[list[list[str]], list[list[str]]]:
    """Make the stored steps those that are proposed; returns the micro-skills of those that came, and that went. What a
    trainer added or locked keeps its place.
    """
    open_ones = {key_of(one): one for one in steps if one.state is StepState.OPEN}
    wanted = {one.key: one for one in proposed}
    held = {key for key, one in open_ones.items() if key in wanted and one.locked}
    held |= {key for key, one in open_ones.items() if key not in wanted and _stays(db, one, plans)}
    past = [one.position for one in steps if one.state is not StepState.OPEN]
    order = arranging.arranged(list(open_ones), held, list(wanted), after)
    come: list[list[str]] = []
    for position, key in enumerate(order, 1 + max(past, default=-1)):
        step = open_ones.get(key)
        if step is None:
            db.add(choosing.step_from(pathway, position, wanted[key]))
            come.append(list(wanted[key].skills))
        elif key in wanted:
            _renew(step, position, wanted[key])
        else:
            step.position = position
    gone = [one for key, one in open_ones.items() if key not in wanted and key not in held]
    for step in gone:
        known = bool(step.skills) and all(plans.knowledge.mastery.get(code, 0.0) >= CERTAINTY for code in step.skills)
        step.state, step.ended_at = (StepState.KNOWN if known else StepState.GONE), plans.now
    return come, [list(one.skills) for one in gone]


def _stays(db: Session, step: Step, plans: Plans) -> bool:
    """Whether a step that the planner does not propose is there all the same: a trainer's own, or one that is locked
    while it can still be done.
    """
    if step.kind is StepKind.OWN:
        return True
    if not is_kept(step, plans.knowledge):
        return False
    seat = next(iter(attending.seats(db, [step])), None)
    if seat is None or seat.is_theirs(plans.now):
        return True
    return seat.session.state is SessionState.PUBLISHED and seat.session.ends_at > plans.now


def _renew(step: Step, position: int, one: Proposed) -> None:
    fresh = choosing.step_values(one)
    step.position = position
    for name, value in fresh.items():
        if getattr(step, name) != value:
            setattr(step, name, value)
