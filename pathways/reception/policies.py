"""Who may hold a reception. Pure."""

from __future__ import annotations

import uuid

from pathways.permissions import Member, Permission


def may_hold(member: Member, organisation_id: uuid.UUID) -> bool:
    """Colleagues stand in for each other at the desk of one organisation; to the others nobody was received."""
    return organisation_id == member.organisation_id and member.may(Permission.RECEPTIONS_HOLD)
