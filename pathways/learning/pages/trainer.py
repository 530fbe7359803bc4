"""The desk: the people on a pathway, and one pathway that a trainer changes, each change with its cost first."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

import sqlalchemy as sa
from fastapi import Depends, Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import clock, i18n
from pathways.database import Database
from pathways.diagnostics import taking
from pathways.diagnostics.doors import OwnDoor
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.learning import choosing, following, readiness, replacing, telling
from pathways.learning.journeys import happenings
from pathways.learning.models import Pathway, PathwayEvent, PathwayNote, PathwayState, Step, StepKind, StepState
from pathways.learning.pages.adjusting_forms import OptionalId, Sent, Trouble, Written
from pathways.learning.pages.journey import TOLD
from pathways.learning.trainers import adjusting, overview, weighing
from pathways.learning.trainers.adjusting import Act
from pathways.learning.trainers.weighing import Situation
from pathways.people import days, journal
from pathways.people.journal import Act as Noted
from pathways.permissions import Member, Permission
from pathways.web.dependencies import ReadDB, Requires, RequiresForm
from pathways.web.fields import Pasted, Short
from pathways.web.pages import render
from pathways.web.paging import Cursor, page
from pathways.web.routing import Router

router = Router()
OF = {"pathway_id": following.pathway_for}
Reader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ, of=OF))]
AdjusterForm = Annotated[Member, Depends(RequiresForm(Permission.ATTEMPTS_OBSERVE, of=OF))]
ROWS, MOST_NEWS = 50, 12
STILL = (14, 28, 56)
PRICED = frozenset({Act.LOCK, Act.UNLOCK, Act.REPLACE, Act.REMOVE})
"""Their cost is told before they are made. The others cost what they say, or nothing."""
MOVES = frozenset({Act.UP, Act.DOWN, Act.MOVE})
"""They lock the step, and what that costs is told after them: one does several of them on end."""
STATES: Final = {
    PathwayState.ACTIVE: D_("en route"),
    PathwayState.REACHED: D_("buts atteints"),
    PathwayState.STOPPED: D_("arrêté"),
}
SAID: Final = {
    "changed": D_("C'est changé. La personne le verra sur son parcours."),
    "undone": D_("Le dernier changement est repris."),
    "noted": D_("Le mot est gardé."),
    "chosen": D_("Le parcours est choisi."),
    "proposed": D_("Les étapes du modèle sont ajoutées."),
}
ACTS: Final = {
    Act.UP: D_("Monter cette étape"),
    Act.DOWN: D_("Descendre cette étape"),
    Act.MOVE: D_("Déplacer cette étape"),
    Act.LOCK: D_("Verrouiller cette étape"),
    Act.UNLOCK: D_("Ne plus verrouiller cette étape"),
    Act.REPLACE: D_("Remplacer cette étape"),
    Act.REMOVE: D_("Retirer cette étape"),
    Act.ADD: D_("Ajouter une étape"),
    Act.WORDS: D_("Changer les mots de cette étape"),
    Act.UNDO: D_("Reprendre le dernier changement"),
    Act.TEMPLATE: D_("Ajouter les étapes d'un modèle"),
}


# --- the list ------------------------------------------------------------------------------------------------


@router.get("/pathways")
def people(
    request: Request,
    member: Reader,
    db: ReadDB,
    state: Annotated[Short, Query()] = "",
    still: Annotated[Short, Query()] = "",
    language: Annotated[Short, Query()] = "",
    cursor: Cursor = None,
) -> Response:
    """Who is on a pathway, today's step of each, and since when nothing moved."""
    sought = overview.Sought(
        state=PathwayState(state) if state in set(PathwayState) else PathwayState.ACTIVE,
        still=int(still) if still in {str(one) for one in STILL} else 0,
        language=language if language in i18n.languages() else "",
    )
    found = page(
        db,
        overview.people(member, sought),
        at=Pathway.active_at,
        key=Pathway.id,
        limit=ROWS,
        cursor=cursor,
        show=lambda one: one,
    )
    return render(
        request,
        "desk-pathways.html",
        lines=overview.lines(db, member, found["rows"]),
        following=found["next"],
        sought=sought,
        query={"state": sought.state.value, "still": str(sought.still or ""), "language": sought.language},
        states=STATES,
        stills=STILL,
        day=days.day,
        tongues=i18n.languages(),
    )


