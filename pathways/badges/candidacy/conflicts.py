"""Who may not decide on, endorse or attest whom. Every rule is here, each with a code that stays and a sentence. Pure:
what is known between two people comes in (:mod:`acquaintance`).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from pathways.errors import Forbidden
from pathways.i18n import D_, N_

RECIPROCAL_MONTHS = 24


class Act(enum.StrEnum):
    """What somebody wants to do about a candidate."""

    DECIDE = "decide"
    ENDORSE = "endorse"
    ATTEST = "attest"


class Ground(enum.StrEnum):
    """Why they may not. The value is the code that the API gives."""

    ONESELF = "oneself"
    RECIPROCAL = "reciprocal"
    OWN_ORGANISATION = "own-organisation"
    ENDORSED = "endorsed"
    HAS_DECIDED = "has-decided"
    DECIDED_BEFORE_APPEAL = "decided-before-appeal"
    TWICE = "twice"


SENTENCES: Mapping[Ground, str] = {
    Ground.ONESELF: N_("C'est vous-même : quelqu'un d'autre doit le dire."),
    Ground.RECIPROCAL: N_(
        "Cette personne vous a recommandé ou a décidé pour vous, pour le même badge, il y a moins de deux ans."
    ),
    Ground.OWN_ORGANISATION: D_("Cette personne est de votre structure : ce badge demande un jury d'ailleurs."),
    Ground.ENDORSED: D_("Vous avez recommandé cette personne : d'autres décident de sa demande."),
    Ground.HAS_DECIDED: N_("Vous avez décidé de cette demande : vous ne pouvez plus la recommander."),
    Ground.DECIDED_BEFORE_APPEAL: D_("Vous avez déjà décidé de cette demande : d'autres décident du recours."),
    Ground.TWICE: N_("Vous l'avez déjà dit une fois pour cette demande."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """What is known between somebody who wants to act and the candidate of one request."""

    is_oneself: bool = False
    acted_back: bool = False
    """The candidate endorsed them or decided on them, for the same achievement, within :data:`RECIPROCAL_MONTHS`; what
    became of that request does not matter.
    """
    shares_organisation: bool = False
    """One organisation at least: of all that either belongs to, and the one that the request names."""
    has_endorsed: bool = False
    """This request; taken back since or not."""
    has_decided: bool = False
    has_decided_now: bool = False
    """In the present round."""
    has_decided_before_appeal: bool = False


def grounds(act: Act, between: Between, *, foreign_jury: bool = True) -> tuple[Ground, ...]:
    """Every reason against, the weightiest first; none: they may. ``foreign_jury``: whether the achievement wants
    nobody of the candidate's own organisation to decide.
    """
    found = {Ground.ONESELF: between.is_oneself}
    if act is not Act.ATTEST:
        found[Ground.RECIPROCAL] = between.acted_back
    if act is Act.ENDORSE:
        found |= {Ground.HAS_DECIDED: between.has_decided, Ground.TWICE: between.has_endorsed}
    if act is Act.DECIDE:
        found |= {
            Ground.OWN_ORGANISATION: foreign_jury and between.shares_organisation,
            Ground.ENDORSED: between.has_endorsed,
            Ground.DECIDED_BEFORE_APPEAL: between.has_decided_before_appeal,
            Ground.TWICE: between.has_decided_now,
        }
    return tuple(ground for ground, is_there in found.items() if is_there)


class ConflictOfInterest(Forbidden):
    """Raised with the weightiest ground."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(SENTENCES[ground])
        self.ground = ground


def refuse(found: tuple[Ground, ...]) -> None:
    """Raises :class:`ConflictOfInterest` where there is one."""
    if found:
        raise ConflictOfInterest(found[0])
