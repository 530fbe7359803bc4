"""Who may do what: roles, permissions, and the two kinds of people who ask. Pure: no database, no HTTP."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass


class Role(enum.StrEnum):
    """What a member is in one organisation. A learner has no account and no role."""

    TRAINER = "trainer"
    TRANSLATOR = "translator"
    REVIEWER = "reviewer"
    PRESCRIBER = "prescriber"
    """A social worker, an administration: books seats for others, and sees those bookings only."""
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"


class Permission(enum.StrEnum):
    """``resource:action``. Personal tokens carry a subset of what their owner's role gives."""

    CONTENT_READ = "content:read"
    CONTENT_WRITE = "content:write"
    TRANSLATIONS_SUGGEST = "translations:suggest"
    TRANSLATIONS_REVIEW = "translations:review"
    VOICES_INVITE = "voices:invite"
    DIAGNOSTICS_READ = "diagnostics:read"
    DIAGNOSTICS_COMPOSE = "diagnostics:compose"
    ATTEMPTS_READ = "attempts:read"
    ATTEMPTS_OBSERVE = "attempts:observe"
    RECEPTIONS_HOLD = "receptions:hold"
    FILES_KEEP = "files:keep"
    PLACES_READ = "places:read"
    PLACES_WRITE = "places:write"
    WORKSHOPS_READ = "workshops:read"
    WORKSHOPS_WRITE = "workshops:write"
    BOOKINGS_MAKE = "bookings:make"
    """Book for somebody else, and see what one booked."""
    BOOKINGS_HOLD = "bookings:hold"
    """See and change every booking of one's organisation's sessions, and the waiting lists."""
    ATTENDANCE_RECORD = "attendance:record"
    TERRITORIES_READ = "territories:read"
    """The sheet of a basin: wishes, gaps and seats, in numbers that name nobody."""
    TERRITORIES_WRITE = "territories:write"
    BADGES_HOLD = "badges:hold"
    """Ask for badges, gather what supports it, hold them: of oneself."""
    BADGES_AWARD = "badges:award"
    """Decide on requests, where a network named one to its jury."""
    BADGES_ISSUE = "badges:issue"
    """Run one's organisation's network: achievements, jury, keys, badges for a session, revocation."""
    TEAM_READ = "team:read"
    """Which skills the people of one's organisation have agreed to show, and what is missing."""
    TEAM_WRITE = "team:write"
    PEOPLE_READ = "people:read"
    PEOPLE_MANAGE = "people:manage"
    ACCOUNT_OWN = "account:own"
    SERVER_OPERATE = "server:operate"


_EVERYBODY = {Permission.CONTENT_READ, Permission.ACCOUNT_OWN, Permission.BADGES_HOLD}
_TEAM = {Permission.BADGES_AWARD, Permission.TEAM_READ, Permission.TEAM_WRITE}
_TRANSLATOR = _EVERYBODY | {Permission.DIAGNOSTICS_READ, Permission.TRANSLATIONS_SUGGEST, Permission.VOICES_INVITE}
_WORKSHOPS = {
    Permission.PLACES_READ,
    Permission.PLACES_WRITE,
    Permission.WORKSHOPS_READ,
    Permission.WORKSHOPS_WRITE,
    Permission.BOOKINGS_MAKE,
    Permission.BOOKINGS_HOLD,
    Permission.ATTENDANCE_RECORD,
    Permission.TERRITORIES_READ,
}
_PRESCRIBER = _EVERYBODY | {Permission.PLACES_READ, Permission.WORKSHOPS_READ, Permission.BOOKINGS_MAKE}
_COORDINATOR = (
    _EVERYBODY
    | _WORKSHOPS
    | _TEAM
    | {
        Permission.DIAGNOSTICS_READ,
        Permission.PEOPLE_READ,
        Permission.TERRITORIES_WRITE,
        Permission.BADGES_ISSUE,
    }
)
_TRAINER = (
    _TRANSLATOR
    | _WORKSHOPS
    | _TEAM
    | {
        Permission.CONTENT_WRITE,
        Permission.DIAGNOSTICS_COMPOSE,
        Permission.ATTEMPTS_READ,
        Permission.ATTEMPTS_OBSERVE,
        Permission.RECEPTIONS_HOLD,
        Permission.FILES_KEEP,
        Permission.PEOPLE_READ,
    }
)

OF_ROLE: dict[Role, frozenset[Permission]] = {
    Role.TRANSLATOR: frozenset(_TRANSLATOR),
    Role.REVIEWER: frozenset(_TRANSLATOR | {Permission.TRANSLATIONS_REVIEW}),
    Role.PRESCRIBER: frozenset(_PRESCRIBER),
    Role.COORDINATOR: frozenset(_COORDINATOR),
    Role.TRAINER: frozenset(_TRAINER),
    Role.ADMINISTRATOR: frozenset(
        _TRAINER
        | {
            Permission.TRANSLATIONS_REVIEW,
            Permission.TERRITORIES_WRITE,
            Permission.BADGES_ISSUE,
            Permission.PEOPLE_MANAGE,
        }
    ),
}

FOR_TOKENS = frozenset(
    {
        Permission.CONTENT_READ,
        Permission.CONTENT_WRITE,
        Permission.TRANSLATIONS_SUGGEST,
        Permission.TRANSLATIONS_REVIEW,
        Permission.VOICES_INVITE,
        Permission.DIAGNOSTICS_READ,
        Permission.DIAGNOSTICS_COMPOSE,
        Permission.ATTEMPTS_READ,
        Permission.ATTEMPTS_OBSERVE,
        Permission.RECEPTIONS_HOLD,
        Permission.FILES_KEEP,
        Permission.PLACES_READ,
        Permission.PLACES_WRITE,
        Permission.WORKSHOPS_READ,
        Permission.WORKSHOPS_WRITE,
        Permission.BOOKINGS_MAKE,
        Permission.BOOKINGS_HOLD,
        Permission.ATTENDANCE_RECORD,
        Permission.TERRITORIES_READ,
        Permission.TERRITORIES_WRITE,
        Permission.BADGES_HOLD,
        Permission.BADGES_AWARD,
        Permission.BADGES_ISSUE,
        Permission.TEAM_READ,
        Permission.TEAM_WRITE,
    }
)
"""What a personal token may carry: never the account itself, never other people's rights."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody signed in, acting for one organisation."""

    account_id: uuid.UUID
    name: str
    organisation_id: uuid.UUID
    organisation_name: str
    role: Role
    permissions: frozenset[Permission]
    session_id: uuid.UUID | None = None
    """The sign-in session; ``None`` when a personal token asks."""

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody who holds the token of one attempt, and nothing else."""

    attempt_id: uuid.UUID
