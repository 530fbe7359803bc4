"""What a mediator reports of a reception, in the vocabulary of the Coop de la médiation numérique. Never a label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from pathways import clock
from pathways.diagnostics.reading import Profile, Sign
from pathways.people.days import PARIS
from pathways.reception.models import Reception
from pathways.referentials.documents import AlignmentDocument
from pathways.referentials.reading import parse, read
from pathways.settings import resource

ALIGNMENT = "coop-numerique.yaml"
DIAGNOSTIC_THEME = "diagnostic_numerique"
EQUIPMENT = {
    "phone": ("telephone",),
    "computer": ("ordinateur",),
    "both": ("telephone", "ordinateur"),
    "none": ("aucun",),
}
LONGEST_TALK = timedelta(minutes=20)
"""What is said after the last answer counts, but not the hours until somebody presses « Personne suivante »."""
LEAST_DECIDED = 6
"""Micro-skills that must be told, and at least half of those asked about, before a level is said."""
FEW, MOST = 1 / 3, 4 / 5
"""Shares of the told micro-skills that are mastered: below the one a beginner, from the other on advanced."""
WORDS = {
    "debutant": "débutant",
    "intermediaire": "intermédiaire",
    "avance": "avancé",
    "telephone": "téléphone",
    "ordinateur": "ordinateur",
    "aucun": "aucun",
}


@dataclass(frozen=True, slots=True)
class Summary:
    date: str
    minutes: int
    """Rounded to five."""
    equipment: tuple[str, ...]
    themes: tuple[str, ...]
    level: str | None
    """``debutant intermediaire avance``, or ``None`` if too little is known to say it."""
    place: str
    type: str = "individuel"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def text(self) -> str:
        """To be pasted: one line for each field."""
        titles = theme_titles()
        lines = [
            "Accompagnement individuel",
            f"Date : {self.date[8:]}/{self.date[5:7]}/{self.date[:4]}",
            f"Durée : {self.minutes} minutes",
            f"Matériel : {', '.join(WORDS[one] for one in self.equipment)}" if self.equipment else "",
            f"Thèmes : {', '.join(titles[one] for one in self.themes)}",
            f"Niveau : {WORDS[self.level]}" if self.level else "",
            f"Lieu : {self.place}" if self.place else "",
        ]
        return "\n".join(line for line in lines if line)


def summary(reception: Reception, profile: Profile, *, place: str) -> Summary:
    """``place``: where the organisation receives people."""
    strands = {one.skill.strand_id for one in profile.skills}
    codes = [strand.code for strand in profile.referential.strands if strand.id in strands]
    return Summary(
        date=reception.started_at.astimezone(PARIS).date().isoformat(),
        minutes=_minutes(reception.started_at, _end(reception, profile.attempt.active_at)),
        equipment=EQUIPMENT.get(reception.context.get("device", ""), ()),
        themes=_themes(codes),
        level=_level(profile),
        place=place,
    )


def theme_titles() -> dict[str, str]:
    return {code: title for code, title, _ in _vocabulary()}


def _themes(strands: Sequence[str]) -> tuple[str, ...]:
    """A diagnostic was taken; the other themes are those of its ladders, in the order of the vocabulary."""
    wanted = set(strands)
    return (DIAGNOSTIC_THEME, *(code for code, _, about in _vocabulary() if wanted & set(about)))


def _level(profile: Profile) -> str | None:
    can, learn = len(profile.with_sign(Sign.CAN)), len(profile.with_sign(Sign.LEARN))
    told = can + learn
    if told < LEAST_DECIDED or told * 2 < len(profile.skills):
        return None
    return "debutant" if can / told < FEW else "avance" if can / told >= MOST else "intermediaire"


def _end(reception: Reception, active_at: datetime) -> datetime:
    return min(reception.closed_at or clock.now(), active_at + LONGEST_TALK)


def _minutes(begins: datetime, ends: datetime) -> int:
    return max(5, 5 * round((ends - begins).total_seconds() / 300))


@cache
def _vocabulary() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """``(code, title, strands)`` of each theme, read once per process."""
    source, unreadable = read(resource("referentials") / "alignments" / ALIGNMENT, ALIGNMENT)
    document = None if unreadable else parse(source, AlignmentDocument)[0]
    if document is None:
        return ((DIAGNOSTIC_THEME, "Diagnostic numérique", ()),)
    return tuple((code, one["title"], tuple(one["strands"])) for code, one in document.codes.items())
