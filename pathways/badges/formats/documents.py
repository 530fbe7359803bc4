"""The documents of Open Badges 3.0, ready to be signed: what is known in, JSON as dictionaries out.

Sources: 1EdTech Open Badges 3.0, W3C Verifiable Credentials 2.0, W3C Bitstring Status List 1.0. Texts come in as they
shall stand in the badge, in the badge's own language; no address or name is made here.

What a document says of a person is an opaque ``urn:uuid`` that is fresh for each credential, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pathways.badges.formats.instants import instant
from pathways.badges.formats.pinned import OPEN_BADGES, OPEN_BADGES_EXTENSIONS, VC2
from pathways.badges.formats.results import Alignment, Result, ResultDescription

CONTEXT = (VC2, OPEN_BADGES, OPEN_BADGES_EXTENSIONS)
"""Their order matters: each may use the terms of those before, and none may redefine them."""
MEDIA_TYPE = "application/vc+ld+json"
_SCHEMAS = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json"
_SCHEMA_TYPE = "1EdTechJsonSchemaValidator2019"
_OB2_CLASS = "https://w3id.org/openbadges#BadgeClass"


@dataclass(frozen=True, slots=True)
class Profile:
    """Who signs: a network, under its DID."""

    id: str
    name: str
    url: str = ""
    description: str = ""
    email: str = ""
    """Of a role, never of a person."""
    image: str = ""
    other_identifiers: tuple[str, ...] = ()
    """Other addresses of the same issuer, that of its Open Badges 2.0 profile above all."""

    def document(self) -> dict[str, Any]:
        """As it stands inside a credential."""
        return {
            "id": self.id,
            "type": ["Profile"],
            "name": self.name,
            **_given(url=self.url, description=self.description, email=self.email),
            **({"image": {"id": self.image, "type": "Image"}} if self.image else {}),
            **_given(
                otherIdentifier=[
                    {"type": "IdentifierEntry", "identifier": one, "identifierType": "identifier"}
                    for one in self.other_identifiers
                ]
            ),
        }


@dataclass(frozen=True, slots=True)
class Achievement:
    """One version of what can be earned, in one language."""

    id: str
    """The address of this version, in this language."""
    version: str
    language: str
    name: str
    description: str
    criteria_url: str
    criteria: str
    """What was required, in words."""
    image: str = ""
    caption: str = ""
    """The picture in words, for whoever does not see it."""
    alignments: tuple[Alignment, ...] = ()
    results: tuple[ResultDescription, ...] = ()
    """What is measured: ``results.Scale.descriptions``."""
    badge_class: str = ""
    """The address of the same achievement in Open Badges 2.0."""
    tags: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """As it stands inside a credential."""
        related = {"type": ["Related", _OB2_CLASS], "id": self.badge_class, "version": "Open Badges v2p0"}
        image = {"id": self.image, "type": "Image", **_given(caption=self.caption)}
        return {
            "id": self.id,
            "type": ["Achievement"],
            "achievementType": "Badge",
            "version": self.version,
            "inLanguage": self.language,
            "name": self.name,
            "description": self.description,
            "criteria": {"id": self.criteria_url, "narrative": self.criteria},
            **({"image": image} if self.image else {}),
            **_given(
                tag=list(self.tags),
                alignment=[one.document() for one in self.alignments],
                resultDescription=[one.document() for one in self.results],
                related=[related] if self.badge_class else [],
            ),
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was looked at. It stays with whoever decided: the badge says that it was, and by its SHA-256 which."""

    name: str
    genre: str
    narrative: str = ""
    sha256: str = ""
    """Hexadecimal; it is said at the end of the narrative, for Open Badges has no place of its own for it."""

    def document(self) -> dict[str, Any]:
        """As it stands inside a credential."""
        said = [self.narrative] if self.narrative else []
        return {
            "type": ["Evidence"],
            "name": self.name,
            "genre": self.genre,
            **_given(narrative="\n".join([*said, f"SHA-256: {self.sha256}"] if self.sha256 else said)),
        }


@dataclass(frozen=True, slots=True)
class Status:
    """The place of a credential on a list of revocations."""

    list_url: str
    index: int

    def document(self) -> dict[str, Any]:
        """As it stands inside a credential."""
        return {
            "id": f"{self.list_url}#{self.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(self.index),
            "statusListCredential": self.list_url,
        }


