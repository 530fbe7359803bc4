"""The files of items and of their translations, as described in ``docs/content-format.md``."""

from __future__ import annotations

import math
import unicodedata
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from pathways.i18n import D_
from pathways.items.grading import PARTS
from pathways.referentials.documents import Code, Device, Document, Filled, Kind, State, fingerprint_of

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
Text = Annotated[str, Field(min_length=1, max_length=300), Filled]
FileName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}\.(svg|png|jpg)$")]


class PictureDocument(Document):
    file: FileName
    alt: Text
    words: Text | None = None


class OptionDocument(Document):
    id: Id
    text: Text | None = None
    picture: PictureDocument | None = None
    zone: tuple[float, float, float, float] | None = None
    key: bool = False
    reveals: Text | None = None


class TargetDocument(Document):
    id: Id
    text: Text


class ConfusionDocument(Document):
    """A mistake that an order (``before``) or a pair shows."""

    before: tuple[Id, Id] | None = None
    pair: dict[Id, Id] | None = None
    reveals: Text


class MistakeDocument(Document):
    pattern: Annotated[str, Field(max_length=200)]
    reveals: Text


class ItemDocument(Document):
    code: Annotated[str, Field(pattern=r"^[A-Z]{3}-\d{2}-[a-z]$")]
    skill: Code
    kind: Kind
    stem: Text
    picture: PictureDocument | None = None
    options: tuple[OptionDocument, ...] = ()
    orders: tuple[tuple[Id, ...], ...] = ()
    targets: tuple[TargetDocument, ...] = ()
    pairs: dict[Id, Id] = {}
    confusions: tuple[ConfusionDocument, ...] = ()
    accept: tuple[Text, ...] = ()
    mistakes: tuple[MistakeDocument, ...] = ()
    look_for: tuple[Text, ...] = ()
    explain: Text | None = None
    verify_by: date | None = None
    device: Device = "any"
    family: Id | None = None
    """Shared with the same question in another dress: nobody is asked both."""
    partly: bool = False
    """Whether an answer that is nearly right counts for a part (``grading.PARTS``)."""

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        if said := lacking(self):
            values = {"keys": sum(option.key for option in self.options)}
            raise PydanticCustomError("kind", "{said}", {"said": said % values, "message": said, "values": values})
        return self

    def segments(self) -> dict[str, str]:
        """What a translator translates, by stable key. Words for trainers (``reveals``...) are not in it."""
        found: dict[str, str | None] = {"stem": self.stem}
        if self.picture:
            found |= {"picture.alt": self.picture.alt, "picture.words": self.picture.words}
        for option in self.options:
            found[f"options.{option.id}"] = option.text
            if option.picture:
                found[f"options.{option.id}.alt"] = option.picture.alt
                found[f"options.{option.id}.words"] = option.picture.words
        found |= {f"targets.{target.id}": target.text for target in self.targets}
        found["explain"] = self.explain
        return {key: unicodedata.normalize("NFC", text) for key, text in found.items() if text is not None}

    def text_fingerprint(self) -> str:
        """What ``of`` says in a translation of this very text."""
        return fingerprint_of(self.segments())

    def pictures(self) -> list[PictureDocument]:
        own = [self.picture] if self.picture else []
        return own + [option.picture for option in self.options if option.picture]


class OwnItemDocument(ItemDocument):
    """An item that an organisation writes here, and not in a file: it gets its code from us, and its pictures are named
    by the digest of their bytes.
    """

    code: Annotated[str, Field(pattern=r"^([A-Z0-9][A-Z0-9-]{0,59})?$")] = ""


class ItemsDocument(Document):
    """The file ``items/STRAND.yaml``."""

    format: Literal[1]
    items: Annotated[tuple[ItemDocument, ...], Field(min_length=1)]


class PictureTranslation(Document):
    alt: Text | None = None
    words: Text | None = None


class OptionTranslation(Document):
    text: Text | None = None
    alt: Text | None = None
    words: Text | None = None


