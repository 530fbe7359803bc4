"""The journal of an organisation: who opened whose profile, what was exported, what was erased. Administrators only."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import Depends, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n, spreadsheets
from pathways.i18n import D_
from pathways.people import days, journal
from pathways.people.journal import Act
from pathways.people.models import JournalEntry
from pathways.people.pages.forms import identifier
from pathways.people.pages.words import ACTS, details_of
from pathways.permissions import Member, Permission
from pathways.web import pages
from pathways.web.dependencies import ReadDB, Requires
from pathways.web.fields import Short
from pathways.web.paging import Cursor, page
from pathways.web.routing import Router

router = Router(prefix="/organisation")

Manager = Annotated[Member, Depends(Requires(Permission.PEOPLE_MANAGE))]
ROWS = 50
MOST_CSV_ROWS = 20_000
HEADER = (D_("Quand (heure de Paris)"), D_("Qui"), D_("Quoi"), D_("Combien"), D_("Référence"))


@router.get("/journal")
def journal_page(
    request: Request,
    member: Manager,
    db: ReadDB,
    act: Annotated[Short, Query()] = "",
    month: Annotated[Short, Query()] = "",
    about: Annotated[Short, Query()] = "",
    cursor: Cursor = None,
) -> Response:
    found = page(
        db,
        _asked(member, act, month, about),
        at=JournalEntry.happened_at,
        key=JournalEntry.id,
        limit=ROWS,
        cursor=cursor,
        show=lambda entry: entry,
    )
    kept = {name: value for name, value in (("act", act), ("month", month), ("about", about)) if value}
    return pages.render(
        request,
        "journal.html",
        rows=_told(db, found["rows"]),
        following=found["next"] and urlencode(kept | {"cursor": found["next"]}),
        kept=kept,
        query=urlencode(kept),
        acts=_acts(),
        wrong_month=bool(month) and days.month(month) is None,
    )


@router.get("/journal.csv")
def journal_csv(
    member: Manager,
    db: ReadDB,
    act: Annotated[Short, Query()] = "",
    month: Annotated[Short, Query()] = "",
    about: Annotated[Short, Query()] = "",
) -> Response:
    entries = db.scalars(_asked(member, act, month, about).limit(MOST_CSV_ROWS)).all()
    headers = {"content-disposition": 'attachment; filename="journal.csv"'}
    header = [i18n.gettext(one) for one in HEADER]
    return Response(spreadsheets.csv_of(header, _told(db, entries)), media_type=spreadsheets.CSV, headers=headers)


def _asked(member: Member, act: str, month: str, about: str) -> sa.Select[JournalEntry]:
    """The entries that the form asks for; what is no kind, month or reference of ours asks for nothing."""
    since, until = days.month(month) or (None, None)
    chosen = Act(act) if act in {one.value for one in Act} else None
    about_id: uuid.UUID | None = identifier(about)
    return journal.entries(member.organisation_id, act=chosen, about_id=about_id, since=since, until=until)


def _acts() -> dict[str, str]:
    """What each act is called in the language of the desk."""
    return {one.value: i18n.gettext(said) for one, said in ACTS.items()}


def _told(db: Session, entries: Sequence[JournalEntry]) -> list[tuple[str, str, str, str, str]]:
    """Each entry in words. The reference names a file or an attempt by the beginning of its id, never by its label."""
    names = journal.names(db, [entry.account_id for entry in entries])
    said = _acts()
    return [
        (
            days.short(entry.happened_at),
            names.get(entry.account_id, ""),
            said.get(entry.act, entry.act),
            details_of(entry.details),
            str(entry.about_id)[:8] if entry.about_id else "",
        )
        for entry in entries
    ]
