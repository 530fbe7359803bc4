"""What the routes of the workbench ask for by their signature: a list to look at, the texts of a form."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Path, Query
from sqlalchemy.orm import Session
from starlette.requests import Request

from pathways import i18n
from pathways.errors import NotFound
from pathways.i18n import D_
from pathways.items.asking import Framework
from pathways.permissions import Member, Permission
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.spreadsheets import forbidden_sign
from pathways.translations import queue
from pathways.translations.queue import Wanted
from pathways.web.dependencies import Requires, RequiresForm
from pathways.web.fields import Line, Short

Translator = Annotated[Member, Depends(Requires(Permission.TRANSLATIONS_SUGGEST))]
TranslatorForm = Annotated[Member, Depends(RequiresForm(Permission.TRANSLATIONS_SUGGEST))]
Reviewer = Annotated[Member, Depends(Requires(Permission.TRANSLATIONS_REVIEW))]
ReviewerForm = Annotated[Member, Depends(RequiresForm(Permission.TRANSLATIONS_REVIEW))]
ItemCode = Annotated[Short, Path()]
Language = Annotated[Short, Query(description="A code or tag of a language: `ar`, `fa-AF`")]
LONGEST_TYPED, MOST_FIELDS = 2_000, 80

Flagged = Callable[[Session], Collection[uuid.UUID]]
"""The translations that fairness has something to say of. The application registers it: fairness is above us."""


async def _flagged(request: Request) -> Flagged:
    flagged: Flagged = request.app.state.flagged_translations
    return flagged


OwnFlagged = Annotated[Flagged, Depends(_flagged)]


def _wanted(
    *,
    framework: Framework = USUAL_FRAMEWORK,
    lang: Language = "",
    state: Annotated[Short, Query()] = "",
    words: Annotated[Line, Query()] = "",
) -> Wanted:
    code = i18n.recognised(lang) if lang else ""
    return Wanted(framework, code or "", state if state in queue.SHOWN_STATES else "", words)


@dataclass(frozen=True, slots=True)
class Place:
    """The bank and the language that a page is about, as its address says them."""

    framework: str
    lang: str

    @property
    def language(self) -> str:
        return language_of(self.lang or queue.translated_languages()[0])


def _place(framework: Framework = USUAL_FRAMEWORK, lang: Language = "") -> Place:
    return Place(framework, lang)


OwnPlace = Annotated[Place, Depends(_place)]
WantedList = Annotated[Wanted, Depends(_wanted)]


def language_of(tag: str) -> str:
    """The code of a language of the registry, French too: its sentences can be unclear."""
    code = i18n.recognised(tag) if tag else None
    if code is None:
        raise NotFound(D_("Cette langue n'existe pas."))
    return code


@dataclass(slots=True)
class Typed:
    """The texts of a form by segment, its other fields by name, and what could not be taken."""

    texts: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


async def _typed(request: Request) -> Typed:
    found = Typed()
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        for name, value in form.multi_items():
            if isinstance(value, str) and name.startswith("text-") and len(name) <= 80:
                key = name.removeprefix("text-")
                found.texts[key], said = taken(value)
                if said:
                    found.errors[key] = said
            elif isinstance(value, str):
                found.fields[name] = value[:100]
    return found


TypedTexts = Annotated[Typed, Depends(_typed)]


def taken(text: str) -> tuple[str, str]:
    """A text as it may be kept, and what was wrong with it. An isolate that is closed stays: translators put numbers
    and addresses into one (see :func:`pathways.spreadsheets.forbidden_sign`).
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()[:LONGEST_TYPED]
    if not forbidden_sign(text):
        return text, ""
    plain = "".join(letter for letter in text if letter.isprintable() or letter in "\n\t ")
    return plain, D_("Un caractère invisible ne pouvait pas être gardé : il a été retiré. Relisez.")
