"""What comes next in an attempt: the engine's decision, from the standing answers and what alone may be asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.engine import Decision, Outcome, StopRules, decide
from pathways.diagnostics.models import Answer, Attempt
from pathways.i18n import N_


def evidence_of(standing: Sequence[Answer | sa.Row[Any]]) -> list[tuple[str, Outcome]]:
    return [(one.item, Outcome(one.outcome)) for one in standing]


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
    given = sum(one.observed_by is None for one in standing)
    found = {"skills": sorted(skills), "without": sorted(without), "from": given, "to": given + questions}
    return found | kept


def next_of(attempt: Attempt, blueprint: Blueprint, standing: Sequence[Answer | sa.Row[Any]]) -> Decision:
    """The next question, or why there is none."""
    seen = {one.item for one in standing}
    candidates = blueprint.askable(attempt.language) - seen
    if attempt.focus is not None:
        return _focused(attempt, blueprint, standing, candidates)
    observed = sum(one.observed_by is not None for one in standing)
    rules = blueprint.rules
    if attempt.longer_to is not None:  # a trainer wants to be surer of this one: neither certainty nor time ends it
        rules = replace(rules, questions=max(rules.questions or 0, attempt.longer_to), seconds=None)
        rules = replace(rules, least_questions=attempt.longer_to + observed, least_information=0.0)
    if observed and rules.questions is not None:  # what a mediator watched is no question that was asked
        rules = replace(rules, questions=rules.questions + observed)
    return decide(
        blueprint.compiled_in(attempt.language),
        rules,
        evidence_of(standing),
        candidates,
        seconds_spent=sum(one.seconds for one in standing),
    )


def _focused(
    attempt: Attempt, blueprint: Blueprint, standing: Sequence[Answer | sa.Row[Any]], candidates: frozenset[str]
) -> Decision:
    """The next question about a few micro-skills alone, until so many answers have been given in all. With ``each``,
    one about every one of them comes before a second one about any.
    """
    assert attempt.focus is not None
    skills, without = set(attempt.focus["skills"]), set(attempt.focus["without"])
    near = {one for one in candidates if blueprint.skill_of[one] in skills}
    if attempt.focus.get("each"):
        own = [one for one in standing if one.observed_by is None][attempt.focus["from"] :]
        asked = Counter(blueprint.skill_of[one.item] for one in own)
        fewest = min((asked[blueprint.skill_of[one]] for one in near), default=0)
        near = {one for one in near if asked[blueprint.skill_of[one]] == fewest}
    rules = StopRules(
        questions=attempt.focus["to"], seconds=None, least_questions=attempt.focus["to"], least_information=0.0
    )
    compiled = blueprint.compiled_in(attempt.language)
    return decide(compiled, rules, evidence_of(standing), near - without or near)
