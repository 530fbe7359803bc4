"""The learner's pages once it is over: the result, what they take away, what they erase."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.diagnostics import belonging, reading, taking
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.doors import BesideAnswers, CurrentLearner, OwnDoor, forget, forget_person, is_at_desk, speak
from pathways.diagnostics.models import Answer
from pathways.i18n import N_
from pathways.items import presenting
from pathways.web.dependencies import DB, ReadDB
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()
_SAID = {"dont_know": N_("Je ne sais pas"), "not_understood": N_("Je ne comprends pas")}


@router.get("/t/{attempt_id}/result")
def result(request: Request, learner: CurrentLearner, db: ReadDB, door: OwnDoor, beside: BesideAnswers) -> Response:
    """What you can do, what to learn, what to confirm, what was not seen: words, shapes and colours, no mark."""
    attempt = taking.get(db, learner.attempt_id)
    if attempt.stopped is None:
        return RedirectResponse(f"/t/{attempt.id}", 303)
    if attempt.part_of_id is not None:  # a check belongs to a pathway, which tells what came of it
        return RedirectResponse(f"/t/{attempt.id}/back", 303)
    speak(attempt)
    profile = reading.profile(db, door, attempt)
    own = [one for one in profile.standing if one.observed_by is None and one.entered_by is None]
    return render(
        request,
        "result.html",
        attempt_id=attempt.id,
        answered=len(profile.answers),
        by_sign=profile.by_sign(),
        within_reach=profile.within_reach if profile.is_told else (),
        not_understood=profile.not_understood,
        resume_code=ids.readable(door.resume_code(attempt)),
        last_item=own[-1].item if own else "",
        at_desk=is_at_desk(request),
        **beside(db, attempt.id),
    )


@router.get("/t/{attempt_id}/take-away")
def take_away(request: Request, learner: CurrentLearner, db: ReadDB, door: OwnDoor, beside: BesideAnswers) -> Response:
    """Everything that is held about this attempt, as a page to keep: it opens without the network."""
    attempt = belonging.root_of(db, taking.get(db, learner.attempt_id))
    speak(attempt)
    profile = reading.profile(db, door, attempt)
    response = render(
        request,
        "take-away.html",
        groups=profile.by_sign(),
        filed=attempt.file_id is not None,
        kept_longer=attempt.kept_days is not None,
        journey=request.app.state.journey_kept(db, door, attempt),
        **beside(db, attempt.id),
        answers=[_kept_answer(profile.blueprint, one, attempt.language) for one in profile.standing],
    )
    name = f"pathways-{attempt.started_at:%Y-%m-%d}.html"
    response.headers["content-disposition"] = f'attachment; filename="{name}"'
    return response


@router.get("/t/{attempt_id}/erase")
def ask_erase(request: Request, learner: CurrentLearner, db: ReadDB) -> Response:
    speak(taking.get(db, learner.attempt_id))
    return render(request, "erase.html", attempt_id=learner.attempt_id, erased=False)


@router.post("/t/{attempt_id}/erase")
def erase(request: Request, learner: CurrentLearner, db: DB) -> Response:
    attempt = taking.get(db, learner.attempt_id)
    speak(attempt)
    taking.erase(db, learner.attempt_id, before=request.app.state.leave)
    response = render(request, "erase.html", attempt_id=learner.attempt_id, erased=True)
    (forget_person if is_at_desk(request) else forget)(response)
    return response


def _kept_answer(blueprint: Blueprint, one: Answer, language: str) -> tuple[tuple[str | None, str], ...]:
    """The question and what was answered, each in both languages."""
    shown = blueprint.shown(one.item, language)
    if one.outcome in _SAID:
        return shown.text("stem"), (i18n.gettext(_SAID[one.outcome]), _SAID[one.outcome])
    if one.outcome == "not_tried":
        return shown.text("stem"), (None, "pas essayé")
    own, french = presenting.in_own_words(shown, one.response), presenting.in_words(shown.body, one.response)
    return shown.text("stem"), (own, french)
