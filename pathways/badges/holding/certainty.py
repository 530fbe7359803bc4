"""What was measured, and how surely, in plain French or English: for an employer, on a page or on paper.

A table, and no catalogue: these sentences stand beside the texts of the badge, and in its language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEVEL = "PerformanceLevel"
_MASTERED, _LOW, _HIGH = "RawScore", "ext:LowerBound", "ext:UpperBound"
_QUESTIONS, _INSTRUMENT = "ext:QuestionsAnswered", "ext:InstrumentVersion"
_FINGERPRINT = re.compile(r" \([0-9a-f]{12}\)")
"""Of a framework, for programs: it stays in the file."""
_ENDORSEMENTS, _JURY = "ext:Endorsements", "ext:JuryDecisions"


@dataclass(frozen=True, slots=True)
class Value:
    """One result of a badge: the kind of its description, what it says, and how much it could be."""

    kind: str
    said: str
    most: str = ""


_SENTENCES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "fr": {
        "range": (
            "Sur {most} savoir-faire demandés, entre {low} et {high} sont maîtrisés, sans doute {level}.",
            "On s'y trompe au plus une fois sur dix.",
        ),
        "exact": (
            "Sur {most} savoir-faire demandés, {low} sont maîtrisés.",
            "On s'y trompe au plus une fois sur dix.",
        ),
        "bare": ("Sur {most} savoir-faire demandés, {level} sont maîtrisés, selon notre estimation.", ""),
        "questions": ("1 question a été posée là-dessus.", "{number} questions ont été posées là-dessus."),
        "instrument": ("Mesuré avec : {said}.", ""),
        "endorsements": ("1 personne l'a recommandé par écrit.", "{number} personnes l'ont recommandé par écrit."),
        "jury": ("1 membre d'un jury a regardé et dit oui.", "{number} membres d'un jury ont regardé et dit oui."),
        "nothing": ("Les conditions ci-dessous étaient remplies. Aucune question n'a été posée pour ce badge.", ""),
    },
    "en": {
        "range": (
            "Of the {most} skills asked for, between {low} and {high} are mastered, most likely {level}.",
            "This is wrong one time in ten at most.",
        ),
        "exact": ("Of the {most} skills asked for, {low} are mastered.", "This is wrong one time in ten at most."),
        "bare": ("Of the {most} skills asked for, {level} are mastered, by our estimate.", ""),
        "questions": ("1 question was asked about it.", "{number} questions were asked about it."),
        "instrument": ("Measured with: {said}.", ""),
        "endorsements": ("1 person recommended it in writing.", "{number} people recommended it in writing."),
        "jury": ("1 member of a jury looked and said yes.", "{number} members of a jury looked and said yes."),
        "nothing": ("The conditions below were met. No question was asked for this badge.", ""),
    },
}
"""A sentence and what follows it; of what is counted, one and several."""


def plainly(values: Sequence[Value], language: str) -> list[str]:
    """The sentences, what was measured first; never none."""
    table = _SENTENCES["en" if language == "en" else "fr"]
    by_kind = {one.kind: one for one in values}
    said = [*_measured(by_kind, table, language)]
    for kind, name in ((_ENDORSEMENTS, "endorsements"), (_JURY, "jury")):
        if kind in by_kind:
            said.append(_counted(table[name], by_kind[kind].said))
    return said or [table["nothing"][0]]


def _measured(by_kind: Mapping[str, Value], table: Mapping[str, tuple[str, str]], language: str) -> Sequence[str]:
    """How many of the skills, between which bounds: quantiles at 5 % and 95 % (``issuing.measuring``)."""
    mastered = by_kind.get(_MASTERED)
    if mastered is None:
        return ()
    low, high = (by_kind[kind].said if kind in by_kind else "" for kind in (_LOW, _HIGH))
    sentence, how_surely = table["bare" if not (low and high) else "exact" if low == high else "range"]
    level = mastered.said.replace(".", ",") if language != "en" else mastered.said
    filled = sentence.format(most=mastered.most, low=low, high=high, level=level)
    said = [f"{filled} {how_surely}".strip()]
    if _QUESTIONS in by_kind:
        said.append(_counted(table["questions"], by_kind[_QUESTIONS].said))
    if _INSTRUMENT in by_kind:
        said.append(table["instrument"][0].format(said=_FINGERPRINT.sub("", by_kind[_INSTRUMENT].said)))
    return said


def _counted(forms: tuple[str, str], number: str) -> str:
    one, several = forms
    return one if number == "1" else several.format(number=number)
