"""The two ways into a slip: a short code for mouths and keyboards, a long token for the QR.

Both are made from the row's id and the server's secret, so that nothing secret is stored and whatever may print a slip
again can. What is stored are digests: a stolen copy of the database opens no slip.
"""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass

from pathways import ids

CODE_LETTERS = 8


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of bookings, of entries of a waiting list and of wishes alike: their ids differ."""

    secret: bytes

    def code_of(self, id: uuid.UUID) -> str:  # noqa: A002 - the word of the house
        return ids.code_from(ids.signed(self.secret, "slip code", str(id)), CODE_LETTERS)

    def token_of(self, id: uuid.UUID) -> str:  # noqa: A002 - the word of the house
        """256 bits in 43 letters that go into an address as they are."""
        return base64.urlsafe_b64encode(ids.signed(self.secret, "slip token", str(id))).rstrip(b"=").decode()

    def digest_of_code(self, code: str) -> str:
        """Keyed: eight letters could be tried out against a plain digest."""
        return ids.signed(self.secret, "slip code digest", ids.normalised(code)).hex()

    def digest_of_token(self, token: str) -> str:
        return ids.digest(token)

    def digests_of(self, id: uuid.UUID) -> dict[str, str]:  # noqa: A002 - the word of the house
        """What a row keeps of its own codes, by the names of the columns."""
        return {
            "code_digest": self.digest_of_code(self.code_of(id)),
            "link_digest": self.digest_of_token(self.token_of(id)),
        }


def closed(id: uuid.UUID) -> dict[str, str]:  # noqa: A002 - the word of the house
    """In the place of digests where no code opens: a slip that was handed on, an offer that nobody took yet."""
    return {"code_digest": f"none {id.hex}", "link_digest": f"none {id.hex}"}
