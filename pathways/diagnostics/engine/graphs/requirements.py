"""What a micro-skill requires of others: groups of which each needs one mastered member (AND of OR).

A learner who masters a micro-skill without what it requires is rare, not impossible: the *leak* bounds the
probability, so that a requirement that a trainer got wrong costs likelihood and never breaks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pathways.diagnostics.engine import documents
from pathways.diagnostics.engine.errors import InvalidStructure

LEAK: Final = 0.02
MASTERED: Final = 0.5
"""The least P(mastered | state) of a state that counts as mastering a micro-skill; on a ladder it is 0 or 1."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """``skill`` requires a mastered member of each of its ``groups``, of any strand.

    With f the probability of mastering the skill where the groups hold (and the rung below is mastered), it is
    min(``leak``, f) where they do not.  Raises ``InvalidStructure`` for an empty group, a member met twice in one
    group, or a leak outside [0, 1[.
    """

    skill: str
    groups: tuple[tuple[str, ...], ...]
    leak: float = LEAK

    def __post_init__(self) -> None:
        if not (self.groups and all(self.groups)):
            raise InvalidStructure(f"what {self.skill!r} requires has an empty group")
        for group in self.groups:
            twice = sorted(code for code in set(group) if group.count(code) > 1)
            if twice:
                raise InvalidStructure(f"what {self.skill!r} requires names {twice[0]!r} twice in one group")
        if not 0.0 <= self.leak < 1.0:  # also false for NaN
            raise InvalidStructure(
                f"the leak of what {self.skill!r} requires is {self.leak}, not a probability under 1"
            )

    @property
    def members(self) -> tuple[str, ...]:
        """Every micro-skill of the groups, once, in the order they are met."""
        return tuple(dict.fromkeys(code for group in self.groups for code in group))

    def to_document(self) -> dict[str, Any]:
        """Return ``{"skill": ..., "groups": [[...], ...], "leak": ...}``."""
        return {"skill": self.skill, "groups": [list(group) for group in self.groups], "leak": self.leak}

    @classmethod
    def from_document(cls, document: object) -> "Requirement":
        """Build the requirement that ``to_document`` described; raises ``InvalidStructure``."""
        values = documents.mapping(document, "a requirement", ("skill", "groups", "leak"))
        skill = documents.text(values["skill"], "'skill' of a requirement")
        groups = documents.sequence(values["groups"], f"'groups' of what {skill!r} requires")
        read = tuple(_group(group, skill) for group in groups)
        return cls(skill, read, documents.number(values["leak"], f"the leak of what {skill!r} requires"))


def _group(document: object, skill: str) -> tuple[str, ...]:
    members = documents.sequence(document, f"a group of what {skill!r} requires")
    return tuple(documents.text(code, f"a member of what {skill!r} requires") for code in members)


def cycle(requires: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return a cycle of ``{micro-skill: those it needs}`` with its first code repeated at the end; () if none."""
    done: set[str] = set()
    for start in requires:
        trail: dict[str, Iterable[str]] = {}
        code = start
        while code not in done:
            if code not in trail:
                trail[code] = iter(requires.get(code, ()))
            following = next((needed for needed in trail[code] if needed not in done), None)
            if following is None:
                done.add(code)
                del trail[code]
                code = next(reversed(trail), code)
            elif following in trail:
                codes = list(trail)
                return (*codes[codes.index(following) :], following)
            else:
                code = following
    return ()


@dataclass(frozen=True, slots=True, order=True)
class Rung:
    """Where a micro-skill stands: its strand and its place on it, from 0.

    ``ordered``: who masters it masters every micro-skill below it on the strand, as on a ladder.
    """

    strand: int
    place: int
    ordered: bool

    def implies(self, other: "Rung") -> bool:
        """Whether mastery of this micro-skill is mastery of the other, for certain."""
        if self == other:
            return True
        return self.ordered and self.strand == other.strand and self.place > other.place


def simplified(own: Rung, groups: Sequence[Sequence[Rung]]) -> tuple[tuple[Rung, ...], ...]:
    """Return groups that hold for exactly the same profiles, fewer and smaller where ladders allow it.

    Inside a group, a member that implies another is left out.  A group that the rung below the micro-skill
    fulfils, or that another group implies, is left out.  Nothing that only a leaky requirement would imply is:
    that would change the model.
    """
    kept: list[tuple[Rung, ...]] = []
    for group in groups:
        least = tuple(
            dict.fromkeys(one for one in group if not any(one != other and one.implies(other) for other in group))
        )
        if not any(own != one and own.implies(one) for one in least):
            kept.append(least)
    found: list[tuple[Rung, ...]] = []
    for place, group in enumerate(kept):
        others = (*found, *kept[place + 1 :])
        if not any(_implied(group, other) for other in others):
            found.append(group)
    return tuple(found)


def _implied(group: Sequence[Rung], by: Sequence[Rung]) -> bool:
    """Whether ``group`` holds wherever ``by`` does."""
    return all(any(member.implies(one) for one in group) for member in by)
