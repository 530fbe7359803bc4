"""From what somebody wants to do, in plain words, to micro-skills: ranked by the words, with reasons. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pathways.diagnostics.composing import prerequisites
from pathways.i18n import folded
from pathways.referentials.ladders import Ladders
from pathways.referentials.situations import Goal, Situation

MOST_FOUND = 6
MOST_WORDS = 24
"""Words that are read of a question; more than that is a story."""
ENOUGH = 0.34
"""Share of the weight of the best answer below which an answer is not shown."""
SHORTEST_STEM = 3
_ELIDED = re.compile(r"[ld][aeiouhy]..")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """a ai apprendre au aux avec besoin bien ca ce ces cette comment d dans de des doit du elle elles en envie est
        et etre faire fait faut groupe il ils j je l la le les leur leurs lui ma me mes moi mon n ne nous on ou par pas
        personne personnes peut pour pouvoir puisse qu que quelqu qui quoi s sa sans savoir se ses si son sont sur t
        tout toute tres un une utiliser va veulent veut veux voudrait voudrais vous y""",
    )
)
_ENDINGS = sorted(
    re.findall(
        r"\w+",
        """ements ement ations ation itions ition ateurs ateur euses euse ables able ages age ences ence ances ance eurs
        eur iers ier eaux eau aient ions ez er es ees ee e ent ants ant ir is it re s x""",
    ),
    key=len,
    reverse=True,
)


@dataclass(frozen=True, slots=True)
class Found:
    """One answer to what was asked. ``code`` names it in a button: ``goal:…``, ``situation:…`` or ``skill:…``."""

    code: str
    title: str
    skills: tuple[str, ...]
    words: str
    """The words of the question that it answers."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a micro-skill is proposed: ``wanted`` by a goal of that title, or needed ``before`` another micro-skill."""

    skill: str
    wanted: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    reasons: tuple[Reason, ...]
    """In the order of the ladders."""
    unasked: tuple[str, ...]
    """What would be wanted, and has no question on a screen yet."""

    @property
    def skills(self) -> tuple[str, ...]:
        return tuple(reason.skill for reason in self.reasons)


def search(words: str, ladders: Ladders, goals: Sequence[Goal], situations: Sequence[Situation]) -> list[Found]:
    """Goals, situations and micro-skills that answer these words, the best first; none if no word is known."""
    asked = list(dict.fromkeys(_stems(words)))[:MOST_WORDS]
    if not asked:
        return []
    entries = _entries(ladders, goals, situations)
    rarity = _rarity(asked, [stems for _, stems, _ in entries])
    ranked = []
    for position, (found, stems, bonus) in enumerate(entries):
        matched = {stem: _likeness(stem, stems) for stem in asked}
        weight = bonus * sum(rarity[stem] * how for stem, how in matched.items())
        if weight > 0:
            told = " ".join(word for word in words.split() if any(matched.get(stem) for stem in _stems(word)))
            ranked.append((-weight, position, Found(found.code, found.title, found.skills, told)))
    ranked.sort(key=lambda one: one[:2])
    return [found for weight, _, found in ranked[:MOST_FOUND] if weight <= ENOUGH * ranked[0][0]]


def propose(
    found: Sequence[Found],
    ladders: Ladders,
    *,
    asked: Collection[str],
    most: int,
    chosen: Iterable[str] = (),
    without_device: str = "",
) -> Proposal:
    """The micro-skills of what was found, then their nearest prerequisites, as many as ``most`` questions can reach.

    ``asked``: micro-skills with a question on a screen. What is ``chosen`` already is not proposed again.
    """
    known, had = ladders.skills, set(chosen)
    wanted: dict[str, Reason] = {}
    unasked: dict[str, None] = {}
    for one in found:
        for code in one.skills:
            if code not in known or code in had or known[code].device == (without_device or None):
                continue
            if code not in asked:
                unasked[code] = None
            elif len(wanted) + len(had) < most:
                wanted.setdefault(code, Reason(code, wanted=one.title))
    needed = prerequisites.nearest(ladders, [*had, *wanted, *unasked], asked=asked, without_device=without_device)
    for code, before in needed:
        if len(wanted) + len(had) >= most:
            break
        if code in asked:
            wanted.setdefault(code, Reason(code, before=before))
    return Proposal(tuple(wanted[code] for code in known if code in wanted), tuple(unasked))


def _entries(
    ladders: Ladders, goals: Sequence[Goal], situations: Sequence[Situation]
) -> list[tuple[Found, Mapping[str, float], float]]:
    """Everything that can be found, the weight of each of its stems, and how much one likes to answer with it."""
    entries: list[tuple[Found, Mapping[str, float], float]] = []
    for goal in goals:
        stems = _weighed((goal.title, 1.0), *((word, 0.9) for word in goal.words))
        entries.append((Found(f"goal:{goal.code}", goal.title, goal.skills, ""), stems, 1.0))
    for one in situations:
        stems = _weighed((one.title, 1.0), (one.words, 0.6))
        entries.append((Found(f"situation:{one.code}", one.title, one.skills, ""), stems, 0.9))
    for strand in ladders.strands:
        for skill in strand.skills:
            stems = _weighed((skill.title, 1.0), (skill.code, 1.0), (strand.title, 0.3))
            entries.append((Found(f"skill:{skill.code}", skill.title, (skill.code,), ""), stems, 0.8))
    return entries


def _weighed(*texts: tuple[str, float]) -> dict[str, float]:
    stems: dict[str, float] = {}
    for text, weight in texts:
        for stem in _stems(text):
            stems[stem] = max(weight, stems.get(stem, 0.0))
    return stems


def _rarity(asked: Sequence[str], entries: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """A word that stands everywhere says little."""
    return {
        stem: math.log(1 + len(entries) / (1 + sum(_likeness(stem, stems) > 0 for stems in entries))) for stem in asked
    }


def _likeness(stem: str, stems: Mapping[str, float]) -> float:
    """The same word, the beginning of it, one letter wrong in a long one, or its article written on to it
    (``lordinateur``).
    """
    if stem in stems:
        return stems[stem]
    best = 0.0
    for other, weight in stems.items():
        shorter, longer = sorted((stem, other), key=len)
        if len(shorter) >= 4 and longer.startswith(shorter):
            best = max(best, 0.7 * weight)
        elif len(shorter) >= 5 and _one_letter_apart(shorter, longer):
            best = max(best, 0.5 * weight)
    if not best and _ELIDED.match(stem):
        return 0.9 * stems.get(stem[1:], 0.0)
    return best


def _one_letter_apart(shorter: str, longer: str) -> bool:
    """One letter changed, added or left out; the first one is right."""
    if len(longer) - len(shorter) > 1 or shorter[0] != longer[0]:
        return False
    at = next((n for n, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    return shorter[at:] == longer[at + 1 :] or shorter[at + 1 :] == longer[at + 1 :]


def _stems(text: str) -> list[str]:
    return [_stem(word) for word in re.findall(r"[^\W_]+", folded(text)) if word not in _COMMON]


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word[: -len(ending)]
    return word
