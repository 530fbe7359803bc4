"""Styles of answering as somebody wrote them down: in BANK.json, and in a proposal of ``pathways calibrate``.

``share`` is needed; what else is left out is as in :class:`Style`: no holes, no noise, steps, "I don't know" as often
as the items expect.  ``standard_errors`` may stand there, and says nothing here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from pathways.diagnostics.engine import InvalidStructure, Style
from pathways.diagnostics.simulating.problems import Problems, below, found

KEYS: Final = ("share", "hole", "noise", "slope", "dont_know", "standard_errors")
MOST_STYLES: Final = 12
"""Each takes as much time and memory as the structure by itself."""
SHARES: Final = (1e-6, 1e6)
"""Of any sum: one in a million is the least that a proposal writes."""
HOLES: Final = (0.0, 0.499)
"""Below one half: at one half a ladder says nothing."""
NOISES: Final = (0.0, 0.999)
SLOPES: Final = (0.01, 100.0)


def styles_of(problems: Problems, value: object, path: str) -> tuple[Style, ...]:
    """Return the styles of a list, their shares divided by their sum; none where there is no list, or a wrong one,
    which is noted.
    """
    listed = problems.listed(value, path, "façons de répondre", most=MOST_STYLES)
    styles = [_style(problems, one, below(path, place)) for place, one in enumerate(listed)]
    there = [one for one in styles if one is not None]
    total = sum(style.share for style in there)
    return tuple(replace(style, share=style.share / total) for style in there)


def _style(problems: Problems, value: object, path: str) -> Style | None:
    read = problems.mapping(value, path, KEYS, needed=("share",))
    before = problems.count
    share = problems.number(read.get("share"), below(path, "share"), *SHARES)
    hole = problems.number(read.get("hole"), below(path, "hole"), *HOLES) or 0.0
    noise = problems.number(read.get("noise"), below(path, "noise"), *NOISES) or 0.0
    slope = problems.number(read.get("slope"), below(path, "slope"), *SLOPES)
    dont_know = _truth(problems, read.get("dont_know"), below(path, "dont_know"))
    if hole and slope is not None:
        problems.add(path, "« hole » et « slope » : des écarts à l'échelle, ou une pente à sa place, pas les deux")
    if share is None or problems.count > before:
        return None
    try:
        return Style(share, hole, noise, slope, dont_know)
    except InvalidStructure as error:  # what only the engine knows
        problems.add(path, str(error))
        return None


def _truth(problems: Problems, value: Any, path: str) -> bool:
    if value is None or isinstance(value, bool):
        return value is not False
    problems.add(path, f"attendu true ou false, trouvé {found(value)}")
    return True
