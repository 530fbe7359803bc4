"""What happens on a pathway: the words of its history, and what others are told."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

CHOSEN = "chosen"
REPLANNED = "replanned"
DONE = "step_done"
TOO_HARD = "step_too_hard"
KNOWN = "step_known"
REFUSED = "step_refused"
ATTENDED = "attended"
CHECKED = "checked"
ADJUSTED = "adjusted"
NOTED = "noted"
PROPOSED = "seat_proposed"
ANSWERED = "seat_answered"
REFERRED = "referred"
REACHED = "reached"
STOPPED = "stopped"


TOLD: Final[Mapping[str, tuple[str, str]]] = {
    CHOSEN: ("pathway", "created"),
    REPLANNED: ("pathway", "updated"),
    ADJUSTED: ("pathway", "updated"),
    NOTED: ("pathway", "updated"),
    REACHED: ("pathway", "reached"),
    STOPPED: ("pathway", "stopped"),
    DONE: ("step", "done"),
    ATTENDED: ("step", "done"),
    TOO_HARD: ("step", "updated"),
    KNOWN: ("step", "updated"),
    REFUSED: ("step", "updated"),
    CHECKED: ("step", "updated"),
}
"""``{event: (kind, act)}`` of what partners hear (:mod:`pathways.changes`): that something moved, never what somebody
knows, finds hard or does not want. Referrals and proposed seats are told where they are made.
"""


@dataclass(frozen=True, slots=True)
class ReferralChanged:
    """For the desk of the side that waited for it: recorded through the outbox. It names nobody."""

    referral_id: uuid.UUID
    state: str
