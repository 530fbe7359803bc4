"""Every page of the learner, in the languages and at the widths it is read: accessible, whole, legible, at home."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from pathways import i18n
from tests.browser.checks import faults, focus_walk, told
from tests.browser.server import KINDS, LEARNT, Server
from tests.parts import fonts
from tests.parts.browser import fonts_used

_SENT = ("responseBodySize", "responseHeadersSize")
pytestmark = pytest.mark.slow  # minutes of axe: what a page does is in the quick tests


@pytest.fixture(autouse=True)
def _incomplete_answers_are_refused(recorder):
    recorder.allow("status of 422")  # the browser complains of it; the page says what is missing


def learner_pages(server: Server, page: Page, language: str) -> Iterator[str]:
    """Bring up one page after the other, and say its name."""
    tag = i18n.language(language).tag
    door = f"{server.url}/q/{server.code}"

    def at(path: str, name: str) -> str:
        page.goto(server.url + path)
        return name

    yield at("/", "front")
    yield at(f"/q/{server.code}", "wall")
    page.goto(f"{door}/{tag}")
    yield "welcome"
    page.locator("details.without > summary").click()
    page.locator("details.without input").first.check()
    yield "welcome: some questions do not suit"
    attempt = server.begin(page, language)
    for said in ("", "moon", "sun", "out"):
        yield at(f"/t/{attempt}/practice?said={said}", f"practice {said}")
    for kind, item in KINDS.items():
        attempt = server.begin(page, language, item=item, answered=("right",))
        yield at(f"/t/{attempt}", f"question: {kind}")
    attempt = server.begin(page, language, item=KINDS["order"], answered=("not_understood", "not_understood"))
    page.goto(f"{server.url}/t/{attempt}")
    with page.expect_navigation():
        page.locator(".dock .primary").click()
    yield "question: something is missing, and twice not understood"
    page.evaluate("document.querySelector('[data-offline]').hidden = false")
    yield "question: no network"
    yield at(f"/t/{attempt}?said=already", "question: answered before")
    yield at(f"/t/{attempt}/pause", "pause")
    yield at(f"/t/{attempt}/language", "language")
    server.finish(server.begin(page, language))
    attempt = server.begin(page, language)
    server.finish(attempt)
    yield at(f"/t/{attempt}/result", "result of nothing")
    attempt = server.begin(page, language, answered=LEARNT)
    server.finish(attempt)
    yield at(f"/t/{attempt}/result", "result")
    yield at(f"/t/{attempt}/erase", "erase")
    page.locator("form button").click()
    page.wait_for_load_state()
    yield "erased"
    yield at(f"/t/{attempt}/result", "an attempt that is gone")
    yield at("/resume", "resume")
    page.locator("#code").fill("2222-2222")
    with page.expect_navigation():
        page.locator("form button").click()
    yield "resume with a wrong code"
    yield at("/nothing-here", "nothing here")
    yield at("/q/ZZZZZZ", "a wrong code")
    yield at("/confidentialite", "privacy")
    yield at("/accessibilite", "accessibility")


LANGUAGES = list(i18n.languages())
BOTH_WAYS = ("fr", "ar")
"""One language from left to right and one from right to left: width and colours have nothing to do with words."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_learner_pages(server, page_at, language):
    """In every language on the smallest phone and on paper, where words are too long; in two of them as wide as it
    gets, by night and in forced colours.
    """
    page, whole = page_at(320, i18n.language(language).tag), language in BOTH_WAYS
    found = {
        name: faults(page, wide=whole, dark=whole, forced=whole, printed=True)
        for name in learner_pages(server, page, language)
    }
    wrong = told(found)
    assert not wrong, wrong


@pytest.mark.parametrize("language", ["fr", "ar", "ti"])
def test_the_focus_is_always_in_sight(server, page_at, language):
    page = page_at(320, i18n.language(language).tag)
    page.set_viewport_size({"width": 320, "height": 600})
    found = {name: focus_walk(page) for name in learner_pages(server, page, language)}
    wrong = told(found)
    assert not wrong, wrong


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != i18n.SOURCE])
def test_each_script_is_drawn_by_the_font_meant_for_it(server, page_at, language):
    """And by the one that is sent with the page, where there is one: whatever the device has."""
    page = page_at(360, i18n.language(language).tag)
    attempt = server.begin(page, language, item=KINDS["choice"])
    page.goto(f"{server.url}/t/{attempt}")
    page.evaluate("document.fonts.ready")
    own = fonts_used(page, ".tile .two > :first-child")
    meant = i18n.language(language).font
    assert own[meant] > sum(own.values()) / 2
    assert set(own) <= {meant, fonts.LATIN}
    assert set(fonts_used(page, ".tile .two > [lang=fr]")) == {fonts.LATIN}


def test_the_wall_loads_no_whole_font(server, page_at):
    """Eleven names in four scripts, for a few kilobytes."""
    page = page_at(360, "fr")
    loaded: list[str] = []
    page.on("response", lambda answer: loaded.append(answer.url))
    page.goto(f"{server.url}/q/{server.code}")
    page.evaluate("document.fonts.ready")
    sent = [url.rsplit("/", 1)[1] for url in loaded if url.endswith(".woff2")]
    assert len(sent) == 3
    assert all(name.endswith("-names.woff2") for name in sent)
    drawn = fonts_used(page, ".wall a")
    assert set(drawn) == {one.font for one in i18n.languages().values()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_weighs_less_than_120_kilobytes_with_its_font(server, page_at, language):
    page = page_at(360, i18n.language(language).tag)
    attempt = server.begin(page, language, item=KINDS["choice"])
    weights: list[int] = []
    page.on("requestfinished", lambda request: weights.append(sum(request.sizes()[part] for part in _SENT)))
    page.goto(f"{server.url}/t/{attempt}", wait_until="networkidle")
    page.evaluate("document.fonts.ready")
    assert len(weights) > 3
    assert sum(weights) < 120_000


def test_a_script_in_the_page_would_not_run(server, page_at, recorder):
    recorder.allow("Content Security Policy")
    page = page_at()
    answer = page.goto(server.url)
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    page.evaluate("""() => {
        const own = document.createElement('script');
        own.textContent = 'document.title = "run"';
        document.head.append(own);
    }""")
    assert page.title() != "run"
