"""Pictures of the main screens, for the README and the guides: `make screenshots` writes docs/pictures/*.png.

They are the product's own screens, drawn by the test browser with the test fonts. Nothing in them is left to chance
(codes, ids and dates are set), so that a picture changes only when its screen does.
"""

from __future__ import annotations

import itertools
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from pathways import i18n, ids
from pathways.diagnostics.models import Attempt, Diagnostic
from tests.browser.answering import choose
from tests.browser.server import Server, response_to, running
from tests.parts import ROOT
from tests.parts.browser import launched

FOLDER = ROOT / "docs" / "pictures"
TITLE, CODE = "Avant l'atelier téléphone", "C7M4QH"
WHEN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
PHONE, LONG, DESK, SHEET = (360, 740), (360, 1240), (1280, 900), (794, 1123)  # CSS pixels; the last is A4
ANSWERED = (
    *("right", "dont_know", "right", "wrong", "right", "not_understood"),
    *("dont_know", "right", "wrong", "right", "right", "right"),
)
CHOSEN = ("GES-04", "GES-05", "CNX-01", "CNX-02", "MEL-01", "MEL-03", "MEL-04", "MDP-01", "MDP-02", "SEC-01", "SEC-02")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    numbers = (uuid.UUID(int=number, version=4) for number in itertools.count(1))
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(ids, "random_id", side_effect=numbers),
        running(Path(folder), public="http://pathways.example") as server,
        launched() as browser,
    ):
        server.publish(title=TITLE)
        _settle(server)
        _learner(server, browser)
        _trainer(server, browser)
    for path in sorted(FOLDER.glob("*.png")):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")


def _learner(server: Server, browser: Browser) -> None:
    with _page(browser, PHONE, "ar") as page:
        page.goto(f"{server.url}/q/{CODE}")
        _take(page, "wall")
    for name, language, item, dark in (
        ("question-ar", "ar", "SEC-02-a", False),
        ("question-ar-dark", "ar", "SEC-02-a", True),
        ("question-uk", "uk", "MEL-04-a", False),
        ("question-order", "fr", "CNX-02-a", False),
    ):
        with _page(browser, PHONE, language, dark=dark) as page:
            attempt = server.begin(page, language, item=item, answered=("right", "right"), code=CODE)
            page.goto(f"{server.url}/t/{attempt}")
            body = server.body(item)
            response = response_to(body, right=True)
            choose(page, body, response[:2] if body["kind"] == "order" else response)
            page.mouse.move(0, 0)
            page.evaluate("scrollTo(0, 0)")
            _take(page, name)
    with _page(browser, LONG, "ar") as page:
        attempt = server.begin(page, "ar", answered=ANSWERED, code=CODE)
        server.finish(attempt)
        page.goto(f"{server.url}/t/{attempt}/result")
        _take(page, "result-ar")


def _trainer(server: Server, browser: Browser) -> None:
    with _page(browser, DESK, "fr") as page:
        attempt = server.begin(page, "uk", answered=ANSWERED, code=CODE)
        server.finish(attempt)
        _settle(server)
        server.sign_in(page)
        page.goto(f"{server.url}/diagnostics/new")
        page.get_by_role("textbox", name="Titre").fill("Avant l'atelier courriel")
        for skill in CHOSEN:
            page.locator(f"input[value={skill}]").check()
        with page.expect_navigation():
            page.get_by_role("button", name="Chercher et calculer").click()
        _take(page, "composer")
        page.goto(f"{server.url}/profiles/{attempt}")
        _take(page, "profile")
        page.goto(f"{server.url}/diagnostics/{server.diagnostic(CODE)}/poster")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": SHEET[0], "height": SHEET[1]})
        _take(page, "poster")


def _settle(server: Server) -> None:
    """Give the diagnostic its code, and every attempt its date."""
    with server.database.begin() as db:
        db.execute(sa.update(Diagnostic).where(Diagnostic.title == TITLE).values(code=CODE))
        db.execute(sa.update(Attempt).values(started_at=WHEN))


@contextmanager
def _page(browser: Browser, size: tuple[int, int], language: str, *, dark: bool = False) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=1 if size == DESK else 1.5,
        has_touch=size != DESK,
        locale=i18n.language(language).tag,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def _take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled", caret="hide")


if __name__ == "__main__":
    main()
