"""The colours of badges: a dark tint, white on it, one lighter accent. None of them carries meaning alone."""

from __future__ import annotations

from dataclasses import dataclass

PAPER = "#ffffff"
_SUN = "#ffcf8c"
_SUN_ON_PAPER = "#a65206"


@dataclass(frozen=True, slots=True)
class Tint:
    colour: str
    """``#rrggbb``."""
    french: str
    english: str


TINTS = {
    "lake": Tint("#0b5d63", "lac", "lake"),
    "night": Tint("#2a3f7a", "nuit", "night"),
    "forest": Tint("#2b5b34", "forêt", "forest"),
    "plum": Tint("#6b2f66", "prune", "plum"),
    "earth": Tint("#7a3d12", "terre", "earth"),
    "slate": Tint("#3a4653", "ardoise", "slate"),
}
"""No red: nobody fails here."""


@dataclass(frozen=True, slots=True)
class Inks:
    """What a pictogram is drawn with: ``figure`` and ``accent`` lie on ``ground``, which also draws inside them."""

    figure: str
    ground: str
    accent: str


def inks(tint: str, *, proposal: bool = False) -> Inks:
    """White on the tint; a proposal is a sketch: the tint on white."""
    colour = TINTS[tint].colour
    return Inks(colour, PAPER, _SUN_ON_PAPER) if proposal else Inks(PAPER, colour, _SUN)


def contrast(one: str, other: str) -> float:
    """Ratio from 1 to 21 (WCAG 2.2, "contrast ratio" and "relative luminance")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