class ItemTranslationDocument(Document):
    state: State
    of: str
    stem: Text
    picture: PictureTranslation | None = None
    options: dict[Id, Text | OptionTranslation] = {}
    targets: dict[Id, Text] = {}
    explain: Text | None = None

    def segments(self) -> dict[str, str]:
        """The translated texts under the keys of :meth:`ItemDocument.segments`."""
        found: dict[str, str | None] = {"stem": self.stem, "explain": self.explain}
        if self.picture:
            found |= {"picture.alt": self.picture.alt, "picture.words": self.picture.words}
        for name, option in self.options.items():
            if isinstance(option, str):
                found[f"options.{name}"] = option
            else:
                found[f"options.{name}"] = option.text
                found |= {f"options.{name}.alt": option.alt, f"options.{name}.words": option.words}
        found |= {f"targets.{name}": text for name, text in self.targets.items()}
        return {key: unicodedata.normalize("NFC", text) for key, text in found.items() if text is not None}


class ItemsTranslationDocument(Document):
    """The file ``translations/LANG/items/STRAND.yaml``."""

    format: Literal[1]
    language: str
    items: dict[str, ItemTranslationDocument]


def lacking(item: ItemDocument) -> str:
    """What an item of its kind lacks or contradicts: a msgid with a place for the number of ``keys``, or nothing."""
    ids = [option.id for option in item.options]
    if len(set(ids)) != len(ids):
        return D_("deux réponses ont le même identifiant")
    if any(option.text is None and option.picture is None for option in item.options):
        return D_("une réponse n'a ni texte ni image")
    return _LACKING[item.kind](item, ids) or (_partly(item) if item.partly else "")


def _partly(item: ItemDocument) -> str:
    """A question that counts nearly right answers has wrong answers that are, and others that are not, among those that
    choose as many options as it has keys.
    """
    if item.kind not in PARTS:
        return D_("seuls plusieurs choix, un ordre ou des choses à relier peuvent être presque justes (partly)")
    if item.kind == "choices" and (len(item.options) < 5 or sum(not option.key for option in item.options) < 2):
        return D_(
            "pour compter une réponse presque juste (partly), il faut au moins cinq réponses, dont deux mauvaises"
        )
    if item.kind == "match" and len(item.options) < 3:
        return D_("pour compter une réponse presque juste (partly), il faut au moins trois choses à relier")
    return ""


def _choice(item: ItemDocument, ids: list[str]) -> str:
    keys = sum(option.key for option in item.options)
    if len(ids) < 2:
        return D_("il faut au moins deux réponses")
    return "" if keys == 1 else D_("une seule réponse doit être la bonne (key: true), il y en a %(keys)s")


def _choices(item: ItemDocument, ids: list[str]) -> str:
    keys = sum(option.key for option in item.options)
    return "" if 2 <= keys < len(ids) else D_("il faut au moins deux bonnes réponses et une mauvaise")


def _pictures(item: ItemDocument, ids: list[str]) -> str:
    return _choice(item, ids) or ("" if all(o.picture for o in item.options) else D_("chaque réponse a une image"))


def _zone(item: ItemDocument, ids: list[str]) -> str:
    if item.picture is None or not all(option.zone and option.text for option in item.options):
        return D_("il faut une image, et pour chaque réponse une zone et un texte")
    return _choice(item, ids)


def _order(item: ItemDocument, ids: list[str]) -> str:
    if len(ids) < 3 or not item.orders:
        return D_("il faut au moins trois étapes et tous les ordres justes (orders)")
    if any(sorted(order) != sorted(ids) for order in item.orders):
        return D_("chaque ordre juste nomme chaque étape une fois")
    if len(set(item.orders)) == math.factorial(len(ids)):
        return D_("au moins un ordre doit être faux")
    return "" if tuple(ids) in item.orders else D_("les étapes doivent être écrites dans un ordre juste")


def _match(item: ItemDocument, ids: list[str]) -> str:
    targets = [target.id for target in item.targets]
    if len(set(targets)) != len(targets) or len(targets) < len(ids) or len(ids) < 2:
        return D_("il faut au moins deux choses à relier et autant de réponses différentes")
    if set(item.pairs) != set(ids) or not set(item.pairs.values()) <= set(targets):
        return D_("pairs doit relier chaque chose à une réponse qui existe")
    return ""


def _text(item: ItemDocument, ids: list[str]) -> str:
    return "" if item.accept and not ids else D_("il faut ce qui est accepté (accept), et pas de réponses à choisir")


def _observed(item: ItemDocument, ids: list[str]) -> str:
    return "" if item.look_for and not ids else D_("il faut ce qu'on regarde (look_for), et pas de réponses à choisir")


_LACKING: dict[str, Any] = {
    "choice": _choice,
    "choices": _choices,
    "pictures": _pictures,
    "zone": _zone,
    "order": _order,
    "match": _match,
    "text": _text,
    "observed": _observed,
}
