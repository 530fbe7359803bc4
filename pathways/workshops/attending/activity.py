"""The activity report, as a by-product: what closed sessions say, in the vocabulary of the Coop. Counts stay counts:
what nobody counted is empty, and nothing is shared out among people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import spreadsheets
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.spreadsheets import Cell, Row
from pathways.workshops import themes
from pathways.workshops.attending.attendance import KNOWN
from pathways.workshops.models import CAME, SessionRecord

Kind = Literal["csv", "xlsx"]
LONGEST_PERIOD = 366
YEARS = range(2000, 2101)
"""Of which anything can be told, and whose midnights every clock knows."""
MOST_ROWS = 10_000
_HEADER = ("type", "date", "duree", "materiel", "thematiques", "titre", "niveau", "lieu", "participants")
_COUNTED = ("inscrits_venus", "sans_reservation", "inscrits_absents", "inscrits_sans_pointage")


@dataclass(frozen=True, slots=True)
class Period:
    """Both days included."""

    first: date
    last: date

    def checked(self) -> Period:
        ours = all(one.year in YEARS for one in (self.first, self.last))
        if not ours or self.last < self.first or (self.last - self.first).days > LONGEST_PERIOD:
            raise Invalid(D_("Choisissez une période d'un an au plus, le premier jour avant le dernier."))
        return self


def records(db: Session, member: Member, period: Period) -> list[SessionRecord]:
    """Of the organisation's closed sessions, in the order of their days."""
    query = sa.select(SessionRecord).filter_by(organisation_id=member.organisation_id)
    query = query.where(SessionRecord.day.between(period.first, period.last))
    return list(db.scalars(query.order_by(SessionRecord.day, SessionRecord.session_id).limit(MOST_ROWS)))


def came(record: SessionRecord) -> int:
    return sum(record.figures.get(one.value, 0) for one in CAME)


def told(record: SessionRecord) -> dict[str, Any]:
    """One activity as JSON; ``None`` where nobody counted."""
    absent = sum(record.figures.get(one, 0) for one in ("absent", "absent_excused"))
    return {
        "type": record.kind,
        "date": record.day.isoformat(),
        "duree": record.minutes,
        "materiel": list(record.equipment),
        "thematiques": list(record.themes),
        "titre": record.title,
        "niveau": record.level,
        "lieu": record.place,
        "participants": came(record) + record.walk_ins,
        "inscrits_venus": came(record),
        "sans_reservation": record.walk_ins,
        "inscrits_absents": absent,
        "inscrits_sans_pointage": record.figures.get("unsaid", 0),
    } | {name: record.known.get(name) for name in KNOWN}


def written(found: Iterable[SessionRecord], kind: Kind) -> tuple[bytes, str]:
    """The table as ``csv`` or ``xlsx``, with its media type. Its column names are those of the Coop, and not
    translated.
    """
    header = [*_HEADER, *_COUNTED, *(f"{name}_{one}" for name, values in KNOWN.items() for one in values)]
    rows = [_row(one) for one in found]
    if kind == "csv":
        return spreadsheets.csv_of(header, rows), spreadsheets.CSV
    return spreadsheets.xlsx_of(header, rows, title="Activité"), spreadsheets.XLSX


def theme_names(record: SessionRecord) -> str:
    return ", ".join(themes.theme(one).label for one in record.themes)


def _row(record: SessionRecord) -> Row:
    said = told(record)
    cells: list[Cell] = [", ".join(value) if isinstance(value, list) else value for value in _plain(said)]
    for name, values in KNOWN.items():
        counts = said[name]
        cells += ["" if counts is None else counts.get(one, 0) for one in values]
    return cells


def _plain(said: dict[str, Any]) -> list[Any]:
    return [said[name] for name in (*_HEADER, *_COUNTED)]
