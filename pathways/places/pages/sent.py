"""A form as a browser sends it: each text cleaned, nothing lost of what cannot be kept as it was typed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from pathways import i18n
from pathways.errors import DomainError, Invalid
from pathways.i18n import D_
from pathways.texts import one_line, salvaged, unturned

MOST_FIELDS, LONGEST = 400, 12_000
TEXTS = frozenset({"description", "emails", "websites", "other_labels", "communes", "said"})
"""Fields of several lines."""


@dataclass(slots=True)
class Form:
    """What stands in a form. ``errors`` by field, in the reader's words."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    said: str = ""

    def get(self, name: str, usual: str = "") -> str:
        return (self.fields.get(name) or [usual])[0]

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(self.fields.get(name, ()))

    def lines(self, name: str) -> tuple[str, ...]:
        """One entry a line; an empty one is none."""
        return tuple(line.strip() for line in self.get(name).splitlines() if line.strip())

    def number(self, name: str, usual: int = 0) -> int:
        """``-1`` for what is no number: every bound of ours refuses it."""
        text = self.get(name).strip()
        if not text:
            return usual
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1

    def identifier(self, name: str) -> uuid.UUID | None:
        try:
            return uuid.UUID(self.get(name))
        except ValueError:
            return None

    def day(self, name: str) -> date | None:
        """``None`` for nothing; what is no day is an error of its field."""
        text = self.get(name).strip()
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.errors[name] = i18n.gettext(D_("Ce jour n'existe pas."))
            return None

    def refuse(self) -> None:
        """Raise what was found wrong while the form was read."""
        if self.errors:
            errors = [{"field": name, "message": said} for name, said in self.errors.items()]
            raise Invalid(D_("Quelque chose manque ou n'est pas valable."), errors=errors)

    def told(self, error: DomainError) -> None:
        """Write on the form what is wrong with it."""
        self.said = i18n.sentence(error.message, error.values)
        if isinstance(error, Invalid):
            self.errors |= {one["field"]: i18n.gettext(one["message"]) for one in error.errors}


def filled(fields: Mapping[str, object]) -> Form:
    """A form that already says something: texts, numbers, lists."""
    form = Form()
    for name, value in fields.items():
        if isinstance(value, tuple | list):
            form.fields[name] = ["\n".join(map(str, value))] if name in TEXTS else list(map(str, value))
        elif isinstance(value, bool):
            form.fields[name] = ["on"] if value else []
        else:
            form.fields[name] = ["" if value is None else str(value)]
    return form


async def _submitted(request: Request) -> Form:
    form = Form()
    for name, value in list((await request.form()).multi_items())[:MOST_FIELDS]:
        if isinstance(value, str):
            text, wrong = salvaged(unturned(value), LONGEST)
            form.fields.setdefault(name, []).append(text if name in TEXTS else one_line(text))
            if wrong:
                form.errors[name] = i18n.gettext(wrong)
    return form


Sent = Annotated[Form, Depends(_submitted)]
