"""The browser, the server in front of it, and pages that fail their test when they misbehave."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.server import Server, running
from tests.parts.browser import Recorder, launched, open_page

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("browser")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for this folder and this process, not for the whole session: Playwright keeps an event loop
    running in the main thread, in which no other test could call `asyncio.run`."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, template: Callable[[str], str]) -> Iterator[Server]:
    """The product as people meet it: a process of its own with the shipped content and the demonstration. One for all
    these tests, since to start it takes longer than most of them: each looks at what it made itself.
    """
    folder = tmp_path_factory.mktemp("server")
    shutil.copyfile(template("sqlite").removeprefix("sqlite:///"), folder / "pathways.sqlite3")
    with running(folder) as server:
        yield server


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """What the pages of this test did wrong. `recorder.allow(pattern)` expects a problem."""
    recorder = Recorder()
    yield recorder
    assert recorder.unexpected == []


@pytest.fixture
def page_at(chromium: Browser, recorder: Recorder) -> Iterator[Callable[..., Page]]:
    """`page_at(320, "ar", javascript=False)`: a page that wide, for a reader of that language."""
    pages: list[Page] = []

    def opened(width: int = 360, lang: str = "fr", *, javascript: bool = True) -> Page:
        pages.append(open_page(chromium, recorder, width=width, lang=lang, javascript=javascript))
        return pages[-1]

    yield opened
    for page in pages:
        page.context.close()
