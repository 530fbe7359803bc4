"""Tables that leave for a spreadsheet and come back from one: nothing is a formula, nothing is lost, nothing harms."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from openpyxl import Workbook, load_workbook

from pathways import spreadsheets
from pathways.errors import Invalid

FORMULAS = [
    "=1+1",
    "+33 6",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "  =1",
    "\u00a0=1",
    "\u202f\u200b=1",
    "'=1",
    "''=1",
    "' =1",
    '=HYPERLINK("http://x")',
]
HARMLESS = [
    "",
    "l'été",
    "'guillemet",
    "a=b",
    "1-2",
    "مرحبا",
    "deux\nlignes",
    'dit "oui"',
    "a;b,c\td",
    "\u200fنص",
    "6 %",
]


def refusal(data: bytes, name: str = "questions.csv") -> str:
    with pytest.raises(Invalid) as refused:
        spreadsheets.read(data, name)
    assert refused.value.errors == [{"field": "file", "message": str(refused.value)}]
    return str(refused.value)


def cells(data: bytes, name: str = "questions.csv") -> list[tuple[str, ...]]:
    table = spreadsheets.read(data, name)
    return [table.header, *(row.cells for row in table.rows)]


def workbook(*rows: list[object]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(out)
    return out.getvalue()


def changed(data: bytes, parts: dict[str, bytes]) -> bytes:
    """The workbook with some of its parts replaced, or more of them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, body in parts.items():
            new.writestr(name, body)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


# --- leaving -------------------------------------------------------------------------------------------------


def test_no_cell_of_a_csv_is_a_formula_whatever_was_typed():
    written = spreadsheets.csv_of(FORMULAS, [FORMULAS]).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(written, newline=""), delimiter=";"):
        assert len(row) == len(FORMULAS)
        assert all(cell.startswith("'") for cell in row)


def test_no_cell_of_a_workbook_is_a_formula_whatever_was_typed():
    book = load_workbook(io.BytesIO(spreadsheets.xlsx_of(FORMULAS, [FORMULAS], title="=1+1")))
    found = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert len(found) == 2 * len(FORMULAS)
    assert {cell.data_type for cell in found} == {"s"}
    with zipfile.ZipFile(io.BytesIO(spreadsheets.xlsx_of(FORMULAS, [FORMULAS], title="x"))) as archive:
        assert b"<f>" not in archive.read(SHEET)


@pytest.mark.parametrize("write", [spreadsheets.csv_of, lambda *table: spreadsheets.xlsx_of(*table, title="T")])
def test_one_sign_that_no_document_can_hold_does_not_spoil_the_whole_table(write):
    data = write(["A"], [["a\ufffeb\uffffc\x0bd"], ["le suivant"]])
    told = spreadsheets.read(data, "table.csv")
    assert [row.cells for row in told.rows] == [("abcd",), ("le suivant",)]


def test_numbers_and_dates_stay_what_they_are():
    moment = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
    row = [1, -2.5, date(2026, 11, 26), moment, None]
    assert (
        spreadsheets.csv_of(["a"], [row]).decode("utf-8-sig").splitlines()[1] == "1;-2,5;2026-11-26;2026-11-26 09:30;"
    )
    book = load_workbook(io.BytesIO(spreadsheets.xlsx_of(["a"], [row], title="x")))
    assert [cell.value for cell in book.worksheets[0][2]][:2] == [1, -2.5]


@pytest.mark.parametrize("write", ["csv", "xlsx"])
def test_what_leaves_comes_back_the_same(write):
    header, row = ["a", *map(str, range(1, len(FORMULAS + HARMLESS)))], FORMULAS + HARMLESS + ["fin"]
    header.append("fin")
    data = spreadsheets.csv_of(header, [row]) if write == "csv" else spreadsheets.xlsx_of(header, [row], title="x")
    back = cells(data)
    assert back[0] == tuple(header)
    assert list(back[1]) == row


def test_a_csv_that_a_spreadsheet_saved_as_a_workbook_comes_back_without_its_apostrophes():
    assert cells(workbook(["a", "b"], ["'=1+1", "l'été"])) == [("a", "b"), ("=1+1", "l'été")]


# --- coming back: CSV ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_csv_is_read(delimiter, encoding, end):
    text = end.join(delimiter.join(row) for row in (["code", "question"], ["A", "Où ? أين"])) + end
    assert cells(text.encode(encoding)) == [("code", "question"), ("A", "Où ? أين")]


