"""Reading files of places, whatever writes them: one place after the other, so that twenty thousand need no more room
than one. Pure.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from pathways import i18n, spreadsheets
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.places.exchange import cleaning, data_inclusion, lamednum, losses, restoring
from pathways.places.exchange.sheets import Entry, Kind, Remark
from pathways.places.exchange.writing import Format

LARGEST_FILE = 60_000_000
MOST_PLACES = 100_000
_PIECE = 1_000_000
_ONLY_LAMEDNUM = {"pivot", "typologie", "itinerance", "presentation_resume", "horaires", "courriels", "modalites_acces"}
_DECODER = json.JSONDecoder()
_SEPARATOR = re.compile(r'"?sep=([,;\t])"?[ ,;\t]*(?:\r|\n|\Z)', re.IGNORECASE)
"""The first line with which Excel says what stands between cells."""
_BETWEEN = re.compile(r"[\s,]*")

Columns = dict[tuple[str, str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    data: bytes


@dataclass(slots=True)
class Source:
    """What files say, once it is known what they are."""

    format: Format
    rows: Iterable[tuple[int, Mapping[str, Any], Sequence[Any]]]
    """Line, place, and its services where they are apart."""
    side_car: Columns = field(default_factory=dict)
    is_whole: bool = False
    """Whether there is a side-car, with which a file says everything there is to say of its places."""
    remarks: list[Remark] = field(default_factory=list)
    """What concerns the whole file."""

    def entries(self, today: date) -> Iterator[Entry]:
        """The places one by one, each identifier once, with what the side-car knows better."""
        seen: dict[tuple[str, str], int] = {}
        for line, row, services in self.rows:
            if len(seen) > MOST_PLACES:
                raise Invalid(D_("Plus de %(most)s lieux dans un fichier : découpez-le."), most=MOST_PLACES)
            if self.format == Format.DATA_INCLUSION:
                entry, name = data_inclusion.read(row, services, line, today), str(row.get("id", ""))
            else:
                entry = lamednum.read(row, line, today)
                name = entry.sheet["source_id"] if entry.sheet else ""
            if entry.sheet is None:
                yield entry
                continue
            if columns := self.side_car.get((entry.sheet["source"], name)):
                sheet, odd = restoring.restored(entry.sheet, columns, line, today)
                entry = replace(entry, sheet=sheet, remarks=(*entry.remarks, *odd))
            yield _once(entry, seen)


def _once(entry: Entry, seen: dict[tuple[str, str], int]) -> Entry:
    """The entry, or what refuses it where an earlier one is kept under the same identifier: names that differ in a file
    may be one when they are kept.
    """
    sheet = entry.sheet
    if sheet is None:
        return entry
    first = seen.setdefault((sheet["source"], sheet["source_id"]), entry.line)
    if first == entry.line:
        return entry
    said = i18n.sentence(D_("cet identifiant est déjà à la ligne %(line)s"), {"line": first})
    return Entry(entry.line, None, (*entry.remarks, Remark(entry.line, "id", sheet["source_id"], Kind.REFUSED, said)))


def read(uploads: Sequence[Upload]) -> Source:
    """Find out what files are: a table or JSON of LaMednum, structures and services of data.inclusion (in one file or
    two), each with its side-car or without. Raises :class:`Invalid` with a sentence for what is none of these.
    """
    side_car: Columns | None = None
    aside: list[Remark] = []
    services: list[Any] | _Array | None = None
    found: Source | None = None
    for one in uploads:
        part = _part(one)
        if isinstance(part, _SideCar):
            side_car, aside = part.columns, part.remarks
        elif isinstance(part, _Services):
            services = part.rows
        elif found is None:
            found = part
        else:
            raise Invalid(D_("Un fichier de lieux à la fois, avec ses services et son accompagnement."))
    if found is None:
        raise Invalid(D_("Aucun de ces fichiers ne contient de lieux."))
    found.side_car, found.is_whole = side_car or {}, side_car is not None
    found.remarks += aside
    if found.format == Format.DATA_INCLUSION and services is not None:
        found.rows = _with_services(found.rows, services, found.remarks)
    return found


@dataclass(frozen=True, slots=True)
class _SideCar:
    columns: Columns
    remarks: list[Remark]


@dataclass(frozen=True, slots=True)
class _Services:
    rows: list[Any] | _Array


def _part(upload: Upload) -> Source | _SideCar | _Services:
    data = upload.data
    if len(data) > LARGEST_FILE:
        most = LARGEST_FILE // 1_000_000
        raise Invalid(D_("Le fichier dépasse %(most)s Mo. Découpez-le en plusieurs fichiers."), most=most)
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        sheet = spreadsheets.read(data, upload.name, most_rows=MOST_PLACES)
        rows = ((row.line, list(row.cells)) for row in sheet.rows)
        return _lamednum_table(list(sheet.header), rows, [])
    encoding, remarks = _encoding(data)
    start = data[:1000].decode(encoding, "replace").lstrip()[:1]
    if start == "[":
        return _array(_Array(data.decode(encoding)))
    if start == "{":
        found, odd = _loaded(data.decode(encoding))
        return _object(found, [_odd(1)] if odd else [])
    return _csv(data, encoding, remarks)


# --- tables ----------------------------------------------------------------------------------------------------


def _encoding(data: bytes) -> tuple[str, list[Remark]]:
    """UTF-8 or UTF-16 by its mark, else what old spreadsheets write, which is said."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        if _is_text(data, encoding):
            said = D_("le fichier n'est pas en UTF-8 : lu comme Windows-1252, vérifiez les accents")
            odd = [] if encoding != "cp1252" else [Remark(1, "", encoding, Kind.CORRECTED, i18n.gettext(said))]
            return encoding, odd
    raise Invalid(D_("Ce fichier n'est pas un texte. Enregistrez-le en « CSV UTF-8 »."))


