"""The files of resources and of their translations, as described in ``docs/content-format.md``."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from pathways.items.flaws import Place
from pathways.learning.models import ResourceKind
from pathways.referentials.documents import Code, Device, Document, Filled, State, fingerprint_of
from pathways.texts import clean
from pathways.workshops.models import Reading

ResourceCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]
Title = Annotated[str, Field(min_length=3, max_length=120), Filled]
Text = Annotated[str, Field(min_length=1, max_length=300), Filled]
FileName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}\.svg$")]
Level = Literal["discover", "practise", "master"]


def _no_yes(value: Any) -> Any:
    """``true`` is no number of minutes."""
    if isinstance(value, bool):
        raise ValueError("a number")  # noqa: TRY004 - what pydantic understands
    return value


Count = Annotated[int, BeforeValidator(_no_yes)]
STEPS = 5
"""Of one sheet: what a person can do in a sitting, and what fits on one page with its pictures."""


class TaughtDocument(Document):
    skill: Code
    level: Level = "discover"


class SheetPictureDocument(Document):
    file: FileName
    alt: Text
    words: Text | None = None


class StepPictureDocument(Document):
    """The text of a step says all that its picture shows: nobody needs to hear it twice, and it has no ``alt``."""

    file: FileName
    words: Text | None = None


class SheetStepDocument(Document):
    title: Annotated[str, Field(min_length=2, max_length=80), Filled]
    text: Text
    picture: StepPictureDocument | None = None


class SheetDocument(Document):
    picture: SheetPictureDocument | None = None
    """Each of ours has one; an organisation's own may do without."""
    intro: Text
    steps: Annotated[tuple[SheetStepDocument, ...], Field(min_length=STEPS, max_length=STEPS)]
    remember: Text

    def segments(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        if self.picture:
            found = {"picture.alt": self.picture.alt, "picture.words": self.picture.words}
        found["intro"] = self.intro
        for number, step in enumerate(self.steps, 1):
            found |= {f"steps.{number}.title": step.title, f"steps.{number}.text": step.text}
            found[f"steps.{number}.words"] = step.picture.words if step.picture else None
        found["remember"] = self.remember
        return found

    def pictures(self) -> list[SheetPictureDocument | StepPictureDocument]:
        return [picture for _, picture in self.placed_pictures()]

    def placed_pictures(self) -> list[tuple[Place, SheetPictureDocument | StepPictureDocument]]:
        """Each with its place in the sheet."""
        found: list[tuple[Place, SheetPictureDocument | StepPictureDocument]] = []
        if self.picture:
            found.append((("picture",), self.picture))
        for number, step in enumerate(self.steps):
            if step.picture:
                found.append((("steps", number, "picture"), step.picture))
        return found


class AnyResourceDocument(Document):
    """What files and organisations both say of a resource."""

    kind: ResourceKind = ResourceKind.PAGE
    title: Title
    summary: Annotated[str, Field(max_length=300)]
    minutes: Annotated[Count, Field(ge=1, le=600)]
    teaches: Annotated[tuple[TaughtDocument, ...], Field(min_length=1, max_length=20)]
    languages: Annotated[tuple[str, ...], Field(max_length=60)] = ()
    """Of what is elsewhere. A sheet speaks French and the languages it is translated into."""
    subtitles: Annotated[tuple[str, ...], Field(max_length=60)] = ()
    wordless: bool = False
    reading: Reading = Reading.LITTLE
    device: Device = "any"
    licence: Annotated[str, Field(max_length=60)]
    checked_on: date | None = None
    practice: ResourceCode | None = None
    url: Annotated[str, Field(pattern=r"^https?://[!-~]+$", max_length=500)] | None = None
    sheet: SheetDocument | None = None

    def segments(self) -> dict[str, str]:
        """What a translator translates, by stable key."""
        found: dict[str, str | None] = {"title": self.title, "summary": self.summary or None}
        if self.sheet:
            found |= self.sheet.segments()
        return _written(found)


class ResourceDocument(AnyResourceDocument):
    """The file ``resources/CODE.yaml``: a sheet of our own, or something elsewhere that has an address."""

    format: Literal[1]
    code: ResourceCode
    summary: Text
    licence: Annotated[str, Field(min_length=2, max_length=60), Filled]

    def text_fingerprint(self) -> str:
        """What ``of`` says in a translation of this very text."""
        return fingerprint_of(self.segments())


class OwnResourceDocument(AnyResourceDocument):
    """A resource that an organisation writes here, and not in a file of ours: it gets its code from us."""

    summary: Annotated[str, Field(max_length=300)] = ""
    licence: Annotated[str, Field(max_length=60)] = ""
    titles: dict[str, Title] = {}
    """``{language: title}`` of the others."""
    is_online: bool = True
    cost_cents: Annotated[Count, Field(ge=0, le=1_000_000)] = 0
    place_id: uuid.UUID | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_commands(cls, value: Any) -> Any:
        return _cleaned(value)


class PictureTranslation(Document):
    alt: Text | None = None
    words: Text | None = None


class StepTranslation(Document):
    title: Text
    text: Text
    words: Text | None = None


class SheetTranslation(Document):
    picture: PictureTranslation
    intro: Text
    steps: tuple[StepTranslation, ...]
    remember: Text

    def segments(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {"picture.alt": self.picture.alt, "picture.words": self.picture.words}
        found["intro"] = self.intro
        for number, step in enumerate(self.steps, 1):
            found |= {f"steps.{number}.title": step.title, f"steps.{number}.text": step.text}
            found[f"steps.{number}.words"] = step.words
        found["remember"] = self.remember
        return found


class ResourceTranslationDocument(Document):
    """The file ``translations/LANG/resources/CODE.yaml``."""

    format: Literal[1]
    language: str
    state: State
    of: str
    title: Text
    summary: Text
    sheet: SheetTranslation | None = None

    def segments(self) -> dict[str, str]:
        """The translated texts under the keys of :meth:`ResourceDocument.segments`."""
        found: dict[str, str | None] = {"title": self.title, "summary": self.summary}
        if self.sheet:
            found |= self.sheet.segments()
        return _written(found)

    def texts(self) -> dict[str, Any]:
        """The sheet as a resource keeps it in its ``sheets``: texts alone."""
        return self.sheet.model_dump(mode="json", exclude_none=True) if self.sheet else {}


def _cleaned(value: Any) -> Any:
    """Refuses characters that no text of ours has, wherever they stand."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key) if isinstance(key, str) else key: _cleaned(part) for key, part in value.items()}
    return [_cleaned(part) for part in value] if isinstance(value, list | tuple) else value


def _written(found: Mapping[str, str | None]) -> dict[str, str]:
    return {key: unicodedata.normalize("NFC", text) for key, text in found.items() if text is not None}
