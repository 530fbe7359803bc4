"""Changes and comments as the desk's forms of pathways send them, and what was wrong with one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, StringConstraints

from pathways import i18n
from pathways.errors import DomainError, Invalid
from pathways.learning.trainers.adjusting import Act, Change, Overtaken
from pathways.texts import clean, unturned
from pathways.web.fields import Pasted, Short

Words = Annotated[str, StringConstraints(max_length=5000), AfterValidator(unturned), AfterValidator(clean)]
"""A comment as typed; the service says what is too long, and nothing of it is lost."""
OptionalId = Annotated[uuid.UUID | None, BeforeValidator(lambda value: value or None)]
"""An empty field names nothing."""


class Sent(BaseModel):
    """A change as its form sends it. ``version`` and ``news``: what the trainer saw."""

    csrf: str = ""
    act: Act
    step: OptionalId = None
    to: Short = ""
    words: Pasted = ""
    minutes: int = 0
    version: int = 0
    news: OptionalId = None
    key: uuid.UUID
    sure: Short = ""

    def change(self) -> Change:
        return Change(self.act, self.step, to=self.to, words=self.words, minutes=self.minutes)


class Written(BaseModel):
    """A comment as its form sends it."""

    csrf: str = ""
    text: Words = ""
    whom: Short = ""
    """``person`` or ``colleagues``."""
    step: OptionalId = None
    key: uuid.UUID


@dataclass(frozen=True, slots=True)
class Trouble:
    """What was wanted and could not be done, shown on the page with everything that was typed."""

    error: DomainError
    sent: Sent | None = None
    text: str = ""
    """What was typed in a field that stands alone, such as a comment."""
    at: str = ""
    """Which field that was, where it is not the comment."""

    @property
    def status(self) -> int:
        return 422 if isinstance(self.error, Invalid) else 409

    @property
    def is_overtaken(self) -> bool:
        return isinstance(self.error, Overtaken)

    @property
    def said(self) -> str:
        return i18n.sentence(self.error.message, self.error.values)

    def errors(self) -> dict[str, str]:
        return {one["field"]: i18n.sentence(one["message"], {}) for one in getattr(self.error, "errors", [])}
