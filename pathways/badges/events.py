"""What happened to requests and badges, for whoever must be told. No name and no address travels in an event."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BadgeRevoked:
    credential_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class BadgeReissued:
    """Under another key, after the first one was stolen."""

    credential_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class BadgeExpiring:
    credential_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class RequestSubmitted:
    request_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class RequestDecided:
    request_id: uuid.UUID
