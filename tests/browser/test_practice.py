"""Practice screens on a small phone, from right to left, by keyboard and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from pathways.learning.practice import loading
from pathways.learning.practice.documents import PracticeDocument
from tests.browser.checks import faults, focus_walk, told
from tests.browser.server import Server

pytestmark = pytest.mark.slow  # eighty screens, and axe on each
PRACTICES = {one.document.code: one.document for one in loading.practices("inclusion-numerique")}


def screens(server: Server, page: Page, practice: PracticeDocument, tag: str) -> Iterator[str]:
    """Bring up the first page, each screen (where there is a form, as the site refuses it empty), and the end."""
    door = f"{server.url}/practice/{practice.code}?lang={tag}"
    page.goto(door)
    yield "intro"
    for screen in practice.screens:
        page.goto(f"{door}&step={screen.id}")
        if sends := [one for one in screen.actions if one.sends]:
            page.locator(f".acts button[value={sends[0].id}]").click()
        yield screen.id
    first, second = practice.mistakes[:2]
    page.goto(f"{door}&step=end&noted={first.id}&mended={second.id}")
    yield "end"


@pytest.mark.parametrize("practice", PRACTICES.values(), ids=PRACTICES)
@pytest.mark.parametrize("tag", ["ar", "fr"])
def test_every_screen(server, page_at, practice, tag):
    page, whole = page_at(320, tag), tag == "fr"  # in Arabic, the smallest phone; in French, all that there is
    found = {
        name: faults(page, wide=whole, dark=whole, forced=name == "intro")
        for name in screens(server, page, practice, tag)
    }
    wrong = told(found)
    assert not wrong, wrong


@pytest.mark.parametrize("code", ["remplir-un-formulaire", "joindre-une-photo", "lire-et-repondre"])
def test_the_focus_is_always_in_sight(server, page_at, code):
    page = page_at(320, "ar")
    page.set_viewport_size({"width": 320, "height": 600})
    found = {name: focus_walk(page) for name in screens(server, page, PRACTICES[code], "ar")}
    wrong = told(found)
    assert not wrong, wrong


def test_a_form_is_filled_in_by_keyboard_without_javascript_and_corrected(server, page_at):
    page = page_at(320, "fr", javascript=False)
    page.goto(f"{server.url}/practice/remplir-un-formulaire")
    page.get_by_role("link", name="Commencer").click()
    page.get_by_label("Nom de famille").fill("EXEMPLE")
    page.get_by_label("Date de naissance").fill("03/05/1990")
    page.get_by_label("Code postal").fill("350")
    page.get_by_label("E-mail").fill("exemple@courriel.example")
    page.get_by_label("J'accepte").focus()
    page.keyboard.press("Space")
    page.get_by_label("E-mail").press("Enter")  # what the main button does, and no other
    expect(page.get_by_text("Le code postal doit contenir 5 chiffres.")).to_be_visible()
    expect(page.get_by_label("Date de naissance")).to_have_value("03/05/1990")
    page.get_by_label("Code postal").fill("35000")
    page.get_by_role("button", name="Envoyer").last.click()
    page.get_by_role("button", name="Terminer").last.click()
    expect(page.get_by_role("heading", name="Ce que vous avez corrigé")).to_be_visible()
    expect(page.get_by_text("Vous avez écrit le mois avant le jour.")).to_be_visible()
    page.go_back()  # no form is sent twice
    expect(page.get_by_role("heading", name="Demande envoyée")).to_be_visible()


def test_a_photo_of_ones_own_never_leaves_the_device(server, page_at, tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8 something private")
    page = page_at(320, "fr")
    page.goto(f"{server.url}/practice/joindre-une-photo?step=own")
    page.locator("input[type=file]").set_input_files(photo)
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="Terminer").last.click()
    assert "private" not in (sent.value.post_data or "")
    assert "photo.jpg" not in (sent.value.post_data or "")
    expect(page.get_by_role("heading", name="L'exercice est fini")).to_be_visible()
