"""The proposal: what a calibration found, as a JSON document that can be compared with another one line by line.

Everything is sorted by code, each number stands on a line of its own with six digits, and nothing in it depends on when
or where it was computed: the same answers give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from pathways import __version__
from pathways.diagnostics.calibrating.columns import OUTCOMES
from pathways.diagnostics.calibrating.fitting import Fitted
from pathways.diagnostics.calibrating.health import health_of
from pathways.diagnostics.calibrating.partitions import UNKNOWN_LANGUAGE
from pathways.diagnostics.calibrating.starting import FORMAT
from pathways.diagnostics.engine import ANSWERS, Outcome
from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.calibration import estimates, first_values, joint
from pathways.diagnostics.engine.calibration.estimates import Estimate
from pathways.diagnostics.engine.calibration.fit import ItemFit, overall
from pathways.diagnostics.engine.calibration.functioning import Functioning
from pathways.diagnostics.engine.calibration.health import Finding, ItemHealth, findings
from pathways.diagnostics.engine.calibration.information import MOST_TOGETHER
from pathways.diagnostics.engine.calibration.styled import StyledModel

DIGITS: Final = 6
LONGEST_LOG: Final = 50.0
"""Log seconds: a clock that says both nothing and minutes makes means of any size."""
NO_EVIDENCE: Final = tuple(outcome for outcome in Outcome if outcome not in ANSWERS)


class Exact(float):
    """A number of which more digits count: two likelihoods differ in the last ones."""


def document_of(fitted: Fitted) -> dict[str, Any]:
    """Return the document."""
    health = health_of(fitted)
    found = {code: findings(one) for code, one in health.items()}
    parts = {
        "format": FORMAT,
        "program": f"pathways {__version__}",
        "model": fitted.task.model,
        "data": _data(fitted),
        "run": _run(fitted),
        "fit": _fit(fitted),
        "languages": _languages(fitted),
    }
    if isinstance(fitted.model, joint.StrandsModel):
        assert fitted.task.structure is not None, "a joint model has a bank"
        parts["requirements_not_used"] = len(fitted.task.structure.requirements)
        parts["offset"] = fitted.model.offset(fitted.parameters)
        parts["strands"] = _strands(fitted)
        if isinstance(fitted.model, StyledModel):
            parts["styles"] = _styles(fitted, fitted.model)
    place = {code: number for number, code in enumerate(fitted.bound.codes)}
    parts["items"] = {code: _item(fitted, place[code], health[code], found[code]) for code in sorted(place)}
    parts["findings"] = _by_kind(found)
    return _rounded(parts)


def written(document: Mapping[str, Any]) -> bytes:
    """Return the document as bytes."""
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _data(fitted: Fitted) -> dict[str, Any]:
    shown = fitted.tally.shown.sum(axis=0)
    learners, sittings, useful, doubles, elsewhere = fitted.tally.people.tolist()
    left_out = [
        {"why": "answered_before", "answers": int(doubles)},
        *({"why": outcome.value, "answers": int(shown[OUTCOMES.index(outcome)])} for outcome in NO_EVIDENCE),
        {"why": "item_left_out", "answers": int(elsewhere), "items": dict(fitted.bound.left_out)},
        {"why": "sitting_without_evidence", "sittings": int(sittings - useful)},
    ]
    return {
        "rows": fitted.met.answers,
        "answers": int(shown[: len(ANSWERS)].sum()),
        "learners": int(learners),
        "sittings": int(useful),
        "items": len(fitted.bound.codes),
        "outcomes": _outcomes(fitted, shown),
        "dont_know": _dont_know(fitted),
        "left_out": [one for one in left_out if any(isinstance(value, int) and value for value in one.values())],
    }


def _dont_know(fitted: Fitted) -> str:
    if not fitted.met.dont_know:
        return "never_said"
    return "outcome" if fitted.plan.three else "incorrect"


def _run(fitted: Fitted) -> dict[str, Any]:
    layout, last = fitted.model.layout, fitted.runs[-1]
    nodes = layout.groups.nodes
    return {
        "converged": last.converged,
        "evaluations": sum(run.evaluations for run in fitted.runs),
        "ability": {"points": len(nodes), "from": float(nodes[0]), "to": float(nodes[-1])},
        "parameters": len(last.parameters),
        "standard_errors": "cross_products" if len(last.parameters) <= MOST_TOGETHER else "cross_products_in_blocks",
        "drift_from": "fit" if fitted.task.earlier is None else "earlier",
        "linking_runs": fitted.linking_runs,
        "log_likelihood": [Exact(one) for one in last.log_likelihoods],
        "penalised_log_likelihood": [Exact(one) for one in last.penalised],
    }


def _fit(fitted: Fitted) -> dict[str, Any]:
    log_loss, brier = overall(fitted.residuals)
    last = fitted.runs[-1]
    return {
        "log_likelihood": Exact(last.log_likelihoods[-1]),
        "parameters": len(last.parameters),
        "log_loss": log_loss,
        "brier": brier,
    }


def _languages(fitted: Fitted) -> dict[str, Any]:
    layout = fitted.model.layout
    variants = layout.task.variants
    answers = fitted.tally.shown[:, : len(ANSWERS)].sum(axis=1)
    found: dict[str, Any] = {}
    for place, code in enumerate(variants.language_codes):
        group = estimates.group_estimates(layout, fitted.parameters, fitted.covariance, place)
        mine = variants.languages == place
        link = fitted.links[place]
        found[code or UNKNOWN_LANGUAGE] = {
            "reference": place == 0,
            "answers": int(answers[mine].sum()),
            "items": int((answers[mine] > 0).sum()),
            **_with_errors(group),
            "link": {"common_items": link.common, "median_shift": link.median, "enough": place == 0 or link.trusted},
        }
    return dict(sorted(found.items()))


def _strands(fitted: Fitted) -> dict[str, Any]:
    model = fitted.model
    assert isinstance(model, joint.StrandsModel)
    first = model.first_strand
    found: dict[str, Any] = {}
    for strand, own in zip(fitted.bound.strands, model.ladders(fitted.parameters), strict=True):
        covariance = fitted.covariance.of(np.arange(first, first + len(own)))
        first += len(own)
        correlation = estimates.correlation_estimate(float(own[0]), float(covariance[0, 0]))
        thresholds = (
            estimates.threshold_estimates(own, covariance)
            if fitted.task.model == "level"
            else [_mastery(fitted, model, code) for code in strand.skill_codes]
        )
        skills = [
            {"code": code, **_with_errors({"threshold": threshold})}
            for code, threshold in zip(strand.skill_codes, thresholds, strict=True)
        ]
        found[strand.code] = {**_with_errors({"correlation": correlation}), "skills": skills}
    return dict(sorted(found.items()))


def _styles(fitted: Fitted, model: StyledModel) -> list[dict[str, Any]]:
    """How people answer, the most frequent style first."""
    places = model.first_share + np.arange(model.count - 1)
    shares = estimates.share_estimates(model.shares(fitted.parameters), fitted.covariance.of(places))
    pairs = sorted(zip(model.styles, shares, strict=True), key=lambda pair: -(pair[1].value or 0.0))
    return [{**asdict(style), **_with_errors({"share": share})} for style, share in pairs]


def _mastery(fitted: Fitted, model: joint.StrandsModel, skill: str) -> Estimate:
    items = [j for j, code in enumerate(fitted.bound.codes) if fitted.bound.items[code].skill == skill]
    return estimates.mastery_estimate(model.layout, fitted.parameters, fitted.covariance, items, first_values.MASTERY)


def _item(fitted: Fitted, place: int, health: ItemHealth, found: Sequence[Finding]) -> dict[str, Any]:
    layout = fitted.model.layout
    variants = layout.task.variants
    own = np.flatnonzero(variants.items == place)
    shown = fitted.tally.shown[own].sum(axis=0)
    named = estimates.item_estimates(layout, fitted.parameters, fitted.covariance, place) | _near(fitted, place)
    item: dict[str, Any] = {
        "parameters": {name: one.value for name, one in named.items()},
        "standard_errors": {name: one.error for name, one in named.items()},
        "answers": int(shown[: len(ANSWERS)].sum()),
        "outcomes": _outcomes(fitted, shown),
        "fit": _item_fit(health.fit),
    }
    if seconds := _seconds(fitted.tally.times[own].sum(axis=0)):
        item["seconds"] = seconds
    if len(variants.language_codes) > 1:
        item["languages"] = {
            variants.language_codes[int(variants.languages[v])]: _variant(fitted, int(v), one.functioning)
            for v, one in zip(own, health.variants, strict=True)
        }
    item["findings"] = [_finding(one) for one in found]
    return item


def _outcomes(fitted: Fitted, shown: Floats) -> dict[str, int]:
    """Counts [6] by outcome; partly right where anybody was."""
    named = zip(OUTCOMES, shown, strict=True)
    return {y.value: int(count) for y, count in named if y is not Outcome.PARTLY or fitted.met.partly}


def _near(fitted: Fitted, item: int) -> dict[str, Estimate]:
    """How near wrong answers to an item come, where it has partial credit and the model tells it."""
    model = fitted.model
    near = model.near if isinstance(model, joint.StrandsModel) else None
    if near is None or item not in near.items:
        return {}
    assert isinstance(model, joint.StrandsModel)
    places = model.first_near + 2 * int(np.searchsorted(near.items, item)) + np.arange(2)
    return estimates.near_estimates(fitted.parameters[places], fitted.covariance.of(places))


def _variant(fitted: Fitted, variant: int, test: Functioning | None) -> dict[str, Any]:
    shown = fitted.tally.shown[variant]
    shift = estimates.shift_estimate(fitted.model.layout, fitted.parameters, fitted.covariance, variant)
    found: dict[str, Any] = {
        "answers": int(shown[: len(ANSWERS)].sum()),
        "not_understood": int(shown[OUTCOMES.index(Outcome.NOT_UNDERSTOOD)]),
        "shift": shift.value,
        "standard_error": shift.error,
    }
    if seconds := _seconds(fitted.tally.times[variant]):
        found["seconds"] = seconds
    if test is not None:
        found["functioning"] = {"class": test.grade.value, "answers": list(test.answers)}
        if test.test is not None:
            one = test.test
            found["functioning"] |= {"delta": one.delta, "low": one.low, "high": one.high, "p": test.p}
    return found


def _item_fit(fit: ItemFit) -> dict[str, Any]:
    return {
        "right": fit.right,
        "expected_right": fit.expected,
        "rmsd": fit.rmsd,
        "discrimination": fit.discrimination,
        "log_loss": fit.log_loss,
        "brier": fit.brier,
    }


def _seconds(times: Any) -> dict[str, float] | None:
    """Mean and spread of log-normal times (van der Linden 2006), from their number, sum and sum of squares."""
    count, total, squares = times.tolist()
    if count < 2:
        return None
    mean = total / count
    variance = max(squares / count - mean**2, 0.0) * count / (count - 1)
    return {
        "median": float(np.exp(mean)),
        "expected": float(np.exp(min(mean + variance / 2.0, LONGEST_LOG))),
        "log_sd": variance**0.5,
        "answers": int(count),
    }


def _with_errors(named: Mapping[str, Estimate]) -> dict[str, Any]:
    values = {name: one.value for name, one in named.items()}
    return values | {"standard_errors": {name: one.error for name, one in named.items()}}


def _finding(one: Finding) -> dict[str, Any]:
    where = {"language": one.language, "choice": one.choice, "side": one.side}
    return {"kind": one.kind.value, **{name: value for name, value in where.items() if value}, **one.numbers}


def _by_kind(found: Mapping[str, Sequence[Finding]]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for code in sorted(found):
        for one in found[code]:
            codes = kinds.setdefault(one.kind.value, [])
            if code not in codes:
                codes.append(code)
    return dict(sorted(kinds.items()))


def _rounded(value: Any) -> Any:
    """The same with six digits of each float; what is no number is ``null``."""
    if isinstance(value, Exact):
        return round(float(value), DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    if isinstance(value, float | np.floating):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
    return value
