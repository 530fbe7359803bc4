"""What is handed over on paper: nothing of the screen on it, whole, and the poster on one page."""

import re

import pytest
from playwright.sync_api import Page

from pathways import i18n
from tests.parts.browser import no_horizontal_scroll

A4 = (595, 842)  # points


def pages_of(pdf: bytes) -> list[tuple[float, float]]:
    """The sizes of the pages of a PDF that the browser made, in points."""
    boxes = re.findall(rb"/Type\s*/Page\b(?!s).*?/MediaBox\s*\[([^\]]*)\]", pdf, re.DOTALL)
    return [(float(box.split()[2]), float(box.split()[3])) for box in boxes]


def on_paper(page: Page) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})  # A4
    assert page.locator(".screen:visible").count() == 0
    assert no_horizontal_scroll(page) == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.slow
def test_the_poster_is_one_page(server, page_at, dark):
    page = page_at(1280)
    page.emulate_media(color_scheme="dark" if dark else "light")
    server.sign_in(page)
    page.goto(f"{server.url}/diagnostics/{server.diagnostic(server.code)}/poster")
    assert page.locator("[data-print]").is_visible()
    on_paper(page)
    box = page.locator("svg.qr").bounding_box()
    assert box is not None
    assert box["width"] >= 250  # seen from two metres
    module = page.locator("svg.qr path").last.bounding_box()
    assert module is not None
    assert module["x"] >= box["x"]
    assert module["x"] + module["width"] <= box["x"] + box["width"]
    sizes = pages_of(page.pdf(prefer_css_page_size=True, print_background=True))
    assert sizes == [pytest.approx(A4, abs=1)]


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("dark", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_the_result_is_paper_too(server, page_at, language, dark):
    page = page_at(360, i18n.language(language).tag)
    page.emulate_media(color_scheme="dark" if dark else "light")
    attempt = server.begin(page, language, answered=("right", "wrong", "right", "not_understood", "dont_know", "right"))
    server.finish(attempt)
    page.goto(f"{server.url}/t/{attempt}/result")
    assert page.locator("[data-print]").is_visible()
    on_paper(page)
    assert page.locator(".group").count() >= 2
    assert page.locator("span.code").is_visible()  # to go on later, it must be on the paper
    assert page.evaluate("getComputedStyle(document.querySelector('.group')).breakInside") == "avoid"
    assert len(pages_of(page.pdf())) <= 3


def test_the_profile_prints_without_the_desk_around_it(server, page_at):
    page = page_at(1280)
    attempt = server.begin(page, "uk", answered=("right", "wrong", "right"))
    page.context.clear_cookies()
    server.sign_in(page)
    page.goto(f"{server.url}/profiles/{attempt}")
    on_paper(page)
    assert page.locator("nav").is_hidden()
    assert page.get_by_role("button", name="Se déconnecter").is_hidden()
