"""`pathways translations`: files, a machine, and reviewed work back into the shipped files."""

from __future__ import annotations

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import sqlalchemy as sa

from pathways import cli, content
from pathways.clock import now
from pathways.items import service
from pathways.items.models import ItemRevision, ItemTranslation
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.settings import resource
from pathways.translations import machine, reviewing
from pathways.translations.reviewing import Act
from tests.translations.situations import FREE, SHIPPED, cleared, revision_of, somebody, suggest, texts_of


@pytest.fixture
def environment(monkeypatch, database_url, tmp_path):
    monkeypatch.setenv("PATHWAYS_DATABASE_URL", database_url)
    monkeypatch.setenv("PATHWAYS_DATA", str(tmp_path))
    monkeypatch.delenv("PATHWAYS_TRANSLATE_URL", raising=False)
    return monkeypatch


def run(*arguments: str) -> int:
    return cli.main(["translations", *arguments])


@pytest.mark.parametrize("kind", ["po", "xlf"])
def test_a_file_goes_out_and_comes_back_unchanged(environment, tmp_path, capsys, database, kind):
    path = tmp_path / f"ar.{kind}"
    assert run("export", "ar", str(path)) == 0
    written = path.read_bytes()
    assert run("import", "ar", str(path)) == 0
    assert "déjà là" in capsys.readouterr().out
    assert run("export", "ar", str(path)) == 0
    assert path.read_bytes() == written


def test_what_cannot_be_done_is_said_in_a_sentence(environment, tmp_path, capsys):
    bad = tmp_path / "bad.po"
    bad.write_text('msgid ""\nmsgstr "Language: ar\\n"\n\nmsgctxt "item:XXX-99-z#stem"\nmsgid "a"\nmsgstr "b"\n')
    for arguments, said in (
        (("export", "fr", str(tmp_path / "fr.po")), "pas une langue de traduction"),
        (("export", "ar", str(tmp_path / "ar.doc")), ".po ou .xlf"),
        (("export", "ar", str(tmp_path / "nowhere" / "ar.po")), "ne peut pas être écrit"),
        (("import", "ar", str(tmp_path / "none.po")), "ne peut pas être lu"),
        (("import", "ar", str(bad)), "rien n'a été importé"),
        (("machine", "ar"), "PATHWAYS_TRANSLATE_URL"),
    ):
        assert run(*arguments) == 1, arguments
        assert said in capsys.readouterr().err, arguments
    environment.setenv("PATHWAYS_TRANSLATE_URL", "file:///etc/passwd")
    assert run("machine", "ar") == 1
    assert "http" in capsys.readouterr().err


def test_an_imported_file_is_nobody_s_review(environment, tmp_path, database):
    with database.begin() as db:
        member = somebody(db)
        texts = texts_of(cleared(db, member))
        row = suggest(db, member)
    path = tmp_path / "ht.po"
    assert run("export", FREE, str(path)) == 0
    text = path.read_text("utf-8")
    path.write_text(text.replace("state:draft", "state:verified"), "utf-8")
    assert run("import", FREE, str(path)) == 0
    with database.read() as db:
        assert db.get_one(ItemTranslation, row.id).state == "draft"
    assert texts["stem"] in text


# --- reviewed work, back into the files ----------------------------------------------------------------------


@pytest.mark.slow
def test_reviewed_work_goes_into_the_files_and_nothing_else_changes_there(environment, tmp_path, capsys, database):
    folder = tmp_path / "referentials"
    shutil.copytree(resource("referentials"), folder)
    with database.begin() as db:
        translator, reviewer = somebody(db), somebody(db)
        cleared(db, translator)
        for language in ("ar", FREE):
            row = suggest(db, translator, "نص \u206612\u2069" if language == "ar" else "tèks", language=language)
            reviewing.decide(db, reviewer, USUAL_FRAMEWORK, SHIPPED, translation_id=row.id, act=Act.REVIEW)
        suggest(db, translator, "pa li", code="SEC-02-b", language=FREE)
    before = {path: path.read_text("utf-8") for path in folder.rglob("*.yaml")}
    errors = {str(one) for one in content.check(folder, now().date()).errors}
    assert run("files", str(folder)) == 0
    changed = {path for path in folder.rglob("*.yaml") if before.get(path) != path.read_text("utf-8")}
    at = folder / USUAL_FRAMEWORK / "translations"
    assert changed == {at / "ar/items/SEC.yaml", at / f"{FREE}/items/SEC.yaml"}
    after = content.check(folder, now().date())
    assert {str(one) for one in after.errors} <= errors
    own = next(items for framework, items in after.frameworks if framework.folder.name == USUAL_FRAMEWORK)
    for language in ("ar", FREE):
        kept = own.translations[language][SHIPPED]
        assert kept.state == "reviewed"
        with database.read() as db:
            found = service.served(revision_of(db, translator), language, "reviewed")
            assert found is not None
            assert kept.segments() == found.segments
    assert "SEC-02-b" not in {code for code, one in own.translations[FREE].items() if one.state == "reviewed"}
    text = (at / "ar/items/SEC.yaml").read_text("utf-8")
    assert "\\u206612\\u2069" in text
    lines = set(before[at / "ar/items/SEC.yaml"].splitlines())
    assert len(lines - set(text.splitlines())) < 12  # those of one question
    capsys.readouterr()
    assert run("files", str(folder)) == 0
    assert "déjà" in capsys.readouterr().out


