"""The pathway of a person: today's step, big; then the next ones, then all. They mark, check, book, refuse, stop."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, ids
from pathways.diagnostics import taking
from pathways.diagnostics.doors import CurrentLearner, OwnDoor, is_at_desk, keep_open, speak
from pathways.diagnostics.modalities import unusable_in
from pathways.diagnostics.models import Attempt
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import N_
from pathways.learning import (
    agenda,
    answering,
    checking,
    choosing,
    events,
    following,
    knowing,
    limits,
    mixing,
    readiness,
    telling,
)
from pathways.learning.limits import Limits
from pathways.learning.models import Pathway, PathwayEvent, PathwayState, SeatProposal, Step, StepKind, StepState
from pathways.learning.pages import shown, standing, waiting
from pathways.learning.pages.choice import elsewhere, life_of, limits_page
from pathways.learning.pages.codes import OwnCodes
from pathways.learning.pages.life import SentLife
from pathways.learning.trainers import adjusting
from pathways.referentials.models import MicroSkill
from pathways.web.dependencies import DB, ReadDB
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router
from pathways.workshops import showing
from pathways.workshops.codes import Codes
from pathways.workshops.seating.booking import Full

router = Router()
NEXT = 3  # steps that are shown under today's
MARKS = {
    "done": following.done,
    "known": following.already_known,
    "hard": following.too_hard,
    "no": following.refuse,
}
SAID = {
    "done": N_("C'est noté. Voici la suite."),
    "known": N_("C'est noté. Une question va vérifier."),
    "believed": N_("C'est noté. Voici la suite."),
    "hard": N_("C'est noté. Nous cherchons une autre façon."),
    "no": N_("C'est noté. Cette étape n'est plus là."),
    "passed": N_("Cette étape est déjà passée. Voici la suite."),
    "no-question": N_("Il n'y a pas de question à poser sur ce point dans votre langue."),
    "full": N_("C'est complet."),
    "late": N_("Cette place n'est plus gardée pour vous."),
    "declined": N_("C'est noté."),
    "limits": N_("C'est noté."),
    "instead": N_("C'est noté."),
}
KeySent = Annotated[Short, Form()]


@router.get("/t/{attempt_id}/pathway")
def pathway(
    request: Request,
    learner: CurrentLearner,
    db: ReadDB,
    door: OwnDoor,
    codes: OwnCodes,
    said: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Where they are. As of today: what a day or a session changed is worked out first."""
    attempt = taking.get(db, learner.attempt_id)
    if away := elsewhere(attempt):
        return away
    speak(attempt)
    found = following.up_to_date(request.app.state.database, db, door, attempt)
    if found is None:
        return RedirectResponse(f"/t/{attempt.id}/goals", 303)
    askable = _askable(request, db, door, found, attempt)
    values = page_values(db, codes, attempt, found)
    proposed = answering.proposals(db, found)
    language = attempt.language
    return render(
        request,
        "pathway.html",
        **values,
        said=SAID.get(said, ""),
        changed=_changed(db, found, values["skills"], language) if not said or said == "checked" else [],
        replanned=_replanned(db, found),
        words=adjusting.words_for_person(db, found),
        waiting=waiting.of(db, attempt),
        readiness=readiness.of_pathway(db, door, found),
        fresh=_fresh(db, found) if said == "done" else "",
        proposals=[(one, showing.said_of(session, language), session) for one, session in proposed],
        askable=askable,
        key=ids.random_id().hex,
        resume_code=ids.readable(door.resume_code(attempt)),
        at_desk=is_at_desk(request),
    )


@router.get("/t/{attempt_id}/pathway/steps/{step_id}")
def step(
    request: Request, learner: CurrentLearner, step_id: uuid.UUID, db: ReadDB, door: OwnDoor, codes: OwnCodes
) -> Response:
    """One step: all of it, and what one can say of it."""
    attempt, found = _of(db, learner.attempt_id)
    own = following.step_for(db, found, step_id)
    return render(
        request,
        "step.html",
        **page_values(db, codes, attempt, found),
        own=shown.of_steps(db, codes, [own], skills_of(db, found), attempt.language, framework=found.framework)[0],
        others=_others(request, db, door, attempt, found, own),
        key=ids.random_id().hex,
        at_desk=is_at_desk(request),
    )


