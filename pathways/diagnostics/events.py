"""What happened, told upward through the outbox."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AttemptConcluded:
    """A learner reached the end, or left; what is known so far stays valid."""

    attempt_id: uuid.UUID
    diagnostic_id: uuid.UUID
    stopped: str
