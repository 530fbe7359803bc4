"""Verifying in a browser: a file that is dropped, one that is chosen without scripts, pages that anybody can read."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pathways import clock, migrating
from pathways.app import create_app
from pathways.database import Database
from pathways.settings import Settings
from tests.badges.verifying.facing import verifying
from tests.badges.verifying.making import ACHIEVEMENT, FORMS, NOW, as_json, badge, changed, endorsement, signed
from tests.browser.checks import faults, told
from tests.serving import served

_DROP = """([bytes, name]) => {
  const data = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0)), transfer = new DataTransfer();
  transfer.items.add(new File([data], name));
  for (const kind of ["dragenter", "dragover", "drop"])
    document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""


def with_an_endorsement() -> bytes:
    document = badge()
    document["credentialSubject"]["achievement"]["endorsement"] = [signed(endorsement(ACHIEVEMENT))]
    return as_json(signed(document))


FILES = {
    "valid": with_an_endorsement,
    "not-valid": lambda: as_json(changed(signed(badge()), lambda one: one.update(name="x"))),
    "could-not-tell": lambda: b"\xff\xd8\xff\xe0 a photograph",
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of this process, in front of which it is the day of the badges."""
    folder = tmp_path_factory.mktemp("verifying")
    settings = Settings(database_url=f"sqlite:///{folder}/pathways.sqlite3", data=folder, secret=b"x" * 32)
    database = Database(settings.database_url)
    migrating.migrate(database)
    database.dispose()
    app = create_app(settings)
    with pytest.MonkeyPatch.context() as patch, verifying(app), served(app) as url:
        patch.setattr(clock, "now", lambda: NOW)
        yield url
    app.state.database.dispose()


def chosen(page: Page, address: str, file: Path) -> None:
    page.goto(f"{address}/verify")
    page.set_input_files("#file", str(file))
    page.locator("button.primary").click()


def test_a_file_that_is_dropped_anywhere_is_verified_at_once(address, page_at):
    page = page_at(800, "fr")
    page.goto(f"{address}/verify")
    png = base64.b64encode(FORMS["ob3-png"]()).decode()
    page.evaluate(_DROP, [png, "badge.png"])
    expect(page.locator("h1.verdict.valid")).to_be_visible()
    expect(page.locator(".summary")).to_contain_text("badges.example.org")


@pytest.mark.slow
def test_a_file_is_verified_without_scripts(address, page_at, tmp_path):
    file = tmp_path / "badge.svg"
    file.write_bytes(FORMS["ob3-svg"]())
    page = page_at(320, "fr", javascript=False)
    chosen(page, address, file)
    expect(page.locator("h1.verdict.valid")).to_be_visible()
    page.locator('a[href="/verify"]').click()
    page.locator("#text").fill(FORMS["ob3-jwt"]().decode())
    page.locator("button.primary").click()
    expect(page.locator("h1.verdict.valid")).to_be_visible()


def test_choosing_a_file_takes_away_the_text_that_was_pasted(address, page_at, tmp_path):
    file = tmp_path / "badge.json"
    file.write_bytes(FORMS["ob3-json"]())
    page = page_at(320, "fr")
    page.goto(f"{address}/verify")
    page.locator("#text").fill("Bonjour")
    page.set_input_files("#file", str(file))
    assert page.locator("#text").input_value() == ""


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en", "ar", "bn"])
def test_each_page_is_accessible_and_prints(address, page_at, tmp_path, language):
    page = page_at(320, language)
    page.goto(f"{address}/verify")
    found = {"the form": faults(page, printed=True)}
    for tone, make in FILES.items():
        file = tmp_path / "badge.json"
        file.write_bytes(make())
        chosen(page, address, file)
        expect(page.locator(f"h1.verdict.{tone}")).to_be_visible()
        found[tone] = faults(page, forced=True, printed=True)
    assert told(found) == ""


@pytest.mark.slow
def test_nothing_of_the_verified_badge_is_asked_for_by_the_browser(address, page_at, tmp_path):
    """The recorder of these tests fails for any request that leaves this machine; pictures in a badge are such."""
    file = tmp_path / "badge.json"
    file.write_bytes(FORMS["ob3-json"]())
    page = page_at(320, "fr")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    chosen(page, address, file)
    expect(page.locator("h1.verdict.valid")).to_be_visible()
    assert all(one.startswith(address) for one in asked)
