"""The workbench for programs: the queue, one question in one language, decisions, files."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n
from pathways.errors import Invalid
from pathways.items import translating
from pathways.permissions import Member
from pathways.translations import queue, reviewing, sheet, unclear
from pathways.translations.asking import ItemCode, OwnFlagged, OwnPlace, Place, Reviewer, Translator, WantedList, taken
from pathways.translations.exchange import forms, leaving, plan, service
from pathways.translations.exchange.held import Bringer
from pathways.translations.reviewing import Act
from pathways.translations.schemas import (
    DecisionIn,
    QueueOut,
    ReportOut,
    SettledIn,
    SheetOut,
    SuggestionIn,
    count_json,
    report_json,
    row_json,
    sheet_json,
)
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB
from pathways.web.fields import Short
from pathways.web.routing import Router

router = Router(prefix="/translations", tags=["translations"], route_class=StrictRoute)
Kind = Annotated[Literal["po", "xlf"], Query(description="PO, or XLIFF 1.2")]


@router.get("", response_model=QueueOut, summary="What there is to do")
def queue_of(
    member: Translator, db: ReadDB, wanted: WantedList, flagged: OwnFlagged, after: Annotated[Short, Query()] = ""
) -> dict[str, Any]:
    """Counts by language and state; with `lang`, the questions that stand in `state`, page by page."""
    known = flagged(db)
    counts = queue.counts(db, member, wanted.framework, known)
    found = queue.listed(db, member, wanted, known, after=after) if wanted.language else queue.Listed([], None, 0)
    return {
        "counts": [count_json(one) for one in counts.values()],
        "rows": [row_json(one) for one in found.rows],
        "total": found.total,
        "next": found.next,
    }


@router.get("/export", summary="Every question in one language, as a file", response_class=Response)
def export(member: Translator, db: ReadDB, place: OwnPlace, kind: Kind = "po") -> Response:
    file = leaving.file_of(db, Bringer.of(db, member), place.framework, _target(place))
    return Response(forms.written(file, kind), media_type=forms.MEDIA_TYPES[kind])


async def _body(request: Request) -> bytes:
    return await request.body()


_BYTES = {"requestBody": {"required": True, "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}


@router.post("/import", response_model=ReportOut, summary="Bring such a file back", openapi_extra=_BYTES)
def import_file(
    request: Request,
    member: Translator,
    place: OwnPlace,
    data: Annotated[bytes, Depends(_body)],
    kind: Kind = "po",
    *,
    dry_run: Annotated[bool, Query()] = False,
) -> dict[str, Any]:
    """All that the report says, or nothing (422 with each line that is wrong). Texts wait for somebody else's review;
    the same file twice changes nothing.
    """
    language, sent = _target(place), forms.opened(data, f"file.{kind}")
    if dry_run:
        with request.app.state.database.read() as db:
            planned = plan.plan(db, Bringer.of(db, member), place.framework, language, sent)
            return report_json(planned, done=False)
    with request.app.state.database.begin() as db:
        bringer = Bringer.of(db, member)
        planned = plan.plan(db, bringer, place.framework, language, sent, to_keep=True)
        service.keep(db, bringer, planned)
        return report_json(planned, done=True)


@router.get("/{item_code}", response_model=SheetOut, summary="One question in one language")
def one(member: Translator, item_code: ItemCode, db: ReadDB, place: OwnPlace) -> dict[str, Any]:
    return _sheet(db, member, item_code, place)


@router.post("/{item_code}/suggestions", response_model=SheetOut, summary="Suggest texts")
def suggest(member: Translator, item_code: ItemCode, body: SuggestionIn, db: DB, place: OwnPlace) -> dict[str, Any]:
    """Every segment, or none. Served at once only where nothing at least as good is; the same texts twice are one."""
    translating.suggest(
        db,
        member,
        place.framework,
        item_code,
        language=_target(place),
        number=body.number,
        seen=body.seen,
        texts=_texts(body.texts),
    )
    return _sheet(db, member, item_code, place)


@router.post("/{item_code}/decisions", response_model=SheetOut, summary="Review, verify, reject, withdraw, restore")
def decide(member: Reviewer, item_code: ItemCode, body: DecisionIn, db: DB, place: OwnPlace) -> dict[str, Any]:
    """Nobody decides that their own texts are right."""
    reviewing.decide(
        db,
        member,
        place.framework,
        item_code,
        translation_id=body.translation,
        act=Act(body.act),
        reason=body.reason,
    )
    return _sheet(db, member, item_code, place)


@router.post("/{item_code}/unclear", response_model=SheetOut, summary="A sentence that was unclear has been looked at")
def settle(member: Reviewer, item_code: ItemCode, body: SettledIn, db: DB, place: OwnPlace) -> dict[str, Any]:
    unclear.settle(db, member, place.framework, item_code, language=place.language, segment=body.segment)
    return _sheet(db, member, item_code, place)


def _sheet(db: Session, member: Member, code: str, place: Place) -> dict[str, Any]:
    return sheet_json(sheet.make(db, member, place.framework, code, place.language))


def _target(place: Place) -> str:
    return translating.language_of(i18n.language(place.language).tag)


def _texts(given: dict[str, str]) -> dict[str, str]:
    found, errors = {}, []
    for key, text in given.items():
        found[key], wrong = taken(text)
        errors += [{"field": key, "message": wrong}] if wrong else []
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)
    return found