# --- one pathway ---------------------------------------------------------------------------------------------


@router.get("/pathways/{pathway_id}")
def pathway(
    request: Request,
    member: Reader,
    pathway_id: uuid.UUID,
    db: ReadDB,
    door: OwnDoor,
    said: Annotated[Short, Query()] = "",
    moved: Annotated[OptionalId, Query()] = None,
) -> Response:
    """One person's pathway as it is today. Who opens it is written down, as for a profile. ``moved``: a step that was
    moved a moment ago, whose lock is told with its cost.
    """
    found = _up_to_date(request, db, door, member, pathway_id)
    response = _pathway(request, db, door, member, found, said=said, moved=moved)
    journal.note_opened(request.app.state.database, db, member, Noted.PROFILE_OPENED, [found.attempt_id])
    return response


@router.get("/pathways/{pathway_id}/steps/{step_id}")
def step(
    request: Request, member: Reader, pathway_id: uuid.UUID, step_id: uuid.UUID, db: ReadDB, door: OwnDoor
) -> Response:
    """One step: what else could teach it, its words, what is said of it."""
    found = _up_to_date(request, db, door, member, pathway_id)
    own = following.step_for(db, found, step_id)
    journal.note_opened(request.app.state.database, db, member, Noted.PROFILE_OPENED, [found.attempt_id])
    return _step(request, db, member, weighing.situation(db, door, found, clock.now()), own)


@router.post("/pathways/{pathway_id}/changes")
def change(
    request: Request, member: AdjusterForm, pathway_id: uuid.UUID, door: OwnDoor, sent: Annotated[Sent, Form()]
) -> Response:
    """Without ``sure``, a change that may cost something is told with its cost, and nothing is changed. A move is made
    at once, with keys or by a drag; what it costs is told right after, beside the button that takes it back.
    """
    database = request.app.state.database
    try:
        if sent.act in PRICED and not sent.sure:
            with database.read() as db:
                return _price(request, db, door, member, _found(database, db, member, pathway_id), sent)
        with database.begin() as db:
            key = f"{sent.act.value} {sent.key}"
            adjusting.make(db, door, member, pathway_id, sent.change(), version=sent.version, key=key)
    except (Conflict, Invalid) as error:
        return _refused(request, door, member, pathway_id, Trouble(error, sent))
    return _back(pathway_id, "changed", sent.step, moved=sent.act in MOVES)


@router.post("/pathways/{pathway_id}/undo")
def undo(
    request: Request,
    member: AdjusterForm,
    pathway_id: uuid.UUID,
    door: OwnDoor,
    version: Annotated[int, Form()],
    key: Annotated[uuid.UUID, Form()],
) -> Response:
    try:
        with request.app.state.database.begin() as db:
            adjusting.undo(db, member, pathway_id, version=version, key=f"undo {key}")
    except Conflict as error:
        return _refused(request, door, member, pathway_id, Trouble(error))
    return _back(pathway_id, "undone")


@router.post("/pathways/{pathway_id}/notes")
def note(
    request: Request,
    member: AdjusterForm,
    pathway_id: uuid.UUID,
    door: OwnDoor,
    written: Annotated[Written, Form()],
) -> Response:
    """A comment, for the person or for colleagues."""
    about = {"step_id": written.step, "for_person": written.whom == "person"}
    try:
        with request.app.state.database.begin() as db:
            adjusting.note(db, member, pathway_id, text=written.text, key=f"note {written.key}", **about)
    except (Conflict, Invalid) as error:
        return _refused(request, door, member, pathway_id, Trouble(error, text=written.text))
    return _back(pathway_id, "noted", written.step)


