"""What is done with each partition: functions that another process, or another machine, finds by their name."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pathways.diagnostics.calibrating.passes import Held
from pathways.diagnostics.engine.arrays import Floats, Integers
from pathways.diagnostics.engine.calibration.em import Expected
from pathways.diagnostics.engine.calibration.information import Products, ViewedModel, products
from pathways.diagnostics.engine.calibration.residuals import Chosen, Residuals, residuals


class Looked(NamedTuple):
    """Residuals of a partition; of each of its answers, the place in the file, the variant, and two log ratios."""

    sums: Residuals
    rows: Integers
    variants: Integers
    ratios: Floats


def expected(model: ViewedModel, held: Held, parameters: Floats) -> Expected:
    """Return the expected sums of a partition."""
    return model.expect(parameters, held.patterns)


def expected_of(_: ViewedModel, held: Held, model: ViewedModel, parameters: Floats) -> Expected:
    """Return the expected sums of a partition under another model than the one that passes began with: what is learned
    between two passes.
    """
    return model.expect(parameters, held.patterns)


def cross_products(_: ViewedModel, held: Held, model: ViewedModel, parameters: Floats) -> Products:
    """Return the cross products of the scores of a partition under a model."""
    return products(model, parameters, held.patterns)


def looked(_: ViewedModel, held: Held, model: ViewedModel, parameters: Floats, against: Floats, choices: int) -> Looked:
    """Return the residuals of a partition under a model."""
    details = held.details()
    chosen = Chosen(details.choices, choices) if choices else None
    sums, ratios = residuals(model, parameters, details.block, against, chosen)
    both = np.stack([ratios.harder, ratios.easier], axis=1)
    return Looked(sums, details.rows, details.block.variants, both)
