"""Every kind of question, by finger, by keyboard alone and without JavaScript, in both directions of writing."""

import pytest
from playwright.sync_api import Page, expect

from pathways import i18n
from tests.browser.answering import CONFIRM, WAYS_OUT, choose, choose_by_keyboard, tab_to, tap, ticked
from tests.browser.server import KINDS, Server, response_to

pytestmark = pytest.mark.slow  # every kind by finger, by keyboard and without a script

READERS = [("fr", True), ("ar", True), ("ar", False)]


def show(server: Server, page: Page, language: str, kind: str):
    attempt = server.begin(page, language, item=KINDS[kind])
    page.goto(f"{server.url}/t/{attempt}")
    assert page.locator("form[data-kind]").get_attribute("data-kind") == kind
    return attempt


@pytest.mark.parametrize(("language", "javascript"), READERS)
def test_by_finger(server, page_at, language, javascript):
    page = page_at(360, i18n.language(language).tag, javascript=javascript)
    for kind, item in KINDS.items():
        for right in (True, False):
            attempt = show(server, page, language, kind)
            choose(page, server.body(item), response_to(server.body(item), right=right), tap)
            with page.expect_navigation():
                page.locator(CONFIRM).tap()
            assert server.standing(attempt) == [(item, "correct" if right else "incorrect")], kind


@pytest.mark.parametrize(("language", "javascript"), READERS)
def test_by_keyboard_alone(server, page_at, language, javascript):
    page = page_at(1280, i18n.language(language).tag, javascript=javascript)
    for kind, item in KINDS.items():
        attempt = show(server, page, language, kind)
        choose_by_keyboard(page, server.body(item), response_to(server.body(item), right=True))
        tab_to(page, CONFIRM)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert server.standing(attempt) == [(item, "correct")], kind


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("kind", ["text", "choice"])
def test_enter_in_the_form_confirms_what_was_chosen(server, page_at, kind, javascript):
    """The key of a phone's keyboard must not press the first button in the page, which says "I don't know"."""
    page = page_at(360, javascript=javascript)
    attempt = show(server, page, "fr", kind)
    choose_by_keyboard(page, server.body(KINDS[kind]), response_to(server.body(KINDS[kind]), right=True))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert server.standing(attempt) == [(KINDS[kind], "correct")]


@pytest.mark.parametrize("javascript", [True, False])
def test_the_two_ways_out_are_in_sight_and_work_on_every_kind(server, page_at, javascript):
    page = page_at(320, "ar", javascript=javascript)
    for kind, item in KINDS.items():
        for outcome, button in WAYS_OUT.items():
            attempt = show(server, page, "ar", kind)
            expect(page.locator(button)).to_be_in_viewport(ratio=1)
            with page.expect_navigation():
                page.locator(button).tap()
            assert server.standing(attempt) == [(item, outcome)], kind


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("kind", ["choices", "order", "match", "text"])
def test_what_was_chosen_stays_when_something_is_missing(server, page_at, recorder, kind, javascript):
    recorder.allow("status of 422")
    page = page_at(360, "uk", javascript=javascript)
    attempt = show(server, page, "uk", kind)
    response = response_to(server.body(KINDS[kind]), right=True)
    match kind:
        case "match":
            response = dict(list(response.items())[:1])
        case "text":
            response = " "
        case _:
            response = response[:1]
    choose(page, server.body(KINDS[kind]), response)
    before = ticked(page)
    with page.expect_navigation():
        page.locator(CONFIRM).tap()
    said = page.locator("[role=status]")
    expect(said).to_be_visible()
    assert said.locator(".two > span").count() == 2
    assert ticked(page) == before
    assert server.standing(attempt) == []
    assert server.current(attempt) == KINDS[kind]


def test_the_button_to_confirm_waits_for_a_choice(server, page_at):
    page = page_at(360)
    for kind in ("choice", "choices", "pictures", "zone"):
        show(server, page, "fr", kind)
        expect(page.locator(CONFIRM)).to_be_hidden()
        page.locator(".tile").first.tap()
        expect(page.locator(CONFIRM)).to_be_in_viewport(ratio=1)


def test_a_zone_is_chosen_on_the_picture_itself(server, page_at):
    page = page_at(360, "ar")
    body = server.body(KINDS["zone"])
    key = response_to(body, right=True)
    number = [option["id"] for option in body["options"]].index(key) + 1
    attempt = show(server, page, "ar", "zone")
    zone, picture = page.locator(f".zone-{number}"), page.locator(".picture img")
    x, y, width, height = body["options"][number - 1]["zone"]
    drawn, box = zone.bounding_box(), picture.bounding_box()
    assert drawn is not None
    assert box is not None
    scale = box["width"] / body["picture"]["width"]
    measured = (drawn["x"] - box["x"], drawn["y"] - box["y"], drawn["width"], drawn["height"])
    assert measured == pytest.approx((x * scale, y * scale, width * scale, height * scale), abs=1)
    zone.tap()
    assert ticked(page) == {"answer": [key]}
    with page.expect_navigation():
        page.locator(CONFIRM).tap()
    assert server.standing(attempt) == [(KINDS["zone"], "correct")]


def test_tapping_steps_one_after_the_other_numbers_them(server, page_at):
    page = page_at(360, "ar")
    body = server.body(KINDS["order"])
    attempt = show(server, page, "ar", "order")
    for name in body["orders"][0]:
        page.locator(f'.thing:has([name="place-{name}"]) legend').tap()
    with page.expect_navigation():
        page.locator(CONFIRM).tap()
    assert server.standing(attempt) == [(KINDS["order"], "correct")]


def test_a_number_given_twice_is_taken_from_the_step_that_had_it(server, page_at):
    page = page_at(360)
    show(server, page, "fr", "order")
    first, second = (option["id"] for option in server.body(KINDS["order"])["options"][:2])
    for name in (first, second):
        page.locator(f'label:has([name="place-{name}"][value="2"])').tap()
    assert ticked(page) == {f"place-{second}": ["2"]}


def test_pictures_and_options_keep_their_size_on_the_smallest_phone(server, page_at):
    page = page_at(320, "uk")
    for kind in KINDS:
        show(server, page, "uk", kind)
        for tile in page.locator(".tile").all():
            box = tile.bounding_box()
            assert box is not None
            assert box["height"] >= 56, kind
