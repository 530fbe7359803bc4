"""From candidate to holder: asking for a badge, and the page of a request, where everything that it needs is seen and
done. Behind ``/h/{key}``, which is the person's own.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.badges.candidacy import deepening, requesting, requests, standing
from pathways.badges.criteria.wording import Language
from pathways.badges.doors import WHY, OwnSigner, OwnSpace, OwnSpaceForm, Space, answer, back
from pathways.badges.holding import results
from pathways.badges.issuing import offering
from pathways.badges.models import AchievementVersion, Issuer, RequestState
from pathways.badges.pages import candidate_words as words
from pathways.badges.pages import request_shown
from pathways.badges.pages.candidate_forms import Sent, Typed
from pathways.badges.pages.criteria_shown import rows_of
from pathways.badges.pages.plainly import language_of
from pathways.diagnostics import taking
from pathways.diagnostics.doors import OwnDoor, hand_over
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.learning import choosing
from pathways.people.models import Membership, Organisation
from pathways.web.dependencies import DB, ReadDB, public
from pathways.web.fields import Short
from pathways.web.problems import STATUS
from pathways.web.routing import Router

router = Router()
Said = Annotated[Short, Query()]
WORDS = "words"
"""The form, and the field in it, of what somebody says of their practice."""
LANGUAGES: Mapping[str, str] = {"fr": "Français", "en": "English"}
"""In which badges are signed; each in its own."""


# --- asking ---------------------------------------------------------------------------------------------------


@router.get("/h/{key}/requests")
@public(WHY)
def listed(request: Request, space: OwnSpace, db: ReadDB, said: Said = "") -> Response:
    """What the person asked for."""
    language = language_of(space.language)
    asked = [(one, _name(one.achievement_version, language)) for one in requests.all_of(db, space.holder)]
    values = {"asked": asked, "states": words.STATES, "signs": words.SIGNS, "said": _said(said, language)}
    return answer(request, "requests.html", space, spoken_in=language, **request_shown.in_plain_all(language), **values)


@router.get("/h/{key}/requests/new")
@public(WHY)
def choose(
    request: Request, space: OwnSpace, db: ReadDB, badge: Annotated[uuid.UUID | None, Query()] = None, said: Said = ""
) -> Response:
    """Every badge that can be asked for; or, once one is chosen, what it asks for and the form."""
    if badge is not None:
        return _new(request, space, db, badge, Typed(), said=said)
    language = language_of(space.language)
    offered = [(one, _name(one, language)) for one in offering.on_offer(db)]
    values = {"offered": offered, "said": _said(said, language), "spoken_in": language}
    return answer(request, "request-choose.html", space, **values, **request_shown.in_plain_all(language))


@router.post("/h/{key}/requests")
@public(WHY)
def ask(request: Request, sent: Sent, space: OwnSpaceForm, db: DB) -> Response:
    wanted = sent.identifier("badge")
    if wanted is None:
        return back(space, "/requests/new")
    try:
        with db.begin_nested():
            made = requesting.ask(
                db,
                space.holder,
                wanted,
                language=sent.get("language") or i18n.SOURCE,
                level=sent.number("level") or None,
                organisation_id=sent.identifier("organisation"),
            )
    except (Invalid, Conflict) as error:
        return _new(request, space, db, wanted, sent.refused("ask", error), status=STATUS[error.kind])
    return back(space, f"/requests/{made.id}?said=asked")


# --- one request ----------------------------------------------------------------------------------------------


@router.get("/h/{key}/requests/{request_id}")
@public(WHY)
def one(request: Request, space: OwnSpace, request_id: uuid.UUID, db: ReadDB, said: Said = "") -> Response:
    return page(request, space, db, request_id, Typed(), said=said)


@router.post("/h/{key}/requests/{request_id}/words")
@public(WHY)
def write(request: Request, request_id: uuid.UUID, sent: Sent, space: OwnSpaceForm, db: DB) -> Response:
    """What they say of their practice, and to each question of the piece (``answer-0`` ...)."""
    sent.values.setdefault(WORDS, "")
    return acted(request, space, db, request_id, sent, WORDS, lambda: "kept", anchor="words")


@router.post("/h/{key}/requests/{request_id}/submit")
@public(WHY)
def submit(
    request: Request, request_id: uuid.UUID, sent: Sent, space: OwnSpaceForm, db: DB, signer: OwnSigner
) -> Response:
    def act() -> str:
        made = requesting.submit(db, signer, space.holder, request_id)
        return "issued" if made.state is RequestState.GRANTED else "sent"

    return acted(request, space, db, request_id, sent, "submit", act)


@router.post("/h/{key}/requests/{request_id}/withdraw")
@public(WHY)
def withdraw(request: Request, request_id: uuid.UUID, sent: Sent, space: OwnSpaceForm, db: DB) -> Response:
    def act() -> str:
        requesting.withdraw(db, space.holder, request_id)
        return "removed"

    return acted(request, space, db, request_id, sent, "withdraw", act)


@router.post("/h/{key}/requests/{request_id}/appeal")
@public(WHY)
def appeal(request: Request, request_id: uuid.UUID, sent: Sent, space: OwnSpaceForm, db: DB) -> Response:
    def act() -> str:
        requesting.appeal(db, space.holder, request_id, words=sent.get("appeal"))
        return "appealed"

    return acted(request, space, db, request_id, sent, "appeal", act)


@router.post("/h/{key}/requests/{request_id}/pathway")
@public(WHY)
def pathway(
    request: Request, request_id: uuid.UUID, sent: Sent, space: OwnSpaceForm, db: DB, door: OwnDoor
) -> Response:
    """To the pathway that starts from a result of their own: this browser holds from now on what opens it."""
    requests.own(db, space.holder, request_id)
    if refused := _write_along(request, space, db, request_id, sent):
        return refused
    wanted = sent.identifier("attempt")
    if wanted not in {one.attempt_id for one in results.results_of(db, space.holder)} or wanted is None:
        raise NotFound(requests.NOT_THERE)
    attempt = taking.get(db, wanted)
    where = "pathway" if choosing.current(db, attempt) is not None else "goals"
    response = RedirectResponse(f"/t/{attempt.id}/{where}", 303)
    hand_over(response, request, door, attempt)
    return response


@router.post("/h/{key}/requests/{request_id}/questions")
@public(WHY)
def questions(
    request: Request, request_id: uuid.UUID, sent: Sent, space: OwnSpaceForm, db: DB, door: OwnDoor
) -> Response:
    """To a few more questions in a result of their own: this browser holds from now on what opens it."""
    wanted = sent.identifier("attempt")
    if wanted is None:
        raise NotFound(requests.NOT_THERE)
    if refused := _write_along(request, space, db, request_id, sent):
        return refused
    try:
        with db.begin_nested():
            attempt = deepening.ask(db, door, space.holder, request_id, wanted)
    except Conflict as error:
        return page(request, space, db, request_id, sent.refused("questions", error), status=STATUS[error.kind])
    response = RedirectResponse(f"/t/{attempt.id}", 303)
    hand_over(response, request, door, attempt)
    return response


@router.get("/h/{key}/requests/{request_id}/words")
@router.get("/h/{key}/requests/{request_id}/submit")
@router.get("/h/{key}/requests/{request_id}/withdraw")
@router.get("/h/{key}/requests/{request_id}/appeal")
@router.get("/h/{key}/requests/{request_id}/pathway")
@router.get("/h/{key}/requests/{request_id}/questions")
@router.get("/h/{key}/requests/{request_id}/evidence")
@router.get("/h/{key}/requests/{request_id}/attested")
@router.get("/h/{key}/requests/{request_id}/invitations")
@public(WHY)
def back_to_request(space: OwnSpace, request_id: uuid.UUID) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return back(space, f"/requests/{request_id}")


# --- for the other pages of a request -------------------------------------------------------------------------


def acted(
    request: Request,
    space: Space,
    db: Session,
    request_id: uuid.UUID,
    typed: Typed,
    form: str,
    act: Callable[[], str],
    *,
    anchor: str = "",
) -> Response:
    """Do what a form asks for and look at what came of it: ``act`` gives the word that is said. What is refused comes
    back with what was typed. What stands beside the form that was sent is kept first.
    """
    if refused := _write_along(request, space, db, request_id, typed):
        return refused
    try:
        with db.begin_nested():
            said = act()
    except (Invalid, Conflict, Forbidden) as error:
        return page(request, space, db, request_id, typed.refused(form, error), status=STATUS[error.kind])
    return back(space, f"/requests/{request_id}?said={said}", anchor=anchor)


def page(
    request: Request,
    space: Space,
    db: Session,
    request_id: uuid.UUID,
    typed: Typed,
    *,
    said: str = "",
    status: int = 200,
) -> Response:
    found = requests.own(db, space.holder, request_id)
    values = request_shown.shown(db, request.app.state.door, space, found, typed)
    said = _said(said, values["spoken_in"])
    return answer(request, "request.html", space, status=status, said=said, in_languages=LANGUAGES, **values)


# --- inside ---------------------------------------------------------------------------------------------------


def _write_along(request: Request, space: Space, db: Session, request_id: uuid.UUID, typed: Typed) -> Response | None:
    """Keep what they say of their practice, where it came along with whichever form was sent (a script of the page puts
    it there, so that nobody loses a long text to the button of another form). A page, if it is refused.
    """
    if WORDS not in typed.values:
        return None
    try:
        with db.begin_nested():
            questions = standing.demand_for(requests.own(db, space.holder, request_id)).definition.piece_questions
            answers = {one: typed.get(f"answer-{number}") for number, one in enumerate(questions)}
            version = typed.number("version")
            requesting.write(db, space.holder, request_id, words=typed.get(WORDS), answers=answers, version=version)
    except (Invalid, Conflict) as error:
        return page(request, space, db, request_id, typed.refused(WORDS, error), status=STATUS[error.kind])
    return None


def _new(
    request: Request,
    space: Space,
    db: Session,
    achievement_id: uuid.UUID,
    typed: Typed,
    *,
    said: str = "",
    status: int = 200,
) -> Response:
    language, version = language_of(space.language), standing.version_in_force(db, achievement_id)
    demand = standing.demand_of(version)
    definition = demand.definition
    network = db.get_one(Issuer, version.achievement.issuer_id)
    values: dict[str, Any] = {
        "version": version,
        "achievement": version.achievement,
        "network": network,
        "definition": definition,
        "texts": definition.texts_in(language),
        "rows": rows_of(db, standing.progress_towards(db, space.holder, version), language, nearest_first=True),
        "organisations": _organisations(db, space),
        "in_languages": {code: LANGUAGES[code] for code in definition.languages},
        "jury": demand.most_jury,
        "refused": "" if requesting.may_ask(space.holder, demand) else i18n.gettext(requesting.NEEDS_ACCOUNT, language),
        "typed": typed,
        "said": _said(said, language),
        "spoken_in": language,
    }
    return answer(request, "request-new.html", space, status=status, **values, **request_shown.in_plain_all(language))


def _organisations(db: Session, space: Space) -> Mapping[uuid.UUID, str]:
    """Where they may say that they work or help: the structures of their account."""
    own = sa.select(Membership.organisation_id).where(Membership.account_id == space.holder.account_id)
    query = sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(own))
    return {row.id: row.name for row in db.execute(query.order_by(Organisation.name))}


def _name(version: AchievementVersion, language: Language) -> str:
    return offering.definition_of(version).texts_in(language).name


def _said(code: str, language: Language) -> str:
    return i18n.gettext(words.SAID.get(code, ""), language)