@router.post("/t/{attempt_id}/pathway/steps/{step_id}")
def mark(
    learner: CurrentLearner,
    step_id: uuid.UUID,
    db: DB,
    door: OwnDoor,
    said: Annotated[Short, Form()] = "",
    key: KeySent = "",
) -> Response:
    """Done, known, too hard, not this one. An old tab changes nothing."""
    _, found = _of(db, learner.attempt_id)
    own = following.step_for(db, found, step_id)
    if said not in MARKS:
        return _back(learner.attempt_id)
    try:
        with db.begin_nested():
            MARKS[said](db, door, found, own, key=f"{said} {own.id.hex[:12]} {key[:32]}")
    except Conflict:
        return _back(learner.attempt_id, "passed")
    return _back(learner.attempt_id, said if said != "known" or _is_asked(db, found, own) else "believed")


@router.post("/t/{attempt_id}/pathway/steps/{step_id}/instead")
def instead(
    learner: CurrentLearner,
    step_id: uuid.UUID,
    db: DB,
    door: OwnDoor,
    to: Annotated[Short, Form()] = "",
    key: KeySent = "",
) -> Response:
    """Another way to learn the same."""
    _, found = _of(db, learner.attempt_id)
    own = following.step_for(db, found, step_id)
    if not to:
        return _back(learner.attempt_id)
    try:
        with db.begin_nested():
            mixing.instead(db, door, found, own, to, key=f"instead {own.id.hex[:12]} {key[:32]}")
    except Conflict:
        return _back(learner.attempt_id, "passed")
    return _back(learner.attempt_id, "instead")


@router.post("/t/{attempt_id}/pathway/steps/{step_id}/book")
def book(learner: CurrentLearner, step_id: uuid.UUID, db: DB, codes: OwnCodes) -> Response:
    """A seat, as anybody books one: the slip is theirs."""
    _, found = _of(db, learner.attempt_id)
    own = following.step_for(db, found, step_id)
    try:
        with db.begin_nested():
            made = answering.take(db, codes, found, own)
    except Conflict:
        return _back(learner.attempt_id, "full")
    return RedirectResponse(f"/b/{codes.token_of(made.id)}?new=1", 303)


@router.post("/t/{attempt_id}/pathway/seats/{proposal_id}")
def answer_seat(
    learner: CurrentLearner,
    proposal_id: uuid.UUID,
    db: DB,
    door: OwnDoor,
    codes: OwnCodes,
    answer: Annotated[Short, Form()] = "",
) -> Response:
    """Yes or no to a seat that a trainer proposes."""
    _, found = _of(db, learner.attempt_id)
    proposal = db.get(SeatProposal, proposal_id)
    if proposal is None or proposal.pathway_id != found.id:
        raise NotFound(N_("Cette page n'existe pas."))
    if answer not in {"yes", "no"}:
        return _back(learner.attempt_id)
    try:
        with db.begin_nested():  # of what is refused, nothing is kept
            if answer == "no":
                answering.decline(db, found, proposal)
                return _back(learner.attempt_id, "declined")
            made = answering.accept(db, door, codes, found, proposal)
    except Conflict as error:
        return _back(learner.attempt_id, "full" if isinstance(error, Full) else "late")
    return RedirectResponse(f"/b/{codes.token_of(made.id)}?new=1", 303)


@router.post("/t/{attempt_id}/pathway/check")
def check(learner: CurrentLearner, db: DB, door: OwnDoor, step: Annotated[Short, Form()] = "") -> Response:
    """One or two questions about a step, on the usual screens."""
    attempt, found = _of(db, learner.attempt_id)
    own = following.step_for(db, found, _identifier(step))
    try:
        with db.begin_nested():
            asked = checking.of_step(db, door, found, own, holder=attempt)
    except Conflict:
        return _back(learner.attempt_id, "no-question")
    return RedirectResponse(f"/t/{asked.id}", 303)


