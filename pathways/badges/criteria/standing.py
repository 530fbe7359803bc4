"""Where one person stands on one leaf: met or missing, by how much, and how much work is left."""

from __future__ import annotations

import calendar
import enum
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, datetime
from typing import Any

from pathways.badges.criteria.facts import Facts, Measure, Witness
from pathways.badges.criteria.nodes import (
    Attendance,
    Attested,
    By,
    Endorsements,
    Leaf,
    Observation,
    OtherAchievement,
    Portfolio,
    Profile,
    Role,
    Sessions,
)

QUESTION, LEARNING, SHEET, ENDORSEMENT, SESSION, TAP, PIECE, DECISION = 0.1, 3.0, 2.0, 0.5, 4.0, 0.1, 4.0, 0.5
ACHIEVEMENT, ATTESTATION = 20.0, 20.0
"""Hours that each takes the person, roughly, waiting left out: a question answered, a micro-skill learnt from nothing,
an observation prepared and talked over, an endorsement asked for, a session led, one tap of a co-facilitator, a piece
written, a jury heard; another badge, a habilitation. Choices of ours: they order what comes next, and decide nothing.
"""


class Kind(enum.StrEnum):
    """What is counted."""

    PARTS = "parts"
    """Of a group."""
    SKILLS = "skills"
    SHEETS = "sheets"
    ENDORSEMENTS = "endorsements"
    ORGANISATIONS = "organisations"
    MINUTES = "minutes"
    SESSIONS = "sessions"
    ENDORSED = "endorsed"
    """Sessions that a co-facilitator endorsed."""
    DECISIONS = "decisions"
    HELD = "held"
    SEEN = "seen"


class Reason(enum.StrEnum):
    """Why a micro-skill does not count yet."""

    UNSEEN = "unseen"
    """Nothing is known of it."""
    MASTERY = "mastery"
    NO_BOUND = "no_bound"
    """The 5 % quantile is asked for, and was not worked out."""
    ANSWERS = "answers"
    VERSION = "version"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Count:
    """*2 of 3*; ``have`` is at most ``need``."""

    kind: Kind
    have: int
    need: int

    @property
    def missing(self) -> int:
        return self.need - self.have


@dataclass(frozen=True, slots=True)
class Lack:
    """A micro-skill that a leaf still misses, and why."""

    skill: str
    """``framework:CODE``"""
    reasons: tuple[Reason, ...]
    answers: int = 0
    """Direct ones that there are."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one leaf: met when no count misses anything."""

    counts: tuple[Count, ...]
    """The one that says most comes first."""
    effort: float
    """Hours that are left (see above); 0 where it is met."""
    lacks: tuple[Lack, ...] = ()

    @property
    def met(self) -> bool:
        return all(one.missing == 0 for one in self.counts)


def stand(leaf: Leaf, facts: Facts) -> Standing:
    return _JUDGES[type(leaf)](leaf, facts)


def lasts_until(at: datetime, months: int) -> datetime:
    """The last moment at which something of ``at`` is not older than so many months: the same day of that month, or
    its last one. Counted forward from ``at``, so that what is too old once stays so.
    """
    years, month = divmod(at.month - 1 + months, 12)
    year = min(at.year + years, MAXYEAR)
    return at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))


def is_recent(at: datetime, months: int | None, now: datetime) -> bool:
    """Whether it has happened, and not too long ago; both limits count."""
    return at <= now and (months is None or now <= lasts_until(at, months))


def counts_as(by: By, witness: Witness, person: str) -> bool:
    """Whether a witness is one of those who are asked for. Nobody is their own."""
    if witness.id == person:
        return False
    if by.jury and witness.jury:
        return True
    return Role.ANYONE in by.roles or any(role in witness.roles for role in by.roles) or _any(by.holders, witness.held)


def _any(wanted: Iterable[str], there: Collection[str]) -> bool:
    return any(one in there for one in wanted)


def _count(kind: Kind, have: int, need: int) -> Count:
    return Count(kind, min(have, need), need)