def _is_text(data: bytes, encoding: str) -> bool:
    """Whether all of it can be read so, found out piece by piece: as one text it would take several times its size."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), _PIECE):
            if "\0" in decoder.decode(data[start : start + _PIECE], final=start + _PIECE >= len(data)):
                return False
    except UnicodeDecodeError:
        return False
    return True


def _csv(data: bytes, encoding: str, remarks: list[Remark]) -> Source:
    start = data[:20_000].decode(encoding, "replace")
    lines = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
    rows = csv.reader(lines, delimiter=_delimiter(start))
    numbered = enumerate(rows, 1)
    try:
        if _SEPARATOR.match(start):
            next(numbered, None)
        header = next((cells for _, cells in numbered if any(cell.strip() for cell in cells)), [])
    except csv.Error as error:
        raise Invalid(D_("Ce fichier n'est pas un tableau CSV.")) from error
    return _lamednum_table(header, numbered, remarks)


def _delimiter(text: str) -> str:
    if found := _SEPARATOR.match(text):
        return found[1]
    first = re.sub(r'"[^"]*"', "", text.lstrip("\r\n")[:10_000]).splitlines()[:1]
    return max(",;\t", key=first[0].count) if first else ","


def _lamednum_table(header: list[str], rows: Iterable[tuple[int, list[str]]], remarks: list[Remark]) -> Source:
    names = [re.sub(r"[\s-]+", "_", i18n.folded(cell).strip("\ufeff \t")) for cell in header]
    missing = [name for name in lamednum.REQUIRED if name not in names]
    if len(missing) > 2:
        raise Invalid(
            D_("Ce tableau n'est pas de LaMednum : il manque les colonnes %(names)s."), names=", ".join(missing)
        )
    said = i18n.gettext(D_("cette colonne n'est pas du schéma : gardée à côté"))
    unknown = [name for name in names if name and name not in lamednum.COLUMNS]
    remarks += [Remark(1, name, "", Kind.BESIDE, said) for name in unknown]
    return Source(Format.LAMEDNUM_CSV, _rows(names, rows), remarks=remarks)


def _rows(names: list[str], rows: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, dict[str, str], list[Any]]]:
    try:
        for line, cells in rows:
            if any(cell.strip() for cell in cells):
                yield line, dict(zip(names, cells, strict=False)), []
    except csv.Error as error:
        raise Invalid(D_("Ce fichier n'est pas un tableau CSV.")) from error


# --- JSON ------------------------------------------------------------------------------------------------------


class _Array:
    """The values of a JSON list, read one by one from its text, as often as needed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.remarks: list[Remark] = []
        """What was taken out of them, as far as they were read."""

    def __iter__(self) -> Iterator[Any]:
        return (value for _, value in self.placed())

    def placed(self) -> Iterator[tuple[int, Any]]:
        """Each value with where it begins."""
        place = self._after(self.text.index("[") + 1)
        line = 0
        while not self.text.startswith("]", place):
            begin, line = place, line + 1
            value, place, odd = self._value(begin)
            if odd and (not self.remarks or self.remarks[-1].line < line):
                self.remarks.append(_odd(line))
            yield begin, value
            place = self._after(place)
        if self.text[place + 1 :].strip():
            raise _not_json(self.text, place + 1)

    def at(self, place: int) -> Any:
        return self._value(place)[0]

    def _after(self, place: int) -> int:
        found = _BETWEEN.match(self.text, place)
        return found.end() if found else place

    def _value(self, place: int) -> tuple[Any, int, bool]:
        try:
            value, end = _DECODER.raw_decode(self.text, place)
            clean, odd = cleaning.storable(value)
        except (ValueError, RecursionError) as error:
            raise _not_json(self.text, getattr(error, "pos", place)) from error
        return clean, end, odd


