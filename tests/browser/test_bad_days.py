"""Two taps instead of one, the back button, two tabs, a dead network, the next person on the same phone: nothing is
lost, nothing counts twice, and what is said about it is said in the reader's language.
"""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from pathways import i18n
from tests.browser.answering import CONFIRM, choose
from tests.browser.server import KINDS, Server, response_to

pytestmark = pytest.mark.slow

CUT = "ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_CONNECTION"
NO_NETWORK = "Pas de réseau. Votre réponse est gardée sur cette page. Nous réessayons."
ALREADY = "Vous avez déjà répondu à cette question. Voici la suivante."


def chosen(server: Server, page: Page, *, language: str = "ar", kind: str = "choice"):
    """An attempt with a right answer chosen on the screen, not yet confirmed."""
    attempt = server.begin(page, language, item=KINDS[kind])
    page.goto(f"{server.url}/t/{attempt}")
    body = server.body(KINDS[kind])
    choose(page, body, response_to(body, right=True))
    return attempt


def item_shown(page: Page) -> str:
    return page.locator("form[data-kind] input[name=item]").input_value()


def said_in(page: Page, message: str, language: str, where: str = "[role=status]") -> None:
    """The message stands on the page in the reader's language and in French."""
    words = page.locator(f"{where} .two > span")
    own = i18n.gettext(message, language)
    assert own != message
    expect(words.first).to_have_text(own)
    expect(words.nth(1)).to_have_text(message)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_double_tap_is_one_answer(server, page_at, javascript):
    page = page_at(360, "ar", javascript=javascript)
    attempt = chosen(server, page)
    page.locator(CONFIRM).dblclick()
    page.wait_for_function("item => document.querySelector('[name=item]')?.value !== item", arg=KINDS["choice"])
    page.wait_for_load_state("networkidle")
    assert server.standing(attempt) == [(KINDS["choice"], "correct")]
    assert item_shown(page) == server.current(attempt)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_double_tap_on_undo_takes_back_one_answer(server, page_at, javascript):
    page = page_at(360, "ar", javascript=javascript)
    attempt = server.begin(page, "ar", answered=("right", "right", "right"))
    page.goto(f"{server.url}/t/{attempt}")
    page.locator("form[action$=undo] button").dblclick()
    expect(page.locator("[role=status]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert len(server.standing(attempt)) == 2
    assert server.answers(attempt) == 3


@pytest.mark.parametrize("javascript", [True, False])
def test_back_and_forth_and_reload_lose_nothing(server, page_at, javascript):
    page = page_at(360, "uk", javascript=javascript)
    attempt = server.begin(page, "uk")
    page.goto(f"{server.url}/t/{attempt}/practice")
    page.get_by_role("link", name=re.compile("Passer l'essai")).tap()
    for _ in range(2):
        body = server.body(item_shown(page))
        choose(page, body, response_to(body, right=True))
        with page.expect_navigation():
            page.locator(CONFIRM).tap()
    held = server.standing(attempt)
    on_screen = item_shown(page)
    assert len(held) == 2
    page.go_back()
    page.reload()
    page.go_forward()
    page.goto(f"{server.url}/t/{attempt}")
    page.reload()
    assert item_shown(page) == on_screen == server.current(attempt)
    assert server.standing(attempt) == held
    assert server.answers(attempt) == 2


@pytest.mark.parametrize("javascript", [True, False])
def test_two_tabs_on_one_attempt(server, page_at, javascript):
    """The second tab shows a question that the first has answered: it is told so, and led to the present one."""
    page = page_at(360, "ar", javascript=javascript)
    attempt = chosen(server, page)
    other = page.context.new_page()
    other.goto(page.url)
    other.locator(".tile").first.tap()
    with page.expect_navigation():
        page.locator(CONFIRM).tap()
    other.locator(".ways-out [value=dont_know]").tap()
    said_in(other, ALREADY, "ar")
    assert server.standing(attempt) == [(KINDS["choice"], "correct")]
    assert item_shown(other) == item_shown(page) == server.current(attempt)
    other.close()


@pytest.mark.parametrize("language", ["ar", "uk", "en", "fa_AF"])
def test_a_network_that_dies_and_comes_back(server, page_at, recorder, language):
    recorder.allow(CUT)
    page = page_at(360, i18n.language(language).tag)
    attempt = chosen(server, page, language=language)
    page.context.set_offline(True)
    page.locator(CONFIRM).tap()
    said_in(page, NO_NETWORK, language, "[data-offline]")
    expect(page.locator("[data-offline]")).to_be_in_viewport()
    page.locator(CONFIRM).tap()
    assert server.standing(attempt) == []
    page.context.set_offline(False)
    page.wait_for_function("item => document.querySelector('[name=item]')?.value !== item", arg=KINDS["choice"])
    assert server.standing(attempt) == [(KINDS["choice"], "correct")]
    assert server.answers(attempt) == 1


def test_a_reply_that_is_lost_on_the_way(server, page_at, recorder):
    """The server has the answer, the phone does not know: it sends it again, and it counts once."""
    recorder.allow(CUT)
    page = page_at(360, "ar")
    attempt = chosen(server, page)
    lost = []

    def swallow(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch(max_redirects=0).status)
        route.abort()

    page.route("**/answers", swallow)
    page.locator(CONFIRM).tap()
    page.wait_for_function("item => document.querySelector('[name=item]')?.value !== item", arg=KINDS["choice"])
    assert lost == [303]
    assert server.standing(attempt) == [(KINDS["choice"], "correct")]
    assert server.answers(attempt) == 1


def test_the_network_dies_without_javascript(server, page_at, recorder):
    """The browser says so itself; back on the page, the answer goes out once."""
    recorder.allow(CUT)
    page = page_at(360, "ar", javascript=False)
    attempt = chosen(server, page)
    address = page.url
    page.context.set_offline(True)
    page.locator(CONFIRM).tap(no_wait_after=True)
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    page.goto(address)
    body = server.body(KINDS["choice"])
    choose(page, body, response_to(body, right=True))
    with page.expect_navigation():
        page.locator(CONFIRM).tap()
    assert server.standing(attempt) == [(KINDS["choice"], "correct")]


@pytest.mark.parametrize("javascript", [True, False])
def test_the_next_learner_on_the_same_phone_sees_nothing_of_the_one_before(server, page_at, javascript):
    page = page_at(360, "ar", javascript=javascript)
    first = server.begin(page, "ar", answered=("right", "wrong", "dont_know"))
    page.goto(f"{server.url}/t/{first}")
    server.finish(first)
    page.goto(f"{server.url}/t/{first}/result")
    code = page.locator("span.code").inner_text()

    page.goto(f"{server.url}/q/{server.code}/uk")
    page.locator("main form button").tap()
    page.wait_for_url("**/practice")
    for _ in range(6):
        page.go_back(wait_until="load")
        assert code not in page.content()
        if page.url.startswith(f"{server.url}/t/{first}"):
            assert page.locator(".group, form[data-kind]").count() == 0
        if page.url == "about:blank":
            break
    answer = page.goto(f"{server.url}/t/{first}/result")
    assert answer is not None
    assert answer.status == 404
    assert server.standing(first)  # shut for this phone, not lost: the resume code still opens it
    page.goto(f"{server.url}/resume")
    page.locator("#code").fill(code)
    page.locator("form button").tap()
    page.wait_for_url(f"**/t/{first}/result")


def test_what_was_erased_does_not_come_back(server, page_at):
    page = page_at(360, "uk")
    attempt = server.begin(page, "uk", answered=("right", "wrong"))
    server.finish(attempt)
    page.goto(f"{server.url}/t/{attempt}/result")
    page.goto(f"{server.url}/t/{attempt}/erase")
    page.locator("form button").tap()
    expect(page.locator("h1 .two > span").nth(1)).to_have_text("Tout est effacé.")
    page.go_back(wait_until="load")
    assert page.locator(".group li").count() == 0
    answer = page.goto(f"{server.url}/t/{attempt}/result")
    assert answer is not None
    assert answer.status == 404


def test_a_colleague_on_the_trainers_computer_signs_out_for_good(server, page_at):
    page = page_at(1280)
    server.sign_in(page)
    page.goto(f"{server.url}/diagnostics")
    page.get_by_role("button", name="Se déconnecter").click()
    page.go_back(wait_until="load")
    assert page.locator("table").count() == 0


def test_a_phone_that_is_some_years_old(server, page_at):
    """Without what came to browsers after 2021: the answer goes out all the same, and so do the two ways out."""
    page = page_at(360, "ar")
    page.add_init_script("""
        delete AbortSignal.timeout;
        const Modern = FormData;
        window.FormData = class extends Modern { constructor(form) { super(form); } };
    """)
    attempt = chosen(server, page)
    with page.expect_navigation():
        page.locator(CONFIRM).tap()
    with page.expect_navigation():
        page.locator(".ways-out [value=not_understood]").tap()
    assert [outcome for _, outcome in server.standing(attempt)] == ["correct", "not_understood"]
