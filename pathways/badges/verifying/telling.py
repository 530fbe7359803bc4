"""What a credential says, in the few words that a page shows: each text cleaned and bounded, each shape checked.

Nothing here is verified. What a text of a stranger could do to a page is taken out of it: letters that turn the
direction of what stands beside them, that cannot be seen, or that are endless.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

MOST_TOLD = 20
"""Results, alignments, pieces of evidence that are told of."""
SHORT, LONG = 200, 2_000
"""Letters."""
MOST_INDENT = 8


def text(value: object, most: int = SHORT) -> str:
    """A text as it can be shown on one page with others; of a list or of a text in languages, the first."""
    if isinstance(value, list):
        value = next((one for one in value if one), "")
    if isinstance(value, Mapping):
        value = value.get("@value", "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    given = str(value)[: 4 * most].split("\n")
    # What Python calls printable has neither of what _shown takes out or turns: most texts are not gone through.
    shown = "\n".join(one if one.isprintable() else "".join(map(_shown, one)) for one in given)
    lines = (_indent(line) + " ".join(line.split()) for line in shown.split("\n") if line.strip())
    whole = "\n".join(lines).lstrip(" ")
    return whole if len(whole) <= most else whole[: most - 1].rstrip() + "…"


def _indent(line: str) -> str:
    """Of a point of a list, half the spaces before it: without them *all of these* and *one of these* read the same."""
    depth = len(line) - len(line.lstrip(" "))
    return " " * min(depth // 2, MOST_INDENT) if line[depth : depth + 2] in {"- ", "* "} else ""


def _shown(letter: str) -> str:
    if letter in "\n\r\u2028\u2029":
        return "\n"
    if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return " " if letter == "\t" else ""
    return letter


def line(value: object, most: int = SHORT) -> str:
    """The same on one line."""
    return " ".join(text(value, most).split())


def items(value: object) -> list[Mapping[str, Any]]:
    """The objects among what may be one or a list of them, :data:`MOST_TOLD` at most."""
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, Mapping)][:MOST_TOLD]


def first(value: object) -> Mapping[str, Any]:
    """The only object there, or the first; an empty one where there is none."""
    return next(iter(items(value)), {})


def achievement_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The achievement of an Open Badges 3.0 credential; an empty one where there is none."""
    return first(first(document.get("credentialSubject")).get("achievement"))


def issuer(identifier: str, name: object, domain: str) -> dict[str, Any]:
    """Who says so, as the file has it: its site, and what it calls itself."""
    return _given(id=line(identifier, 300), name=line(name), domain=domain)


def badge(document: Mapping[str, Any]) -> dict[str, Any]:
    """What an Open Badges 3.0 credential says."""
    subject, achievement = first(document.get("credentialSubject")), achievement_of(document)
    criteria = first(achievement.get("criteria"))
    return _given(
        id=line(document.get("id"), 300),
        name=line(achievement.get("name")) or line(document.get("name")),
        description=text(achievement.get("description"), LONG),
        criteria=text(criteria.get("narrative"), LONG),
        criteria_url=line(criteria.get("id"), 300),
        version=line(achievement.get("version"), 40),
        language=line(achievement.get("inLanguage"), 20),
        awarded=line(document.get("awardedDate"), 40),
        subject=line(subject.get("id"), 300),
        narrative=text(subject.get("narrative"), LONG),
        results=_results(subject, achievement),
        alignments=[_alignment(one) for one in items(achievement.get("alignment"))],
        evidence=[_evidence(one) for one in items(document.get("evidence"))],
    )


def endorsement(document: Mapping[str, Any]) -> dict[str, Any]:
    """What an endorsement says."""
    subject = first(document.get("credentialSubject"))
    return _given(
        id=line(document.get("id"), 300),
        name=line(document.get("name")),
        about=line(subject.get("id"), 300),
        comment=text(subject.get("endorsementComment"), LONG),
    )


def other(document: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a credential that is no badge: its names, since its sense is not known here."""
    types = document.get("type")
    named = [one for one in (types if isinstance(types, list) else [types]) if one != "VerifiableCredential"]
    return _given(
        id=line(document.get("id"), 300),
        name=line(document.get("name")),
        description=text(document.get("description"), LONG),
        types=[line(one, 80) for one in named[:5]],
    )


def badge_class(assertion: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """What an Open Badges 2.0 assertion and its BadgeClass say."""
    criteria = found.get("criteria")
    of_criteria = first(criteria)
    return _given(
        id=line(assertion.get("id"), 300),
        name=line(found.get("name")),
        description=text(found.get("description"), LONG),
        criteria=text(of_criteria.get("narrative"), LONG),
        criteria_url=line(criteria if isinstance(criteria, str) else of_criteria.get("id"), 300),
        awarded=line(assertion.get("issuedOn"), 40),
        narrative=text(assertion.get("narrative"), LONG),
        alignments=[_alignment(one) for one in items(found.get("alignment"))],
        evidence=[_evidence(one) for one in items(assertion.get("evidence"))],
    )


def _results(subject: Mapping[str, Any], achievement: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each result beside the description that it points to; a result that points to none has no name."""
    described = {line(one.get("id"), 500): one for one in items(achievement.get("resultDescription"))}
    told = []
    for one in items(subject.get("result")):
        of = described.get(line(one.get("resultDescription"), 500), {})
        value = line(one.get("value")) or _level(one, of) or line(one.get("status"))
        told.append(
            _given(
                name=line(of.get("name")),
                value=value,
                lowest=line(of.get("valueMin"), 40),
                highest=line(of.get("valueMax"), 40),
                required=line(of.get("requiredValue"), 40),
                kind=line(of.get("resultType"), 60),
            )
        )
    return [one for one in told if one.get("value")]


def _level(result: Mapping[str, Any], described: Mapping[str, Any]) -> str:
    """The name of the level that a result reached, where it points to one."""
    reached = line(result.get("achievedLevel"), 500)
    levels = items(described.get("rubricCriterionLevel"))
    return next((line(one.get("name")) for one in levels if reached and line(one.get("id"), 500) == reached), "")


def _alignment(one: Mapping[str, Any]) -> dict[str, Any]:
    return _given(
        name=line(one.get("targetName")),
        framework=line(one.get("targetFramework")),
        code=line(one.get("targetCode"), 60),
        url=line(one.get("targetUrl"), 300),
    )


def _evidence(one: Mapping[str, Any]) -> dict[str, Any]:
    return _given(
        name=line(one.get("name")), genre=line(one.get("genre"), 80), narrative=text(one.get("narrative"), LONG)
    )


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in ("", [], {})}