@router.post("/pathways/{pathway_id}/campaign")
def note_campaign(
    request: Request,
    member: AdjusterForm,
    pathway_id: uuid.UUID,
    door: OwnDoor,
    campaign: Annotated[Pasted, Form()] = "",
    certification: Annotated[Short, Form()] = "",
) -> Response:
    """Keep the code of a campaign, which the person's pathway then leads to. A wrong one stays in its field."""
    try:
        with request.app.state.database.begin() as db:
            readiness.note_campaign(db, member, pathway_id, campaign)
    except Invalid as error:
        trouble = Trouble(error, text=campaign, at=f"campaign-{certification}")
        return _refused(request, door, member, pathway_id, trouble)
    return RedirectResponse(f"/pathways/{pathway_id}#readiness", 303)


@router.get("/pathways/{pathway_id}/changes")
@router.get("/pathways/{pathway_id}/undo")
@router.get("/pathways/{pathway_id}/notes")
@router.get("/pathways/{pathway_id}/campaign")
def back(member: Reader, pathway_id: uuid.UUID, db: ReadDB) -> Response:
    """A restored tab asks for the address that a form was sent to."""
    return _back(following.pathway_for(db, member, pathway_id).id, "")


# --- inside --------------------------------------------------------------------------------------------------


def _back(pathway_id: uuid.UUID, said: str, step_id: uuid.UUID | None = None, *, moved: bool = False) -> Response:
    query = f"?said={said}" if said else ""
    if step_id is not None:
        query += f"{f'&moved={step_id}' if moved else ''}#step-{step_id}"
    return RedirectResponse(f"/pathways/{pathway_id}{query}", 303)


def _found(database: Database, db: Session, member: Member, pathway_id: uuid.UUID) -> Pathway:
    """A pathway for a page that only reads."""
    found = following.pathway_for(db, member, pathway_id)
    choosing.ready(database, db, found.organisation_id, found.framework)
    return following.pathway_for(db, member, pathway_id)


def _refused(request: Request, door: Door, member: Member, pathway_id: uuid.UUID, trouble: Trouble) -> Response:
    """What could not be done, on the page. Its costs are worked out for a while, and nobody else who writes waits."""
    database = request.app.state.database
    with database.read() as db:
        found = _found(database, db, member, pathway_id)
        return _pathway(request, db, door, member, found, trouble=trouble)


def _up_to_date(request: Request, db: Session, door: Door, member: Member, pathway_id: uuid.UUID) -> Pathway:
    """The pathway as it is today; where it must be planned anew, a short transaction of its own does it."""
    found = following.pathway_for(db, member, pathway_id)
    database = request.app.state.database
    choosing.ready(database, db, found.organisation_id, found.framework)
    following.up_to_date(database, db, door, taking.get(db, found.attempt_id))
    return following.pathway_for(db, member, pathway_id)


def _pathway(
    request: Request,
    db: Session,
    door: Door,
    member: Member,
    found: Pathway,
    *,
    said: str = "",
    moved: uuid.UUID | None = None,
    trouble: Trouble | None = None,
) -> Response:
    seen = weighing.situation(db, door, found, clock.now())
    return render(
        request,
        "desk-pathway.html",
        status=trouble.status if trouble else 200,
        past=[one for one in seen.steps if one.state in {StepState.DONE, StepState.KNOWN}],
        locks=weighing.costs_of_locks(seen, first=moved),
        moved=moved,
        early=weighing.too_early(seen),
        readiness=readiness.of_pathway(db, door, found, knowledge=seen.plans.knowledge),
        undoable=found.state is PathwayState.ACTIVE and adjusting.can_undo(found),
        said=i18n.gettext(SAID[said]) if said in SAID else "",
        trouble=trouble,
        news=_news(db, found, trouble) if trouble and trouble.is_overtaken else [],
        told=TOLD,
        acts=ACTS,
        states=STATES,
        **_common(db, member, seen),
    )


