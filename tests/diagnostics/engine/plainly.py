"""Inference without styles of answering, for tests that look into the states and weights of a posterior."""

from collections.abc import Iterable

from pathways.diagnostics import engine
from pathways.diagnostics.engine.compilation import Compiled
from pathways.diagnostics.engine.posterior import Posterior


def infer(compiled: Compiled, answers: Iterable[tuple[str, str]]) -> Posterior:
    """Return what the engine infers from the answers, of a structure that admits no styles."""
    found = engine.infer(compiled, answers)
    assert isinstance(found, Posterior), "the structure admits styles of answering"
    return found
