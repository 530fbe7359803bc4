"""A trainer changes somebody's pathway: order, locks, another way to teach a step, steps of their own.

Each change says what it costs before it is made: the best plan with it, less the best plan without it. It names the
version that the trainer saw, so that two trainers, or a trainer and the person, cannot overwrite each other in silence.
The last change can be taken back as long as nothing else happened. What the person refused or finished stays theirs.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_
from pathways.learning import attending, events, following, replacing
from pathways.learning.choosing import tell
from pathways.learning.models import Pathway, PathwayEvent, PathwayNote, PathwayState, Step, StepKind, StepState
from pathways.learning.offering import SESSION
from pathways.learning.planning import Plans
from pathways.learning.replacing import Other
from pathways.learning.trainers import undoing
from pathways.permissions import Member

MOST_MINUTES, LONGEST_WORDS, LONGEST_NOTE, MOST_OWN, MOST_WORDS = 480, 200, 500, 30, 3


class Act(enum.StrEnum):
    UP = "up"
    DOWN = "down"
    MOVE = "move"
    """To a place among the open steps, counted from 0: what a drag sends."""
    LOCK = "lock"
    UNLOCK = "unlock"
    REPLACE = "replace"
    REMOVE = "remove"
    ADD = "add"
    WORDS = "words"
    """Of a step of the trainer's own."""
    TEMPLATE = "template"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Change:
    """What a trainer wants of a pathway."""

    act: Act
    step_id: uuid.UUID | None = None
    to: str = ""
    """``resource:ID``, ``session:ID`` or ``mediator``; of a move, the place."""
    words: str = ""
    minutes: int = 0


class Overtaken(Conflict):
    """The pathway changed since the trainer saw it."""


def make(
    db: Session, door: Door, member: Member, pathway_id: uuid.UUID, change: Change, *, version: int, key: str
) -> Pathway:
    """Make a change; the same ``key`` again changes nothing. Raises :class:`Overtaken` where the pathway is not what
    the trainer saw any more.
    """
    pathway = following.pathway_for(db, member, pathway_id)
    if not _begins(db, pathway, version, key):
        return pathway
    now = clock.now()
    before = undoing.remembered(pathway, following.steps_of(db, pathway, every=True))
    happened = tell(db, pathway, events.ADJUSTED, account_id=member.account_id, key=key, at=now)
    step = following.step_for(db, pathway, change.step_id) if change.step_id else None
    if step is not None and step.state is not StepState.OPEN:
        raise Conflict(D_("Cette étape est déjà passée."))
    told = _done(db, door, pathway, member, change, step, now)
    happened.step_id = step.id if step else None
    happened.skills = list(told.pop("skills", None) or (step.skills if step else ()))
    happened.details = {"act": change.act.value} | told
    _settled(db, door, pathway, happened, before, now)
    return pathway


def add_steps(
    db: Session,
    door: Door,
    member: Member,
    pathway_id: uuid.UUID,
    steps: Sequence[dict[str, Any]],
    *,
    template: str,
    version: int,
    key: str,
) -> Pathway:
    """Steps of a template, their variables filled in, at the end: one change, which can be taken back as one."""
    pathway = following.pathway_for(db, member, pathway_id)
    if not _begins(db, pathway, version, key):
        return pathway
    now = clock.now()
    every = following.steps_of(db, pathway, every=True)
    before = undoing.remembered(pathway, every)
    taken = {following.key_of(one) for one in every if one.state is StepState.OPEN}
    position = 1 + max((one.position for one in every), default=-1)
    for values in steps:
        made = Step(pathway_id=pathway.id, position=position, made_by=member.account_id, created_at=now, **values)
        if made.skills and following.key_of(made) in taken:
            continue  # it is on the pathway already
        db.add(made)
        position += 1
    details = {"act": Act.TEMPLATE.value, "template": template}
    happened = tell(db, pathway, events.ADJUSTED, account_id=member.account_id, key=key, details=details, at=now)
    _must_have_room(db, pathway)
    _settled(db, door, pathway, happened, before, now)
    return pathway


def can_undo(pathway: Pathway) -> bool:
    """Whether nothing happened since a trainer's last change."""
    return bool(pathway.former) and pathway.former["version"] == pathway.version


