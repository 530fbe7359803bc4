"""Rungs that are not what their ladder says: what the ladder sees of the answers about them, and what is read off it.

With L(x) the likelihood of a learner's answers about a micro-skill that is x, z what the ladder says of it, and h the
chance that the two differ,

    L'(z) = (1 - h) L(z) + h L(1 - z)           P(x = 1 | z, answers) = P(x = 1 | z) L(1) / L'(z)
"""

from dataclasses import dataclass

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans, Floats
from pathways.diagnostics.engine.compilation import Compiled
from pathways.diagnostics.engine.strands import LevelStrand


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """What answers about micro-skills are to a ladder that says no, and to one that says yes: first axis.

    ``logs``: log L'; ``mastered``: P(mastered) there.
    """

    logs: Floats
    mastered: Floats


def seen(sides: Floats, logs: Floats) -> Seen:
    """Return what the ladder sees, from log L(0) and log L(1), one after the other along the first axis.

    ``sides``: log h and log (1 - h), along that axis.
    """
    mastering = sides + logs[1]
    mixed = np.logaddexp(sides[::-1] + logs[0], mastering)
    return Seen(mixed, np.exp(mastering - mixed))


def of_ladders(compiled: Compiled, no: Floats, yes: Floats) -> Floats:
    """Return log likelihoods of the states of every row, [..., K, G], from those of its micro-skills, both [..., S]."""
    rows, states, rungs = compiled.mastery.shape
    places = np.zeros((*no.shape[:-1], rows * rungs))
    places[..., compiled.skill_places] = no
    ground = places.reshape(*no.shape[:-1], rows, rungs).sum(axis=-1)
    places[..., compiled.skill_places] = yes - no
    climbed = np.cumsum(places.reshape(*no.shape[:-1], rows, rungs), axis=-1)
    found = np.empty((*ground.shape, states))
    found[..., 0] = ground
    reached = min(rungs, states - 1)  # a row that is no ladder may have more rungs than states: nothing is said of it
    found[..., 1 : reached + 1] = ground[..., None] + climbed[..., :reached]
    found[..., reached + 1 :] = found[..., reached, None]
    return found


def rungs_of_ladders(compiled: Compiled) -> Booleans:
    """Return which micro-skills are rungs of a ladder, [S]."""
    strands = compiled.structure.strands
    return np.repeat([isinstance(one, LevelStrand) for one in strands], [len(one.skill_codes) for one in strands])
