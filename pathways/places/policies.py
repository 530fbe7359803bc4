"""Who may write the sheet of a place. Pure."""

from __future__ import annotations

import uuid

from pathways.permissions import Member, Permission


def may_keep(member: Member, organisation_id: uuid.UUID) -> bool:
    """Everybody reads what is in the directory; only the organisation that keeps a sheet writes it."""
    return organisation_id == member.organisation_id and member.may(Permission.PLACES_WRITE)
