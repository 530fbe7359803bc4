"""Questions in and out of files, by page and by program, and what an unkind file can do: nothing."""

from __future__ import annotations

import csv as csv_module
import io
import re
import threading
import zipfile

import pytest
import sqlalchemy as sa
import yaml
from openpyxl import load_workbook
from PIL import Image

from pathways import spreadsheets
from pathways.items.exchange.files import packed
from pathways.items.models import Item
from pathways.people.models import JournalEntry
from pathways.permissions import Role
from tests.items.exchange_situations import CHOICE, csv, numbered, sent
from tests.test_spreadsheets import FORMULAS, SHEET, changed, workbook
from tests.web.world import csrf_of, rows_of

JSON = "application/problem+json"


@pytest.fixture
def trainer(signed_in):
    client = signed_in(Role.TRAINER)
    client.csrf = csrf_of(client)
    return client


def examine(client, data: bytes, name: str = "questions.csv", **form: str):
    return client.post("/items/import", data={"csrf": client.csrf} | form, files={"file": (name, data)})


def form_in(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def keep(client, page: str):
    return client.post("/items/import", data=form_in(page[page.index('action="/items/import"') :]))


def imported(client, *rows: dict[str, str]) -> None:
    reply = keep(client, examine(client, csv(*rows)).text)
    assert reply.status_code == 303, reply.text


def own_codes(client) -> list[str]:
    text = client.get("/items/export.csv").content.decode("utf-8-sig")
    return [row["code"] for row in csv_module.DictReader(io.StringIO(text, newline=""), delimiter=";")]


# --- by page -------------------------------------------------------------------------------------------------


def test_a_file_is_examined_then_imported_and_a_second_press_imports_nothing(trainer, database):
    page = examine(trainer, csv(CHOICE, numbered(1)))
    assert page.status_code == 200
    assert "2 nouvelles" in page.text
    assert own_codes(trainer) == []
    for _ in range(2):
        done = keep(trainer, page.text)
        assert done.status_code == 303
        assert "C'est fait" in trainer.get(done.headers["location"]).text
    assert len(own_codes(trainer)) == 2


def test_errors_are_told_by_row_and_column_and_nothing_can_be_pressed(trainer, database):
    before = rows_of(database)
    page = examine(trainer, csv(CHOICE, numbered(1, micro_competence="XXX-99"), numbered(2, reponse_2_revele="")))
    assert page.status_code == 422
    assert "2 erreurs" in page.text
    assert (
        "<td>3</td><td><bdi>micro_competence</bdi></td><td><bdi>La micro-compétence XXX-99 n&#39;existe pas"
        in page.text
    )
    assert "<td>4</td><td><bdi>reponse_2</bdi></td>" in page.text
    assert 'name="contents"' not in page.text
    assert rows_of(database) == before


def test_a_form_that_was_made_up_is_examined_like_any_other(trainer, database):
    before = rows_of(database)
    wrong = {"contents": packed(sent(numbered(1, micro_competence="XXX-99"))), "seal": "x"}
    reply = trainer.post("/items/import", data={"csrf": trainer.csrf} | wrong)
    assert reply.status_code == 409
    for contents in ("x", "é", "AAAA", packed(sent(CHOICE))[:-9]):
        reply = trainer.post("/items/import", data={"csrf": trainer.csrf, "contents": contents, "seal": "x"})
        assert reply.status_code == 422
        assert "Choisissez-le de nouveau" in reply.text
    assert rows_of(database) == before


@pytest.mark.slow
def test_a_bomb_in_the_form_does_not_unpack(trainer):
    import base64
    import zlib

    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 100_000_000, 9)).decode()
    assert len(bomb) < 150_000
    assert trainer.post("/items/import", data={"csrf": trainer.csrf, "contents": bomb, "seal": "x"}).status_code == 422


def test_a_bank_that_changed_since_the_report_is_shown_again_and_the_file_is_not_lost(trainer):
    imported(trainer, CHOICE)
    [code] = own_codes(trainer)
    page = examine(trainer, csv(CHOICE | {"code": code, "question": "On vous demande votre code. Et vous ?"}))
    imported(trainer, CHOICE | {"code": code, "reponse_2_revele": "obéit"})
    again = keep(trainer, page.text)
    assert again.status_code == 409
    assert "Entre-temps" in again.text
    assert keep(trainer, again.text).status_code == 303


