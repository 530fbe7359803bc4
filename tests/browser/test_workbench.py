"""The workbench of translators: accessible, whole at 320 px, legible in every script, and without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.checks import faults, focus_walk, told
from tests.browser.server import Server

pytestmark = pytest.mark.slow

ITEM = "SEC-02-a"
LANGUAGES = ("ar", "ti")
HEAD = 'msgid ""\nmsgstr "Language: ar\\n"\n\n'
FILES = {
    "a wrong file": HEAD + 'msgctxt "item:XXX-99-z#stem"\nmsgid "S"\nmsgstr "نص"\n',
    "no file of ours": "x",
    "an unfinished one": HEAD + 'msgctxt "skill:SEC-01"\nmsgid "S"\nmsgstr "نص"\n',
}


@pytest.fixture(autouse=True)
def _an_incomplete_form_is_refused(recorder):
    recorder.allow("status of 422")  # the browser complains of it; the page says what is missing


def fill(page: Page, mark: str) -> None:
    """The fields in words of the language's own script, the French labels and the numbers kept."""
    for number, field in enumerate(page.locator("[data-bench] textarea").all()):
        field.fill(f"{mark} {number} 06 39 98 00 41 500")


def bench_pages(server: Server, page: Page) -> Iterator[str]:
    def at(path: str) -> str:
        page.goto(server.url + path)
        return path

    server.sign_in(page)
    yield at("/translations")
    yield at("/translations?lang=ar&state=draft")
    for language in LANGUAGES:
        yield at(f"/translations/{ITEM}?lang={language}")
        fill(page, {"ar": "نص", "ti": "ጽሑፍ"}[language])
        page.locator("[data-bench] textarea").first.fill("")
        page.get_by_role("button", name="Enregistrer ces textes").click()
        yield f"the form in {language}, with a text missing"
        fill(page, {"ar": "نص", "ti": "ጽሑፍ"}[language])
        page.get_by_role("button", name="Enregistrer ces textes").click()
        page.wait_for_url("**done=**")
        yield f"a suggestion in {language}"
    yield at(f"/translations/{ITEM}?lang=fr")
    for name, text in FILES.items():
        yield at("/translations/files?lang=ar")
        page.locator("#file").set_input_files({"name": "ar.po", "mimeType": "text/plain", "buffer": text.encode()})
        page.get_by_role("button", name="Examiner le fichier").click()
        yield f"the report of {name}"


def test_the_pages_of_the_workbench(server, page_at):
    page = page_at(320)
    found = {name: faults(page, targets=False) for name in bench_pages(server, page)}
    wrong = told(found)
    assert not wrong, wrong


def test_the_focus_is_in_sight_on_the_workbench(server, page_at):
    page = page_at(1280)
    found = {name: focus_walk(page, most=60) for name in bench_pages(server, page)}
    wrong = told(found)
    assert not wrong, wrong


def test_without_javascript_a_text_is_suggested_and_a_file_examined(server, page_at, tmp_path):
    page = page_at(320, javascript=False)
    server.sign_in(page)
    page.goto(f"{server.url}/translations/{ITEM}?lang=tr")
    fill(page, "metin")
    page.get_by_role("button", name="Enregistrer ces textes").click()
    assert "done=" in page.url
    assert page.get_by_role("status").first.is_visible()
    page.goto(f"{server.url}/translations/files?lang=tr")
    path = tmp_path / "tr.po"
    path.write_text('msgid ""\nmsgstr "Language: uk\\n"\n', "utf-8")
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="Examiner le fichier").click()
    assert "une autre langue" in page.locator("main").inner_text()


def test_letters_are_counted_while_somebody_types(server, page_at):
    page = page_at(360)
    server.sign_in(page)
    page.goto(f"{server.url}/translations/{ITEM}?lang=ar")
    page.locator("#text-stem").fill("أربعة")
    assert page.locator("#limit-stem output").inner_text() == "5 / 300"
    assert page.locator("#text-stem").evaluate("one => getComputedStyle(one).direction") == "rtl"
    assert page.locator("#french-stem .french").evaluate("one => getComputedStyle(one).direction") == "ltr"
