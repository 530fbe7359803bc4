"""Answering the question on the screen as people do: with a finger, with a mouse, with the keyboard alone."""

from collections.abc import Callable, Sequence
from typing import Any

from playwright.sync_api import Locator, Page

Press = Callable[[Locator], None]
CONFIRM = ".dock .primary"
WAYS_OUT = {"dont_know": ".ways-out [value=dont_know]", "not_understood": ".ways-out [value=not_understood]"}


def tap(target: Locator) -> None:
    target.tap()


def click(target: Locator) -> None:
    target.click()


def choose(page: Page, body: dict[str, Any], response: Any, press: Press = tap) -> None:
    """Fill the question's form with `response`, without confirming."""
    if body["kind"] == "text":
        press(page.locator("#typed"))
        page.keyboard.type(response)
        return
    for name, value in _inputs(body, response):
        press(page.locator(f'label:has(> input[name="{name}"][value="{value}"])'))


def choose_by_keyboard(page: Page, body: dict[str, Any], response: Any) -> None:
    """The same with Tab, arrows and Space. Starts from wherever the focus is, and goes forward only."""
    if body["kind"] == "text":
        tab_to(page, "#typed")
        page.keyboard.type(response)
        return
    wanted = _inputs(body, response)
    if body["kind"] == "choices":
        order = page.locator("input[name=answer]").evaluate_all("all => all.map(one => one.value)")
        for _, value in sorted(wanted, key=lambda one: order.index(one[1])):
            tab_to(page, f'input[value="{value}"]')
            page.keyboard.press("Space")
        return
    groups = page.locator("input[type=radio]").evaluate_all("all => [...new Set(all.map(one => one.name))]")
    for name, value in sorted(wanted, key=lambda one: groups.index(one[0])):
        tab_to(page, f'input[name="{name}"]')
        page.keyboard.press("Space")
        values = page.locator(f'input[name="{name}"]').evaluate_all("all => all.map(one => one.value)")
        for _ in range(values.index(value)):
            page.keyboard.press("ArrowDown")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element that matches has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def ticked(page: Page) -> dict[str, list[str]]:
    """What stands chosen in the form: `{field: [values]}`."""
    return page.evaluate("""() => {
        const chosen = {};
        for (const one of document.querySelectorAll('form[data-kind] :checked'))
            (chosen[one.name] ??= []).push(one.value);
        return chosen;
    }""")


def _inputs(body: dict[str, Any], response: Any) -> Sequence[tuple[str, str]]:
    match body["kind"]:
        case "order":
            return [(f"place-{name}", str(place)) for place, name in enumerate(response, start=1)]
        case "match":
            return [(f"pair-{thing}", target) for thing, target in response.items()]
        case "choices":
            return [("answer", name) for name in response]
        case _:
            return [("answer", response)]
