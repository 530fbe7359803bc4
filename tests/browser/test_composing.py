"""Composing as trainers do: few actions, everything undone, with a mouse, by keyboard, on a phone, without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import faults, focus_walk, told

pytestmark = pytest.mark.slow

FOCUS_UNDER_THE_BAR = """() => {
  const own = document.activeElement, bar = document.querySelector('.steps');
  if (!own || own === document.body || !bar || bar.contains(own)) return '';
  if (getComputedStyle(bar).position !== 'sticky') return '';
  const box = (own.closest('.rung') ?? own).getBoundingClientRect(), edge = bar.getBoundingClientRect();
  return edge.top <= 1 && box.top < edge.bottom - 1 && box.bottom > edge.top ? own.outerHTML.slice(0, 80) : '';
}"""
MOST_ACTIONS = 25


@pytest.fixture(autouse=True)
def _a_refusal_is_told_by_the_page(recorder):
    recorder.allow("status of 4(09|22)")


class Actions:
    """Clicks and keys of one person, counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def click(self, role: str, name: str | re.Pattern[str]) -> None:
        self.count += 1
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type] - a role is a word here

    def type(self, text: str) -> None:
        self.count += len(text)
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.count += 1
        self.page.keyboard.press(key)


def ticked(page: Page) -> int:
    return page.locator("[name=skills]:checked").count()


def tab_to(page: Page, selector: str, *, backwards: bool = False) -> None:
    for _ in range(80):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def chosen(page: Page, number: int) -> None:
    expect(page.locator("[data-sum]")).to_contain_text(f"{number} micro-compétence")


def at(server, page: Page, path: str) -> None:
    server.sign_in(page)
    page.goto(server.url + path)


@pytest.mark.parametrize("width", [360, 1280])
def test_twelve_micro_skills_are_published_in_few_actions_from_a_ready_made_choice(server, page_at, width):
    page = page_at(width)
    at(server, page, "/")
    actions = Actions(page)
    actions.click("link", "Diagnostics")
    actions.click("link", "Composer un diagnostic")
    actions.click("button", "Avant l'atelier e-mail")
    chosen(page, 12)
    actions.click("button", "Publier et imprimer l'affiche")
    expect(page.get_by_role("link", name="Affiche à imprimer")).to_be_visible()
    assert actions.count <= 4


def test_a_goal_in_plain_words_is_published_in_at_most_twenty_five_actions(server, page_at):
    page = page_at(1280)
    at(server, page, "/")
    actions = Actions(page)
    actions.click("link", "Diagnostics")
    actions.click("link", "Composer un diagnostic")
    actions.click("textbox", "Que veut faire la personne ou le groupe ?")
    actions.type("titre sejour")
    actions.press("Enter")
    actions.click("button", re.compile("^Prendre"))
    expect(page.locator("[data-sum]")).to_contain_text(re.compile("1[2-5] micro-compétences"))
    actions.click("button", "Publier et imprimer l'affiche")
    expect(page.get_by_role("link", name="Affiche à imprimer")).to_be_visible()
    assert actions.count <= MOST_ACTIONS


@pytest.mark.parametrize("javascript", [True, False])
def test_every_change_is_undone_and_done_again(server, page_at, javascript):
    page = page_at(1280, javascript=javascript)
    at(server, page, "/diagnostics/new")
    undo, redo = page.locator("[value=undo]"), page.locator("[value=redo]")
    expect(undo).to_be_disabled()
    page.locator("button[value='add:CNX']").click()
    chosen(page, 6)
    page.locator("button[value='situation:papers']").evaluate("one => one.closest('details').open = true")
    page.locator("button[value='situation:papers']").click()
    chosen(page, 12)
    undo.click()
    chosen(page, 6)
    undo.click()
    expect(undo).to_be_disabled()
    assert ticked(page) == 0
    redo.click()
    chosen(page, 6)
    redo.click()
    chosen(page, 12)
    expect(redo).to_be_disabled()
    assert ticked(page) == 12


def test_the_keyboard_alone_composes_and_publishes(server, page_at):
    page = page_at(1280)
    at(server, page, "/diagnostics/new")
    page.locator("h1").click()
    tab_to(page, "#goal")
    page.keyboard.type("courriel")
    page.keyboard.press("Enter")
    expect(page.locator(".answers > li").first).to_be_visible()
    tab_to(page, "button[value^='take:']")
    page.keyboard.press("Enter")
    expect(page.locator("[data-sum]")).not_to_contain_text("0 micro-compétence")
    taken = ticked(page)
    assert taken > 2
    assert page.evaluate("document.activeElement.closest('form') !== null"), "the focus stays in the form"
    tab_to(page, "[value=undo]", backwards=True)
    page.keyboard.press("Enter")
    chosen(page, 0)
    expect(page.locator("[value=redo]")).to_be_focused()
    page.keyboard.press("Enter")
    chosen(page, taken)
    page.locator("button[value=publish]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Affiche à imprimer")).to_be_visible()


def test_each_tick_is_a_step_of_its_own(server, page_at):
    page = page_at(360)
    at(server, page, "/diagnostics/new")
    for number, skill in enumerate(("SEC-01", "SEC-02", "MEL-03"), start=1):
        page.locator(f"input[value={skill}]").check()
        chosen(page, number)
    page.locator("[value=undo]").click()
    chosen(page, 2)
    assert page.locator("input[value=MEL-03]").is_checked() is False
    assert page.locator("input[value=SEC-02]").is_checked()


