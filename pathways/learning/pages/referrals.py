"""Referrals at the desk: writing one with the person, showing it to them, reading what became of it, answering those
that come in.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Depends, Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.diagnostics import reading
from pathways.diagnostics.composing import sharing
from pathways.diagnostics.doors import OF as OF_ATTEMPTS
from pathways.diagnostics.models import Attempt
from pathways.errors import Conflict, DomainError, Invalid
from pathways.i18n import D_
from pathways.learning.models import Referral
from pathways.learning.pages.referral_words import LABELS, Words, said_at_the_desk, spoken, told, tongue_of
from pathways.learning.referrals import referred, referring
from pathways.learning.referrals.referred import Side
from pathways.learning.referrals.referring import Asked
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Member, Permission
from pathways.places import territories
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.problems import STATUS
from pathways.web.routing import Router
from pathways.workshops import tongues
from pathways.workshops.codes import Codes
from pathways.workshops.forms import Filled, Sent, identifier

router = Router()
OF = {"referral_id": referred.get, "attempt_id": OF_ATTEMPTS["attempt_id"]}
Holder = Annotated[Member, Depends(Requires(Permission.RECEPTIONS_HOLD, of=OF))]
HolderForm = Annotated[Member, Depends(RequiresForm(Permission.RECEPTIONS_HOLD, of=OF))]
SAID = {
    "agreed": D_("La personne est d'accord : la feuille est partie."),
    "closed": D_("C'est fermé, et la feuille est effacée."),
    "answered": D_("L'autre structure lit votre réponse."),
    "ended": D_("L'autre structure lit comment cela s'est terminé."),
}


@router.get("/referrals")
def listed(request: Request, member: Holder, db: ReadDB, said: Annotated[Short, Query()] = "") -> Response:
    return render(
        request,
        "referrals.html",
        received=referred.received(db, member),
        sent=referred.sent(db, member),
        needs=referred.NEEDS,
        state_of=said_at_the_desk,
        said=i18n.gettext(SAID.get(said, "")),
    )


# --- writing one ----------------------------------------------------------------------------------------------


@router.get("/profiles/{attempt_id}/referral")
def new(request: Request, member: Holder, attempt_id: uuid.UUID, db: ReadDB) -> Response:
    attempt, _ = reading.attempt_for(db, member, attempt_id)
    language = attempt.language if attempt.language in tongues.tongues() else ""
    return _form(request, db, member, attempt, Filled({"language": [language]}))


@router.post("/profiles/{attempt_id}/referral")
def write(
    request: Request, member: HolderForm, attempt_id: uuid.UUID, db: DB, settings: OwnSettings, sent: Sent
) -> Response:
    """Two buttons: look for places near a town, or go on to the person's screen. Nothing is sent yet."""
    attempt, _ = reading.attempt_for(db, member, attempt_id)
    if sent.get("go") == "look":
        return _form(request, db, member, attempt, sent)
    kind, _, named = sent.get("to").partition(":")
    asked = Asked(
        need=sent.get("need"),
        to_organisation_id=identifier(named) if kind == "organisation" else None,
        place_id=identifier(named) if kind == "place" else None,
        **{name: sent.get(name) for name in referred.FIELDS},
    )
    key = sent.get("key") or str(ids.new_id())
    try:
        with db.begin_nested():
            made = referring.propose(db, Codes(settings.secret), member, attempt, asked, key=key)
    except Invalid as error:
        sent.take(error)
        return _form(request, db, member, attempt, sent, status=422)
    return RedirectResponse(f"/referrals/{made.id}/consent", 303)


def _form(
    request: Request, db: Session, member: Member, attempt: Attempt, filled: Filled, *, status: int = 200
) -> Response:
    where = filled.get("where").strip()
    spots = territories.find(db, where, limit=1) if where else []
    return render(
        request,
        "referral-form.html",
        status=status,
        attempt=attempt,
        filled=filled,
        key=filled.get("key") or str(ids.new_id()),
        needs=referred.NEEDS,
        labels=LABELS,
        most=referred.FIELDS,
        organisations=sharing.others(db, member),
        places=referred.places_for(db, filled.get("need"), spots[0] if spots else None),
        looked=filled.get("go") == "look",
        tongues=tongues.tongues(),
    )


# --- one referral ---------------------------------------------------------------------------------------------


@router.get("/referrals/{referral_id}")
def one(
    request: Request, member: Holder, referral_id: uuid.UUID, db: ReadDB, said: Annotated[Short, Query()] = ""
) -> Response:
    """What this side may see. That it was opened is written down before it is shown."""
    referral, side = referred.get(db, member, referral_id)
    journal.note_opened(request.app.state.database, db, member, Act.REFERRAL_OPENED, [referral.id])
    if side is Side.SENDER and referred.seen_by(db, referral, side).is_news:
        with request.app.state.database.begin() as writing:
            referred.read(writing, referred.get(writing, member, referral_id)[0])
    return _page(request, db, referral, side, said=said)


