"""Whether somebody still waits for an answer: long work asks now and then, and ends where nobody does."""

from __future__ import annotations

import time

from anyio import from_thread
from starlette.requests import Request
from starlette.responses import Response

ASKED_EVERY_SECONDS = 0.05
"""Asking goes through the loop that serves everybody: not at every step of the work."""
NOBODY = 499
"""What some servers write into their log where the client has left: nobody reads it."""


class Presence:
    """Whether the browser or program that sent this request is still there. A page that asks for something newer breaks
    off its former request, so work for the former one ends, too.

    Only for endpoints that are plain functions: these run in a thread of the server's loop.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._here = True
        self._ask_at = time.monotonic() + ASKED_EVERY_SECONDS

    def __call__(self) -> bool:
        if self._here and time.monotonic() >= self._ask_at:
            self._here = not from_thread.run(self._request.is_disconnected)
            self._ask_at = time.monotonic() + ASKED_EVERY_SECONDS
        return self._here


async def nobody_waits(request: Request, error: Exception) -> Response:
    """The end of work that was broken off."""
    del request, error
    return Response(status_code=NOBODY)
