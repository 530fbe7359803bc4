"""Resources in files that people exchange: a flat table (one row a resource, French names of columns) and YAML as in
``referentials/``. What a file holds is believed by nobody before ``importing`` looked at it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import yaml

from pathways import i18n, spreadsheets
from pathways.i18n import D_, folded
from pathways.items.exchange.documents import Draft, Told, plain
from pathways.items.exchange.files import Sent
from pathways.learning.resources.documents import STEPS, OwnResourceDocument
from pathways.referentials.reading import Source
from pathways.spreadsheets import Cell, Table, TableRow, forbidden_sign

KINDS = {
    "page": "page",
    "vidéo": "video",
    "exercice": "exercise",
    "aide": "help",
    "échange": "exchange",
    "événement": "event",
}
READINGS = {"aucune": "none", "un peu": "little", "textes simples": "easy"}
DEVICES = {"tous": "any", "téléphone": "phone", "ordinateur": "computer"}
LEVELS = {"découvrir": "discover", "s'exercer": "practise", "maîtriser": "master"}
TEXTS = {"titre": "title", "resume": "summary", "licence": "licence", "adresse": "url", "exercice": "practice"}
WORDS = {"type": ("kind", KINDS), "lecture": ("reading", READINGS), "appareil": ("device", DEVICES)}
LISTS = {"langues": "languages", "sous_titres": "subtitles"}
FLAGS = {"sans_mots": "wordless", "en_ligne": "is_online"}
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_TAUGHT = re.compile(r"(\S+?)\s*(?:\((.+)\))?")
_PRICE = re.compile(r"(\d{1,5})(?:[.,](\d{1,2}))?\s*€?")
_BREAKS_THE_SHAPE = D_("le fichier doit avoir « format: 1 » et une liste « resources »")


@cache
def columns() -> tuple[str, ...]:
    """Every column of the table, in the order in which they are written."""
    names = ["code", "type", "titre", "resume", "minutes", "micro_competences", "langues", "sous_titres", "sans_mots"]
    names += ["lecture", "appareil", "en_ligne", "lieu", "prix", "licence", "adresse", "exercice", "relue_le"]
    names += ["fiche_image", "fiche_image_description", "fiche_image_texte", "fiche_intro"]
    for number in range(1, STEPS + 1):
        step = f"fiche_{number}"
        names += [f"{step}_titre", f"{step}_texte", f"{step}_image", f"{step}_image_texte"]
    return (*names, "fiche_retenir", *(f"titre_{code}" for code in i18n.languages() if code != i18n.SOURCE))


# --- out ---


def table_of(resources: Iterable[tuple[str, OwnResourceDocument]]) -> tuple[Sequence[Cell], list[list[Cell]]]:
    """The header, and a row for each ``(code, document)``."""
    header = columns()
    return header, [[cells.get(name) for name in header] for cells in (_cells(*one) for one in resources)]


def yaml_of(resources: Iterable[tuple[str, OwnResourceDocument]]) -> bytes:
    """The resources as they can come in again: nothing empty, nothing that we found out ourselves."""
    written = [{"code": code} | _bare(document.model_dump(mode="json")) for code, document in resources]
    document = {"format": 1, "resources": written}
    return yaml.dump(document, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=120).encode()


def _cells(code: str, one: OwnResourceDocument) -> dict[str, Cell]:
    found: dict[str, Cell] = {"code": code, "minutes": one.minutes}
    found |= {name: getattr(one, field) for name, field in TEXTS.items()}
    for name, (field, words) in WORDS.items():
        found[name] = next(word for word, value in words.items() if value == getattr(one, field))
    found |= {name: ", ".join(getattr(one, field)) for name, field in LISTS.items()}
    found |= {name: "oui" if getattr(one, field) else "non" for name, field in FLAGS.items()}
    level = {value: word for word, value in LEVELS.items()}
    found["micro_competences"] = ", ".join(f"{taught.skill} ({level[taught.level]})" for taught in one.teaches)
    found["lieu"], found["relue_le"] = str(one.place_id or ""), one.checked_on
    found["prix"] = f"{one.cost_cents // 100},{one.cost_cents % 100:02}" if one.cost_cents else ""
    found |= {f"titre_{language}": title for language, title in one.titles.items()}
    if one.sheet:
        found |= {"fiche_intro": one.sheet.intro, "fiche_retenir": one.sheet.remember}
        if drawn := one.sheet.picture:
            found |= {"fiche_image": drawn.file, "fiche_image_description": drawn.alt, "fiche_image_texte": drawn.words}
        for number, step in enumerate(one.sheet.steps, 1):
            found |= {f"fiche_{number}_titre": step.title, f"fiche_{number}_texte": step.text}
            if step.picture:
                found[f"fiche_{number}_image"] = step.picture.file
                found[f"fiche_{number}_image_texte"] = step.picture.words
    return found


def _bare(value: Any) -> Any:
    """Without what is not there."""
    if isinstance(value, dict):
        return {key: _bare(part) for key, part in value.items() if part not in (None, "", [], {})}
    return [_bare(part) for part in value] if isinstance(value, list) else value


# --- in ---


def drafts_of(sent: Sent) -> tuple[list[Draft], list[Told]]:
    """The resources in a file, and what is to be said of the file as a whole."""
    if sent.table:
        return _of_table(sent.table)
    assert sent.source is not None
    return _of_yaml(sent.source)


def _of_yaml(source: Source) -> tuple[list[Draft], list[Told]]:
    value = source.value
    single = isinstance(value, dict) and "resources" not in value and "title" in value
    parts = [value] if single else value.get("resources") if isinstance(value, dict) else None
    if not isinstance(value, dict) or value.get("format") != 1 or not isinstance(parts, list):
        return [], [Told(1, "format", i18n.gettext(_BREAKS_THE_SHAPE))]
    return [_yaml_draft(source, () if single else ("resources", n), raw) for n, raw in enumerate(parts)], []


def _yaml_draft(source: Source, at: tuple[str | int, ...], raw: Any) -> Draft:
    line = source.line(at)
    if not isinstance(raw, dict):
        said = i18n.gettext(D_("une ressource est une suite de « nom: valeur »"))
        return Draft(line, "", {}, told=[Told(line, "resources", said)])
    raw = {name: value for name, value in raw.items() if name != "format"}
    draft = Draft(line, str(raw.pop("code", "") or ""), raw)
    for path, number in source.lines.items():
        if path[: len(at)] == at and len(path) > len(at):
            rest = path[len(at) :]
            draft.places[rest] = (number, ".".join(map(str, rest)))
    _check_signs(draft, raw)
    return draft


def _check_signs(draft: Draft, value: Any, at: tuple[str | int, ...] = ()) -> None:
    """A sign that commands something is in no text of ours; a spreadsheet's cells were looked at already."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        _check_signs(draft, part, (*at, name))
    if isinstance(value, str) and (sign := forbidden_sign(value)):
        draft.tell(at, D_("un signe invisible (%(sign)s) ne peut pas être gardé"), sign=sign)


