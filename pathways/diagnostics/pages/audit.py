"""The audit of a diagnostic as a page: what its questions can tell, and where it lacks some."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n
from pathways.diagnostics.composing import auditing
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.doors import OF
from pathways.diagnostics.engine.auditing import FEW_ITEMS, ItemUse
from pathways.i18n import D_
from pathways.permissions import Member, Permission
from pathways.web.dependencies import ReadDB, Requires
from pathways.web.pages import render
from pathways.web.presence import Presence
from pathways.web.routing import Router

router = Router()
DiagnosticsReader = Annotated[Member, Depends(Requires(Permission.DIAGNOSTICS_READ, of=OF))]

MOST_ASKED = 10
"""Items that the page names as the most asked."""
OFTEN = 0.5
"""Asked of more than this share, a question becomes known in a group that talks."""
ROW, LONGEST, TITLE = 26, 150, 150
BANDS = (
    (0.0, D_("jamais")),
    (0.1, D_("une sur dix au plus")),
    (0.25, D_("une sur quatre au plus")),
    (OFTEN, D_("une sur deux au plus")),
    (1.0, D_("plus d'une sur deux")),
)
"""Of how many people questions are asked: the upper end of each band."""


@dataclass(frozen=True, slots=True)
class Band:
    """Questions that are asked of so many people, and the bar that is drawn for them."""

    title: str
    items: int
    y: int
    length: int


@router.get("/diagnostics/{diagnostic_id}/audit")
def audit(request: Request, member: DiagnosticsReader, diagnostic_id: uuid.UUID, db: ReadDB) -> Response:
    """Worked out while the page waits, which takes about a second, and broken off when its reader leaves."""
    found = composing.get(db, member, diagnostic_id)
    audited = auditing.of(db, found, goes_on=Presence(request))
    read = audited.audit
    return render(
        request,
        "audit.html",
        diagnostic=found,
        audited=audited,
        audit=read,
        estimate=read.estimate,
        least=None if read.bound.mean_questions is None else int(read.bound.mean_questions),
        strands={one.code: one.title for one in audited.referential.strands},
        titles={code: skill.title for code, skill in audited.referential.skills.items()},
        bands=bands(read.uses),
        drawn={"row": ROW, "left": TITLE, "width": TITLE + LONGEST + 40, "height": ROW * len(BANDS)},
        most_asked=[use for use in read.uses if use.share > 0][:MOST_ASKED],
        often=sum(use.share > OFTEN for use in read.uses),
        few_items=FEW_ITEMS,
    )


def bands(uses: Sequence[ItemUse]) -> list[Band]:
    """How many questions are asked of how many people."""
    counts = [0] * len(BANDS)
    for use in uses:
        counts[next(place for place, (most, _) in enumerate(BANDS) if use.share <= most)] += 1
    most = max(counts) or 1
    return [
        Band(i18n.gettext(title), count, ROW * place, round(LONGEST * count / most))
        for place, ((_, title), count) in enumerate(zip(BANDS, counts, strict=True))
    ]
