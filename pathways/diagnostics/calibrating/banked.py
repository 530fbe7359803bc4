"""A bank with what a calibration found in it, to go on with in ``pathways simulate``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from statistics import NormalDist
from typing import Any, Final

from pathways.diagnostics.calibrating.styling import MODEL
from pathways.diagnostics.engine import Style, with_habit
from pathways.diagnostics.engine.calibration.estimates import NEAR
from pathways.diagnostics.engine.calibration.health import LEAST_ANSWERS
from pathways.diagnostics.engine.items import LEAST_PROBABILITY
from pathways.diagnostics.simulating.bank import ITEM_KEYS, SKILL_KEYS

ENDS: Final = ("slip", "guess")
SECONDS: Final = (1.0, 3600.0)
"""What BANK.json takes for the time of an item."""
SHARES: Final = (0.001, 0.999)
"""Those that ``simulate`` leaves where they are."""
APART: Final = 1e-5
STYLE: Final = tuple(field.name for field in fields(Style))


def banked(bank: Mapping[str, Any], proposal: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document of BANK.json with what a proposal for the model ``level`` says.

    Slip, guess, near values and time of items with 30 answers or more, the rungs of ladders all of which have such
    items, and, where every item has, how people answer: as diagnostics take them. What a bank cannot say ("I don't
    know", languages, correlations) is left out, and so is what only its author understands.
    """
    assert proposal["model"] == MODEL, "other models know no slips and guesses of micro-skills"
    items = [_calibrated(item, proposal["items"].get(item["code"])) for item in bank["items"]]
    measured = [enough(proposal["items"].get(item["code"])) for item in bank["items"]]
    met = {code for item, there in zip(bank["items"], measured, strict=True) if there for code in _skills(item)}
    shares: dict[str, float] = {}
    for strand in proposal["strands"].values():
        codes = [skill["code"] for skill in strand["skills"]]
        if met >= set(codes):
            shares |= zip(codes, rungs([skill["threshold"] for skill in strand["skills"]]), strict=True)
    skills = [{**_known(skill, SKILL_KEYS), **_share(shares, skill["code"])} for skill in bank["skills"]]
    found = {"skills": skills, "items": items}
    if all(measured) and "styles" in proposal:
        return found | {"styles": _heard(proposal["styles"])}
    return found | _known(bank, ("styles",))


def enough(found: Mapping[str, Any] | None) -> bool:
    """Return whether an item of a proposal was answered often enough for its values to be taken."""
    return found is not None and found["answers"] >= LEAST_ANSWERS


def rungs(thresholds: Sequence[float]) -> list[float]:
    """Return the shares of people above the rungs of a ladder, falling, from .999 to .001 at most."""
    shares = [round(min(max(1.0 - NormalDist().cdf(one), SHARES[0]), SHARES[1]), 6) for one in thresholds]
    for place in range(1, len(shares)):
        shares[place] = min(shares[place], shares[place - 1] - APART)
    for place in range(len(shares) - 1, -1, -1):  # those that were pushed beyond the end come back, in order
        shares[place] = round(max(shares[place], SHARES[0] + APART * (len(shares) - 1 - place)), 6)
    return shares


def _calibrated(item: Mapping[str, Any], found: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return an item with its new values, and without those that a bank would refuse."""
    own = _known(item, ITEM_KEYS)
    if found is None or not enough(found):
        return own
    named = found["parameters"]
    if named["slip"] + named["guess"] < 1.0 - LEAST_PROBABILITY:
        own |= {name: named[name] for name in ENDS}
    if item.get("near") and all(name in named for name in NEAR):
        mastered, not_mastered = (named[name] for name in NEAR)
        if max(not_mastered, LEAST_PROBABILITY) < min(mastered, 1.0 - LEAST_PROBABILITY):
            own["near"] = [not_mastered, mastered]
    times = found.get("seconds")
    if times is not None and times["answers"] >= LEAST_ANSWERS and times["expected"] is not None:
        own["seconds"] = min(max(times["expected"], SECONDS[0]), SECONDS[1])
    return own


def _heard(styles: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the styles, with somebody who may say "I don't know" where nobody was met who did."""
    own = [Style.from_document({key: one[key] for key in STYLE}) for one in styles]
    return [*map(dict, styles), *(asdict(one) for one in with_habit(own)[len(own) :])]


def _skills(item: Mapping[str, Any]) -> Sequence[str]:
    several: Sequence[str] = item.get("skills") or [item["skill"]]
    return several


def _share(shares: Mapping[str, float], code: str) -> dict[str, float]:
    return {"share": shares[code]} if code in shares else {}


def _known(one: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: one[key] for key in keys if key in one}
