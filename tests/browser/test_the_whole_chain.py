"""From the trainer's choice to the learner's result and back, as people go."""

import re

import pytest
from playwright.sync_api import Page, expect

from pathways import i18n
from tests.browser.answering import CONFIRM, choose, tap
from tests.browser.server import KINDS, response_to

ARABIC = re.compile(r"[\u0600-\u06ff]")
ONE_BY_ONE = ("FIC-03", "GES-05", "MDP-01", "MEL-04", "NAV-03", "SEC-01")
WHOLE, ASKED_FOR = "CNX", 12
MOST_KINDS = len(KINDS) - 2
"""Which questions are worth their time is the engine's business, and some kinds take long."""


def compose_and_publish(page: Page) -> str:
    """Choose twelve micro-skills by searching, ticking and taking a whole ladder; returns the code."""
    page.get_by_role("link", name="Composer un diagnostic").click()
    page.get_by_role("textbox", name="Titre").fill("Avant l'atelier")
    ladders = page.locator(".ladder:visible")
    every = ladders.count()
    page.wait_for_load_state()  # the search works once the page is there
    page.get_by_role("searchbox").fill("arnaq")
    expect(ladders).to_have_count(1)
    page.get_by_role("searchbox").fill("")
    expect(ladders).to_have_count(every)

    page.evaluate("window.sameDocument = true")
    price = page.locator("[data-price] h2")
    for number, skill in enumerate(ONE_BY_ONE, start=1):
        page.locator(f"input[value={skill}]").check()
        expect(price).to_contain_text(f"{number} micro-compétence")
    minutes = page.locator("[data-price] .figures")
    few = minutes.inner_text()
    assert page.evaluate("window.sameDocument"), "the price came with a new page"

    with page.expect_navigation():
        page.locator(f"button[value='add:{WHOLE}']").click()
    assert page.get_by_role("textbox", name="Titre").input_value() == "Avant l'atelier"
    assert page.locator("[name=skills]:checked").count() == ASKED_FOR
    expect(price).to_contain_text(f"{ASKED_FOR} micro-compétences choisies")
    expect(minutes).not_to_have_text(few)

    page.get_by_label("Certitude visée (%)").fill("")
    page.get_by_label("Questions au plus", exact=True).fill("40")
    page.get_by_label("Question de contrôle").select_option("0")
    page.get_by_role("checkbox", name="English").uncheck()
    page.get_by_role("button", name="Publier et imprimer l'affiche").click()
    expect(page.get_by_role("link", name="Affiche à imprimer")).to_be_visible()
    return page.locator("p.code").inner_text()


def practise(page: Page, press=tap) -> None:
    press(page.locator(".tile:has([value=sun])"))
    press(page.locator(CONFIRM))
    press(page.locator("main a.primary"))
    page.wait_for_url(re.compile("/t/[^/]+$"))


def answer_to_the_end(server, page: Page, press=tap) -> set[str]:
    """Answer what comes, most of it right; take the third answer back once. Returns the kinds that were met."""
    kinds, undone = set(), False
    for number in range(1, 60):
        form = page.locator("form[data-kind]")
        if not form.count():
            break
        item = page.locator("input[name=item]").first.input_value()
        body = server.body(item)
        kinds.add(body["kind"])
        choose(page, body, response_to(body, right=number % 4 != 0), press)
        with page.expect_navigation():
            press(page.locator(CONFIRM))
        if number == 3 and not undone:
            undone = True
            with page.expect_navigation():
                press(page.locator("form[action$=undo] button"))
            assert page.locator("form[data-kind] input[name=item]").input_value() == item
            expect(page.locator("[role=status]")).to_be_visible()
    expect(page).to_have_url(re.compile("/result$"))
    return kinds


