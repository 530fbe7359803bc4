"""What stood before a trainer's last change, and how it comes back."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pathways.learning.models import Pathway, Step, StepKind, StepState

KEPT = (
    *("position", "kind", "state", "skills", "resource_id", "session_id", "booking_id", "title"),
    *("minutes", "low", "high", "why", "too_hard", "locked", "ended_at"),
)


def remembered(pathway: Pathway, steps: Sequence[Step]) -> dict[str, Any]:
    """What stands now, as plain JSON."""
    rows = {
        str(one.id): {name: _plain(getattr(one, name)) for name in KEPT} for one in steps if one.state is StepState.OPEN
    }
    return {"steps": rows, "estimate": pathway.estimate, "state": pathway.state.value}


def _plain(value: object) -> object:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, uuid.UUID) else value


def restore(step: Step, kept: dict[str, Any]) -> None:
    """Make a step what it was."""
    for name, value in kept.items():
        if name == "kind":
            step.kind = StepKind(value)
        elif name == "state":
            step.state = StepState(value)
        elif name.endswith("_id"):
            setattr(step, name, uuid.UUID(value) if value else None)
        elif name == "ended_at":
            step.ended_at = None
        else:
            setattr(step, name, value)
