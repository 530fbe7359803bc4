"""JSON of the workbench, in and out."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pathways.translations.exchange.plan import Plan
from pathways.translations.queue import Count, Row
from pathways.translations.sheet import Sheet, Stored
from pathways.web.fields import Line, Short

Text = Annotated[str, Field(max_length=2_000)]


class Incoming(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SuggestionIn(Incoming):
    number: Annotated[int, Field(ge=0, le=10**6)] = Field(description="The revision that was translated.")
    seen: Annotated[Line, Field(max_length=64)] | None = Field(
        default=None, description="`seen` of the question as it was read: another one is refused (409)."
    )
    texts: dict[Short, Text] = Field(max_length=80, examples=[{"stem": "وصلتني هذه الرسالة. ماذا أفعل؟"}])


class DecisionIn(Incoming):
    translation: uuid.UUID
    act: Literal["review", "verify", "reject", "withdraw", "restore"]
    reason: Annotated[Line, Field(max_length=200)] = Field(default="", description="Needed to reject and to withdraw.")


class SettledIn(Incoming):
    segment: Short = Field(examples=["stem"])


class CountOut(BaseModel):
    language: str
    states: dict[str, int]


class RowOut(BaseModel):
    code: str
    stem: str
    number: int
    own: bool
    state: str
    origin: str
    waiting: int
    unclear: int


class QueueOut(BaseModel):
    counts: list[CountOut]
    rows: list[RowOut]
    total: int
    next: str | None


class StoredOut(BaseModel):
    id: uuid.UUID
    state: str
    origin: str
    by: str | None = Field(description="A name of your own organisation; null for anybody else.")
    current: bool
    waiting: bool
    texts: dict[str, str]
    reason: str
    warnings: list[dict[str, str]]
    acts: list[str]
    created_at: datetime


class SheetOut(BaseModel):
    code: str
    language: str
    number: int
    seen: str
    stale: bool
    segments: list[dict[str, Any]]
    translations: list[StoredOut]
    unclear: list[dict[str, Any]]
    history: list[dict[str, Any]]


class ReportOut(BaseModel):
    """What a file does, or would do."""

    done: bool
    counts: dict[str, int]
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]


def count_json(count: Count) -> dict[str, Any]:
    return {"language": count.language, "states": count.states}


def row_json(row: Row) -> dict[str, Any]:
    return {
        "code": row.code,
        "stem": row.stem,
        "number": row.number,
        "own": row.is_own,
        "state": row.state,
        "origin": row.origin,
        "waiting": row.waiting,
        "unclear": row.unclear,
    }


def stored_json(one: Stored) -> dict[str, Any]:
    row = one.row
    return {
        "id": row.id,
        "state": row.state,
        "origin": row.origin,
        "by": None if one.is_phrase else one.by,
        "current": row.is_current,
        "waiting": row.is_waiting,
        "texts": row.segments,
        "reason": one.reason,
        "warnings": [{"segment": key, "message": said} for key, said in one.warnings],
        "acts": list(one.acts),
        "created_at": row.created_at,
    }


def sheet_json(sheet: Sheet) -> dict[str, Any]:
    return {
        "code": sheet.item.code,
        "language": sheet.language.code,
        "number": sheet.revision.number,
        "seen": sheet.seen,
        "stale": sheet.is_stale,
        "segments": [
            {
                "key": one.key,
                "french": one.french,
                "text": one.text,
                "keep": list(one.keep),
                "glossary": [{"french": t.french, "say": list(t.say), "avoid": list(t.avoid)} for t in one.terms],
                "change": [{"kind": piece.kind, "text": piece.text} for piece in one.change],
                "most": one.limit,
            }
            for one in sheet.segments
        ],
        "translations": [
            stored_json(one) for one in (*([sheet.served] if sheet.served else []), *sheet.waiting, *sheet.others)
        ],
        "unclear": [{"segment": one.segment, "times": one.times, "number": one.number} for one in sheet.unclear],
        "history": [
            {"act": one.act, "at": one.at, "by": None if one.is_phrase else one.by, "reason": one.reason}
            for one in sheet.told
        ],
    }


def report_json(planned: Plan, *, done: bool) -> dict[str, Any]:
    def told(kind: list[Any]) -> list[dict[str, Any]]:
        return [{"line": one.line, "context": one.context, "message": one.message} for one in kind[:500]]

    counts = {status.value: number for status, number in planned.counts.items()}
    return {"done": done, "counts": counts, "errors": told(planned.errors), "warnings": told(planned.warnings)}
