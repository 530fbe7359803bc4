"""What can go wrong, in the words of the domain. No status code here: ``web/problems.py`` knows HTTP.

A message is a French sentence with ``%(name)s`` places; a message that a learner may read is wrapped in
:func:`pathways.i18n.N_`, which puts it in the catalogues.
"""

from __future__ import annotations

from collections.abc import Sequence


class SettingsError(Exception):
    """The program cannot start as it is set; the sentence says why."""


class DomainError(Exception):
    """A refusal that a person can read. ``kind`` is stable and names the error in the API."""

    kind = "error"
    kept = False
    """Whether the transaction that raises this is committed all the same, because it only counted a wrong try."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values

    def __str__(self) -> str:
        """The French sentence, its places filled."""
        return self.message % self.values if self.values else self.message


class NotFound(DomainError):
    kind = "not-found"


class Unauthenticated(DomainError):
    kind = "unauthenticated"


class Forbidden(DomainError):
    kind = "forbidden"


class WrongCode(NotFound):
    """A code that opens nothing. The try is counted, so its transaction is kept."""

    kept = True


class WrongPassword(Unauthenticated):
    kept = True


class Conflict(DomainError):
    kind = "conflict"


class Gone(DomainError):
    kind = "gone"


class Reused(DomainError):
    """An idempotency key came back with another body."""

    kind = "idempotency-key-reused"


class TooMany(DomainError):
    """Too many tries; ``seconds`` says when to come back."""

    kind = "too-many"

    def __init__(self, message: str, *, seconds: int, **values: object) -> None:
        super().__init__(message, seconds=seconds, **values)
        self.seconds = seconds


class Invalid(DomainError):
    """What was sent cannot be used. ``errors`` tells, field by field: ``{"field", "message"}``."""

    kind = "invalid"

    def __init__(self, message: str, *, errors: Sequence[dict[str, str]] = (), **values: object) -> None:
        super().__init__(message, **values)
        self.errors = list(errors)
