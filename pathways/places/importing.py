"""Taking places out of files: what would happen, and making it happen. The page, the API and the command line are faces
of it.

The same file twice changes nothing. A sheet is known again by its source and its identifier, among those of the own
organisation only. Nothing is deleted: what a newer file no longer names is listed, and withdrawn if somebody asks.
"""

from __future__ import annotations

import enum
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import changes, clock, i18n, ids
from pathways.errors import Forbidden
from pathways.i18n import D_
from pathways.people.models import Organisation
from pathways.permissions import Member
from pathways.places import exchange, policies, service, vocabularies
from pathways.places.exchange.sheets import COLUMNS, Entry, Kind, Remark, Sheet
from pathways.places.models import Commune, Place, PlaceTrait, Postcode, Room
from pathways.places.territories import flat_name, in_batches

MOST_TOLD = 500
"""Remarks, rows and missing places that a report names; it counts all of them."""
_AT_ONCE = 500
_BESIDE_THE_SHEET = ("is_at_centre",)


class Became(enum.StrEnum):
    """What a row of the file is for the directory."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    OLDER = "older"
    """The sheet was changed here after the day that the file gives: ours stays."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Row:
    """One row that does something, or cannot."""

    line: int
    id: str
    """In the file."""
    name: str
    became: Became
    changed: tuple[str, ...] = ()
    """Columns whose value is another one."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A place of the same source that the file no longer names."""

    place_id: uuid.UUID
    source_id: str
    name: str


@dataclass(slots=True)
class Report:
    """What a file says, row by row and column by column, and what becomes of it."""

    format: exchange.Format
    counts: Counter[Became] = field(default_factory=Counter)
    remarks: list[Remark] = field(default_factory=list)
    remark_counts: Counter[Kind] = field(default_factory=Counter)
    rows: list[Row] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    missing_count: int = 0
    withdrawn: int = 0
    written: bool = False

    @property
    def places(self) -> int:
        return self.counts.total()

    def to_json(self) -> dict[str, Any]:
        """For programs; sentences are French, words are those of the enumerations."""
        return {
            "format": self.format.value,
            "written": self.written,
            "counts": {one.value: self.counts[one] for one in Became},
            "remark_counts": {one.value: self.remark_counts[one] for one in Kind},
            "remarks": [
                {"line": one.line, "column": one.column, "value": one.value, "kind": one.kind, "message": one.message}
                for one in self.remarks
            ],
            "rows": [
                {"line": one.line, "id": one.id, "name": one.name, "became": one.became, "changed": list(one.changed)}
                for one in self.rows
            ],
            "missing": [
                {"id": str(one.place_id), "source_id": one.source_id, "name": one.name} for one in self.missing
            ],
            "missing_count": self.missing_count,
            "withdrawn": self.withdrawn,
        }

    def note(self, remarks: Iterable[Remark]) -> None:
        for one in remarks:
            self.remark_counts[one.kind] += 1
            if len(self.remarks) < MOST_TOLD:
                self.remarks.append(one)

    def row(self, row: Row) -> None:
        self.counts[row.became] += 1
        if row.became != Became.SAME and len(self.rows) < MOST_TOLD:
            self.rows.append(row)


def plan(db: Session, member: Member, uploads: Sequence[exchange.Upload]) -> Report:
    """What these files would do: nothing is written."""
    return _taken(db, _organisation(member), uploads, write=False)


def apply(db: Session, member: Member, uploads: Sequence[exchange.Upload], *, withdraw_missing: bool = False) -> Report:
    """Take the places of these files. Rows that are refused are left out, the other ones are kept."""
    return _taken(db, _organisation(member), uploads, write=True, withdraw_missing=withdraw_missing)


def apply_for(db: Session, organisation_id: uuid.UUID, uploads: Sequence[exchange.Upload]) -> Report:
    """The same for whoever runs the server, on the command line."""
    return _taken(db, organisation_id, uploads, write=True)


def plan_for(db: Session, organisation_id: uuid.UUID, uploads: Sequence[exchange.Upload]) -> Report:
    return _taken(db, organisation_id, uploads, write=False)


def _organisation(member: Member) -> uuid.UUID:
    if not policies.may_keep(member, member.organisation_id):
        raise Forbidden(D_("Votre rôle ne permet pas de tenir des fiches."))
    return member.organisation_id


