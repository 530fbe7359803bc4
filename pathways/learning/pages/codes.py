"""The codes of bookings of this server, for pages of a pathway that book or show a seat."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from pathways.web.dependencies import OwnSettings
from pathways.workshops.codes import Codes


async def _codes(settings: OwnSettings) -> Codes:
    """Awaits nothing: a plain function would be handed to a thread."""
    return Codes(settings.secret)


OwnCodes = Annotated[Codes, Depends(_codes)]
