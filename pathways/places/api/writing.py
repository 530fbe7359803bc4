"""What every write of this API shares: the key under which it is done once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Header
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel
from sqlalchemy.orm import Session

from pathways.idempotency import LONGEST_KEY, once, scope_of
from pathways.permissions import Member

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key", max_length=LONGEST_KEY, description="Yours: the same one again gives the same reply."
    ),
]


def done_once(
    db: Session,
    member: Member,
    key: str,
    what: str,
    body: BaseModel | None,
    act: Callable[[], dict[str, Any]],
    *about: uuid.UUID,
) -> dict[str, Any]:
    """The answer of ``act``, or the one it gave under this key before. ``what`` and ``about`` are part of the request:
    one key does not serve for two addresses.
    """
    asked = {
        "what": what,
        "about": [str(one) for one in about],
        "body": body.model_dump(mode="json") if body is not None else None,
    }
    scope = scope_of(member.account_id, f"places {member.organisation_id.hex[-8:]}")
    answer, _ = once(db, scope, key, asked, lambda: jsonable_encoder(act()))
    return answer
