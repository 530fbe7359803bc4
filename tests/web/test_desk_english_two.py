"""The pages of people, questions, ladders and files in English: no sentence of theirs stays French."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from pathways import i18n
from pathways.items.flaws import Flaw
from pathways.items.uploads import LONGEST_FIELD, SALVAGED
from pathways.permissions import Role
from pathways.texts import salvaged
from tests.web import world

PAGES = (
    *("/account", "/organisation", "/organisation/habits", "/organisation/journal", "/server"),
    *("/sign-in", "/forgotten"),
    *("/items", "/items?words=zzzz", "/items/{item_code}", "/items/{item_code}/edit", "/items/new", "/items/import"),
    *(f"/items/new?kind={kind}" for kind in ("choice", "zone", "pictures", "order", "match", "text", "observed")),
    *("/ladders", "/ladders/{ladder_id}"),
    *("/profiles/{attempt_id}/reasons", "/diagnostics/{diagnostic_id}/audit"),
    *("/learners", "/learners/{file_id}", "/learners/{file_id}/erase", "/profiles/{attempt_id}/file"),
)
FRENCH = re.compile(
    r"[éèêàçùîûœ«]|\b(le|la|les|une?|des|du|de|pas|est|votre|cette?|et|ou|pour|dans|nouvelle?|langue|réponse)\b",
    re.IGNORECASE,
)
NAMES = {"Une structure", "Une personne"}
"""Of the organisation and of the member, as a test has typed them."""
SAID = re.compile(r"⟦[^⟦⟧]*⟧")


class Pseudo:
    """A catalogue in which every marked text is told from every other one."""

    def ugettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ungettext(self, singular: str, plural: str, number: int) -> str:
        return f"⟦{singular if number == 1 else plural}⟧"


@pytest.fixture
def english(monkeypatch) -> None:
    real = i18n.catalogue
    monkeypatch.setattr(i18n, "catalogue", lambda code: Pseudo() if code == "en" else real(code))


class Texts(HTMLParser):
    """What is read or heard on a page, but for what is content: names, and French that says so."""

    VOID = frozenset({"input", "img", "br", "meta", "link", "hr"})
    HEARD = ("aria-label", "placeholder", "alt", "title")

    def __init__(self) -> None:
        super().__init__()
        self.content: list[bool] = [False]
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        is_content = self.content[-1] or tag in {"bdi", "style", "script"} or said.get("lang", "en") != "en"
        is_content = is_content and tag != "html"
        if not is_content:
            self.found += [text for name in self.HEARD if (text := said.get(name))]
        if tag not in self.VOID:
            self.content.append(is_content)

    def handle_endtag(self, tag):
        if tag not in self.VOID and len(self.content) > 1:
            self.content.pop()

    def handle_data(self, data):
        if not self.content[-1]:
            self.found.append(data)


def left(page: str) -> Iterator[str]:
    texts = Texts()
    texts.feed(page)
    whole = " | ".join(texts.found)
    while SAID.search(whole):
        whole = SAID.sub("", whole)
    for text in (" ".join(one.split()) for one in whole.split("|")):
        if FRENCH.search(text) and text not in NAMES:
            yield text


@pytest.mark.slow
def test_every_sentence_of_these_pages_is_marked(english, signed_in, client, database):
    place = world.make(signed_in, client, database)
    place.administrator.cookies.set("desk", "en")
    invited = {"csrf": world.csrf_of(place.administrator), "role": "trainer"}
    shown = place.administrator.post("/organisation/invitations", data=invited).text
    invitation = re.findall(r"/invitation/[\w-]+", shown)[0]
    wrong = {}
    for page in (*PAGES, invitation):
        reply = place.administrator.get(place.path(page))
        assert reply.status_code == 200, (page, reply.text)
        if said := list(left(reply.text)):
            wrong[page] = said
    assert wrong == {}


def test_what_is_wrong_with_a_form_is_said_in_english(english, signed_in, client):
    administrator = signed_in(Role.ADMINISTRATOR)
    administrator.cookies.set("desk", "en")
    form = {"csrf": world.csrf_of(administrator), "questions": "0", "languages": "fr"}
    assert "⟦Le nombre de questions va de 1 à 40.⟧" in administrator.post("/organisation/habits", data=form).text
    client.cookies.set("desk", "en")
    refused = client.post("/sign-in", data={"email": "nobody@example.org", "password": "x"})
    assert "⟦Adresse e-mail ou mot de passe incorrect.⟧" in refused.text


def test_a_stranger_s_form_speaks_the_language_of_its_page_not_that_of_the_browser(english, client):
    client.cookies.set("desk", "fr")
    refused = client.post(
        "/sign-in", data={"email": "nobody@example.org", "password": "x"}, headers={"accept-language": "en"}
    )
    assert "Adresse e-mail ou mot de passe incorrect." in refused.text
    assert "⟦" not in refused.text


def test_a_flaw_is_french_for_files_whatever_is_spoken(english):
    flaw = Flaw(("stem",), "shape", "il faut au moins %(least)s réponses (orders)", values={"least": 2})
    with i18n.speaking("en"):
        assert flaw.french == "il faut au moins 2 réponses (orders)"
        assert flaw.said() == "⟦il faut au moins 2 réponses⟧"


def test_what_is_salvaged_of_a_field_is_said_in_marked_sentences():
    long, invisible = salvaged("a" * (LONGEST_FIELD + 1), LONGEST_FIELD)[1], salvaged("a\x07", LONGEST_FIELD)[1]
    assert (long, invisible) == SALVAGED
