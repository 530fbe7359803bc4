"""Somebody stands at the desk: ten minutes as a mediator presses through them, and then the next person."""

import pytest
from playwright.sync_api import Page, expect

from pathways import clock
from pathways.diagnostics import taking
from tests.browser.answering import CONFIRM, choose_by_keyboard, tab_to
from tests.browser.receiving import (
    QUESTION,
    SHEET,
    agree,
    answer,
    begin,
    blank,
    choose_tile,
    code_of,
    id_of,
    press,
    to_the_end,
)
from tests.browser.server import response_to

pytestmark = pytest.mark.slow

CUT = "ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_CONNECTION"
LABEL = "Mariposa du mardi"
LEFT = "Papillon du jeudi"
WIDTHS = [1280, 360]


@pytest.fixture(autouse=True)
def _an_incomplete_form_is_refused(recorder):
    recorder.allow("status of (422|409|410)")  # the browser complains of it; the page says what is missing


@pytest.fixture
def desk(server, page_at):
    def opened(width: int = 1280, *, javascript: bool = True) -> Page:
        page = page_at(width, javascript=javascript)
        server.sign_in(page)
        return page

    return opened


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("javascript", [True, False])
def test_two_presses_lead_from_home_to_the_first_question(desk, width, javascript):
    page = desk(width, javascript=javascript)
    page.get_by_role("link", name="Commencer").click()
    expect(page).to_have_url(SHEET)
    press(page, "Téléphone")
    page.wait_for_url(QUESTION)
    expect(page.locator("form[data-kind]")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_somebody_is_received_from_the_first_word_to_the_paper(server, desk, width):
    page = desk(width)
    address, questions = begin(page, server, language="uk", label=LABEL)
    assert 8 <= to_the_end(page, server) <= 10  # the one that is drawn at random, if any, among them
    page.get_by_role("link", name="Rendez-vous et impression").click()
    expect(page).to_have_url(address)
    assert LABEL not in page.title()
    agree(page)
    expect(page.locator(".agreed")).to_contain_text("Salle du marché")
    assert "Accompagnement individuel" in page.locator("textarea").input_value()
    assert LABEL not in page.locator("textarea").input_value()
    page.get_by_role("link", name="Feuille à imprimer").click()
    expect(page.locator("html")).to_have_attribute("lang", "uk")
    expect(page.locator(".day").first).to_contain_text("4 mars")
    page.goto(f"{questions}/result")
    expect(page.locator("main")).to_contain_text("Salle du marché")
    page.goto(server.url)
    expect(page.locator("tbody").first).to_contain_text(LABEL)


def test_who_leaves_after_three_questions_has_a_result(server, desk):
    page = desk(360)
    begin(page, server)
    for _ in range(3):
        answer(page, server)
    page.locator(".bar .end").click()
    with page.expect_navigation():
        page.locator("form[action$=leave] button").click()
    assert page.locator(".group").count() >= 1
    page.get_by_role("link", name="Rendez-vous et impression").click()
    expect(page.locator("[data-live]")).to_contain_text("3 réponses, arrêté ici")
    page.get_by_role("link", name="Feuille à imprimer").click()
    assert page.locator(".told li").count() >= 1


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("javascript", [True, False])
def test_the_next_person_sees_nothing_of_the_one_before(server, desk, width, javascript):
    page = desk(width, javascript=javascript)
    address, questions = begin(page, server, language="ar", label=LEFT)
    answer(page, server)
    code = code_of(server, questions)
    kept = [one for one in page.context.cookies(questions) if one["name"] == "attempt"]
    assert kept
    press(page, "Personne suivante")
    expect(page).to_have_url(SHEET)
    assert page.url != address
    assert page.evaluate("document.querySelector('#label').value") == ""
    assert not page.locator("[name=need]:checked").count()

    for _ in range(4):  # the back button, as far as it goes
        page.go_back(wait_until="load")
        for word in (LEFT, code):
            assert word not in page.content()
        assert page.locator("form[data-kind]").count() == 0
        if page.url in {"about:blank", f"{server.url}/"}:
            break
    page.context.add_cookies(kept)  # type: ignore[arg-type]  # a browser that died before it let go of it
    for old in (questions, f"{questions}/result", f"{questions}/pause", address, f"{address}/sheet"):
        page.goto(old)
        assert page.locator("form[data-kind], .group, .told, [data-live]").count() == 0
        assert code not in page.content()
    page.goto(address)
    expect(page.locator("[role=status]")).to_contain_text("Cet accueil est terminé")

    second, second_questions = begin(page, server, language="uk")
    assert second != address
    expect(page.locator("html")).to_have_attribute("lang", "uk")
    page.goto(second)
    assert LEFT not in page.content()
    assert server.answers(id_of(second_questions)) == 0
    assert server.answers(id_of(questions)) == 1


def test_the_next_person_from_the_result_and_from_the_reception(server, desk):
    page = desk()
    for where in ("result", "reception"):
        address, questions = begin(page, server)
        page.goto(f"{questions}/pause")
        with page.expect_navigation():
            page.locator("form[action$=leave] button").click()
        if where == "reception":
            page.goto(address)
        press(page, "Personne suivante")
        expect(page).to_have_url(SHEET)
        page.goto(f"{questions}/result")
        assert page.locator(".group").count() == 0


def test_a_browser_that_died_goes_on(server, desk):
    page = desk()
    _, questions = begin(page, server)
    answer(page, server)
    page.context.clear_cookies(name="attempt")
    page.goto(questions)
    assert page.locator("form[data-kind]").count() == 0
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Un de vos accueils est resté ouvert")).to_be_visible()
    press(page, "Reprendre")
    expect(page).to_have_url(questions)
    expect(page.locator("form[data-kind]")).to_be_visible()
    page.goto(server.url)
    press(page, "Personne suivante")
    page.goto(questions)
    assert page.locator("form[data-kind]").count() == 0


def test_a_sheet_that_is_reloaded_has_everything_still(server, desk):
    page = desk()
    blank(page, server)
    choose_tile(page, "language", "fa_AF")
    choose_tile(page, "device", "both")
    page.locator("#label").fill(LABEL)
    with page.expect_response(lambda reply: reply.request.method == "POST"):
        choose_tile(page, "reading", "little")
    page.wait_for_timeout(600)
    page.reload()
    for name, value in (("language", "fa_AF"), ("device", "both"), ("reading", "little")):
        assert page.locator(f"[name={name}]:checked").input_value() == value
    assert page.locator("#label").input_value() == LABEL


def test_a_reload_on_each_page_loses_nothing(server, desk):
    page = desk(360)
    address, questions = begin(page, server, label=LABEL)
    answer(page, server)
    page.reload()
    assert server.answers(id_of(questions)) == 1
    page.goto(address)
    agree(page)
    page.reload()
    expect(page.locator(".agreed")).to_contain_text("Salle du marché")
    page.goto(f"{address}/appointment")
    expect(page).to_have_url(address)


def test_a_network_that_dies_while_the_sheet_is_filled_in(server, desk, recorder):
    recorder.allow(CUT)
    page = desk(360)
    blank(page, server)
    page.context.set_offline(True)
    choose_tile(page, "language", "uk")
    choose_tile(page, "device", "phone")
    page.locator("#label").fill(LABEL)
    expect(page.locator("[data-offline]")).to_be_visible()
    page.get_by_role("button", name="Téléphone").click()
    page.wait_for_timeout(500)
    expect(page).to_have_url(SHEET)
    page.context.set_offline(False)
    page.wait_for_url(QUESTION)
    expect(page.locator("html")).to_have_attribute("lang", "uk")


def test_a_network_that_dies_during_a_question(server, desk, recorder):
    recorder.allow(CUT)
    page = desk()
    _, questions = begin(page, server)
    item = page.locator("form[data-kind] input[name=item]").input_value()
    page.context.set_offline(True)
    page.locator(".ways-out [value=dont_know]").click()
    expect(page.locator("[data-offline]")).to_be_visible()
    page.context.set_offline(False)
    page.wait_for_function("item => document.querySelector('[name=item]')?.value !== item", arg=item)
    assert server.standing(id_of(questions)) == [(item, "dont_know")]


@pytest.mark.parametrize("javascript", [True, False])
def test_on_the_persons_own_phone_and_back_to_the_desk(server, desk, page_at, javascript):
    page = desk(javascript=javascript)
    blank(page, server)
    choose_tile(page, "language", "ar")
    choose_tile(page, "where", "phone")
    press(page, "Ordinateur")
    address = page.url
    expect(page.locator("svg.qr")).to_be_visible()
    code = page.locator("p.code").inner_text()
    phone = page_at(360, "ar")
    phone.goto(f"{server.url}/resume?code={code.replace('-', '')}")
    expect(page.locator("[data-live]")).to_contain_text("question 1")
    with phone.expect_navigation():
        phone.locator("main form button").tap()
    phone.wait_for_url(QUESTION)
    phone.locator(".ways-out [value=dont_know]").tap()
    phone.wait_for_load_state()
    if not javascript:
        page.get_by_role("link", name="Actualiser").click()
    expect(page.locator("[data-live]")).to_contain_text("question 2", timeout=15000)
    press(page, "Ici, à voix haute")
    page.wait_for_url(QUESTION)
    answer(page, server)
    page.goto(address)
    expect(page.locator("[data-live]")).to_contain_text("question 3")
    press(page, "Sur le téléphone de la personne")
    expect(page.locator("svg.qr")).to_be_visible()


def test_somebody_who_was_here_before_is_found_by_the_label(server, desk):
    page = desk()
    begin(page, server, label="Zéphyrine, jeudi")
    page.goto(server.url)
    press(page, "Personne suivante")
    choose_tile(page, "language", "uk")
    page.locator("#find").fill("zephyrine")
    press(page, "Chercher")
    page.locator("label.choice", has_text="Zéphyrine").click()
    assert page.locator("[name=language]:checked").input_value() == "uk"
    assert "ephyrine" not in page.url
    press(page, "Démarches en ligne")
    page.wait_for_url(QUESTION)
    page.goto(server.url)
    expect(page.locator("tbody td:first-child", has_text="Zéphyrine, jeudi")).to_have_count(1)


def test_everything_with_the_keyboard_alone(server, desk):
    page = desk()
    tab_to(page, "a[href='/receptions/new']")
    page.keyboard.press("Enter")
    expect(page).to_have_url(SHEET)
    tab_to(page, "[name=language]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "[name=device]")
    page.keyboard.press("Space")
    tab_to(page, "[value='start:phone']")
    page.keyboard.press("Enter")
    page.wait_for_url(QUESTION)
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    body = server.body(page.locator("form[data-kind] input[name=item]").input_value())
    choose_by_keyboard(page, body, response_to(body, right=True))
    tab_to(page, CONFIRM)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, ".next-person button")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page).to_have_url(SHEET)


