"""Open Badges 2.0, for old backpacks: hosted (the assertion is at a public address) or signed (a JWS).

Source: 1EdTech Open Badges 2.0. RS256 is the only algorithm that its verifiers take.

An e-mail address is in an assertion as a salted hash, and the salt beside it: whoever guesses the address finds it. So
the assertion is made only where the holder asks for one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from pathways.badges.formats.documents import serialised
from pathways.badges.formats.results import Alignment
from pathways.badges.formats.vc_jwt import ALGORITHM, sign_compact

CONTEXT = "https://w3id.org/openbadges/v2"
MEDIA_TYPE = "application/ld+json"
SENTINEL = "urn:uuid:00000000-0000-4000-8000-000000000000"
"""Revoked from the first day on, and never issued: 1EdTech's validator does not see a list with exactly one entry, and
takes the badge that is on it for valid.
"""
SHORTEST_SALT = 16
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """The issuer's profile. All addresses are https."""

    id: str
    name: str
    url: str
    email: str
    """Of a role, never of a person."""
    starts_with: str
    """What the addresses of its hosted assertions begin with."""
    description: str = ""
    image: str = ""
    key: str = ""
    """The address of its CryptographicKey, where it signs."""
    revocations: str = ""
    """The address of its RevocationList, where it signs."""


@dataclass(frozen=True, slots=True)
class BadgeClass:
    """What can be earned. All addresses are https."""

    id: str
    name: str
    description: str
    image: str
    criteria_url: str
    criteria: str
    issuer: str
    alignments: tuple[Alignment, ...] = ()
    tags: tuple[str, ...] = ()
    related: str = ""
    """The same achievement in Open Badges 3.0."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who holds it: an e-mail address, hashed with a salt of its own."""

    identity: str
    salt: str

    @classmethod
    def of_email(cls, email: str, salt: bytes) -> Recipient:
        """``ValueError`` for less than 16 random bytes of salt."""
        if len(salt) < SHORTEST_SALT:
            raise ValueError(f"a salt has at least {SHORTEST_SALT} bytes")
        return cls(hashed(email, salt.hex()), salt.hex())


@dataclass(frozen=True, slots=True)
class Assertion:
    """A badge of somebody. ``id`` is its https address when it is hosted, a ``urn:uuid`` when it is signed."""

    id: str
    recipient: Recipient
    badge: str
    issued: datetime
    expires: datetime | None = None
    creator: str = ""
    """The address of the CryptographicKey that signs; without one, the assertion is hosted."""
    narrative: str = ""


def issuer_profile(given: Issuer) -> dict[str, Any]:
    host = given.starts_with.split("/")[2]
    verification = {"type": "VerificationObject", "startsWith": [given.starts_with], "allowedOrigins": [host]}
    return {
        "@context": CONTEXT,
        "id": given.id,
        "type": "Issuer",
        "name": given.name,
        "url": given.url,
        "email": given.email,
        **_said(description=given.description, image=given.image),
        "verification": verification,
        **_said(publicKey=given.key, revocationList=given.revocations),
    }


def badge_class(given: BadgeClass) -> dict[str, Any]:
    related = {"type": ["https://purl.imsglobal.org/spec/vc/ob/vocab.html#Achievement"], "id": given.related}
    return {
        "@context": CONTEXT,
        "id": given.id,
        "type": "BadgeClass",
        "name": given.name,
        "description": given.description,
        "image": given.image,
        "criteria": {"id": given.criteria_url, "narrative": given.criteria},
        "issuer": given.issuer,
        **_said(
            alignment=[_alignment(one) for one in given.alignments],
            tags=list(given.tags),
            related=[related] if given.related else [],
        ),
    }


def assertion(given: Assertion) -> dict[str, Any]:
    """An assertion; one with a ``creator`` holds only once :func:`sign` has signed it."""
    verification = {"type": "SignedBadge", "creator": given.creator} if given.creator else {"type": "HostedBadge"}
    return {
        "@context": CONTEXT,
        "id": given.id,
        "type": "Assertion",
        "recipient": {
            "type": "email",
            "hashed": True,
            "salt": given.recipient.salt,
            "identity": given.recipient.identity,
        },
        "badge": given.badge,
        "issuedOn": _offset(given.issued),
        **({"expires": _offset(given.expires)} if given.expires else {}),
        "verification": verification,
        **_said(narrative=given.narrative),
    }


def sign(document: Mapping[str, Any], rsa_key: str | RSAPrivateKey) -> str:
    """The compact JWS of an assertion, its bytes as :func:`documents.serialised` writes them."""
    return sign_compact({"alg": ALGORITHM}, serialised(document), rsa_key)


def cryptographic_key(key_id: str, owner: str, public_pem: str) -> dict[str, Any]:
    """The document at the address of a key. It stays there after the key is retired."""
    return {
        "@context": CONTEXT,
        "id": key_id,
        "type": "CryptographicKey",
        "owner": owner,
        "publicKeyPem": public_pem,
    }


def revocation_list(list_id: str, issuer: str, revoked: Mapping[str, str]) -> dict[str, Any]:
    """The list of signed assertions that are revoked: their ids with the reasons. It always holds the sentinel."""
    entries = [{"id": one, "revocationReason": reason} for one, reason in sorted(revoked.items())]
    sentinel = {"id": SENTINEL, "revocationReason": "Never issued"}
    return {
        "@context": CONTEXT,
        "id": list_id,
        "type": "RevocationList",
        "issuer": issuer,
        "revokedAssertions": [sentinel, *entries],
    }


def revoked_assertion(assertion_id: str, reason: str) -> dict[str, Any]:
    """What the address of a revoked hosted assertion serves, with the status 410."""
    return {
        "@context": CONTEXT,
        "id": assertion_id,
        "type": "Assertion",
        "revoked": True,
        "revocationReason": reason,
    }


# --- recipients -----------------------------------------------------------------------------------------------


def hashed(email: str, salt: str) -> str:
    """``sha256$`` and the digest of address and salt."""
    return "sha256$" + hashlib.sha256((email + salt).encode()).hexdigest()


def is_for(recipient: object, email: str) -> bool | None:
    """Whether an assertion's ``recipient`` is ``email``, as written or in small letters; ``None`` when it says so in a
    way that is not known here.
    """
    if not isinstance(recipient, Mapping) or recipient.get("type") not in {"email", None}:
        return None
    identity, salt = recipient.get("identity"), recipient.get("salt", "")
    if not isinstance(identity, str) or not isinstance(salt, str):
        return None
    candidates = {email.strip(), email.strip().lower()}
    if not recipient.get("hashed"):
        return any(hmac.compare_digest(identity.encode(), one.encode()) for one in candidates)
    if not identity.startswith("sha256$"):
        return None
    return any(hmac.compare_digest(identity.lower().encode(), hashed(one, salt).encode()) for one in candidates)


def _offset(moment: datetime) -> str:
    """An instant with the offset written out, as 2.0 validators know it."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def _alignment(given: Alignment) -> dict[str, str]:
    return {
        "targetName": given.name,
        "targetUrl": given.url,
        **_said(targetDescription=given.description, targetFramework=given.framework, targetCode=given.code),
    }


def _said(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}
