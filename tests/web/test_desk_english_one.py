"""The trainers' words that no template holds: made in Python, or fetched alone, they follow the trainer's language too.

The English catalogue is replaced by marks around the French, so that no translation decides what is tested.
"""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.support import Translations

from pathways import clock, i18n
from pathways.referentials.service import USUAL_FRAMEWORK
from tests.insights.crowds import SKILLS, Crowd
from tests.web import world

ENGLISH = {"accept-language": "en"}
RIGHT = dict.fromkeys(SKILLS, "correct")


@pytest.fixture(scope="module")
def marked_texts(collected: dict[str, Catalog]) -> bytes:
    """A compiled catalogue in which every text of the desk is itself, between marks."""
    marked = Catalog(locale="en", fuzzy=False)
    for message in collected[i18n.DESK]:
        if isinstance(message.id, tuple):
            marked.add(message.id, tuple(f"‹{text}›" for text in message.id))
        elif message.id:
            marked.add(message.id, f"‹{message.id}›")
    compiled = io.BytesIO()
    write_mo(compiled, marked)
    return compiled.getvalue()


@pytest.fixture
def marked(marked_texts: bytes, monkeypatch: pytest.MonkeyPatch):
    read = i18n._read

    def marked_or_read(code: str, domain: str) -> Translations:
        return Translations(io.BytesIO(marked_texts)) if (code, domain) == ("en", i18n.DESK) else read(code, domain)

    monkeypatch.setattr(i18n, "_read", marked_or_read)
    i18n.forget()
    yield
    monkeypatch.undo()
    i18n.forget()


@pytest.fixture
def place(marked, database, signed_in):
    """A trainer, and people in front of a diagnostic of their organisation."""

    class Place:
        def __init__(self) -> None:
            with database.begin() as db:
                crowd = Crowd.new(db)
                crowd.add(RIGHT, at=clock.now() - timedelta(hours=1))
                crowd.add({"SEC-01": "not_understood"}, stopped=None, current_item="SEC-02-a")
                self.diagnostic = crowd.diagnostic.id
            self.trainer = signed_in(organisation=crowd.member.organisation_id)
            self.csrf = world.csrf_of(self.trainer)

        def table(self, **headers: str) -> list[list[str]]:
            text = self.trainer.get(f"/diagnostics/{self.diagnostic}/attempts.csv", headers=headers).text
            return [line.split(";") for line in text.lstrip("\ufeff").splitlines()]

    return Place()


def test_a_table_has_its_headings_and_words_in_the_language_of_who_takes_it(place):
    english, french = place.table(**ENGLISH), place.table()
    assert english[0][:3] == ["‹personne›", "‹langue›", "‹état›"]
    assert {row[2] for row in english[1:]} == {"‹terminée›", "‹en cours›"}
    assert [[cell.strip("‹›") for cell in row] for row in english] == french


def test_the_rows_that_a_live_page_fetches_alone_speak_as_the_page_does(place):
    path = f"/diagnostics/{place.diagnostic}/live/rows?since=2000-01-01"
    assert "‹en cours›" in place.trainer.get(path, headers=ENGLISH).text
    french = place.trainer.get(path).text
    assert "en cours" in french
    assert "‹" not in french


def test_what_is_wrong_with_a_number_is_said_in_the_language_of_who_typed_it(place):
    form = {"csrf": place.csrf, "framework": USUAL_FRAMEWORK, "title": "Le nôtre", "questions": "0", "action": "keep"}
    english = place.trainer.post("/diagnostics/new", data=form, headers=ENGLISH)
    assert english.status_code == 422
    assert "‹Questions au plus : un nombre de 1 à 40.›" in english.text
    french = place.trainer.post("/diagnostics/new", data=form).text
    assert "Questions au plus : un nombre de 1 à 40." in french
    assert "‹" not in french


def test_a_refusal_of_the_desk_is_a_problem_in_the_language_of_who_asked(place):
    answer = place.trainer.get(f"/diagnostics/{place.diagnostic}/group.csv?since=2026-01-01", headers=ENGLISH)
    assert answer.status_code == 422
    assert "‹Ce tableau porte sur toutes les personnes" in answer.text
