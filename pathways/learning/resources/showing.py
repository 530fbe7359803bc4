"""A sheet as somebody reads it: each text in their language, and the French of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pathways import i18n
from pathways.learning.models import Resource

Texts = tuple[str | None, str]
"""A text in the reader's language (``None`` where it has none), and in French."""
NOT_READ_OVER = frozenset({"machine", "draft"})


@dataclass(frozen=True, slots=True)
class ShownStep:
    number: int
    title: Texts
    text: Texts
    picture: Mapping[str, Any] | None
    words: Texts | None
    """What is painted in the picture, where it is."""


@dataclass(frozen=True, slots=True)
class ShownSheet:
    code: str
    title: Texts
    summary: Texts
    intro: Texts
    steps: tuple[ShownStep, ...]
    remember: Texts
    picture: Mapping[str, Any] | None
    alt: Texts
    words: Texts | None
    minutes: int
    practice: str | None
    state: str | None
    """Of the translation; ``None`` in French and where there is no translation."""
    is_translated: bool


def sheet_of(resource: Resource, language: str) -> ShownSheet:
    """``resource`` must have a sheet. A translation that lacks something shows the French of it."""
    french, own = resource.sheet, {} if language == i18n.SOURCE else resource.sheets.get(language) or {}
    drawn, said = french.get("picture"), own.get("picture") or {}
    return ShownSheet(
        code=resource.code,
        title=title_of(resource, language),
        summary=(_other(resource.summaries, language), resource.summary),
        intro=(own.get("intro"), french["intro"]),
        steps=tuple(_step(number, step, own) for number, step in enumerate(french["steps"])),
        remember=(own.get("remember"), french["remember"]),
        picture=drawn,
        alt=(said.get("alt"), drawn["alt"] if drawn else ""),
        words=(said.get("words"), drawn["words"]) if drawn and drawn.get("words") else None,
        minutes=resource.minutes,
        practice=resource.practice,
        state=resource.states.get(language) if own else None,
        is_translated=bool(own) or language == i18n.SOURCE,
    )


def title_of(resource: Resource, language: str) -> Texts:
    return _other(resource.titles, language), resource.title


def _other(texts: Mapping[str, Any], language: str) -> str | None:
    return None if language == i18n.SOURCE else texts.get(language)


def _step(number: int, french: Mapping[str, Any], own: Mapping[str, Any]) -> ShownStep:
    steps = own.get("steps") or []
    said = steps[number] if number < len(steps) else {}
    drawn = french.get("picture")
    return ShownStep(
        number=number + 1,
        title=(said.get("title"), french["title"]),
        text=(said.get("text"), french["text"]),
        picture=drawn,
        words=(said.get("words"), drawn["words"]) if drawn and drawn.get("words") else None,
    )
