"""What a badge says, read from what was signed and from nothing else: a page, a paper and a file say the same."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pathways.badges.formats.did_web import did_web_url
from pathways.badges.formats.instants import parsed
from pathways.badges.holding import certainty
from pathways.badges.holding.certainty import Value


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that was looked at: its title, and what kind of thing it is."""

    title: str
    genre: str


@dataclass(frozen=True, slots=True)
class Contents:
    """In the language of the badge."""

    language: str
    name: str
    description: str
    criteria: str
    """What was required: a line, then nested bullets (CommonMark)."""
    criteria_url: str
    network: str
    network_url: str
    site: str
    """The host that the network signs for: what was checked, where its name is only what it calls itself."""
    level: str
    """That was reached; empty where there are none."""
    measured: tuple[str, ...]
    """How surely: plain sentences."""
    alignments: tuple[str, ...]
    evidence: tuple[Piece, ...]
    awarded: datetime
    valid_from: datetime
    valid_until: datetime | None


def contents_of(document: bytes) -> Contents:
    """Of the signed bytes of an Open Badges 3.0 credential that was issued here."""
    whole = json.loads(document)
    subject, issuer = whole["credentialSubject"], whole["issuer"]
    achievement = subject["achievement"]
    values, language = _values(subject, achievement), achievement["inLanguage"]
    until = whole.get("validUntil")
    return Contents(
        language=language,
        name=achievement["name"],
        description=achievement["description"],
        criteria=achievement["criteria"]["narrative"],
        criteria_url=achievement["criteria"]["id"],
        network=issuer["name"],
        network_url=issuer.get("url", ""),
        site=did_web_url(issuer["id"]).split("/")[2],
        level=next((one.said for one in values if one.kind == certainty.LEVEL), ""),
        measured=tuple(certainty.plainly(values, language)),
        alignments=tuple(_alignment(one) for one in achievement.get("alignment", ())),
        evidence=tuple(Piece(one["name"], one.get("genre", "")) for one in whole.get("evidence", ())),
        awarded=parsed(whole["awardedDate"]),
        valid_from=parsed(whole["validFrom"]),
        valid_until=parsed(until) if until else None,
    )


def _values(subject: Mapping[str, Any], achievement: Mapping[str, Any]) -> Sequence[Value]:
    """Each result with the kind that its description gives it."""
    described = {one["id"]: one for one in achievement.get("resultDescription", ())}
    found = [(described[one["resultDescription"]], one["value"]) for one in subject.get("result", ())]
    return [Value(of["resultType"], value, of.get("valueMax", "")) for of, value in found]


def _alignment(one: Mapping[str, Any]) -> str:
    place = " ".join(filter(None, (one.get("targetFramework", ""), one.get("targetCode", ""))))
    return f"{place} : {one['targetName']}" if place else one["targetName"]
