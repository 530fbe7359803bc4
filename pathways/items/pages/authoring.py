"""Writing the organisation's own questions on pages: one form, several buttons, nothing typed is ever lost."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Path, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.items import authoring, history, pictures, service, showing, translating
from pathways.items.asking import Framework, ladders_for
from pathways.items.authoring import Examined, Twin
from pathways.items.flaws import Flaw
from pathways.items.grading import PARTS
from pathways.items.models import Item, ItemRevision
from pathways.items.pages.bank import DEVICES
from pathways.items.pages.item_forms import EXPLAINED, HOW, KINDS, MOST_ROWS, USUAL_ROWS, ItemForm, form_of
from pathways.items.uploads import Sent, Submitted
from pathways.permissions import Member, Permission
from pathways.referentials import service as referentials_service
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router(prefix="/items")

Writer = Annotated[Member, Depends(Requires(Permission.CONTENT_WRITE))]
WriterForm = Annotated[Member, Depends(RequiresForm(Permission.CONTENT_WRITE))]
USUAL = referentials_service.USUAL_FRAMEWORK
ItemCode = Annotated[Short, Path()]
_MISSING = D_("Quelque chose manque ou ne va pas. Rien n'est perdu : corrigez, puis enregistrez.")
_NEARLY_THE_SAME = D_("Une question dit presque la même chose. Lisez-la ; enregistrez quand même si c'est voulu.")


@dataclass(slots=True)
class Written:
    """A form as it stands, and what there is to say of it."""

    form: ItemForm
    key: str
    number: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    twins: list[Twin] = field(default_factory=list)
    preview: showing.Preview | None = None
    reader: str = ""
    """The language in which the preview is read; the question may be there in French only."""
    said: str = ""
    theirs: list[tuple[str, str, str]] = field(default_factory=list)
    """What a colleague changed in between."""


@router.get("/new")
def new(
    request: Request,
    member: Writer,
    db: ReadDB,
    framework: Framework = USUAL,
    kind: Annotated[Short, Query()] = "",
    skill: Annotated[Short, Query()] = "",
    copy: Annotated[Short, Query(description="An item to start from")] = "",
) -> Response:
    """The kind first; then the form of that kind, empty or filled from another question."""
    if copy:
        revision = authoring.last_revision(db, authoring.visible(db, member, framework, copy))
        form = form_of(authoring.document_of(revision.body))
    elif kind in KINDS:
        form = ItemForm(kind, {"skill": skill})
    else:
        return render(request, "item-kinds.html", kinds=KINDS, explained=EXPLAINED, skill=skill, framework=framework)
    return _page(request, member, db, framework, Written(form, str(ids.random_id())))


@router.post("/new")
def create(request: Request, member: WriterForm, sent: Sent, db: DB, framework: Framework = USUAL) -> Response:
    return _submitted(request, member, db, framework, sent)


@router.get("/{item_code}/edit")
def edit(request: Request, member: Writer, item_code: ItemCode, db: ReadDB, framework: Framework = USUAL) -> Response:
    item = authoring.own(db, member, framework, item_code)
    revision = authoring.last_revision(db, item)
    form = form_of(authoring.document_of(revision.body))
    return _page(request, member, db, framework, Written(form, "", revision.number), item=item)


@router.post("/{item_code}/edit")
def revise(
    request: Request, member: WriterForm, item_code: ItemCode, sent: Sent, db: DB, framework: Framework = USUAL
) -> Response:
    return _submitted(request, member, db, framework, sent, item=authoring.own(db, member, framework, item_code))


@router.post("/{item_code}/withdraw")
def withdraw(member: WriterForm, item_code: ItemCode, db: DB, framework: Framework = USUAL) -> Response:
    return _to(framework, authoring.withdraw(db, member, framework, item_code).code)


@router.post("/{item_code}/bring-back")
def bring_back(member: WriterForm, item_code: ItemCode, db: DB, framework: Framework = USUAL) -> Response:
    return _to(framework, authoring.bring_back(db, member, framework, item_code).code)


@router.get("/{item_code}/translations/{tag}")
def translation(
    member: Writer, item_code: ItemCode, tag: ItemCode, db: ReadDB, framework: Framework = USUAL
) -> Response:
    """The workbench is where questions are translated; addresses of before lead there."""
    language = translating.language_of(tag)
    code = authoring.visible(db, member, framework, item_code).code
    asked = urlencode({"framework": framework, "lang": i18n.language(language).tag})
    return RedirectResponse(f"/translations/{code}?{asked}", 303)


# --- the form ---


def _submitted(
    request: Request, member: Member, db: Session, framework: str, sent: Submitted, *, item: Item | None = None
) -> Response:
    """What the pressed button asks for."""
    sent.keep_pictures(db)
    fields = sent.fields
    current = authoring.last_revision(db, item) if item else None
    kind = current.kind if current else fields.get("kind", "")
    form = ItemForm(kind if kind in KINDS else "choice", fields, _number(fields.get("rows", ""), USUAL_ROWS, MOST_ROWS))
    written = Written(form, fields.get("key", ""), _number(fields.get("number", ""), 0, 10**6))
    raw, wrong = form.document()
    if item is not None:
        raw["skill"] = item.skill
    told = authoring.examined(db, framework, raw)
    action = fields.get("action", "keep")
    if action == "more":
        form.rows = min(MOST_ROWS, form.rows + 2)
        return _page(request, member, db, framework, written, item=item)
    written.errors = _errors(form, sent, [*wrong, *told.errors])
    if action == "look" or written.errors:
        return _looked_at(request, member, db, framework, written, told, item=item, is_wanted=action == "look")
    if action != "keep_on_purpose" and authoring.made_with(db, member, _key(written.key)) is None:
        written.twins = _twins(db, member, framework, told, current)
    if written.twins:
        written.said = i18n.gettext(_NEARLY_THE_SAME)
        return _page(request, member, db, framework, written, item=item, status=422)
    return _kept(request, member, db, framework, written, told, item=item)


def _kept(
    request: Request,
    member: Member,
    db: Session,
    framework: str,
    written: Written,
    told: Examined,
    *,
    item: Item | None,
) -> Response:
    assert told.document is not None
    try:
        with db.begin_nested():
            kept = authoring.keep(
                db,
                member,
                framework,
                told.document,
                code=item.code if item else None,
                number=written.number if item else None,
                key=_key(written.key),
            )
    except Conflict as error:
        assert item is not None
        current = authoring.last_revision(db, item)
        written.theirs = history.changes(_body_of_number(db, item, written.number), current.body)
        written.said = i18n.sentence(error.message, error.values)
        written.number = current.number  # to be kept on purpose over the colleague's
        return _page(request, member, db, framework, written, item=item, status=409)
    except Invalid as error:
        written.errors = {
            written.form.place((entry["field"],)): i18n.sentence(entry["message"], {}) for entry in error.errors
        }
        return _page(request, member, db, framework, written, item=item, status=422)
    return _to(framework, kept.code)


def _looked_at(
    request: Request,
    member: Member,
    db: Session,
    framework: str,
    written: Written,
    told: Examined,
    *,
    item: Item | None,
    is_wanted: bool,
) -> Response:
    """The form again, with the question as a learner would see it where it has the shape of one."""
    status = 422 if written.errors else 200
    if told.document is not None and all(one.file in told.pictures for one in told.document.pictures()):
        language = showing.language_of(written.form.get("look_in") if is_wanted else "")
        own = translating.before(db, authoring.last_revision(db, item), language) if item else {}
        body = service.body_of(told.document, told.pictures)
        written.reader = language
        written.preview = showing.of_document(body, told.document.segments(), own, language)
    return _page(request, member, db, framework, written, item=item, status=status)


def _twins(db: Session, member: Member, framework: str, told: Examined, current: ItemRevision | None) -> list[Twin]:
    assert told.document is not None
    if current is not None and current.text_fingerprint == told.document.text_fingerprint():
        return []  # its words did not change: what was said of them was said
    texts = list(told.document.segments().values())
    return authoring.twins(db, member.organisation_id, framework, texts, without=current.code if current else "")


def _errors(form: ItemForm, sent: Submitted, found: list[Flaw]) -> dict[str, str]:
    errors = dict(sent.errors)
    for flaw in found:
        errors.setdefault(form.place(flaw.at), authoring.sentence(flaw))
    return errors


def _page(
    request: Request,
    member: Member,
    db: Session,
    framework: str,
    written: Written,
    *,
    item: Item | None = None,
    status: int = 200,
) -> Response:
    uses: Any = request.app.state.uses_of_item
    return render(
        request,
        "item-form.html",
        status=status,
        reader=written.reader or None,
        display="both",
        written=written,
        form=written.form,
        errors=written.errors,
        said=written.said or (i18n.gettext(_MISSING) if written.errors else ""),
        item=item,
        uses=uses(db, member, framework, item.code, item.skill) if item else [],
        ladders=ladders_for(db, member, framework, archived=item is not None),
        framework=framework,
        kinds=KINDS,
        how=HOW,
        parted=PARTS,
        devices=DEVICES,
        names=i18n.languages(),
        preview=written.preview,
        zoned=pictures.known(db, [written.form.get("picture")]).get(written.form.get("picture")),
    )


def _body_of_number(db: Session, item: Item, number: int) -> dict[str, Any]:
    """The revision that somebody started from; the first one if their form says nonsense."""
    found = db.query(ItemRevision).filter_by(item_id=item.id, number=number).one_or_none()
    return (found or authoring.last_revision(db, item)).body


def _to(framework: str, code: str) -> Response:
    return RedirectResponse(f"/items/{code}{f'?framework={framework}' if framework != USUAL else ''}", 303)


def _number(text: str, usual: int, most: int) -> int:
    return min(most, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else usual


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
