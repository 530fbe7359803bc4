"""What the forms of people share: language, the cookie of a session, where one goes next, errors at their field."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import Form, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.errors import DomainError, Invalid
from pathways.people.identification import COOKIE
from pathways.settings import Settings
from pathways.web.pages import desk_language

Token = Annotated[str, Path(max_length=100)]
"""A secret in an address."""
Secret = Annotated[str, Form()]
"""A password as typed, neither trimmed nor cut: the service says what is too long."""


async def speaks_of_the_desk(request: Request) -> None:
    """For pages of the desk that nobody need be signed in for: what is wrong with a form is said in the language of its
    page. Not a plain function: what that one sets in its thread does not reach the endpoint.
    """
    i18n.use(desk_language(request))


def with_session(response: Response, token: str, settings: Settings) -> Response:
    """The session cookie. It goes when the browser closes: many of these computers are shared."""
    response.set_cookie(COOKIE, token, path="/", httponly=True, samesite="lax", secure=settings.secure_cookies)
    return response


def without_session(response: Response, settings: Settings) -> Response:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=settings.secure_cookies)
    return response


def see(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303)


def local_path(text: str) -> str:
    """``text`` if it is a page of ours, else the home page.

    Browsers read ``//`` and backslashes as another site, and forget tabs and line ends before they read.
    """
    is_path = text.startswith("/") and not text.startswith("//")
    return text if is_path and "\\" not in text and text.isprintable() else "/"


def identifier(text: str) -> uuid.UUID | None:
    """What a list of a form chose; ``None`` if nothing, or nothing of ours."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def at_fields(error: Invalid) -> dict[str, str]:
    """The messages of a refusal, by the field they belong to."""
    return {entry["field"]: i18n.sentence(entry["message"], {}) for entry in error.errors}


def said(error: DomainError) -> str:
    """A refusal in the language of the desk."""
    return i18n.sentence(error.message, error.values)
