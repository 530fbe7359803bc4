"""An exchange: a person asks for one on their own page; at the desk somebody brings two of them together."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n, ids
from pathways.diagnostics import taking
from pathways.diagnostics.doors import CurrentLearner, speak
from pathways.diagnostics.models import Attempt
from pathways.errors import Conflict, DomainError, Invalid
from pathways.i18n import D_, N_
from pathways.learning import choosing
from pathways.learning.exchanges import exchanging, meeting
from pathways.learning.exchanges.exchanging import Asked
from pathways.learning.models import ExchangeKind, ExchangeRequest, Tandem, TandemState
from pathways.people import files
from pathways.people.models import Account
from pathways.permissions import Member, Permission
from pathways.places import itinerary
from pathways.places.models import Place
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.problems import STATUS
from pathways.web.routing import Router
from pathways.workshops import themes, tongues, wall_clock
from pathways.workshops.forms import Filled, Sent, identifier

router = Router()
OF = {"tandem_id": meeting.get, "exchange_id": exchanging.request_for}
Holder = Annotated[Member, Depends(Requires(Permission.BOOKINGS_HOLD, of=OF))]
HolderForm = Annotated[Member, Depends(RequiresForm(Permission.BOOKINGS_HOLD, of=OF))]
KINDS = {
    ExchangeKind.LANGUAGES: N_("Échanger nos langues"),
    ExchangeKind.GENERATIONS: N_("Échanger ce qu'on sait faire"),
}
STATES = {
    TandemState.PROPOSED: D_("proposé"),
    TandemState.AGREED: D_("les deux ont dit oui"),
    TandemState.MET: D_("se sont rencontrés"),
    TandemState.ENDED: D_("arrêté"),
}
SAID = {
    "asked": D_("La demande est notée."),
    "made": D_("Le binôme est proposé. Demandez à chacun s'il est d'accord."),
    "kept": D_("C'est noté."),
}


# --- the person -----------------------------------------------------------------------------------------------


@router.get("/t/{attempt_id}/exchange")
def own(request: Request, learner: CurrentLearner, db: ReadDB) -> Response:
    attempt = taking.get(db, learner.attempt_id)
    speak(attempt)
    return _own(request, db, attempt, Filled())  # how somebody reads says nothing of what they give or seek


@router.post("/t/{attempt_id}/exchange")
def own_answer(
    request: Request, learner: CurrentLearner, db: DB, sent: Sent, act: Annotated[Short, Form()] = ""
) -> Response:
    """Ask; say yes to the other; end it, with or without a worry; want none any more."""
    attempt = taking.get(db, learner.attempt_id)
    speak(attempt)
    kept = exchanging.current(db, attempt)
    try:
        with db.begin_nested():
            if act == "ask":
                organisation_id = exchanging.organisation_of(db, attempt)
                asked = _asked(sent, attempt.language)
                exchanging.ask(db, organisation_id, asked, agreed=sent.get("agreed"), attempt=attempt)
            elif act == "worry":
                _worry(db, attempt, kept)
            elif kept is not None:
                _act(db, kept, act)
    except Invalid as error:
        return _own(request, db, attempt, sent, wrong=error)
    return RedirectResponse(f"/t/{attempt.id}/exchange", 303)


def _act(db: Session, request: ExchangeRequest, act: str) -> None:
    tandem = meeting.tandem_of(db, request)
    if act == "withdraw":
        meeting.withdraw(db, request)
    elif tandem is not None and act == "yes":
        meeting.say_yes(db, tandem, request)
    elif tandem is not None and act == "end":
        meeting.end(db, tandem, by=meeting.side_of(tandem, request))


def _worry(db: Session, attempt: Attempt, kept: ExchangeRequest | None) -> None:
    """Of the tandem that they are in, which ends with it; or of the last one, which is over."""
    running = meeting.tandem_of(db, kept) if kept is not None else None
    about = (running, kept) if running is not None and kept is not None else meeting.last_of(db, attempt)
    if about is not None:
        meeting.end(db, about[0], by=meeting.side_of(*about), worry=True)


def _own(request: Request, db: Session, attempt: Attempt, filled: Filled, *, wrong: Invalid | None = None) -> Response:
    kept = exchanging.current(db, attempt)
    tandem = meeting.tandem_of(db, kept) if kept is not None else None
    language = i18n.current().code
    place_id = tandem.place_id if tandem is not None else kept.place_id if kept is not None else None
    return render(
        request,
        "exchange-own.html",
        status=STATUS[wrong.kind] if wrong else 200,
        attempt_id=attempt.id,
        on_pathway=choosing.latest(db, attempt) is not None,
        wrong=wrong.message if wrong else "",
        filled=filled,
        kept=kept,
        tandem=_told(db, tandem, kept) if tandem is not None and kept is not None else None,
        over=None if tandem is not None else _over(db, attempt),
        gives=_words(kept.gives) if kept is not None else [],
        seeks=_words(kept.seeks) if kept is not None else [],
        place=db.get(Place, place_id) if place_id else None,
        places=_places(db, exchanging.organisation_of(db, attempt)) if kept is None else [],
        kinds=KINDS,
        rules=exchanging.RULES,
        gains=exchanging.GAINS,
        agreed=exchanging.rules_text(language),
        tongues=tongues.tongues(),
        themes=themes.themes(),
    )


def _told(db: Session, tandem: Tandem, kept: ExchangeRequest) -> dict[str, Any]:
    """What one of the two is told: of the other, no more than ``meeting.Other``."""
    other = meeting.other_of(db, tandem, kept)
    place = db.get(Place, tandem.place_id) if tandem.place_id else None
    wall = wall_clock.local(tandem.meets_at, itinerary.area_of(place.commune_code if place else None)[1])
    first = meeting.side_of(tandem, kept) == meeting.FIRST
    return {
        "label": other.label,
        "gives": _words(other.gives),
        "speaks": tongues.named([other.speaks])[0],
        "day": i18n.say_date(wall.day, i18n.current().code),
        "day_french": i18n.say_date(wall.day, i18n.SOURCE),
        "hour": str(wall),
        "said_yes": (tandem.first_agreed_at if first else tandem.second_agreed_at) is not None,
        "agreed": tandem.state is not TandemState.PROPOSED,
    }


def _over(db: Session, attempt: Attempt) -> Mapping[str, bool] | None:
    """What may still be said of the last tandem, and whether it was."""
    last = meeting.last_of(db, attempt)
    if last is None:
        return None
    return {"is_said": last[0].worry and last[0].worry_by == meeting.side_of(*last)}


# --- the desk -------------------------------------------------------------------------------------------------


@router.get("/tandems")
def listed(request: Request, member: Holder, db: ReadDB, said: Annotated[Short, Query()] = "") -> Response:
    return _listed(request, member, db, Filled(), said=i18n.gettext(SAID.get(said, "")))


@router.post("/tandems")
def make(request: Request, member: HolderForm, db: DB, sent: Sent) -> Response:
    """Two people, a place, a moment."""
    try:
        with db.begin_nested():
            made = _made(db, member, sent)
    except (Conflict, Invalid) as error:
        if isinstance(error, Invalid):
            sent.take(error)
        return _listed(request, member, db, sent, refused=error)
    return RedirectResponse(f"/tandems/{made.id}?said=made", 303)


@router.get("/tandems/requests/new")
def new_request(request: Request, member: Holder, db: ReadDB, file: Annotated[Short, Query()] = "") -> Response:
    """``file``: of the person, if they have one; else only the request knows of them."""
    return _request_form(request, member, db, Filled({"file": [file]}))


@router.post("/tandems/requests/new")
def write_request(request: Request, member: HolderForm, db: DB, sent: Sent) -> Response:
    """For somebody who asks at the desk: the rules were read to them in their language."""
    asked = replace(_asked(sent, sent.get("reads_in") or i18n.SOURCE), file_id=identifier(sent.get("file")))
    agreed = exchanging.rules_text(asked.reads_in) if sent.get("agreed") else ""
    try:
        with db.begin_nested():
            exchanging.ask(
                db, member.organisation_id, asked, agreed=agreed, actor=member, key=sent.get("key") or str(ids.new_id())
            )
    except Invalid as error:
        sent.take(error)
        return _request_form(request, member, db, sent, status=STATUS[error.kind])
    return RedirectResponse("/tandems?said=asked", 303)


@router.post("/tandems/requests/{exchange_id}/withdraw")
def withdraw_request(member: HolderForm, exchange_id: uuid.UUID, db: DB) -> Response:
    meeting.withdraw(db, exchanging.request_for(db, member, exchange_id))
    return RedirectResponse("/tandems?said=kept", 303)


@router.get("/tandems/{tandem_id}")
def one(
    request: Request, member: Holder, tandem_id: uuid.UUID, db: ReadDB, said: Annotated[Short, Query()] = ""
) -> Response:
    return _one(request, db, meeting.get(db, member, tandem_id), said=i18n.gettext(SAID.get(said, "")))


@router.post("/tandems/{tandem_id}")
def change(request: Request, member: HolderForm, tandem_id: uuid.UUID, db: DB, sent: Sent) -> Response:
    """What somebody said at the desk, or by telephone; that they met; that it ends."""
    tandem = meeting.get(db, member, tandem_id)
    first, second = meeting.both(db, tandem)
    act = sent.get("act")
    try:
        with db.begin_nested():
            if act in {"first_yes", "second_yes"}:
                meeting.say_yes(db, tandem, first if act == "first_yes" else second)
            elif act == "met":
                meeting.met(db, tandem)
            elif act in meeting.ENDS:
                by, worry = meeting.ENDS[act]
                meeting.end(db, tandem, by=by, worry=worry)
            elif act == "seen":
                meeting.looked_into(db, member, tandem)
    except Conflict as error:
        return _one(request, db, tandem, refused=error)
    return RedirectResponse(f"/tandems/{tandem_id}?said=kept", 303)


@router.get("/tandems/requests/{exchange_id}/withdraw")
def back(member: Holder, exchange_id: uuid.UUID, db: ReadDB) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    exchanging.request_for(db, member, exchange_id)
    return RedirectResponse("/tandems", 303)


def _made(db: Session, member: Member, sent: Filled) -> Tandem:
    first, _, second = sent.get("pair").partition(" ")
    day, at = sent.day("day"), sent.time("at")
    ones = [identifier(one) for one in (first, second, sent.get("place"))]
    if day is None:
        sent.wrong("day", D_("Choisissez le jour."))
    if at is None:
        sent.wrong("at", D_("Choisissez l'heure."))
    if ones[0] is None or ones[1] is None:
        sent.wrong("pair", D_("Choisissez deux personnes."))
    if ones[2] is None:
        sent.wrong("place", D_("Choisissez un lieu de la structure."))
    sent.refuse()
    assert day is not None
    assert at is not None
    assert ones[0] is not None
    assert ones[1] is not None
    assert ones[2] is not None
    return meeting.make(db, member, ones[0], ones[1], place_id=ones[2], day=day, at=at)


def _listed(
    request: Request, member: Member, db: Session, filled: Filled, *, said: str = "", refused: DomainError | None = None
) -> Response:
    waiting = exchanging.open_requests(db, member)
    known = {one.id: one for one in waiting}
    found = meeting.tandems(db, member)
    named = {one for tandem in found for one in (tandem.first_id, tandem.second_id)} - set(known)
    known |= {one.id: one for one in db.scalars(sa.select(ExchangeRequest).where(ExchangeRequest.id.in_(named)))}
    places = _places(db, member.organisation_id)
    return render(
        request,
        "tandem-list.html",
        status=STATUS[refused.kind] if refused else 200,
        waiting=waiting,
        pairs=[{"one": one, "why": _why(one)} for one in meeting.pairs(db, waiting)],
        tandems=found,
        names={one.id: _name(one) for one in known.values()},
        words=_words,
        places=places,
        place_names={one.id: one.name for one in places},
        kinds=KINDS,
        states=STATES,
        tongue_of=lambda code: tongues.named([code])[0],
        filled=filled,
        said=said,
        wrong=i18n.sentence(refused.message, refused.values) if refused else "",
    )


def _one(
    request: Request, db: Session, tandem: Tandem, *, said: str = "", refused: DomainError | None = None
) -> Response:
    first, second = meeting.both(db, tandem)
    place = db.get(Place, tandem.place_id) if tandem.place_id else None
    wall = wall_clock.local(tandem.meets_at, itinerary.area_of(place.commune_code if place else None)[1])
    return render(
        request,
        "tandem.html",
        status=STATUS[refused.kind] if refused else 200,
        tandem=tandem,
        sides=[("first", first, tandem.first_agreed_at), ("second", second, tandem.second_agreed_at)],
        place=place,
        said_by={"first": _name(first), "second": _name(second)}.get(tandem.worry_by or "", ""),
        looked=db.get(Account, tandem.looked_into_by) if tandem.looked_into_by else None,
        day=wall.day.strftime("%d/%m/%Y"),
        hour=str(wall),
        over=tandem.meets_at <= clock.now(),
        name=_name,
        words=_words,
        tongue_of=lambda code: tongues.named([code])[0],
        states=STATES,
        gain=exchanging.GAINS[first.kind],
        rules=exchanging.RULES,
        said=said,
        wrong=i18n.sentence(refused.message, refused.values) if refused else "",
    )


def _request_form(request: Request, member: Member, db: Session, filled: Filled, *, status: int = 200) -> Response:
    file_id = identifier(filled.get("file"))
    return render(
        request,
        "tandem-request.html",
        status=status,
        filled=filled,
        file=files.get(db, member, file_id) if file_id is not None else None,
        key=filled.get("key") or str(ids.new_id()),
        places=_places(db, member.organisation_id),
        kinds=KINDS,
        rules=exchanging.RULES,
        tongues=tongues.tongues(),
        themes=themes.themes(),
    )


# --- both -----------------------------------------------------------------------------------------------------


def _asked(sent: Filled, reads_in: str) -> Asked:
    return Asked(
        kind=sent.get("kind"),
        gives=sent.all("gives"),
        seeks=sent.all("seeks"),
        place_id=identifier(sent.get("place")),
        label=sent.get("label")[:30],
        contact=sent.get("contact")[:120],
        reads_in=reads_in if reads_in in i18n.languages() else i18n.SOURCE,
    )


def _words(codes: Iterable[str]) -> list[Mapping[str, Any]]:
    """Languages by their own names, themes by the word that a learner reads."""
    known = tongues.tongues()
    return [{"tongue": known.get(code), "word": "" if code in known else themes.theme(code).word} for code in codes]


def _name(request: ExchangeRequest) -> str:
    """Who somebody is at the desk: the first name they chose, else the beginning of a number."""
    return request.label or request.id.hex[:4]


def _why(pair: meeting.Pair) -> dict[str, Any]:
    return {
        "both": pair.fit.both_ways,
        "first": _words(pair.fit.first_gains),
        "second": _words(pair.fit.second_gains),
        "speak": tongues.named(pair.fit.speak),
        "same_place": pair.fit.same_place,
        "km": pair.fit.km,
    }


def _places(db: Session, organisation_id: uuid.UUID) -> list[Place]:
    query = sa.select(Place).where(
        Place.organisation_id == organisation_id, Place.withdrawn_at.is_(None), Place.is_mobile.is_(False)
    )
    return list(db.scalars(query.order_by(Place.sought, Place.id).limit(100)))