def test_a_trainer_composes_a_learner_answers_in_arabic_both_read_the_result(server, page_at):
    desk, phone = page_at(1280), page_at(360, "ar")
    server.sign_in(desk)
    code = compose_and_publish(desk)

    diagnostic = desk.url
    desk.get_by_role("link", name="Affiche à imprimer").click()
    assert desk.locator("p.code").inner_text() == code
    expect(desk.get_by_role("alert")).to_contain_text("cette adresse ne s'ouvre que sur cet ordinateur")
    qr = desk.locator("svg.qr")
    size = qr.evaluate("one => [one.viewBox.baseVal.width, one.getBoundingClientRect().width]")
    assert min(size) > 20
    assert desk.locator('li[lang="uk"]').count() == 1
    assert desk.locator('li[lang="en"]').count() == 0

    phone.goto(f"{server.url}/q/{code.lower()}")
    assert phone.locator(".wall a").count() == len(i18n.languages()) - 1
    phone.get_by_role("link", name="العربية").tap()
    expect(phone.locator("html")).to_have_attribute("dir", "rtl")
    phone.locator("main form button").tap()
    practise(phone)
    kinds = answer_to_the_end(server, phone)
    assert kinds <= set(KINDS)
    assert len(kinds) >= MOST_KINDS

    assert phone.evaluate("[document.documentElement.lang, document.dir]") == ["ar", "rtl"]
    heading = phone.locator("h1 .two > span")
    assert ARABIC.search(heading.first.inner_text())
    assert heading.nth(1).get_attribute("lang") == "fr"
    assert heading.nth(1).inner_text() == "Merci\u00a0! Voici votre résultat."
    titles = phone.locator(".group li .two > :first-child").all_inner_texts()
    assert titles
    assert all(ARABIC.search(one) for one in titles)
    assert phone.locator(".state.can").count() == 1

    desk.goto(diagnostic)
    assert "terminé" in desk.locator("tbody tr").inner_text()
    with desk.expect_download() as download:
        desk.get_by_role("link", name="Tableau (CSV)").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert [line.split(";")[1] for line in lines] == ["langue", i18n.language("ar").name]
    assert lines[0].count(";") == ASKED_FOR + 6
    desk.get_by_role("link", name="Profil").click()
    assert desk.locator(".rung").count() == ASKED_FOR
    assert desk.locator(".rung .state.can").count() >= 1
    answers = desk.locator("section:has(h2:text('Réponse par réponse')) tbody tr")
    assert answers.count() == int(lines[1].split(";")[3])
    assert desk.get_by_text("pas juste").count() >= 1


@pytest.mark.slow
def test_a_learner_without_javascript_goes_the_same_way_in_french(server, page_at):
    page = page_at(360, "fr", javascript=False)
    page.goto(server.url)
    page.locator("#code").fill(server.code)
    page.get_by_role("button", name="Commencer").tap()
    page.get_by_role("link", name="Français").tap()
    page.get_by_role("button", name="Commencer").tap()
    practise(page)
    assert len(answer_to_the_end(server, page) & set(KINDS)) >= MOST_KINDS
    assert page.locator("h1").inner_text() == "Merci\u00a0! Voici votre résultat."
    assert page.locator("[data-print]").is_hidden()
    with page.expect_download() as download:
        page.get_by_role("link", name="Garder mes réponses").tap()
    assert download.value.path().stat().st_size > 500
    page.get_by_role("link", name="Tout effacer").tap()
    page.get_by_role("button", name="Oui, tout effacer").tap()
    expect(page.locator("h1")).to_have_text("Tout est effacé.")


@pytest.mark.slow
def test_composing_without_javascript(server, page_at):
    page = page_at(1280, javascript=False)
    server.sign_in(page)
    page.get_by_role("link", name="Composer un diagnostic").click()
    page.get_by_role("searchbox").fill("mot de passe")
    page.get_by_role("button", name="Chercher et calculer").click()
    page.locator("input[value=MDP-01]").check()
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="Chercher et calculer").click()
    expect(page.locator("[data-price] h2")).to_have_text("1 micro-compétence choisie")
    page.get_by_role("button", name="Publier").click()
    expect(page.get_by_role("alert")).to_have_text("Donnez un titre au diagnostic.")
    assert page.locator("input[value=MDP-01]").is_checked()
    page.get_by_role("textbox", name="Titre").fill("Sans script")
    page.get_by_role("button", name="Garder en brouillon").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sans script")
    assert page.locator("input[value=MDP-01]").is_checked()


@pytest.mark.slow
def test_a_learner_goes_on_with_a_resume_code_in_another_language(server, page_at):
    first, second = page_at(360, "uk"), page_at(360, "en")
    attempt = server.begin(first, "uk", answered=("right", "wrong"))
    first.goto(f"{server.url}/t/{attempt}/pause")
    code = first.locator("p.code").inner_text()
    second.goto(f"{server.url}/resume")
    second.locator("#code").fill(code.lower().replace("-", " "))
    second.locator("form button").tap()
    second.wait_for_url(f"**/t/{attempt}")
    expect(second.locator("html")).to_have_attribute("lang", "uk")
    second.locator(".bar a").first.tap()
    second.get_by_role("link", name="English").tap()
    expect(second.locator("html")).to_have_attribute("lang", "en")
    assert len(server.standing(attempt)) == 2
