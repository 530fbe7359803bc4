"""Items in files that people exchange: what a file holds before anything of it is believed, the columns of the flat
table (one row an item; told in ``docs/guides/questions.md``), and items as rows of it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pathways import i18n
from pathways.i18n import D_
from pathways.items.flaws import MOST_OPTIONS, MOST_TARGETS, Place
from pathways.referentials.documents import fingerprint_of

KINDS = {
    "choix": "choice",
    "plusieurs choix": "choices",
    "images": "pictures",
    "zone": "zone",
    "ordre": "order",
    "relier": "match",
    "texte": "text",
    "geste": "observed",
}
DEVICES = {"tous": "any", "téléphone": "phone", "ordinateur": "computer"}
STATES = {"automatique": "machine", "brouillon": "draft", "relue": "reviewed", "relue et essayée": "verified"}
OF_PICTURE = {"file": "image", "alt": "image_description", "words": "image_texte"}
REVEALS = "=>"


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """What is wrong, and where, as the person sees it in the file. A ``warning`` refuses nothing."""

    line: int
    column: str
    message: str
    warning: bool = False


@dataclass(slots=True)
class Translated:
    """The texts of a draft in one language. ``of`` is the French it translates, where the file says so."""

    segments: dict[str, str]
    state: str = "draft"
    of: str = ""


@dataclass(slots=True)
class Draft:
    """One item of a file, not believed yet. ``raw`` is its document without its code; ``None`` if the file holds only
    translations of it.
    """

    line: int
    code: str
    raw: dict[str, Any] | None
    translations: dict[str, Translated] = field(default_factory=dict)
    places: dict[Place, tuple[int, str]] = field(default_factory=dict)
    """Line and column (or field) of the parts of the document."""
    told: list[Told] = field(default_factory=list)

    def tell(self, at: Place, message: str, *, warning: bool = False, **values: object) -> None:
        """Say a msgid with its values, in the language in use."""
        self.tell_said(at, i18n.sentence(message, values), warning=warning)

    def tell_said(self, at: Place, sentence: str, *, warning: bool = False) -> None:
        """The same for a sentence that stands in its language already."""
        line, column = self.place(at)
        self.told.append(Told(line, column, sentence, warning))

    def place(self, at: Place) -> tuple[int, str]:
        """Where the part at ``at`` stands, or the nearest one around it."""
        for end in range(len(at), 0, -1):
            if at[:end] in self.places:
                return self.places[at[:end]]
        return self.line, ""


def content_of(body: Mapping[str, Any]) -> str:
    """A digest of what an item asks, whatever its code and the names of its pictures are."""

    def bare(drawn: Mapping[str, Any] | None) -> Any:
        return drawn and [drawn["sha256"], drawn["alt"], drawn["words"]]

    options = [dict(option) | {"picture": bare(option["picture"])} for option in body["options"]]
    rest = {name: value for name, value in body.items() if name != "code"}
    return fingerprint_of(rest | {"picture": bare(body["picture"]), "options": options}, 64)


# --- names of columns ----------------------------------------------------------------------------------------


@cache
def columns() -> tuple[str, ...]:
    """Every column of the table, in the order in which they are written."""
    names = ["code", "micro_competence", "type", "question", *OF_PICTURE.values()]
    for number in range(1, MOST_OPTIONS + 1):
        option = f"reponse_{number}"
        names += [option, f"{option}_juste", f"{option}_revele", *_pictured(option), f"{option}_zone", f"{option}_nom"]
    for number in range(1, MOST_TARGETS + 1):
        names += [f"cible_{number}", f"cible_{number}_nom"]
    names += ["ordre", "paires", "confusions", "presque_juste", "accepte", "fautes", "observe"]
    names += ["explication", "a_verifier_le", "appareil"]
    for language in translated_languages():
        names += [f"{name}_{language}" for name in translatable()]
        names.append(f"etat_{language}")
    return tuple(names)


def translated_languages() -> list[str]:
    return [code for code in i18n.languages() if code != i18n.SOURCE]


def _pictured(option: str) -> list[str]:
    return [f"{option}_{name}" for name in OF_PICTURE.values()]


def translatable() -> list[str]:
    names = ["question", "image_description", "image_texte"]
    for number in range(1, MOST_OPTIONS + 1):
        option = f"reponse_{number}"
        names += [option, f"{option}_image_description", f"{option}_image_texte"]
    return [*names, *(f"cible_{number}" for number in range(1, MOST_TARGETS + 1)), "explication"]


def plain(name: str) -> str:
    """``Réponse 1 juste`` as ``reponse_1_juste``."""
    return re.sub(r"[\s\-_]+", "_", i18n.folded(name)).strip("_")


def known_header(header: Sequence[str]) -> tuple[list[str], list[Told]]:
    """The name of each column as we write it (empty where we know none), and what is to be said of the header."""
    ours = {plain(name): name for name in columns()}
    names: list[str] = []
    told = []
    for position, typed in enumerate(header, 1):
        name = ours.get(plain(typed), "")
        if name and name in names:
            told.append(Told(1, name, i18n.gettext(D_("cette colonne est écrite deux fois : gardez-en une"))))
            name = ""
        elif not name and typed.strip():
            told.append(Told(1, typed[:60], i18n.gettext(D_("colonne inconnue : elle n'est pas lue")), warning=True))
        names.append(name)
        if not typed.strip():
            where = i18n.sentence(D_("n° %(number)s"), {"number": position})
            said = i18n.gettext(D_("cette colonne n'a pas de nom : elle n'est pas lue"))
            told.append(Told(1, where, said, warning=True))
    lacking = [name for name in ("micro_competence", "type", "question") if name not in names]
    return names, told + [Told(1, name, i18n.gettext(D_("cette colonne manque"))) for name in lacking]


# --- items as rows -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """An item that leaves: the body of its revision, and ``{language: (state, segments)}``."""

    code: str
    body: Mapping[str, Any]
    translations: Mapping[str, tuple[str, Mapping[str, str]]]
    of: str = ""
    """The fingerprint of its French texts."""


def table_of(items: Iterable[Written]) -> tuple[list[str], list[list[str]]]:
    """Header and rows. Columns that no item needs are left out."""
    rows = [cells_of(item) for item in items]
    used = {name for row in rows for name, text in row.items() if text}
    header = [name for name in columns() if name in used or name in _ALWAYS]
    return header, [[row.get(name, "") for name in header] for row in rows]


_ALWAYS = frozenset(
    {"code", "micro_competence", "type", "question", "image", "image_description", "explication"}
    | {f"reponse_{number}{suffix}" for number in (1, 2, 3) for suffix in ("", "_juste", "_revele")}
)


def cells_of(item: Written) -> dict[str, str]:
    """The cells of an item by column."""
    body = item.body
    cells = {"code": item.code, "micro_competence": body["skill"], "type": _word(KINDS, body["kind"])}
    cells |= {"question": body["stem"], "explication": body["explain"] or "", "a_verifier_le": body["verify_by"] or ""}
    cells["appareil"] = "" if body["device"] == "any" else _word(DEVICES, body["device"])
    cells |= _picture_cells(body["picture"], "")
    segments = {"stem": "question", "picture.alt": "image_description", "picture.words": "image_texte"}
    segments["explain"] = "explication"
    for number, option in enumerate(body["options"], 1):
        name = f"reponse_{number}"
        cells |= {
            name: option["text"] or "",
            f"{name}_juste": "oui" if option["key"] else "",
            f"{name}_nom": option["id"],
        }
        cells[f"{name}_revele"] = option["reveals"] or ""
        cells[f"{name}_zone"] = " ; ".join(f"{side:g}" for side in option["zone"] or ())
        cells |= _picture_cells(option["picture"], f"{name}_")
        parts = {"": "", ".alt": "_image_description", ".words": "_image_texte"}
        segments |= {f"options.{option['id']}{part}": f"{name}{suffix}" for part, suffix in parts.items()}
    for number, target in enumerate(body["targets"], 1):
        cells |= {f"cible_{number}": target["text"], f"cible_{number}_nom": target["id"]}
        segments[f"targets.{target['id']}"] = f"cible_{number}"
    cells |= _relation_cells(body) | {"presque_juste": "oui" if body.get("partly") else ""}
    for language, (state, texts) in item.translations.items():
        cells |= {f"{segments[key]}_{language}": text for key, text in texts.items() if key in segments}
        cells[f"etat_{language}"] = _word(STATES, state)
    return cells


def _word(words: Mapping[str, str], value: str) -> str:
    return next(word for word, known in words.items() if known == value)


def _picture_cells(picture: Mapping[str, Any] | None, prefix: str) -> dict[str, str]:
    return {f"{prefix}{name}": (picture or {}).get(part) or "" for part, name in OF_PICTURE.items()}


def _relation_cells(body: Mapping[str, Any]) -> dict[str, str]:
    """Orders, pairs and mistakes, one a line, with answers by their number."""
    option = {part["id"]: number for number, part in enumerate(body["options"], 1)}
    target = {part["id"]: number for number, part in enumerate(body["targets"], 1)}

    def pairs(of: Mapping[str, str]) -> list[str]:
        return [f"{option[name]} = {target[of[name]]}" for name in option if name in of]

    def shown(confusion: Mapping[str, Any]) -> str:
        if confusion["before"]:
            return "{} avant {}".format(*(option[name] for name in confusion["before"]))
        return ", ".join(pairs(confusion["pair"] or {}))

    lines = {
        "ordre": [" > ".join(str(option[name]) for name in order) for order in body["orders"]],
        "paires": pairs(body["pairs"]),
        "confusions": [f"{shown(one)} {REVEALS} {one['reveals']}" for one in body["confusions"]],
        "accepte": body["accept"],
        "fautes": [f"{one['pattern']} {REVEALS} {one['reveals']}" for one in body["mistakes"]],
        "observe": body["look_for"],
    }
    return {name: "\n".join(" ".join(line.split("\n")) for line in found) for name, found in lines.items()}
