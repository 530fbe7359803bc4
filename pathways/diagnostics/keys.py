"""What opens an attempt: a token and a resume code, both made from the server's secret."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from pathways import ids
from pathways.diagnostics.blueprint import Blueprints
from pathways.diagnostics.models import Attempt

RESUME_LENGTH = 8
MOST_RENEWALS = 20
"""New resume codes that a mediator may hand out for one attempt."""


@dataclass(frozen=True, slots=True)
class Door:
    """What the learner's door needs of the process: its secret and the blueprints it holds."""

    secret: bytes
    blueprints: Blueprints

    def token(self, attempt_id: uuid.UUID) -> str:
        """What opens one attempt. Made from the server's secret, so that the database alone opens none."""
        return ids.signed(self.secret, "attempt", str(attempt_id)).hex()

    def desk_token(self, attempt_id: uuid.UUID) -> str:
        """What opens it on a mediator's device, and only as long as it stands there. The other token cannot be made
        from this one.
        """
        return ids.signed(self.secret, "desk", str(attempt_id)).hex()

    def resume_code(self, attempt: Attempt) -> str:
        """The code that opens this attempt at present: the first one, or the one that took its place."""
        return self.code_after(attempt.id, self.renewals(attempt))

    def code_after(self, attempt_id: uuid.UUID, renewals: int = 0) -> str:
        """Its code after so many renewals. Each is made from the secret; the stored digest says which of them opens."""
        subject = f"{attempt_id} {renewals}" if renewals else str(attempt_id)
        return ids.code_from(ids.signed(self.secret, "resume", subject), RESUME_LENGTH)

    def renewals(self, attempt: Attempt) -> int:
        """How often its code was renewed: no counter is stored, the codes are tried in turn."""
        for number in range(MOST_RENEWALS + 1):
            if self.resume_digest(self.code_after(attempt.id, number)) == attempt.resume_digest:
                return number
        return 0

    def resume_digest(self, code: str) -> str:
        return ids.signed(self.secret, "resume digest", code).hex()
