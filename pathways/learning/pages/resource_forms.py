"""The form in which a resource is written: what stands in its fields, and the document that they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends
from pydantic import ValidationError
from starlette.requests import Request

from pathways import i18n
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.learning.models import Resource
from pathways.learning.resources import service
from pathways.learning.resources.checks import shapes
from pathways.learning.resources.documents import STEPS, OwnResourceDocument
from pathways.referentials import service as referentials_service
from pathways.texts import one_line, salvaged

MOST_FIELDS, LONGEST_FIELD = 500, 2_500
_MISSING = D_("Quelque chose manque ou ne va pas. Rien n'est perdu : corrigez, puis enregistrez.")
_PRICE = D_("un prix en euros, par exemple 2,50")
_TEXTS = ("title", "summary", "minutes", "licence", "url", "practice", "checked_on", "place_id")
_CHOICES = ("kind", "reading", "device")


@dataclass(slots=True)
class Fields:
    values: dict[str, list[str]] = field(default_factory=dict)
    said: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    theirs: Resource | None = None
    """What a colleague kept in between."""

    def get(self, name: str) -> str:
        return self.values.get(name, [""])[0]

    def all(self, name: str) -> list[str]:
        return [value for value in self.values.get(name, []) if value]

    @property
    def framework(self) -> str:
        return self.get("framework")[:64] or referentials_service.USUAL_FRAMEWORK

    def document(self) -> OwnResourceDocument:
        """What it asks for. Raises :class:`Invalid` with what cannot be one, field by field."""
        raw: dict[str, Any] = {name: self.get(name) for name in (*_TEXTS, *_CHOICES)}
        raw = {name: value for name, value in raw.items() if value}
        raw |= {"languages": self.all("languages"), "subtitles": self.all("subtitles")}
        raw |= {"wordless": bool(self.get("wordless")), "is_online": bool(self.get("is_online"))}
        raw["teaches"] = [
            {"skill": name.removeprefix("teach-"), "level": level[0]}
            for name, level in self.values.items()
            if name.startswith("teach-") and level[0]
        ]
        raw["titles"] = {
            one: self.get(f"title-{one}") for one in i18n.languages() if one != i18n.SOURCE and self.get(f"title-{one}")
        }
        raw["cost_cents"] = self._cents()
        if sheet := self._sheet():
            raw["sheet"] = sheet
        try:
            document = OwnResourceDocument.model_validate(raw)
        except ValidationError as error:
            for flaw in shapes(error):
                self.errors.setdefault(_name_of(flaw.at), flaw.said())
            document = None
        if document is None or self.errors:
            errors = [{"field": name, "message": said} for name, said in self.errors.items()]
            raise Invalid(_MISSING, errors=errors)
        return document

    def _cents(self) -> int:
        typed = self.get("cost").strip()
        read = re.fullmatch(r"(\d{1,5})(?:[.,](\d{1,2}))?\s*€?", typed)
        if typed and read is None:
            self.errors["cost"] = i18n.gettext(_PRICE)
        return int(read[1]) * 100 + int((read[2] or "0").ljust(2, "0")) if read else 0

    def _sheet(self) -> dict[str, Any] | None:
        """A sheet where any of its texts is written. Its drawings are those that it had."""
        texts = [self.get("intro"), self.get("remember")]
        texts += [self.get(f"step-{number}-{part}") for number in range(STEPS) for part in ("title", "text")]
        if not any(texts):
            return None
        sheet: dict[str, Any] = {"intro": texts[0], "remember": texts[1], "steps": []}
        if file := self.get("sheet-picture"):
            sheet["picture"] = {"file": file, "alt": self.get("sheet-alt"), "words": self.get("sheet-words") or None}
        for number in range(STEPS):
            step: dict[str, Any] = {part: self.get(f"step-{number}-{part}") for part in ("title", "text")}
            if file := self.get(f"step-{number}-picture"):
                step["picture"] = {"file": file, "words": self.get(f"step-{number}-words") or None}
            sheet["steps"].append(step)
        return sheet

    def wrong(self, error: Invalid) -> Fields:
        self.said = i18n.sentence(error.message, error.values)
        self.errors = {one["field"]: one["message"] for one in error.errors}
        return self


def fields_of(resource: Resource) -> Fields:
    """What is kept, as the form shows it."""
    document = service.document_of(resource)
    told = document.model_dump(mode="json")
    values: dict[str, list[str]] = {name: [str(told[name] or "")] for name in (*_TEXTS, *_CHOICES)}
    values |= {"languages": list(document.languages), "subtitles": list(document.subtitles)}
    values |= {"wordless": ["on"] if document.wordless else [], "is_online": ["on"] if document.is_online else []}
    values |= {f"teach-{one.skill}": [one.level] for one in document.teaches}
    values |= {f"title-{language}": [title] for language, title in document.titles.items()}
    cents = document.cost_cents
    values |= {"cost": [f"{cents // 100},{cents % 100:02}" if cents else ""]}
    values |= {"framework": [resource.framework], "version": [str(resource.version)]}
    values = {name: given or [""] for name, given in values.items()} | _sheet_values(told["sheet"])
    return Fields(values)


def _sheet_values(sheet: Mapping[str, Any] | None) -> dict[str, list[str]]:
    if not sheet:
        return {}
    found = {"intro": [sheet["intro"]], "remember": [sheet["remember"]]}
    if drawn := sheet["picture"]:
        found |= {"sheet-picture": [drawn["file"]], "sheet-alt": [drawn["alt"]], "sheet-words": [drawn["words"] or ""]}
    for number, step in enumerate(sheet["steps"]):
        found |= {f"step-{number}-{part}": [step[part]] for part in ("title", "text")}
        if drawn := step["picture"]:
            found |= {f"step-{number}-picture": [drawn["file"]], f"step-{number}-words": [drawn["words"] or ""]}
    return found


def _name_of(at: tuple[str | int, ...]) -> str:
    """The field on the page of a place in the document."""
    match at:
        case ("sheet", "steps", int() as number, str() as part, *_):
            return f"step-{number}-{part}"
        case ("sheet", str() as part, *_):
            return part
        case ("titles", str() as language, *_):
            return f"title-{language}"
        case ("cost_cents", *_):
            return "cost"
        case (first, *_):
            return str(first)
        case _:
            return ""


async def submitted(request: Request) -> Fields:
    """What is too long is cut, what cannot be kept is dropped: the form comes back with it and loses nothing else."""
    values: dict[str, list[str]] = {}
    for name, value in list((await request.form()).multi_items())[:MOST_FIELDS]:
        if isinstance(value, str):
            values.setdefault(name, []).append(one_line(salvaged(value, LONGEST_FIELD)[0]))
    return Fields(values)


Sent = Annotated[Fields, Depends(submitted)]
