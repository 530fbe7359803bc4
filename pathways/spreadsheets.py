"""Tables that leave for a spreadsheet, in which nothing is a formula whatever somebody typed, and tables that come back
from one, in which nothing is believed.
"""

from __future__ import annotations

import codecs
import csv
import io
import logging
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from pathways import i18n
from pathways.errors import Invalid
from pathways.i18n import D_

log = logging.getLogger(__name__)

Cell = str | int | float | date | None
Row = Sequence[Cell]

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = re.compile(r"'*(?:[\t\r\n]|[\s\u200b-\u200d\u2060\ufeff]*[=+\-@＝＋－＠])")  # full-width signs count, too
_UNPRINTABLE = dict.fromkeys([*(code for code in range(32) if chr(code) not in "\t\n\r"), 0xFFFE, 0xFFFF])
"""What XML cannot hold: one such sign in one name, and no spreadsheet opens the file."""

LARGEST_FILE = 10_000_000
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 20_000, 300, 5_000
LARGEST_UNPACKED, MOST_PARTS, MOST_TAGS = 60_000_000, 1_000, 3_000_000
"""Of an XLSX file, which is a ZIP of XML: bytes once unpacked, files in it, and tags, each of which costs memory."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF_8 = D_("Dans votre tableur : Enregistrer sous, puis « CSV UTF-8 » (ou XLSX), et envoyez ce fichier-là.")
_AS_XLSX = D_("Dans votre tableur : Enregistrer sous, puis « Classeur XLSX » ou « CSV UTF-8 ».")
_TWICE_ENCODED = re.compile("Ã[\u0080-\u00bf]|â€|Ã‰|Ø§Ù|\ufffd")
_COMMANDS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_ISOLATES, _END_OF_ISOLATE = frozenset("\u2066\u2067\u2068"), "\u2069"


def csv_of(header: Row, rows: Iterable[Row]) -> bytes:
    """Semicolons, UTF-8 with its mark, CRLF: what a French spreadsheet opens by itself. A text that a spreadsheet would
    take for a formula gets an apostrophe before it (OWASP, CSV injection), which :func:`read` takes off again; numbers
    stay numbers.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow([harmless(cell) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def xlsx_of(header: Row, rows: Iterable[Row], *, title: str) -> bytes:
    """One sheet. Texts are stored as texts, so that none is a formula and none needs an apostrophe."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("".join(sign for sign in title if sign not in r"[]:*?/\\")[:31] or "Tableau")
    sheet.freeze_panes = "A2"
    head = [WriteOnlyCell(sheet, _text(cell)) for cell in header]
    for cell in head:
        cell.font = Font(bold=True)
        cell.data_type = "s"
    sheet.append(head)
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class TableRow:
    line: int
    """Its number as the spreadsheet shows it; the header is mostly line 1."""
    cells: tuple[str, ...]
    """At least as many as the header has; more if the row goes on where no column has a name."""


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[TableRow, ...]
    unread: tuple[str, ...] = ()
    """Names of other sheets of the file."""


def read(data: bytes, name: str, *, sheet: str = "", most_rows: int = MOST_ROWS) -> Table:
    """The table in a CSV file (UTF-8, or UTF-16 with its mark; semicolons, commas or tabs) or in the first sheet of an
    XLSX file called ``name`` (in the one called ``sheet``, where it is there). Every cell is text, without the
    apostrophe that :func:`csv_of` put before a formula.

    Raises :class:`Invalid` with a sentence that says what is wrong with the file and how to save a good one.
    """
    if len(data) > LARGEST_FILE:
        raise _refused(
            D_("Le fichier dépasse %(most)s Mo. Découpez-le en plusieurs fichiers."), most=LARGEST_FILE // 1_000_000
        )
    if data.startswith(_OLE):
        if _is_encrypted(data):
            raise _refused(D_("Le fichier est protégé par un mot de passe. Enlevez-le."))
        raise _refused(D_("C'est un classeur d'un ancien format (.xls). %(advice)s"), advice=_AS_XLSX)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _table(*_xlsx(data, sheet, most_rows), most_rows)
    if re.search(r"\.(xls[xmb]?|ods)$", name, re.IGNORECASE):
        said = D_("Le nom dit que c'est un classeur, mais le contenu n'en est pas un. %(advice)s")
        raise _refused(said, advice=_AS_XLSX)
    return _table(_csv(_decoded(data)), (), most_rows)


def forbidden_sign(text: str) -> str:
    """The name of a sign in ``text`` that cannot be kept (an invisible one that commands something), or nothing.

    Translators put an address among Arabic letters into an isolate (U+2066 to U+2069): one that is closed turns nothing
    outside itself.
    """
    open_isolates = 0
    for sign in _COMMANDS.findall(text):
        open_isolates += (sign in _ISOLATES) - (sign == _END_OF_ISOLATE)
        if sign not in _ISOLATES | {_END_OF_ISOLATE} or open_isolates < 0:
            return f"U+{ord(sign):04X}"
    return "U+2066" if open_isolates else ""


def _refused(said: str, *, advice: str = "", **values: object) -> Invalid:
    """``said`` is a msgid with its values; ``advice``, one too, says how to save a good file. The sentence of a field
    carries no values: it is said at once in the language in use.
    """
    if advice:
        values["advice"] = i18n.gettext(advice)
    return Invalid(said, errors=[{"field": "file", "message": i18n.sentence(said, values)}], **values)


def _table(rows: Iterable[list[str]], unread: tuple[str, ...], most_rows: int) -> Table:
    """Number the rows, leave out the empty ones, and keep the whole within its bounds."""
    header: tuple[str, ...] = ()
    kept: list[TableRow] = []
    for line, found in enumerate(rows, 1):
        if line > most_rows + 1:
            said = D_("Le tableau dépasse %(most)s lignes. Enlevez les lignes vides, ou découpez le fichier.")
            raise _refused(said, most=most_rows)
        cells = [_checked(cell, line, column) for column, cell in enumerate(_trimmed(found), 1)]
        if len(cells) > MOST_COLUMNS:
            raise _refused(D_("Ligne %(line)s : plus de %(most)s colonnes."), line=line, most=MOST_COLUMNS)
        if not cells:
            continue
        if not header:
            header = tuple(cells)
        else:
            kept.append(TableRow(line, (*cells, *[""] * (len(header) - len(cells)))))
    if not header:
        raise _refused(D_("Le fichier est vide."))
    return Table(header, tuple(kept), unread)


def _trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at its end."""
    last = len(cells)
    while last and not cells[last - 1].strip():
        last -= 1
    return cells[:last]


def _checked(cell: str, line: int, column: int) -> str:
    if len(cell) > LONGEST_CELL:
        said = D_("Ligne %(line)s, colonne %(column)s : plus de %(most)s signes.")
        raise _refused(said, line=line, column=column, most=LONGEST_CELL)
    if sign := forbidden_sign(cell):
        said = D_(
            "Ligne %(line)s, colonne %(column)s : un signe invisible (%(sign)s) ne peut pas être gardé. "
            "Retapez cette case."
        )
        raise _refused(said, line=line, column=column, sign=sign)
    if _TWICE_ENCODED.search(cell):
        said = D_(
            "Ligne %(line)s, colonne %(column)s : des lettres sont abîmées (« %(text)s »). "
            "Repartez du fichier d'origine. %(advice)s"
        )
        raise _refused(said, advice=_UTF_8, line=line, column=column, text=cell[:30])
    return cell


def _is_encrypted(data: bytes) -> bool:
    return "EncryptedPackage".encode("utf-16-le") in data


# --- CSV -----------------------------------------------------------------------------------------------------


def _decoded(data: bytes) -> str:
    utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if utf_16 else "utf-8").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        said = D_("Ligne %(line)s : le fichier n'est pas en UTF-8, les accents seraient perdus. %(advice)s")
        raise _refused(said, advice=_UTF_8, line=line) from error
    if "\0" in text:
        said = D_("Le fichier n'est pas un texte (il contient des octets nuls). %(advice)s")
        raise _refused(said, advice=_UTF_8)
    return text


def _csv(text: str) -> Iterator[list[str]]:
    said = re.match(r"sep=([;,\t])\r?\n", text)
    if said:
        yield []  # the spreadsheet counts this line, too
        text = text[said.end() :]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=said[1] if said else _delimiter(text), strict=True)
    try:
        for cells in reader:
            yield [_bare(cell) for cell in cells]
    except csv.Error as error:
        told = D_("Vers la ligne %(line)s : un guillemet est mal placé, ou n'est jamais refermé. %(advice)s")
        raise _refused(told, advice=_UTF_8, line=reader.line_num) from error


