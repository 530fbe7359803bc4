"""The bank in the API: the same service functions as the pages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Query
from sqlalchemy.orm import Session
from starlette.requests import Request

from pathways import clock
from pathways.errors import Conflict
from pathways.i18n import D_
from pathways.items import authoring, bank, pictures, translating
from pathways.items.asking import ladders_for, wanted_of
from pathways.items.bank import Wanted
from pathways.items.models import ItemRevision
from pathways.items.pictures import Cleaned
from pathways.items.schemas import ItemChange, ItemDocumentIn, ItemIn, ItemOut, ItemsPage, PictureOut, TranslationIn
from pathways.permissions import Member, Permission
from pathways.referentials import service as referentials_service
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import Short
from pathways.web.paging import Limit
from pathways.web.routing import Router

router = Router(tags=["trainer"], route_class=StrictRoute)

Reader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ))]
Writer = Annotated[Member, Depends(Requires(Permission.CONTENT_WRITE))]
Framework = Annotated[Short, Query(description="Code of the framework.")]
ItemCode = Annotated[Short, Path()]
USUAL = referentials_service.USUAL_FRAMEWORK


@router.get("/items", response_model=ItemsPage, summary="The bank: shipped items and the organisation's own")
def items(
    member: Reader,
    wanted: Annotated[Wanted, Depends(wanted_of)],
    db: ReadDB,
    framework: Framework = USUAL,
    limit: Limit = 50,
    cursor: Annotated[Short, Query(description="`next` of the page before.")] = "",
) -> dict[str, Any]:
    ladders = ladders_for(db, member, framework)
    found = bank.listed(db, member, ladders, wanted, today=clock.now().date(), after=cursor, limit=limit)
    rows = [
        _as_json(framework, one.revision, is_own=one.is_own, is_withdrawn=one.is_withdrawn, languages=one.languages)
        for one in found.rows
    ]
    return {"rows": rows, "next": found.next, "total": found.total}


@router.post("/items", status_code=201, response_model=ItemOut, summary="Write an own item")
def create(member: Writer, body: ItemIn, db: DB) -> dict[str, Any]:
    """409 where another item says nearly the same; send it again with `on_purpose` to keep it."""
    if not body.on_purpose and authoring.made_with(db, member, body.key) is None:
        _refuse_twins(db, member, body.framework, body.item)
    kept = authoring.keep(db, member, body.framework, body.item, key=body.key)
    return _one(db, member, body.framework, kept.code)


@router.get("/items/{item_code}", response_model=ItemOut, summary="One item, with its key")
def item(member: Reader, item_code: ItemCode, db: ReadDB, framework: Framework = USUAL) -> dict[str, Any]:
    return _one(db, member, framework, item_code)


@router.put("/items/{item_code}", response_model=ItemOut, summary="Revise an own item")
def revise(
    member: Writer, item_code: ItemCode, body: ItemChange, db: DB, framework: Framework = USUAL
) -> dict[str, Any]:
    """A new revision; 409 if `number` is not the present one. Published diagnostics keep theirs."""
    found = authoring.own(db, member, framework, item_code)
    changed = authoring.last_revision(db, found).text_fingerprint != body.item.text_fingerprint()
    if changed and not body.on_purpose:
        _refuse_twins(db, member, framework, body.item, without=item_code)
    authoring.keep(db, member, framework, body.item, code=item_code, number=body.number)
    return _one(db, member, framework, item_code)


@router.post("/items/{item_code}/withdraw", response_model=ItemOut, summary="Take an own item out of use")
def withdraw(member: Writer, item_code: ItemCode, db: DB, framework: Framework = USUAL) -> dict[str, Any]:
    authoring.withdraw(db, member, framework, item_code)
    return _one(db, member, framework, item_code)


@router.post("/items/{item_code}/bring-back", response_model=ItemOut, summary="Put an own item into use again")
def bring_back(member: Writer, item_code: ItemCode, db: DB, framework: Framework = USUAL) -> dict[str, Any]:
    authoring.bring_back(db, member, framework, item_code)
    return _one(db, member, framework, item_code)


@router.put("/items/{item_code}/translations/{tag}", response_model=ItemOut, summary="Translate an own item")
def translate(
    member: Writer, item_code: ItemCode, tag: ItemCode, body: TranslationIn, db: DB, framework: Framework = USUAL
) -> dict[str, Any]:
    """Every segment, or none. It is a draft until somebody else reviewed it."""
    language = translating.language_of(tag)
    translating.translate(db, member, framework, item_code, language=language, number=body.number, texts=body.texts)
    return _one(db, member, framework, item_code)


async def _body(request: Request) -> bytes:
    return await request.body()


def _picture(member: Writer, body: Annotated[bytes, Depends(_body)]) -> Cleaned:
    """Decoded before the database is asked for: on SQLite nobody waits for it."""
    return pictures.cleaned(body)


_BYTES = {"requestBody": {"required": True, "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}}}}


@router.post("/pictures", status_code=201, response_model=PictureOut, summary="Send a picture", openapi_extra=_BYTES)
def send_picture(member: Writer, picture: Annotated[Cleaned, Depends(_picture)], db: DB) -> dict[str, Any]:
    """The bytes of a PNG, JPEG, WebP or SVG of at most 8 MB. What is kept is drawn anew, without what it said of its
    origin; the same picture twice is one.
    """
    kept = pictures.keep(db, picture)
    return {
        "file": pictures.file_of(kept.sha256, kept.media_type),
        "media_type": kept.media_type,
        "width": kept.width,
        "height": kept.height,
    }


def _refuse_twins(db: Session, member: Member, framework: str, document: ItemDocumentIn, *, without: str = "") -> None:
    near = authoring.twins(db, member.organisation_id, framework, list(document.segments().values()), without=without)
    if near:
        codes = ", ".join(twin.code for twin in near[:5])
        raise Conflict(
            D_("Presque la même question existe : %(codes)s. Renvoyez-la avec on_purpose si c'est voulu."), codes=codes
        )


def _one(db: Session, member: Member, framework: str, code: str) -> dict[str, Any]:
    found = authoring.visible(db, member, framework, code)
    revision = authoring.last_revision(db, found)
    languages = bank.languages_of(db, [revision.id]).get(revision.id, {})
    return _as_json(
        framework,
        revision,
        is_own=found.organisation_id is not None,
        is_withdrawn=found.current_id is None,
        languages=languages,
    )


def _as_json(
    framework: str, revision: ItemRevision, *, is_own: bool, is_withdrawn: bool, languages: dict[str, str]
) -> dict[str, Any]:
    return {
        "code": revision.code,
        "framework": framework,
        "skill": revision.skill,
        "kind": revision.kind,
        "number": revision.number,
        "own": is_own,
        "withdrawn": is_withdrawn,
        "verify_by": revision.verify_by,
        "item": authoring.document_of(revision.body),
        "segments": revision.segments,
        "translations": languages,
    }
