"""The nouns of criteria: groups, and the leaves that they stand on. ``tree.parse`` checks the numbers; what is made
here by hand is taken as it is.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TypeAlias


class Role(enum.StrEnum):
    """In whose quality somebody says something, as their organisation knows them (``permissions.Role``, same words)."""

    ANYONE = "anyone"
    """Whoever is known here."""
    TRAINER = "trainer"
    COORDINATOR = "coordinator"
    PRESCRIBER = "prescriber"


class SessionKind(enum.StrEnum):
    """How a session took place; one session can be several of these."""

    VAN = "van"
    PLACE = "place"
    REMOTE = "remote"
    JOINT = "joint"
    """With another organisation."""
    PROFESSIONALS = "professionals"
    """For those who help others."""


class Outside(enum.StrEnum):
    """What others attest."""

    AIDANTS_CONNECT = "aidants-connect"
    REMN = "remn"
    PIX_CERTIFICATE = "pix-certificate"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Text:
    """Words of the author, in both languages that a badge is signed in."""

    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class By:
    """Who counts: holders of one of these achievements, people in one of these roles, members of the jury. One of all
    these is enough.
    """

    holders: tuple[str, ...] = ()
    """Slugs."""
    roles: tuple[Role, ...] = ()
    jury: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """What a diagnostic says: each of these micro-skills, mastered as surely as this."""

    framework: str
    skills: tuple[tuple[str, float], ...]
    """``(code, least mastery)``, mastery being P(mastered)."""
    answers: int = 1
    """Direct ones, about each micro-skill; 0: what was deduced from other answers is enough."""
    version: str = ""
    """Of the framework, this or a later one."""
    fingerprint: str = ""
    """Of the content of the framework, this or a later one (``Facts.lineages``)."""
    months: int | None = None
    lower_bound: bool = False
    """Whether the 5 % quantile of mastery has to reach it, and not the mean alone."""

    @property
    def keys(self) -> tuple[str, ...]:
        """``framework:CODE`` of each micro-skill, in order."""
        return tuple(f"{self.framework}:{code}" for code, _ in self.skills)


@dataclass(frozen=True, slots=True)
class Observation:
    """Sheets of people who saw it done; together they show each of these micro-skills."""

    framework: str
    skills: tuple[str, ...]
    by: By
    sheets: int = 1
    months: int | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(f"{self.framework}:{code}" for code in self.skills)


@dataclass(frozen=True, slots=True)
class Endorsements:
    n: int
    """Of different people."""
    by: By
    organisations: int = 0
    """From how many at least they come; 0: it does not matter."""
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Attendance:
    minutes: int
    themes: tuple[str, ...] = ()
    """One of these; empty: any."""
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Sessions:
    """Led or co-led. Empty ``themes``, ``languages`` or ``kinds``: any; else one of these."""

    n: int
    themes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[SessionKind, ...] = ()
    endorsed: int = 0
    """How many of the ``n`` a co-facilitator has to endorse."""
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Portfolio:
    piece: str
    """Its code, by which decisions name it."""
    asked: Text
    jury: int = 2
    """Members who have to accept it."""


@dataclass(frozen=True, slots=True)
class OtherAchievement:
    slug: str
    version: int = 1
    """This or a later one."""


@dataclass(frozen=True, slots=True)
class Attested:
    """By others, seen by somebody of the network, valid today."""

    kind: Outside
    code: str = ""
    """Of ``Outside.OTHER``: which one, by which facts name it."""
    title: Text | None = None
    """Of ``Outside.OTHER``: what it is called."""


@dataclass(frozen=True, slots=True)
class All:
    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    n: int
    of: tuple[Node, ...]


Leaf: TypeAlias = Profile | Observation | Endorsements | Attendance | Sessions | Portfolio | OtherAchievement | Attested
Group: TypeAlias = All | AnyOf | AtLeast
Node: TypeAlias = Group | Leaf
