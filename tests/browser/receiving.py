"""Receiving somebody at the desk, as a mediator presses through it."""

from __future__ import annotations

import re
import uuid

from playwright.sync_api import Page, expect

from pathways import clock, ids
from pathways.diagnostics.models import Attempt
from tests.browser.answering import CONFIRM, choose, click
from tests.browser.server import Server, response_to

QUESTION = re.compile("/t/[0-9a-f-]{36}$")
SHEET = re.compile("/receptions/[0-9a-f-]{36}$")


def press(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=words).first.click()


def blank(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/receptions/new")
    expect(page).to_have_url(SHEET)


def choose_tile(page: Page, name: str, value: str) -> None:
    page.locator(f'label:has(> input[name={name}][value="{value}"])').click()


def begin(page: Page, server: Server, *, language: str = "ar", label: str = "") -> tuple[str, str]:
    """``(address of the reception, address of its questions)``"""
    blank(page, server)
    address = page.url
    choose_tile(page, "language", language)
    if label:
        page.locator("#label").fill(label)
    press(page, "Téléphone")
    page.wait_for_url(QUESTION)
    return address, page.url


def answer(page: Page, server: Server, *, right: bool = True) -> None:
    body = server.body(page.locator("form[data-kind] input[name=item]").input_value())
    choose(page, body, response_to(body, right=right), click)
    with page.expect_navigation():
        page.locator(CONFIRM).click()


def to_the_end(page: Page, server: Server) -> int:
    given = 0
    while not page.url.endswith("/result"):
        answer(page, server, right=given % 3 != 0)
        given += 1
    return given


def agree(page: Page, *, place: str = "Salle du marché") -> str:
    day = f"{clock.now().year + 1}-03-04"
    page.locator("#date").fill(day)
    page.locator("#time").fill("14:30")
    page.locator("#place").fill(place)
    press(page, "Enregistrer")
    return day


def id_of(questions: str) -> uuid.UUID:
    return uuid.UUID(questions.rsplit("/", 1)[1])


def code_of(server: Server, questions: str) -> str:
    with server.database.read() as db:
        return ids.readable(server.door.resume_code(db.get_one(Attempt, id_of(questions))))
