"""How evidence is handed over: to be saved, never shown as a page of ours, whatever is inside of it."""

from __future__ import annotations

from starlette.responses import Response

from pathways.badges.candidacy import evidence
from pathways.badges.candidacy.evidence import File
from pathways.badges.models import Evidence
from pathways.errors import NotFound
from pathways.web.private import WITH_A_TOKEN

ALONE = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""For a browser that shows it all the same: no script, no form, nothing of this site."""


def handed_over(found: Evidence, file: File | None) -> Response:
    """A file as a file; a text or the address of a link as a text. Raises :class:`NotFound` for what time took away."""
    if file is None and not found.text:
        raise NotFound(evidence.NOT_THERE)
    kept = file or File(found.text.encode(), evidence.TEXT)
    headers = WITH_A_TOKEN | {
        "content-disposition": f'attachment; filename="{kept.name(found.id)}"',
        "content-security-policy": ALONE,
        "cross-origin-resource-policy": "same-origin",
    }
    return Response(kept.data, headers=headers, media_type=kept.media_type)
