"""A language is one entry and one folder: two that nobody speaks are added, and the product is walked in them. Every
text that is not bracketed was never handed to a translator.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from pathways import content, i18n, migrating
from pathways.app import create_app
from pathways.clock import now
from pathways.database import Database
from pathways.diagnostics.models import Diagnostic
from pathways.settings import Settings
from tests import pseudo

pytestmark = pytest.mark.slow  # a server with two more languages is built

VOID = {"meta", "link", "img", "br", "input", "hr", "source", "wbr", "col", "path", "circle", "rect", "use"}
SPOKEN = ("alt", "aria-label", "title", "placeholder", "content")
UNSPOKEN = {"script", "style", "svg", "code", "kbd"}
BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧")
LETTERS = re.compile(r"[^\W\d_]{2,}")


class Words(HTMLParser):
    """The words of a page that are in its own language: what says that it is in another one is left out."""

    def __init__(self, read_in: str) -> None:
        super().__init__(convert_charrefs=True)
        self.read_in, self.words = read_in, list[str]()
        self.open: list[tuple[str, bool]] = [("", True)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        heard = self.open[-1][1] if "lang" not in given else given["lang"] == self.read_in
        heard = heard and tag not in UNSPOKEN and "code" not in (given.get("class") or "").split()
        if heard:
            self.words += [f" {given[one]} " for one in SPOKEN if given.get(one) and tag != "meta"]
        if tag not in VOID:
            self.open.append((tag, heard))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while len(self.open) > 1 and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open[-1][1]:
            self.words.append(data)


def untranslated(page: str, tag: str, *, but: set[str] = frozenset()) -> list[str]:  # type: ignore[assignment] - a default that nothing changes
    """Words outside of brackets."""
    words = Words(tag)
    words.feed(page)
    text = " ".join(" ".join(words.words).split())
    while text != (text := BRACKETED.sub(" ", text)):
        pass
    return [word for word in LETTERS.findall(text) if word not in but]


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("pseudo")
    with pytest.MonkeyPatch.context() as patch:
        pseudo.speak(patch, folder)
        yield folder
    i18n.forget()


@pytest.fixture(scope="module")
def app(spoken: Path) -> Iterator[FastAPI]:
    settings = Settings(
        data=spoken, database_url=f"sqlite:///{spoken}/pathways.sqlite3", secret=b"a secret of thirty-two bytes or more"
    )
    app = create_app(settings)
    database: Database = app.state.database
    migrating.migrate(database)
    checked = content.check(pseudo.referentials(spoken), now().date())
    assert [one for one in checked.errors if "qps" in one.file] == []
    with database.begin() as db:
        content.load(db, checked)
    yield app
    database.dispose()


@pytest.fixture
def database(app: FastAPI) -> Database:
    """In the place of the two that other tests stand on: this one holds the pseudo-languages."""
    database: Database = app.state.database
    return database


def publish(signed_in: Callable[..., TestClient]) -> str:
    trainer = signed_in()
    selection = {"skills": ["SEC-01", "SEC-02", "NAV-03", "ORD-04", "MEL-07", "CNX-01"], "questions": 12}
    selection |= {"languages": ["fr", *pseudo.LANGUAGES]}
    made = trainer.post("/api/v1/diagnostics", json={"title": "Avant l'atelier", "selection": selection})
    assert made.status_code == 201, made.text
    published = trainer.post(f"/api/v1/diagnostics/{made.json()['id']}/publish")
    assert published.status_code == 200, published.text
    return str(published.json()["code"])


def pages(client: TestClient, code: str, tag: str) -> Iterator[tuple[str, str]]:
    """Every page that a learner comes by, by name."""

    def got(path: str, *status: int) -> tuple[str, str]:
        page = client.get(path)
        assert page.status_code in (status or (200,)), (path, page.status_code, page.text[:500])
        return path, page.text

    client.headers["Accept-Language"] = tag
    yield got("/")
    yield got(f"/q/{code}")
    yield got(f"/q/{code}/{tag}")
    started = client.post(f"/q/{code}/{tag}", data={"key": "a" * 32})
    assert started.status_code == 303, started.text
    attempt = started.headers["location"].rstrip("/").split("?")[0].removesuffix("/practice")
    yield got(f"{attempt}/practice")
    for said in ("moon", "sun", "out"):
        yield got(f"{attempt}/practice?said={said}")
    yield got(f"{attempt}/pause")
    yield got(f"{attempt}/language")
    number = 0
    while number < 40 and (page := client.get(attempt)).status_code == 200:
        yield f"{attempt} question {number}", page.text
        fields = dict(re.findall(r'<input type="hidden" name="(key|item)" value="([^"]*)"', page.text)[:2])
        answer = client.post(f"{attempt}/answers", data=fields | {"outcome": "dont_know"})
        assert answer.status_code in {200, 303}, answer.text
        number += 1
    assert number > 3
    yield got(f"{attempt}/result")
    yield got(f"{attempt}/erase")
    yield got("/resume")
    yield "a wrong code", client.post("/resume", data={"code": "2222-2222"}).text
    yield got("/confidentialite")
    yield got("/accessibilite")
    yield got("/nothing", 404)
    yield got("/q/ZZZZZZ", 404)


@pytest.mark.parametrize("code", pseudo.LANGUAGES)
def test_a_learner_meets_no_text_that_was_never_translated(app, client, signed_in, code):
    language = i18n.language(code)
    found = {}
    for name, page in pages(client, publish(signed_in), language.tag):
        assert f'<html lang="{language.tag}" dir="{language.dir}"' in page, name
        if words := untranslated(page, language.tag, but={"pathways"}):
            found[name] = words[:12]
    assert found == {}


def pages_of_a_space(client: TestClient, tag: str) -> Iterator[tuple[str, str]]:
    """Every page that somebody comes by who opens a space for badges, by name."""
    client.headers["Accept-Language"] = tag
    opened = client.post("/h", data={"new": "1"})
    assert opened.status_code == 303, opened.text
    space = opened.headers["location"]
    base = space.partition("?")[0]
    inside = ("", "/settings", "/language", "/history", "/results", "/requests", "/requests/new", "/share", "/teams")
    for path in (space, *(f"{base}{one}" for one in (*inside, "/erase")), "/h", "/badges", "/verify"):
        page = client.get(path)
        assert page.status_code == 200, (path, page.status_code, page.text[:500])
        yield path.replace(base, "space"), page.text
    yield "no space", client.get("/h/" + "x" * 43).text
    yield "a wrong code", client.post(f"{base}/results", data={"code": "2222-2222"}).text
    yield "a verdict", client.post("/verify", data={"text": "x"}).text
    yield "erased", client.post(f"{base}/erase").text


@pytest.mark.parametrize("code", pseudo.LANGUAGES)
def test_whoever_opens_a_space_for_badges_meets_no_text_that_was_never_translated(client, code):
    language = i18n.language(code)
    found = {}
    for name, page in pages_of_a_space(client, language.tag):
        assert f'<html lang="{language.tag}" dir="{language.dir}"' in page, name
        if words := untranslated(page, language.tag, but={"pathways"}):
            found[name] = words[:12]
    assert found == {}


def test_the_language_is_everywhere_that_languages_are(app, client, signed_in):
    trainer = signed_in()
    assert "⟦Þšéûðö⟧" in trainer.get("/diagnostics/new").text
    assert i18n.recognised("qps-Ploc-FR") == "qps_ploc"
    poster = client.get(f"/q/{publish(signed_in)}").text
    assert all(entry["name"] in poster for entry in pseudo.LANGUAGES.values())
    with app.state.database.read() as db:
        offered = [one.blueprint["languages"] for one in db.scalars(sa.select(Diagnostic))]
    assert all(set(pseudo.LANGUAGES) <= set(one) for one in offered)
