"""A bank with what a calibration found in it, to go on with in ``pathways simulate``."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from statistics import NormalDist
from typing import Any, Final

from pathways.diagnostics.calibrating.styling import MODEL
from pathways.diagnostics.engine.calibration.estimates import NEAR
from pathways.diagnostics.engine.calibration.health import LEAST_ANSWERS

ENDS: Final = ("slip", "guess")
SECONDS: Final = (1.0, 3600.0)
"""What BANK.json takes for the time of an item."""
SHARES: Final = (0.001, 0.999)
"""Beyond, ``simulate`` would move the rung."""


def banked(bank: Mapping[str, Any], proposal: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document of BANK.json with the slips, guesses, near values, times, places of rungs and styles of a
    proposal for the model ``level``; what a bank cannot say ("I don't know", languages, correlations) is left out.

    Ladders of which a rung would be at its end, or that would not rise, stay where they were.
    """
    assert proposal["model"] == MODEL, "other models know no slips and guesses of micro-skills"
    shares: dict[str, float] = {}
    for strand in proposal["strands"].values():
        found = [1.0 - NormalDist().cdf(skill["threshold"]) for skill in strand["skills"]]
        own = [round(share, 6) for share in found]
        if all(SHARES[0] < share < SHARES[1] for share in own) and all(a > b for a, b in pairwise(own)):
            shares |= dict(zip((skill["code"] for skill in strand["skills"]), own, strict=True))
    skills = [{**skill, "share": shares.get(skill["code"], skill.get("share"))} for skill in bank["skills"]]
    items = [{**item, **_found(item, proposal["items"].get(item["code"]))} for item in bank["items"]]
    found = {name: proposal[name] for name in ("styles",) if name in proposal}  # none where items tie ladders together
    return {**bank, "skills": list(map(_said, skills)), "items": items, **found}


def _found(item: Mapping[str, Any], found: Mapping[str, Any] | None) -> dict[str, Any]:
    if found is None:
        return {}
    named = found["parameters"]
    own: dict[str, Any] = {name: named[name] for name in ENDS}
    if item.get("near") is not None and all(name in named for name in NEAR):
        mastered, not_mastered = (named[name] for name in NEAR)
        own["near"] = [not_mastered, mastered]
    times = found.get("seconds")
    if times is not None and times["answers"] >= LEAST_ANSWERS:
        own["seconds"] = min(max(times["expected"], SECONDS[0]), SECONDS[1])
    return own


def _said(one: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if key != "share" or value is not None}
