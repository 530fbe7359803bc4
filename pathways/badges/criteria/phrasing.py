"""One leaf in words: as a whole, and what is left of it for one person. Nothing of what is believed of a person is told
as a number: counts are of what they did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from pathways.badges.criteria.nodes import (
    Attendance,
    Attested,
    By,
    Endorsements,
    Leaf,
    Node,
    Observation,
    OtherAchievement,
    Portfolio,
    Profile,
    Sessions,
)
from pathways.badges.criteria.progress import Progress
from pathways.badges.criteria.sentences import Language, say
from pathways.badges.criteria.standing import Count, Lack, Reason

Form: TypeAlias = Literal["needed", "required"]
FINGERPRINT_SHOWN = 12
"""Letters: enough to tell one content of a framework from another."""


@dataclass(frozen=True, slots=True)
class Line:
    """One short sentence or heading, and what is said of it in more detail."""

    text: str
    under: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What codes are called, in the language of the wording. A code without a name is shown itself."""

    frameworks: Mapping[str, str] = field(default_factory=dict)
    skills: Mapping[str, str] = field(default_factory=dict)
    """By ``framework:CODE``."""
    achievements: Mapping[str, str] = field(default_factory=dict)
    """By slug."""
    themes: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences in one language and one form, and the parts that several leaves share."""

    lang: Language
    names: Names
    form: Form

    def say(self, key: str, n: int = 1, **values: object) -> str:
        return say(self.lang, key, n, **values)

    def said(self, key: str, n: int = 1, **values: object) -> str:
        """In the form that was asked for."""
        return say(self.lang, f"{key}.{self.form}", n, **values)

    def left(self, key: str, count: Count, **values: object) -> str:
        return say(self.lang, f"{key}.still", count.missing, have=count.have, need=count.need, **values)

    def join(self, values: Iterable[str]) -> str:
        *first, last = values
        return f"{', '.join(first)}{self.say('or')}{last}" if first else last

    def people(self, preposition: Literal["by", "of"], by: By, n: int) -> str:
        """Who counts, inside of a sentence: one kind of people is said there, several are on a list below it."""
        kinds = self._kinds(by)
        key, name = kinds[0] if len(kinds) == 1 else ("list", "")
        return self.say(f"{preposition}.{key}", n, name=name)

    def listed(self, by: By) -> list[Line]:
        """The list of people, where there are several kinds."""
        kinds = self._kinds(by)
        if len(kinds) == 1:
            return []
        return [Line(self.say("people"), tuple(Line(self.say(f"by.{key}", name=name)) for key, name in kinds))]

    def _kinds(self, by: By) -> list[tuple[str, str]]:
        holders = [("holder", self.names.achievements.get(one, one)) for one in by.holders]
        return [*holders, *((one.value, "") for one in by.roles), *([("jury", "")] if by.jury else [])]

    def time(self, minutes: int) -> str:
        whole_hours, rest = divmod(minutes, 60)
        hours, more = self.say("time.hours", whole_hours), self.say("time.minutes", rest)
        if not rest:
            return hours
        return self.say("time.both", hours=hours, minutes=more) if whole_hours else more

    def share(self, mastery: float) -> str:
        text = f"{mastery * 100:.4g}"
        return text.replace(".", ",") if self.lang == "fr" else text

    def skill(self, key: str) -> str:
        return self.names.skills.get(key, key.partition(":")[2])

    def framework(self, code: str) -> str:
        return self.names.frameworks.get(code, code)

    def months(self, months: int | None) -> list[Line]:
        return [] if months is None else [Line(self.said("months", months))]

    def one_of(self, key: str, values: Iterable[str]) -> list[Line]:
        """Nothing where any will do."""
        values = list(values)
        return [Line(self.say(key, values=self.join(values)))] if values else []


def whole(words: Words, leaf: Leaf) -> Line:
    """What is needed or was required."""
    return _WHOLE[type(leaf)](words, leaf)


def left(words: Words, leaf: Leaf, progress: Progress) -> Line:
    """What is missing of a leaf that is not met."""
    return _LEFT[type(leaf)](words, leaf, progress)


# --- several leaves as one ---


def alike(leaves: Sequence[Node]) -> Profile | None:
    """One profile of all the micro-skills, where each leaf asks for one and they differ in nothing else: a group of
    them is told as *so many of these micro-skills*.
    """
    profiles = [one for one in leaves if isinstance(one, Profile) and len(one.skills) == 1]
    if len(profiles) < max(len(leaves), 2):
        return None
    first, skills = profiles[0], tuple(skill for one in profiles for skill in one.skills)
    differs = any(replace(one, skills=first.skills) != first for one in profiles)
    return None if differs or len({least for _, least in skills}) > 1 else replace(first, skills=skills)


def whole_choice(words: Words, leaf: Profile, n: int) -> Line:
    """``n`` of the micro-skills of :func:`alike`."""
    head = words.said("one_skill_of", n, all=len(leaf.skills), framework=words.framework(leaf.framework))
    return Line(head, _shown(words, leaf))


def left_choice(words: Words, leaf: Profile, count: Count, missing: Sequence[Progress]) -> Line:
    lacks = [lack for one in missing for lack in one.lacks]
    head = words.left("one_skill_of", count, framework=words.framework(leaf.framework))
    return Line(head, _lacking(words, leaf, lacks))


# --- as a whole ---


def _profile(words: Words, leaf: Profile) -> Line:
    return Line(words.said("profile", framework=words.framework(leaf.framework)), _shown(words, leaf))


def _shown(words: Words, leaf: Profile) -> tuple[Line, ...]:
    """What a diagnostic shows, and how."""
    by_mastery: dict[float, list[Line]] = {}
    for key, (_, least) in zip(leaf.keys, leaf.skills, strict=True):
        by_mastery.setdefault(least, []).append(Line(words.skill(key)))
    key = "mastery.bound" if leaf.lower_bound else "mastery"
    lines = [
        Line(words.say(key, share=words.share(least)), tuple(by_mastery[least]))
        for least in sorted(by_mastery, reverse=True)
    ]
    lines += [Line(words.say("answers", leaf.answers))] if leaf.answers else []
    return (*lines, *_instrument(words, leaf), *words.months(leaf.months))


def _instrument(words: Words, leaf: Profile) -> list[Line]:
    if leaf.version:
        return [Line(words.say("version", version=leaf.version))]
    if leaf.fingerprint:
        return [Line(words.say("fingerprint", fingerprint=leaf.fingerprint[:FINGERPRINT_SHOWN]))]
    return []


def _observation(words: Words, leaf: Observation) -> Line:
    skills = Line(words.say("observation.skills"), tuple(Line(words.skill(key)) for key in leaf.keys))
    by = words.people("by", leaf.by, leaf.sheets)
    under = (*words.listed(leaf.by), skills, *words.months(leaf.months))
    return Line(words.said("observation", leaf.sheets, by=by), under)


def _endorsements(words: Words, leaf: Endorsements) -> Line:
    apart = [Line(words.say("organisations", leaf.organisations))] if leaf.organisations else []
    of = words.people("of", leaf.by, leaf.n)
    under = (*words.listed(leaf.by), *apart, *words.months(leaf.months))
    return Line(words.said("endorsements", leaf.n, of=of), under)


def _attendance(words: Words, leaf: Attendance) -> Line:
    return Line(words.said("attendance", time=words.time(leaf.minutes)), _which(words, leaf))


def _sessions(words: Words, leaf: Sessions) -> Line:
    endorsed = [Line(words.said("endorsed", leaf.endorsed))] if leaf.endorsed else []
    return Line(words.said("sessions", leaf.n), (*endorsed, *_which(words, leaf)))


def _which(words: Words, leaf: Attendance | Sessions) -> tuple[Line, ...]:
    """Which sessions count."""
    lines = words.one_of("themes", [words.names.themes.get(one, one) for one in leaf.themes])
    if isinstance(leaf, Sessions):
        lines += words.one_of("languages", [words.names.languages.get(one, one) for one in leaf.languages])
        lines += words.one_of("kinds", [words.say(f"kind.{one}") for one in leaf.kinds])
    return (*lines, *words.months(leaf.months))


def _portfolio(words: Words, leaf: Portfolio) -> Line:
    return Line(words.said("portfolio"), (_asked(words, leaf), Line(words.said("jury", leaf.jury))))


def _asked(words: Words, leaf: Portfolio) -> Line:
    return Line(leaf.asked.fr if words.lang == "fr" else leaf.asked.en)


def _achievement(words: Words, leaf: OtherAchievement) -> Line:
    key = "achievement.version" if leaf.version > 1 else "achievement"
    return Line(words.said(key, leaf.version, name=words.names.achievements.get(leaf.slug, leaf.slug)))


def _attested(words: Words, leaf: Attested) -> Line:
    if leaf.title is None:
        title = words.say(f"outside.{leaf.kind}")
    else:
        title = leaf.title.fr if words.lang == "fr" else leaf.title.en
    return Line(words.said("attested", title=title), (Line(words.say("attested.outside")),))


# --- what is left ---


def _profile_left(words: Words, leaf: Profile, progress: Progress) -> Line:
    head = words.left("profile", progress.count, framework=words.framework(leaf.framework))
    return Line(head, _lacking(words, leaf, progress.lacks))


def _lacking(words: Words, leaf: Profile, lacks: Sequence[Lack]) -> tuple[Line, ...]:
    lines = [Line(words.say("lack", skill=words.skill(one.skill), reasons=_why(words, leaf, one))) for one in lacks]
    reasons = {reason for one in lacks for reason in one.reasons}
    lines += _instrument(words, leaf) if Reason.VERSION in reasons else []
    return (*lines, *(words.months(leaf.months) if Reason.OLD in reasons else []))


def _why(words: Words, leaf: Profile, lack: Lack) -> str:
    missing = leaf.answers - lack.answers
    return ", ".join(words.say(f"lack.{one}", missing if one is Reason.ANSWERS else 1) for one in lack.reasons)


def _observation_left(words: Words, leaf: Observation, progress: Progress) -> Line:
    sheets, skills = progress.counts
    unseen = tuple(Line(words.skill(one.skill)) for one in progress.lacks)
    lines = list[Line]()
    if sheets.missing:
        lines.append(Line(words.left("observation", sheets, by=words.people("by", leaf.by, sheets.missing))))
    if skills.missing:
        lines.append(Line(words.left("observation.skills", skills), unseen))
    people = words.listed(leaf.by) if sheets.missing else []
    return _headed(lines, (*people, *words.months(leaf.months)))


def _endorsements_left(words: Words, leaf: Endorsements, progress: Progress) -> Line:
    people, *organisations = progress.counts
    lines = list[Line]()
    if people.missing:
        lines.append(Line(words.left("endorsements", people, of=words.people("of", leaf.by, people.missing))))
    key = "organisations.also" if people.missing else "organisations"
    lines += [Line(words.left(key, one)) for one in organisations if one.missing]
    return _headed(lines, (*words.listed(leaf.by), *words.months(leaf.months)))


def _attendance_left(words: Words, leaf: Attendance, progress: Progress) -> Line:
    missing, have, need = (
        words.time(one) for one in (progress.count.missing, progress.count.have, progress.count.need)
    )
    return Line(words.say("attendance.still", time=missing, have=have, need=need), _which(words, leaf))


def _sessions_left(words: Words, leaf: Sessions, progress: Progress) -> Line:
    counts = zip(("sessions", "endorsed"), progress.counts, strict=False)
    return _headed([Line(words.left(key, one)) for key, one in counts if one.missing], _which(words, leaf))


def _portfolio_left(words: Words, leaf: Portfolio, progress: Progress) -> Line:
    return Line(words.left("portfolio", progress.count), (_asked(words, leaf),))


def _headed(lines: list[Line], more: Iterable[Line]) -> Line:
    """The first line, with what it says itself, the other lines and ``more`` under it."""
    head, *others = lines
    return Line(head.text, (*head.under, *others, *more))


_WHOLE: Mapping[type[Leaf], Callable[[Words, Any], Line]] = {
    Profile: _profile,
    Observation: _observation,
    Endorsements: _endorsements,
    Attendance: _attendance,
    Sessions: _sessions,
    Portfolio: _portfolio,
    OtherAchievement: _achievement,
    Attested: _attested,
}
_LEFT: Mapping[type[Leaf], Callable[[Words, Any, Progress], Line]] = {
    Profile: _profile_left,
    Observation: _observation_left,
    Endorsements: _endorsements_left,
    Attendance: _attendance_left,
    Sessions: _sessions_left,
    Portfolio: _portfolio_left,
    OtherAchievement: lambda words, leaf, _: _achievement(words, leaf),
    Attested: lambda words, leaf, _: _attested(words, leaf),
}
