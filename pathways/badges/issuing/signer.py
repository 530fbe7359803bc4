"""What signing needs besides the database: where this server is, and what opens its keys."""

from __future__ import annotations

from dataclasses import dataclass

from pathways.badges.issuing.wrapping import Wrapping
from pathways.settings import Settings


@dataclass(frozen=True, slots=True)
class Signer:
    """Passed to every service that signs."""

    wrapping: Wrapping
    url: str
    """Of this server, without a slash at its end."""

    @classmethod
    def of(cls, settings: Settings) -> Signer:
        return cls(Wrapping(settings.wrapping_secret), settings.url)