@pytest.mark.slow
def test_a_file_of_another_organisation_is_refused_by_row_or_taken_as_new(trainer, signed_in):
    imported(trainer, CHOICE)
    data = trainer.get("/items/export.xlsx").content
    other = signed_in(Role.TRAINER)
    other.csrf = csrf_of(other)
    refused = examine(other, data, "x.xlsx")
    assert refused.status_code == 422
    assert "tout importer comme nouvelles questions" in refused.text
    page = examine(other, data, "x.xlsx", as_new="true")
    assert keep(other, page.text).status_code == 303
    assert len(own_codes(other)) == 1
    assert own_codes(other) != own_codes(trainer)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        ("question\r\nété".encode("cp1252"), "x.csv", "CSV UTF-8"),
        (b"", "x.csv", "vide"),
        (b"a\0b", "x.csv", "octets nuls"),
        (b"x" * 10_000_001, "x.csv", "10 Mo"),
        (b"PK\x03\x04rubbish", "x.xlsx", "abîmé"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x.xls", ".xls"),
        (b"a: [", "x.yaml", "YAML illisible"),
        (b"a: &a [1]\nb: *a", "x.yaml", "alias"),
        ("é".encode("cp1252"), "x.yaml", "UTF-8"),
        (b"[" * 900_000, "x.yml", "imbriqué"),
        (b"- " * 900_000, "x.yml", "imbriqué"),
        (b"a: " + b"1:" * 400_000 + b"1", "x.yml", "5000 signes"),
    ],
)
def test_an_unreadable_file_is_refused_in_words_at_its_field(trainer, database, data, name, said):
    before = rows_of(database)
    page = examine(trainer, data, name)
    assert page.status_code == 422
    error = re.search(r'<p class="error" id="file-error">([^<]*)', page.text)
    assert error
    assert said in error[1]
    assert rows_of(database) == before


def test_no_file_at_all_is_said_at_its_field(trainer):
    page = trainer.post("/items/import", data={"csrf": trainer.csrf})
    assert page.status_code == 422
    assert "Choisissez un fichier." in page.text
    empty = trainer.post("/items/import", data={"csrf": trainer.csrf}, files={"file": ("", b"")})
    assert empty.status_code == 422


SHAPES = [
    "",
    "- a",
    "format: 2",
    "format: 1",
    "format: 1\nitems: 3",
    "format: 1\nitems: [3, a, []]",
    "format: 1\nx: 1",
    "format: 1\nlanguage: xx\nitems: {}",
    "format: 1\nlanguage: ar\nitems: []",
    "format: 1\nlanguage: []\nitems: 1",
    "format: 1\nlanguage: ar\nitems: {1: {stem: a}}",
    "format: 1\nitems: []\ntranslations: 3",
    "format: 1\nitems: []\ntranslations: {ar: 3}",
    "format: 1\nitems: []\ntranslations: {ar: {x: 3}}",
    "format: 1\nitems: [{code: [1], skill: {}, options: 3}]",
    "format: 1\nitems: [{options: [3, {picture: 4}], picture: {file: [1]}}]",
    "format: 1\nitems: [{1: 2}]",
    'format: 1\nitems: [{stem: "a\\u0007b", skill: SEC-02}]',
]


@pytest.mark.parametrize("text", SHAPES, ids=range(len(SHAPES)))
@pytest.mark.slow
def test_yaml_of_any_shape_is_answered_in_words(trainer, database, text):
    before = rows_of(database)
    page = examine(trainer, text.encode(), "x.yaml")
    assert page.status_code == 422, page.text
    assert rows_of(database) == before


def test_fifty_megabytes_are_refused_before_they_are_read(trainer, database):
    before = rows_of(database)
    page = examine(trainer, b"x" * 50_000_000)
    assert page.status_code == 413
    assert rows_of(database) == before


