"""What is diagnosed and with which questions: strands of micro-skills, what these require of each other, and items.

A structure is a value, and a document.  ``structure-1`` knows strands and items; it is what diagnostics published
before requirements are frozen in, and is still written whenever it can say everything.  ``structure-2`` has
``styles`` where there are any, and an item has ``near`` where it has partial credit.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any, Final

from pathways.diagnostics.engine import documents
from pathways.diagnostics.engine.errors import InvalidStructure, UnknownSkill
from pathways.diagnostics.engine.graphs.requirements import Requirement, cycle
from pathways.diagnostics.engine.items import ItemModel
from pathways.diagnostics.engine.strands import LevelStrand, StrandModel
from pathways.diagnostics.engine.styles import Style

PLAIN: Final = "structure-1"
FORMAT: Final = "structure-2"

STRAND_MODELS: Final[dict[str, Callable[[Mapping[str, Any]], StrandModel]]] = {
    "levels": LevelStrand.from_document,
}
"""Reader of each strand model's document; a new model is added here."""

_LATER: Final = ("also", "testlet")
_NEAR: Final = "near"
_ALWAYS: Final = tuple(field.name for field in fields(ItemModel) if field.name != _NEAR)
_ITEM_FIELDS: Final = {FORMAT: _ALWAYS, PLAIN: tuple(name for name in _ALWAYS if name not in _LATER)}
_ITEM_NUMBERS: Final = tuple(name for name in _ITEM_FIELDS[PLAIN] if name not in {"code", "skill"})


@dataclass(frozen=True)
class Structure:
    """Strands, the items that measure their micro-skills, what micro-skills require of others, and how answers may
    come out.

    Without ``styles``, answers come out as the items say and as the ladder says, and in no other way.

    Raises ``InvalidStructure`` without strands, when a strand, skill or item code is met twice, when a micro-skill
    has two requirements, or when what is required goes round in a cycle (a rung requires the one below it); and
    ``UnknownSkill`` when an item or a requirement names a micro-skill of no strand.
    """

    strands: tuple[StrandModel, ...]
    items: tuple[ItemModel, ...]
    requirements: tuple[Requirement, ...] = ()
    styles: tuple[Style, ...] = ()

    def __post_init__(self) -> None:
        if not self.strands:
            raise InvalidStructure("a structure needs a strand")
        _refuse_duplicates("strand", (strand.code for strand in self.strands))
        _refuse_duplicates("micro-skill", self.skill_codes)
        _refuse_duplicates("item", (item.code for item in self.items))
        known = set(self.skill_codes)
        for item in self.items:
            for skill in item.skills:
                if skill not in known:
                    raise UnknownSkill(f"item {item.code!r} measures {skill!r}, which is in no strand")
        self._check_requirements(known)

    def _check_requirements(self, known: Collection[str]) -> None:
        if not self.requirements:
            return
        for one in self.requirements:
            for skill in (one.skill, *one.members):
                if skill not in known:
                    raise UnknownSkill(f"what {one.skill!r} requires names {skill!r}, which is in no strand")
        twice = sorted(code for code, count in Counter(one.skill for one in self.requirements).items() if count > 1)
        if twice:
            raise InvalidStructure(f"more than one requirement of {', '.join(twice)}: put their groups into one")
        if round_trip := cycle(self.needed()):
            raise InvalidStructure(f"requirements go round in a cycle: {' → '.join(round_trip)}")

    @property
    def skill_codes(self) -> tuple[str, ...]:
        """Every micro-skill, strand after strand, easiest first."""
        return tuple(code for strand in self.strands for code in strand.skill_codes)

    def needed(self) -> dict[str, list[str]]:
        """Return the micro-skills that each one needs: the rung below, then every member of its groups."""
        below = {skill: [rung] for strand in self.strands for rung, skill in pairwise(strand.skill_codes)}
        needed = {code: below.get(code, []) for code in self.skill_codes}
        for one in self.requirements:
            needed[one.skill] = [*needed[one.skill], *one.members]
        return needed

    def to_document(self) -> dict[str, Any]:
        """Return plain JSON values from which ``from_document`` builds an equal structure."""
        strands = [strand.to_document() for strand in self.strands]
        items = [asdict(item) for item in self.items]
        for item in items:
            near = item.pop(_NEAR)
            if near is not None:
                item[_NEAR] = list(near)
        if self.styles or self.requirements or any(item.also or item.testlet or item.near for item in self.items):
            for item in items:
                item["also"] = list(item["also"])
            requirements = [one.to_document() for one in self.requirements]
            found = {"format": FORMAT, "strands": strands, "items": items, "requirements": requirements}
            return found | ({"styles": [asdict(style) for style in self.styles]} if self.styles else {})
        for item in items:
            for name in _LATER:
                del item[name]
        return {"format": PLAIN, "strands": strands, "items": items}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Structure":
        """Build a structure from its document; raises ``InvalidStructure`` naming what is wrong."""
        if not isinstance(document, Mapping) or document.get("format") not in _ITEM_FIELDS:
            raise InvalidStructure(f"not a document of format {FORMAT!r} or {PLAIN!r}")
        written, keys = document["format"], ("format", "strands", "items")
        if written != PLAIN:
            keys = (*keys, "requirements", *(("styles",) if "styles" in document else ()))
        whole = documents.mapping(document, "the document", keys)
        strands = documents.sequence(whole["strands"], "'strands' of the document")
        items = documents.sequence(whole["items"], "'items' of the document")
        requirements = documents.sequence(whole.get("requirements", ()), "'requirements' of the document")
        styles = documents.sequence(whole.get("styles", ()), "'styles' of the document")
        return cls(
            tuple(map(_strand, strands)),
            tuple(_item(item, written) for item in items),
            tuple(map(Requirement.from_document, requirements)),
            tuple(map(Style.from_document, styles)),
        )


def _strand(document: object) -> StrandModel:
    if not isinstance(document, Mapping) or document.get("model") not in STRAND_MODELS:
        raise InvalidStructure(f"a strand of no known model ({', '.join(STRAND_MODELS)}): {document!r}")
    return STRAND_MODELS[document["model"]](document)


def _item(document: object, written: str) -> ItemModel:
    keys = _ITEM_FIELDS[written]
    if written != PLAIN and isinstance(document, Mapping) and _NEAR in document:
        keys = (*keys, _NEAR)
    values = documents.mapping(document, "an item", keys)
    code = documents.text(values["code"], "the code of an item")
    also = documents.sequence(values.get("also", ()), f"'also' of item {code!r}")
    return ItemModel(
        code=code,
        skill=documents.text(values["skill"], f"'skill' of item {code!r}"),
        also=tuple(documents.text(skill, f"a skill of 'also' of item {code!r}") for skill in also),
        testlet=documents.text(values.get("testlet", ""), f"'testlet' of item {code!r}"),
        near=None if _NEAR not in values else _near(values[_NEAR], f"'near' of item {code!r}"),
        **{name: documents.number(values[name], f"{name!r} of item {code!r}") for name in _ITEM_NUMBERS},
    )


def _near(document: object, what: str) -> tuple[float, float]:
    shares = documents.sequence(document, what)
    if len(shares) != 2:
        raise InvalidStructure(f"{what} is no pair of probabilities: {document!r}")
    return documents.number(shares[0], what), documents.number(shares[1], what)


def _refuse_duplicates(kind: str, codes: Iterable[str]) -> None:
    twice = sorted(code for code, count in Counter(codes).items() if count > 1)
    if twice:
        raise InvalidStructure(f"{kind} codes are met twice: {', '.join(twice)}")
