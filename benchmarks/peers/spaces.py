"""Knowledge spaces: all states of some ladders, each with its probability, and the question that tells most.

Question: ``strands``: ladders, each micro-skill with its ``code``, ``share``, and ``items`` (``code``, ``slip``,
``guess``; the items of one micro-skill are alike). With ``repeats``: answer ``milliseconds`` of CPU for a step after
six answers, median and 95th percentile, and the number of ``states``. With ``learners`` and ``questions``: answer
``mastery``, of each learner, before the first question and after each.
"""

from __future__ import annotations

import importlib
from itertools import pairwise, product
from time import process_time
from typing import Any

import numpy as np

from benchmarks.peers.answering import answer


def knowledgespaces(question: dict[str, Any]) -> dict[str, Any]:
    posterior = _untouched(question["strands"])
    if "learners" in question:
        return {"mastery": [_sat(posterior, question, learner) for learner in question["learners"]]}
    choose = importlib.import_module("knowledgespaces.assessment.adaptive").select_item_eig
    skills = [skill["code"] for strand in question["strands"] for skill in strand]
    asked = skills[:: max(len(skills) // 6, 1)][:6]

    before = posterior
    for number, skill in enumerate(asked[:-1]):
        before = before.update(skill, number % 2 == 0)

    def step() -> None:
        choose(before.update(asked[-1], True), exclude=set(asked))

    spent: list[float] = []
    step()
    for _ in range(question["repeats"]):
        start = process_time()
        step()
        spent.append(1e3 * (process_time() - start))
    times = float(np.median(spent)), float(np.quantile(spent, 0.95))
    return {"milliseconds": times, "states": posterior.blim.n_states}


def _untouched(strands: list[list[dict[str, Any]]]) -> Any:
    """Return what is believed before any answer: strands apart, each as the shares of its rungs say."""
    api = importlib.import_module("knowledgespaces.api")
    blim = importlib.import_module("knowledgespaces.assessment.blim")
    skills = [skill["code"] for strand in strands for skill in strand]
    edges = [(low["code"], high["code"]) for strand in strands for low, high in pairwise(strand)]
    space = api.space_from_prerequisites(skills, edges)
    slips = {skill["code"]: skill["items"][0]["slip"] for strand in strands for skill in strand}
    guesses = {skill["code"]: skill["items"][0]["guess"] for strand in strands for skill in strand}
    model = blim.BLIM(space, blim.BLIMParams(slips, guesses))
    prior: dict[frozenset[str], float] = {}
    for reached in product(*(range(len(strand) + 1) for strand in strands)):
        state, chance = frozenset[str](), 1.0
        for strand, level in zip(strands, reached, strict=True):
            at_least = [1.0, *(skill["share"] for skill in strand), 0.0]
            chance *= at_least[level] - at_least[level + 1]
            state |= {skill["code"] for skill in strand[:level]}
        prior[state] = chance
    total = sum(prior.values())
    return blim.StatePosterior.from_prior(model, {state: chance / total for state, chance in prior.items()})


def _sat(posterior: Any, question: dict[str, Any], learner: dict[str, Any]) -> list[dict[str, float]]:
    """Return what is believed of one learner, step by step."""
    choose = importlib.import_module("knowledgespaces.assessment.adaptive").select_item_eig
    left = {skill["code"]: [i["code"] for i in skill["items"]] for strand in question["strands"] for skill in strand}
    found = [posterior.marginal_mastery()]
    for asked in range(question["questions"]):
        skill = choose(posterior, exclude={code for code, items in left.items() if not items}).item
        outcome = _outcome(learner, left[skill].pop(0), asked)
        if outcome in {"correct", "incorrect"}:
            posterior = posterior.update(skill, outcome == "correct")
        found.append(posterior.marginal_mastery())
    return found


def _outcome(learner: dict[str, Any], item: str, asked: int) -> str:
    for change in reversed(learner.get("later", ())):
        if change["after"] <= asked and item in change["answers"]:
            return change["answers"][item]
    return learner["answers"][item]


if __name__ == "__main__":
    answer({"knowledgespaces": knowledgespaces})
