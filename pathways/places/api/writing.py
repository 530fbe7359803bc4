"""What every write of this API shares: the key under which it is done once, in one organisation."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from pathways.idempotency import scope_of
from pathways.permissions import Member
from pathways.web import repeating
from pathways.web.repeating import Key

__all__ = ["Key", "done_once"]


def done_once(
    db: Session,
    member: Member,
    key: str,
    what: str,
    body: BaseModel | None,
    act: Callable[[], dict[str, Any]],
    *about: uuid.UUID,
) -> dict[str, Any]:
    """The same for whoever acts for one organisation: in another, their keys mean nothing."""
    scope = scope_of(member.account_id, f"places {member.organisation_id.hex[-8:]}")
    return repeating.done_once(db, scope, key, what, body, act, *about)