def test_scanning_the_poster_again_goes_on_where_one_was(server, page_at):
    page = page_at(360, "uk")
    page.goto(f"{server.url}/q/{server.code}/uk")
    page.locator("main form button").tap()
    page.wait_for_url("**/practice")
    questions = page.url.removesuffix("/practice")
    page.goto(f"{server.url}/q/{server.code}/uk")
    page.locator("main a.primary").tap()
    expect(page).to_have_url(questions)


def test_what_was_chosen_for_one_person_does_not_come_back_with_the_back_button(desk, server):
    page = desk(javascript=False)  # nothing is stored, so the address opens a blank sheet again
    blank(page, server)
    choose_tile(page, "need", "work")
    choose_tile(page, "language", "uk")
    page.locator("#label").fill(LEFT)
    press(page, "Personne suivante")
    page.go_back(wait_until="load")
    expect(page).to_have_url(SHEET)
    assert page.locator("[name=need]:checked").count() == 0
    assert page.locator("[name=language]:checked").input_value() == "fr"
    assert page.locator("#label").input_value() == ""


def test_the_browser_proposes_nothing_that_was_typed_for_somebody_else(desk, server):
    page = desk()
    address, _ = begin(page, server)
    remembers = "form[action*='/receptions/'] :is([type=text], [type=search], [type=date], [type=time])"
    page.goto(address)
    assert page.locator(remembers).count() == 4
    assert page.locator(f"form:not([autocomplete=off]) {remembers.partition(' ')[2]}").count() == 0


