"""The checks of tests/parts/browser.py, tried on pages with and without the fault each looks for."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.parts import fonts
from tests.parts.browser import (
    axe,
    fonts_used,
    missing_glyphs,
    no_horizontal_scroll,
    small_targets,
    text_spacing,
)

GOOD = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Essai</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head><body><main>
<h1>Écrire un message</h1><p>Cliquez sur « Envoyer ».</p>
<p lang="ar" dir="rtl">اضغط على زر الإرسال ثم انتظر</p><p lang="fa-AF" dir="rtl">دکمه ارسال را فشار دهید</p>
<p lang="uk">Натисніть «Надіслати», будь ласка, ґанок, їжак</p>
<button style="min-height: 48px; min-width: 48px">Envoyer</button>%s</main></body></html>"""

PAGES = {
    "/good": "",
    "/wide": '<p style="width: 500px" id="broad">Trop large</p>',
    "/tight": '<p style="height: 1.2em; width: 12em; overflow: hidden" id="tight">Douze mots bien serrés</p>',
    "/unnamed": "<button></button>",
    "/small": '<button style="width: 20px; height: 20px; padding: 0">x</button>',
    "/letters": "<p>中文 ✂</p>",
    "/stranger": '<img alt="" src="http://stranger.example/pixel.png">',
    "/absent": '<img alt="" src="/absent.png">',
    "/script": "<noscript>Sans script</noscript><script>document.title = 'Script'; undefined_name()</script>",
}
POLICY = "default-src 'self'; img-src 'self' data: http:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.path in PAGES
        policy = POLICY if self.path != "/strict" else "default-src 'self'"
        body = (GOOD % PAGES.get(self.path, "")).encode()
        if self.path == "/strict":
            body = body.replace(b' style="min-height: 48px; min-width: 48px"', b"")
        self.send_response(200 if known or self.path == "/strict" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", policy + "; img-src 'self' data:" * (self.path == "/strict"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):  # noqa: A002 - the name http.server asks for
        pass


@pytest.fixture(scope="module")
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_good_page_passes_every_check(page_at, address, javascript):
    page = page_at(320, "ar", javascript=javascript)
    page.goto(f"{address}/good")
    assert axe(page) == []
    assert no_horizontal_scroll(page) == []
    assert small_targets(page) == []
    assert missing_glyphs(page) == []
    assert text_spacing(page) == []


def test_spacing_is_tried_under_a_strict_policy_too(page_at, address):
    page = page_at()
    page.goto(f"{address}/strict")
    assert text_spacing(page) == []
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).letterSpacing") != "normal"
    assert page.evaluate("getComputedStyle(document.querySelector('[dir=rtl]')).letterSpacing") == "normal"


@pytest.mark.skipif(not fonts.CLOSED, reason="the fonts are this machine's own")
def test_each_language_is_drawn_by_the_font_we_meant(page_at, address):
    page = page_at()
    page.goto(f"{address}/good")
    for language in ("ar", "fa-AF"):
        used = fonts_used(page, f"p[lang={language}]")
        text = page.inner_text(f"p[lang={language}]")
        assert set(used) == {fonts.LATIN, fonts.ARABIC}
        assert used[fonts.LATIN] == text.count(" ")
    assert set(fonts_used(page, "p[lang=uk]")) == {fonts.LATIN}
    assert fonts_used(page, "h1, h1 *") == {fonts.LATIN: len("Écrire un message")}


@pytest.mark.parametrize(
    ("path", "check", "expected"),
    [
        ("/wide", no_horizontal_scroll, "p#broad"),
        ("/tight", text_spacing, "p#tight"),
        ("/unnamed", axe, "button-name"),
        ("/small", small_targets, "20 px"),
        ("/letters", missing_glyphs, "中"),
    ],
)
def test_a_fault_is_found(page_at, address, path, check, expected):
    page = page_at(320)
    page.goto(address + path)
    assert expected in " ".join(check(page))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/stranger", "request to another host: http://stranger.example/pixel.png"),
        ("/absent", "404"),
        ("/script", "undefined_name is not defined"),
    ],
)
def test_misbehaviour_is_written_down(page_at, recorder, address, path, expected):
    page = page_at()
    page.goto(address + path)
    page.wait_for_load_state("networkidle")
    assert expected in " ".join(recorder.unexpected)
    recorder.allow(".")


def test_a_page_that_is_refused_on_purpose_is_no_misbehaviour(page_at, address):
    answer = page_at().goto(f"{address}/nothing-here")
    assert answer.status == 404


def test_the_visitor_has_the_language_and_the_width_asked_for(page_at, address):
    page = page_at(320, "uk")
    page.goto(f"{address}/good")
    assert page.evaluate("[innerWidth, navigator.language]") == [320, "uk"]


def test_scripts_are_off_when_asked(page_at, recorder, address):
    page = page_at(javascript=False)
    page.goto(f"{address}/script")
    assert page.title() == "Essai"
    assert axe(page) == []
    assert "Sans script" in page.inner_text("main")
    page.reload()
    assert page.title() == "Essai"
