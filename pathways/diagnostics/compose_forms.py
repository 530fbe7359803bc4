"""The composer's form: what stands in it, and what its small buttons change."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import Form

from pathways import i18n
from pathways.diagnostics.composing import goals, prerequisites, selections
from pathways.diagnostics.composing.goals import Found
from pathways.diagnostics.composing.selections import MOST_QUESTIONS, Selection, starting_from
from pathways.diagnostics.composing.steps import LARGEST, Steps, selected, state_of
from pathways.referentials import situations
from pathways.referentials.ladders import Ladders
from pathways.texts import one_line, salvaged
from pathways.web.fields import Short

WRITING = {"keep", "publish"}
"""The buttons that keep something; all others only change the form."""
LONGEST_LINE, LONGEST_TYPED = 200, 5_000
"""Letters of a title or a goal; and of what somebody pastes where one stands, which costs no choice."""


@dataclass(frozen=True, slots=True)
class Composed:
    framework: str
    selection: Selection = field(default_factory=Selection)
    title: str = ""
    action: str = ""
    """The button: ``look`` (search, price), ``add:GES``, ``drop:GES``, ``need``, ``need:GES-01``, ``take:goal:CODE``,
    ``situation:CODE``, ``undo``, ``redo``, ``kept`` (what is kept instead), ``compare``, ``keep``, ``publish``."""
    words: str = ""
    domain: str = ""
    level: int | None = None
    version: int = 0
    goal: str = ""
    """What the person or the group wants to do, in plain words."""
    key: uuid.UUID | None = None
    """Of a diagnostic that is not kept yet, so that a double press makes one."""
    beside: str = ""
    """What ``compare`` puts beside the choice: an id, ``situation:CODE``, or nothing for what is kept."""
    steps: Steps = field(default_factory=Steps)
    machine_accepted: bool = False
    """Whether the trainer ticked that unread machine translations may be shown."""
    wrong: str = ""
    """What was wrong with the title as it was typed: it stands in the form as it can be kept."""


def composed(
    framework: Annotated[Short, Form()],
    title: Annotated[str, Form(max_length=LONGEST_TYPED)] = "",
    skills: Annotated[list[Short], Form(max_length=200)] = [],  # noqa: B006 - FastAPI copies it
    languages: Annotated[list[Short], Form(max_length=40)] = [],  # noqa: B006
    least_state: Annotated[Short, Form()] = "draft",
    machine_accepted: Annotated[Short, Form()] = "",
    without_device: Annotated[Short, Form()] = "",
    accuracy: Annotated[Short, Form()] = "",
    at_least: Annotated[Short, Form()] = "",
    questions: Annotated[Short, Form()] = "",
    minutes: Annotated[Short, Form()] = "",
    french_for_missing: Annotated[Short, Form()] = "",
    varied: Annotated[Short, Form()] = "",
    extra_one_in: Annotated[Short, Form()] = "",
    most_per_strand: Annotated[Short, Form()] = "",
    action: Annotated[Short, Form()] = "look",
    words: Annotated[str, Form(max_length=LONGEST_TYPED)] = "",
    domain: Annotated[Short, Form()] = "",
    level: Annotated[Short, Form()] = "",
    version: Annotated[int, Form(ge=0)] = 0,
    goal: Annotated[str, Form(max_length=LONGEST_TYPED)] = "",
    key: Annotated[uuid.UUID | None, Form()] = None,
    beside: Annotated[Short, Form()] = "",
    steps: Annotated[str, Form(max_length=LARGEST)] = "",
) -> Composed:
    """The fields of the form. A number that is none is kept out of range, and the service says so on the page."""
    per_cent = _number(accuracy)
    title, wrong = salvaged(title, LONGEST_LINE)
    given = list(dict.fromkeys([*languages, i18n.SOURCE]))
    selection = Selection(
        skills=tuple(dict.fromkeys(skills)),
        languages=tuple(sorted(given, key=lambda code: [*i18n.languages(), code].index(code))),
        least_state=least_state,
        without_device=without_device,
        accuracy=None if per_cent is None else per_cent / 100,
        at_least=_number(at_least),
        questions=_number(questions),
        minutes=_number(minutes),
        french_for_missing=bool(french_for_missing),
        varied=bool(varied),
        extra_one_in=_share(extra_one_in),
        most_per_strand=_number(most_per_strand),
    )
    return Composed(
        framework,
        selection,
        one_line(title),
        action,
        one_line(salvaged(words, LONGEST_LINE)[0]),
        domain,
        _number(level),
        version,
        one_line(salvaged(goal, LONGEST_LINE)[0]),
        key,
        beside,
        Steps.from_text(steps),
        bool(machine_accepted),
        wrong,
    )


def step(
    fields: Composed, ladders: Ladders, asked: Collection[str], kept: tuple[str, Selection] | None = None
) -> Composed:
    """The form after its button, with the change in its history. ``asked``: micro-skills with a question on a screen;
    ``kept``: title and selection of the draft as it is kept now.
    """
    sent = state_of(fields.title, fields.selection)
    if fields.action in {"undo", "redo"}:
        state, steps = fields.steps.back(sent) if fields.action == "undo" else fields.steps.forth(sent)
        title, selection = selected(state)
        return replace(fields, title=title, selection=selection, steps=steps)
    title, selection = kept if fields.action == "kept" and kept else _pressed(fields, ladders, asked)
    steps = fields.steps.seen(sent).seen(state_of(title, selection))
    return replace(fields, title=title, selection=selection, steps=steps)


def found(fields: Composed, ladders: Ladders) -> list[Found]:
    """What answers the goal in the form."""
    return goals.search(fields.goal, ladders, situations.goals(ladders.code), situations.situations(ladders.code))


def _pressed(fields: Composed, ladders: Ladders, asked: Collection[str]) -> tuple[str, Selection]:
    verb, _, code = fields.action.partition(":")
    selection = fields.selection
    if verb == "situation" and (one := situations.situation(ladders.code, code)):
        return fields.title or one.title, starting_from(one, selection, ladders)
    ladder = [skill.code for one in ladders.strands if one.code == code for skill in one.skills]
    title = fields.title
    if verb == "add":
        selection = _with(selection, ladder)
    elif verb == "drop":
        selection = replace(selection, skills=tuple(one for one in selection.skills if one not in ladder))
    elif verb == "need":
        selection = _with(selection, _needed(selection, ladders, asked, code))
    elif verb == "take":
        for one in _named(ladders, code):
            title = title or one.title
            selection = _with(selection, proposal(selection, one, ladders, asked).skills)
    return title, selection


def proposal(selection: Selection, one: Found, ladders: Ladders, asked: Collection[str]) -> goals.Proposal:
    """What taking this answer adds to the choice."""
    return goals.propose(
        [one],
        ladders,
        asked=asked,
        most=selection.questions or MOST_QUESTIONS,
        chosen=selection.skills,
        without_device=selection.without_device,
    )


def _named(ladders: Ladders, code: str) -> list[Found]:
    """What the button names: it may be pressed on a page whose words have changed since."""
    kind, _, name = code.partition(":")
    if kind == "goal":
        return [Found(code, one.title, one.skills, "") for one in situations.goals(ladders.code) if one.code == name]
    if kind == "situation":
        ready = situations.situation(ladders.code, name)
        return [Found(code, ready.title, ready.skills, "")] if ready else []
    skill = ladders.skills.get(name)
    return [Found(code, skill.title, (skill.code,), "")] if skill else []


def _needed(selection: Selection, ladders: Ladders, asked: Collection[str], code: str) -> list[str]:
    """One prerequisite, or all that are missing and can be asked."""
    needed = prerequisites.nearest(ladders, selection.skills, asked=asked, without_device=selection.without_device)
    return [one for one, _ in needed if (one == code if code else one in asked)]


def _with(selection: Selection, codes: Collection[str]) -> Selection:
    return replace(selection, skills=tuple(dict.fromkeys([*selection.skills, *codes])))


def _share(text: str) -> int:
    """One attempt in so many; as usual for an empty field, and what no limit admits for what is not a number."""
    if not text:
        return selections.EXTRA_ONE_IN
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else -1


def _number(text: str) -> int | None:
    """``None`` for an empty field; 0, which no limit admits, for what is not a number."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0
