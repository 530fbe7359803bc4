"""The files of a framework, as they are described in ``docs/content-format.md``. The JSON Schemas come from here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.\-]{0,40}$")]
Filled = Field(pattern=r"\S")
"""More than spaces."""
State = Literal["machine", "draft", "reviewed", "verified"]
Device = Literal["any", "phone", "computer"]
Kind = Literal["choice", "choices", "pictures", "zone", "order", "match", "text", "observed"]


class Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _group(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


OrGroup = Annotated[tuple[Code, ...], BeforeValidator(_group), Field(min_length=1)]


class SkillDocument(Document):
    code: Code
    title: Annotated[str, Field(min_length=3, max_length=60), Filled]
    level: Annotated[int, Field(ge=1, le=8)]
    device: Device = "any"
    kinds: tuple[Kind, ...] = ()
    requires: tuple[OrGroup, ...] = ()
    aligned: dict[Code, tuple[str, ...]] = {}
    evidence: Literal["case", "simulation", "observation", "production", "journal", "quiz"] | None = None


class StrandDocument(Document):
    code: Code
    title: Annotated[str, Field(min_length=3, max_length=60), Filled]
    description: Annotated[str, Field(max_length=300)] = ""
    skills: Annotated[tuple[SkillDocument, ...], Field(min_length=1)]


class DomainDocument(Document):
    code: Code
    title: Annotated[str, Field(min_length=3, max_length=60), Filled]
    strands: Annotated[tuple[StrandDocument, ...], Field(min_length=1)]


class FrameworkDocument(Document):
    """The file ``framework.yaml``."""

    format: Literal[1]
    code: Code
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    language: Literal["fr"]
    title: Annotated[str, Field(min_length=3, max_length=120), Filled]
    audience: Annotated[str, Field(max_length=300)] = ""
    readers: Literal["beginners", "practised"] = "beginners"
    licence: str
    levels: dict[int, str]
    domains: Annotated[tuple[DomainDocument, ...], Field(min_length=1)]

    def strands(self) -> list[tuple[DomainDocument, StrandDocument]]:
        return [(domain, strand) for domain in self.domains for strand in domain.strands]

    def skills(self) -> list[SkillDocument]:
        return [skill for _, strand in self.strands() for skill in strand.skills]

    def titles(self) -> dict[str, Any]:
        """What a translator translates."""
        return {
            "title": self.title,
            "domains": {domain.code: domain.title for domain in self.domains},
            "strands": {strand.code: strand.title for _, strand in self.strands()},
            "skills": {skill.code: skill.title for skill in self.skills()},
        }


class Titles(Document):
    """A text for each title of a framework: its translation, or the stamp of the French that was translated."""

    title: str
    domains: dict[Code, str] = {}
    strands: dict[Code, str] = {}
    skills: dict[Code, str] = {}


TITLES = ("domains", "strands", "skills")


class FrameworkTranslationDocument(Titles):
    """The file ``translations/LANG/framework.yaml``."""

    format: Literal[1]
    language: str
    state: State
    of: Titles = Titles(title="")

    def fresh(self, french: Mapping[str, Any]) -> Titles:
        """The titles whose French is still the one that was translated; ``french`` as ``FrameworkDocument.titles``
        gives it. A stale or missing one is left out (of the framework's own title, empty).
        """
        stamps = stamps_of(french)
        parts = {
            part: {
                code: text
                for code, text in getattr(self, part).items()
                if code in stamps[part] and getattr(self.of, part).get(code) == stamps[part][code]
            }
            for part in TITLES
        }
        return Titles(title=self.title if self.of.title == stamps["title"] else "", **parts)


class SituationDocument(Document):
    """A ready-made choice of micro-skills."""

    code: Code
    title: Annotated[str, Field(min_length=3, max_length=60), Filled]
    words: Annotated[str, Field(max_length=200)] = ""
    skills: Annotated[tuple[Code, ...], Field(min_length=1, max_length=100)]
    questions: Annotated[int, Field(ge=1, le=40)] | None = None
    minutes: Annotated[int, Field(ge=1, le=120)] | None = None
    device: Device = "any"
    flash: bool = False


class GoalDocument(Document):
    """What somebody wants to do, in plain words."""

    title: Annotated[str, Field(min_length=3, max_length=80), Filled]
    words: tuple[Annotated[str, Field(min_length=1, max_length=60), Filled], ...] = ()
    skills: Annotated[tuple[Code, ...], Field(min_length=1, max_length=100)]


class SituationsDocument(Document):
    """The file ``situations.yaml``."""

    format: Literal[1]
    situations: tuple[SituationDocument, ...] = ()
    goals: tuple[GoalDocument, ...] = ()


class AlignmentDocument(Document):
    """``alignments/CODE.yaml``: the codes of a public framework."""

    format: Literal[1]
    code: Code
    title: str
    source: str
    licence: str
    note: str = ""
    codes: dict[str, Any]


def stamps_of(titles: Mapping[str, Any]) -> dict[str, Any]:
    """For each title (``FrameworkDocument.titles``), a short digest of its French."""
    parts = {part: {code: fingerprint_of(text, 8) for code, text in titles[part].items()} for part in TITLES}
    return {"title": fingerprint_of(titles["title"], 8)} | parts


def fingerprint_of(value: Any, length: int = 12) -> str:
    """A digest of a JSON value that does not depend on the order of keys."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:length]
