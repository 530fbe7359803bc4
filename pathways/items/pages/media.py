"""Pictures and recordings of questions, by the digest of their content."""

from __future__ import annotations

import re
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from pathways.database import Database
from pathways.errors import NotFound
from pathways.i18n import N_
from pathways.items import recordings, service
from pathways.web.dependencies import OwnSettings, public
from pathways.web.files import FOR_EVER
from pathways.web.routing import Router

router = Router()
A_DAY = "private, max-age=86400"
"""A voice may be taken back: no cache that we do not know keeps it, and no browser for long."""
_NAME = re.compile(r"([0-9a-f]{64})\.(svg|png|jpg)")


@router.get("/media/{name}")
@public("a picture of a question is shown to learners without account")
def picture(name: str, request: Request) -> Response:
    found = _NAME.fullmatch(name)
    if found is None:
        raise NotFound(N_("Cette page n'existe pas."))
    body, media_type = _held(request.app.state.database, found[1])
    # Opened by itself, a drawing must be a drawing: no script, nothing fetched.
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return Response(body, media_type=media_type, headers={"cache-control": FOR_EVER, "content-security-policy": policy})


@router.get("/recordings/{name}")
@public("a recording of a question is played to learners without account")
def recording(name: str, settings: OwnSettings) -> Response:
    path, media_type = recordings.file(settings.data / "recordings", name)
    return FileResponse(path, media_type=media_type, headers={"cache-control": A_DAY})


@lru_cache(maxsize=512)
def _held(database: Database, sha256: str) -> tuple[bytes, str]:
    """A picture never changes: it is read from the database once per process."""
    with database.read() as db:
        found = service.picture(db, sha256)
        return found.body, found.media_type
