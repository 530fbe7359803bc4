"""Two attempts side by side: what changed, as far as it can be said, and nothing where it cannot."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from pathways.diagnostics import reading
from pathways.diagnostics.engine import Label
from pathways.diagnostics.models import Attempt, Diagnostic
from pathways.diagnostics.reading import LIKELY, Profile, Sign, SkillResult
from pathways.diagnostics.taking import Door
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.referentials.models import MicroSkill

DECIDED = {Label.MASTERED, Label.NOT_MASTERED}


class Change(enum.StrEnum):
    """What can be said of one micro-skill between two attempts."""

    LEARNT = "learnt"
    """Surely lacking before, surely there now: at least nine chances in ten, both times."""
    PERHAPS_LEARNT = "perhaps_learnt"
    """One of the two is sure; the other time it was asked, and is likelier so than not."""
    SAME = "same"
    """Sure both times, and the same."""
    PERHAPS_LOST = "perhaps_lost"
    LOST = "lost"
    NEW = "new"
    """Not part of the earlier diagnostic."""
    UNKNOWN = "unknown"
    """Nothing can be said."""
    GONE = "gone"
    """Not part of the later diagnostic."""


@dataclass(frozen=True, slots=True)
class Compared:
    skill: MicroSkill
    before: Sign | None
    after: Sign | None
    """``None``: not part of that diagnostic."""
    change: Change


@dataclass(frozen=True, slots=True)
class Comparison:
    before: Attempt
    after: Attempt
    titles: tuple[str, str]
    """Of the two diagnostics."""
    skills: tuple[Compared, ...]

    @property
    def same_file(self) -> bool:
        """Whether somebody said that both are of one person."""
        return self.before.file_id is not None and self.before.file_id == self.after.file_id

    def with_change(self, *changes: Change) -> list[Compared]:
        return [one for one in self.skills if one.change in changes]


def of(db: Session, door: Door, member: Member, one_id: uuid.UUID, other_id: uuid.UUID) -> Comparison:
    """Two attempts of the member's organisation, whichever way round: the earlier is *before*."""
    pairs = [reading.attempt_for(db, member, attempt_id) for attempt_id in (one_id, other_id)]
    if one_id == other_id:
        raise Invalid(D_("Choisissez deux passations différentes."))
    pairs.sort(key=lambda pair: (pair[0].started_at, pair[0].id))
    before, after = (reading.profile(db, door, attempt) for attempt, _ in pairs)
    if before.referential.code != after.referential.code:
        raise Invalid(D_("Ces deux passations ne regardent pas le même référentiel : elles ne se comparent pas."))
    return Comparison(
        before=before.attempt,
        after=after.attempt,
        titles=_titles(*(diagnostic for _, diagnostic in pairs)),
        skills=_compared(before, after),
    )


def _titles(before: Diagnostic, after: Diagnostic) -> tuple[str, str]:
    return before.title, after.title


def _compared(before: Profile, after: Profile) -> tuple[Compared, ...]:
    earlier = {one.skill.code: one for one in before.skills}
    later = {one.skill.code: one for one in after.skills}
    gone = [one for code, one in earlier.items() if code not in later]
    return (
        *(_pair(one.skill, earlier.get(code), one) for code, one in later.items()),
        *(Compared(one.skill, one.sign, None, Change.GONE) for one in gone),
    )


def _pair(skill: MicroSkill, before: SkillResult | None, after: SkillResult) -> Compared:
    if before is None:
        return Compared(skill, None, after.sign, Change.NEW)
    return Compared(skill, before.sign, after.sign, change_of(before, after))


def change_of(before: SkillResult, after: SkillResult) -> Change:
    """The strictest word that both times allow. Without a label on either side there is none."""
    decided = [one.label in DECIDED for one in (before, after)]
    if all(decided):
        if before.label is after.label:
            return Change.SAME
        return Change.LEARNT if after.label is Label.MASTERED else Change.LOST
    unsure = after if decided[0] else before
    if not any(decided) or unsure.label is not Label.UNDECIDED or not unsure.asked:
        return Change.UNKNOWN
    had, has = (one.mastery > LIKELY for one in (before, after))
    if had == has:
        return Change.UNKNOWN
    return Change.PERHAPS_LEARNT if has else Change.PERHAPS_LOST
