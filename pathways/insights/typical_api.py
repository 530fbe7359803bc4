"""The typical journey for programs: the same numbers as its page, and none of fewer than ten people."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel, Field
from starlette.requests import Request

from pathways.insights import typical
from pathways.insights.asking import everybody
from pathways.permissions import Member, Permission
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import ReadDB, Requires
from pathways.web.routing import Router

router = Router(tags=["journeys"], route_class=StrictRoute)
Planner = Annotated[Member, Depends(Requires(Permission.TERRITORIES_READ))]


class CellOut(BaseModel):
    key: str
    at_least: int = Field(description="People, in whole tens; 0: fewer, or not told so that nothing follows from it.")


class WaitOut(BaseModel):
    key: str
    days: tuple[int, int, int] = Field(
        description="A quarter, half, three quarters of the people wait at most so long."
    )
    at_least: int


class TypicalOut(BaseModel):
    people: int = Field(description="That it speaks of, in whole tens; 0: nothing can be said yet.")
    reached: list[CellOut]
    stopped_at: list[CellOut]
    ways: list[CellOut]
    languages: list[CellOut]
    goals: list[CellOut] = Field(description="By title in French; one person may have several.")
    waits: list[WaitOut]
    seats: list[WaitOut] = Field(description="Days to a session, by the language of the person.")
    queued: list[WaitOut] = Field(description="Days on a waiting list until a seat was offered, by language.")
    unseated: list[CellOut] = Field(description="Who waited and was offered none, by language.")


@router.get("/journeys", response_model=TypicalOut, summary="The typical journey, from aggregates alone")
def journeys(request: Request, member: Planner, db: ReadDB) -> dict[str, Any]:
    """Everybody of one's organisation who chose a pathway, or declined: it takes no choice of days or of people."""
    everybody(request)
    return typical.to_json(typical.of(db, member))
