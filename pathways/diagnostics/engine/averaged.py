"""A strand of which one does not know the model: several of them side by side, averaged exactly.

The states are those of all models, one after the other; the weight of a model is the prior chance that it is the true
one, and answers move it (Bayesian model averaging: Hoeting, Madigan, Raftery & Volinsky 1999).  With weights in
proportion to exp(held-out log score of answers) it is what is known of the strand after calibration.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite
from typing import Any

import numpy as np

from pathways.diagnostics.engine import documents
from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.errors import InvalidStructure
from pathways.diagnostics.engine.items import ItemModel
from pathways.diagnostics.engine.population import AbilityGrid
from pathways.diagnostics.engine.strands import LEAST_STATE, StrandModel


@dataclass(frozen=True, slots=True)
class AveragedStrand:
    """Models of one strand and their weights, which are divided by their sum.

    All models have the code and the micro-skills of the strand, in the same order.  Raises ``InvalidStructure``
    otherwise, without models, or when a weight is not positive.
    """

    models: tuple[StrandModel, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.models or len(self.models) != len(self.weights):
            raise InvalidStructure(f"{len(self.models)} models of a strand have {len(self.weights)} weights")
        if not all(isfinite(weight) and weight > 0.0 for weight in self.weights):
            raise InvalidStructure(f"strand {self.code!r}: weights {self.weights} are not all positive")
        for model in self.models:
            if (model.code, model.skill_codes) != (self.code, self.skill_codes):
                raise InvalidStructure(f"strand {self.code!r}: its models do not hold the same micro-skills")

    @property
    def code(self) -> str:
        """The strand's code."""
        return self.models[0].code

    @property
    def skill_codes(self) -> tuple[str, ...]:
        """The micro-skills, easiest first."""
        return self.models[0].skill_codes

    def prior(self, grid: AbilityGrid) -> Floats:
        """Return P(model and its state | point), shape [sum of states, Q], floored at 1e-12."""
        whole = fsum(self.weights)
        tables = [weight / whole * model.prior(grid) for model, weight in zip(self.models, self.weights, strict=True)]
        states: Floats = np.maximum(np.concatenate(tables), LEAST_STATE)
        states /= states.sum(axis=0)
        return states

    def mastery(self) -> Floats:
        """Return P(micro-skill mastered | model and state), shape [S, sum of states]."""
        return np.concatenate([model.mastery() for model in self.models], axis=1)

    def responses(self, items: Sequence[ItemModel]) -> Floats:
        """Return P(outcome | model and state) of the items, shape [J, 3, sum of states]."""
        return np.concatenate([model.responses(items) for model in self.models], axis=2)

    def to_document(self) -> dict[str, Any]:
        """Return ``{"model": "averaged", "code": ..., "models": [...], "weights": [...]}``."""
        models = [model.to_document() for model in self.models]
        return {"model": "averaged", "code": self.code, "models": models, "weights": list(self.weights)}

    @classmethod
    def from_document(
        cls, document: Mapping[str, Any], read: Callable[[Mapping[str, Any]], StrandModel]
    ) -> "AveragedStrand":
        """Build the strand that ``to_document`` described, each model by ``read``; raises ``InvalidStructure``."""
        values = documents.mapping(document, "a strand", ("model", "code", "models", "weights"))
        code = documents.text(values["code"], "the code of a strand")
        models = documents.sequence(values["models"], f"'models' of strand {code!r}")
        weights = documents.sequence(values["weights"], f"'weights' of strand {code!r}")
        return cls(
            tuple(map(read, models)),
            tuple(documents.number(weight, f"a weight of strand {code!r}") for weight in weights),
        )
