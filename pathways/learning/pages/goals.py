"""Goals at the desk: what a structure offers people to choose from, its own ones, those that others share."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.learning import goals
from pathways.learning.goals import GoalForm
from pathways.learning.models import Goal, GoalAudience
from pathways.people.models import Organisation
from pathways.permissions import Member, Permission
from pathways.referentials import service as referentials_service
from pathways.referentials.ladders import ladders_of
from pathways.texts import one_line, salvaged
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Line
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()
OF = {"goal_id": goals.get}
Reader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.CONTENT_WRITE, of=OF))]
WriterForm = Annotated[Member, Depends(RequiresForm(Permission.CONTENT_WRITE, of=OF))]
Typed = Annotated[Line, Query()]
MOST_FIELDS, LONGEST_FIELD = 500, 2_500
AUDIENCES = {
    GoalAudience.LEARNER: D_("Personnes accompagnées"),
    GoalAudience.MEDIATOR: D_("Médiateurs"),
    GoalAudience.VOLUNTEER: D_("Bénévoles"),
}
WEIGHTS = {1: D_("utile"), 2: D_("important"), 3: D_("indispensable")}
DRAWN = {
    "school": D_("une école"),
    "permit": D_("une carte avec un visage"),
    "family-benefits": D_("un adulte et un enfant"),
    "job": D_("une sacoche"),
    "certificate": D_("un diplôme"),
    "doctor": D_("un rendez-vous médical"),
    "video": D_("une caméra"),
    "shield": D_("un bouclier"),
    "card": D_("une carte bancaire"),
    "health": D_("une carte de santé"),
    "taxes": D_("une feuille avec un euro"),
    "notebook": D_("un cahier"),
    "house": D_("une maison"),
    "bank": D_("une banque"),
    "letter": D_("une lettre"),
    "scan": D_("un papier à scanner"),
    "phone": D_("un téléphone"),
    "computer": D_("un ordinateur"),
    "ticket": D_("un bus"),
    "basket": D_("un panier"),
    "bulb": D_("une ampoule"),
    "cv": D_("un CV"),
    "monthly": D_("un calendrier coché"),
    "stamp": D_("un tampon"),
    "settings": D_("des réglages"),
    "hand": D_("une main"),
    "speech": D_("deux bulles"),
    "reading": D_("un livre ouvert"),
    "access": D_("une silhouette, bras ouverts"),
    "shop": D_("une boutique"),
    "people": D_("deux personnes"),
    "chart": D_("un graphique"),
    "key": D_("une clé"),
    "lock": D_("un cadenas"),
    "welcome": D_("une porte ouverte"),
}
"""What each picture shows, for who chooses one without seeing it."""
_MISSING = D_("Quelque chose manque ou ne va pas. Rien n'est perdu : corrigez, puis enregistrez.")


@dataclass(slots=True)
class Fields:
    """What stands in the form of a goal."""

    values: dict[str, str] = field(default_factory=dict)
    said: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    theirs: Goal | None = None
    """What a colleague kept in between."""

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def framework(self) -> str:
        return self.get("framework")[:64] or referentials_service.USUAL_FRAMEWORK

    def goal(self) -> GoalForm:
        """What it asks for. What no control of ours sends is left out."""
        weights = {
            name.removeprefix("weight-"): int(value)
            for name, value in self.values.items()
            if name.startswith("weight-") and value in {"1", "2", "3"}
        }
        audience = self.get("audience")
        return GoalForm(
            title=self.get("title"),
            weights=weights,
            words=tuple(word for word in map(str.strip, self.get("words").split(",")) if word),
            audience=GoalAudience(audience) if audience in set(GoalAudience) else GoalAudience.LEARNER,
            picture=self.get("picture") or goals.USUAL_PICTURE,
            titles={
                one: self.get(f"title-{one}")
                for one in i18n.languages()
                if one != i18n.SOURCE and self.get(f"title-{one}")
            },
            posts=tuple(post for post in map(str.strip, self.get("posts").split(",")) if post),
        )


def fields_of(goal: Goal) -> Fields:
    values = {
        "title": goal.title,
        "words": ", ".join(goal.words),
        "posts": ", ".join(goal.posts),
        "audience": goal.audience.value,
        "picture": goal.picture,
        "framework": goal.framework,
        "version": str(goal.version),
    }
    values |= {f"weight-{code}": str(weight) for code, weight in goal.weights.items()}
    return Fields(values | {f"title-{language}": text for language, text in goal.titles.items()})


async def _submitted(request: Request) -> Fields:
    """What is too long is cut, what cannot be kept is dropped: the form comes back with it and loses nothing else."""
    sent = list((await request.form()).multi_items())[:MOST_FIELDS]
    return Fields({name: one_line(salvaged(value, LONGEST_FIELD)[0]) for name, value in sent if isinstance(value, str)})


Sent = Annotated[Fields, Depends(_submitted)]


@router.get("/goals")
def list_goals(
    request: Request, member: Reader, db: ReadDB, framework: Typed = "", q: Typed = "", audience: Typed = ""
) -> Response:
    """Own ones, shipped ones, and those that others share."""
    referential = referentials_service.latest(db, framework or referentials_service.USUAL_FRAMEWORK)
    wanted = GoalAudience(audience) if audience in set(GoalAudience) else None
    found = goals.find(goals.list_for(db, member.organisation_id, referential.code, audience=wanted), q)
    return render(
        request,
        "goal-list.html",
        referential=referential,
        frameworks=referentials_service.all_newest(db),
        own=[one for one in found if one.organisation_id == member.organisation_id],
        shipped=[one for one in found if one.organisation_id is None],
        shared=[one for one in found if one.organisation_id not in {None, member.organisation_id}],
        archived=goals.archived_of(db, member, referential.code),
        owners=_owners(db, found),
        may_write=member.may(Permission.CONTENT_WRITE),
        audiences=AUDIENCES,
        audience=wanted,
        q=q,
    )


@router.get("/goals/new")
def new(request: Request, member: Writer, db: ReadDB, framework: Typed = "") -> Response:
    fields = Fields({"framework": framework, "key": str(ids.random_id())})
    return _page(request, member, db, fields)


@router.post("/goals/new")
def create(request: Request, member: WriterForm, fields: Sent, db: DB) -> Response:
    try:
        with db.begin_nested():
            made = goals.create(db, member, fields.goal(), framework=fields.framework, key=_key(fields.get("key")))
    except Invalid as error:
        return _page(request, member, db, _wrong(fields, error), status=422)
    return RedirectResponse(f"/goals/{made.id}", 303)


@router.get("/goals/{goal_id}")
def goal(request: Request, member: Reader, goal_id: uuid.UUID, db: ReadDB) -> Response:
    found = goals.get(db, member, goal_id)
    return _page(request, member, db, fields_of(found), found)


@router.post("/goals/{goal_id}")
def change(request: Request, member: WriterForm, goal_id: uuid.UUID, fields: Sent, db: DB) -> Response:
    found = goals.get(db, member, goal_id)
    fields.values["framework"] = found.framework
    try:
        with db.begin_nested():
            goals.change(db, member, goal_id, fields.goal(), version=_number(fields.get("version")))
    except Conflict as error:
        fields.values["version"] = str(found.version)  # to be kept on purpose over the colleague's
        fields.said, fields.theirs = i18n.sentence(error.message, error.values), found
        return _page(request, member, db, fields, found, status=409)
    except Invalid as error:
        return _page(request, member, db, _wrong(fields, error), found, status=422)
    return RedirectResponse(f"/goals/{goal_id}", 303)


@router.post("/goals/{goal_id}/share")
def share(request: Request, member: WriterForm, goal_id: uuid.UUID, db: DB) -> Response:
    try:
        with db.begin_nested():
            goals.share(db, member, goal_id, shared=True)
    except Invalid as error:
        found = goals.get(db, member, goal_id)
        fields = fields_of(found)
        fields.said = i18n.sentence(error.message, error.values)
        return _page(request, member, db, fields, found, status=422)
    return RedirectResponse(f"/goals/{goal_id}", 303)


@router.post("/goals/{goal_id}/unshare")
def unshare(member: WriterForm, goal_id: uuid.UUID, db: DB) -> Response:
    goals.share(db, member, goal_id, shared=False)
    return RedirectResponse(f"/goals/{goal_id}", 303)


@router.post("/goals/{goal_id}/archive")
def archive(member: WriterForm, goal_id: uuid.UUID, db: DB) -> Response:
    goals.archive(db, member, goal_id, archived=True)
    return RedirectResponse(f"/goals/{goal_id}", 303)


@router.post("/goals/{goal_id}/bring-back")
def bring_back(member: WriterForm, goal_id: uuid.UUID, db: DB) -> Response:
    goals.archive(db, member, goal_id, archived=False)
    return RedirectResponse(f"/goals/{goal_id}", 303)


@router.post("/goals/{goal_id}/copy")
def copy(member: WriterForm, goal_id: uuid.UUID, db: DB, key: Annotated[uuid.UUID, Form()]) -> Response:
    made = goals.copy(db, member, goal_id, key=key)
    return RedirectResponse(f"/goals/{made.id}", 303)


def _page(
    request: Request, member: Member, db: Session, fields: Fields, found: Goal | None = None, *, status: int = 200
) -> Response:
    referential = referentials_service.latest(db, fields.framework)
    is_own = found is None or found.organisation_id == member.organisation_id
    return render(
        request,
        "goal-one.html",
        status=status,
        goal=found,
        fields=fields,
        errors=fields.errors,
        referential=referential,
        ladders=ladders_of(db, referential, member.organisation_id),
        is_own=is_own,
        may_write=member.may(Permission.CONTENT_WRITE),
        owner=_owners(db, [found] if found is not None else []),
        audiences=AUDIENCES,
        weights=WEIGHTS,
        pictures=DRAWN,
        others=[one for code, one in i18n.languages().items() if code != i18n.SOURCE],
        copy_key=str(ids.random_id()),
    )


def _owners(db: Session, found: Sequence[Goal]) -> dict[uuid.UUID, str]:
    """The names of the organisations whose goals these are."""
    wanted = {one.organisation_id for one in found if one.organisation_id is not None}
    if not wanted:
        return {}
    query = sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted))
    return {row[0]: row[1] for row in db.execute(query)}


def _wrong(fields: Fields, error: Invalid) -> Fields:
    fields.said = i18n.gettext(_MISSING) if error.errors else i18n.sentence(error.message, error.values)
    fields.errors = {one["field"]: one["message"] for one in error.errors}
    return fields


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
