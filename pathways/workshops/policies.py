"""Who may do what to workshops and means, in plain rules. Pure: facts in, yes or no out."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from pathways.permissions import Member, Permission


def may_read(actor: Member, organisation_id: uuid.UUID, partners: Collection[str] = ()) -> bool:
    """The organisation that holds a session, and those that have a share of its seats."""
    return actor.organisation_id == organisation_id or str(actor.organisation_id) in partners


def may_edit(actor: Member, organisation_id: uuid.UUID) -> bool:
    return actor.organisation_id == organisation_id and actor.may(Permission.WORKSHOPS_WRITE)


def may_engage(actor: Member, organisation_id: uuid.UUID, *, shared: bool) -> bool:
    """What an organisation lends may be bound by others; its calendar is still its own."""
    return actor.organisation_id == organisation_id or shared
