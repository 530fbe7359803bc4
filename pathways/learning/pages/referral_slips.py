"""A referral in the hands of its person: on their telephone, by the square of the slip, or by its code. They read it in
their language, say yes or no, and stop it whenever they want.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Form
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, throttle
from pathways.diagnostics import taking
from pathways.diagnostics.doors import CurrentLearner, speak
from pathways.diagnostics.models import Attempt
from pathways.errors import WrongCode
from pathways.learning import choosing
from pathways.learning.models import Referral
from pathways.learning.pages.referral_words import spoken, told
from pathways.learning.referrals import referred, referring
from pathways.web.dependencies import DB, Address, OwnSettings, ReadDB, public
from pathways.web.fields import Pasted, Short
from pathways.web.pages import render
from pathways.web.routing import Router
from pathways.workshops.codes import Codes

router = Router()
WHY = "whoever holds the slip of a referral is its person, or somebody to whom they showed it"
CODE_WHY = "whoever wrote the code of a slip down comes in here; wrong ones are counted"
WITH_A_TOKEN = {"x-robots-tag": "noindex, nofollow"}
Said = Annotated[Short, Form()]


@router.get("/t/{attempt_id}/referrals")
def own(request: Request, learner: CurrentLearner, db: ReadDB, settings: OwnSettings) -> Response:
    """Every sheet that was written for this person, with what became of it."""
    attempt = taking.get(db, learner.attempt_id)
    speak(attempt)
    found = referred.of_attempt(db, _root(attempt))
    names, codes = referred.names_of(db, found), Codes(settings.secret)
    rows = [told(one, names, codes, settings.url, spoken(attempt.language)) for one in found]
    on_pathway = choosing.latest(db, attempt) is not None
    return render(request, "referral-own.html", attempt_id=attempt.id, rows=rows, on_pathway=on_pathway)


@router.post("/t/{attempt_id}/referrals/{referral_id}")
def own_answer(learner: CurrentLearner, referral_id: uuid.UUID, db: DB, act: Said = "", seen: Said = "") -> Response:
    attempt = taking.get(db, learner.attempt_id)
    speak(attempt)
    _act(db, referred.own(db, _root(attempt), referral_id), act, spoken(attempt.language), seen)
    return RedirectResponse(f"/t/{attempt.id}/referrals", 303)


@router.get("/t/{attempt_id}/referrals/{referral_id}")
def own_back(learner: CurrentLearner, referral_id: uuid.UUID, db: ReadDB) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    attempt = taking.get(db, learner.attempt_id)
    referred.own(db, _root(attempt), referral_id)
    return RedirectResponse(f"/t/{attempt.id}/referrals", 303)


@router.get("/r")
@public(CODE_WHY)
def ask_code(request: Request) -> Response:
    return render(request, "referral-code.html", said="", typed="")


@router.post("/r")
@public(CODE_WHY)
def by_code(
    request: Request, db: DB, settings: OwnSettings, address: Address, code: Annotated[Pasted, Form()] = ""
) -> Response:
    codes = Codes(settings.secret)
    bucket = throttle.bucket(settings.secret, "referral code", address)
    try:
        found = referred.of_code(db, codes, code, bucket=bucket)
    except WrongCode as error:  # answered, not raised: its transaction counts the try, and is kept
        return render(request, "referral-code.html", said=error.message, typed=code[:20], status=404)
    return RedirectResponse(f"/r/{codes.token_of(found.id)}", 303)


@router.get("/r/{referral_token}")
@public(WHY)
def slip(request: Request, referral_token: str, db: ReadDB, settings: OwnSettings) -> Response:
    """Looking changes nothing: whoever is shown the slip may scan it."""
    codes = Codes(settings.secret)
    found = referred.of_token(db, codes, referral_token)
    language = i18n.recognised(request.query_params.get("lang", "")) or spoken(found.consent_language)
    i18n.use(language)
    values = told(found, referred.names_of(db, [found]), codes, settings.url, language)
    base = f"/r/{referral_token}"
    return _answer(request, "referral-slip.html", one=values, base=base, back="", language_code=language)


@router.get("/r/{referral_token}/language")
@public(WHY)
def languages(request: Request, referral_token: str, db: ReadDB, settings: OwnSettings) -> Response:
    """Whoever shall agree reads it in the language they read best."""
    found = referred.of_token(db, Codes(settings.secret), referral_token)
    chosen = i18n.recognised(request.query_params.get("lang", "")) or spoken(found.consent_language)
    i18n.use(chosen)
    offered, base = list(i18n.languages().values()), f"/r/{referral_token}/language"
    return _answer(request, "wall.html", offered=offered, base=base, chosen=chosen)


@router.get("/r/{referral_token}/language/{tag}")
@public(WHY)
def read_in(referral_token: str, tag: str, db: ReadDB, settings: OwnSettings) -> Response:
    referred.of_token(db, Codes(settings.secret), referral_token)
    language = i18n.recognised(tag)
    response = RedirectResponse(f"/r/{referral_token}{f'?lang={language}' if language else ''}", 303)
    response.headers.update(WITH_A_TOKEN)
    return response


@router.post("/r/{referral_token}")
@public(WHY)
def slip_answer(
    referral_token: str, db: DB, settings: OwnSettings, act: Said = "", seen: Said = "", lang: Said = ""
) -> Response:
    found = referred.of_token(db, Codes(settings.secret), referral_token)
    language = i18n.recognised(lang) or spoken(found.consent_language)
    i18n.use(language)
    _act(db, found, act, language, seen)
    return RedirectResponse(f"/r/{referral_token}?lang={language}", 303)


def _act(db: Session, referral: Referral, act: str, language: str, seen: str) -> None:
    if act == "agree":
        referring.agree(db, referral, language=language, seen=seen)
    elif act in {"refuse", "withdraw"}:
        referring.withdraw(db, referral)


def _root(attempt: Attempt) -> uuid.UUID:
    return attempt.part_of_id or attempt.id


def _answer(request: Request, template: str, **values: Any) -> Response:
    response = render(request, template, **values)
    response.headers.update(WITH_A_TOKEN)
    return response
