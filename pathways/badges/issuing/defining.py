"""What one version of an achievement says: texts, criteria, the jury's grid, how long it is valid, its picture."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from pathways.badges.criteria import tree
from pathways.badges.criteria.nodes import Node
from pathways.badges.criteria.tree import CriteriaError
from pathways.badges.drawing.palette import TINTS
from pathways.badges.drawing.pictograms import PICTOGRAMS
from pathways.badges.models import Audience
from pathways.errors import Invalid
from pathways.i18n import D_

LANGUAGES = ("fr", "en")
"""In which a badge can be issued. French is always there."""


def _criteria(data: dict[str, Any]) -> dict[str, Any]:
    try:
        tree.parse(data)
    except CriteriaError as error:
        raise ValueError(str(error)) from error
    return data


Line = Annotated[str, Field(min_length=1, max_length=300)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Criteria = Annotated[dict[str, Any], AfterValidator(_criteria)]
InLanguages = dict[Annotated[str, Field(pattern=r"^(fr|en)$")], Line]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Texts(_Frozen):
    name: Annotated[str, Field(min_length=3, max_length=60)]
    description: Annotated[str, Field(min_length=10, max_length=500)]


class GridLine(_Frozen):
    """One line of the grid by which the jury looks: what is looked at, what shows it, what does not."""

    code: Code
    looked_at: Line
    shows: Annotated[str, Field(max_length=300)] = ""
    not_shows: Annotated[str, Field(max_length=300)] = ""


class Alignment(_Frozen):
    framework: Annotated[str, Field(min_length=1, max_length=80)]
    code: Annotated[str, Field(max_length=80)] = ""
    name: Annotated[str, Field(min_length=1, max_length=200)]
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=300)]


class Renewal(_Frozen):
    """What is asked of a holder whose badge is about to run out: lighter than the first time."""

    criteria: Criteria
    questions: Annotated[int, Field(ge=0, le=40)] = 0

    @cached_property
    def node(self) -> Node:
        return tree.parse(self.criteria)


def _pictogram(code: str) -> str:
    if code not in PICTOGRAMS:
        raise ValueError(f"Il n'y a pas de dessin « {code} ».")
    return code


def _tint(code: str) -> str:
    if code not in TINTS:
        raise ValueError(f"Il n'y a pas de couleur « {code} ».")
    return code


class Picture(_Frozen):
    """Drawn by the product. The levels are those of the definition."""

    pictogram: Annotated[str, AfterValidator(_pictogram)]
    tint: Annotated[str, AfterValidator(_tint)]


class Definition(_Frozen):
    """All that a published version means. Stored as JSON, never changed."""

    audience: Audience
    post: Annotated[str, Field(max_length=120)] = ""
    texts: dict[Annotated[str, Field(pattern=r"^(fr|en)$")], Texts]
    criteria: Criteria
    grid: Annotated[tuple[GridLine, ...], Field(max_length=12)] = ()
    piece_questions: Annotated[tuple[Line, ...], Field(max_length=8)] = ()
    endorser_questions: Annotated[tuple[Line, ...], Field(max_length=5)] = ()
    evidence_hints: Annotated[tuple[Line, ...], Field(max_length=10)] = ()
    avoid: Annotated[tuple[Line, ...], Field(max_length=6)] = ()
    jury: Annotated[int, Field(ge=0, le=5)] = 1
    """How many members of the jury must say yes; 0: the criteria alone decide."""
    foreign_jury: bool = True
    """Nobody of the candidate's own organisation decides."""
    validity_months: Annotated[int, Field(ge=6, le=120)] | None = 36
    levels: Annotated[tuple[Line, ...], Field(max_length=3)] = ()
    renewal: Renewal | None = None
    picture: Picture
    alignments: Annotated[tuple[Alignment, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if "fr" not in self.texts:
            raise ValueError("Le nom et la description en français manquent.")
        if self.jury and not self.grid:
            raise ValueError("Un jury décide : il lui faut au moins une ligne à regarder.")
        if len({line.code for line in self.grid}) < len(self.grid):
            raise ValueError("Deux lignes de la grille ont le même code.")
        return self

    @cached_property
    def node(self) -> Node:
        """The tree of its criteria."""
        return tree.parse(self.criteria)

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(code for code in LANGUAGES if code in self.texts)

    def texts_in(self, language: str) -> Texts:
        """The texts in ``language``, else in French."""
        return self.texts.get(language) or self.texts["fr"]

    def as_data(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


def parse(data: Mapping[str, Any]) -> Definition:
    """Read a definition; raises :class:`Invalid` with a sentence for each field that cannot be used."""
    try:
        return Definition.model_validate(dict(data))
    except ValidationError as error:
        errors = [
            {
                "field": ".".join(str(part) for part in one["loc"]),
                "message": str(one["msg"]).removeprefix("Value error, "),
            }
            for one in error.errors()
        ]
        raise Invalid(D_("Cette définition de badge ne peut pas être publiée."), errors=errors) from error
