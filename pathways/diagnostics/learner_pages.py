"""The learner's pages: the poster's door, one question per screen, the result. No account, no JavaScript needed."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.diagnostics import reading, taking
from pathways.diagnostics.answer_forms import Picked, picked, response_of
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.doors import OwnDoor
from pathways.diagnostics.engine import Outcome
from pathways.diagnostics.models import Answer, Attempt, DiagnosticState
from pathways.diagnostics.reading import Sign
from pathways.errors import Conflict, DomainError, Gone, Invalid, NotFound, Reused
from pathways.i18n import N_, Language
from pathways.items import presenting
from pathways.permissions import Learner
from pathways.web.dependencies import DB, Address, ReadDB, public
from pathways.web.fields import Short
from pathways.web.pages import DISPLAY_COOKIE, DISPLAYS, render
from pathways.web.security import LANGUAGE_COOKIE

router = APIRouter()
COOKIE = "attempt"
COOKIE_PATH = "/t"
"""One attempt per browser: who starts or resumes on a shared device shuts the door of the one before."""
KEPT_SECONDS = taking.KEPT_DAYS * 86400
CODE_PURPOSE = "anybody who reads the code on a poster comes in here"
SAID = {
    "already": N_("Vous avez déjà répondu à cette question. Voici la suivante."),
    "undone": N_("Votre réponse est reprise. Répondez encore une fois."),
}


def _learner(attempt_id: uuid.UUID, request: Request, door: OwnDoor) -> Learner:
    """Who holds the cookie of this very attempt; to anybody else it does not exist."""
    token = request.cookies.get(COOKIE, "")
    if not hmac.compare_digest(token.encode(), door.token(attempt_id).encode()):
        raise NotFound(N_("Ce passage n'existe plus. Il a été effacé, ou son temps est fini."))
    return Learner(attempt_id)


CurrentLearner = Annotated[Learner, Depends(_learner)]
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
    """The language wall: each name in its own script, no flags."""
    diagnostic = _open(db, door, code, address)
    blueprint = taking.blueprint_of(db, door, diagnostic.id)

    def address_of(one: Language) -> str:
        return f"/q/{diagnostic.code}/{one.tag}"

    return render(
        request, "wall.html", offered=taking.offered(blueprint), address=address_of, chosen=i18n.current().code
    )


@router.get("/q/{code}/{tag}")
@public(CODE_PURPOSE)
def welcome(request: Request, code: str, tag: str, db: DB, door: OwnDoor, address: Address) -> Response:
    diagnostic = _open(db, door, code, address)
    blueprint = taking.blueprint_of(db, door, diagnostic.id)
    language = i18n.recognised(tag)
    if language not in blueprint.languages:
        return RedirectResponse(f"/q/{diagnostic.code}", 303)
    i18n.use(language)
    estimate = (diagnostic.estimate or {}).get("estimate") or {}
    response = render(
        request,
        "welcome.html",
        code=diagnostic.code,
        at_most=blueprint.at_most(language),
        minutes=max(1, round(estimate.get("minutes", {}).get("p90", 10))),
        drafts=any(states.get(language) in {"machine", "draft"} for states in blueprint.states.values()),
        key=uuid.UUID(bytes=ids.random_id().bytes),
    )
    _remember(response, request, LANGUAGE_COOKIE, language, "/")
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
) -> Response:
    language = i18n.recognised(tag) or ""
    attempt, _ = taking.start(
        db, door, code=code, language=language, address=address, key=f"page {key}" if key else None
    )
    response = RedirectResponse(f"/t/{attempt.id}/practice", 303)
    _hand_over(response, request, door, attempt)
    return response


@router.get("/t/{attempt_id}/practice")
def practice(
    request: Request, learner: CurrentLearner, db: ReadDB, said: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """A question that does not count: how to choose, how to confirm, and that not knowing is an answer."""
    _speak(taking.get(db, learner.attempt_id))
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
        said = error.message % error.values if error.values else error.message
        return _question(request, db, door, attempt, said=said, kept=picked(fields), status=422)
    except (Conflict, Reused):  # the other answer of another tab counts
        return RedirectResponse(f"/t/{attempt.id}?said=already", 303)
    return RedirectResponse(f"/t/{attempt.id}", 303)


@router.post("/t/{attempt_id}/undo")
def undo(learner: CurrentLearner, db: DB, door: OwnDoor, item: Annotated[Short, Form()] = "") -> Response:
    try:
        taking.undo(db, door, learner.attempt_id, item=item or None)
    except Conflict:
        return RedirectResponse(f"/t/{learner.attempt_id}", 303)
    return RedirectResponse(f"/t/{learner.attempt_id}?said=undone", 303)


@router.get("/t/{attempt_id}/pause")
def pause(request: Request, learner: CurrentLearner, db: ReadDB, door: OwnDoor) -> Response:
    attempt = taking.get(db, learner.attempt_id)
    _speak(attempt)
    return render(request, "pause.html", attempt_id=attempt.id, resume_code=ids.readable(door.resume_code(attempt.id)))


@router.post("/t/{attempt_id}/leave")
def leave(learner: CurrentLearner, db: DB, door: OwnDoor) -> Response:
    taking.leave(db, door, learner.attempt_id)
    return RedirectResponse(f"/t/{learner.attempt_id}/result", 303)


@router.post("/t/{attempt_id}/display")
def display(
    request: Request, learner: CurrentLearner, display: Annotated[str, Form(max_length=10)] = "both"
) -> Response:
    response = RedirectResponse(f"/t/{learner.attempt_id}", 303)
    if display in DISPLAYS:
        _remember(response, request, DISPLAY_COOKIE, display, "/")
    return response


@router.get("/t/{attempt_id}/language")
def languages(request: Request, learner: CurrentLearner, db: ReadDB, door: OwnDoor) -> Response:
    attempt = taking.get(db, learner.attempt_id)
    _speak(attempt)
    blueprint = taking.blueprint_of(db, door, attempt.diagnostic_id)

    def address_of(one: Language) -> str:
        return f"/t/{attempt.id}/language/{one.tag}"

    return render(request, "wall.html", offered=taking.offered(blueprint), address=address_of, chosen=attempt.language)


@router.get("/t/{attempt_id}/language/{tag}")
def change_language(request: Request, learner: CurrentLearner, tag: str, db: DB, door: OwnDoor) -> Response:
    """Go on in another language (a link like the wall's: it changes how one reads, nothing that was answered)."""
    attempt = taking.change_language(db, door, learner.attempt_id, i18n.recognised(tag) or "")
    response = RedirectResponse(f"/t/{attempt.id}", 303)
    _remember(response, request, LANGUAGE_COOKIE, attempt.language, "/")
    return response


@router.get("/t/{attempt_id}/result")
def result(request: Request, learner: CurrentLearner, db: ReadDB, door: OwnDoor) -> Response:
    """What you can do, what to learn, what to confirm, what was not seen: words, shapes and colours, no mark."""
    attempt = taking.get(db, learner.attempt_id)
    if attempt.stopped is None:
        return RedirectResponse(f"/t/{attempt.id}", 303)
    _speak(attempt)
    profile = reading.profile(db, door, attempt)
    own = [one for one in profile.answers if one.observed_by is None]
    return render(
        request,
        "result.html",
        attempt_id=attempt.id,
        answered=len(profile.answers),
        by_sign={sign.value: profile.with_sign(sign) for sign in Sign} if profile.answers else dict.fromkeys(Sign, []),
        within_reach=profile.within_reach if profile.answers else (),
        not_understood=profile.not_understood,
        resume_code=ids.readable(door.resume_code(attempt.id)),
        can_undo=bool(own),
        last_item=own[-1].item if own else "",
    )


@router.get("/t/{attempt_id}/take-away")
def take_away(request: Request, learner: CurrentLearner, db: ReadDB, door: OwnDoor) -> Response:
    """Everything that is held about this attempt, as a page to keep: it opens without the network."""
    attempt = taking.get(db, learner.attempt_id)
    _speak(attempt)
    profile = reading.profile(db, door, attempt)
    response = render(
        request,
        "take-away.html",
        groups={sign.value: profile.with_sign(sign) for sign in Sign},
        answers=[_kept_answer(profile.blueprint, one, attempt.language) for one in profile.answers],
    )
    name = f"pathways-{attempt.started_at:%Y-%m-%d}.html"
    response.headers["content-disposition"] = f'attachment; filename="{name}"'
    return response


@router.get("/t/{attempt_id}/erase")
def ask_erase(request: Request, learner: CurrentLearner, db: ReadDB) -> Response:
    _speak(taking.get(db, learner.attempt_id))
    return render(request, "erase.html", attempt_id=learner.attempt_id, erased=False)


@router.post("/t/{attempt_id}/erase")
def erase(request: Request, learner: CurrentLearner, db: DB) -> Response:
    _speak(taking.get(db, learner.attempt_id))
    taking.erase(db, learner.attempt_id)
    response = render(request, "erase.html", attempt_id=learner.attempt_id, erased=True)
    response.delete_cookie(COOKIE, path=COOKIE_PATH)
    return response


@router.get("/resume")
@public("whoever wrote a resume code down may go on")
def ask_resume(request: Request) -> Response:
    return render(request, "resume.html", said="", typed="")


@router.post("/resume")
@public("whoever wrote a resume code down may go on; wrong ones are counted")
def resume(
    request: Request, db: DB, door: OwnDoor, address: Address, code: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    try:
        attempt = taking.resume(db, door, code=code, address=address)
    except DomainError as error:
        if error.kind != "not-found":
            raise
        # Answered, not raised: the wrong try is kept with this transaction.
        return render(request, "resume.html", said=error.message, typed=code[:20], status=404)
    response = RedirectResponse(f"/t/{attempt.id}", 303)
    _hand_over(response, request, door, attempt)
    return response


def _open(db: Session, door: taking.Door, code: str, address: str) -> Any:
    diagnostic = taking.find(db, door, code, address=address)
    if diagnostic.state is DiagnosticState.CLOSED:
        raise Gone(N_("Ce diagnostic est terminé. Demandez un autre code à votre médiateur."))
    return diagnostic


def _question(
    request: Request,
    db: Session,
    door: taking.Door,
    attempt: Attempt,
    *,
    said: str = "",
    kept: Picked | None = None,
    status: int = 200,
) -> Response:
    _speak(attempt)
    blueprint: Blueprint = taking.blueprint_of(db, door, attempt.diagnostic_id)
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
        order=presenting.arrangement(shown.body, str(attempt.id)),
        targets=presenting.target_arrangement(shown.body, str(attempt.id)),
        progress=taking.progress_of(attempt, blueprint),
        key=_fresh_key(attempt, item),
        picked=kept or Picked(),
        said=said,
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


def _speak(attempt: Attempt) -> None:
    i18n.use(attempt.language)


def _kept_answer(blueprint: Blueprint, one: Answer, language: str) -> tuple[tuple[str | None, str], str]:
    """The question in both languages, and in French words what was answered."""
    shown = blueprint.shown(one.item, language)
    said = {"dont_know": "Je ne sais pas", "not_understood": "Je ne comprends pas", "not_tried": "pas essayé"}
    return shown.text("stem"), said.get(one.outcome) or presenting.in_words(shown.body, one.response)


def _hand_over(response: Response, request: Request, door: taking.Door, attempt: Attempt) -> None:
    """Give the browser what opens this attempt, in place of what it held for another."""
    _remember(response, request, COOKIE, door.token(attempt.id), COOKIE_PATH)
    _remember(response, request, LANGUAGE_COOKIE, attempt.language, "/")


def _remember(response: Response, request: Request, name: str, value: str, path: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=KEPT_SECONDS,
        path=path,
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.secure_cookies,
    )
