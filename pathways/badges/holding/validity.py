"""How a badge stands at one moment, for its holder and for whoever is shown it."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

from pathways.badges.issuing.revoking import Why
from pathways.badges.models import Credential

SOON = timedelta(days=60)
"""Before its end a badge can be renewed, and its holder is reminded."""


class Validity(enum.StrEnum):
    VALID = "valid"
    ENDING = "ending"
    """Valid, and not for long."""
    EXPIRED = "expired"
    REPLACED = "replaced"
    """The same badge of the same person was issued again: renewed, or under another key."""
    GIVEN_UP = "given-up"
    """Its holder wanted it."""
    TAKEN_BACK = "taken-back"
    """The network wanted it."""
    ERASED = "erased"
    """With the space of its holder: nothing is left of it but its identifier."""


COUNTS = (Validity.VALID, Validity.ENDING)


def validity_of(credential: Credential, now: datetime) -> Validity:
    if not credential.document:
        return Validity.ERASED
    if credential.revoked_at is not None:
        return _why(credential)
    if credential.valid_until is None:
        return Validity.VALID
    if credential.valid_until <= now:
        return Validity.EXPIRED
    return Validity.ENDING if credential.valid_until - now <= SOON else Validity.VALID


def _why(credential: Credential) -> Validity:
    if credential.superseded_by_id is not None or credential.revocation == Why.SUPERSEDED:
        return Validity.REPLACED
    return Validity.GIVEN_UP if credential.revocation == Why.ASKED else Validity.TAKEN_BACK
