"""Own ladders in the API: what comes in, what goes out."""

from __future__ import annotations

import uuid
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pathways.referentials import service
from pathways.web.fields import Line, Short


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RungIn(_In):
    """A micro-skill; without `code` it is a new one."""

    code: Short = ""
    title: Line
    level: Annotated[int, Field(ge=1, le=8)]
    device: Short = "any"
    requires: Annotated[
        list[Annotated[list[Short], Field(min_length=1, max_length=10)]],
        Field(max_length=20, description="AND of OR groups."),
    ] = []
    archived: bool = False


class LadderIn(_In):
    framework: Short = service.USUAL_FRAMEWORK
    title: Line
    key: uuid.UUID | None = None
    """The same key twice makes one ladder."""


class LadderChange(_In):
    version: Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
    title: Line
    description: Annotated[Line, Field()] = ""
    skills: Annotated[list[RungIn], Field(max_length=20)]


class RungOut(BaseModel):
    code: str
    title: str
    level: int
    device: str
    requires: list[list[str]]
    archived: bool


class LadderOut(BaseModel):
    id: uuid.UUID
    code: str
    framework: str
    title: str
    description: str
    version: int
    archived: bool
    skills: list[RungOut]
