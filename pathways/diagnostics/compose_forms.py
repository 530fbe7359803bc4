"""The composer's form: what stands in it, and what its small buttons change."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import Form

from pathways import i18n
from pathways.diagnostics.composing import Selection
from pathways.referentials.ladders import Ladders
from pathways.web.fields import Line, Short


@dataclass(frozen=True, slots=True)
class Composed:
    framework: str
    selection: Selection = field(default_factory=Selection)
    title: str = ""
    action: str = ""
    """The button: ``look`` (search and price), ``add:GES``, ``drop:GES``, ``keep``, ``publish``."""
    words: str = ""
    domain: str = ""
    level: int | None = None
    version: int = 0


def composed(
    framework: Annotated[Short, Form()],
    title: Annotated[Line, Form()] = "",
    skills: Annotated[list[Short], Form(max_length=200)] = [],  # noqa: B006 - FastAPI copies it
    languages: Annotated[list[Short], Form(max_length=40)] = [],  # noqa: B006
    least_state: Annotated[Short, Form()] = "draft",
    without_device: Annotated[Short, Form()] = "",
    accuracy: Annotated[Short, Form()] = "",
    at_least: Annotated[Short, Form()] = "",
    questions: Annotated[Short, Form()] = "",
    minutes: Annotated[Short, Form()] = "",
    french_for_missing: Annotated[Short, Form()] = "",
    action: Annotated[Short, Form()] = "look",
    words: Annotated[Line, Form()] = "",
    domain: Annotated[Short, Form()] = "",
    level: Annotated[Short, Form()] = "",
    version: Annotated[int, Form(ge=0)] = 0,
) -> Composed:
    """The fields of the form. A number that is none is kept out of range, and the service says so on the page."""
    per_cent = _number(accuracy)
    selection = Selection(
        skills=tuple(skills),
        languages=tuple(languages) or (i18n.SOURCE,),
        least_state=least_state,
        without_device=without_device,
        accuracy=None if per_cent is None else per_cent / 100,
        at_least=_number(at_least),
        questions=_number(questions),
        minutes=_number(minutes),
        french_for_missing=bool(french_for_missing),
    )
    return Composed(framework, selection, title, action, words, domain, _number(level), version)


def step(fields: Composed, referential: Ladders) -> Composed:
    """The form after a small button: a whole ladder added or dropped."""
    verb, _, code = fields.action.partition(":")
    if verb not in {"add", "drop"}:
        return fields
    ladder = [skill.code for one in referential.strands if one.code == code for skill in one.skills]
    kept = [skill for skill in fields.selection.skills if skill not in ladder]
    skills = kept + ladder if verb == "add" else kept
    return replace(fields, selection=replace(fields.selection, skills=tuple(skills)))


def _number(text: str) -> int | None:
    """``None`` for an empty field; 0, which no limit admits, for what is not a number."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0