@dataclass(frozen=True, slots=True)
class AchievementCredential:
    """A badge of somebody: what was achieved, when, until when, and how surely it was measured."""

    id: str
    subject_id: str
    """An opaque ``urn:uuid``, fresh for each credential, or the holder's own DID."""
    issuer: Profile
    achievement: Achievement
    valid_from: datetime
    awarded: datetime
    """When it was first earned; a renewed badge keeps it."""
    status: Status
    valid_until: datetime | None = None
    results: tuple[Result, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    narrative: str = ""
    """About this holder's way. A free text: the issuer sees to it that it names nobody."""


@dataclass(frozen=True, slots=True)
class EndorsementCredential:
    """Somebody recommends a credential, an achievement or an issuer: a credential of its own, that can be withdrawn."""

    id: str
    about: str
    """The id of what is endorsed."""
    issuer: Profile
    name: str
    comment: str
    valid_from: datetime
    status: Status | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatusListCredential:
    """A list of revocations. Its issuer must be that of the badges that name it."""

    url: str
    issuer: str
    """The issuer's DID."""
    encoded: str
    """``status_list.encode``."""
    valid_from: datetime
    valid_until: datetime
    ttl: timedelta
    """How long a verifier may keep it without asking again."""


def achievement_credential(given: AchievementCredential, achievement: dict[str, Any] | None = None) -> dict[str, Any]:
    """An AchievementCredential (also called OpenBadgeCredential), not signed. ``achievement``: the document of its
    achievement, where that was made already.
    """
    return {
        "@context": list(CONTEXT),
        "id": given.id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": given.achievement.name,
        "issuer": given.issuer.document(),
        "validFrom": instant(given.valid_from),
        **({"validUntil": instant(given.valid_until)} if given.valid_until else {}),
        "awardedDate": instant(given.awarded),
        "credentialSubject": {
            "id": given.subject_id,
            "type": ["AchievementSubject"],
            "achievement": achievement or given.achievement.document(),
            **_given(narrative=given.narrative, result=[one.document() for one in given.results]),
        },
        **_given(evidence=[one.document() for one in given.evidence]),
        "credentialStatus": given.status.document(),
        "credentialSchema": [_schema("achievementcredential")],
    }


def endorsement_credential(given: EndorsementCredential) -> dict[str, Any]:
    """An EndorsementCredential, not signed."""
    return {
        "@context": list(CONTEXT),
        "id": given.id,
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": given.name,
        "issuer": given.issuer.document(),
        "validFrom": instant(given.valid_from),
        **({"validUntil": instant(given.valid_until)} if given.valid_until else {}),
        "credentialSubject": {
            "id": given.about,
            "type": ["EndorsementSubject"],
            "endorsementComment": given.comment,
        },
        **({"credentialStatus": given.status.document()} if given.status else {}),
        "credentialSchema": [_schema("endorsementcredential")],
    }


def status_list_credential(given: StatusListCredential) -> dict[str, Any]:
    """A BitstringStatusListCredential for revocations, not signed."""
    return {
        "@context": [VC2],
        "id": given.url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": given.issuer,
        "validFrom": instant(given.valid_from),
        "validUntil": instant(given.valid_until),
        "credentialSubject": {
            "id": f"{given.url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": given.encoded,
            "ttl": int(given.ttl / timedelta(milliseconds=1)),
        },
    }


def issuer_profile(profile: Profile) -> dict[str, Any]:
    """A Profile on its own, as the issuer's address serves it."""
    return {"@context": list(CONTEXT[:2]), **profile.document()}


def serialised(document: Mapping[str, Any]) -> bytes:
    """The bytes that are kept and served: JSON in UTF-8 without blanks, in the order of the document."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _schema(name: str) -> dict[str, str]:
    return {"id": f"{_SCHEMAS}/ob_v3p0_{name}_schema.json", "type": _SCHEMA_TYPE}


def _given(**members: Any) -> dict[str, Any]:
    """The members that say something: what is empty is left out."""
    return {name: value for name, value in members.items() if value}