def _taken(
    db: Session,
    organisation_id: uuid.UUID,
    uploads: Sequence[exchange.Upload],
    *,
    write: bool,
    withdraw_missing: bool = False,
) -> Report:
    if write:  # two imports of one organisation wait for each other
        db.execute(sa.select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())
    source = exchange.read(uploads)
    report = Report(source.format, written=write)
    report.note(source.remarks)
    told = len(source.remarks)
    named: dict[str, set[str]] = {}
    for entries in in_batches(source.entries(service.today()), _AT_ONCE):
        for entry in entries:
            report.note(entry.remarks)
        _Batch(db, organisation_id, entries, source, report).take(write=write)
        for entry in entries:
            if entry.sheet is not None:
                named.setdefault(entry.sheet["source"], set()).add(entry.sheet["source_id"])
    report.note(source.remarks[told:])  # what only the end of a file tells
    _miss(db, organisation_id, named, report, withdraw=write and withdraw_missing)
    if write:
        db.expire_all()  # what is loaded already is older than what was written
    return report


class _Batch:
    """Some rows of a file against what is there: a few statements for all of them, and none of it stays in memory."""

    def __init__(
        self,
        db: Session,
        organisation_id: uuid.UUID,
        entries: Sequence[Entry],
        source: exchange.Source,
        report: Report,
    ) -> None:
        self.db, self.organisation_id, self.source, self.report = db, organisation_id, source, report
        self.entries = self._complete(entries)

    def take(self, *, write: bool) -> None:
        there = self._there(write=write)
        new: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        for entry in self.entries:
            if entry.sheet is None:
                self.report.row(Row(entry.line, _id_of(entry), "", Became.REFUSED))
                continue
            known = there.get((entry.sheet["source"], entry.sheet["source_id"]))
            row, sheet = _compared(entry, entry.sheet, known, self.source)
            self.report.row(row)
            if row.became == Became.NEW:
                new.append(self._values(sheet) | {"id": ids.new_id(), "version": 1, "created_at": clock.now()})
            elif row.became == Became.CHANGED and known is not None:
                changed.append(self._values(sheet) | {"id": known["id"], "version": known["version"] + 1})
        if write:
            self._write(new, changed)

    def _write(self, new: list[dict[str, Any]], changed: list[dict[str, Any]]) -> None:
        if new:
            self.db.connection().execute(sa.insert(Place), new)
        if changed:
            self.db.execute(sa.update(Place), changed)
            gone = [one["id"] for one in changed]
            self.db.execute(sa.delete(PlaceTrait).where(PlaceTrait.place_id.in_(gone)))
        self._save_traits([*new, *changed])
        changes.note_all(self.db, self.organisation_id, service.KIND, [one["id"] for one in new], "created")
        changes.note_all(self.db, self.organisation_id, service.KIND, [one["id"] for one in changed], "updated")

    def _save_traits(self, values: Sequence[Mapping[str, Any]]) -> None:
        """As ``service.save_traits`` for one: a room that is reached without a step says so of its place."""
        here = [one["id"] for one in values]
        query = sa.select(Room.place_id).where(Room.place_id.in_(here), Room.step_free.is_(True))
        step_free = set(self.db.scalars(query))
        rows = []
        for one in values:
            described: Any = SimpleNamespace(**one)
            traits = set(vocabularies.traits_of(described))
            traits |= {vocabularies.ACCESSIBLE} if one["id"] in step_free else set()
            rows += [{"trait": trait, "place_id": one["id"]} for trait in sorted(traits)]
        if rows:
            self.db.connection().execute(sa.insert(PlaceTrait), rows)

    def _there(self, *, write: bool) -> dict[tuple[str, str], Mapping[str, Any]]:
        wanted = {entry.sheet["source_id"] for entry in self.entries if entry.sheet}
        names = ("id", "version", *COLUMNS, *_BESIDE_THE_SHEET)
        query = sa.select(*(getattr(Place, name) for name in names)).where(
            Place.organisation_id == self.organisation_id, Place.source_id.in_(wanted)
        )
        query = query.with_for_update() if write else query
        return {(row["source"], row["source_id"]): dict(row) for row in self.db.execute(query).mappings()}

    def _values(self, sheet: Sheet) -> dict[str, Any]:
        """A row of the table."""
        values = {name: sheet[name] for name in COLUMNS}
        centre = self.centres.get(sheet["commune_code"] or "") if sheet["latitude"] is None else None
        north, east = centre or (sheet["latitude"], sheet["longitude"])
        return values | {
            "latitude": north,
            "longitude": east,
            "is_at_centre": centre is not None,
            "organisation_id": self.organisation_id,
            "sought": service.sought_of(sheet["name"], sheet["commune"]),
            "updated_at": clock.now(),
        }

    def _complete(self, entries: Sequence[Entry]) -> list[Entry]:
        """The rows with what the official code knows better: the commune of a postcode, the postcode of a commune. What
        then has no place on the map of France is refused.
        """
        sheets = [entry.sheet for entry in entries if entry.sheet is not None]
        postcodes = {one["postcode"] for one in sheets if one["postcode"] and not one["commune_code"]}
        codes = {one["commune_code"] for one in sheets if one["commune_code"]}
        query = (
            sa.select(Postcode.postcode, Commune.code, Commune.name, Commune.latitude, Commune.longitude)
            .join(Commune, Commune.code == Postcode.commune_code)
            .where(sa.or_(Postcode.postcode.in_(postcodes), Commune.code.in_(codes)))
        )
        of_postcode: dict[str, dict[str, str]] = {}
        of_code: dict[str, tuple[str, str]] = {}
        self.centres: dict[str, tuple[float, float]] = {}
        for postcode, code, name, north, east in self.db.execute(query):
            of_postcode.setdefault(postcode, {})[flat_name(name)] = code
            of_code[code] = (name, postcode)
            if north is not None and east is not None:
                self.centres[code] = (north, east)
        return [_completed(entry, of_postcode, of_code, self.report) for entry in entries]


