"""The forms of a candidate as browsers send them: long texts, now and then a file. What was typed comes back whatever
is wrong with it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request

from pathways import i18n, texts
from pathways.badges.candidacy import evidence
from pathways.badges.candidacy.evidence import File
from pathways.errors import DomainError, Invalid
from pathways.i18n import D_

MOST_FIELDS, LONGEST_FIELD = 60, 12_000
"""Of a form; a text is cut there, and the service says what is too long."""
FIRST_YEAR, LAST_YEAR = 2000, 2100
CLEANED_AT_ONCE = 2
"""Pictures that are decoded and written anew at the same time."""


@dataclass(slots=True)
class Typed:
    """What stands in a form, by name, and what is wrong with it."""

    form: str = ""
    """Which one of the page it was."""
    values: dict[str, str] = field(default_factory=dict)
    data: bytes = b""
    """Of the file, if one came along; a byte more than may be, if it is too large."""
    errors: dict[str, str] = field(default_factory=dict)
    wrong: str = ""
    """What is said at the top of the page."""

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def identifier(self, name: str) -> uuid.UUID | None:
        try:
            return uuid.UUID(self.get(name))
        except ValueError:
            return None

    def number(self, name: str) -> int:
        """0 for what is none."""
        text = self.get(name).translate(i18n.LATIN_DIGITS)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def day(self, name: str) -> date | None:
        """Raises :class:`Invalid` for what is no day of our time."""
        text = self.get(name)
        try:
            found = date.fromisoformat(text) if text else None
        except ValueError as error:
            raise _no_day(name) from error
        if found is not None and not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise _no_day(name)
        return found

    def refused(self, form: str, error: DomainError) -> Typed:
        """The same, with what a service said of it."""
        self.form, self.wrong = form, i18n.sentence(error.message, error.values)
        for entry in getattr(error, "errors", ()):
            self.errors.setdefault(entry["field"], i18n.sentence(entry["message"], {}))
        return self


def _no_day(name: str) -> Invalid:
    said = D_("La date s'écrit ainsi : 2026-12-03.")
    return Invalid(said, errors=[{"field": name, "message": said}])


async def _typed(request: Request) -> Typed:
    typed = Typed()
    async with request.form() as sent:
        for name, value in list(sent.multi_items())[:MOST_FIELDS]:
            if isinstance(value, UploadFile):
                typed.data = typed.data or await value.read(evidence.LARGEST + 1)
            else:
                typed.values.setdefault(name[:80], texts.salvaged(value, LONGEST_FIELD)[0])
    return typed


Sent = Annotated[Typed, Depends(_typed)]


@dataclass(frozen=True, slots=True)
class Offered:
    """A form that may carry a file, and that file as it may be stored, or why it may not."""

    typed: Typed
    file: File | None = None
    refused: Invalid | None = None


def _offered(typed: Sent) -> Offered:
    """A picture is written anew here, before the database is asked for."""
    if typed.get("kind") != "file":
        return Offered(typed)
    try:
        return Offered(typed, evidence.cleaned(typed.data))
    except Invalid as error:
        return Offered(typed, refused=error)


SentWithFile = Annotated[Offered, Depends(_offered, max_concurrency=CLEANED_AT_ONCE)]
