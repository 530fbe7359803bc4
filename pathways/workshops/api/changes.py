"""The feed of changes: what a partner reads to lose nothing, whatever became of a call."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from pathways import changes
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, Requires
from pathways.web.routing import Router

router = Router(prefix="/changes", tags=["changes"], route_class=StrictRoute)
Holder = Annotated[Member, Depends(Requires(Permission.BOOKINGS_HOLD))]


class ChangeOut(BaseModel):
    number: int
    kind: str
    id: str
    act: str
    happened_at: datetime


class ChangesOut(BaseModel):
    changes: list[ChangeOut]
    next: int = Field(description="Ask for what is `since` this number next time.")
    more: bool = Field(description="There is more already: ask again at once.")
    complete: bool = Field(
        description="False where changes after `since` are no longer kept (13 months): read everything anew."
    )


@router.get("", response_model=ChangesOut, summary="What changed since")
def since(
    member: Holder,
    db: DB,
    since: Annotated[int, Query(ge=0, le=2**62, description="`next` of the answer before; 0 from the beginning.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> dict[str, Any]:
    """In order, each change once, and none is ever inserted before one that was read. Changes name what changed, not
    what it holds: ask for that by its id. Numbers rise but have gaps, since all organisations share them.
    """
    found = changes.since(db, member.organisation_id, since, limit=limit)
    following = found[-1].number if found else since
    return {
        "changes": [changes.to_json(one) for one in found],
        "next": following,
        "more": len(found) == limit,
        "complete": since == 0 or changes.oldest(db) <= since + 1,
    }