def test_the_byte_order_mark_may_stand_twice():
    assert cells(b"\xef\xbb\xbf\xef\xbb\xbfcode;question\r\nA;B") == [("code", "question"), ("A", "B")]


def test_a_quoted_cell_holds_separators_quotes_and_line_ends():
    data = b'"code;x";question\r\n"a;b";"dit ""oui""\r\net part"\r\n'
    assert cells(data) == [("code;x", "question"), ("a;b", 'dit "oui"\r\net part')]


def test_lines_are_numbered_as_the_spreadsheet_shows_them():
    table = spreadsheets.read(b'sep=,\r\ncode,question\r\n\r\nA,"x\r\ny"\r\n,,\r\nB,z\r\n', "x.csv")
    assert table.header == ("code", "question")
    assert [(row.line, row.cells[0]) for row in table.rows] == [(4, "A"), (6, "B")]


def test_a_short_row_is_filled_and_a_long_one_keeps_its_rest():
    assert cells(b"a;b;c\n1\n1;2;3;4\n") == [("a", "b", "c"), ("1", "", ""), ("1", "2", "3", "4")]


@pytest.mark.parametrize(
    "data",
    [
        "code;réponse\r\nA;été".encode("cp1252"),
        "code;réponse\r\nA;été".encode("latin-1"),
        "code;réponse\r\nA;été".encode("mac-roman"),
        "code;réponse".encode("utf-16-le"),
        "code;réponse".encode("utf-32"),
        b"code;a\0b",
        "code;réponse".encode("utf-16")[:-1],
        "code;rÃ©ponse".encode(),
        "code;l’été".encode().decode("cp1252").encode(),
        "code;r\ufffdponse".encode(),
    ],
    ids=["cp1252", "latin-1", "mac", "utf-16 without mark", "utf-32", "NUL", "cut", "twice", "twice too", "lost"],
)
def test_another_encoding_is_refused_in_words_that_say_how_to_save(data):
    assert "CSV UTF-8" in refusal(data)


@pytest.mark.parametrize("sign", ["\x07", "\u202e", "\u2067", "\u2069", "\u2069\u2066", "\x1b"])
def test_a_sign_that_commands_something_is_refused_with_its_place(sign):
    assert "Ligne 2, colonne 2" in refusal(f"a;b\r\n1;x{sign}y".encode())


def test_a_closed_isolate_may_stay_since_it_turns_nothing_outside_itself():
    text = "عنوان \u2066www.exemple.fr\u2069 هنا"
    assert cells(spreadsheets.csv_of(["a"], [[text]])) == [("a",), (text,)]


def test_a_quote_that_never_ends_is_refused():
    assert "guillemet" in refusal(b'a;b\r\n1;"deux\r\n3;4\r\n')


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b";;;\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(data):
    assert refusal(data) == "Le fichier est vide."


def test_sizes_are_bounded():
    assert "Mo" in refusal(b"a;b\r\n" * 2_100_000)
    assert "20000 lignes" in refusal(b"a\r\n" * 1_000_000)
    assert "300 colonnes" in refusal(b";".join([b"a"] * 301))
    assert "300 colonnes" in refusal(b"a\r\n" + b";".join([b"a"] * 301))
    assert "5000 signes" in refusal(b"a\r\n" + b"x" * 5_001)
    assert "5000 signes" in refusal(b"a\r\n" + b"x" * 200_000) or "guillemet" in refusal(b"a\r\n" + b"x" * 200_000)
    assert len(spreadsheets.read(b"a\r\n" * 20_001, "x.csv").rows) == 20_000


# --- coming back: XLSX ---------------------------------------------------------------------------------------


def test_a_workbook_is_read_as_text():
    row = [1, 2.5, 3.0, True, date(2027, 6, 30), datetime(2027, 6, 30, 9, 5), None, "أين", "06"]  # noqa: DTZ001 - a cell has no zone
    assert cells(workbook(list("abcdefghi"), row))[1] == (
        *("1", "2.5", "3", "oui", "2027-06-30", "2027-06-30 09:05", "", "أين", "06"),
    )