def test_a_second_window_goes_over_to_the_next_person_too(desk, server, recorder):
    recorder.allow("status of 404")
    page = desk()
    address, questions = begin(page, server, label=LEFT)
    windows = [page.context.new_page() for _ in range(3)]
    for window, shown in zip(windows, (address, f"{address}/sheet", questions), strict=True):
        window.goto(shown)
    press(page, "Personne suivante")
    for window in windows:  # somebody looks at it again
        window.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(window.locator("form[data-kind], .takeaway, [data-live]")).to_have_count(0)
        assert LEFT not in window.content()


def test_an_appointment_that_is_being_typed_stays_when_the_person_ends_on_their_phone(desk, server):
    page = desk()
    blank(page, server)
    choose_tile(page, "where", "phone")
    press(page, "Ordinateur")
    page.locator("#place").fill("Salle du marché")
    page.get_by_role("heading", level=1).click()
    code = page.locator("p.code").inner_text()
    with server.database.begin() as db:
        attempt_id = taking.resume(db, server.door, code=code, address="127.0.0.1").id
    server.finish(attempt_id)
    expect(page.locator("[data-live]")).to_contain_text("arrêté ici", timeout=15000)
    assert page.locator("#place").input_value() == "Salle du marché"


def test_an_appointment_that_cannot_be_kept_as_it_is_stays_on_the_page(desk, server):
    page = desk()
    blank(page, server)
    choose_tile(page, "where", "phone")
    press(page, "Ordinateur")
    page.locator("#place").fill("Salle du marché")
    page.locator("#time").fill("14:30")
    press(page, "Enregistrer")
    expect(page.locator("#date-said")).to_be_visible()
    with page.expect_response(lambda reply: reply.request.resource_type == "fetch"):  # it looks where the person is
        pass
    page.wait_for_timeout(500)
    assert page.locator("#place").input_value() == "Salle du marché"
    expect(page.locator("#date-said")).to_be_visible()


def test_a_network_that_dies_while_an_appointment_is_noted(desk, server, recorder):
    recorder.allow(CUT)
    page = desk()
    address, _ = begin(page, server)
    page.goto(address)
    page.locator("#date").fill(f"{clock.now().year + 1}-03-04")
    page.locator("#place").fill("Salle du marché")
    page.context.set_offline(True)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#appointment [data-offline]")).to_be_visible()
    assert page.locator("#place").input_value() == "Salle du marché"
    page.context.set_offline(False)
    expect(page.locator(".agreed")).to_contain_text("Salle du marché", timeout=15000)