@router.get("/t/{attempt_id}/back")
def back(request: Request, learner: CurrentLearner, db: DB, door: OwnDoor) -> Response:
    """From a check to the pathway it belongs to, or to its second question. Coming here twice changes nothing."""
    asked = taking.get(db, learner.attempt_id)
    if asked.part_of_id is None:
        return RedirectResponse(f"/t/{asked.id}/result", 303)
    if asked.stopped is None:
        return RedirectResponse(f"/t/{asked.id}", 303)
    first = taking.held(db, asked.part_of_id)
    found = checking.of_attempt(db, asked)
    if found is not None and found.state is PathwayState.ACTIVE and checking.conclude(db, door, found, asked):
        return RedirectResponse(f"/t/{asked.id}", 303)
    first.at_desk = asked.at_desk
    if asked.language in taking.blueprint_of(db, door, first.diagnostic_id).languages:
        first.language = asked.language  # changed on the way, it is changed for good
    taking.visited(first)
    response = RedirectResponse(f"/t/{first.id}/pathway?said=checked", 303)
    keep_open(response, request, door, first)
    return response


@router.get("/t/{attempt_id}/pathway/limits")
def ask_limits(request: Request, learner: CurrentLearner, db: ReadDB) -> Response:
    attempt, found = _of(db, learner.attempt_id)
    action = f"/t/{attempt.id}/pathway/limits"
    return limits_page(request, attempt, life_of(db, found), action=action, method="post")


@router.post("/t/{attempt_id}/pathway/limits")
def change_limits(request: Request, learner: CurrentLearner, db: DB, door: OwnDoor, life: SentLife) -> Response:
    """Their life changed: the pathway follows."""
    attempt, found = _of(db, learner.attempt_id)
    try:
        following.live_with(db, door, found, limits.checked(life.limits(db), clock.now().date()))
    except Invalid as error:
        action = f"/t/{attempt.id}/pathway/limits"
        return limits_page(request, attempt, life, action=action, method="post", error=error)
    return _back(attempt.id, "limits")


@router.get("/t/{attempt_id}/pathway/again")
def again(learner: CurrentLearner, db: ReadDB) -> Response:
    """Another way to the same goals: the three cards, with what was said before."""
    attempt, found = _of(db, learner.attempt_id)
    return RedirectResponse(f"/t/{attempt.id}/ways?{life_of(db, found).query()}", 303)


@router.post("/t/{attempt_id}/pathway/stop")
def stop(learner: CurrentLearner, db: DB, sure: Annotated[Short, Form()] = "") -> Response:
    """They want no more of it. What they learnt stays known."""
    _, found = _of(db, learner.attempt_id)
    if not sure:
        return _back(learner.attempt_id)
    following.hold(db, found)
    choosing.stop(db, found, clock.now())
    return RedirectResponse(f"/t/{learner.attempt_id}/result", 303)


@router.get("/t/{attempt_id}/pathway/check")
@router.get("/t/{attempt_id}/pathway/stop")
@router.get("/t/{attempt_id}/pathway/steps/{step_id}/book")
@router.get("/t/{attempt_id}/pathway/steps/{step_id}/instead")
@router.get("/t/{attempt_id}/pathway/seats/{proposal_id}")
def restored(learner: CurrentLearner) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return _back(learner.attempt_id)


def page_values(db: Session, codes: Codes, attempt: Attempt, found: Pathway) -> dict[str, Any]:
    """What every page of a pathway shows: its steps in order, its goals, how long it takes."""
    ladders = knowing.ladders_for(db, found.organisation_id, found.framework)
    skills = dict(ladders.skills)
    rows = following.steps_of(db, found)
    open_ones, done = ([one for one in rows if one.state is state] for state in (StepState.OPEN, StepState.DONE))
    language, total, today = attempt.language, found.estimate.get("total"), clock.now().date()
    steps = shown.of_steps(db, codes, open_ones, skills, language, framework=found.framework)
    minutes = [(one.step.minutes, one.session) for one in steps if one.step is not None]
    return {
        "attempt_id": attempt.id,
        "pathway": found,
        "active": found.state is PathwayState.ACTIVE,
        "reached": found.state is PathwayState.REACHED,
        "way": telling.WAYS[found.way],
        "goals": [(one.get("titles", {}).get(language), one["title"]) for one in found.goals],
        "skills": skills,
        "with_somebody": telling.with_somebody(ladders.referential.readers),
        "steps": steps,
        "done": shown.of_steps(db, codes, done, skills, language, framework=found.framework),
        "next": NEXT,
        "lasts": telling.lasts(total[0], total[1], total[2], language) if total and open_ones else None,
        "ends": agenda.ends(minutes, total, Limits.from_json(found.limits), today, language),
    } | standing.of(found, today, steps=bool(open_ones))


