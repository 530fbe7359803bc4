"""The quality page of a diagnostic: how far what it says may be believed, by its extra questions."""

from __future__ import annotations

import uuid
from typing import Annotated

from babel import Locale
from babel.numbers import format_decimal
from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n
from pathways.diagnostics import quality
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.pages import calibration_curve
from pathways.permissions import Member, Permission
from pathways.web.dependencies import ReadDB, Requires
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()

DiagnosticsReader = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_READ))]


@router.get("/diagnostics/{diagnostic_id}/quality")
def page(request: Request, member: DiagnosticsReader, diagnostic_id: uuid.UUID, db: ReadDB) -> Response:
    found = composing.get(db, member, diagnostic_id)
    told = quality.of(db, found.id)
    return render(
        request,
        "quality.html",
        diagnostic=found,
        quality=told,
        curve=calibration_curve.drawn(told.bins),
        extra_one_in=found.blueprint.get("extra_one_in", 0),
        least=quality.LEAST,
        enough=quality.ENOUGH,
        decimal=_decimal,
    )


def _decimal(number: float) -> str:
    """Two decimals, as the language writes them."""
    return format_decimal(number, format="0.00", locale=Locale.parse(i18n.current().fmt))
