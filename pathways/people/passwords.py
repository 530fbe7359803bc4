"""Keeping and comparing passwords: Argon2id, the same work whether or not there is an account. Pure."""

from __future__ import annotations

import functools
import unicodedata

import argon2

SHORTEST, LONGEST = 10, 200

_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""The numbers that OWASP recommends: 19 MiB and one thread, so that thirty trainers who sign in at nine
o'clock fit in a small server. Stronger numbers here reach each account at its next sign-in."""


def hashed(password: str) -> str:
    return _HASHER.hash(same_letters(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether ``password`` is the one. Without a hash (no account, or none in it), works as long."""
    try:
        right = _HASHER.verify(password_hash or _nobody(), same_letters(password[: LONGEST + 1]))
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False
    return right and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    return _HASHER.check_needs_rehash(password_hash)


def same_letters(password: str) -> str:
    """An é is one character on one keyboard and two on another: the same person must get in from both."""
    return unicodedata.normalize("NFC", password)


@functools.cache
def _nobody() -> str:
    return _HASHER.hash("no account has this password")