@router.get("/referrals/{referral_id}/consent")
def show_person(
    request: Request, member: Holder, referral_id: uuid.UUID, db: ReadDB, settings: OwnSettings
) -> Response:
    """The person's screen, on the mediator's device: in their language, with what they are asked."""
    referral = _sent_by(db, member, referral_id)
    journal.note_opened(request.app.state.database, db, member, Act.REFERRAL_OPENED, [referral.id])
    language = spoken(referral.consent_language)
    i18n.use(language)
    values = told(referral, referred.names_of(db, [referral]), Codes(settings.secret), settings.url, language)
    return render(request, "referral-consent.html", one=values, reader=language, display="both")


@router.post("/referrals/{referral_id}/consent")
def person_answers(
    member: HolderForm,
    referral_id: uuid.UUID,
    db: DB,
    act: Annotated[Short, Form()] = "",
    seen: Annotated[Short, Form()] = "",
) -> Response:
    referral = _sent_by(db, member, referral_id)
    if act == "agree":
        referring.agree(db, referral, language=spoken(referral.consent_language), seen=seen)
        return RedirectResponse(f"/referrals/{referral_id}?said=agreed", 303)
    if act in {"refuse", "withdraw"}:
        referring.withdraw(db, referral)
        return RedirectResponse(f"/referrals/{referral_id}?said=closed", 303)
    return RedirectResponse(f"/referrals/{referral_id}/consent", 303)


@router.post("/referrals/{referral_id}/answer")
def answer(
    request: Request,
    member: HolderForm,
    referral_id: uuid.UUID,
    db: DB,
    accepted: Annotated[Short, Form()] = "",
    reason: Annotated[Words, Form()] = "",
) -> Response:
    try:
        with db.begin_nested():
            referring.answer(db, member, referral_id, accepted=accepted == "yes", reason=_one_line(reason))
    except (Conflict, Invalid) as error:
        return _refused(request, db, member, referral_id, error)
    return RedirectResponse(f"/referrals/{referral_id}?said=answered", 303)


@router.post("/referrals/{referral_id}/end")
def end(
    request: Request,
    member: HolderForm,
    referral_id: uuid.UUID,
    db: DB,
    outcome: Annotated[Short, Form()] = "",
    reason: Annotated[Words, Form()] = "",
) -> Response:
    try:
        with db.begin_nested():
            referring.end(db, member, referral_id, outcome=outcome, reason=_one_line(reason))
    except (Conflict, Invalid) as error:
        return _refused(request, db, member, referral_id, error)
    return RedirectResponse(f"/referrals/{referral_id}?said=ended", 303)


@router.post("/referrals/{referral_id}/cancel")
def take_back(member: HolderForm, referral_id: uuid.UUID, db: DB) -> Response:
    """The person said at the desk that they do not want it any more; or it was written by mistake."""
    referring.take_back(db, member, referral_id)
    return RedirectResponse("/referrals?said=closed", 303)


@router.get("/referrals/{referral_id}/answer")
@router.get("/referrals/{referral_id}/end")
@router.get("/referrals/{referral_id}/cancel")
def back(member: Holder, referral_id: uuid.UUID, db: ReadDB) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    referred.get(db, member, referral_id)
    return RedirectResponse(f"/referrals/{referral_id}", 303)


@router.get("/referrals/{referral_id}/slip")
def slip(request: Request, member: Holder, referral_id: uuid.UUID, db: ReadDB, settings: OwnSettings) -> Response:
    """The slip to print, in the person's language and in French."""
    referral = _sent_by(db, member, referral_id)
    journal.note_opened(request.app.state.database, db, member, Act.REFERRAL_OPENED, [referral.id])
    language = spoken(referral.consent_language)
    i18n.use(language)
    values = told(referral, referred.names_of(db, [referral]), Codes(settings.secret), settings.url, language)
    return render(request, "referral-slip.html", one=values, base="", back=f"/referrals/{referral_id}", display="both")


def _sent_by(db: Session, member: Member, referral_id: uuid.UUID) -> Referral:
    referral, side = referred.get(db, member, referral_id)
    referring.must_be(side, Side.SENDER)
    return referral


def _refused(request: Request, db: Session, member: Member, referral_id: uuid.UUID, error: DomainError) -> Response:
    referral, side = referred.get(db, member, referral_id)
    return _page(request, db, referral, side, refused=error)


def _page(
    request: Request,
    db: Session,
    referral: Referral,
    side: Side,
    *,
    said: str = "",
    refused: DomainError | None = None,
) -> Response:
    seen: dict[str, Any] = {"seen": referred.seen_by(db, referral, side)}
    return render(
        request,
        "referral.html",
        status=STATUS[refused.kind] if refused else 200,
        referral=referral,
        is_sender=side is Side.SENDER,
        can_end=referring.may_end(referral, side),
        state_is_closed=referral.state not in referred.OPEN_TO_RECEIVER,
        labels=LABELS,
        needs=referred.NEEDS,
        outcomes=referred.OUTCOMES,
        state=said_at_the_desk(referral),
        tongue=tongue_of(dict(seen["seen"].sheet)),
        read_in=i18n.language(spoken(referral.consent_language)),
        said=i18n.gettext(SAID.get(said, "")),
        wrong=i18n.sentence(refused.message, refused.values) if refused else "",
        **seen,
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
