"""One question in one language: as the learner sees it, beside the form, with everything that must be minded."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_
from pathways.items import showing, translating
from pathways.items.models import ItemTranslation
from pathways.permissions import Member
from pathways.translations import history, queue, reviewing, sheet, unclear
from pathways.translations.asking import (
    ItemCode,
    OwnPlace,
    Place,
    ReviewerForm,
    Translator,
    TranslatorForm,
    Typed,
    TypedTexts,
)
from pathways.translations.reviewing import Act
from pathways.translations.sheet import Sheet
from pathways.web.dependencies import DB, ReadDB
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router(prefix="/translations")
DONE = {
    "suggested": D_("Vos textes sont enregistrés."),
    "waiting": D_("Votre proposition est enregistrée. Elle attend qu'une autre personne la relise."),
    "review": D_("C'est relu : ces textes sont montrés maintenant."),
    "verify": D_("C'est noté : relue et essayée."),
    "reject": D_("C'est refusé, avec votre raison."),
    "withdraw": D_("Cette traduction n'est plus montrée."),
    "restore": D_("Cette traduction est de nouveau montrée."),
    "settled": D_("C'est noté : le compte de cette phrase recommence."),
}
BUTTONS = {
    "review": D_("J'ai relu, c'est juste"),
    "verify": D_("Relue et essayée avec des apprenants"),
    "reject": D_("Refuser"),
    "withdraw": D_("Ne plus montrer"),
    "restore": D_("Montrer de nouveau"),
}
STATES = {
    "machine": D_("automatique"),
    "draft": D_("pas encore relue"),
    "reviewed": D_("relue"),
    "verified": D_("relue et essayée"),
    "rejected": D_("refusée"),
}
_MISSING = D_("Quelque chose manque ou ne va pas. Rien n'est perdu : corrigez, puis enregistrez.")


@dataclass(slots=True)
class Page:
    """What is to be said on the page beside the question itself."""

    said: str = ""
    good: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    """By segment."""
    status: int = 200
    look: str = ""
    """The suggestion that is shown as learners would see it."""
    refused: dict[str, str] = field(default_factory=dict)
    """``{"id", "reason"}`` of a decision that was not taken: its words are not lost."""


@router.get("/{item_code}")
def item_page(
    request: Request,
    member: Translator,
    item_code: ItemCode,
    db: ReadDB,
    place: OwnPlace,
    look: Annotated[Short, Query(description="A translation to be shown as learners would see it")] = "",
    done: Annotated[Short, Query()] = "",
) -> Response:
    found = sheet.make(db, member, place.framework, item_code, place.language)
    return _page(request, db, place, found, Page(i18n.gettext(DONE.get(done, "")), good=True, look=look))


@router.post("/{item_code}")
def suggest(
    request: Request, member: TranslatorForm, item_code: ItemCode, typed: TypedTexts, db: DB, place: OwnPlace
) -> Response:
    """Suggest texts. Whatever is wrong with them, the form comes back with all of them."""
    page = Page(i18n.gettext(_MISSING), errors=_said(typed.errors), status=422)
    if not page.errors:
        try:
            with db.begin_nested():
                row = _suggested(db, member, place, item_code, typed)
            return _to(place, item_code, done="waiting" if row.is_waiting else "suggested")
        except Conflict as error:
            page.said, page.status = i18n.sentence(error.message, error.values), 409
        except Invalid as error:
            page.errors = _said({entry["field"]: entry["message"] for entry in error.errors})
    found = sheet.make(db, member, place.framework, item_code, place.language, typed=typed.texts)
    return _page(request, db, place, found, page)


def _suggested(db: Session, member: Member, place: Place, code: str, typed: Typed) -> ItemTranslation:
    number = typed.fields.get("number", "")
    return translating.suggest(
        db,
        member,
        place.framework,
        code,
        language=place.language,
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0,
        seen=typed.fields.get("seen", ""),
        texts=typed.texts,
    )


@dataclass(frozen=True, slots=True)
class Decision:
    translation: str
    act: str
    reason: str


def _decision(
    translation: Annotated[Short, Form()] = "",
    act: Annotated[Short, Form()] = "",
    reason: Annotated[str, Form(max_length=5_000)] = "",
) -> Decision:
    legible = "".join(sign for sign in reason if sign.isprintable() or sign.isspace())
    return Decision(translation, act, " ".join(legible.split())[: reviewing.LONGEST_REASON])


@router.post("/{item_code}/decisions")
def decide(
    request: Request,
    member: ReviewerForm,
    item_code: ItemCode,
    db: DB,
    place: OwnPlace,
    decision: Annotated[Decision, Depends(_decision)],
) -> Response:
    """Review, verify, send back, take out of service, put back. A reason that is missing is asked for again."""
    try:
        with db.begin_nested():
            reviewing.decide(
                db,
                member,
                place.framework,
                item_code,
                translation_id=_identifier(decision.translation),
                act=_act(decision.act),
                reason=decision.reason,
            )
    except (Conflict, Invalid, Forbidden) as error:
        said = i18n.sentence(error.message, error.values)
        page = Page(said, refused={"id": decision.translation, "reason": decision.reason})
        page.status = 409 if isinstance(error, Conflict) else 403 if isinstance(error, Forbidden) else 422
        found = sheet.make(db, member, place.framework, item_code, place.language)
        return _page(request, db, place, found, page)
    return _to(place, item_code, done=decision.act)


@router.post("/{item_code}/unclear")
def settle(
    member: ReviewerForm, item_code: ItemCode, db: DB, place: OwnPlace, segment: Annotated[Short, Form()] = ""
) -> Response:
    """Somebody has looked at a sentence that learners found unclear."""
    unclear.settle(db, member, place.framework, item_code, language=place.language, segment=segment)
    return _to(place, item_code, done="settled")


def _said(errors: dict[str, str]) -> dict[str, str]:
    """In the trainer's language. Here, and not in the template: what a template translates, it does not escape."""
    return {key: i18n.gettext(message) for key, message in errors.items()}


def _act(text: str) -> Act:
    try:
        return Act(text)
    except ValueError as error:
        raise NotFound(D_("Ce bouton n'existe pas. Rechargez la page.")) from error


def _identifier(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound(D_("Cette traduction n'existe pas.")) from error


def _page(request: Request, db: Session, place: Place, found: Sheet, page: Page) -> Response:
    language = found.language
    looked_at = sheet.visible_translation(found, page.look) if page.look else None
    if looked_at is not None:
        own = dict(looked_at.row.segments)
        preview = showing.of_document(found.revision.body, found.revision.segments, own, language.code)
    else:
        preview = showing.of_revision(db, found.revision, language.code)
    return render(
        request,
        "translations-item.html",
        status=page.status,
        reader=language.code,
        display="both",
        sheet=found,
        page=page,
        target=language,
        preview=preview,
        looked_at=looked_at,
        framework=place.framework,
        address=f"/translations/{found.item.code}",
        query=urlencode({"framework": place.framework, "lang": language.tag}),
        names=[i18n.language(code) for code in queue.translated_languages()],
        states=STATES,
        acts=history.ACTS,
        buttons=BUTTONS,
    )


def _to(place: Place, code: str, *, done: str) -> Response:
    asked = {"framework": place.framework, "lang": i18n.language(place.language).tag, "done": done}
    return RedirectResponse(f"/translations/{code}?{urlencode(asked)}", 303)
