"""Checks of a page that are ours alone, beside those of `tests.parts.browser`: each returns what it found, in words."""

from playwright.sync_api import Page

from tests.parts.browser import axe, missing_glyphs, no_horizontal_scroll, small_targets, text_spacing, violations

_FOCUS = """() => {
  const own = document.activeElement;
  if (!own || own === document.body) return null;
  if (own.dataset.walked) return {again: true};
  own.dataset.walked = '1';
  const shown = own.closest('.tile, .chip, .rung') ?? own, style = getComputedStyle(shown);
  const box = shown.getBoundingClientRect(), faults = [];
  const name = own.tagName.toLowerCase() + ' ' + (own.name || own.textContent.trim().slice(0, 30));
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) faults.push('no focus to be seen: ' + name);
  if (box.bottom < 0 || box.top > innerHeight) faults.push('focus out of sight: ' + name);
  const dock = document.querySelector('.dock');
  if (dock && !dock.contains(own) && getComputedStyle(dock).position === 'fixed'
      && box.bottom > dock.getBoundingClientRect().top + 1) faults.push('focus under the dock: ' + name);
  return {again: false, faults};
}"""
_PICTURES = """() => [...document.images].filter(one => one.checkVisibility()).filter(one => {
  const box = one.getBoundingClientRect();
  return !one.complete || one.naturalWidth === 0 || box.width < 40 || box.height < 30;
}).map(one => 'picture not to be seen: ' + one.alt)"""
_INLINE = """() => [
  ...[...document.querySelectorAll('script:not([src])')]
    .map(one => 'script in the page: ' + one.textContent.slice(0, 40)),
  ...[...document.querySelectorAll('*')].flatMap(one => [...one.attributes])
    .filter(one => one.name.startsWith('on')).map(one => 'handler in the page: ' + one.name),
]"""


def faults(
    page: Page,
    *,
    wide: bool = True,
    dark: bool = True,
    targets: bool = True,
    forced: bool = False,
    printed: bool = False,
) -> list[str]:
    """Everything wrong with the page as it stands, at 320 px and 1280, by day and by night, in the colours that
    somebody forces on it, and on paper. Leaves it spaced.
    """
    found = []
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # no colour on its way to another
    page.set_viewport_size({"width": 320, "height": 640})
    found += axe(page) + no_horizontal_scroll(page) + missing_glyphs(page)
    found += page.evaluate(_PICTURES) + page.evaluate(_INLINE)
    if targets:
        found += small_targets(page)
    if dark:
        page.emulate_media(color_scheme="dark")
        found += [f"dark: {one}" for one in contrast(page)]
        page.emulate_media(color_scheme="light")
    if forced:
        page.emulate_media(forced_colors="active")
        found += [f"forced colours: {one}" for one in contrast(page)]
        page.emulate_media(forced_colors="none")
    if printed:
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 700, "height": 1000})  # what an A4 sheet with its margins holds
        found += [f"printed: {one}" for one in no_horizontal_scroll(page) + missing_glyphs(page)]
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": 320, "height": 640})
    if wide:
        page.set_viewport_size({"width": 1280, "height": 900})
        found += [f"1280: {one}" for one in axe(page) + no_horizontal_scroll(page)]
        page.set_viewport_size({"width": 320, "height": 640})
    return found + [f"spaced: {one}" for one in text_spacing(page)]


def told(found: dict[str, list[str]]) -> str:
    """What was found page by page, to be compared with nothing."""
    return "\n".join(f"{name}: {fault}" for name, wrong in found.items() for fault in wrong)


def contrast(page: Page) -> list[str]:
    """Texts that cannot be told from what is behind them: the one rule that the hour of the day can break."""
    options = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    return [f"contrast: {node['target'][0]}" for one in violations(page, options) for node in one["nodes"]]


def focus_walk(page: Page, most: int = 80) -> list[str]:
    """Walk through the page with Tab; returns where the focus cannot be seen."""
    found: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        seen = page.evaluate(_FOCUS)
        if seen is None or seen["again"]:
            return found
        found += seen["faults"]
    return found
