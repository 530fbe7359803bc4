"""The private links of badges, made from the id of a row and the server's secret (decision 21): nothing secret is
stored, and whoever may show a link again can. What is stored are digests: a stolen copy of the database opens nothing.
"""

from __future__ import annotations

import base64
import enum
import uuid
from dataclasses import dataclass

from pathways import ids


class Opens(enum.StrEnum):
    """What a link opens. A token of one kind is worth nothing as another."""

    HOLDER = "holder"
    ENDORSEMENT = "endorsement"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Links:
    secret: bytes

    def token_of(self, opens: Opens, id: uuid.UUID, renewals: int = 0) -> str:  # noqa: A002 - the word of the house
        """256 bits in 43 letters that go into an address as they are. Each renewal gives another."""
        subject = f"{id} {renewals}" if renewals else str(id)
        return base64.urlsafe_b64encode(ids.signed(self.secret, f"badge link {opens}", subject)).rstrip(b"=").decode()

    def digest_of(self, token: str) -> str:
        return ids.digest(token)
