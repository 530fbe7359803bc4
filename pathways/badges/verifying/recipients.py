"""Whose badge it is. A badge of ours names nobody; others carry the digest of an e-mail address, which the visitor may
type to have it compared. It is compared here, and forgotten.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from pathways.badges.verifying.verdict import Finding, unchecked, well, wrong

_DIGESTS = {"sha256": hashlib.sha256, "md5": hashlib.md5}
"""Open Badges 2.0 knows both. MD5 is broken for making two texts of one digest, not for finding one of a digest."""


def of_assertion(recipient: object, email: str) -> Finding:
    """The finding ``recipient`` of an Open Badges 2.0 assertion."""
    if not isinstance(recipient, dict) or recipient.get("type") != "email":
        return unchecked("recipient", "other-identity" if isinstance(recipient, dict) else "opaque")
    return _compared(recipient.get("identity"), recipient.get("salt"), email, hashed=recipient.get("hashed") is True)


def of_identities(identities: Sequence[Mapping[str, Any]], email: str) -> Finding:
    """The same of the ``identifier`` of an Open Badges 3.0 subject."""
    addresses = [one for one in identities if one.get("identityType") == "emailAddress"]
    if not addresses:
        return unchecked("recipient", "other-identity" if identities else "opaque")
    outcomes = [
        _compared(one.get("identityHash"), one.get("salt"), email, hashed=one.get("hashed") is True)
        for one in addresses
    ]
    return next((one for one in outcomes if one.state == "yes"), outcomes[0])


def _compared(identity: object, salt: object, email: str, *, hashed: bool) -> Finding:
    if not email:
        return unchecked("recipient", "not-asked-for")
    if not isinstance(identity, str):
        return unchecked("recipient", "opaque")
    typed = {email.strip(), email.strip().casefold()}
    if not hashed:
        return well("recipient") if identity.casefold() in typed else wrong("recipient", "other")
    name, _, digest = identity.partition("$")
    if name not in _DIGESTS:
        return unchecked("recipient", "other-identity")
    salted = salt if isinstance(salt, str) else ""
    found = [_DIGESTS[name](f"{one}{salted}".encode()).hexdigest() for one in typed]
    is_theirs = any(hmac.compare_digest(one, digest.casefold().encode("ascii", "replace").decode()) for one in found)
    return well("recipient") if is_theirs else wrong("recipient", "other")
