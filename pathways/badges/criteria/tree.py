"""The tree of criteria, read from data and written back.

A group is ``{"all": [...]}``, ``{"any": [...]}`` or ``{"at_least": {"n": 2, "of": [...]}}``. A leaf is one of

    {"profile": {"framework": "mediateur-numerique", "skills": ["ACC-01", "DIA-01"], "mastery": 0.8, "answers": 2,
                 "version": "1.1.0", "months": 24, "lower_bound": true}}
        or "skills": {"ACC-01": 0.8, "DIA-01": 0.9} without "mastery"; "fingerprint" instead of "version"
    {"observation": {"framework": ..., "skills": ["ACC-01"], "sheets": 2, "by": BY, "months": 24}}
    {"endorsements": {"n": 2, "by": BY, "organisations": 2, "months": 24}}
    {"attendance": {"hours": 6, "themes": ["email"], "months": 24}}
    {"sessions": {"n": 3, "themes": [...], "languages": ["ar"], "kinds": ["van"], "endorsed": 1, "months": 24}}
    {"portfolio": {"piece": "welcome-story", "asked": {"fr": ..., "en": ...}, "jury": 2}}
    {"achievement": {"slug": "welcome-diagnosis", "version": 2}}
    {"attested": {"kind": "aidants-connect"}}
        or {"kind": "other", "code": "first-aid", "title": {"fr": ..., "en": ...}}

with ``BY`` one or more of ``{"holder": slug or [slugs], "role": role or [roles], "jury": true}``. Defaults:
``answers`` 1, ``sheets`` 1, ``jury`` 2, ``version`` of an achievement 1; the rest may be left out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from pathways.badges.criteria import fields
from pathways.badges.criteria.fields import (
    FINGERPRINT,
    FRAMEWORK,
    LANGUAGE,
    SLUG,
    THEME,
    VERSION,
    CriteriaError,
    Fields,
)
from pathways.badges.criteria.nodes import (
    All,
    AnyOf,
    AtLeast,
    Attendance,
    Attested,
    By,
    Endorsements,
    Group,
    Leaf,
    Node,
    Observation,
    OtherAchievement,
    Outside,
    Portfolio,
    Profile,
    Role,
    SessionKind,
    Sessions,
    Text,
)

__all__ = [
    "All",
    "AnyOf",
    "AtLeast",
    "Attendance",
    "Attested",
    "By",
    "CriteriaError",
    "Endorsements",
    "Group",
    "Leaf",
    "Node",
    "Observation",
    "OtherAchievement",
    "Outside",
    "Portfolio",
    "Profile",
    "Role",
    "SessionKind",
    "Sessions",
    "Text",
    "achievements_of",
    "as_data",
    "bounded_in",
    "leaves",
    "parse",
    "skills_of",
]

DEEPEST = 6
"""Nodes from the top to a leaf, both counted."""
MOST_LEAVES = 60
MOST_ANSWERS = 10
MOST_PEOPLE = 20
MOST_SESSIONS = 100
MOST_HOURS = 500
MOST_MONTHS = 120
MOST_JURY = 5
MOST_VERSIONS = 10_000
GROUPS = ("all", "any", "at_least")


def parse(data: Any) -> Node:
    """The tree that ``data`` (as JSON or YAML gives it) describes. Raises ``CriteriaError`` for the first thing that is
    wrong.
    """
    node = _node(data, "", 1)
    count = sum(1 for _ in leaves(node))
    if count > MOST_LEAVES:
        raise CriteriaError("", f"il y a trop de critères : {MOST_LEAVES} au plus, pas {count}.")
    return node


def leaves(node: Node) -> Iterator[Leaf]:
    """From left to right."""
    if isinstance(node, Group):
        for one in node.of:
            yield from leaves(one)
    else:
        yield node


def skills_of(node: Node) -> frozenset[str]:
    """``framework:CODE`` of every micro-skill that the tree names."""
    named = [one.keys for one in leaves(node) if isinstance(one, (Profile, Observation))]
    return frozenset(key for keys in named for key in keys)


def bounded_in(node: Node) -> frozenset[str]:
    """``framework:CODE`` of every micro-skill of which the tree asks a lower bound."""
    named = [one.keys for one in leaves(node) if isinstance(one, Profile) and one.lower_bound]
    return frozenset(key for keys in named for key in keys)


def achievements_of(node: Node) -> frozenset[str]:
    """Slugs of every achievement that the tree names: to be held, or held by who says something."""
    found = set[str]()
    for one in leaves(node):
        if isinstance(one, OtherAchievement):
            found.add(one.slug)
        elif isinstance(one, (Observation, Endorsements)):
            found.update(one.by.holders)
    return frozenset(found)


def asks_others(node: Node) -> bool:
    """Whether nobody meets it alone: however it is met, somebody else saw, said or registered something. Of another
    achievement it is not known what that one asks for.
    """
    if not isinstance(node, Group):
        return not isinstance(node, Profile | OtherAchievement)
    alone = sum(not asks_others(one) for one in node.of)
    if isinstance(node, All):
        return alone < len(node.of)
    return alone < (node.n if isinstance(node, AtLeast) else 1)


def as_data(node: Node) -> dict[str, Any]:
    """What ``parse`` reads, in one form for one tree: what is as it would be anyway is left out."""
    if isinstance(node, AtLeast):
        return {"at_least": {"n": node.n, "of": [as_data(one) for one in node.of]}}
    if isinstance(node, Group):
        return {"all" if isinstance(node, All) else "any": [as_data(one) for one in node.of]}
    written = {
        one.name: _plain(getattr(node, one.name))
        for one in dataclasses.fields(node)
        if getattr(node, one.name) != one.default
    }
    if isinstance(node, Attendance):
        hours, rest = divmod(written.pop("minutes"), 60)
        written = {"hours": hours + rest / 60 if rest else hours} | written
    if isinstance(node, Profile):
        least = {mastery for _, mastery in node.skills}
        written["skills"] = dict(node.skills) if len(least) > 1 else [code for code, _ in node.skills]
        written |= {"mastery": least.pop()} if len(least) == 1 else {}
    return {_NAMES[type(node)]: written}


def _plain(value: Any) -> Any:
    if isinstance(value, By):
        given = {"holder": _plain(value.holders), "role": _plain(value.roles), "jury": value.jury}
        return {name: one for name, one in given.items() if one}
    if isinstance(value, Text):
        return {"fr": value.fr, "en": value.en}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, StrEnum) else value


def _node(data: Any, path: str, depth: int) -> Node:
    if depth > DEEPEST:
        raise CriteriaError(path, f"les groupes sont trop profonds : {DEEPEST} niveaux au plus.")
    known = [*GROUPS, *_READERS]
    fields_of = Fields(data, path, known)
    if len(data) != 1:
        raise CriteriaError(path, f"il faut une seule clé par critère, il y en a {len(data)}.")
    name = next(iter(data))
    inner, at = fields_of.value(name), fields_of.at(name)
    if name == "at_least":
        group = Fields(inner, at, ("n", "of"))
        of = _members(group.value("of"), group.at("of"), depth)
        return AtLeast(group.count("n", 1, len(of)), of)
    if name in GROUPS:
        return (All if name == "all" else AnyOf)(_members(inner, at, depth))
    return _READERS[name](inner, at)


def _members(data: Any, path: str, depth: int) -> tuple[Node, ...]:
    if not isinstance(data, (list, tuple)) or not data:
        raise CriteriaError(path, "il faut une liste de critères qui n'est pas vide.")
    if len(data) > MOST_LEAVES:
        raise CriteriaError(path, f"il y a trop de critères : {MOST_LEAVES} au plus, pas {len(data)}.")
    found = list[Node]()
    for place, one in enumerate(data):
        node = _node(one, f"{path}[{place}]", depth + 1)
        if node in found:
            # Else "at least 2" is met by one thing said twice.
            raise CriteriaError(f"{path}[{place}]", "ce critère est déjà dans ce groupe.")
        found.append(node)
    return tuple(found)


def _by(given: Fields) -> By:
    at = given.at("by")
    inner = Fields(given.value("by"), at, ("holder", "role", "jury"))
    by = By(inner.codes("holder", SLUG, "welcome-diagnosis"), inner.choices("role", Role), inner.yes("jury"))
    if by == By():
        raise CriteriaError(at, "il faut dire qui compte : « holder », « role » ou « jury ».")
    if Role.ANYONE in by.roles and by != By(roles=(Role.ANYONE,)):
        raise CriteriaError(at, "avec « anyone », tout le monde compte : le reste est de trop.")
    return by


def _skills(given: Fields) -> tuple[tuple[str, float], ...]:
    value, at = given.value("skills"), given.at("skills")
    if isinstance(value, Mapping):
        if "mastery" in given:
            raise CriteriaError(given.at("mastery"), "« skills » dit déjà la maîtrise de chaque micro-compétence.")
        wanted = fields.codes(list(value), at, FRAMEWORK, "ACC-01")
        # Keys of an object have no order that every store and every file keeps.
        return tuple((code, fields.mastery(value[code], f"{at}.{code}")) for code in sorted(wanted))
    least = fields.mastery(given.value("mastery"), given.at("mastery"))
    return tuple((code, least) for code in fields.codes(value, at, FRAMEWORK, "ACC-01"))


def _profile(data: Any, path: str) -> Profile:
    names = ("framework", "skills", "mastery", "answers", "version", "fingerprint", "months", "lower_bound")
    given = Fields(data, path, names)
    if "version" in given and "fingerprint" in given:
        raise CriteriaError(given.at("fingerprint"), "« version » et « fingerprint » ensemble : il faut choisir.")
    return Profile(
        framework=given.code("framework", FRAMEWORK, "mediateur-numerique"),
        skills=_skills(given),
        answers=given.count("answers", 0, MOST_ANSWERS, default=1),
        version=given.code("version", VERSION, "1.1.0", default=""),
        fingerprint=given.code("fingerprint", FINGERPRINT, "0a1b2c3d4e5f", default=""),
        months=given.months(MOST_MONTHS),
        lower_bound=given.yes("lower_bound"),
    )


def _observation(data: Any, path: str) -> Observation:
    given = Fields(data, path, ("framework", "skills", "sheets", "by", "months"))
    return Observation(
        framework=given.code("framework", FRAMEWORK, "mediateur-numerique"),
        skills=fields.codes(given.value("skills"), given.at("skills"), FRAMEWORK, "ACC-01"),
        by=_by(given),
        sheets=given.count("sheets", 1, MOST_PEOPLE, default=1),
        months=given.months(MOST_MONTHS),
    )


def _endorsements(data: Any, path: str) -> Endorsements:
    given = Fields(data, path, ("n", "by", "organisations", "months"))
    n = given.count("n", 1, MOST_PEOPLE)
    organisations = given.count("organisations", 1, n, default=0)
    return Endorsements(n, _by(given), organisations, given.months(MOST_MONTHS))


def _attendance(data: Any, path: str) -> Attendance:
    given = Fields(data, path, ("hours", "themes", "months"))
    minutes = fields.minutes(given.value("hours"), given.at("hours"), MOST_HOURS)
    return Attendance(minutes, given.codes("themes", THEME, "email"), given.months(MOST_MONTHS))


def _sessions(data: Any, path: str) -> Sessions:
    given = Fields(data, path, ("n", "themes", "languages", "kinds", "endorsed", "months"))
    n = given.count("n", 1, MOST_SESSIONS)
    return Sessions(
        n=n,
        themes=given.codes("themes", THEME, "email"),
        languages=given.codes("languages", LANGUAGE, "ar"),
        kinds=given.choices("kinds", SessionKind),
        endorsed=given.count("endorsed", 1, n, default=0),
        months=given.months(MOST_MONTHS),
    )


def _portfolio(data: Any, path: str) -> Portfolio:
    given = Fields(data, path, ("piece", "asked", "jury"))
    piece = given.code("piece", SLUG, "welcome-story")
    return Portfolio(piece, given.text("asked"), given.count("jury", 1, MOST_JURY, default=2))


def _achievement(data: Any, path: str) -> OtherAchievement:
    given = Fields(data, path, ("slug", "version"))
    slug = given.code("slug", SLUG, "welcome-diagnosis")
    return OtherAchievement(slug, given.count("version", 1, MOST_VERSIONS, default=1))


def _attested(data: Any, path: str) -> Attested:
    given = Fields(data, path, ("kind", "code", "title"))
    kind = given.choice("kind", Outside)
    if kind is Outside.OTHER:
        return Attested(kind, given.code("code", SLUG, "first-aid"), given.text("title"))
    for name in ("code", "title"):
        if name in given:
            raise CriteriaError(given.at(name), f"« {name} » ne va qu'avec « other ».")
    return Attested(kind)


_READERS: Mapping[str, Callable[[Any, str], Leaf]] = {
    "profile": _profile,
    "observation": _observation,
    "endorsements": _endorsements,
    "attendance": _attendance,
    "sessions": _sessions,
    "portfolio": _portfolio,
    "achievement": _achievement,
    "attested": _attested,
}
_NAMES: Mapping[type[Leaf], str] = {
    Profile: "profile",
    Observation: "observation",
    Endorsements: "endorsements",
    Attendance: "attendance",
    Sessions: "sessions",
    Portfolio: "portfolio",
    OtherAchievement: "achievement",
    Attested: "attested",
}
