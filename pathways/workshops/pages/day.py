"""The page for a day without network, and the worker that keeps it on a device."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from pathways.web.dependencies import public
from pathways.web.pages import STATIC, render
from pathways.web.routing import Router

router = Router()
SCOPE = "/day"


@router.get("/day")
@public("an empty shell: what it shows is asked for with one's own sign-in, and locked on the device")
def day(request: Request) -> Response:
    """In the language of the desk, without a name or a token: it lies open in the browser's cache."""
    return render(request, "day.html")


@router.get("/day/worker.js")
@public("a script that holds nothing of anybody")
def worker() -> Response:
    """At an address of its own: a worker may only look after what lies below it, or what this header names."""
    headers = {"service-worker-allowed": SCOPE, "cache-control": "no-cache"}
    return Response((STATIC / "day-worker.js").read_bytes(), media_type="text/javascript", headers=headers)