def _loaded(text: str) -> tuple[Any, bool]:
    """The value, and whether something was taken out of it."""
    try:
        return cleaning.storable(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise _not_json(text, getattr(error, "pos", 0)) from error


def _odd(line: int) -> Remark:
    said = i18n.gettext(D_("des signes que rien ne peut garder, ou un nombre qui n'en est pas un : enlevés"))
    return Remark(line, "", "", Kind.CORRECTED, said)


def _not_json(text: str, place: int) -> Invalid:
    return Invalid(D_("Le fichier JSON est abîmé vers la ligne %(line)s."), line=text.count("\n", 0, place) + 1)


def _array(values: _Array) -> Source | _Services:
    first = next(iter(values), None)
    if first is None:  # a list of no services is one, too
        return _Services([])
    if not isinstance(first, dict):
        raise Invalid(D_("Ce fichier JSON ne contient pas de lieux."))
    if "structure_id" in first:
        return _Services(values)
    if _ONLY_LAMEDNUM & set(first):
        return Source(Format.LAMEDNUM_JSON, _objects(values), remarks=values.remarks)
    return Source(Format.DATA_INCLUSION, _objects(values), remarks=values.remarks)


def _object(found: Mapping[str, Any], remarks: list[Remark]) -> Source | _SideCar:
    if found.get("format") == losses.SIDE_CAR:
        return _SideCar(losses.read(found), remarks)
    structures, services = found.get("structures"), found.get("services", [])
    if not isinstance(structures, list) or not isinstance(services, list):
        raise Invalid(D_("Ce fichier JSON ne contient pas de lieux."))
    return Source(Format.DATA_INCLUSION, _with_services(_objects(structures), services, remarks), remarks=remarks)


def _objects(values: Iterable[Any]) -> Iterator[tuple[int, dict[str, Any], list[Any]]]:
    for line, value in enumerate(values, 1):
        yield line, value if isinstance(value, dict) else {}, []


def _with_services(
    rows: Iterable[tuple[int, Mapping[str, Any], Sequence[Any]]], services: list[Any] | _Array, remarks: list[Remark]
) -> Iterator[tuple[int, Mapping[str, Any], Sequence[Any]]]:
    """Each structure with its services. Of a file of services only the places in it are remembered. Those whose
    structure is in no file are told at the end.
    """
    placed = services.placed() if isinstance(services, _Array) else enumerate(services)
    at: dict[str, list[int]] = defaultdict(list)
    for place, one in placed:
        at[str(one.get("structure_id", "")) if isinstance(one, dict) else ""].append(place)
    get = services.at if isinstance(services, _Array) else services.__getitem__
    for line, row, _ in rows:
        yield line, row, [get(place) for place in at.pop(str(row.get("id", "")), ())]
    said = i18n.gettext(D_("la structure de ce service n'est dans aucun fichier : laissé de côté"))
    for name, orphans in at.items():
        remarks += [Remark(0, "structure_id", name, Kind.REFUSED, said)] * len(orphans)
    remarks += services.remarks if isinstance(services, _Array) else []
