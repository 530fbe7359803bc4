"""An earlier proposal as a place to begin, and as what drift is measured from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from pathways.diagnostics.calibrating.binding import Bound
from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.calibration import joint
from pathways.diagnostics.engine.calibration.curves import Curve, FourParameter, Logistic
from pathways.diagnostics.engine.calibration.estimates import ENDS, NEAR
from pathways.diagnostics.engine.calibration.information import ViewedModel
from pathways.diagnostics.engine.calibration.ladders import LEAST_SLOPE, LEAST_STEP, MOST_SLOPE
from pathways.diagnostics.engine.styles import Style
from pathways.diagnostics.simulating.bank import MOST_SKILLS
from pathways.diagnostics.simulating.problems import Problems, below
from pathways.diagnostics.simulating.styles import styles_of

FORMAT: Final = "calibration-1"
SLOPES: Final = (-20.0, 20.0)
PLACES: Final = (-100.0, 100.0)
LEAST_CHANCE: Final = 1e-4
LEAST_SPREAD: Final = 0.05
LEAST_CORRELATION: Final = 0.05
MOST_CORRELATION: Final = 0.995
FARTHEST: Final = 4.0
"""No rung of an earlier proposal is believed to be farther from the middle, in SD: there is nobody there."""


@dataclass(frozen=True, eq=False)
class Earlier:
    """What is taken from an earlier proposal.

    The parameters of each item, by name, and its shift in each language; mean and SD of each language; the correlation
    of each strand, and the threshold of each micro-skill; how answers come out, nothing where it does not say.
    """

    items: Mapping[str, Mapping[str, float]]
    shifts: Mapping[tuple[str, str], float]
    groups: Mapping[str, tuple[float, float]]
    correlations: Mapping[str, float]
    thresholds: Mapping[str, float]
    offset: float
    styles: tuple[Style, ...] = ()


def earlier_of(document: object, file: str, kind: str) -> Earlier:
    """Return what is taken from a document; raises ``WrongFile`` where it is no proposal for this model."""
    problems = Problems(file)
    whole = document if isinstance(document, dict) else {}
    if whole.get("format") != FORMAT:
        problems.add("", f"attendu une proposition de pathways calibrate (« format » : « {FORMAT} »)")
    elif whole.get("model") != kind:
        problems.add("model", f"attendu le modèle {kind}, celui qui est demandé")
    problems.refuse()
    items: dict[str, dict[str, float]] = {}
    shifts: dict[tuple[str, str], float] = {}
    for code, one in _objects(problems, whole, "items"):
        items[code] = _numbers(problems, one.get("parameters"), f"items.{code}.parameters")
        for language, variant in _objects(problems, one, "languages"):
            path = f"items.{code}.languages.{language}"
            shifts[code, language] = problems.number(variant.get("shift"), below(path, "shift"), *PLACES) or 0.0
    groups = {
        code: (
            _or(problems, one, f"languages.{code}", "mean", 0.0),
            max(_or(problems, one, f"languages.{code}", "sd", 1.0), LEAST_SPREAD),
        )
        for code, one in _objects(problems, whole, "languages")
    }
    correlations: dict[str, float] = {}
    thresholds: dict[str, float] = {}
    for code, one in _objects(problems, whole, "strands"):
        correlations[code] = _or(problems, one, f"strands.{code}", "correlation", 0.7)
        listed = one.get("skills") or None
        for skill in problems.listed(listed, f"strands.{code}.skills", "micro-compétences", most=MOST_SKILLS):
            if isinstance(skill, dict) and isinstance(skill.get("code"), str):
                thresholds[skill["code"]] = _or(problems, skill, f"strands.{code}", "threshold", 0.0)
    offset = _or(problems, whole, "", "offset", 0.0)
    styles = styles_of(problems, whole.get("styles"), "styles") if whole.get("styles") != [] else ()
    problems.refuse()
    return Earlier(items, shifts, groups, correlations, thresholds, offset, styles)


def begun(earlier: Earlier, model: ViewedModel, bound: Bound, default: Floats) -> Floats:
    """Return the vector of an earlier proposal; what it lacks is as in ``default``."""
    layout = model.layout
    variants = layout.task.variants
    items, shifts, groups = (part.copy() for part in layout.unpacked(default))
    for place, code in enumerate(variants.item_codes):
        if code in earlier.items:
            items[place] = _curve(layout.task.curve, earlier.items[code], items[place])
    if layout.task.tied:
        items[:, 0] = items[:, 0].mean()
    for v in variants.shifted.tolist():
        key = variants.item_codes[int(variants.items[v])], variants.language_codes[int(variants.languages[v])]
        shifts[v] = earlier.shifts.get(key, 0.0)
    for place, code in enumerate(variants.language_codes[1:]):
        if code in earlier.groups:
            mean, spread = earlier.groups[code]
            groups[place] = mean, np.clip(np.log(spread), -1.19, 1.09)
    common = layout.packed(layout.task.curve.bounded(items), shifts, groups)
    if not isinstance(model, joint.StrandsModel):
        return common
    offset = float(np.clip(earlier.offset, -FARTHEST, FARTHEST))
    found = [common, [offset], *_strands(earlier, model, bound, default), _near(earlier, model, default)]
    whole = np.concatenate(found)
    return np.concatenate([whole, default[len(whole) :]])


def _near(earlier: Earlier, model: joint.StrandsModel, default: Floats) -> Floats:
    """The parameters of partial credit; where an earlier r did not rise with mastery, those of ``default``."""
    own = model.own_near(default).copy()
    if model.near is None:
        return own
    for place, item in enumerate(model.near.items.tolist()):
        named = earlier.items.get(model.layout.task.variants.item_codes[item], {})
        pair = own[2 * place : 2 * place + 2].copy()
        for column, name in enumerate(NEAR):
            if name in named:
                chance = float(np.clip(named[name], LEAST_CHANCE, 1.0 - LEAST_CHANCE))
                pair[column] = np.log(chance / (1.0 - chance))
        own[2 * place : 2 * place + 2] = pair if model.near.admissible(pair) else own[2 * place : 2 * place + 2]
    return own


def _strands(earlier: Earlier, model: joint.StrandsModel, bound: Bound, default: Floats) -> list[Floats]:
    found: list[Floats] = []
    priors = [part for strand in model.strands for part in strand.parts]
    for strand, prior, own in zip(bound.strands, priors, model.ladders(default), strict=True):
        rho = float(np.clip(earlier.correlations.get(strand.code, 0.7), LEAST_CORRELATION, MOST_CORRELATION))
        size = np.sqrt(1.0 - rho**2)
        wanted = own.copy()
        wanted[0] = np.clip(rho / size, LEAST_SLOPE, MOST_SLOPE)
        codes = strand.skill_codes
        if len(own) > 1 and all(code in earlier.thresholds for code in codes):
            cuts = np.clip([earlier.thresholds[code] for code in codes], -FARTHEST, FARTHEST) / size
            spaced = np.maximum.accumulate(cuts - LEAST_STEP * np.arange(len(cuts)))
            wanted[1:] = spaced + 1.01 * LEAST_STEP * np.arange(len(cuts))
        found.append(wanted if prior.admissible(wanted) else own)
    return found


def _curve(curve: Curve, named: Mapping[str, float], default: Floats) -> Floats:
    """Return the parameters of a curve from their names."""
    own = default.copy()
    if isinstance(curve, Logistic):
        own[0] = named.get("slope", own[0])
        if "difficulty" in named:
            own[1] = -own[0] * named["difficulty"]
        return own
    first = 0
    if isinstance(curve, FourParameter):
        first = 2
        own[0] = np.log(max(named["slope"], 0.01)) if "slope" in named else own[0]
        own[1] = named.get("difficulty", own[1])
    for place, name in enumerate(ENDS[: len(own) - first]):
        if name in named:
            chance = 1.0 - named[name] if name == "slip" else named[name]
            chance = float(np.clip(chance, LEAST_CHANCE, 1.0 - LEAST_CHANCE))
            own[first + place] = np.log(chance / (1.0 - chance))
    return own


def _objects(problems: Problems, whole: Mapping[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
    value = whole.get(key)
    if value is None:
        return []
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
        problems.add(key, "attendu un objet d'objets {...}")
        return []
    return list(value.items())


def _numbers(problems: Problems, value: object, path: str) -> dict[str, float]:
    named = problems.mapping(value, path, ("slope", "difficulty", *ENDS, *NEAR))
    ranges = {name: SLOPES if name == "slope" else PLACES for name in named}
    found = {name: problems.number(one, below(path, name), *ranges[name]) for name, one in named.items()}
    return {name: one for name, one in found.items() if one is not None}


def _or(problems: Problems, one: Mapping[str, Any], path: str, key: str, default: float) -> float:
    found = problems.number(one.get(key), below(path, key), *PLACES)
    return default if found is None else found