def undo(db: Session, member: Member, pathway_id: uuid.UUID, *, version: int, key: str) -> Pathway:
    """Take the last change back: the steps and the plan are what they were before it."""
    pathway = following.pathway_for(db, member, pathway_id)
    db.refresh(pathway, with_for_update=True)
    if _is_done(db, pathway, key):
        return pathway
    if pathway.version != version or not can_undo(pathway):
        raise Overtaken(D_("Il s'est passé autre chose depuis : ce changement ne se reprend plus d'un geste."))
    now, former = clock.now(), pathway.former
    if former["state"] == PathwayState.ACTIVE.value and pathway.state is not PathwayState.ACTIVE:
        pathway.state, pathway.ended_at = PathwayState.ACTIVE, None
    for step in following.steps_of(db, pathway, every=True):
        if str(step.id) in former["steps"]:
            undoing.restore(step, former["steps"][str(step.id)])
        elif step.state is StepState.OPEN:
            step.state, step.ended_at = StepState.GONE, now
    pathway.estimate = former["estimate"]
    details = {"act": Act.UNDO.value, "undone": former["event"]}
    tell(db, pathway, events.ADJUSTED, account_id=member.account_id, details=details, key=key, at=now)
    pathway.former = {}
    pathway.version += 1
    db.flush()
    return pathway


def note(
    db: Session,
    member: Member,
    pathway_id: uuid.UUID,
    *,
    text: str,
    for_person: bool,
    step_id: uuid.UUID | None = None,
    key: str,
) -> None:
    """A comment, for the person or for colleagues. The same ``key`` again writes nothing."""
    pathway = following.pathway_for(db, member, pathway_id)
    db.refresh(pathway, with_for_update=True)
    if _is_done(db, pathway, key):
        return
    if not text.strip():
        raise Invalid(D_("Écrivez quelques mots."), errors=[{"field": "text", "message": D_("Écrivez quelques mots.")}])
    if len(text) > LONGEST_NOTE:
        said = D_("C'est trop long : 500 signes au plus.")
        raise Invalid(said, errors=[{"field": "text", "message": said}])
    step = following.step_for(db, pathway, step_id) if step_id else None
    written = PathwayNote(
        pathway_id=pathway.id,
        step_id=step.id if step else None,
        account_id=member.account_id,
        for_person=for_person,
        text=text.strip(),
    )
    db.add(written)
    details = {"for_person": for_person}
    tell(db, pathway, events.NOTED, step=step, details=details, account_id=member.account_id, key=key, at=clock.now())
    db.flush()


def words_for_person(db: Session, pathway: Pathway) -> Sequence[str]:
    """The latest comments for the person about the whole of it; those about a step stand with the step."""
    query = sa.select(PathwayNote.text).filter_by(pathway_id=pathway.id, step_id=None, for_person=True)
    return db.scalars(query.order_by(PathwayNote.written_at.desc(), PathwayNote.id.desc()).limit(MOST_WORDS)).all()


# --- inside --------------------------------------------------------------------------------------------------


def _begins(db: Session, pathway: Pathway, version: int, key: str) -> bool:
    """Whether a change may go on: one after the other, on what the trainer saw, and not done already."""
    db.refresh(pathway, with_for_update=True)
    if _is_done(db, pathway, key):
        return False
    must_be_as_seen(pathway, version)
    return True


def must_be_as_seen(pathway: Pathway, version: int) -> None:
    """Raises :class:`Conflict` where the pathway is over, :class:`Overtaken` where it is another one by now."""
    if pathway.state is not PathwayState.ACTIVE:
        raise Conflict(D_("Ce parcours est terminé : il ne se change plus."))
    if pathway.version != version:
        raise Overtaken(D_("Ce parcours a changé entre-temps."))


def _is_done(db: Session, pathway: Pathway, key: str) -> bool:
    return db.query(PathwayEvent.id).filter_by(pathway_id=pathway.id, key=key).first() is not None


def _settled(
    db: Session, door: Door, pathway: Pathway, happened: PathwayEvent, before: dict[str, Any], now: datetime
) -> None:
    """The plan follows the change; what stood before is kept until something else happens."""
    pathway.version += 1
    db.flush()
    following.refresh(db, door, pathway, now)
    pathway.former = before | {"event": str(happened.id), "version": pathway.version}
    db.flush()


def _done(
    db: Session, door: Door, pathway: Pathway, member: Member, change: Change, step: Step | None, now: datetime
) -> dict[str, Any]:
    """Change the rows; returns what the history tells of it."""
    if change.act is Act.ADD:
        _must_have_room(db, pathway)
        made = own_step(pathway, following.steps_of(db, pathway, every=True), member, change, now)
        db.add(made)
        return {"words": made.title}
    if step is None:
        raise NotFound(D_("Cette étape n'existe plus."))
    if change.act in {Act.UP, Act.DOWN, Act.MOVE}:
        return _moved(db, pathway, change, step)
    if change.act is not Act.REPLACE:
        return change_step(change, step, [], now)
    steps = following.steps_of(db, pathway, every=True)
    also = attending.theirs(attending.seats(db, steps), now)
    return change_step(change, step, options(following.plans_of(db, door, pathway, now, also=also), steps, step), now)


def options(plans: Plans, steps: Sequence[Step], step: Step) -> Sequence[Other]:
    """What a step can be replaced by, among what the person can use."""
    return replacing.options(plans, steps, step) if step.kind is not StepKind.OWN and step.skills else []


