"""What is known of one person, gathered by those who ask the database. Identifiers are opaque, but of one kind: a
person has the same one here, as a witness and as a co-facilitator, whatever they did it as. What was withdrawn, revoked
or replaced is not among the facts. Moments are aware; what lies after ``now`` does not count yet.

More facts never turn what is met into what is not: each leaf looks for enough, never for too much.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pathways.badges.criteria.nodes import Outside, Role, SessionKind


@dataclass(frozen=True, slots=True)
class Measure:
    """What is believed of one micro-skill. Where there are several of the same, one that is good enough is enough:
    give one for each instrument, with what is believed from it today.
    """

    skill: str
    """``framework:CODE``"""
    mastery: float
    """P(mastered), the mean."""
    answers: int
    """Direct ones: about this micro-skill, and saying something."""
    at: datetime
    """When the last of these was given; without any, the last answer that it was deduced from."""
    low: float | None = None
    """The 5 % quantile of mastery; ``None`` where it was not worked out."""
    version: str = ""
    """Of the framework that was asked, ``1.1.0``."""
    fingerprint: str = ""
    """Of its content."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody who says something of the person, as they are known here."""

    id: str
    organisation: str | None = None
    """For which they speak; ``None``: for none."""
    held: frozenset[str] = frozenset()
    """Slugs of achievements that they hold."""
    roles: frozenset[Role] = frozenset()
    jury: bool = False
    """Whether they are a member of the jury."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An observation sheet: who saw which micro-skills done."""

    id: str
    by: Witness
    skills: frozenset[str]
    """``framework:CODE`` of those that were seen."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Endorsed:
    by: Witness
    at: datetime


@dataclass(frozen=True, slots=True)
class Attended:
    """Time in one session, from its register."""

    session: str
    minutes: int
    theme: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Led:
    """A session that took place, led or co-led."""

    session: str
    at: datetime
    theme: str = ""
    languages: frozenset[str] = frozenset()
    kinds: frozenset[SessionKind] = frozenset()
    endorsed_by: frozenset[str] = frozenset()
    """Co-facilitators who said so."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a member of the jury decided on a piece: the decision that stands."""

    piece: str
    by: str
    accepted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    slug: str
    version: int
    at: datetime
    """Valid from."""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that others attested, and who saw it here."""

    kind: Outside
    by: str
    at: datetime
    until: datetime | None = None
    """The last moment of its validity, if it ends."""
    code: str = ""
    """Of ``Outside.OTHER``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Raises ``ValueError`` where ``now`` has no time zone."""

    person: str
    """Who it is about: what they say of themself counts for nothing."""
    now: datetime
    measures: tuple[Measure, ...] = ()
    lineages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """``{framework: fingerprints of its content, the oldest first}``"""
    sheets: tuple[Sheet, ...] = ()
    endorsements: tuple[Endorsed, ...] = ()
    attended: tuple[Attended, ...] = ()
    led: tuple[Led, ...] = ()
    decisions: tuple[Decided, ...] = ()
    held: tuple[Held, ...] = ()
    seen: tuple[Seen, ...] = ()

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("now must have a time zone")
