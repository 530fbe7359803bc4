"""Lending one's voice on a phone: Chromium's own microphone of tests beeps, and the sentences are kept."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, Route, expect

from pathways.diagnostics.models import Diagnostic
from pathways.items import recordings
from pathways.items import service as items_service
from pathways.items.models import Recording
from pathways.voices import links
from pathways.voices.models import Voice
from pathways.voices.script import script
from tests.browser.checks import faults, focus_walk
from tests.browser.server import KINDS, SECRET, Server
from tests.parts import chromium as parts
from tests.parts.browser import Recorder, no_horizontal_scroll, open_page
from tests.voices.sounds import sent

pytestmark = pytest.mark.slow  # a microphone, an encoder and a browser at once

MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture(scope="module")
def with_microphone(chromium: Browser) -> Iterator[Browser]:
    """A browser whose microphone beeps once a second, and that asks nobody."""
    options: dict[str, Any] = dict(parts.launch_options())
    options["args"] = [*options.get("args", []), *MICROPHONE]
    browser = chromium.browser_type.launch(**options)
    yield browser
    browser.close()


def link(server: Server, language: str = "ar") -> tuple[str, uuid.UUID]:
    with server.database.begin() as db:
        member, diagnostic_id = server._trainer(), server.diagnostic(server.code)
        voice, token = links.open_link(db, SECRET.encode(), member, diagnostic_id, language=language, key=uuid.uuid4())
        return f"{server.url}/voice/{token}", voice.id


def kept(server: Server, voice_id: uuid.UUID) -> list[Recording]:
    with server.database.read() as db:
        found = db.query(Recording).filter_by(voice_id=voice_id).order_by(Recording.created_at).all()
        db.expunge_all()
        return found


def agree(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("[name=agreed]").check(force=True)
    with page.expect_navigation():
        page.locator("form button.primary").click()


def record(page: Page, milliseconds: int = 2500) -> None:
    page.locator("[data-record]").click()
    expect(page.locator("[data-stop]")).to_be_visible()
    page.wait_for_timeout(milliseconds)
    page.locator("[data-stop]").click()


@pytest.fixture
def phone(with_microphone: Browser, recorder: Recorder, server: Server) -> Iterator[Page]:
    with server.database.begin() as db:  # two tests may beep alike to the bit, which two voices never do
        db.execute(sa.delete(Recording))
    page = open_page(with_microphone, recorder, width=360, lang="ar", javascript=True)
    yield page
    page.context.close()


def test_two_sentences_are_recorded_heard_and_kept_on_a_phone(server, phone):
    address, voice_id = link(server)
    agree(phone, address)
    phone.locator("a.primary").click()
    expect(phone.locator("[data-plain]")).to_be_hidden()
    for number in (1, 2):
        assert phone.url == f"{address}/{number}"
        record(phone)
        phone.wait_for_selector("#heard", timeout=30_000)
        assert len(kept(server, voice_id)) == number
        with phone.expect_navigation():
            phone.locator("[data-next]").click()
    assert all(row.seconds > 0.2 and row.state == "draft" for row in kept(server, voice_id))
    phone.goto(f"{address}/1")
    phone.locator(".listen").click()
    expect(phone.locator(".sound.playing")).to_be_visible()
    expect(phone.locator(".sound [role=status]")).to_be_hidden()


def test_a_dead_network_and_a_reload_lose_nothing(server, phone, recorder):
    recorder.allow("Failed to load resource|ERR_")
    address, voice_id = link(server)
    agree(phone, address)
    phone.goto(f"{address}/1")

    def dead(route: Route) -> None:
        if route.request.method == "POST":
            route.abort()
        else:
            route.continue_()

    phone.route("**/voice/**", dead)
    record(phone)
    expect(phone.locator("[data-offline]")).to_be_visible()
    expect(phone.locator("[data-unsent]")).to_be_visible()
    assert kept(server, voice_id) == []
    phone.unroute("**/voice/**")
    phone.reload()
    phone.wait_for_selector("#heard", timeout=30_000)
    assert len(kept(server, voice_id)) == 1
    phone.reload()
    phone.wait_for_timeout(500)
    assert len(kept(server, voice_id)) == 1, "what has arrived is not sent again"


def test_what_the_server_refuses_is_said_on_the_page(server, phone, recorder):
    recorder.allow("status of 422")
    address, voice_id = link(server)
    agree(phone, address)
    phone.goto(f"{address}/1")
    phone.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = async () =>"
        " new AudioContext().createMediaStreamDestination().stream; }"
    )
    record(phone)
    expect(phone.locator("[data-refused]")).to_be_visible(timeout=30_000)
    expect(phone.locator("[data-refused]")).to_contain_text("Enregistrez de nouveau")
    expect(phone.locator("[data-record]")).to_be_visible()
    assert kept(server, voice_id) == []


def test_without_a_microphone_the_file_field_takes_over(server, phone):
    address, _ = link(server)
    agree(phone, address)
    phone.goto(f"{address}/1")
    phone.evaluate(
        "() => { const closed = () => Promise.reject(new DOMException('no', 'NotAllowedError'));"
        " navigator.mediaDevices.getUserMedia = closed; }"
    )
    phone.locator("[data-record]").click()
    expect(phone.locator("[data-denied]")).to_be_visible()
    expect(phone.locator("[data-plain]")).to_be_visible()


def test_without_a_script_the_phones_own_recorder_is_enough(server, page_at, tmp_path: Path):
    page = page_at(320, "ar", javascript=False)
    address, voice_id = link(server)
    agree(page, address)
    page.goto(f"{address}/1")
    assert no_horizontal_scroll(page) == []
    file = tmp_path / "memo.m4a"
    file.write_bytes(sent("mp4"))
    page.locator("[name=sound]").set_input_files(file)
    with page.expect_navigation():
        page.locator("[data-plain] button").click()
    expect(page.locator("#heard audio")).to_be_visible()
    assert len(kept(server, voice_id)) == 1


def test_every_page_of_a_speaker_can_be_read_by_everybody(server, page_at):
    page = page_at(320, "ar")
    address, voice_id = link(server)
    page.goto(address)
    assert faults(page) == []
    agree(page, address)
    assert faults(page) == []
    with server.database.begin() as db:
        diagnostic = db.get_one(Diagnostic, server.diagnostic(server.code))
        segment = script(db, diagnostic, "ar")[1]
        voice = db.get_one(Voice, voice_id)
        source = recordings.Source(recordings.VOICE, voice_id, voice.made_by, 1.0)
        folder = Path(str(server.database.engine.url.database)).parent / recordings.FOLDER
        recordings.keep(
            db, folder, language="ar", text=segment.text, sound=b"ID3 nothing", licence="CC0", source=source
        )
    for number in (1, 2):
        page.goto(f"{address}/{number}")
        assert faults(page) == []
        assert focus_walk(page) == []


def test_the_pages_of_the_desk_can_be_read_by_everybody(server, page_at):
    page = page_at(320, "fr")
    server.sign_in(page)
    _, voice_id = link(server)
    for path in (f"/diagnostics/{server.diagnostic(server.code)}/voices", f"/voices/{voice_id}", "/voices"):
        page.goto(server.url + path)
        assert faults(page, targets=False) == [], path
        assert focus_walk(page, most=30) == [], path


def test_a_learner_listens_slowly_one_at_a_time_and_a_broken_sound_is_in_nobodys_way(server, page_at, recorder):
    recorder.allow("status of 404|ERR_")
    folder = Path(str(server.database.engine.url.database)).parent / recordings.FOLDER
    texts = {}
    with server.database.begin() as db:
        diagnostic = db.get_one(Diagnostic, server.diagnostic(server.code))
        for one in script(db, diagnostic, "ar"):
            if one.item == "SEC-02-a" and not one.key.startswith("picture") and len(texts) < 3:
                body = sent("mp3", 6.0, 140 + len(texts))
                row = recordings.keep(db, folder, language="ar", text=one.text, sound=body, licence="CC0")
                texts[one.key] = recordings.file_name(row)
        items_service.note_change(db)
    first, second, third = texts.values()
    (folder / third).unlink()
    page = page_at(360, "ar")
    attempt = server.begin(page, "ar", item="SEC-02-a")
    page.wait_for_timeout(1100)  # a process looks for new content once a second
    page.goto(f"{server.url}/t/{attempt}")
    play = {name: page.locator(f".sound:has(audio[src$='{name}'])") for name in (first, second, third)}
    assert faults(page) == []
    page.reload()
    assert page.locator("audio").evaluate_all("all => all.every(one => one.paused && !one.autoplay)")
    play[first].locator(".listen").click()
    expect(play[first]).to_have_class("sound playing")
    expect(page.locator(".read-aloud")).to_have_count(1)
    play[second].locator(".slow").click()
    expect(play[second]).to_have_class("sound playing")
    expect(play[first]).to_have_class("sound")
    assert play[second].locator("audio").evaluate("one => one.playbackRate") == 0.75
    assert page.locator("audio").evaluate_all("all => all.filter(one => !one.paused).length") == 1
    play[third].locator(".listen").click()
    expect(play[third].locator("[role=status]")).to_be_visible()
    page.locator("[name=outcome][value=dont_know]").click()
    expect(page.locator("[name=item]").first).not_to_have_value("SEC-02-a")
    assert server.answers(attempt) == 1


@pytest.mark.parametrize("javascript", [True, False])
def test_a_sound_stands_under_its_own_words_on_the_smallest_phone(server, page_at, javascript):
    items = {KINDS[kind] for kind in ("pictures", "order", "match")}
    with server.database.begin() as db:
        folder = Path(str(server.database.engine.url.database)).parent / recordings.FOLDER
        for one in script(db, db.get_one(Diagnostic, server.diagnostic(server.code)), "ar"):
            if one.item in items:
                recordings.keep(db, folder, language="ar", text=one.text, sound=sent("mp3"), licence="CC0")
        items_service.note_change(db)
    page = page_at(320, "ar", javascript=javascript)
    page.wait_for_timeout(1100)  # a process looks for new content once a second
    for item in sorted(items):
        page.goto(f"{server.url}/t/{server.begin(page, 'ar', item=item)}")
        assert page.locator("fieldset .sound").count() >= 3, item
        assert no_horizontal_scroll(page) == [], item
        beside = "all => all.filter(one => one.parentElement.querySelectorAll(':scope > .sound').length > 1).length"
        assert page.locator("fieldset .sound").evaluate_all(beside) == 0, item
