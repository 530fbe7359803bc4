"""Cuts the fonts that are sent with pages down to the letters of their script. A build step: `make` runs it on what npm
brought, before the wheel is made. Needs fontTools and the standard library, nothing of ours.

    python pathways/web/typefaces.py node_modules/@fontsource

Which fonts, and why only these, is in ``locales/languages.toml`` (``shipped``).
"""

from __future__ import annotations

import hashlib
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset

ROOT = Path(__file__).parents[2]
STATIC = Path(__file__).parent / "static"
STYLE = "fonts.css"
RANGES = {
    "Arab": ((0x0600, 0x06FF), (0x0750, 0x077F), (0x200C, 0x200E), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC)),
    "Ethi": ((0x1200, 0x139F),),
    "Beng": ((0x0980, 0x09FF), (0x0964, 0x0965), (0x200C, 0x200D)),
}
"""Code points by script (ISO 15924): what people type in it today, without its historical extensions."""
NAMES = "Names of languages"
"""A family that holds the letters of the languages' own names: the wall shows all of them, and loads no whole font."""


def build(packages: Path) -> list[Path]:
    """Write the fonts and their style sheet into ``static/``; returns the files, the style sheet last."""
    languages = tomllib.loads((ROOT / "locales" / "languages.toml").read_text("utf-8"))
    faces: dict[str, list[dict[str, str]]] = {}
    for language in languages.values():
        if language.get("shipped"):
            faces.setdefault(language["shipped"], []).append(language)
    written, rules = [], []
    for package, speakers in faces.items():
        script, family = speakers[0]["script"], speakers[0]["font"]
        source = packages / package / "files" / f"{package}-{_SUBSETS[script]}-400-normal.woff2"
        names = {ord(letter) for speaker in speakers for letter in speaker["name"]}
        for name, points, face in (
            (f"{package}.woff2", _points(RANGES[script]), family),
            (f"{package}-names.woff2", names, NAMES),
        ):
            path = STATIC / name
            _cut(source, path, points)
            written.append(path)
            rules.append(_rule(face, path, RANGES[script] if face == family else [(one, one) for one in sorted(names)]))
    style = STATIC / STYLE
    style.write_text("\n".join(rules) + "\n", "utf-8")
    return [*written, style]


_SUBSETS = {"Arab": "arabic", "Ethi": "ethiopic", "Beng": "bengali"}


def _points(ranges: Iterable[tuple[int, int]]) -> set[int]:
    return {point for first, last in ranges for point in range(first, last + 1)}


def _cut(source: Path, path: Path, points: set[int]) -> None:
    options = subset.Options(flavor="woff2", layout_features=["*"], hinting=False, notdef_outline=True)
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(font)
    subset.save_font(font, str(path), options)


def _rule(family: str, path: Path, ranges: Iterable[tuple[int, int]]) -> str:
    """``swap``: the text is there at once in whatever the phone has, and never invisible. One weight is sent, and said
    to be one: the browser thickens it for headings and buttons, beside Latin letters that are bold there.
    """
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:10]
    spans = ",".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in ranges)
    return (
        f'@font-face{{font-family:"{family}";src:url(/static/{digest}/{path.name}) format("woff2");'
        f"font-display:swap;font-weight:400;unicode-range:{spans}}}"
    )


if __name__ == "__main__":
    for made in build(Path(sys.argv[1])):
        print(f"{made.name}: {made.stat().st_size:,} bytes")  # noqa: T201 - a command
