"""The desk of the jury: what waits, one request with all that supports it, the decision; and papers to be seen."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.badges.candidacy import attesting, evidence, jury, queue
from pathways.badges.doors import OwnSigner
from pathways.badges.models import JuryVerdict, RequestState
from pathways.badges.pages import jury_shown
from pathways.badges.pages.candidate_forms import Sent, Typed
from pathways.badges.pages.evidence_files import handed_over
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Member, Permission
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.problems import STATUS
from pathways.web.routing import Router

router = Router()
Juror = Annotated[Member, Depends(Requires(Permission.BADGES_AWARD))]
"""To a role that decides on nothing, no address here says whether something is there."""
JurorForm = Annotated[Member, Depends(RequiresForm(Permission.BADGES_AWARD))]
SAID = {
    "granted": D_("C'est accordé : le badge est donné, et la personne est prévenue."),
    "one-more": D_("Votre oui est noté. D'autres membres du jury regardent encore."),
    "incomplete": D_("Votre oui est noté. Un point n'est plus rempli : la demande revient à la personne."),
    "asked": D_("La personne lit ce qui manque et peut compléter."),
    "refused": D_("C'est noté. La personne lit pourquoi, et peut demander que d'autres décident."),
    "seen": D_("C'est noté : ce papier compte, jusqu'au jour que vous avez donné."),
}


@router.get("/jury")
def waiting(request: Request, member: Juror, db: ReadDB, said: Annotated[Short, Query()] = "") -> Response:
    """What the member may decide on, the oldest first; and the papers that they may be shown."""
    return _queue(request, member, db, Typed(), said=said)


@router.get("/jury/{request_id}")
def one(request: Request, member: Juror, request_id: uuid.UUID, db: ReadDB) -> Response:
    return _one(request, member, db, request_id, Typed())


@router.get("/jury/{request_id}/evidence/{evidence_id}")
def read(member: Juror, request_id: uuid.UUID, evidence_id: uuid.UUID, db: ReadDB) -> Response:
    """To be saved. Whoever may not decide on the request finds nothing."""
    found, file = evidence.for_jury(db, member, evidence_id)
    if found.request_id != request_id:
        raise NotFound(evidence.NOT_THERE)
    return handed_over(found, file)


@router.post("/jury/{request_id}/decide")
def decide(
    request: Request, member: JurorForm, request_id: uuid.UUID, sent: Sent, db: DB, signer: OwnSigner
) -> Response:
    """``verdict``, ``reason``, and a mark for each line of the grid (``grid-LINE``)."""
    prefix = "grid-"
    grid = {name.removeprefix(prefix): mark for name, mark in sent.values.items() if name.startswith(prefix) and mark}
    try:
        verdict = _verdict(sent)
        with db.begin_nested():
            decided = jury.decide(db, signer, member, request_id, verdict=verdict, grid=grid, reason=sent.get("reason"))
    except (Invalid, Conflict, Forbidden) as error:
        return _one(request, member, db, request_id, sent.refused("decide", error), status=STATUS[error.kind])
    return RedirectResponse(f"/jury?said={_became(verdict, decided.state)}", 303)


@router.post("/jury/attested/{attested_id}/seen")
def seen(request: Request, member: JurorForm, attested_id: uuid.UUID, sent: Sent, db: DB) -> Response:
    """The member has seen the paper. ``about``: the request on whose page they said so."""
    about = sent.identifier("about")
    try:
        with db.begin_nested():
            attesting.seen(db, member, attested_id, valid_until=sent.day("valid_until"))
    except (Invalid, Conflict, Forbidden) as error:
        typed, status = sent.refused(f"seen-{attested_id}", error), STATUS[error.kind]
        if about is None:
            return _queue(request, member, db, typed, status=status)
        return _one(request, member, db, about, typed, status=status)
    return RedirectResponse(f"/jury/{about}#attested" if about else "/jury?said=seen", 303)


@router.get("/jury/attested/{attested_id}/seen")
def back(member: Juror, attested_id: uuid.UUID, db: ReadDB) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    attesting.find(db, member, attested_id)
    return RedirectResponse("/jury", 303)


@router.get("/jury/{request_id}/decide")
def back_to_one(member: Juror, request_id: uuid.UUID, db: ReadDB) -> Response:
    jury.seen(db, member, request_id)
    return RedirectResponse(f"/jury/{request_id}", 303)


# --- inside ---------------------------------------------------------------------------------------------------


def _queue(
    request: Request, member: Member, db: Session, typed: Typed, *, said: str = "", status: int = 200
) -> Response:
    return render(
        request,
        "jury.html",
        status=status,
        seats=jury_shown.seats(db, member),
        waiting=queue.waiting_for(db, member),
        papers=jury_shown.papers(db, member),
        typed=typed,
        said=i18n.gettext(SAID.get(said, "")),
    )


def _one(
    request: Request, member: Member, db: Session, request_id: uuid.UUID, typed: Typed, *, status: int = 200
) -> Response:
    """That somebody read it is written down before it is shown; of a request that they may not decide on, they read
    only why.
    """
    found = jury.seen(db, member, request_id)
    values = jury_shown.shown(db, member, found)
    if values["readable"]:
        _note_opened(request, member, db, found.id)
    return render(request, "jury-request.html", status=status, typed=typed, **values)


def _note_opened(request: Request, member: Member, db: Session, request_id: uuid.UUID) -> None:
    """Where a form was sent, in its own transaction: it has the writer's turn already."""
    if request.method == "GET":
        journal.note_opened(request.app.state.database, db, member, Act.AWARD_REQUEST_OPENED, [request_id])
    elif request_id not in journal.noted_lately(db, member, Act.AWARD_REQUEST_OPENED, [request_id]):
        journal.note(db, member, Act.AWARD_REQUEST_OPENED, about_id=request_id)


def _verdict(sent: Typed) -> JuryVerdict:
    verdict = sent.get("verdict")
    if verdict not in set(JuryVerdict):
        said = D_("Choisissez ce que vous décidez.")
        raise Invalid(said, errors=[{"field": "verdict", "message": said}])
    return JuryVerdict(verdict)


def _became(verdict: JuryVerdict, state: RequestState) -> str:
    if verdict is JuryVerdict.GRANT:
        said = {RequestState.GRANTED: "granted", RequestState.RETURNED: "incomplete"}
        return said.get(state, "one-more")
    return "refused" if verdict is JuryVerdict.REFUSE else "asked"