def _completed(
    entry: Entry, of_postcode: Mapping[str, Mapping[str, str]], of_code: Mapping[str, tuple[str, str]], report: Report
) -> Entry:
    sheet = entry.sheet
    if sheet is None:
        return entry
    code = sheet["commune_code"] or of_postcode.get(sheet["postcode"], {}).get(flat_name(sheet["commune"]))
    name, postcode = of_code.get(code or "", ("", ""))
    whole = sheet | {
        "commune_code": code,
        "commune": sheet["commune"] or name,
        "postcode": sheet["postcode"] or postcode,
    }
    missing = [column for column in ("commune", "postcode") if not whole[column]]
    if not missing:
        return replace(entry, sheet=whole)
    said = i18n.gettext(D_("sans commune ni code postal, personne ne trouverait ce lieu"))
    report.note([Remark(entry.line, column, "", Kind.REFUSED, said) for column in missing[:1]])
    return replace(entry, sheet=None)


def _compared(
    entry: Entry, sheet: Sheet, known: Mapping[str, Any] | None, source: exchange.Source
) -> tuple[Row, Sheet]:
    """What a row is for the directory, and the sheet that then stands there."""
    if known is None:
        return Row(entry.line, sheet["source_id"], sheet["name"], Became.NEW), sheet
    held: Sheet = {name: known[name] for name in COLUMNS}
    if known["is_at_centre"]:
        held |= {"latitude": None, "longitude": None}
    merged = sheet if source.is_whole or held == sheet else _merged(held, sheet, source.format)
    changed = tuple(name for name in COLUMNS if held[name] != merged[name])
    became = Became.CHANGED if changed else Became.SAME
    if changed and held["updated_on"] > sheet["updated_on"]:
        became = Became.OLDER
    return Row(entry.line, sheet["source_id"], sheet["name"], became, changed), merged


def _merged(held: Sheet, sheet: Sheet, format_: exchange.Format) -> Sheet:
    """What the file says differently from how it would tell our own sheet is new; about what its format cannot carry it
    says nothing, and ours stays.
    """
    told = exchange.carried(format_, held)
    merged = {name: held[name] if sheet[name] == told[name] else sheet[name] for name in COLUMNS}
    if merged["beside"] is not held["beside"]:
        others = {name: value for name, value in held["beside"].items() if name != exchange.KEYS[format_]}
        merged["beside"] = others | sheet["beside"]
    return merged


def _id_of(entry: Entry) -> str:
    return next((one.value for one in entry.remarks if one.column == "id"), "")


def _miss(
    db: Session, organisation_id: uuid.UUID, named: Mapping[str, set[str]], report: Report, *, withdraw: bool
) -> None:
    """List what the same sources held before and hold no longer; withdraw it where somebody asked for that."""
    gone: list[uuid.UUID] = []
    for source, there in named.items():
        query = sa.select(Place.id, Place.source_id, Place.name).where(
            Place.organisation_id == organisation_id, Place.source == source, Place.withdrawn_at.is_(None)
        )
        for place_id, source_id, name in db.execute(query.order_by(Place.sought, Place.id)):
            if source_id not in there and source_id != str(place_id):  # a sheet that was written here is in no file
                gone.append(place_id)
                if len(report.missing) < MOST_TOLD:
                    report.missing.append(Missing(place_id, source_id, name))
    report.missing_count = len(gone)
    if withdraw:
        now = clock.now()
        for some in in_batches(gone, _AT_ONCE):
            values = {"withdrawn_at": now, "updated_at": now, "version": Place.version + 1}
            db.execute(sa.update(Place).where(Place.id.in_(some)).values(values))
            changes.note_all(db, organisation_id, service.KIND, some, "withdrawn")
        report.withdrawn = len(gone)
