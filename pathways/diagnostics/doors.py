"""What the routes of diagnostics ask for: the learner's door of this process, and what trainers' paths are about."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from pathways.diagnostics import composing, reading
from pathways.diagnostics.taking import Door


async def door_of(request: Request) -> Door:
    """Awaits nothing: a plain function would be handed to a thread, which costs more than this."""
    door: Door = request.app.state.door
    return door


OwnDoor = Annotated[Door, Depends(door_of)]
OF = {"diagnostic_id": composing.get, "attempt_id": reading.attempt_for}
"""For :class:`pathways.web.dependencies.Requires`: how what a path names is found, for a member."""