def _delimiter(text: str) -> str:
    """What separates the columns: what stands most often in the first line that says something, outside quotes."""
    first = re.sub(r'"[^"]*"', "", text.lstrip("\r\n")[: 2 * LONGEST_CELL])
    first = first.splitlines()[0] if first else ""
    return max(";,\t", key=first.count)


# --- XLSX ----------------------------------------------------------------------------------------------------


def _xlsx(data: bytes, sheet: str, most_rows: int) -> tuple[Iterator[list[str]], tuple[str, ...]]:
    """The rows of the sheet called so, else of the first one, and the names of the other ones."""
    try:
        _check_parts(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        first = next((one for one in book.worksheets if one.title == sheet), book.worksheets[0])
        others = [one for one in book.worksheets if one is not first]
        first.reset_dimensions()  # what the file says of its size need not be true
        rows = first.iter_rows(max_row=most_rows + 2, max_col=MOST_COLUMNS + 1, values_only=True)
        told = [[_bare(_told(value)) for value in row] for row in rows]
    except Invalid:
        raise
    except Exception as error:  # whatever the library stumbles over, the file is what cannot be read
        log.info("unreadable workbook: %s", type(error).__name__)
        raise _refused(D_("Ce classeur est abîmé, ou n'en est pas un. %(advice)s"), advice=_AS_XLSX) from error
    return iter(told), tuple(one.title for one in others)


def _check_parts(data: bytes) -> None:
    """Refuse, before anything is understood, what would unpack without end, run, fetch, or refer to itself."""
    if data.count(b"PK\x01\x02") > MOST_PARTS:
        said = D_("Ce fichier contient trop de morceaux pour un classeur. %(advice)s")
        raise _refused(said, advice=_AS_XLSX)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        names = [part.filename for part in parts]
        if "xl/workbook.xml" not in names:
            raise _refused(D_("Ce fichier n'est pas un classeur XLSX. %(advice)s"), advice=_AS_XLSX)
        if any("vbaproject" in name.casefold() for name in names):
            raise _refused(D_("Ce classeur contient des macros. Enregistrez-le sans macros, en « Classeur XLSX »."))
        if any(name.startswith("xl/externalLinks/") for name in names):
            said = D_("Ce classeur renvoie à d'autres fichiers. Collez les valeurs seules dans un classeur neuf.")
            raise _refused(said)
        if sum(part.file_size for part in parts) > LARGEST_UNPACKED:
            said = D_("Ce classeur est trop grand une fois ouvert. Gardez la seule feuille utile, ou découpez-la.")
            raise _refused(said)
        tags = 0
        for part in parts:  # no part is longer than it says: zipfile stops reading there
            if part.filename.casefold().endswith((".xml", ".rels", ".vml")):
                body = archive.read(part)
                tags += body.count(b"<")
                if b"<!DOCTYPE" in body or b"<!ENTITY" in body or b"\0" in body:
                    said = D_("Ce classeur contient ce qu'un tableur n'écrit jamais. %(advice)s")
                    raise _refused(said, advice=_AS_XLSX)
        if tags > MOST_TAGS:
            raise _refused(D_("Ce classeur contient trop de cases. Gardez la seule feuille utile, ou découpez-la."))


def _told(value: object) -> str:
    """A cell's value as a person would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


# --- one cell ------------------------------------------------------------------------------------------------


def harmless(cell: Cell) -> str:
    """A cell as a CSV file holds it, with an apostrophe before what would be a formula."""
    if not isinstance(cell, str):
        return "" if cell is None else _written(cell)
    bare = cell.translate(_UNPRINTABLE)
    return f"'{bare}" if _FORMULA.match(bare) else bare


def _bare(cell: str) -> str:
    """A cell without the apostrophe of :func:`harmless`, and with any other."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def _written(cell: float | date) -> str:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, float):
        return f"{cell:.10g}".replace(".", ",")  # the decimal sign of whoever reads semicolons
    return str(cell)


def _cell(sheet: Any, value: Cell) -> object:
    if not isinstance(value, str):
        return value.replace(tzinfo=None) if isinstance(value, datetime) else value
    cell = WriteOnlyCell(sheet, _text(value))
    cell.data_type = "s"  # openpyxl would make a formula of "=1+1"
    return cell


def _text(value: Cell) -> str:
    """A stored text needs no apostrophe, but one that has it already gets a second one: :func:`_bare` takes one off,
    since tables also come back that were saved as CSV in between.
    """
    bare = "" if value is None else str(value).translate(_UNPRINTABLE)
    return (f"'{bare}" if bare.startswith("'") and _FORMULA.match(bare) else bare)[:32_767]
