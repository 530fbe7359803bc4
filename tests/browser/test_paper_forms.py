"""Paper forms in the browser: printed in black and white, typed by the keyboard alone, counted in keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pathways import i18n
from tests.browser.checks import faults, told
from tests.browser.server import Server
from tests.browser.test_paper import on_paper, pages_of

SKILLS = ("SEC-01", "SEC-02", "MDP-01", "MDP-04", "MEL-03", "CNX-01", "GES-04", "NAV-03", "FIC-01", "ADM-04", "ADM-02")


@pytest.fixture
def sheets(server: Server, page_at, recorder) -> tuple[Page, str]:
    """A signed-in page, and the code of the form of a diagnostic of ten questions."""
    recorder.allow("status of 4(22|04)")
    page = page_at(1280)
    server.sign_in(page)
    return page, form_of(server, page, "fr")


def form_of(server: Server, page: Page, language: str, *, skills: tuple[str, ...] = SKILLS) -> str:
    code = server.publish(title="Sur papier", skills=skills, questions=10)
    page.goto(f"{server.url}/diagnostics/{server.diagnostic(code)}/paper")
    page.locator(f"form:has(input[value={language}]) button").click()
    page.wait_for_url("**/print")
    return page.url.split("/")[-2]


def keys_of(page: Page, server: Server, code: str) -> list[str]:
    page.goto(f"{server.url}/paper/{code}/grid?key=1")
    return page.locator("td:nth-child(4) b").all_inner_texts()


@pytest.mark.slow
def test_ten_sheets_in_a_row_by_keyboard_alone(server, sheets):
    page, code = sheets
    keys = keys_of(page, server, code)
    assert len(keys) == 10
    page.goto(f"{server.url}/paper")
    page.locator("#code:focus").wait_for()
    page.keyboard.type(code.lower())
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/paper/{code}")
    seen = set()
    for _ in range(10):
        page.locator("#w1:focus").wait_for()
        pressed = 0
        for sign in "".join(keys):
            page.keyboard.press(sign)
            pressed += 1
        with page.expect_navigation():
            page.keyboard.press("Enter")
        pressed += 1
        seen.add(page.locator(".notice.good b").inner_text())
        assert pressed <= 15, f"{pressed} keys for {keys}"
    assert len(seen) >= 9  # two birds of ten may bear one name


def test_more_boxes_than_right_ones_are_typed_by_keyboard(server, sheets):
    page, _ = sheets
    code = form_of(server, page, "fr", skills=("SEC-01",))
    page.goto(f"{server.url}/paper/{code}")
    several = page.locator("input[data-open]").first
    several.focus()
    page.keyboard.type("AB")
    expect(several).not_to_be_focused()
    page.keyboard.press("Backspace")
    page.keyboard.press("C")
    assert several.input_value() == "ABC"
    expect(several).not_to_be_focused()


@pytest.mark.slow
def test_without_javascript_a_sheet_is_one_line_and_enter(server, page_at, recorder):
    recorder.allow("status of 422")
    page = page_at(360, javascript=False)
    server.sign_in(page)
    code = form_of(server, page, "fr")
    keys = keys_of(page, server, code)
    page.goto(f"{server.url}/paper/{code}")
    page.get_by_label("Ou tout d'un coup").fill("".join(keys))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".notice.good").is_visible()


@pytest.mark.slow
def test_a_wrong_sign_and_a_missing_one_are_said_where_they_are(server, sheets):
    page, code = sheets
    page.goto(f"{server.url}/paper/{code}")
    fields = page.locator("input[name=words]")
    fields.nth(0).fill("Z")
    page.locator("button.primary").click()
    assert "Question 1" in page.locator("[role=alert]").inner_text()
    assert fields.nth(0).input_value() == "Z"
    fields.nth(0).fill("A")
    page.locator("button.primary").click()
    assert "Il manque 9 réponses" in page.locator("[role=alert]").inner_text()
    page.get_by_role("button", name="Enregistrer ainsi").click()
    assert page.locator(".notice.good").is_visible()
    page.get_by_role("link", name="Corriger").click()
    page.locator("input[name=words]").nth(0).fill("0")
    page.get_by_role("button", name="Enregistrer les corrections").click()
    page.wait_for_url("**/profiles/*")


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.slow
def test_the_sheets_print_in_black_and_white(server, page_at, recorder, language):
    page = page_at(1280)
    server.sign_in(page)
    form_of(server, page, language)
    assert page.evaluate("document.dir") == i18n.language(language).dir
    assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
    on_paper(page)
    assert page.locator("button:visible").count() == 0
    sizes = pages_of(page.pdf(prefer_css_page_size=True))
    assert 2 <= len(sizes) <= 7
    colours = page.evaluate(
        "[...document.querySelectorAll('.question *')].map(one => getComputedStyle(one))"
        ".flatMap(style => [style.color, style.borderTopColor])"
    )
    grey = re.compile(r"rgba?\((\d+), (\d+), (\d+)")
    for colour in set(colours):
        found = grey.match(colour)
        assert found, colour
        assert len({*found.groups()}) == 1, colour


@pytest.mark.slow
def test_the_pages_of_paper_are_accessible(server, sheets):
    page, code = sheets
    found = {}
    for path in ("/paper", f"/paper/{code}", f"/paper/{code}/grid", f"/paper/{code}/print", "/paper/222222"):
        page.goto(server.url + path)
        found[path] = faults(page, targets=False)
    wrong = told(found)
    assert not wrong, wrong