# --- a machine -----------------------------------------------------------------------------------------------


class _Machine(BaseHTTPRequestHandler):
    asked: list[dict] = []
    answer = staticmethod(lambda q, target: {"translatedText": [f"{target} {number}" for number in range(len(q))]})
    status = 200

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(body)
        answer = self.answer(body["q"], body["target"])
        reply = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(self.status)
        if self.status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, format, *args):  # noqa: A002 - its own name
        pass


@pytest.fixture
def server(environment):
    kind = type("Machine", (_Machine,), {"asked": []})
    http = HTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    environment.setenv("PATHWAYS_TRANSLATE_URL", f"http://127.0.0.1:{http.server_port}")
    yield kind
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def emptied(database):
    """Nothing is translated into Haitian Creole but one question."""
    with database.begin() as db:
        kept = sa.select(ItemRevision.id).where(ItemRevision.code == SHIPPED)
        rows = sa.update(ItemTranslation).where(ItemTranslation.language == FREE)
        db.execute(rows.where(ItemTranslation.revision_id.not_in(kept)).values(is_current=False))
        member = somebody(db)
        cleared(db, member)
        suggest(db, member)


def rows(database, state="machine") -> list[ItemTranslation]:
    with database.read() as db:
        found = list(db.scalars(sa.select(ItemTranslation).filter_by(language=FREE, state=state, is_current=True)))
        db.expunge_all()
        return found


def test_a_machine_fills_what_is_missing_with_what_no_diagnostic_shows(server, emptied, database, capsys):
    assert run("machine", FREE, "--most", "3") == 0
    made = rows(database)
    assert len(made) == 3
    assert {row.origin for row in made} == {"machine:127.0.0.1"}
    assert {row.translator_id for row in made} == {None}
    assert len(server.asked) == 3
    assert {frozenset(body) for body in server.asked} == {frozenset({"q", "source", "target", "format"})}
    with database.read() as db:
        french = {text for one in db.scalars(sa.select(ItemRevision.segments)) for text in one.values()}
        assert {text for body in server.asked for text in body["q"]} <= french
        revision = db.get_one(ItemRevision, made[0].revision_id)
        assert service.served(revision, FREE, "draft") is None
        shown = service.served(revision, FREE, "machine")
        assert shown is not None
        assert shown.id == made[0].id
    assert [row.segments["stem"] for row in rows(database, "draft")] == ["tèks 0"]
    assert run("machine", FREE, "--most", "3") == 0
    assert len(rows(database)) == 6
    assert "127.0.0.1" in capsys.readouterr().out


def test_a_machine_s_nonsense_is_left_aside(server, emptied, database, capsys):
    server.answer = staticmethod(lambda q, _target: {"translatedText": ["x" * 400] * len(q)})
    assert run("machine", FREE, "--most", "2") == 0
    assert "2 laissées de côté" in capsys.readouterr().out
    for answer in ({"translatedText": ["x"]}, {"error": "no"}, [], {"translatedText": 3}):
        server.answer = staticmethod(lambda _q, _target, answer=answer: answer)
        assert run("machine", FREE, "--most", "2") == 1
        assert "autrement que prévu" in capsys.readouterr().err
    server.answer = staticmethod(lambda _q, _target: b"[" * 400_000)
    assert run("machine", FREE, "--most", "2") == 1
    assert "ne répond pas" in capsys.readouterr().err
    for status in (302, 400, 500):
        server.status = status
        assert run("machine", FREE, "--most", "2") == 1
        assert str(status) in capsys.readouterr().err
    assert rows(database) == []


def test_a_machine_that_is_not_there_is_named(environment, emptied, database, capsys):
    environment.setenv("PATHWAYS_TRANSLATE_URL", "http://127.0.0.1:9")
    assert run("machine", FREE) == 1
    assert "127.0.0.1 ne répond pas" in capsys.readouterr().err
    assert rows(database) == []


def test_a_person_who_came_first_is_not_overwritten(emptied, database):
    engine = machine.LibreTranslate("http://x.example")
    with database.begin() as db:
        member = somebody(db)
        revision = revision_of(db, member)
        texts = texts_of(revision, "machin")
        for french in (revision.segments, revision.segments | {"stem": "Autre"}):
            assert not machine.keep(db, engine, USUAL_FRAMEWORK, FREE, SHIPPED, french, texts)
        assert [row.state for row in revision.translations if row.language == FREE and row.is_current] == ["draft"]
