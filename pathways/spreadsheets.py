"""Tables that leave for a spreadsheet: nothing in them is a formula, whatever somebody typed.

Reading what comes back from one is here too, see :func:`read`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

Cell = str | int | float | date | None
Row = Sequence[Cell]

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # full-width ones count, too
_UNPRINTABLE = dict.fromkeys(code for code in range(32) if chr(code) not in "\t\n\r")


def csv_of(header: Row, rows: Iterable[Row]) -> bytes:
    """Semicolons, UTF-8 with its mark, CRLF: what a French spreadsheet opens by itself. A text that a spreadsheet would
    take for a formula gets an apostrophe before it (OWASP, CSV injection); numbers stay numbers.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in (header, *rows):
        writer.writerow([_harmless(cell) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def xlsx_of(header: Row, rows: Iterable[Row], *, title: str) -> bytes:
    """One sheet. Texts are stored as texts, so that none is a formula and none needs an apostrophe."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("".join(sign for sign in title if sign not in r"[]:*?/\\")[:31] or "Tableau")
    sheet.freeze_panes = "A2"
    head = [WriteOnlyCell(sheet, _text(cell)) for cell in header]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _harmless(cell: Cell) -> str:
    if not isinstance(cell, str):
        return "" if cell is None else _written(cell)
    bare = cell.translate(_UNPRINTABLE)
    return f"'{bare}" if bare.lstrip(" \u00a0").startswith(_STARTS_A_FORMULA) else bare


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
    return "" if value is None else str(value).translate(_UNPRINTABLE)[:32_767]