def skills_of(db: Session, found: Pathway) -> dict[str, MicroSkill]:
    return dict(knowing.ladders_for(db, found.organisation_id, found.framework).skills)


def _of(db: Session, attempt_id: uuid.UUID) -> tuple[Attempt, Pathway]:
    """The attempt that somebody holds, and the pathway that they are on."""
    attempt = taking.get(db, attempt_id)
    speak(attempt)
    found = choosing.current(db, attempt)
    if found is None:
        raise NotFound(N_("Ce parcours est terminé."))
    return attempt, found


def _others(
    request: Request, db: Session, door: taking.Door, attempt: Attempt, found: Pathway, own: Step
) -> list[tuple[str, shown.ShownStep]]:
    """``(code, what is shown of it)`` of the other ways to do a step."""
    choosing.ready(request.app.state.database, db, found.organisation_id, found.framework)
    skills = skills_of(db, found)
    return [(one.code, shown.of_other(one, skills, attempt.language)) for one in mixing.others(db, door, found, own)]


def _askable(request: Request, db: Session, door: taking.Door, found: Pathway, attempt: Attempt) -> frozenset[str]:
    choosing.ready(request.app.state.database, db, found.organisation_id, found.framework)
    return checking.can_ask(db, door, found, attempt.language, unusable_in(attempt))


def _is_asked(db: Session, found: Pathway, own: Step) -> bool:
    """Whether a question about a step is on the pathway now."""
    asked = [one for one in following.steps_of(db, found) if one.kind is StepKind.CHECK]
    return any(one.state is StepState.OPEN and set(one.skills) & set(own.skills) for one in asked)


def _fresh(db: Session, found: Pathway) -> str:
    """The step that was just done: a question about it makes knowledge of it."""
    query = sa.select(PathwayEvent.step_id).filter_by(pathway_id=found.id, kind=events.DONE)
    return str(db.scalar(query.order_by(PathwayEvent.happened_at.desc(), PathwayEvent.id.desc()).limit(1)) or "")


def _replanned(db: Session, found: Pathway) -> str:
    """What the last change was, if nothing happened since but what led to it."""
    query = sa.select(PathwayEvent).where(PathwayEvent.pathway_id == found.id)
    last = db.scalars(query.order_by(PathwayEvent.happened_at.desc(), PathwayEvent.id.desc()).limit(1)).first()
    return telling.replanned(last)


def _changed(
    db: Session, found: Pathway, skills: dict[str, MicroSkill], language: str
) -> list[tuple[str, list[shown.Pair]]]:
    """What the last check changed in the profile: ``(sign, titles)``; nothing where something else happened since."""
    query = sa.select(PathwayEvent).where(
        PathwayEvent.pathway_id == found.id, PathwayEvent.kind.not_in([events.REPLANNED, events.REACHED])
    )
    last = db.scalars(query.order_by(PathwayEvent.happened_at.desc(), PathwayEvent.id.desc()).limit(1)).first()
    if last is None or last.kind != events.CHECKED:
        return []
    after = last.details.get("after", {})
    words = {"mastered": "can", "not_mastered": "learn", "undecided": "confirm"}
    by_sign: dict[str, list[str]] = {}
    for code, (label, _) in after.items():
        if label in words:
            by_sign.setdefault(words[label], []).append(code)
    signs = [one for one in ("can", "learn", "confirm") if one in by_sign]
    return [(sign, shown.titles_of(by_sign[sign], skills, language)) for sign in signs]


def _identifier(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound(N_("Cette étape n'existe plus.")) from error


def _back(attempt_id: uuid.UUID, said: str = "") -> Response:
    return RedirectResponse(f"/t/{attempt_id}/pathway{f'?said={said}' if said else ''}", 303)