def test_of_a_formula_only_its_last_value_is_read():
    data = changed(
        workbook(["a", "b"], ["x", 1]),
        {
            SHEET: b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
            b'<row r="2"><c r="A2"><f>1+1</f><v>2</v></c></row></sheetData></worksheet>'
        },
    )
    assert cells(data) == [("a",), ("2",)]


def test_the_names_of_other_sheets_are_told():
    book, out = Workbook(), io.BytesIO()
    book.worksheets[0].append(["a"])
    book.create_sheet("Brouillon")
    book.save(out)
    assert spreadsheets.read(out.getvalue(), "x.xlsx").unread == ("Brouillon",)


def test_an_old_format_an_encrypted_one_and_a_renamed_one_are_refused_in_words():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500
    assert ".xls" in refusal(ole, "x.xlsx")
    assert "mot de passe" in refusal(ole + "EncryptedPackage".encode("utf-16-le"), "x.xlsx")
    for name in ("x.xlsx", "x.XLS", "x.ods"):
        assert "n'en est pas un" in refusal(b"a;b\r\n1;2", name)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert "XLSX" in refusal(out.getvalue(), "x.ods")


def test_macros_and_links_to_other_files_are_refused():
    good = workbook(["a"], ["b"])
    assert "macros" in refusal(changed(good, {"xl/vbaProject.bin": b"x"}))
    assert "autres fichiers" in refusal(changed(good, {"xl/externalLinks/externalLink1.xml": b"<x/>"}))


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "[Content_Types].xml"])
def test_entities_are_refused_before_they_are_read(part):
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    good = workbook(["a"], ["b"])
    assert "n'écrit jamais" in refusal(changed(good, {part: laughs}))
    assert "n'écrit jamais" in refusal(changed(good, {part: laughs.decode().encode("utf-16")}))


def test_a_bomb_is_refused_before_it_unpacks():
    good = workbook(["a"], ["b"])
    bomb = changed(good, {SHEET: b"<x>" + b" " * 70_000_000 + b"</x>"})
    assert len(bomb) < 200_000
    assert "trop grand" in refusal(bomb)
    many = changed(good, {SHEET: b"<row>" + b"<c/>" * 3_100_000 + b"</row>"})
    assert "trop de cases" in refusal(many)
    parts = changed(good, {f"xl/x{number}.bin": b"" for number in range(1_100)})
    assert "trop de morceaux" in refusal(parts)


def test_a_size_that_lies_does_not_unpack_more():
    data = bytearray(changed(workbook(["a"], ["b"]), {"xl/z.xml": b"<x>" + b" " * 1_000_000 + b"</x>"}))
    size = (1_000_007).to_bytes(4, "little")
    assert data.count(size) >= 1
    with pytest.raises(Invalid):
        spreadsheets.read(bytes(data.replace(size, (10).to_bytes(4, "little"))), "x.xlsx")


@pytest.mark.slow
def test_rows_and_columns_far_away_cost_nothing_and_hide_nothing():
    def sheet(reference: str, row: int) -> bytes:
        return (
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'
            f'<row r="{row}"><c r="{reference}" t="inlineStr"><is><t>b</t></is></c></row></sheetData></worksheet>'
        ).encode()

    good = workbook(["a"], ["b"])
    assert "20000 lignes" in refusal(changed(good, {SHEET: sheet("A1048576", 1_048_576)}))
    assert cells(changed(good, {SHEET: sheet("XFD2", 2)})) == [("a",)]
    assert "300 colonnes" in refusal(changed(good, {SHEET: sheet("KO2", 2)}))


@pytest.mark.parametrize("cut", [10, 200, 2_000, -10])
def test_a_workbook_that_broke_on_the_way_is_refused_in_words(cut):
    assert "abîmé" in refusal(workbook(["a"], ["b"])[:cut], "x.xlsx")


def test_nonsense_inside_a_workbook_is_refused_in_words():
    good = workbook(["a"], ["b"])
    for part in (SHEET, "xl/workbook.xml", "xl/styles.xml"):
        assert "abîmé" in refusal(changed(good, {part: b"<x"}))
    wild = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    for cell in (b'<c r="A1" t="s"><v>99999</v></c>', b'<c r="??"><v>1</v></c>', b"<c><v>1e999999999x</v></c>"):
        data = changed(good, {SHEET: wild + b"<row>" + cell + b"</row></sheetData></worksheet>"})
        assert "abîmé" in refusal(data)
