"""What a test asks of a page: accessible, nothing cut off, drawn with the fonts we meant, silent, and at
home.

The checks return what they found, in words, so that a test reads `assert axe(page) == []`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    Browser,
    BrowserContext,
    CDPSession,
    ConsoleMessage,
    Page,
    Request,
    WebError,
    sync_playwright,
)

from tests.parts import chromium, fonts

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4", "best-practice")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
TARGET = 44  # CSS pixels, our own minimum; WCAG 2.2 asks for 24

# A style sheet made by script is allowed by the content security policy under test; a <style> element is not.
# Scripts written from right to left do not use letter spacing, and are exempt from that part.
_SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; word-spacing: .16em !important }
    * { letter-spacing: .12em !important } :dir(rtl) { letter-spacing: normal !important }
    p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return getComputedStyle(document.body).wordSpacing !== '0px';
}"""
_NAME = """const name = e => e.tagName.toLowerCase()
    + (e.id ? '#' + e.id : '') + [...e.classList].map(c => '.' + c).join('') + ' '
    + JSON.stringify(e.textContent.trim().slice(0, 40));"""
_OVERFLOW = f"""() => {{
  {_NAME}
  const root = document.documentElement, width = root.clientWidth;
  if (root.scrollWidth <= width) return [];
  const wide = [...document.querySelectorAll('body *')].filter(e => {{
    const box = e.getBoundingClientRect();
    return box.width && (box.right > width + .5 || box.left < -.5);
  }});
  return [`${{root.scrollWidth}} px of content in ${{width}} px`, ...wide.slice(0, 10).map(name)];
}}"""
_CUT = f"""() => {{
  {_NAME}
  const hides = style => ['hidden', 'clip'].some(how => style.overflowX === how || style.overflowY === how);
  return [...document.querySelectorAll('body *')].filter(e => {{
    const style = getComputedStyle(e);
    return e.textContent.trim() && hides(style) && e.clientWidth > 1 && e.clientHeight > 1
      && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
  }}).map(e => 'cut off: ' + name(e));
}}"""
# Links inside a sentence are exempt (WCAG 2.5.8), and so is a control whose label is large enough.
_SMALL = f"""least => {{
  {_NAME}
  const size = e => {{ const box = e.getBoundingClientRect(); return Math.min(box.width, box.height); }};
  const controls = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
  return [...document.querySelectorAll(controls)]
    .filter(e => e.checkVisibility() && size(e) > 1 && getComputedStyle(e).display !== 'inline')
    .filter(e => Math.max(size(e), ...[...(e.labels ?? [])].map(size)) < least)
    .map(e => `${{Math.round(size(e))}} px: ` + name(e));
}}"""

_AUDIT = "options => axe.run(document, options).then(found => found.violations)"

# Pages whose scripts are off, and what turns them on: axe waits for timers, which are scripts as well.
# (Playwright's own switch cannot be turned back for that.)
_SWITCHES: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()