def change_step(change: Change, step: Step, others: Sequence[Other], now: datetime) -> dict[str, Any]:
    """Make a change of one step that touches no other; returns what the history tells of it."""
    if step.booking_id is not None and change.act in {Act.UNLOCK, Act.REPLACE, Act.REMOVE}:
        raise Conflict(D_("Une place y est réservée : annulez d'abord la réservation, avec la personne."))
    if change.act in {Act.LOCK, Act.UNLOCK}:
        step.locked = change.act is Act.LOCK
        return {}
    if change.act is Act.REPLACE:
        return _replaced(step, others, change)
    if change.act is Act.WORDS and step.kind is StepKind.OWN:
        step.title, step.minutes = _own_words(change)
        step.low = step.high = step.minutes
        return {"words": step.title}
    if change.act is Act.REMOVE:
        return _removed(step, now)
    raise NotFound(D_("Ce changement n'existe pas."))


def own_step(pathway: Pathway, every: Sequence[Step], member: Member, change: Change, now: datetime) -> Step:
    """A step of the trainer's own at the end, not stored yet."""
    words, minutes = _own_words(change)
    return Step(
        pathway_id=pathway.id,
        position=1 + max((one.position for one in every), default=-1),
        kind=StepKind.OWN,
        state=StepState.OPEN,
        skills=[],
        title=words,
        minutes=minutes,
        low=minutes,
        high=minutes,
        made_by=member.account_id,
        created_at=now,
    )


def _must_have_room(db: Session, pathway: Pathway) -> None:
    own = [one for one in following.steps_of(db, pathway) if one.kind is StepKind.OWN and one.state is StepState.OPEN]
    if len(own) >= MOST_OWN:
        raise Conflict(D_("Il y a déjà 30 étapes de votre main : retirez-en une d'abord."))


def _own_words(change: Change) -> tuple[str, int]:
    wrong = []
    if not change.words.strip() or len(change.words) > LONGEST_WORDS:
        wrong.append({"field": "words", "message": D_("Dites l'étape en quelques mots, 200 signes au plus.")})
    if not 1 <= change.minutes <= MOST_MINUTES:
        wrong.append({"field": "minutes", "message": D_("Entre 1 minute et 8 heures.")})
    if wrong:
        raise Invalid(wrong[0]["message"], errors=wrong)
    return change.words.strip(), change.minutes


def _moved(db: Session, pathway: Pathway, change: Change, step: Step) -> dict[str, Any]:
    """Whatever is moved keeps the place that it was given: a planned step is locked by it."""
    row = [one for one in following.steps_of(db, pathway) if one.state is StepState.OPEN]
    place = row.index(step)
    if change.act is Act.MOVE:
        to = int(change.to) if change.to.isdecimal() and len(change.to) < 5 else place
    else:
        to = place + (1 if change.act is Act.DOWN else -1)
    to = min(max(to, 0), len(row) - 1)
    positions = [one.position for one in row]
    row.insert(to, row.pop(place))
    for position, one in zip(positions, row, strict=True):
        one.position = position
    step.locked = step.locked or step.kind is not StepKind.OWN
    return {"from": place, "to": to}


def _replaced(step: Step, others: Sequence[Other], change: Change) -> dict[str, Any]:
    """Another way to teach the same, among those that the person can use."""
    if step.kind is StepKind.OWN or not step.skills:
        raise Conflict(D_("Une étape de votre main se change, et ne se remplace pas."))
    chosen = next((one for one in others if one.code == change.to), None)
    if chosen is None:
        raise Conflict(D_("Cette personne ne peut plus utiliser cela : choisissez autre chose."))
    before, told = list(step.skills), {"to": change.to}
    without = [f"{SESSION}{step.session_id}"] if step.session_id else []
    step.session_id = chosen.session.id if chosen.session else None
    step.resource_id = chosen.resource.id if chosen.resource else None
    step.skills = list(chosen.skills)
    step.kind = StepKind.ATTEND if step.session_id else StepKind.LEARN
    step.minutes = step.low = step.high = chosen.minutes
    step.booking_id, step.too_hard, step.locked = None, False, True
    return told | {"without": [one for one in without if one != change.to], "skills": before}


def _removed(step: Step, now: datetime) -> dict[str, Any]:
    """Of a session, another way is looked for. Of anything else, the trainer says that it is not needed: it is taken as
    mastered until a question says otherwise, and the profile stays as it is.
    """
    step.state, step.ended_at, step.locked = StepState.GONE, now, False
    if step.kind is StepKind.OWN:
        return {"words": step.title}
    if step.session_id is not None:
        return {"without": [f"{SESSION}{step.session_id}"]}
    return {"trusted": list(step.skills)}
