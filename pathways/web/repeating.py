"""The key under which a write of the API is done once, however often it is sent."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Header
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel
from sqlalchemy.orm import Session

from pathways.idempotency import LONGEST_KEY, once

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key", max_length=LONGEST_KEY, description="Yours: the same one again gives the same reply."
    ),
]


def done_once(
    db: Session,
    scope: str,
    key: str,
    what: str,
    body: BaseModel | None,
    act: Callable[[], dict[str, Any]],
    *about: uuid.UUID | str,
) -> dict[str, Any]:
    """The answer of ``act``, or the one it gave under this key before. ``scope``: whose keys they are
    (:func:`pathways.idempotency.scope_of`). ``what`` and ``about`` are part of the request: one key does not serve for
    two addresses.
    """
    asked = {
        "what": what,
        "about": [str(one) for one in about],
        "body": body.model_dump(mode="json") if body is not None else None,
    }
    answer, _ = once(db, scope, key, asked, lambda: jsonable_encoder(act()))
    return answer
