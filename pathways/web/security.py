"""What every response carries and what no request may do: headers, origin, size. Pure ASGI, no feature."""

from __future__ import annotations

import logging
import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pathways import i18n
from pathways.i18n import N_

log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
LARGEST_BODY = 256 * 1024
"""Bytes of a request. The largest honest one, a diagnostic of a thousand micro-skills, is under 40 kB."""
LARGER = (
    (re.compile(r"(/api/v1)?/items/import"), 10 * MEGABYTE),
    (re.compile(r"(/api/v1)?/places/import|/basins/import"), 15 * MEGABYTE),
    (re.compile(r"/translations/files|/api/v1/translations/import"), 10 * MEGABYTE),
    (re.compile(r"/items/new|/items/[^/]+/edit|/api/v1/pictures"), 8 * MEGABYTE),
    (re.compile(r"/verify|/api/v1/verifications"), MEGABYTE),
    (re.compile(r"/h/[^/]+/requests/[^/]+/evidence|/api/v1/award-requests/[^/]+/evidence/files"), 5 * MEGABYTE),
    (re.compile(r"/voice/[^/]+/[0-9]+|(/api/v1)?/voices/[^/]+/texts/[^/]+"), 10 * MEGABYTE),
)
"""Where a file may be sent, and how large it may be: everywhere else a body stays small."""
AROUND_A_FILE = 64 * 1024
"""Bytes of the form around a file."""
TOO_LARGE = N_("Au plus %(most)s. Rien n'a été changé.")

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
LANGUAGE_COOKIE = "language"


class Guard:
    """Size, origin, language and security headers of every HTTP exchange."""

    def __init__(self, app: ASGIApp, *, url: str) -> None:
        self.app = app
        self.own = urlsplit(url).netloc
        self.https = url.startswith("https://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        nonce = secrets.token_urlsafe(12)
        scope.setdefault("state", {})["nonce"] = nonce
        i18n.use(_language(scope, headers))

        most = _most(scope)
        begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._protect(MutableHeaders(scope=message), nonce)
            await send(message)

        if scope["method"] not in SAFE and self._is_foreign(headers):
            await _refuse(403, "forbidden-origin", scope, receive, send_guarded)
        elif "\0" in scope["path"]:  # nothing of ours has such an address, and PostgreSQL cannot even be asked for it
            await _refuse(404, "not-found", scope, receive, send_guarded)
        elif _announced(headers) > most:
            await _refuse(413, "too-large", scope, receive, send_guarded, detail=TOO_LARGE, values=said_of(most))
        else:
            try:
                await self.app(scope, _bounded(receive, most), send_guarded)
            except Exception as error:  # here and not further out, so that this answer is protected, too
                if begun:
                    raise
                # The route, not the address: an address may carry a link's secret.
                log.exception("unforeseen error on %s", getattr(scope.get("route"), "path", "?"), exc_info=error)
                await _refuse(500, "internal", scope, receive, send_guarded)

    def _is_foreign(self, headers: Headers) -> bool:
        """Whether a browser says that another site's page sent this. A program that sends a token is not a browser."""
        if headers.get("authorization", "").casefold().startswith("bearer "):  # Basic, a browser sends by itself
            return False
        if site := headers.get("sec-fetch-site"):
            return site not in {"same-origin", "none"}
        origin = headers.get("origin")
        return origin is not None and _place(origin) not in {self.own, headers.get("host")}

    def _protect(self, headers: MutableHeaders, nonce: str) -> None:
        headers.setdefault(
            "content-security-policy",
            f"default-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; object-src 'none'; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        )
        headers.setdefault("x-content-type-options", "nosniff")
        headers.setdefault("referrer-policy", "same-origin")
        headers.setdefault("permissions-policy", "camera=(), geolocation=(), microphone=()")
        headers.setdefault("cross-origin-opener-policy", "same-origin")
        # What a person answered must not come back from a cache, or with the back button, for the next one.
        headers.setdefault("cache-control", "no-store")
        if self.https:
            headers.setdefault("strict-transport-security", "max-age=31536000")


def _announced(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


def _place(origin: str) -> str:
    """Host and port of an ``Origin``; of none that could be ours if it cannot be read."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _most(scope: Scope) -> int:
    """The bytes that a request to this address may have."""
    if scope["method"] != "POST":
        return LARGEST_BODY
    return next((most + AROUND_A_FILE for path, most in LARGER if path.fullmatch(scope["path"])), LARGEST_BODY)


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes, said in the language that is in use when they are said: an error page says them in two."""

    size: int

    def __str__(self) -> str:
        return i18n.say_size(self.size)


def said_of(most: int) -> dict[str, Size]:
    """A bound as a person reads it."""
    return {"most": Size(most)}


class TooLarge(HTTPException):
    """A body that is longer than it may be, found out while it comes in. FastAPI lets only its own kind through."""

    def __init__(self, most: int) -> None:
        super().__init__(413)
        self.sentence, self.values = TOO_LARGE, said_of(most)


def _bounded(receive: Receive, most: int) -> Receive:
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise TooLarge(most)
        return message

    return bounded


async def _refuse(status: int, kind: str, scope: Scope, receive: Receive, send: Send, **said: Any) -> None:
    from starlette.requests import Request  # noqa: PLC0415 - only on refusal

    from pathways.web.problems import refusal  # noqa: PLC0415 - problems needs pages, which needs the scope's nonce

    await refusal(Request(scope), status, kind, **said)(scope, receive, send)


def _language(scope: Scope, headers: Headers) -> str:
    """``?lang=``, then the language in the path of a learner's address, the cookie, the browser's wish, French."""
    for name, value in _pairs(scope.get("query_string", b"").decode("latin-1"), "&"):
        if name == "lang" and (code := i18n.recognised(value)):
            return code
    path: list[str] = scope["path"].split("/")
    if len(path) == 4 and path[1] == "q" and (code := i18n.recognised(path[3][:20])):
        return code
    for name, value in _pairs(headers.get("cookie", ""), ";"):
        if name == LANGUAGE_COOKIE and value in i18n.languages():
            return value
    return i18n.negotiated(headers.get("accept-language")) or i18n.SOURCE


def _pairs(text: str, separator: str) -> list[tuple[str, str]]:
    found: list[Any] = [piece.strip().partition("=") for piece in text[:4000].split(separator)]
    return [(name, value) for name, _, value in found]
