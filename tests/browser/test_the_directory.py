"""The directory in a browser: each of its pages accessible, whole and at home, and a search by touch alone."""

from __future__ import annotations

import re

import pytest

from pathways import i18n
from tests.browser import booking
from tests.browser.checks import faults, told
from tests.browser.server import Server

pytestmark = pytest.mark.slow  # minutes of axe: what a page says is in the quick tests


@pytest.fixture(scope="module")
def offered(server: Server):
    return booking.offer(server)


@pytest.mark.parametrize("language", ["fr", "ar", "ti"])
def test_every_page_is_accessible_and_prints(server, offered, page_at, language):
    page = page_at(320, i18n.language(language).tag)
    found = {}
    for path in ("/near", "/near?language=fr", "/near/sessions", "/near/vans", "/near/embed?language=ps"):
        page.goto(server.url + path)
        wrong = faults(page, printed=True)
        # Names of languages stand in a list in their own letters: whoever speaks one has them on their telephone.
        found[path] = [one for one in wrong if len(one) > 1 and not re.fullmatch(r"printed: .", one)]
    assert told(found) == ""


def test_one_searches_without_scripts_and_comes_to_a_session(server, offered, page_at):
    page = page_at(320, "fr", javascript=False)
    page.goto(f"{server.url}/")
    page.locator('a[href="/near"]').first.click()
    page.locator("button.primary").click()
    page.goto(f"{server.url}/near/sessions")
    wanted, further = page.locator(f'a[href="/s/{offered.code}"]'), page.locator('a[rel="next"]')
    while not wanted.count() and further.count():  # the server is that of every test: theirs come before, day by day
        with page.expect_navigation(wait_until="domcontentloaded"):  # half a page has neither of the two
            further.click()
    wanted.click()
    assert page.url.endswith(f"/s/{offered.code}")
