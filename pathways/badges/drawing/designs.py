"""What a badge looks like, before it is drawn."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pathways.badges.drawing.frames import FRAMES
from pathways.badges.drawing.palette import TINTS
from pathways.badges.drawing.pictograms import PICTOGRAMS

MOST_LEVELS = 3
LONGEST_TITLE = 200
"""Characters."""
LANGUAGES = ("fr", "en")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Undrawable(ValueError):
    """A design that nothing can be drawn from; the message names the field and what it may be."""


@dataclass(frozen=True, slots=True)
class Design:
    """The look of one achievement, or of one level of it; raises :class:`Undrawable`."""

    shape: str
    """By audience, from :data:`~pathways.badges.drawing.frames.FRAMES`: mediator, volunteer, learner."""
    pictogram: str
    """From :data:`~pathways.badges.drawing.pictograms.PICTOGRAMS`."""
    tint: str = "lake"
    """From :data:`~pathways.badges.drawing.palette.TINTS`."""
    levels: int = 0
    """How many levels the achievement has, 0 to 3; 0 draws no plate."""
    reached: int = 0
    """Which of them this picture tells."""
    proposal: bool = False
    """Not adopted by a network yet: drawn as a sketch."""
    title: str = ""
    """The accessible name; without one, the pictogram's caption."""
    language: str = "fr"
    """Of the title: fr or en."""

    def __post_init__(self) -> None:
        for field, value, known in (
            ("shape", self.shape, FRAMES),
            ("pictogram", self.pictogram, PICTOGRAMS),
            ("tint", self.tint, TINTS),
            ("language", self.language, LANGUAGES),
        ):
            if value not in known:
                raise Undrawable(f"{field} {value!r}: not one of {', '.join(known)}")
        if not 0 <= self.levels <= MOST_LEVELS:
            raise Undrawable(f"levels {self.levels}: not from 0 to {MOST_LEVELS}")
        if not 0 <= self.reached <= self.levels:
            raise Undrawable(f"reached {self.reached}: not from 0 to the {self.levels} levels")

    def name(self) -> str:
        """What somebody who cannot see the picture hears: title, level, and that it is a proposal."""
        said = " ".join(_NOT_XML.sub(" ", self.title).split())[:LONGEST_TITLE].rstrip()
        said = said or PICTOGRAMS[self.pictogram].caption(self.language)
        french = self.language == "fr"
        if self.levels:
            level = f"niveau {self.reached} sur {self.levels}" if french else f"level {self.reached} of {self.levels}"
            said += f", {level}"
        if self.proposal:
            said += " (proposition)" if french else " (proposal)"
        return said