def _profile(leaf: Profile, facts: Facts) -> Standing:
    lacks, effort = list[Lack](), 0.0
    for key, (_, least) in zip(leaf.keys, leaf.skills, strict=True):
        measures = [one for one in facts.measures if one.skill == key and one.at <= facts.now]
        told = [_measured(leaf, least, one, facts) for one in measures]
        hours, lack = min(told, key=lambda one: one[0], default=_unseen(leaf, key))
        if lack.reasons:
            lacks.append(lack)
            effort += hours
    need = len(leaf.skills)
    return Standing((_count(Kind.SKILLS, need - len(lacks), need),), effort, tuple(lacks))


def _unseen(leaf: Profile, key: str) -> tuple[float, Lack]:
    return QUESTION * max(leaf.answers, 1), Lack(key, (Reason.UNSEEN,))


def _measured(leaf: Profile, least: float, measure: Measure, facts: Facts) -> tuple[float, Lack]:
    """``(hours that are left, what is lacking)`` of one measure; 0 and no reason where it is good enough."""
    reasons, hours = list[Reason](), 0.0
    mastery = measure.low if leaf.lower_bound else measure.mastery
    if mastery is None:
        reasons.append(Reason.NO_BOUND)
    elif mastery < least:
        reasons.append(Reason.MASTERY)
        hours = LEARNING * (least - mastery) / least
    if measure.answers < leaf.answers:
        reasons.append(Reason.ANSWERS)
    if not _is_instrument(leaf, measure, facts.lineages):
        reasons.append(Reason.VERSION)
    if not is_recent(measure.at, leaf.months, facts.now):
        reasons.append(Reason.OLD)
    # Answers to another version or too old ones are given anew.
    starts_anew = Reason.VERSION in reasons or Reason.OLD in reasons
    again = leaf.answers if starts_anew else leaf.answers - measure.answers
    asked = QUESTION * max(again, 1) if reasons else 0.0
    return hours + asked, Lack(measure.skill, tuple(reasons), measure.answers)


def _is_instrument(leaf: Profile, measure: Measure, lineages: Mapping[str, Sequence[str]]) -> bool:
    if leaf.version:
        return numbers(measure.version) >= numbers(leaf.version)
    if not leaf.fingerprint or measure.fingerprint == leaf.fingerprint:
        return True
    lineage = lineages.get(leaf.framework, ())
    if leaf.fingerprint not in lineage:
        return False
    return measure.fingerprint in lineage[lineage.index(leaf.fingerprint) :]


def numbers(version: str) -> tuple[int, ...]:
    """To compare by; what is no version is older than any. ``1.1`` is ``1.1.0``."""
    parts = version.split(".")
    if not all(one.isascii() and one.isdigit() for one in parts):
        return ()
    found = [int(one) for one in parts]
    return (*found, *[0] * (3 - len(found)))


def _observation(leaf: Observation, facts: Facts) -> Standing:
    wanted = leaf.keys
    good = [
        one
        for one in facts.sheets
        if counts_as(leaf.by, one.by, facts.person)
        and is_recent(one.at, leaf.months, facts.now)
        and _any(wanted, one.skills)
    ]
    shown = {key for one in good for key in one.skills}
    lacks = tuple(Lack(key, (Reason.UNSEEN,)) for key in wanted if key not in shown)
    counts = (
        _count(Kind.SHEETS, len({one.id for one in good}), leaf.sheets),
        _count(Kind.SKILLS, len(wanted) - len(lacks), len(wanted)),
    )
    return Standing(counts, SHEET * max(counts[0].missing, 1 if lacks else 0), lacks)


def _endorsements(leaf: Endorsements, facts: Facts) -> Standing:
    organisations: dict[str, set[str]] = {}
    for one in facts.endorsements:
        if counts_as(leaf.by, one.by, facts.person) and is_recent(one.at, leaf.months, facts.now):
            spoken_for = organisations.setdefault(one.by.id, set())
            if one.by.organisation is not None:
                spoken_for.add(one.by.organisation)
    counts = [_count(Kind.ENDORSEMENTS, len(organisations), leaf.n)]
    if leaf.organisations:
        counts.append(_count(Kind.ORGANISATIONS, _apart(organisations, leaf.organisations), leaf.organisations))
    return Standing(tuple(counts), ENDORSEMENT * max(one.missing for one in counts))


