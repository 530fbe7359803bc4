"""What the learner's first pages weigh, and how long the next question takes on a slow link, in Chromium."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.report import Figure, Section
from benchmarks.served import KINDS, prepared
from tests.parts.browser import launched
from tests.slow.instance import Instance

LANGUAGES = ("fr", "ar")
QUESTIONS = 5
FIRST, QUESTION, NEXT = 60.0, 30.0, 3.0
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
HOW = f"""\
Chromium at 360 px. Bytes are those that crossed the network (headers and body, compressed), with nothing in the cache:
the page, its styles, scripts and icon; pictures of questions are given apart. The time to the next question goes from
the touch that answers to the moment when the next one can be answered (its page complete, its buttons visible), through
the browser's own throttling (50 kB/s both ways, 400 ms for each exchange), styles and scripts being in the cache by
then; median of {QUESTIONS} questions, pictures included."""


@dataclass
class Traffic:
    """Bytes received by one page, by address."""

    page: Page
    sizes: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._addresses: dict[str, str] = {}
        self.session = self.page.context.new_cdp_session(self.page)
        self.session.on("Network.requestWillBeSent", self._sent)
        self.session.on("Network.loadingFinished", self._finished)
        self.session.send("Network.enable")

    def _sent(self, event: dict[str, Any]) -> None:
        self._addresses[event["requestId"]] = event["request"]["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        address = self._addresses[event["requestId"]]
        self.sizes[address] = self.sizes.get(address, 0) + event["encodedDataLength"]

    def kilobytes(self) -> tuple[float, float]:
        """Without pictures of questions, and those."""
        pictures = sum(size for address, size in self.sizes.items() if "/media/" in address)
        return (sum(self.sizes.values()) - pictures) / 1000, pictures / 1000


def measure() -> Section:
    with prepared(KINDS[0]) as at, Instance(at.folder / "instance", at.url, code=at.code) as instance:
        address = f"http://127.0.0.1:{instance.port}"
        with launched() as browser:
            figures = [one for language in LANGUAGES for one in _of(browser, address, at.code, language)]
    return Section("Pages of the learner", HOW, figures)


def _of(browser: Browser, address: str, code: str, language: str) -> Iterator[Figure]:
    with _visit(browser, language) as context:
        kilobytes, _ = _weigh(context.new_page(), f"{address}/q/{code}")
    yield Figure(
        f"{language}: first screen (choice of the language)",
        f"{kilobytes:.1f} kB",
        f"< {FIRST:.0f} kB",
        kilobytes < FIRST,
    )
    with _visit(browser, language) as context:
        page = context.new_page()
        _begin(page, address, code, language)
        state = context.storage_state()
        question = page.url
    with _visit(browser, language, storage_state=state) as context:  # the same learner, on a device with nothing in it
        page = context.new_page()
        kilobytes, pictures = _weigh(page, question)
        yield Figure(
            f"{language}: one question, everything cold",
            f"{kilobytes:.1f} kB, and {pictures:.1f} kB of pictures",
            f"< {QUESTION:.0f} kB without pictures",
            kilobytes < QUESTION,
        )
        context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW)
        seconds = [_next(page) for _ in range(QUESTIONS)]
        took = statistics.median(seconds)
        yield Figure(
            f"{language}: the next question on a slow link",
            f"{took:.1f} s ({min(seconds):.1f} to {max(seconds):.1f})",
            f"<= {NEXT:.0f} s",
            took <= NEXT,
        )
    print(f"pages: {language} done", flush=True)


def _visit(browser: Browser, language: str, **more: Any) -> BrowserContext:
    """A phone that comes for the first time."""
    return browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, locale=language, **more)


def _weigh(page: Page, address: str) -> tuple[float, float]:
    traffic = Traffic(page)
    page.goto(address, wait_until="networkidle")
    return traffic.kilobytes()


def _begin(page: Page, address: str, code: str, language: str) -> None:
    """To the first question, past the practice."""
    page.goto(f"{address}/q/{code}/{language}")
    page.click("main form button.primary, form button.primary")
    page.wait_for_url("**/practice")
    page.goto(page.url.removesuffix("/practice"))


def _next(page: Page) -> float:
    """Answer "I do not understand", which always has a next question: the seconds until that can be answered."""
    before = page.input_value("form[data-kind] input[name=item]")
    begun = time.perf_counter()
    page.click("form[data-kind] button[value=not_understood]", no_wait_after=True)
    page.locator(
        f"form[data-kind]:has(input[name=item]:not([value='{before}'])) button[value=not_understood]"
    ).wait_for()
    page.wait_for_load_state("load")
    return time.perf_counter() - begun
