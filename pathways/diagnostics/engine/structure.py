"""What is diagnosed and with which questions: strands of micro-skills, and items; a value, and a document."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from pathways.diagnostics.engine import documents
from pathways.diagnostics.engine.errors import InvalidStructure, UnknownSkill
from pathways.diagnostics.engine.items import ItemModel
from pathways.diagnostics.engine.strands import LevelStrand, StrandModel

FORMAT: Final = "structure-1"

STRAND_MODELS: Final[dict[str, Callable[[Mapping[str, Any]], StrandModel]]] = {
    "levels": LevelStrand.from_document,
}
"""Reader of each strand model's document; a new model is added here."""

_ITEM_FIELDS: Final = tuple(field.name for field in fields(ItemModel))
_ITEM_NUMBERS: Final = tuple(name for name in _ITEM_FIELDS if name not in {"code", "skill"})


@dataclass(frozen=True)
class Structure:
    """Strands and the items that measure their micro-skills.

    Raises ``InvalidStructure`` without strands or when a strand, skill or item code is met twice, and
    ``UnknownSkill`` when an item measures a micro-skill of no strand.
    """

    strands: tuple[StrandModel, ...]
    items: tuple[ItemModel, ...]

    def __post_init__(self) -> None:
        if not self.strands:
            raise InvalidStructure("a structure needs a strand")
        _refuse_duplicates("strand", (strand.code for strand in self.strands))
        _refuse_duplicates("micro-skill", self.skill_codes)
        _refuse_duplicates("item", (item.code for item in self.items))
        known = set(self.skill_codes)
        for item in self.items:
            if item.skill not in known:
                raise UnknownSkill(f"item {item.code!r} measures {item.skill!r}, which is in no strand")

    @property
    def skill_codes(self) -> tuple[str, ...]:
        """Every micro-skill, strand after strand, easiest first."""
        return tuple(code for strand in self.strands for code in strand.skill_codes)

    def to_document(self) -> dict[str, Any]:
        """Return plain JSON values from which ``from_document`` builds an equal structure."""
        return {
            "format": FORMAT,
            "strands": [strand.to_document() for strand in self.strands],
            "items": [asdict(item) for item in self.items],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Structure":
        """Build a structure from its document; raises ``InvalidStructure`` naming what is wrong."""
        if not isinstance(document, Mapping) or document.get("format") != FORMAT:
            raise InvalidStructure(f"not a document of format {FORMAT!r}")
        whole = documents.mapping(document, "the document", ("format", "strands", "items"))
        strands = documents.sequence(whole["strands"], "'strands' of the document")
        items = documents.sequence(whole["items"], "'items' of the document")
        return cls(tuple(map(_strand, strands)), tuple(map(_item, items)))


def _strand(document: object) -> StrandModel:
    if not isinstance(document, Mapping) or document.get("model") not in STRAND_MODELS:
        raise InvalidStructure(f"a strand of no known model ({', '.join(STRAND_MODELS)}): {document!r}")
    return STRAND_MODELS[document["model"]](document)


def _item(document: object) -> ItemModel:
    values = documents.mapping(document, "an item", _ITEM_FIELDS)
    code = documents.text(values["code"], "the code of an item")
    return ItemModel(
        code=code,
        skill=documents.text(values["skill"], f"'skill' of item {code!r}"),
        **{name: documents.number(values[name], f"{name!r} of item {code!r}") for name in _ITEM_NUMBERS},
    )


def _refuse_duplicates(kind: str, codes: Iterable[str]) -> None:
    twice = sorted(code for code, count in Counter(codes).items() if count > 1)
    if twice:
        raise InvalidStructure(f"{kind} codes are met twice: {', '.join(twice)}")
