"""The desk of a network, its jury and a team in English: no sentence of theirs stays French."""

from __future__ import annotations

import html
from collections.abc import Iterable

import pytest
from starlette.testclient import TestClient

from pathways.permissions import Role
from tests.badges.candidacy.candidates import DEFINITION as ASKED_FOR
from tests.badges.issuing.networking import DEFINITION as GIVEN
from tests.web import world
from tests.web.test_desk_english_two import english, left

__all__ = ["english"]
PARTS = ("texts", "picture", "jury", "lists", "renewal", "alignments")
KINDS = ("profile", "observation", "endorsements", "attendance", "sessions", "portfolio", "achievement", "attested")
PAGES = (
    *("/network", "/network/history", "/network/jury", "/network/keys", "/network/keys/{key_id}/compromise"),
    *("/network/badges", "/network/badges?q=zzzz", "/network/badges/{credential_id}", "/network/coverage"),
    *("/network/achievements", "/network/achievements/new", "/network/achievements/{achievement_id}"),
    *("/network/proposals/{proposal_slug}", "/network/achievements/{achievement_id}/publish"),
    *(f"/network/achievements/{{achievement_id}}/parts/{part}" for part in PARTS),
    "/network/achievements/{achievement_id}/criteria",
    *(f"/network/achievements/{{achievement_id}}/criteria/leaf?kind={kind}" for kind in KINDS),
    *("/sessions/{session_id}/badges", "/jury", "/jury/{request_id}", "/h/me/co-led"),
    *("/endorse/{endorse_token}/account", "/join/{join_token}/account"),
    *("/team", "/team/coverage", "/team/skills", "/team/targets", "/team/members/{member_id}"),
)
EMPTY = ("/network", "/jury", "/h/me/co-led", "/team", "/team/coverage", "/team/targets")
CONTENT = (
    *("Réseau du val", "reseau-du-val", "Un accueil", "Accueil et diagnostic partagé"),
    *(text for one in (GIVEN, ASKED_FOR) for text in one["texts"]["fr"].values()),
    *("Bénévole du numérique : aider à côté d'un professionnel", "Inclusion numérique : premiers usages"),
    "Le récit d'une séance ou d'un accompagnement, et ce qui l'a aidé. Deux pages au plus.",
)
"""What people called things, and what stands in a field to be written over."""


def french_left(browser: TestClient, pages: Iterable[str]) -> dict[str, list[str]]:
    """``{page: what stayed French}``, as somebody reads them who has the desk in English."""
    browser.cookies.set("desk", "en")
    wrong = {}
    for page in pages:
        reply = browser.get(page)
        assert reply.status_code == 200, (page, reply.text)
        text = html.unescape(reply.text).replace("\u00a0", " ")
        for content in CONTENT:
            text = text.replace(content, "")
        if said := list(left(text)):
            wrong[page] = said
    return wrong


@pytest.mark.slow
def test_every_sentence_of_these_pages_is_marked(english, signed_in, client, database):
    place = world.make(signed_in, client, database)
    assert french_left(place.administrator, map(place.path, PAGES)) == {}


def test_every_sentence_is_marked_for_whoever_has_nothing_yet(english, signed_in):
    assert french_left(signed_in(Role.ADMINISTRATOR), EMPTY) == {}
