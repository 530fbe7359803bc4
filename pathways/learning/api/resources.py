"""Resources for programs: the bank, one's own ones written, sheets read."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from pathways import i18n
from pathways.learning.models import Device, LinkState, Resource, ResourceKind
from pathways.learning.resources import service
from pathways.learning.resources.documents import OwnResourceDocument, TaughtDocument
from pathways.learning.resources.service import Asked
from pathways.permissions import Member, Permission
from pathways.referentials import service as referentials_service
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB, Requires
from pathways.web.fields import Short
from pathways.web.routing import Router
from pathways.workshops.models import Reading

router = Router(tags=["learning"], route_class=StrictRoute)
OF = {"resource_id": service.get}
Reader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ))]
ResourceReader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.CONTENT_WRITE, of=OF))]
ON_A_PAGE = 100


class ResourceIn(OwnResourceDocument):
    """A resource as it shall be."""

    def document(self) -> OwnResourceDocument:
        return OwnResourceDocument.model_validate(self.model_dump(include=set(OwnResourceDocument.model_fields)))


class ResourceCreate(ResourceIn):
    framework: Short = referentials_service.USUAL_FRAMEWORK
    key: uuid.UUID | None = Field(default=None, description="The same key twice makes one resource.")


class ResourceChange(ResourceIn):
    version: Annotated[int, Field(ge=1, le=1_000_000, strict=True)]


class ResourceCopy(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: uuid.UUID | None = None


class ResourceOut(BaseModel):
    id: uuid.UUID
    framework: str
    code: str
    origin: Literal["own", "shipped", "shared"]
    kind: ResourceKind
    title: str
    titles: dict[str, str]
    summary: str
    summaries: dict[str, str]
    states: dict[str, str] = Field(description="`{language: state}` of titles, summaries and sheets.")
    minutes: int
    teaches: list[TaughtDocument]
    languages: list[str] = Field(description="In which somebody can follow it.")
    subtitles: list[str]
    wordless: bool
    reading: Reading
    device: Device
    is_online: bool
    place_id: uuid.UUID | None
    cost_cents: int
    licence: str
    url: str | None
    link_state: LinkState
    practice: str | None
    has_sheet: bool
    checked_on: date | None
    shared: bool
    version: int
    updated_at: datetime
    archived: bool


class ResourceWhole(ResourceOut):
    sheet: dict[str, Any] | None = Field(description="In French.")
    sheets: dict[str, Any] = Field(description="`{language: the same, texts alone}`")


class ResourcesOut(BaseModel):
    resources: list[ResourceOut]
    number: int
    more: bool


@router.get("/resources", response_model=ResourcesOut, summary="Resources that may be proposed")
def list_resources(  # noqa: PLR0913 - as many as there are filters
    member: Reader,
    db: ReadDB,
    *,
    framework: Annotated[Short, Query()] = referentials_service.USUAL_FRAMEWORK,
    q: Annotated[Short, Query(description="Words of a title, or a code.")] = "",
    skill: Annotated[Short, Query()] = "",
    language: Annotated[Short, Query(description="In which somebody can follow it.")] = "",
    kind: ResourceKind | None = None,
    reading: Reading | None = None,
    device: Device | None = None,
    origin: Literal["", "own", "shipped", "shared"] = "",
    offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> dict[str, Any]:
    """One's own first, then the shipped ones, then those that others share. A hundred at once."""
    asked = Asked(q, skill, language, kind, reading, None if device is Device.ANY else device, origin)
    found = service.list_for(db, member, referentials_service.latest(db, framework).code, asked)
    shown = found[offset : offset + ON_A_PAGE]
    return {
        "resources": [_as_json(member, one) for one in shown],
        "number": len(found),
        "more": len(found) > offset + ON_A_PAGE,
    }


@router.post("/resources", status_code=201, response_model=ResourceWhole, summary="Make an own resource")
def create(member: Writer, body: ResourceCreate, db: DB) -> dict[str, Any]:
    return _whole(member, service.create(db, member, body.document(), framework=body.framework, key=body.key))


@router.get("/resources/{resource_id}", response_model=ResourceWhole, summary="One resource")
def resource(member: ResourceReader, resource_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    return _whole(member, service.get(db, member, resource_id))


@router.put("/resources/{resource_id}", response_model=ResourceWhole, summary="Write an own resource as it shall be")
def change(member: Writer, resource_id: uuid.UUID, body: ResourceChange, db: DB) -> dict[str, Any]:
    """409 if `version` is not the present one. A sheet that changes loses its translations."""
    return _whole(member, service.change(db, member, resource_id, body.document(), version=body.version))


@router.post("/resources/{resource_id}/copy", status_code=201, response_model=ResourceWhole, summary="Copy a resource")
def copy(member: Writer, resource_id: uuid.UUID, body: ResourceCopy, db: DB) -> dict[str, Any]:
    return _whole(member, service.copy(db, member, resource_id, key=body.key))


@router.post("/resources/{resource_id}/share", response_model=ResourceOut, summary="Let everybody propose it")
def share(member: Writer, resource_id: uuid.UUID, db: DB) -> dict[str, Any]:
    return _as_json(member, service.share(db, member, resource_id, shared=True))


@router.post("/resources/{resource_id}/unshare", response_model=ResourceOut, summary="Share an own resource no more")
def unshare(member: Writer, resource_id: uuid.UUID, db: DB) -> dict[str, Any]:
    return _as_json(member, service.share(db, member, resource_id, shared=False))


@router.post("/resources/{resource_id}/archive", response_model=ResourceOut, summary="Propose it no more")
def archive(member: Writer, resource_id: uuid.UUID, db: DB) -> dict[str, Any]:
    return _as_json(member, service.archive(db, member, resource_id, archived=True))


@router.post("/resources/{resource_id}/bring-back", response_model=ResourceOut, summary="Propose it again")
def bring_back(member: Writer, resource_id: uuid.UUID, db: DB) -> dict[str, Any]:
    return _as_json(member, service.archive(db, member, resource_id, archived=False))


def _as_json(member: Member, one: Resource) -> dict[str, Any]:
    same = ("id", "framework", "code", "kind", "title", "titles", "summary", "summaries", "states", "minutes")
    same += ("teaches", "subtitles", "wordless", "reading", "device", "is_online", "place_id", "cost_cents", "licence")
    same += ("url", "link_state", "practice", "checked_on", "version", "updated_at")
    return {name: getattr(one, name) for name in same} | {
        "origin": service.origin_of(member, one),
        "languages": [] if one.wordless else [code for code in service.speaks(one) if code in i18n.languages()],
        "has_sheet": bool(one.sheet),
        "shared": one.shared_with_all,
        "archived": one.archived_at is not None,
    }


def _whole(member: Member, one: Resource) -> dict[str, Any]:
    return _as_json(member, one) | {"sheet": one.sheet or None, "sheets": one.sheets}
