"""What the engine's check of items looks at, gathered from a calibration."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pathways.diagnostics.calibrating.columns import OUTCOMES
from pathways.diagnostics.calibrating.fitting import Fitted
from pathways.diagnostics.engine import Outcome
from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.calibration.curves import Logistic, TwoClass, sigmoid
from pathways.diagnostics.engine.calibration.drift import Drift
from pathways.diagnostics.engine.calibration.fit import item_fit, rmsd, stratified
from pathways.diagnostics.engine.calibration.functioning import Functioning, functioning
from pathways.diagnostics.engine.calibration.health import Choice, ItemHealth, VariantHealth

THIRDS = 3


def health_of(fitted: Fitted) -> dict[str, ItemHealth]:
    """Return what is known of each item, by code."""
    layout = fitted.model.layout
    variants = layout.task.variants
    fits = _rmsd_by_item(fitted)
    tests = functioning(variants, fitted.residuals.by_standing)
    drifts = fitted.cusum.found()
    gains = _gains(fitted)
    choices = _choices(fitted)
    found: dict[str, ItemHealth] = {}
    for place, code in enumerate(variants.item_codes):
        own = np.flatnonzero(variants.items == place)
        sums = fitted.residuals.by_standing[own].sum(axis=0), fitted.residuals.losses[own].sum(axis=0)
        fit = item_fit(*sums, None if fits is None else float(fits[place]))
        found[code] = ItemHealth(
            fit,
            [_variant(fitted, int(v), tests, drifts) for v in own],
            choices.get(code, ()),
            None if gains is None else float(gains[place]),
        )
    return found


def _variant(fitted: Fitted, variant: int, tests: Mapping[int, Functioning], drifts: list[Drift]) -> VariantHealth:
    variants = fitted.model.layout.task.variants
    shown = fitted.tally.shown[variant]
    return VariantHealth(
        language=variants.language_codes[int(variants.languages[variant])],
        shown=int(shown.sum()),
        not_understood=int(shown[OUTCOMES.index(Outcome.NOT_UNDERSTOOD)]),
        drift=drifts[variant],
        functioning=tests.get(variant),
    )


def _rmsd_by_item(fitted: Fitted) -> Floats | None:
    """Return the RMSD of each item, [J]; ``None`` for two classes, where curve and counts cannot disagree."""
    layout = fitted.model.layout
    if isinstance(layout.task.curve, TwoClass):
        return None
    items, shifts, _ = layout.unpacked(fitted.parameters)
    variants = layout.task.variants
    counts = fitted.runs[-1].expected.counts
    apart = rmsd(counts, layout.task.curve.chance(items[variants.items], shifts, layout.task.nodes))
    people = counts.sum(axis=(1, 2))
    total = variants.by_item(people)
    return np.sqrt(variants.by_item(people * apart**2) / np.maximum(total, 1e-300))


def _gains(fitted: Fitted) -> Floats | None:
    """Return by how much mastery raises the chance of a right answer, [J], where the curve has ends."""
    layout = fitted.model.layout
    if isinstance(layout.task.curve, Logistic):
        return None
    items, _, _ = layout.unpacked(fitted.parameters)
    first = 0 if isinstance(layout.task.curve, TwoClass) else 2
    return sigmoid(items[:, first]) - sigmoid(items[:, first + 1])


def _choices(fitted: Fitted) -> dict[str, list[Choice]]:
    """Return the choices of each item, the one chosen most first."""
    met, sums = fitted.met, fitted.residuals.by_choice
    by_item: dict[int, list[int]] = {}
    for place, name in enumerate(met.choices.codes):
        by_item.setdefault(int(name.split("\t", 1)[0]), []).append(place)
    found: dict[str, list[Choice]] = {}
    for item, places in by_item.items():
        best = stratified(sums[places].swapaxes(0, 1), THIRDS)[-1]
        whole = sums[places].sum(axis=1)
        choices = [
            Choice(
                name=met.choices.codes[place].split("\t", 1)[1],
                right=bool(whole[n, 0] > 0.5 * whole[n, 1]),
                chosen=float(whole[n, 1]),
                chosen_by_best=float(best[n, 1]),
            )
            for n, place in enumerate(places)
            if whole[n, 1] > 0
        ]
        found[met.items.codes[item]] = sorted(choices, key=lambda one: (-one.chosen, one.name))
    return found
