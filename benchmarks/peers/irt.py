"""2PL by marginal maximum likelihood.

Question: ``answers``, the path of an array [people, items] of 0 and 1 (.npy); ``points`` of the ability where they are
not the usual ones. Answer: CPU ``seconds``, ``slope`` and ``difficulty`` [items].
"""

from __future__ import annotations

import importlib
from time import process_time
from typing import Any

import numpy as np

from benchmarks.peers.answering import answer


def girth(question: dict[str, Any]) -> dict[str, Any]:
    module = importlib.import_module("girth")
    right = np.load(question["answers"]).T.astype(np.int64)
    start = process_time()
    found = module.twopl_mml(right)
    seconds = process_time() - start
    return _said(seconds, found["Discrimination"], found["Difficulty"])


def mirt(question: dict[str, Any]) -> dict[str, Any]:
    """Without standard errors, which we do not time of ours either."""
    module = importlib.import_module("mirt")
    right = np.load(question["answers"]).astype(np.int64)
    points = {"n_quadpts": question["points"]} if "points" in question else {}
    start = process_time()
    found = module.fit_mirt(right, model="2PL", compute_standard_errors=False, **points)
    seconds = process_time() - start
    parameters = found.model.parameters
    return _said(seconds, parameters["discrimination"], parameters["difficulty"])


def _said(seconds: float, slope: Any, difficulty: Any) -> dict[str, Any]:
    return {"seconds": seconds, "slope": np.ravel(slope).tolist(), "difficulty": np.ravel(difficulty).tolist()}


if __name__ == "__main__":
    answer({"girth": girth, "mirt": mirt})
