"""What comes next in an attempt: the engine's decision, from the standing answers and what alone may be asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import sqlalchemy as sa

from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.circumstances import circumstances_of
from pathways.diagnostics.engine import Decision, Outcome, StopRules, decide
from pathways.diagnostics.modalities import unusable_in
from pathways.diagnostics.models import Answer, Attempt
from pathways.errors import Invalid
from pathways.i18n import N_
from pathways.items.grading import Graded, grade

Given = TypeVar("Given", Answer, sa.Row[Any], Answer | sa.Row[Any])


def evidence_of(standing: Sequence[Answer | sa.Row[Any]]) -> list[tuple[str, Outcome]]:
    """What the answers say to the engine. Those to an extra question say nothing, whatever they are."""
    return [(one.item, Outcome(one.outcome)) for one in telling(standing)]


def telling(standing: Sequence[Given]) -> list[Given]:
    """Without the answers to an extra question (``extra_question``)."""
    return [one for one in standing if one.predicted is None]


NO_QUESTION = N_("Il n'y a pas de question à poser sur ce point dans votre langue.")


def focus(
    standing: Sequence[Answer | sa.Row[Any]],
    skills: Collection[str],
    *,
    questions: int,
    without: Collection[str] = (),
    **kept: Any,
) -> dict[str, Any]:
    """What has an attempt ask about a few micro-skills alone, so many questions more (``Attempt.focus``). ``without``:
    questions that are asked only where no other is left; ``kept``: what else its maker wants to find in it.
    """
    given = sum(one.observed_by is None for one in telling(standing))
    found = {"skills": sorted(skills), "without": sorted(without), "from": given, "to": given + questions}
    return found | kept


def next_of(attempt: Attempt, blueprint: Blueprint, standing: Sequence[Answer | sa.Row[Any]]) -> Decision:
    """The next question, or why there is none."""
    seen = {one.item for one in standing}
    candidates = blueprint.askable(attempt.language, unusable_in(attempt)) - seen
    standing = telling(standing)
    if attempt.focus is not None:
        return _focused(attempt, blueprint, standing, candidates)
    observed = sum(one.observed_by is not None for one in standing)
    rules = blueprint.rules
    if attempt.longer_to is not None:  # a trainer wants to be surer of this one: neither certainty nor time ends it
        rules = replace(rules, questions=max(rules.questions or 0, attempt.longer_to), seconds=None)
        rules = replace(rules, least_questions=attempt.longer_to + observed, least_information=0.0, least_rate=0.0)
    if observed and rules.questions is not None:  # what a mediator watched is no question that was asked
        rules = replace(rules, questions=rules.questions + observed)
    return decide(
        blueprint.compiled_in(attempt.language),
        rules,
        evidence_of(standing),
        candidates,
        seconds_spent=sum(one.seconds for one in standing),
        circumstances=circumstances_of(attempt, blueprint, standing),
    )


def _focused(
    attempt: Attempt, blueprint: Blueprint, standing: Sequence[Answer | sa.Row[Any]], candidates: frozenset[str]
) -> Decision:
    """The next question about a few micro-skills alone, until so many answers have been given in all. With ``each``,
    one about every one of them comes before a second one about any.
    """
    assert attempt.focus is not None
    skills = set(attempt.focus["skills"])
    near = {one for one in candidates if blueprint.skill_of[one] in skills}
    if attempt.focus.get("each"):
        own = [one for one in standing if one.observed_by is None][attempt.focus["from"] :]
        asked = Counter(blueprint.skill_of[one.item] for one in own)
        fewest = min((asked[blueprint.skill_of[one]] for one in near), default=0)
        near = {one for one in near if asked[blueprint.skill_of[one]] == fewest}
    rules = StopRules(
        questions=attempt.focus["to"], seconds=None, least_questions=attempt.focus["to"], least_information=0.0
    )
    circumstances = circumstances_of(attempt, blueprint, standing, met=attempt.focus["without"])
    return decide(
        blueprint.compiled_in(attempt.language), rules, evidence_of(standing), near, circumstances=circumstances
    )


def meaning(blueprint: Blueprint, item: str, outcome: str | None, response: object) -> tuple[Outcome, tuple[str, ...]]:
    """What was sent, as an outcome of the engine and the mistakes it reveals."""
    if outcome in {"dont_know", "not_understood"}:
        if response is not None:
            said = N_("Cette réponse ne va pas avec la question.")
            raise Invalid(said, errors=[{"field": "response", "message": said}])
        return Outcome(outcome), ()
    graded = grade(blueprint.bodies[item], response)
    return graded_as(blueprint, item, graded), graded.reveals


def graded_as(blueprint: Blueprint, item: str, graded: Graded) -> Outcome:
    """A graded response as an outcome: nearly right where this diagnostic was published to count that."""
    if graded.correct is None:
        return Outcome.NOT_TRIED
    if graded.near and item in blueprint.parted:
        return Outcome.PARTLY
    return Outcome.CORRECT if graded.correct else Outcome.INCORRECT
