"""The bank of questions in a browser: each page whole and legible, the form without a script, places drawn with one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import faults, focus_walk, told
from tests.browser.server import KINDS, Server
from tests.items.exchange_situations import CHOICE as CHOICE_ROW
from tests.items.exchange_situations import csv, numbered
from tests.items.test_pictures import image_of

CHOICE = {
    "Question": "Le lieu affiche un nom de réseau. Lequel choisissez-vous ?",
    "answers": ("celui de l'affiche", "le plus fort", "le premier"),
    "reveals": ("", "croit que fort veut dire sûr", "prend ce qui vient"),
}


@pytest.fixture(autouse=True)
def _an_incomplete_form_is_refused(recorder):
    recorder.allow("status of 422")  # the browser complains of it; the page says what is missing


def write(page: Page, server: Server, stem: str = CHOICE["Question"]) -> None:
    """The form of a question with one right answer, filled in as a person does."""
    page.goto(f"{server.url}/items/new")
    page.get_by_role("link", name="Une bonne réponse").click()
    page.get_by_label("Micro-compétence").select_option("CNX-01")
    page.get_by_label("Question", exact=True).fill(stem)
    for number, (text, reveals) in enumerate(zip(CHOICE["answers"], CHOICE["reveals"], strict=True)):
        group = page.get_by_role("group", name=f"Réponse {number + 1}")
        group.get_by_label("Texte").fill(text)
        group.get_by_label("Sinon").fill(reveals)
    page.get_by_role("group", name="Réponse 1").get_by_label("C'est une bonne réponse").check()


def save_on_purpose(page: Page) -> None:
    """Another of these tests may have written nearly the same question."""
    with page.expect_navigation():
        page.get_by_role("button", name="Enregistrer", exact=True).last.click()
    twin = page.get_by_role("button", name="Enregistrer quand même")
    if twin.is_visible():
        with page.expect_navigation():
            twin.click()


def pages(server: Server, page: Page) -> Iterator[str]:
    server.sign_in(page)

    def at(path: str) -> str:
        page.goto(server.url + path)
        return path

    yield at("/items")
    yield at("/items?words=zzz")
    for item in KINDS.values():
        yield at(f"/items/{item}")
    yield at(f"/items/{KINDS['zone']}?lang=ar")
    yield at("/items/new")
    for kind in ("choice", "pictures", "zone", "order", "match", "text", "observed"):
        yield at(f"/items/new?kind={kind}")
    yield at(f"/items/new?copy={KINDS['zone']}")
    page.get_by_role("button", name="Voir comme un apprenant").click()
    yield "the form of a zone with its preview"
    page.goto(f"{server.url}/items/new?kind=choice")
    page.get_by_role("button", name="Enregistrer").last.click()
    yield "the form with everything missing"
    yield from import_pages(server, page)
    yield at("/ladders")
    page.get_by_label("Titre").fill("Notre lieu")
    page.get_by_role("button", name="Créer").click()
    page.get_by_label("Titre : un geste").first.fill("x")
    page.get_by_role("button", name="Enregistrer").last.click()
    yield "a ladder with a title that is too short"


@pytest.mark.slow
def import_pages(server: Server, page: Page) -> Iterator[str]:
    """A file that cannot be read, one with mistakes, a good one, and what was done with it."""
    at = str(page.viewport_size)  # another test imports another question
    files = {
        "that is no table": "code;é".encode("cp1252"),
        "with mistakes": csv(numbered(1), numbered(2, micro_competence="XXX-99", type="devinette", reponse_1_juste="")),
        "to be imported": csv(
            CHOICE_ROW, numbered(3, question=f"Une question écrite tout au long de sa ligne {at} ? " * 3)
        ),
    }
    page.goto(f"{server.url}/items/import")
    yield "/items/import"
    for name, body in files.items():
        page.goto(f"{server.url}/items/import")
        page.get_by_label("Fichier", exact=True).set_input_files(
            {"name": "q.csv", "mimeType": "text/csv", "buffer": body}
        )
        page.get_by_role("button", name="Examiner le fichier").click()
        yield f"a file {name}"
    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_role("status")).to_contain_text("C'est fait")
    yield "a file that was imported"


@pytest.mark.slow
def test_every_page_of_the_bank(server, page_at):
    page = page_at(320)
    found = {name: faults(page, targets=False) for name in pages(server, page)}
    wrong = told(found)
    assert not wrong, wrong


@pytest.mark.slow
def test_the_focus_is_in_sight(server, page_at):
    page = page_at(1280)
    found = {name: focus_walk(page, most=60) for name in pages(server, page)}
    wrong = told(found)
    assert not wrong, wrong


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.slow
def test_a_question_is_written_seen_changed_and_translated(server, page_at, javascript):
    page = page_at(360, javascript=javascript)
    server.sign_in(page)
    stem = f"{CHOICE['Question']} {'avec' if javascript else 'sans'}"
    write(page, server, stem)
    page.get_by_label("Image", exact=False).first.set_input_files(
        {"name": "plan.png", "mimeType": "image/png", "buffer": image_of("PNG")}
    )
    page.get_by_role("button", name="Enregistrer").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Il manque quelque chose ici")
    page.get_by_label("Décrivez l'image").first.fill("une affiche au mur")
    page.get_by_label("Aperçu en").select_option("ar")
    page.get_by_role("button", name="Voir comme un apprenant").click()
    preview = page.locator(".as-learner")
    expect(preview).to_have_attribute("dir", "rtl")
    expect(preview.get_by_role("img")).to_be_visible()
    save_on_purpose(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(stem)
    page.get_by_role("link", name="traduire").first.click()
    for number, box in enumerate(page.get_by_role("textbox").all()):
        box.fill(f"text {number}")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".as-learner")).to_contain_text("text 0")
    page.locator(".links a[href^='/items/']").click()
    page.get_by_role("link", name="Modifier").click()
    page.get_by_label("Question", exact=True).fill(f"{stem} vraiment")
    save_on_purpose(page)
    expect(page.get_by_text("· révision 2 ·")).to_be_visible()


def test_places_in_a_picture_are_drawn(server, page_at):
    page = page_at(1280)
    server.sign_in(page)
    page.goto(f"{server.url}/items/new?copy={KINDS['zone']}")
    group = page.get_by_role("group", name="Réponse 1")
    left = group.get_by_label("Depuis la gauche")
    left.focus()
    drawing = page.locator(".drawing")
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.up()
    picture = page.locator("img[data-zones]")
    width = float(picture.get_attribute("data-width") or 0)
    assert abs(float(left.input_value()) - width / 4) <= 2
    assert abs(float(group.get_by_label("Largeur").input_value()) - width / 4) <= 2
