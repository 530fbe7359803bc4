"""Pictures of how a diagnostic decides: why these questions, and what a diagnostic can do."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.browser.camera import at_the_desk, take
from tests.browser.server import Server

ANSWERED = (
    *("right", "right", "dont_know", "right", "not_understood", "wrong"),
    *("right", "dont_know", "right", "right", "dont_know", "right"),
)


def certainty(server: Server, browser: Browser) -> None:
    with at_the_desk(server, browser) as page:
        attempt = server.begin(page, "uk", answered=ANSWERED)
        server.finish(attempt)
        page.goto(f"{server.url}/profiles/{attempt}/reasons")
        take(page, "reasons")
        page.locator(".reasons").evaluate("list => scrollTo(0, list.getBoundingClientRect().top + scrollY - 90)")
        take(page, "reasons-steps")
        page.goto(f"{server.url}/diagnostics/{server.diagnostic(server.code)}/audit")
        take(page, "audit")