@contextmanager
def launched() -> Iterator[Browser]:
    """A running Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium.launch_options())
        try:
            yield browser
        finally:
            browser.close()


class Recorder:
    """Writes down what no page of ours may do: ask another host, complain on the console, fail in a script.

    A page that answers 4xx or 5xx on purpose makes the browser complain about the page itself; that is no
    problem, since the test has asked for it. A picture or script that is not there is.
    """

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.requests: list[str] = []
        self._navigations: set[str] = set()
        self._allowed: list[re.Pattern[str]] = []

    def allow(self, pattern: str) -> None:
        """Expect problems that match this regular expression, before or after they happen."""
        self._allowed.append(re.compile(pattern))

    @property
    def unexpected(self) -> list[str]:
        return [text for text in self.problems if not any(allowed.search(text) for allowed in self._allowed)]

    def listen(self, context: BrowserContext) -> None:
        context.on("request", self._on_request)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)

    def _on_request(self, request: Request) -> None:
        self.requests.append(request.url)
        address = urlsplit(request.url)
        if address.scheme not in {"about", "blob", "data"} and address.hostname not in LOOPBACK:
            self.problems.append(f"request to another host: {request.url}")
        if request.is_navigation_request():
            self._navigations.add(request.url.partition("#")[0])

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        where = message.location.get("url", "").partition("#")[0]
        if message.text.startswith("Failed to load resource") and where in self._navigations:
            return
        self.problems.append(f"console {message.type}: {message.text} ({where})")

    def _on_error(self, error: WebError) -> None:
        self.problems.append(f"script error: {error.error}")


def open_page(browser: Browser, recorder: Recorder, *, width: int, lang: str, javascript: bool) -> Page:
    """A page as a visitor has it who comes for the first time: no cookie, no storage, their own language."""
    phone = width < 600
    context = browser.new_context(
        viewport={"width": width, "height": 740 if phone else 900},
        has_touch=phone,
        locale=lang,
        timezone_id="Europe/Paris",
    )
    context.set_default_timeout(10_000)
    recorder.listen(context)
    page = context.new_page()
    if not javascript:
        _SWITCHES[page] = context.new_cdp_session(page)
        _SWITCHES[page].send("Emulation.setScriptExecutionDisabled", {"value": True})
    return page


@contextmanager
def _scripts_for_us(page: Page) -> Iterator[None]:
    """Let our own script wait, on a page that was loaded without running its own."""
    switch = _SWITCHES.get(page)
    if switch is None:
        yield
        return
    switch.send("Emulation.setScriptExecutionDisabled", {"value": False})
    try:
        yield
    finally:
        switch.send("Emulation.setScriptExecutionDisabled", {"value": True})


def axe(page: Page, *, without: tuple[str, ...] = ()) -> list[str]:
    """Violations of the rules, each with the elements concerned. `without` names rules that a test leaves
    out."""
    options = {"runOnly": list(RULES), "rules": {rule: {"enabled": False} for rule in without}}
    return [
        f"{violation['id']}: {violation['help']}: " + " | ".join(str(node["target"][0]) for node in violation["nodes"])
        for violation in violations(page, options)
    ]


def violations(page: Page, options: dict[str, Any]) -> list[dict[str, Any]]:
    """What axe finds by its own options. Its half megabyte is brought into a document once, and it describes no
    element that is right: both cost more than the rules themselves.
    """
    with _scripts_for_us(page):
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        return page.evaluate(_AUDIT, options | {"resultTypes": ["violations"]})


def no_horizontal_scroll(page: Page) -> list[str]:
    """What makes the page wider than its window (WCAG 1.4.10)."""
    return page.evaluate(_OVERFLOW)


def text_spacing(page: Page) -> list[str]:
    """What is cut off or too wide when a reader spaces the text (WCAG 1.4.12). Leaves the page spaced."""
    if not page.evaluate(_SPACING):
        raise AssertionError("the page does not take the spacing, so nothing was tested")
    return page.evaluate(_OVERFLOW) + page.evaluate(_CUT)


def small_targets(page: Page, least: int = TARGET) -> list[str]:
    """What is too small for a finger."""
    return page.evaluate(_SMALL, least)


def fonts_used(page: Page, selector: str = "body") -> dict[str, int]:
    """The font families that drew the text inside the elements, with the number of glyphs each drew. A space
    is drawn by the first font, whatever the script around it."""
    cdp = page.context.new_cdp_session(page)
    try:
        cdp.send("DOM.enable")
        cdp.send("CSS.enable")
        root = cdp.send("DOM.getDocument")["root"]["nodeId"]
        outermost = f":is({selector}):not(:is({selector}) *)"  # the count includes what is inside an element
        found = cdp.send("DOM.querySelectorAll", {"nodeId": root, "selector": outermost})["nodeIds"]
        glyphs: Counter[str] = Counter()
        for node in found:
            for font in cdp.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]:
                glyphs[font["familyName"]] += int(font["glyphCount"])
        return dict(glyphs)
    finally:
        cdp.detach()


def missing_glyphs(page: Page) -> list[str]:
    """Visible characters that no font of ours can draw: a reader without a richer font would see a box.

    The browser does not say so itself: the box is drawn by, and reported as, the first font.

    """
    shown = page.evaluate("() => document.body.innerText")
    can_draw = fonts.coverage()
    return sorted({letter for letter in shown if letter.isprintable() and ord(letter) not in can_draw})