def _of_table(table: Table) -> tuple[list[Draft], list[Told]]:
    ours = {plain(name): name for name in columns()}
    names = [ours.get(plain(name), "") for name in table.header]
    told = [
        Told(1, header, i18n.gettext(D_("cette colonne n'est pas connue")))
        for header, name in zip(table.header, names, strict=True)
        if header and not name
    ]
    told += [
        Told(1, name, i18n.gettext(D_("cette colonne est écrite deux fois")))
        for name in sorted({name for name in names if name and names.count(name) > 1})
    ]
    for name in ("titre", "minutes", "micro_competences"):
        if name not in names:
            told.append(Told(1, name, i18n.gettext(D_("cette colonne manque"))))
    if told:
        return [], told
    return [_Row(names, row).draft() for row in table.rows], []


class _Row:
    """One row as a document."""

    def __init__(self, names: Sequence[str], row: TableRow) -> None:
        self.cells = {name: cell.strip() for name, cell in zip(names, row.cells, strict=False) if name}
        self._draft = Draft(row.line, self.cells.get("code", ""), {}, places={("code",): (row.line, "code")})

    def draft(self) -> Draft:
        raw: dict[str, Any] = {field: self._text(name, field) for name, field in TEXTS.items()}
        raw |= {field: self._word(name, field, words) for name, (field, words) in WORDS.items()}
        raw |= {field: self._list(name, field) for name, field in LISTS.items()}
        raw |= {field: self._flag(name, field) for name, field in FLAGS.items()}
        raw["minutes"] = self._text("minutes", "minutes")
        raw["checked_on"] = self._text("relue_le", "checked_on")
        raw["place_id"] = self._text("lieu", "place_id")
        raw["teaches"], raw["cost_cents"], raw["titles"] = self._teaches(), self._cents(), self._titles()
        raw["sheet"] = self._sheet()
        self._draft.raw = {field: value for field, value in raw.items() if value not in (None, "")}
        return self._draft

    def _text(self, name: str, *at: str | int) -> str:
        self._draft.places[at] = (self._draft.line, name)
        return self.cells.get(name, "")

    def _word(self, name: str, field: str, words: Mapping[str, str]) -> str | None:
        """A word of ours, or the one that programs write."""
        typed = self._text(name, field)
        by_word = {folded(word): value for word, value in words.items()} | {value: value for value in words.values()}
        found = by_word.get(folded(typed)) or by_word.get(typed)
        if typed and found is None:
            self._draft.tell((field,), D_("« %(text)s » : écrivez %(words)s"), text=typed[:40], words=", ".join(words))
        return found

    def _list(self, name: str, field: str) -> list[str]:
        return [one for one in re.split(r"[\s,;]+", self._text(name, field)) if one]

    def _flag(self, name: str, field: str) -> bool | None:
        typed = folded(self._text(name, field))
        if typed and typed not in {"oui", "non", "true", "false"}:
            self._draft.tell((field,), D_("« oui » ou « non »"))
        return typed in {"oui", "true"} if typed else None

    def _teaches(self) -> list[dict[str, str]]:
        found = []
        levels = {folded(word): value for word, value in LEVELS.items()} | {value: value for value in LEVELS.values()}
        for part in re.split(r"[,;\n]", self._text("micro_competences", "teaches")):
            if not (read := _TAUGHT.fullmatch(part.strip())):
                continue
            level = levels.get(folded(read[2] or "découvrir"))
            if level is None:
                self._draft.tell(
                    ("teaches",), D_("« %(text)s » : écrivez %(words)s"), text=read[2], words=", ".join(LEVELS)
                )
            found.append({"skill": read[1], "level": level or "discover"})
        return found

    def _cents(self) -> int:
        typed = self._text("prix", "cost_cents")
        read = _PRICE.fullmatch(typed)
        if typed and read is None:
            self._draft.tell(("cost_cents",), D_("un prix en euros, par exemple 2,50"))
        return int(read[1]) * 100 + int((read[2] or "0").ljust(2, "0")) if read else 0

    def _titles(self) -> dict[str, str]:
        codes = [code for code in i18n.languages() if code != i18n.SOURCE]
        found = {code: self._text(f"titre_{code}", "titles", code) for code in codes}
        return {code: title for code, title in found.items() if title}

    def _sheet(self) -> dict[str, Any] | None:
        if not any(cell for name, cell in self.cells.items() if name.startswith("fiche_")):
            return None
        sheet: dict[str, Any] = {
            "intro": self._text("fiche_intro", "sheet", "intro"),
            "remember": self._text("fiche_retenir", "sheet", "remember"),
            "steps": [self._step(number) for number in range(STEPS)],
        }
        if file := self._text("fiche_image", "sheet", "picture"):
            drawn = {"file": file, "alt": self._text("fiche_image_description", "sheet", "picture", "alt")}
            sheet["picture"] = drawn | self._painted("fiche_image_texte")
        return sheet

    def _step(self, number: int) -> dict[str, Any]:
        name, at = f"fiche_{number + 1}", ("sheet", "steps", number)
        step: dict[str, Any] = {
            "title": self._text(f"{name}_titre", *at, "title"),
            "text": self._text(f"{name}_texte", *at, "text"),
        }
        if file := self._text(f"{name}_image", *at, "picture"):
            step["picture"] = {"file": file} | self._painted(f"{name}_image_texte")
        return step

    def _painted(self, name: str) -> dict[str, str]:
        return {"words": self.cells[name]} if self.cells.get(name) else {}


def csv_of(resources: Iterable[tuple[str, OwnResourceDocument]]) -> bytes:
    return spreadsheets.csv_of(*table_of(resources))
