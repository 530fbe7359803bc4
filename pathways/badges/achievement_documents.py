"""The files of proposed achievements, ``referentials/FRAMEWORK/achievements/SLUG.yaml``. Their JSON Schema comes from
here. Every text is there in French and in English.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, RootModel
from pydantic.dataclasses import dataclass

from pathways.badges import achievement_schema
from pathways.badges.criteria import tree
from pathways.badges.models import Audience
from pathways.referentials.documents import Filled

LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_PLACE, LONGEST_LINE = 60, 500, 120, 300
"""Characters."""
FEWEST_LINES, MOST_LINES = 4, 7
"""Of a grid: fewer say too little, more are not read at nine in the evening."""

_STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True)
Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Criteria = Annotated[dict[str, Any], Field(json_schema_extra=achievement_schema.HERE)]
"""As ``criteria.tree`` reads it; what is wrong in it is said with its line by ``proposals.check``."""


@dataclass(frozen=True, config=_STRICT)
class Line:
    """A sentence or two."""

    fr: Annotated[str, Field(max_length=LONGEST_LINE), Filled]
    en: Annotated[str, Field(max_length=LONGEST_LINE), Filled]

    def said(self, language: str) -> str:
        """In English for ``en``, else in French."""
        return self.en if language == "en" else self.fr


@dataclass(frozen=True, config=_STRICT)
class Place(Line):
    """A post or a public: what stands on one line of a list."""

    fr: Annotated[str, Field(max_length=LONGEST_PLACE), Filled]
    en: Annotated[str, Field(max_length=LONGEST_PLACE), Filled]


@dataclass(frozen=True, config=_STRICT)
class Name(Line):
    fr: Annotated[str, Field(min_length=3, max_length=LONGEST_NAME), Filled]
    en: Annotated[str, Field(min_length=3, max_length=LONGEST_NAME), Filled]


@dataclass(frozen=True, config=_STRICT)
class Description(Line):
    """What a holder can do, and for whom."""

    fr: Annotated[str, Field(min_length=10, max_length=LONGEST_DESCRIPTION), Filled]
    en: Annotated[str, Field(min_length=10, max_length=LONGEST_DESCRIPTION), Filled]


@dataclass(frozen=True, config=_STRICT)
class GridLine:
    """One line by which a member of the jury, or whoever observes, says *not yet*, *yes* or *can pass it on*."""

    code: Code
    looked_at: Line
    shows: Line
    not_shows: Line


@dataclass(frozen=True, config=_STRICT)
class AlignedTo:
    """A code of a public framework: our own judgement, and no recognition by whoever publishes it."""

    framework: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,40}$")]
    """A file of ``referentials/alignments``, or ``esco``."""
    code: Annotated[str, Field(min_length=1, max_length=80)]
    """Of ``esco``, the address of the skill or occupation."""
    title: Annotated[str, Field(max_length=200)] = ""
    """Of ``esco`` only: the others have theirs in their file."""


@dataclass(frozen=True, config=_STRICT)
class Jury:
    """Who decides. Nobody ever decides on themself."""

    members: Annotated[int, Field(ge=0, le=5)]
    """0: the criteria alone decide."""
    other_organisation: bool
    """Whether nobody of the candidate's own organisation may decide."""
    passes_on: Annotated[int, Field(ge=1, le=MOST_LINES)] | None = None
    """Lines at *can pass it on* from which the second level is reached."""


@dataclass(frozen=True, config=_STRICT)
class Renewal:
    """A light re-diagnostic, whose answers are as recent as its criteria say."""

    words: Line
    questions: Annotated[int, Field(ge=1, le=12)]
    criteria: Criteria


@dataclass(frozen=True, config=_STRICT)
class Wall:
    """What is printed around the picture for somebody to hang up: in the first person, without a name."""

    lines: Annotated[tuple[Place, ...], Field(min_length=3, max_length=7)]
    foot: Place


@dataclass(frozen=True, config=_STRICT)
class Picture:
    pictogram: Code
    tint: Code


@dataclass(frozen=True, config=_STRICT)
class AchievementFile:
    """A proposal: it becomes a badge when a network adopts it."""

    format: Literal[1]
    status: Literal["proposal"]
    slug: Code
    version: Annotated[int, Field(ge=1)]
    """Of the proposal. A network that adopted an earlier one keeps what it has."""
    audience: Audience
    name: Name
    description: Description
    public: Place
    criteria: Criteria
    jury: Jury
    evidence: Annotated[tuple[Line, ...], Field(min_length=1, max_length=5)]
    """What is welcome."""
    avoid: Annotated[tuple[Line, ...], Field(min_length=1, max_length=6)]
    """What must not be sent: people's data first of all."""
    picture: Picture
    validity_months: Annotated[int, Field(ge=6, le=120)] | None
    """``null``: it does not end."""
    post: Place | None = None
    opt_in: bool = False
    """Offered to nobody who did not ask."""
    levels: Annotated[tuple[Line, ...], Field(max_length=3)] = ()
    alignments: Annotated[tuple[AlignedTo, ...], Field(max_length=20)] = ()
    grid: Annotated[tuple[GridLine, ...], Field(max_length=MOST_LINES)] = ()
    piece_questions: Annotated[tuple[Line, ...], Field(max_length=8)] = ()
    """That the portfolio piece answers."""
    endorser_questions: Annotated[tuple[Line, ...], Field(max_length=3)] = ()
    renewal: Renewal | None = None
    wall: Wall | None = None

    @cached_property
    def node(self) -> tree.Node:
        """Raises ``tree.CriteriaError``; those of a proposal that was checked can be read."""
        return tree.parse(self.criteria)


class AchievementDocument(RootModel[AchievementFile]):
    """The file ``achievements/SLUG.yaml``: a badge that is proposed."""

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return achievement_schema.with_criteria(super().model_json_schema(*args, **kwargs))
