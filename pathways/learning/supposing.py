"""What if: plans for a profile that somebody supposes, without a person behind it. Nothing of it is stored."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from pathways.diagnostics import taking
from pathways.diagnostics.blueprint import structure_of
from pathways.diagnostics.composing.everything import everything
from pathways.diagnostics.engine import Carried, Compiled, Structure, believe, compile_structure
from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.taking import Door
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.learning import knowing, offering
from pathways.learning.knowing import Knowledge
from pathways.learning.limits import Limits
from pathways.learning.offering import Person
from pathways.learning.planning import Plans
from pathways.places import territories
from pathways.referentials.ladders import Ladders

UNKNOWN_SKILL = D_("Cette micro-compétence n'est pas dans ce référentiel.")

MOST_WRONG = 20
"""Codes that a refusal names."""


@dataclass(frozen=True, eq=False)
class _Supposed(Carried):
    """A belief that was typed in, micro-skill by micro-skill."""

    typed: Floats
    """P(mastered), shape [S]."""
    ladder_of: tuple[int, ...]
    """The ladder that each micro-skill stands on."""

    def masteries(self) -> Floats:
        return self.typed

    def drawn(self, count: int, seed: int) -> NDArray[np.bool_]:
        """Whole profiles whose shares are those that were typed. On one ladder a single throw decides, so that whoever
        masters a rung masters those below that were said to be as likely.
        """
        dice = np.random.default_rng(seed)
        thrown = dice.random((count, max(self.ladder_of, default=0) + 1))
        found: NDArray[np.bool_] = thrown[:, list(self.ladder_of)] < self.typed[None]
        return found


def plans(
    db: Session,
    door: Door,
    organisation_id: uuid.UUID,
    ladders: Ladders,
    profile: Mapping[str, float],
    *,
    language: str,
    limits: Limits,
    now: datetime,
) -> Plans:
    """What there would be for somebody with this ``profile`` (``{micro-skill: P(mastered)}``; what is left out is as
    before any answer) who reads ``language``. ``limits`` as they come out of :func:`limits.checked`.
    """
    framework = ladders.code
    spot = territories.spot_of(db, limits.commune) if limits.commune else None
    person = Person(language, limits, spot)
    blueprint = taking.blueprint_of(db, door, everything(db, organisation_id, framework).id)
    return Plans(
        person=person,
        knowledge=_knowledge(ladders, profile),
        offer=offering.offer(db, organisation_id, framework, person, now),
        now=now,
        askable=frozenset(blueprint.skill_of[item] for item in blueprint.askable(language)),
    )


def must_be_known(ladders: Ladders, codes: Collection[str], field: str) -> None:
    """Raise :class:`Invalid` for what is not on the ladders."""
    known = ladders.skills
    unknown = [code for code in codes if code not in known]
    if unknown:
        wrong = [{"field": f"{field}.{code}", "message": UNKNOWN_SKILL} for code in unknown[:MOST_WRONG]]
        raise Invalid(UNKNOWN_SKILL, errors=wrong)


def _knowledge(ladders: Ladders, profile: Mapping[str, float]) -> Knowledge:
    must_be_known(ladders, profile, "profile")
    skills = ladders.skills
    compiled = _compiled(structure_of(ladders, skills.keys(), ()))
    prior = believe(compiled, ())
    mastery = prior.mastery_by_skill() | dict(profile)
    places: dict[uuid.UUID, int] = {}
    ladder_of = tuple(places.setdefault(skills[code].strand_id, len(places)) for code in compiled.skill_codes)
    typed = np.array([mastery[code] for code in compiled.skill_codes])
    return Knowledge(
        ladders=ladders,
        skills=skills,
        requires=knowing.requires(ladders, skills),
        belief=_Supposed(compiled, prior.components, typed, ladder_of),
        mastery=mastery,
        asked={},
        seen=frozenset(),
        answered_at={},
        models={},
    )


@lru_cache(maxsize=16)
def _compiled(structure: Structure) -> Compiled:
    return compile_structure(structure)
