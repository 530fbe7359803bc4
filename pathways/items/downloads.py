"""Files of items as answers to a request, for pages and programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import clock, spreadsheets
from pathways.items.asking import wanted_of
from pathways.items.bank import Wanted
from pathways.items.exchange import service as exchange
from pathways.items.exchange.documents import Written, table_of
from pathways.items.exchange.yaml_files import yaml_of
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Member

Format = Literal["csv", "xlsx", "yaml"]
MEDIA_TYPES = {"csv": spreadsheets.CSV, "xlsx": spreadsheets.XLSX, "yaml": "application/yaml; charset=utf-8"}


def _chosen(request: Request, wanted: Annotated[Wanted, Depends(wanted_of)]) -> Wanted:
    """The list that somebody looks at; without any choice the organisation's own questions."""
    return wanted if set(request.query_params) - {"framework", "format"} else Wanted(origin="own")


Chosen = Annotated[Wanted, Depends(_chosen)]


def export(request: Request, db: Session, member: Member, framework: str, wanted: Wanted, kind: Format) -> Response:
    """The items of a list as one file. That they left is written down, in a short transaction of its own: making a long
    file must not keep the one writer waiting.
    """
    items = exchange.leaving(db, member, framework, wanted)
    response = download(items, kind, f"questions-{clock.now().date().isoformat()}")
    with request.app.state.database.begin() as writing:
        journal.note(writing, member, Act.ITEMS_EXPORTED, items=len(items), format=kind)
    return response


def download(items: Sequence[Written], kind: Format, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(_written(items, kind), media_type=MEDIA_TYPES[kind], headers=headers)


def _written(items: Sequence[Written], kind: Format) -> bytes:
    if kind == "yaml":
        return yaml_of(items)
    header, rows = table_of(items)
    return spreadsheets.csv_of(header, rows) if kind == "csv" else spreadsheets.xlsx_of(header, rows, title="Questions")
