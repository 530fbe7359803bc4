"""The learner's pages: the poster's door, one question per screen. No account, no JavaScript needed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.diagnostics import belonging, keys, modalities, taking, unclear
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.doors import (
    BesideAnswers,
    CurrentLearner,
    OwnDoor,
    begun,
    hand_over,
    is_at_desk,
    remember,
    speak,
)
from pathways.diagnostics.engine import Outcome
from pathways.diagnostics.models import Answer, Attempt, Diagnostic, DiagnosticState
from pathways.diagnostics.pages.answer_forms import Picked, picked, response_of
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.errors import Conflict, Gone, Invalid, Reused, WrongCode
from pathways.i18n import N_
from pathways.items import presenting
from pathways.web.dependencies import DB, Address, ReadDB, public
from pathways.web.fields import Short
from pathways.web.pages import DISPLAY_COOKIE, DISPLAYS, display_of, render
from pathways.web.routing import Router
from pathways.web.security import LANGUAGE_COOKIE

router = Router()
CODE_PURPOSE = "anybody who reads the code on a poster comes in here"
SAID = {
    "already": N_("Vous avez déjà répondu à cette question. Voici la suivante."),
    "unclear": N_("Merci. Une personne va relire cette phrase."),
    "undone": N_("Votre réponse est reprise. Répondez encore une fois."),
}


_OWN_PAGE = re.compile(r"/t/[0-9a-f-]{36}(/[a-z0-9-]+)+(\?[A-Za-z0-9_.~%&=+*'(),:;@!/?$-]*)?")
Back = Annotated[str, Query(max_length=2000)]
"""The page from which somebody chooses another language."""
Fields = dict[str, list[str]]


async def _fields(request: Request) -> Fields:
    """The fields of a question's form, whatever its kind: bounded in number and length."""
    async with request.form(max_files=0, max_fields=60) as form:
        fields: Fields = {}
        for name, value in form.multi_items():
            if isinstance(value, str) and len(name) <= 60 and len(value) <= 500:
                fields.setdefault(name, []).append(value)
        return fields


FormFields = Annotated[Fields, Depends(_fields)]


@router.get("/q")
@public(CODE_PURPOSE)
def by_code(code: Annotated[str, Query(max_length=40)] = "") -> Response:
    wanted = ids.normalised(code)[:12]
    return RedirectResponse(f"/q/{quote(wanted)}" if wanted else "/", 303)


@router.get("/q/{code}")
@public(CODE_PURPOSE)
def wall(request: Request, code: str, db: DB, door: OwnDoor, address: Address) -> Response:
    """The language wall: each name in its own script, no flags. A code that opens nothing is asked for again."""
    try:
        diagnostic = _open(db, door, code, address)
    except WrongCode as error:  # answered, not raised, as in `resume`
        return render(request, "front.html", said=error.message, typed=code[:20], status=404)
    offered = taking.blueprint_of(db, door, diagnostic.id).offered()
    return render(request, "wall.html", offered=offered, base=f"/q/{diagnostic.code}", chosen=i18n.current().code)


@router.get("/q/{code}/{tag}")
@public(CODE_PURPOSE)
def welcome(request: Request, code: str, tag: str, db: DB, door: OwnDoor, address: Address) -> Response:
    diagnostic = _open(db, door, code, address)
    blueprint = taking.blueprint_of(db, door, diagnostic.id)
    language = i18n.recognised(tag)
    if language not in blueprint.languages:
        return RedirectResponse(f"/q/{diagnostic.code}", 303)
    i18n.use(language)
    response = _welcome(request, diagnostic, blueprint, language)
    remember(response, request, LANGUAGE_COOKIE, language, "/")
    return response