def _common(db: Session, member: Member, seen: Situation) -> dict[str, Any]:
    """What the pages of one pathway share."""
    pathway, skills = seen.pathway, seen.plans.knowledge.skills
    rows = happenings.rows_of(db, [pathway], skills)
    attempt, name = overview.named(db, [pathway])[pathway.id]
    notes = db.scalars(sa.select(PathwayNote).filter_by(pathway_id=pathway.id).order_by(PathwayNote.id)).all()
    total = pathway.estimate.get("total")
    language = i18n.current().code if i18n.current().desk else i18n.SOURCE
    return {
        "pathway": pathway,
        "attempt": attempt,
        "name": name,
        "steps": seen.open_steps,
        "titles": {one.id: overview.title_of(rows, one) for one in seen.steps},
        "rows": rows,
        "skills": skills,
        "reasons": {one.id: telling.reasons(one.why, skills, language) for one in seen.open_steps},
        "total": telling.lasts(total[0], total[1], total[2], language) if total else None,
        "kinds": telling.KINDS,
        "ways": telling.WAYS,
        "notes": notes,
        "by": journal.names(db, [one.account_id for one in notes]),
        "key": choosing.new_key(),
        "news_id": _latest(db, pathway),
        "own_kind": StepKind.OWN,
        "adjusts": member.may(Permission.ATTEMPTS_OBSERVE) and pathway.state is PathwayState.ACTIVE,
        "short": days.short,
        "day": days.day,
    }


def _latest(db: Session, pathway: Pathway) -> uuid.UUID | None:
    """The last thing that happened, by its id, which grows with time."""
    query = sa.select(PathwayEvent.id).where(PathwayEvent.pathway_id == pathway.id)
    return db.scalar(query.order_by(PathwayEvent.id.desc()).limit(1))


def _news(db: Session, pathway: Pathway, trouble: Trouble) -> list[tuple[PathwayEvent, str]]:
    """What happened since the trainer saw the page, the latest last, and by whom."""
    query = sa.select(PathwayEvent).where(PathwayEvent.pathway_id == pathway.id)
    if trouble.sent is not None and trouble.sent.news is not None:
        query = query.where(PathwayEvent.id > trouble.sent.news)
    found = list(reversed(db.scalars(query.order_by(PathwayEvent.id.desc()).limit(MOST_NEWS)).all()))
    names = journal.names(db, [one.account_id for one in found if one.account_id])
    return [(one, names.get(one.account_id, "") if one.account_id else "") for one in found]


def _step(request: Request, db: Session, member: Member, seen: Situation, step: Step) -> Response:
    teaches = step.skills and step.kind is not StepKind.OWN and step.state is StepState.OPEN
    return render(
        request,
        "desk-pathway-step.html",
        step=step,
        options=replacing.options(seen.plans, seen.steps, step) if teaches else [],
        **_common(db, member, seen),
    )


def _price(request: Request, db: Session, door: Door, member: Member, found: Pathway, sent: Sent) -> Response:
    """What a change costs, what comes and what goes, and the two buttons."""
    told = weighing.preview(db, door, member, found.id, sent.change(), version=sent.version)
    seen = weighing.situation(db, door, found, clock.now())
    step = following.step_for(db, found, sent.step) if sent.step else None
    return render(
        request,
        "desk-pathway-change.html",
        told=told,
        sent=sent,
        step=step,
        chosen=_chosen(seen, step, sent),
        acts=ACTS,
        **_common(db, member, seen),
    )


def _chosen(seen: Situation, step: Step | None, sent: Sent) -> replacing.Other | None:
    if step is None or sent.act is not Act.REPLACE:
        return None
    options = replacing.options(seen.plans, seen.steps, step)
    return next((one for one in options if one.code == sent.to), None)