def test_a_reload_keeps_the_choices_and_asks_nothing(server, page_at):
    page = page_at(1280)
    at(server, page, "/diagnostics/new")
    page.locator("button[value='add:SEC']").click()
    chosen(page, 8)
    page.get_by_role("textbox", name="Titre").fill("Un titre tapé")
    page.locator("input[value=MEL-03]").check()
    chosen(page, 9)
    page.reload()
    chosen(page, 9)
    assert page.get_by_role("textbox", name="Titre").input_value() == "Un titre tapé"
    assert page.locator("[value=undo]").is_enabled()


def test_the_price_stays_in_sight_on_a_phone(server, page_at):
    page = page_at(360)
    at(server, page, "/diagnostics/new?situation=papers")
    page.locator("input[value=EMP-06]").scroll_into_view_if_needed()
    bar = page.locator("[data-sum]").bounding_box()
    assert bar
    assert 0 <= bar["y"] < 200
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_UNDER_THE_BAR) == ""


def test_prerequisites_are_seen_and_added_in_one_press(server, page_at):
    page = page_at(1280)
    at(server, page, "/diagnostics/new")
    page.locator("input[value=MEL-04]").check()
    chosen(page, 1)
    page.locator("#needs > summary").click()
    expect(page.locator(".graph .chosen")).to_have_count(1)
    missing = page.locator(".graph .missing").count()
    assert missing >= 3
    page.locator("[value=need]").click()
    expect(page.locator("[value=need]")).to_have_count(0)
    assert ticked(page) > 3
    assert page.locator("#needs").get_attribute("open") is not None, "what was open stays open"


def test_two_trainers_and_the_second_loses_nothing(server, page_at):
    one, two = page_at(1280), page_at(1280)
    at(server, one, "/diagnostics/new?situation=papers")
    one.get_by_role("button", name="Garder en brouillon").click()
    one.wait_for_url(re.compile("/diagnostics/[0-9a-f-]{36}"))
    at(server, two, one.url.removeprefix(server.url))
    for page, skill, number in ((one, "MEL-04", 13), (two, "NAV-04", 13)):
        page.locator(f"input[value={skill}]").check()
        chosen(page, number)
    with one.expect_navigation():
        one.get_by_role("button", name="Garder en brouillon").click()
    two.get_by_role("button", name="Garder en brouillon").click()
    clash = two.get_by_role("alert")
    expect(clash).to_contain_text("a changé ce diagnostic entre-temps")
    expect(clash).to_contain_text("Écrire et envoyer un e-mail")
    found = {"clash": faults(two, targets=False)}
    two.set_viewport_size({"width": 1280, "height": 900})
    two.get_by_role("button", name="Prendre ceux").click()
    expect(two.locator("input[value=MEL-04]")).to_be_checked()
    two.locator("[value=undo]").click()
    expect(two.locator("input[value=NAV-04]")).to_be_checked()
    two.get_by_role("button", name="Garder en brouillon").click()
    two.get_by_role("link", name="Historique").click()
    expect(two.get_by_role("button", name="Revenir à cet état").first).to_be_visible()
    found["history"] = faults(two, targets=False)
    wrong = told(found)
    assert not wrong, wrong


def composing_pages(server, page: Page):
    at(server, page, "/diagnostics/new")
    page.get_by_label("Que veut faire").fill("envoyer un papier par mail")
    page.keyboard.press("Enter")
    expect(page.locator(".answers > li").first).to_be_visible()
    yield "a goal"
    page.get_by_label("Que veut faire").fill("xyzzy")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Rien ne correspond")).to_be_visible()
    yield "no answer"
    page.locator("button[value='situation:residence-permit']").click()
    chosen(page, 13)
    page.locator("#needs > summary").click()
    page.locator("#needs-in-words > summary").click()
    yield "prerequisites"
    page.get_by_role("button", name="Comparer").click()
    expect(page.get_by_role("heading", name="Comparer deux choix")).to_be_visible()
    yield "the choice beside another"
    page.get_by_role("button", name="Revenir à mon choix").click()
    chosen(page, 13)
    page.get_by_role("button", name="Publier").click()
    expect(page.get_by_role("link", name="Partager")).to_be_visible()
    path = page.url.removeprefix(server.url)
    yield "published"
    for name in (f"{path}/sharing", f"/diagnostics/shared{path.removeprefix('/diagnostics')}", f"{path}/history"):
        page.goto(server.url + name)
        yield name
    for name in ("/diagnostics/shared", "/diagnostics", "/diagnostics/compare?a=situation:papers&b=situation:phone"):
        page.goto(server.url + name)
        yield name
    page.goto(server.url + path)
    page.get_by_role("button", name="Nouvelle version").click()
    expect(page.get_by_role("status").first).to_contain_text("nouvelle version")
    yield "the draft of a new version"


def test_the_pages_around_composing_are_accessible(server, page_at):
    page = page_at(320)
    found = {}
    for name in composing_pages(server, page):
        found[name] = faults(page, targets=False)
    wrong = told(found)
    assert not wrong, wrong


def test_the_focus_is_in_sight_around_composing(server, page_at):
    page = page_at(1280)
    found = {name: focus_walk(page, most=30) for name in composing_pages(server, page)}
    wrong = told(found)
    assert not wrong, wrong


def test_a_long_title_widens_no_table(server, page_at):
    page = page_at(320)
    at(server, page, "/diagnostics/new?situation=papers")
    page.get_by_role("textbox", name="Titre").fill("Anticonstitutionnellement" * 7)
    page.get_by_role("button", name="Garder en brouillon").click()
    page.wait_for_url(re.compile("/diagnostics/[0-9a-f-]{36}"))
    page.goto(f"{server.url}/diagnostics")
    table = page.locator("table").first.bounding_box()
    assert table
    assert table["width"] < 420