@router.post("/q/{code}/{tag}")
@public(CODE_PURPOSE)
def start(
    request: Request,
    code: str,
    tag: str,
    db: DB,
    door: OwnDoor,
    address: Address,
    key: Annotated[uuid.UUID | None, Form()] = None,
    unusable: Annotated[list[Short], Form(max_length=10)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    language = i18n.recognised(tag) or ""
    own = f"page {ids.fingerprint(f'{key} {unusable}', 32) if unusable else key}" if key else None
    try:
        attempt, _ = taking.start(db, door, code=code, language=language, address=address, key=own, unusable=unusable)
    except Invalid as error:
        if [one["field"] for one in error.errors] != ["unusable"]:
            raise
        i18n.use(language)
        diagnostic = _open(db, door, code, address)
        blueprint = taking.blueprint_of(db, door, diagnostic.id)
        return _welcome(request, diagnostic, blueprint, language, unusable=unusable, said=error.message, status=422)
    response = RedirectResponse(f"/t/{attempt.id}/practice", 303)
    hand_over(response, request, door, attempt)
    return response


@router.get("/t/{attempt_id}/practice")
def practice(
    request: Request, learner: CurrentLearner, db: ReadDB, said: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """A question that does not count: how to choose, how to confirm, and that not knowing is an answer."""
    speak(taking.get(db, learner.attempt_id))
    return render(request, "practice.html", attempt_id=learner.attempt_id, said=said)


@router.post("/t/{attempt_id}/practice")
def practised(learner: CurrentLearner, fields: FormFields) -> Response:
    said = "out" if fields.get("out", [""])[0] else fields.get("answer", ["none"])[0]
    return RedirectResponse(f"/t/{learner.attempt_id}/practice?said={quote(said[:10])}", 303)


@router.get("/t/{attempt_id}")
def question(
    request: Request,
    learner: CurrentLearner,
    db: ReadDB,
    door: OwnDoor,
    said: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The question on the screen, or the way to the result."""
    attempt = taking.get(db, learner.attempt_id)
    if attempt.current_item is None:
        return RedirectResponse(f"/t/{attempt.id}/result", 303)
    return _question(request, db, door, attempt, said=SAID.get(said, ""))


@router.post("/t/{attempt_id}/answers")
def answer(request: Request, learner: CurrentLearner, fields: FormFields, db: DB, door: OwnDoor) -> Response:
    """One answer. A double tap, a reload or an old tab leads to the question that is on now and counts nothing."""
    attempt = taking.get(db, learner.attempt_id)
    item, key = fields.get("item", [""])[0], fields.get("key", [""])[0]
    outcome = fields.get("outcome", ["answered"])[0]
    try:
        blueprint = taking.blueprint_of(db, door, attempt.diagnostic_id)
        response = None
        if outcome == "answered" and item in blueprint.bodies:
            response = response_of(blueprint.bodies[item], fields)
        taking.answer(db, door, attempt.id, key=_key(key, attempt, item), item=item, outcome=outcome, response=response)
    except Invalid as error:
        if item != attempt.current_item:
            return RedirectResponse(f"/t/{attempt.id}?said=already", 303)
        kept = picked(fields)
        return _question(request, db, door, attempt, said=error.message, values=error.values, kept=kept, status=422)
    except (Conflict, Reused):  # the other answer of another tab counts
        return RedirectResponse(f"/t/{attempt.id}?said=already", 303)
    return RedirectResponse(f"/t/{attempt.id}", 303)


@router.get("/t/{attempt_id}/answers")
@router.get("/t/{attempt_id}/undo")
@router.get("/t/{attempt_id}/leave")
@router.get("/t/{attempt_id}/unclear")
def back(learner: CurrentLearner) -> Response:
    """A restored tab asks for the address that a form was sent to: the way leads back to the question."""
    return RedirectResponse(f"/t/{learner.attempt_id}", 303)


@router.post("/t/{attempt_id}/undo")
def undo(learner: CurrentLearner, db: DB, door: OwnDoor, item: Annotated[Short, Form()] = "") -> Response:
    try:
        taking.undo(db, door, learner.attempt_id, item=item or None)
    except Conflict:
        return RedirectResponse(f"/t/{learner.attempt_id}", 303)
    return RedirectResponse(f"/t/{learner.attempt_id}?said=undone", 303)


@router.post("/t/{attempt_id}/unclear")
def say_unclear(
    learner: CurrentLearner,
    db: DB,
    door: OwnDoor,
    item: Annotated[Short, Form()] = "",
    segment: Annotated[str, Form(max_length=80)] = unclear.USUAL,
) -> Response:
    """A sentence is not clear. The question stays on the screen as it is; an old tab says nothing and goes on."""
    try:
        unclear.say(db, door, learner.attempt_id, item=item, segment=segment)
    except Invalid:
        return RedirectResponse(f"/t/{learner.attempt_id}", 303)
    return RedirectResponse(f"/t/{learner.attempt_id}?said=unclear", 303)


@router.get("/t/{attempt_id}/pause")
def pause(request: Request, learner: CurrentLearner, db: ReadDB, door: OwnDoor, beside: BesideAnswers) -> Response:
    attempt = taking.get(db, learner.attempt_id)
    speak(attempt)
    own = belonging.root_of(db, attempt)  # of a check: one code and one name a person
    return render(
        request,
        "pause.html",
        attempt_id=attempt.id,
        resume_code=ids.readable(door.resume_code(own)),
        pseudonym=pseudonym(own.id),
        filed=own.file_id is not None,
        kept_longer=own.kept_days is not None,
        reception=beside(db, own.id)["reception"],
        at_desk=is_at_desk(request),
    )


@router.post("/t/{attempt_id}/leave")
def leave(learner: CurrentLearner, db: DB) -> Response:
    taking.leave(db, learner.attempt_id)
    return RedirectResponse(f"/t/{learner.attempt_id}/result", 303)


@router.post("/t/{attempt_id}/display")
def display(
    request: Request, learner: CurrentLearner, display: Annotated[str, Form(max_length=10)] = "both"
) -> Response:
    response = RedirectResponse(f"/t/{learner.attempt_id}", 303)
    if display in DISPLAYS:
        remember(response, request, DISPLAY_COOKIE, display, "/")
    return response


@router.get("/t/{attempt_id}/language")
def languages(request: Request, learner: CurrentLearner, db: ReadDB, door: OwnDoor, back: Back = "") -> Response:
    attempt = taking.get(db, learner.attempt_id)
    speak(attempt)
    return render(
        request,
        "wall.html",
        offered=taking.blueprint_of(db, door, attempt.diagnostic_id).offered(),
        base=f"/t/{attempt.id}/language",
        query=f"?back={quote(back)}" if _own_page(attempt.id, back) else "",
        chosen=attempt.language,
    )


@router.get("/t/{attempt_id}/language/{tag}")
def change_language(
    request: Request, learner: CurrentLearner, tag: str, db: DB, door: OwnDoor, back: Back = ""
) -> Response:
    """Go on in another language (a link like the wall's: it changes how one reads, nothing that was answered). Who is
    on a pathway stays on it: no question of before opens again.
    """
    on_the_way = request.app.state.goes_on(db, taking.get(db, learner.attempt_id))
    attempt = taking.change_language(
        db, door, learner.attempt_id, i18n.recognised(tag) or "", may_ask_more=not on_the_way
    )
    response = RedirectResponse(_own_page(attempt.id, back) or f"/t/{attempt.id}", 303)
    remember(response, request, LANGUAGE_COOKIE, attempt.language, "/")
    return response


@router.get("/resume")
@public("whoever wrote a resume code down may go on")
def ask_resume(request: Request, code: Annotated[str, Query(max_length=40)] = "") -> Response:
    """With a code, as a square to scan carries it, one press is left: what only looks at an address opens nothing."""
    wanted = ids.normalised(code)
    typed = ids.readable(wanted) if len(wanted) == keys.RESUME_LENGTH else ""
    return render(request, "resume.html", said="", typed=typed, scanned=bool(typed))


@router.post("/resume")
@public("whoever wrote a resume code down may go on; wrong ones are counted")
def resume(
    request: Request, db: DB, door: OwnDoor, address: Address, code: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    try:
        attempt = taking.resume(db, door, code=code, address=address)
    except WrongCode as error:  # answered, not raised: its transaction, which counts the try, is kept all the same
        return render(request, "resume.html", said=error.message, typed=code[:20], scanned=False, status=404)
    response = RedirectResponse(f"/t/{attempt.id}{request.app.state.goes_on(db, attempt)}", 303)
    hand_over(response, request, door, attempt)
    return response


def _own_page(attempt_id: uuid.UUID, back: str) -> str:
    """Where somebody came from, if it is a page of this attempt; or nothing."""
    return back if back.startswith(f"/t/{attempt_id}/") and _OWN_PAGE.fullmatch(back) else ""


def _open(db: Session, door: taking.Door, code: str, address: str) -> Diagnostic:
    """What a poster's code opens to somebody who has not started yet."""
    diagnostic = taking.find(db, door, code, address=address)
    if diagnostic.state is not DiagnosticState.CLOSED:
        return diagnostic
    successor = taking.successor_of(db, diagnostic)
    if successor is None:
        raise Gone(N_("Ce diagnostic est terminé. Demandez un autre code à votre médiateur."))
    return successor


def _welcome(
    request: Request,
    diagnostic: Diagnostic,
    blueprint: Blueprint,
    language: str,
    *,
    unusable: Sequence[str] = (),
    said: str = "",
    status: int = 200,
) -> Response:
    return render(
        request,
        "welcome.html",
        status=status,
        code=diagnostic.code,
        at_most=blueprint.at_most(language, extra=blueprint.extra_one_in > 0),
        minutes=composing.minutes_of(diagnostic),
        drafts=any(states.get(language) in {"machine", "draft"} for states in blueprint.states.values()),
        key=ids.random_id(),
        begun=begun(request, diagnostic.id),
        without=[(one.value, modalities.WITHOUT[one]) for one in blueprint.dispensable(language)],
        unusable=unusable,
        said=said,
    )


def _question(
    request: Request,
    db: Session,
    door: taking.Door,
    attempt: Attempt,
    *,
    said: str = "",
    values: Mapping[str, object] | None = None,
    kept: Picked | None = None,
    status: int = 200,
) -> Response:
    speak(attempt)
    blueprint = taking.blueprint_of(db, door, attempt.diagnostic_id)
    item = attempt.current_item
    assert item is not None
    standing = [one for one in taking.standing_of(taking.answers_of(db, attempt.id)) if one.observed_by is None]
    shown = blueprint.shown(item, attempt.language)
    return render(
        request,
        "question.html",
        status=status,
        attempt_id=attempt.id,
        shown=shown,
        # What nobody has proofread is never shown without the French beside it.
        display="both" if display_of(request) == "own" and shown.state in {"machine", "draft"} else None,
        order=presenting.arrangement(shown.body, str(attempt.id)),
        targets=presenting.target_arrangement(shown.body, str(attempt.id)),
        progress=taking.progress_of(attempt, blueprint),
        at_desk=is_at_desk(request),
        key=_fresh_key(attempt, item),
        picked=kept or Picked(),
        said=said,
        values=values or {},
        last_item=standing[-1].item if standing else "",
        suggest_language=_twice_not_understood(standing),
    )


def _twice_not_understood(standing: Sequence[Answer]) -> bool:
    return [one.outcome for one in standing[-2:]] == [Outcome.NOT_UNDERSTOOD] * 2


def _fresh_key(attempt: Attempt, item: str) -> str:
    """The key of one showing of one question: the same on each reload until an answer is taken back, so that two tabs
    send the same key. It is drawn from the moment the question came up.
    """
    return ids.fingerprint(f"{attempt.id} {item} {attempt.shown_at.isoformat()}", 32)


def _key(given: str, attempt: Attempt, item: str) -> str:
    return given if 8 <= len(given) <= 64 and given.isalnum() else _fresh_key(attempt, item)
