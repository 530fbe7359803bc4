"""The files of practice screens and of their translations, as described in ``docs/content-format.md``.

A practice is a few screens that lead to one another. What a screen *says of itself* (the site, its labels, its errors)
is French and stays French, as on the real site; what is said *about* it (the task, the help, what went wrong) is the
learner's, and translated.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from pathways.items.documents import FileName, Id, Text
from pathways.referentials.documents import Code, Device, Document, Filled, State, fingerprint_of

END = "end"
"""Where an action leads that ends the exercise; no screen is called so."""
Label = Annotated[str, Field(min_length=1, max_length=80), Filled]
Typed = Annotated[str, Field(max_length=200)]
Kind = Literal["form", "inbox", "message", "booking"]
FieldKind = Literal["text", "long", "number", "email", "password", "choice", "tick", "file"]
CODE = r"^[a-z][a-z0-9-]{1,62}$"


class CheckDocument(Document):
    """One way to fill in a field wrongly: what is typed is such (``like``), is not such (``unlike``), or is not what
    stands in another field (``same_as``). The first that fits counts.
    """

    like: Annotated[str, Field(max_length=200)] | None = None
    unlike: Annotated[str, Field(max_length=200)] | None = None
    same_as: Id | None = None
    mistake: Id
    refused: Text | None = None
    """What the imitated site writes, in French; without it, the site lets it pass, as real ones do."""
    example: Typed
    """Something that this check catches."""


class OptionDocument(Document):
    """One of several to choose from. ``closed``: it is shown, and cannot be chosen."""

    id: Id
    text: Label
    picture: FileName | None = None
    alt: Text | None = None
    """What is in the picture, for whoever does not see it: the learner's."""
    mistake: Id | None = None
    refused: Text | None = None
    closed: bool = False


class FieldDocument(Document):
    id: Id
    label: Label
    kind: FieldKind = "text"
    required: bool = True
    hint: Label | None = None
    """What the imitated site writes beneath, in French."""
    options: tuple[OptionDocument, ...] = ()
    right: Typed = ""
    """Something that no check catches: for ``choice`` the id of an option, for ``tick`` anything."""
    filled: Typed = ""
    """What stands there already when the screen is opened."""
    checks: Annotated[tuple[CheckDocument, ...], Field(max_length=8)] = ()


class MailDocument(Document):
    """An e-mail, as a screen shows it."""

    sender: Label
    address: Label | None = None
    subject: Label
    when: Label
    attachment: Label | None = None


class BubbleDocument(Document):
    """One message of a conversation."""

    who: Literal["them", "me"]
    text: Text
    when: Label | None = None


class ActionDocument(Document):
    """A button, a link, a row of a list. ``sends``: the fields of the screen are looked at, and what is wrong with them
    keeps the person here or is noted.
    """

    id: Id
    text: Label
    detail: Label | None = None
    to: Id
    sends: bool = False
    look: Literal["button", "main", "link", "row"] = "button"
    mistake: Id | None = None


class ScreenDocument(Document):
    id: Id
    help: Text
    heading: Label
    lines: Annotated[tuple[Text, ...], Field(max_length=12)] = ()
    mail: MailDocument | None = None
    bubbles: Annotated[tuple[BubbleDocument, ...], Field(max_length=12)] = ()
    fields: Annotated[tuple[FieldDocument, ...], Field(max_length=10)] = ()
    actions: Annotated[tuple[ActionDocument, ...], Field(min_length=1, max_length=10)]


class MistakeDocument(Document):
    """What went wrong, kindly, and where to look."""

    id: Id
    said: Text
    look: Text


class RightDocument(Document):
    """What was right, unless one of these mistakes was made; without any, whenever the end is reached."""

    id: Id
    said: Text
    unless: tuple[Id, ...] = ()


class PracticeDocument(Document):
    """The file ``practice/CODE.yaml``."""

    format: Literal[1]
    code: Annotated[str, Field(pattern=CODE)]
    kind: Kind
    skills: Annotated[tuple[Code, ...], Field(min_length=1, max_length=6)]
    minutes: Annotated[int, Field(ge=1, le=20)]
    device: Device = "any"
    title: Annotated[str, Field(min_length=3, max_length=60), Filled]
    task: Annotated[tuple[Text, ...], Field(min_length=1, max_length=5)]
    given: Annotated[tuple[Label, ...], Field(max_length=8)] = ()
    """What is to be copied, in French, in sight on each screen."""
    site: Label
    screens: Annotated[tuple[ScreenDocument, ...], Field(min_length=1, max_length=12)]
    mistakes: Annotated[tuple[MistakeDocument, ...], Field(min_length=1, max_length=12)]
    rights: Annotated[tuple[RightDocument, ...], Field(min_length=1, max_length=6)]
    verify_by: date | None = None

    def screen(self, code: str) -> ScreenDocument | None:
        return next((one for one in self.screens if one.id == code), None)

    def mistake(self, code: str) -> MistakeDocument | None:
        return next((one for one in self.mistakes if one.id == code), None)

    def segments(self) -> dict[str, str]:
        """What a translator translates, by stable key."""
        found = {"title": self.title}
        found |= {f"task.{number}": text for number, text in enumerate(self.task, 1)}
        for one in self.screens:
            found[f"screens.{one.id}.help"] = one.help
            drawn = [(part.id, option) for part in one.fields for option in part.options]
            found |= {f"options.{field}.{option.id}.alt": option.alt for field, option in drawn if option.alt}
        for one in self.mistakes:
            found |= {f"mistakes.{one.id}.said": one.said, f"mistakes.{one.id}.look": one.look}
        found |= {f"rights.{one.id}.said": one.said for one in self.rights}
        return {key: unicodedata.normalize("NFC", text) for key, text in found.items()}

    def text_fingerprint(self) -> str:
        """What ``of`` says in a translation of this very text."""
        return fingerprint_of(self.segments())


class PracticeTranslationDocument(Document):
    """One practice in one language: its texts under the keys of :meth:`PracticeDocument.segments`."""

    state: State
    of: str
    texts: dict[Annotated[str, Field(max_length=100)], Text]


class PracticeTranslationsDocument(Document):
    """The file ``translations/LANG/practice/NAME.yaml``: one practice or more."""

    format: Literal[1]
    language: str
    practices: dict[Annotated[str, Field(pattern=CODE)], PracticeTranslationDocument]