def test_unkind_workbooks_change_nothing(trainer, database):
    before = rows_of(database)
    good = workbook(["micro_competence"], ["SEC-02"])
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    for parts in ({SHEET: laughs}, {SHEET: b"<x>" + b" " * 70_000_000 + b"</x>"}, {"xl/vbaProject.bin": b"x"}):
        assert examine(trainer, changed(good, parts), "x.xlsx").status_code == 422
    assert rows_of(database) == before


def test_words_of_the_file_are_never_markup(trainer):
    wild = "<script>alert(1)</script>"
    page = examine(trainer, csv(numbered(1, question=wild, micro_competence=wild) | {wild: "x"}), f"{wild}.csv")
    assert page.status_code == 422
    assert wild not in page.text


@pytest.mark.slow
def test_only_whoever_may_write_imports_and_everybody_takes_away(signed_in, trainer):
    imported(trainer, CHOICE)
    reviewer = signed_in(Role.REVIEWER, organisation=trainer.organisation_id)
    assert reviewer.get("/items/import").status_code == 403
    assert reviewer.post("/items/import", data={"csrf": csrf_of(reviewer)}).status_code == 403
    assert reviewer.get("/items/export.csv").status_code == 200


def photograph(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()


def test_pictures_come_beside_the_file_and_are_named_by_their_files(trainer):
    row = numbered(1, image="Ma photo.PNG", image_description="Une porte rouge", image_description_ar="باب أحمر")
    beside = [("file", ("x.csv", csv(row))), ("pictures", ("Ma photo.PNG", photograph()))]
    page = trainer.post("/items/import", data={"csrf": trainer.csrf}, files=beside)
    assert page.status_code == 200, page.text
    assert keep(trainer, page.text).status_code == 303
    [item] = yaml.safe_load(trainer.get("/items/export.yaml").content)["items"]
    assert trainer.get(f"/media/{item['picture']['file']}").headers["content-type"] == "image/png"
    lacking = examine(trainer, csv(row | {"image": "autre.png"}))
    assert lacking.status_code == 422
    assert "autre.png" in lacking.text


def test_a_picture_that_is_none_is_refused_at_its_field_and_nothing_is_kept(trainer, database):
    before = rows_of(database)
    for bad in (b"rubbish", b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><script/></svg>"):
        beside = [
            ("file", ("x.csv", csv(CHOICE))),
            ("pictures", ("good.png", photograph())),
            ("pictures", ("a.png", bad)),
        ]
        page = trainer.post("/items/import", data={"csrf": trainer.csrf}, files=beside)
        assert page.status_code == 422
        error = re.search(r'id="pictures-error">([^<]*)', page.text)
        assert error
        assert error[1].startswith("a.png")
    many = [("file", ("x.csv", csv(CHOICE))), *(("pictures", (f"{n}.png", photograph())) for n in range(41))]
    assert trainer.post("/items/import", data={"csrf": trainer.csrf}, files=many).status_code == 422
    assert rows_of(database) == before


# --- taking away ---------------------------------------------------------------------------------------------


def test_no_cell_that_leaves_is_a_formula(trainer):
    imported(
        trainer, *(numbered(n, reponse_1=f"{text} a{n}", explication=f"{text}x") for n, text in enumerate(FORMULAS))
    )
    text = trainer.get("/items/export.csv").content.decode("utf-8-sig")
    rows = list(csv_module.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert len(rows) == len(FORMULAS) + 1
    looks_like_one = re.compile(r"[\s\u200b\u2060\ufeff]*[=+\-@＝＋－＠\t\r\n]")
    assert [cell for row in rows for cell in row if looks_like_one.match(cell)] == []
    book = load_workbook(io.BytesIO(trainer.get("/items/export.xlsx").content))
    assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None} == {"s"}
    with zipfile.ZipFile(io.BytesIO(trainer.get("/items/export.xlsx").content)) as archive:
        assert b"<f>" not in archive.read(SHEET)


@pytest.mark.slow
def test_what_leaves_and_comes_back_leaves_the_same(trainer):
    imported(trainer, CHOICE, *(numbered(n, explication=f"{text}x") for n, text in enumerate(FORMULAS)))
    before = {kind: trainer.get(f"/items/export.{kind}").content for kind in ("csv", "yaml", "xlsx")}
    for kind, data in before.items():
        page = examine(trainer, data, f"x.{kind}")
        assert "rien à importer" in page.text, page.text
    assert trainer.get("/items/export.csv").content == before["csv"]
    assert trainer.get("/items/export.yaml").content == before["yaml"]


def test_an_export_is_noted_with_its_counts(trainer, database):
    imported(trainer, CHOICE)
    reply = trainer.get("/items/export.xlsx")
    assert reply.headers["content-type"] == spreadsheets.XLSX
    assert re.fullmatch(r'attachment; filename="questions-[\d-]+\.xlsx"', reply.headers["content-disposition"])
    with database.read() as db:
        [entry] = db.scalars(sa.select(JournalEntry).filter_by(organisation_id=trainer.organisation_id))
        noted = (entry.act, entry.details)
    assert noted == ("items_exported", {"items": 1, "format": "xlsx"})


def test_the_filtered_list_leaves_with_what_is_shipped(trainer):
    imported(trainer, CHOICE)
    document = yaml.safe_load(trainer.get("/items/export.yaml?skill=SEC-02").content)
    codes = {item["code"] for item in document["items"]}
    assert {"SEC-02-a", *own_codes(trainer)} <= codes
    assert "ar" in document["translations"]
    assert {item["skill"] for item in document["items"]} == {"SEC-02"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_shows_two_questions_of_each_kind_and_can_be_read_back(trainer, kind):
    reply = trainer.get(f"/items/import/template.{kind}")
    table = spreadsheets.read(reply.content, f"x.{kind}")
    at = table.header.index("type")
    found = [row.cells[at] for row in table.rows]
    assert sorted(set(found)) == sorted(
        ["choix", "plusieurs choix", "images", "zone", "ordre", "relier", "texte", "geste"]
    )
    assert all(found.count(one) == 2 for one in found)
    assert {row.cells[0] for row in table.rows} == {""}


# --- by program ----------------------------------------------------------------------------------------------


def test_a_program_imports_what_it_first_tried(trainer, database):
    before = rows_of(database)
    tried = trainer.post("/api/v1/items/import?dry_run=true&name=x.csv", content=csv(CHOICE))
    assert tried.status_code == 200, tried.text
    assert tried.json()["counts"]["new"] == 1
    assert rows_of(database) == before
    for expected in (1, 0):
        done = trainer.post("/api/v1/items/import", files={"file": ("x.csv", csv(CHOICE))})
        assert done.json()["counts"]["new"] == expected
        assert done.json()["items"][0]["code"] in own_codes(trainer)
    document = yaml.safe_load(trainer.get("/api/v1/items/export?format=yaml").content)
    assert [item["code"] for item in document["items"]] == own_codes(trainer)


def test_a_program_is_told_every_error_and_nothing_is_imported(trainer, database):
    before = rows_of(database)
    data = csv(CHOICE, numbered(1, micro_competence="XXX-99"))
    tried = trainer.post("/api/v1/items/import?dry_run=true&name=x.csv", content=data)
    assert tried.json()["errors"] == [
        {"line": 3, "column": "micro_competence", "message": "la micro-compétence XXX-99 n'existe pas"}
    ]
    refused = trainer.post("/api/v1/items/import?name=x.csv", content=data)
    assert (refused.status_code, refused.headers["content-type"]) == (422, JSON)
    assert refused.json()["errors"][0]["field"] == "3.micro_competence"
    for body in (b"", b"{}", b"\xff\xfe"):
        assert trainer.post("/api/v1/items/import", content=body).status_code == 422
    assert rows_of(database) == before


def test_the_same_file_sent_at_once_by_several_programs_is_imported_once(trainer, database):
    data = csv(*(numbered(n) for n in range(30)))
    gate, replies = threading.Barrier(4), []

    def send():
        gate.wait(timeout=10)
        replies.append(trainer.post("/api/v1/items/import?name=x.csv", content=data))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert [one.status_code for one in replies] == [200] * 4
    assert sorted(one.json()["counts"]["new"] for one in replies) == [0, 0, 0, 30]
    with database.read() as db:
        own = sa.select(sa.func.count()).select_from(Item).filter_by(organisation_id=trainer.organisation_id)
        assert db.scalar(own) == 30
