"""Undoing in the composer before anything is kept: the small history that travels with the form. Pure.

It comes back from a browser, so nothing of it is believed beyond what the form itself could say.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from pathways.diagnostics.composing.selections import Selection
from pathways.texts import clean

MOST_STEPS = 30
LARGEST = 40_000
"""Letters of the hidden field."""

State = dict[str, Any]
"""The title and the selection, as JSON."""
Change = dict[str, Any]
"""What leads from one state to another: micro-skills to ``add`` and to ``drop``, other values to ``put``."""


@dataclass(frozen=True, slots=True)
class Steps:
    """``was``: what the page showed; ``past`` and ``ahead``: the changes that lead back and forth, the nearest last."""

    was: State | None = None
    past: tuple[Change, ...] = ()
    ahead: tuple[Change, ...] = ()

    @classmethod
    def from_text(cls, text: str) -> Steps:
        """What the form brought; an empty history if it is none of ours."""
        try:
            given = json.loads(text) if 0 < len(text) <= LARGEST else {}
            changes = [tuple(map(_change, given.get(part) or ())) for part in ("past", "ahead")]
            was = given.get("was")
            return cls(None if was is None else state_of(*selected(was)), changes[0][-MOST_STEPS:], changes[1])
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            return cls()

    def to_text(self) -> str:
        """Small enough to come back: the oldest changes are forgotten first."""
        past, ahead = self.past[-MOST_STEPS:], self.ahead[-MOST_STEPS:]
        while True:
            text = json.dumps({"was": self.was, "past": past, "ahead": ahead}, separators=(",", ":"))
            if len(text) <= LARGEST or not (past or ahead):
                return text
            past, ahead = past[1:], ahead[1:]

    def seen(self, state: State) -> Steps:
        """The history once the form stands at ``state``: a change since the page was made is one step."""
        if self.was is None or self.was == state:
            return replace(self, was=state)
        return Steps(state, (*self.past, _between(state, self.was))[-MOST_STEPS:])

    def back(self, state: State) -> tuple[State, Steps]:
        """One step back from what the form says now."""
        steps = self.seen(state)
        if not steps.past:
            return state, steps
        former = _applied(state, steps.past[-1])
        return former, Steps(former, steps.past[:-1], (*steps.ahead, _between(former, state)))

    def forth(self, state: State) -> tuple[State, Steps]:
        """One step forth again; a change that was made since leaves nothing to go to."""
        steps = self.seen(state)
        if not steps.ahead:
            return state, steps
        later = _applied(state, steps.ahead[-1])
        return later, Steps(later, (*steps.past, _between(later, state)), steps.ahead[:-1])


def state_of(title: str, selection: Selection) -> State:
    """Micro-skills in one order whatever the page had: moving them is no change."""
    return {"title": title, **selection.to_json(), "skills": sorted(selection.skills)}


def selected(state: State) -> tuple[str, Selection]:
    """The title and the selection of a state; raises :class:`TypeError` or :class:`ValueError` for anything else."""
    given = dict(state)
    title = _text(given.pop("title"))
    if set(given) != set(Selection.__slots__):
        raise ValueError("not a selection")
    for name, value in given.items():
        _value(name, value)
    return title, Selection.from_json(given)


def _between(start: State, end: State) -> Change:
    before, after = set(start["skills"]), set(end["skills"])
    change: Change = {
        "add": [code for code in end["skills"] if code not in before],
        "drop": [code for code in start["skills"] if code not in after],
        "put": {name: value for name, value in end.items() if name != "skills" and start[name] != value},
    }
    return {name: value for name, value in change.items() if value}


def _applied(state: State, change: Change) -> State:
    dropped = set(change.get("drop", ()))
    skills = [code for code in state["skills"] if code not in dropped]
    skills += [code for code in change.get("add", ()) if code not in skills]
    return {**state, **change.get("put", {}), "skills": sorted(skills)}


def _change(given: Any) -> Change:
    if set(given) - {"add", "drop", "put"}:
        raise ValueError("not a change")
    for name, value in given.get("put", {}).items():
        if name == "title":
            _text(value)
        else:
            _value(name, value)
    for part in ("add", "drop"):
        _codes(given.get(part, []))
    return dict(given)


def _value(name: str, value: Any) -> None:
    """Of the kind that this part of a selection has; whether it makes sense is said as for any form."""
    if name in {"skills", "languages"}:
        _codes(value)
    elif name in {"least_state", "without_device"}:
        _text(value)
    elif name in {"french_for_missing", "varied"}:
        if not isinstance(value, bool):
            raise TypeError(name)
    elif name == "extra_one_in":
        if isinstance(value, bool) or not isinstance(value, int) or not abs(value) < 10**6:
            raise TypeError(name)
    elif name not in {"accuracy", "at_least", "questions", "minutes", "most_per_strand"}:
        raise KeyError(name)
    elif value is not None and (
        isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 10**6
    ):
        raise TypeError(name)


def _codes(value: Any) -> None:
    if not isinstance(value, list) or len(value) > 1000 or not all(isinstance(one, str) for one in value):
        raise TypeError("not a list of codes")
    for one in value:
        _text(one)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise ValueError("not a short text")
    return clean(value)
