"""Writing places into files: the file itself, its side-car, and what it loses. Pure."""

from __future__ import annotations

import csv
import enum
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pathways import i18n, spreadsheets
from pathways.i18n import D_
from pathways.places.exchange import data_inclusion, lamednum, losses
from pathways.places.exchange.losses import Loss
from pathways.places.exchange.sheets import Sheet, empty, of_place


class Format(enum.StrEnum):
    LAMEDNUM_CSV = "lamednum-csv"
    LAMEDNUM_JSON = "lamednum-json"
    DATA_INCLUSION = "data-inclusion"


SIDE_CAR, REPORT, TABLE = "accompagnement.json", "pertes.json", "pertes.csv"
MAIN = {
    Format.LAMEDNUM_CSV: ("lieux.csv",),
    Format.LAMEDNUM_JSON: ("lieux.json",),
    Format.DATA_INCLUSION: ("structures.json", "services.json"),
}
KEYS = {
    Format.LAMEDNUM_CSV: lamednum.KEY,
    Format.LAMEDNUM_JSON: lamednum.KEY,
    Format.DATA_INCLUSION: data_inclusion.KEY,
}
"""Where a place keeps what only files of a format say."""
_IN_WORDS = {Format.DATA_INCLUSION: frozenset({"care", "languages"})}
More = Callable[[Any], Mapping[str, Any]]
"""What else the side-car can say of a place: ``niveaux`` (levels of its workshops), ``seances`` (address of its
sessions, which also becomes the link for booking of a place that names none)."""


@dataclass(frozen=True, slots=True)
class Export:
    """Files by name, and what they lose without the side-car."""

    files: dict[str, bytes]
    losses: list[Loss] = field(default_factory=list)
    places: int = 0


def write(format_: Format | str, places: Iterable[Any], *, more: More | None = None) -> Export:
    """Places as files of a format, with a side-car, and the losses for people (a table) and programs (JSON)."""
    kind = Format(format_)
    names, lost, entries, made = _Names(), [], [], []
    for place in places:
        sheet, told = of_place(place), more(place) if more else {}
        one = _written(kind, sheet, names.of(place, kind), str(told.get("seances") or ""))
        found = losses.of(one.id, sheet, one.back, in_words=_IN_WORDS.get(kind, frozenset()))
        lost += [loss for loss in found if loss.how != losses.How.IN_WORDS or loss.was]
        entry = losses.entry(one.id, one.back["source"], sheet, one.back, told)
        entries += [entry] if entry else []
        made.append(one)
    side_car = losses.document(entries) | {"pour": kind.value}
    report = {"format": kind.value, "lieux": len(made), "pertes": [loss.to_json() for loss in lost]}
    files = dict(_files(kind, made)) | {SIDE_CAR: _json(side_car), REPORT: _json(report), TABLE: table(lost)}
    return Export(files, lost, len(made))


def stream(format_: Format | str, places: Iterable[Any], *, more: More | None = None) -> Iterator[bytes]:
    """The file of LaMednum alone, piece by piece: for an address of open data with all of the country in it."""
    kind, names = Format(format_), _Names()
    rows = (_row(place, names.of(place, kind), more) for place in places)
    yield from _csv_pieces(rows) if kind == Format.LAMEDNUM_CSV else _json_pieces(rows)


def table(lost: Iterable[Loss]) -> bytes:
    """The losses as a spreadsheet shows them, in the language in use."""
    header = [i18n.gettext(one) for one in (D_("Lieu"), D_("Nom"), D_("Champ"), D_("Ce qui se perd"))]
    return spreadsheets.csv_of(header, ((one.id, one.name, losses.FRENCH[one.column], one.said()) for one in lost))


@dataclass(frozen=True, slots=True)
class _One:
    id: str
    content: Any
    back: Sheet


class _Names:
    """Identifiers in a file, each once: of two places that came under the same one, the second has our own."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def of(self, place: Any, kind: Format) -> str:
        name = _name(kind, place.source, place.source_id, place.beside)
        if name in self.taken:
            name = _name(kind, place.source, str(place.id), {})
        self.taken.add(name)
        return name


def _name(kind: Format, source: str, source_id: str, beside: Mapping[str, Any]) -> str:
    """The identifier of a place in a file: as it came, else made as the format advises."""
    if kind != Format.DATA_INCLUSION:
        return source_id
    came = beside.get(data_inclusion.KEY, {}).get("structure", {}).get("id")
    return came if isinstance(came, str) and came else f"{source or data_inclusion.PUBLISHER}--{source_id}"


def carried(format_: Format | str, sheet: Sheet) -> Sheet:
    """What comes back of a sheet that leaves in this format, without a side-car."""
    kind = Format(format_)
    name = _name(kind, sheet["source"], sheet["source_id"], sheet["beside"])
    return _written(kind, sheet, name, "").back


def _written(kind: Format, sheet: Sheet, name: str, sessions: str) -> _One:
    if kind == Format.DATA_INCLUSION:
        content = data_inclusion.documents(sheet, name=name, booking_url=sessions)
        entry = data_inclusion.read(*content, 0, date.max)
    else:
        content = lamednum.row_of(sheet, name=name, booking_url=sessions)
        entry = lamednum.read(content, 0, date.max)
    return _One(name, content, entry.sheet or empty())


def _row(place: Any, name: str, more: More | None) -> dict[str, str]:
    sessions = str(more(place).get("seances") or "") if more else ""
    return lamednum.row_of(of_place(place), name=name, booking_url=sessions)


def _files(kind: Format, made: Iterable[_One]) -> Iterator[tuple[str, bytes]]:
    first, *others = MAIN[kind]
    if kind == Format.LAMEDNUM_CSV:
        yield first, b"".join(_csv_pieces(one.content for one in made))
    elif kind == Format.LAMEDNUM_JSON:
        yield first, b"".join(_json_pieces(one.content for one in made))
    else:
        documents = [one.content for one in made]
        yield first, _json([structure for structure, _ in documents])
        yield others[0], _json([service for _, services in documents for service in services])


def _csv_pieces(rows: Iterable[Mapping[str, str]]) -> Iterator[bytes]:
    """Commas and no mark, as the national example; no apostrophes against formulas either, which the schema refuses."""
    text = io.StringIO()
    writer = csv.DictWriter(text, lamednum.COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(row)
        if text.tell() > _PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _json_pieces(rows: Iterable[Mapping[str, str]]) -> Iterator[bytes]:
    """One place a line; what is empty is left out, coordinates are numbers."""
    before = "[\n"
    for row in rows:
        kept = {name: float(value) if name in _NUMBERS else value for name, value in row.items() if value}
        yield (before + json.dumps(kept, ensure_ascii=False)).encode()
        before = ",\n"
    yield b"[]\n" if before == "[\n" else b"\n]\n"


_NUMBERS = frozenset({"latitude", "longitude"})
_PIECE = 64_000


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