def _apart(organisations: Mapping[str, Collection[str]], enough: int) -> int:
    """How many people can each stand for another organisation, up to ``enough``: somebody who speaks for two is still
    one (a greatest matching, by augmenting paths).
    """
    stands_for: dict[str, str] = {}

    def place(person: str, tried: set[str]) -> bool:
        for one in sorted(organisations[person]):
            if one not in tried:
                tried.add(one)
                if one not in stands_for or place(stands_for[one], tried):
                    stands_for[one] = person
                    return True
        return False

    found = 0
    for person in sorted(organisations):
        if found < enough:
            found += place(person, set())
    return found


def _attendance(leaf: Attendance, facts: Facts) -> Standing:
    minutes: dict[str, int] = {}  # of each session, once, even if two registers have it
    for one in facts.attended:
        if is_recent(one.at, leaf.months, facts.now) and (not leaf.themes or one.theme in leaf.themes):
            minutes[one.session] = max(minutes.get(one.session, 0), one.minutes)
    count = _count(Kind.MINUTES, sum(minutes.values()), leaf.minutes)
    return Standing((count,), count.missing / 60)


def _sessions(leaf: Sessions, facts: Facts) -> Standing:
    endorsed: dict[str, bool] = {}
    for one in facts.led:
        fits = (
            (not leaf.themes or one.theme in leaf.themes)
            and (not leaf.languages or _any(leaf.languages, one.languages))
            and (not leaf.kinds or _any(leaf.kinds, one.kinds))
        )
        if fits and is_recent(one.at, leaf.months, facts.now):
            is_endorsed = bool(one.endorsed_by - {facts.person})
            endorsed[one.session] = endorsed.get(one.session, False) or is_endorsed
    counts = [_count(Kind.SESSIONS, len(endorsed), leaf.n)]
    if leaf.endorsed:
        counts.append(_count(Kind.ENDORSED, sum(endorsed.values()), leaf.endorsed))
    return Standing(tuple(counts), SESSION * counts[0].missing + TAP * sum(one.missing for one in counts[1:]))


def _portfolio(leaf: Portfolio, facts: Facts) -> Standing:
    decided = [
        one for one in facts.decisions if one.piece == leaf.piece and one.by != facts.person and one.at <= facts.now
    ]
    count = _count(Kind.DECISIONS, len({one.by for one in decided if one.accepted}), leaf.jury)
    return Standing((count,), DECISION * count.missing + (0.0 if decided else PIECE))


def _held(leaf: OtherAchievement, facts: Facts) -> Standing:
    is_held = any(
        one.slug == leaf.slug and one.version >= leaf.version and _is_valid(one.at, one.until, facts.now)
        for one in facts.held
    )
    return Standing((_count(Kind.HELD, int(is_held), 1),), 0.0 if is_held else ACHIEVEMENT)


def _attested(leaf: Attested, facts: Facts) -> Standing:
    is_seen = any(
        one.kind == leaf.kind
        and one.code == leaf.code
        and one.by != facts.person
        and _is_valid(one.at, one.until, facts.now)
        for one in facts.seen
    )
    return Standing((_count(Kind.SEEN, int(is_seen), 1),), 0.0 if is_seen else ATTESTATION)


def _is_valid(at: datetime, until: datetime | None, now: datetime) -> bool:
    """Both limits count."""
    return at <= now and (until is None or now <= until)


_JUDGES: Mapping[type[Leaf], Callable[[Any, Facts], Standing]] = {
    Profile: _profile,
    Observation: _observation,
    Endorsements: _endorsements,
    Attendance: _attendance,
    Sessions: _sessions,
    Portfolio: _portfolio,
    OtherAchievement: _held,
    Attested: _attested,
}
