"""The workbench over the API: the same rules as on its pages."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from pathways.items.models import Item, ItemRevision, ItemTranslation
from pathways.permissions import Role
from tests.items.writing import CHOICE, Author
from tests.translations.situations import FREE, SHIPPED, texts_of
from tests.translations.test_workbench_pages import csrf_of, form_of, typed

URL = "/api/v1/translations"
ONE = f"{URL}/{SHIPPED}"
LANG = f"?lang={FREE}"


@pytest.fixture
def texts(revision):
    return texts_of(revision)


def test_suggest_review_and_read_the_history(translator, reviewer, texts):
    before = translator.get(ONE + LANG).json()
    assert (before["translations"], before["seen"]) == ([], "")
    body = {"number": before["number"], "seen": before["seen"], "texts": texts}
    made, again = (translator.post(f"{ONE}/suggestions{LANG}", json=body) for _ in range(2))
    assert (made.status_code, again.status_code) == (200, 200), again.text
    [row] = again.json()["translations"]
    assert (row["state"], row["current"], row["acts"]) == ("draft", True, [])
    decision = {"translation": row["id"], "act": "review"}
    assert translator.post(f"{ONE}/decisions{LANG}", json=decision).status_code == 403
    reviewed = reviewer.post(f"{ONE}/decisions{LANG}", json=decision).json()
    assert reviewed["translations"][0]["state"] == "reviewed"
    assert [one["act"] for one in reviewed["history"]] == ["reviewed", "suggested"]
    stale = translator.post(f"{ONE}/suggestions{LANG}", json=body | {"texts": texts | {"stem": "lòt"}})
    assert stale.status_code == 409
    queue = translator.get(f"{URL}{LANG}&state=reviewed").json()
    assert [one["code"] for one in queue["rows"]] == [SHIPPED]


def test_nobody_s_own_and_no_reason_are_refused(reviewer, texts):
    made = reviewer.post(f"{ONE}/suggestions{LANG}", json={"number": 1, "texts": texts})
    if made.status_code == 409:
        number = reviewer.get(ONE + LANG).json()["number"]
        made = reviewer.post(f"{ONE}/suggestions{LANG}", json={"number": number, "texts": texts})
    [row] = made.json()["translations"]
    for act, status in (("review", 403), ("verify", 409), ("reject", 422), ("restore", 200)):
        reply = reviewer.post(f"{ONE}/decisions{LANG}", json={"translation": row["id"], "act": act})
        assert reply.status_code == status, act


@pytest.mark.parametrize("kind", ["po", "xlf"])
@pytest.mark.slow
def test_a_file_by_the_api(translator, kind):
    out = translator.get(f"{URL}/export?lang=ar&kind={kind}")
    assert out.status_code == 200
    path = f"{URL}/import?lang=ar&kind={kind}"
    told = translator.post(f"{path}&dry_run=true", content=out.content).json()
    assert (told["done"], told["errors"]) == (False, [])
    done = translator.post(path, content=out.content).json()
    assert (done["done"], done["counts"]["served"], done["counts"]["waiting"]) == (True, 0, 0)
    bad = translator.post(path, content=out.content.replace(SHIPPED.encode(), b"XXX-99-z"))
    assert bad.status_code == 422
    assert bad.json()["errors"]
    assert translator.post(path, content=b"\xff" * 10).status_code == 422
    assert translator.post(path, content=b"#" * (30 * 1024 * 1024)).status_code == 413


@pytest.mark.slow
def test_another_organisation_reads_no_name_and_no_own_question(signed_in, translator, texts):
    number = translator.get(ONE + LANG).json()["number"]
    made = translator.post(f"{ONE}/suggestions{LANG}", json={"number": number, "texts": texts}).json()
    assert made["translations"][0]["by"] == "Une personne"
    stranger = signed_in(Role.ADMINISTRATOR)
    assert [one["by"] for one in stranger.get(ONE + LANG).json()["translations"]] == [None]
    assert {one["by"] for one in stranger.get(ONE + LANG).json()["history"]} == {None}
    code = Author(signed_in(Role.TRAINER, organisation=translator.organisation_id)).write(CHOICE)
    assert stranger.get(f"{URL}/{code}?lang=ar").status_code == 404
    assert translator.get(f"{URL}/{code}?lang=ar").status_code == 200
    assert code.encode() not in stranger.get(f"{URL}/export?lang=ar").content
    assert code.encode() in translator.get(f"{URL}/export?lang=ar").content


def hidden_in(page: str) -> dict[str, str]:
    found = {name: page.split(f'name="{name}" value="')[1] for name in ("contents", "seal", "name")}
    return {name: rest.partition('"')[0] for name, rest in found.items()}


# --- files on pages ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_file_on_the_page_is_reported_then_imported_once(translator, texts, database):
    out = translator.get(f"/translations/files/export.po?lang={FREE}")
    assert out.headers["content-disposition"] == f'attachment; filename="inclusion-numerique-{FREE}.po"'
    text = out.content.decode()
    for key, own in texts.items():
        head, tail = text.split(f'msgctxt "item:{SHIPPED}#{key}"\n')
        first, _, rest = tail.partition('msgstr "')
        text = f'{head}msgctxt "item:{SHIPPED}#{key}"\n{first}msgstr "{own}"{rest.partition(chr(34))[2]}'
    text = "\n".join(line.replace("fuzzy, ", "") for line in text.split("\n"))
    data = {"csrf": csrf_of(translator), "lang": FREE}
    report = translator.post("/translations/files", data=data, files={"file": ("ht.po", text.encode())})
    assert report.status_code == 200, report.text
    assert "montrées à la place" in report.text
    sealed = data | hidden_in(report.text)
    first, again = (translator.post("/translations/files", data=sealed) for _ in range(2))
    assert "C'est fait : 1 question" in translator.get(first.headers["location"]).text
    assert "C'est fait : 0 question" in translator.get(again.headers["location"]).text
    with database.read() as db:
        rows = db.scalars(sa.select(ItemTranslation).filter_by(language=FREE, origin="exchange")).all()
        assert [row.segments for row in rows] == [texts]


def test_a_report_that_is_out_of_date_is_shown_again(translator, reviewer, texts, database):
    out = translator.get(f"/translations/files/export.xlf?lang={FREE}").content.decode()
    for key, own in texts.items():
        head, tail = out.split(f'<trans-unit id="item:{SHIPPED}#{key}"')
        source, rest = tail.split("</source>\n", 1)
        out = f'{head}<trans-unit id="item:{SHIPPED}#{key}"{source}</source>\n<target>{own}</target>\n{rest}'
    data = {"csrf": csrf_of(translator), "lang": FREE}
    report = translator.post("/translations/files", data=data, files={"file": ("ht.xlf", out.encode())}).text
    hidden = hidden_in(report)
    path = f"/translations/{SHIPPED}{LANG}"
    with database.read() as db:
        revision = db.scalars(
            sa.select(ItemRevision).join(Item, Item.current_id == ItemRevision.id).where(Item.code == SHIPPED)
        ).one()
        own = typed(revision, "lòt")
    assert reviewer.post(path, data=form_of(reviewer) | own).status_code == 303
    late = translator.post("/translations/files", data=data | hidden)
    assert late.status_code == 409
    assert "Entre-temps" in late.text
    assert "propositions à relire" in late.text


@pytest.mark.slow
def test_what_is_no_such_file_is_said_on_the_page(translator):
    data = {"csrf": csrf_of(translator), "lang": "ar"}
    for name, body, said in (
        ("a.po", b'msgid "x\n', "forme d&#39;un fichier PO"),
        ("a.xlf", b"<!DOCTYPE x []><x/>", "DTD"),
        ("a.doc", b"x", "PO (.po) ou XLIFF"),
        ("a.po", b"\xff", "UTF-8"),
    ):
        reply = translator.post("/translations/files", data=data, files={"file": (name, body)})
        assert reply.status_code == 422
        assert said in reply.text, name
    assert translator.post("/translations/files", data=data).status_code == 422
    assert translator.post("/translations/files", data=data | {"contents": "AAAA", "seal": "x"}).status_code == 422
