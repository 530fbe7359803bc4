"""Criteria in plain words, French or English: what is needed, what was required, what somebody still misses.

A wording is a :class:`Line` with lines under it, for templates; :func:`as_text` makes the text with nested bullets
that the badge carries as its narrative.
"""

from __future__ import annotations

from collections.abc import Iterable

from pathways.badges.criteria.nodes import All, AtLeast, Group, Node
from pathways.badges.criteria.phrasing import Line, Names, Words, alike, left, left_choice, whole, whole_choice
from pathways.badges.criteria.progress import Progress, nearest_first
from pathways.badges.criteria.sentences import Language

__all__ = ["Language", "Line", "Names", "as_text", "needed", "required", "still"]

INDENT = "    "
"""Of nested bullets: readers of Markdown disagree about two and three spaces, and agree about four."""


def needed(node: Node, lang: Language, names: Names | None = None) -> Line:
    """What you need."""
    return _node(Words(lang, names or Names(), "needed"), node)


def required(node: Node, lang: Language, names: Names | None = None) -> Line:
    """What was required, as the badge says it: impersonal, and as true whenever it is read."""
    return _node(Words(lang, names or Names(), "required"), node)


def still(progress: Progress, lang: Language, names: Names | None = None) -> Line:
    """What one person still misses; where there is a choice, the nearest first. It says so if nothing is missing."""
    words = Words(lang, names or Names(), "needed")
    return Line(words.say("nothing")) if progress.met else _still(words, progress)


def as_text(line: Line) -> str:
    """The line, then what is under it as nested bullets (CommonMark)."""
    bullets = "\n".join(_bullets(line.under, ""))
    return f"{line.text}\n\n{bullets}" if bullets else line.text


def _node(words: Words, node: Node) -> Line:
    if not isinstance(node, Group):
        return whole(words, node)
    choice = None if isinstance(node, All) else alike(node.of)
    if choice is not None:
        return whole_choice(words, choice, node.n if isinstance(node, AtLeast) else 1)
    under = tuple(_node(words, one) for one in node.of)
    if len(under) == 1:
        return under[0]
    if isinstance(node, AtLeast):
        return Line(words.said("at_least", node.n, all=len(under)), under)
    return Line(words.said("all" if isinstance(node, All) else "any"), under)


def _still(words: Words, progress: Progress) -> Line:
    node = progress.node
    if not isinstance(node, Group):
        return left(words, node, progress)
    missing = [one for one in progress.parts if not one.met] if isinstance(node, All) else nearest_first(progress)
    choice = None if isinstance(node, All) else alike(node.of)
    if choice is not None:
        return left_choice(words, choice, progress.count, missing)
    under = tuple(_still(words, one) for one in missing)
    if len(under) == 1:
        return under[0]
    if isinstance(node, AtLeast):
        return Line(words.left("at_least", progress.count), under)
    return Line(words.say("all.still" if isinstance(node, All) else "any.still"), under)


def _bullets(lines: Iterable[Line], indent: str) -> Iterable[str]:
    for one in lines:
        yield f"{indent}- {one.text}"
        yield from _bullets(one.under, indent + INDENT)
