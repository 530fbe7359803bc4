"""What belongs to nobody in particular: our style sheets and scripts (kept by browsers for ever under the digest of
their content), and the pages on data and accessibility.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from pathways.errors import NotFound
from pathways.i18n import N_
from pathways.web import pages
from pathways.web.dependencies import public
from pathways.web.routing import Router

router = Router()
FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/static/{digest}/{name}")
@public("style sheets and drawings hold nothing of anybody")
def static(digest: str, name: str) -> Response:
    known = {path.name: path for path in pages.STATIC.iterdir()}
    if name not in known or pages.static(name) != f"/static/{digest}/{name}":
        raise NotFound(N_("Cette page n'existe pas."))
    return FileResponse(known[name], headers={"cache-control": FOR_EVER})


@router.get("/confidentialite")
@public("what is kept of people is said to everybody")
def privacy(request: Request) -> Response:
    return pages.render(request, "privacy.html")


@router.get("/accessibilite")
@public("what was and was not checked is said to everybody")
def accessibility(request: Request) -> Response:
    return pages.render(request, "accessibility.html")


@router.get("/robots.txt")
@public("for search engines")
def robots() -> Response:
    return Response("User-agent: *\nDisallow: /q/\nDisallow: /t/\n", media_type="text/plain")
