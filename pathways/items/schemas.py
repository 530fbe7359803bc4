"""The bank in the API: what comes in, what goes out."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from pathways.items.documents import OwnItemDocument
from pathways.referentials import service as referentials_service
from pathways.web.fields import Short


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ItemDocumentIn(OwnItemDocument):
    """An item as in the files (`docs/content-format.md`), without its code; pictures are named by `POST /pictures`."""

    code: Annotated[str, Field(pattern=r"^$", description="Left out: the code is given by the server.")] = ""


class ItemIn(_In):
    framework: Short = referentials_service.USUAL_FRAMEWORK
    item: ItemDocumentIn
    key: uuid.UUID | None = None
    """The same key twice makes one item."""
    on_purpose: bool = False
    """Keep it although another one says nearly the same."""


class ItemChange(_In):
    item: ItemDocumentIn
    number: Annotated[int, Field(ge=1, le=1_000_000, strict=True, description="The revision that was looked at.")]
    on_purpose: bool = False


class TranslationIn(_In):
    number: Annotated[int, Field(ge=1, le=1_000_000, strict=True, description="The revision that was translated.")]
    texts: Annotated[dict[Short, Annotated[str, Field(max_length=300)]], Field(max_length=60)]


class ItemOut(BaseModel):
    code: str
    framework: str
    skill: str
    kind: str
    number: int
    own: bool
    withdrawn: bool
    verify_by: date | None
    item: dict[str, Any]
    segments: dict[str, str]
    translations: dict[str, str]


class ItemsPage(BaseModel):
    rows: list[ItemOut]
    next: str | None
    total: int


class PictureOut(BaseModel):
    file: str
    """What an item's document names it by."""
    media_type: str
    width: float
    height: float
