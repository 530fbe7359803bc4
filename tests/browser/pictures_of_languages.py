"""Pictures of what a language is here: the same question in eleven of them, the workbench, a voice."""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import Browser

from pathways import i18n
from tests.browser.answering import choose
from tests.browser.camera import PHONE, a_page, at_the_desk, keep, take
from tests.browser.server import Server, response_to

QUESTION = "SEC-02-a"
ACROSS, GAP = 4, 24


def scene(server: Server, browser: Browser) -> None:
    keep(_gallery(server, browser), "languages")
    with at_the_desk(server, browser) as page:
        page.goto(f"{server.url}/translations/coverage")
        take(page, "coverage")
        page.goto(f"{server.url}/translations/{QUESTION}?framework=inclusion-numerique&lang=ti")
        take(page, "translation")


def _gallery(server: Server, browser: Browser) -> Image.Image:
    """The same question on eleven phones, four across."""
    shots = []
    for language in i18n.languages():
        with a_page(browser, PHONE, language) as page:
            attempt = server.begin(page, language, item=QUESTION, answered=("right",))
            page.goto(f"{server.url}/t/{attempt}")
            body = server.body(QUESTION)
            choose(page, body, response_to(body, right=True))
            page.mouse.move(0, 0)
            page.evaluate("scrollTo(0, 0)")
            page.evaluate("document.fonts.ready")
            page.wait_for_load_state("networkidle")
            shots.append(Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB"))
    wide, high = PHONE
    small = [shot.resize((wide, high), Image.Resampling.LANCZOS) for shot in shots]
    rows = -(-len(small) // ACROSS)
    sheet = Image.new("RGB", (ACROSS * (wide + GAP) + GAP, rows * (high + GAP) + GAP), "#ddd8cf")
    for number, shot in enumerate(small):
        place = (GAP + number % ACROSS * (wide + GAP), GAP + number // ACROSS * (high + GAP))
        sheet.paste(shot, place)
    return sheet
