"""How a screen becomes a picture: the sizes, the person in front of it, few colours."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page

from pathways import i18n
from tests.browser.server import Server
from tests.parts import ROOT

FOLDER = ROOT / "docs" / "pictures"
PHONE, LONG, DESK, SHEET = (360, 740), (360, 1240), (1280, 900), (794, 1123)  # CSS pixels; the last is A4
COLOURS = 128
MARGIN = 45


@contextmanager
def at_the_desk(server: Server, browser: Browser) -> Iterator[Page]:
    """A page of the signed-in trainer."""
    with a_page(browser, DESK, "fr") as page:
        server.sign_in(page)
        yield page


@contextmanager
def a_page(browser: Browser, size: tuple[int, int], language: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=1 if size == DESK else 1.5,
        has_touch=size != DESK,
        locale=i18n.language(language).tag,
        timezone_id="Europe/Paris",
        color_scheme="light",
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def take(page: Page, name: str, *, of: str = "") -> None:
    """Photograph what is in the window, or one element; a palette makes the file a third as large."""
    page.wait_for_load_state("networkidle")
    shoot: Callable[..., bytes] = page.locator(of).screenshot if of else page.screenshot
    keep(Image.open(io.BytesIO(shoot(animations="disabled", caret="hide"))).convert("RGB"), name)


def take_sheet(page: Page, name: str) -> None:
    """Photograph the first sheet of a page that is printed, with the white that a printer leaves around it."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": SHEET[0] - 2 * MARGIN, "height": SHEET[1] - 2 * MARGIN})
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")
    keep(ImageOps.expand(picture, MARGIN, "white"), name)
    page.emulate_media(media="screen")


def keep(picture: Image.Image, name: str) -> None:
    small = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(FOLDER / f"{name}.png", optimize=True)
