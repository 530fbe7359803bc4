"""What supports a request, by program: files, links, texts. For the candidate; a jury reads them at its desk."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from pathways import texts
from pathways.badges.api.doors import (
    HolderMember,
    Key,
    OwnLinks,
    acting,
    done_once,
    own_request,
    space_of,
)
from pathways.badges.api.showing import evidence_row, evidence_rows
from pathways.badges.candidacy import evidence
from pathways.badges.candidacy.evidence import For
from pathways.badges.models import Evidence
from pathways.badges.schemas import EvidenceIn, EvidenceOut
from pathways.errors import NotFound
from pathways.i18n import D_
from pathways.people import fields
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.routing import Router

router = Router(tags=["badges"], route_class=StrictRoute)
CLEANED_AT_ONCE = 2
"""Pictures that are decoded and written anew at the same time."""
APART = {
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
}
"""To be saved, never shown as a page of ours."""


def own_evidence(db: Session, member: Member, evidence_id: uuid.UUID) -> Evidence:
    holder = space_of(db, member)
    if holder is None:
        raise NotFound(evidence.NOT_THERE)
    return evidence.own(db, holder, evidence_id)[0]


Owner = Annotated[Member, Depends(Requires(Permission.BADGES_HOLD, of={"evidence_id": own_evidence}))]


@router.get("/award-requests/{request_id}/evidence", response_model=list[EvidenceOut], summary="What supports it")
def listed(member: HolderMember, request_id: uuid.UUID, db: ReadDB) -> Any:
    return evidence_rows(db, own_request(db, member, request_id))


@router.post(
    "/award-requests/{request_id}/evidence", status_code=201, response_model=EvidenceOut, summary="Add a link or a text"
)
def add(member: HolderMember, request_id: uuid.UUID, body: EvidenceIn, db: DB, links: OwnLinks, key: Key = "") -> Any:
    """One of `url` and `text`. The title goes into the badge: it names nobody."""
    if bool(body.url) is bool(body.text):
        raise fields.refused("text", D_("Donnez une adresse ou un texte, l'un des deux."))
    use = For(body.criterion, is_piece=body.is_piece)

    def act() -> dict[str, Any]:
        holder = acting(db, links, member)
        if body.url:
            made = evidence.add_link(db, holder, request_id, title=body.title, url=body.url, use=use)
        else:
            made = evidence.add_text(db, holder, request_id, title=body.title, text=body.text, use=use)
        return evidence_row(made)

    return done_once(db, member, key, "add evidence", body, act, request_id)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A file as it may be stored, and what is said of it."""

    file: evidence.File
    title: str
    use: For


_FIELDS = frozenset({"file", "title", "criterion", "is_piece"})
_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "title": {"type": "string", "maxLength": 500},
        "criterion": {"type": "string", "maxLength": 60},
        "is_piece": {"type": "boolean"},
    },
    "required": ["file", "title"],
    "additionalProperties": False,
}


async def _received(request: Request) -> tuple[bytes, dict[str, str]]:
    """The file and the other fields of a form. Read before anybody is made to wait."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != "multipart/form-data":
        raise fields.refused("file", fields.INVALID)
    async with request.form(max_files=1, max_fields=len(_FIELDS)) as form:
        file = form.get("file")
        said = {name: value for name, value in form.items() if isinstance(value, str)}
        if not isinstance(file, UploadFile) or not said.keys() <= _FIELDS:
            raise fields.refused("file", fields.INVALID)
        return await file.read(evidence.LARGEST + 1), said


def _sent(received: Annotated[tuple[bytes, dict[str, str]], Depends(_received)]) -> _Sent:
    """A picture is written anew here, before the database is asked for."""
    data, said = received
    found = evidence.cleaned(data)
    use = For(texts.salvaged(said.get("criterion", ""), 60)[0], is_piece=said.get("is_piece") in {"true", "1", "on"})
    return _Sent(found, texts.salvaged(said.get("title", ""), 500)[0], use)


@router.post(
    "/award-requests/{request_id}/evidence/files",
    status_code=201,
    response_model=EvidenceOut,
    summary="Add a file",
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}},
)
def add_file(
    member: HolderMember,
    request_id: uuid.UUID,
    sent: Annotated[_Sent, Depends(_sent, max_concurrency=CLEANED_AT_ONCE)],
    db: DB,
    links: OwnLinks,
) -> Any:
    """PDF, PNG, JPEG, WebP or plain text of 5 MB at most. The same file twice is two."""
    holder = acting(db, links, member)
    return evidence_row(evidence.add_file(db, holder, request_id, title=sent.title, file=sent.file, use=sent.use))


@router.get("/evidence/{evidence_id}/file", summary="A file that you sent", response_class=Response)
def file(member: Owner, evidence_id: uuid.UUID, db: ReadDB) -> Response:
    holder = space_of(db, member)
    found = evidence.own(db, holder, evidence_id)[1] if holder else None
    if found is None:
        raise NotFound(evidence.NOT_THERE)
    saved = {"content-disposition": f'attachment; filename="{found.name(evidence_id)}"'}
    return Response(found.data, headers=APART | saved, media_type=found.media_type)


@router.delete("/evidence/{evidence_id}", status_code=204, summary="Take it away")
def remove(member: Owner, evidence_id: uuid.UUID, db: DB, links: OwnLinks) -> None:
    """As long as the request is open. One that waits for the jury comes back to you."""
    evidence.remove(db, acting(db, links, member), evidence_id)
