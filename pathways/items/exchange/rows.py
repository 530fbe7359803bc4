"""The rows of a table as drafts of items, with the place of everything in them. Pure. The columns are told in
``docs/guides/questions.md``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pathways import i18n
from pathways.i18n import D_
from pathways.items.exchange.documents import (
    DEVICES,
    KINDS,
    MOST_OPTIONS,
    MOST_TARGETS,
    OF_PICTURE,
    REVEALS,
    STATES,
    Draft,
    Told,
    Translated,
    known_header,
    translatable,
    translated_languages,
)
from pathways.items.flaws import Place
from pathways.spreadsheets import Table, TableRow

_YES, _NO = frozenset({"x", "oui", "vrai", "1", "true", "yes"}), frozenset({"", "non", "faux", "0", "false", "no"})
_KEY = D_("mettez « oui » si la réponse est juste, rien sinon")
_PARTLY = D_("mettez « oui » si une réponse presque juste compte pour une part, rien sinon")


class _Cells:
    """The cells of one row by the name of their column."""

    def __init__(self, names: Sequence[str], row: TableRow) -> None:
        self.line = row.line
        self._of = {name: _tidy(cell) for name, cell in zip(names, row.cells, strict=False) if name}

    def __getitem__(self, name: str) -> str:
        return self._of.get(name, "")

    def lines(self, name: str) -> list[str]:
        return [line.strip() for line in self[name].split("\n") if line.strip()]


def _tidy(cell: str) -> str:
    text = unicodedata.normalize("NFC", cell).replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n")
    return text if text.strip() else ""


def drafts_of_table(table: Table, known: Mapping[str, Mapping[str, Any]]) -> tuple[list[Draft], list[Told]]:
    """The rows as drafts, and what is to be said of the header. ``known`` are bodies of items by code: an answer that
    has no name of its own keeps the one that the same answer has there.
    """
    names, told = known_header(table.header)
    if any(not one.warning for one in told):
        return [], told
    drafts = []
    for row in table.rows:
        draft = _Reading(_Cells(names, row), known).draft()
        if any(cell.strip() for cell in row.cells[len(names) :]):
            said = D_("la ligne a plus de cases que de colonnes : un séparateur ou un guillemet de trop ?")
            draft.told.append(Told(row.line, "", i18n.gettext(said)))
        drafts.append(draft)
    return drafts, told


class _Reading:
    """One row, from its cells to a draft."""

    def __init__(self, cells: _Cells, known: Mapping[str, Mapping[str, Any]]) -> None:
        self.cells = cells
        code = cells["code"].upper() if cells["code"].upper() in known else cells["code"]
        self.made = Draft(cells.line, code, {}, places={("code",): (cells.line, "code")})
        self.before = known.get(code)
        self.options: dict[int, str] = {}
        """Names of the answers by the number in their column."""
        self.targets: dict[int, str] = {}

    def draft(self) -> Draft:
        cells, raw = self.cells, self._raw
        raw("skill", "micro_competence", cells["micro_competence"].upper())
        raw("kind", "type", self._chosen("type", KINDS))
        raw("stem", "question", cells["question"])
        self._picture(("picture",), "")
        self._options()
        self._targets()
        if cells["type"]:
            self._relations()
        self.raw["accept"] = cells.lines("accepte")
        self.raw["mistakes"] = [self._revealing(line, "fautes", "pattern") for line in cells.lines("fautes")]
        self.raw["look_for"] = cells.lines("observe")
        for at, name in (("accept", "accepte"), ("mistakes", "fautes"), ("look_for", "observe")):
            self.made.places[at,] = (cells.line, name)
        raw("partly", "presque_juste", self._is_yes("presque_juste", _PARTLY))
        raw("explain", "explication", cells["explication"] or None)
        raw("verify_by", "a_verifier_le", self._date("a_verifier_le"))
        raw("device", "appareil", self._chosen("appareil", DEVICES) if cells["appareil"] else "any")
        for language in translated_languages():
            self._translation(language)
        return self.made

    @property
    def raw(self) -> dict[str, Any]:
        assert self.made.raw is not None
        return self.made.raw

    def _raw(self, at: str, column: str, value: Any) -> None:
        self.raw[at] = value
        self.made.places[at,] = (self.cells.line, column)

    def _wrong(self, where: str, message: str, **values: object) -> None:
        self.made.told.append(Told(self.cells.line, where, i18n.sentence(message, values)))

    def _chosen(self, column: str, words: Mapping[str, str]) -> str:
        typed = i18n.folded(self.cells[column])
        found = {i18n.folded(word): value for word, value in words.items()} | {value: value for value in words.values()}
        if typed not in found:
            self._wrong(column, D_("écrivez l'un de ces mots : %(words)s"), words=", ".join(words))
            return ""
        return found[typed]

    def _date(self, column: str) -> str | None:
        typed = self.cells[column]
        if found := re.fullmatch(r"(\d\d?)/(\d\d?)/(\d{4})", typed):
            return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
        return typed or None

    def _picture(self, at: Place, prefix: str) -> dict[str, Any] | None:
        parts = {part: self.cells[f"{prefix}{name}"] for part, name in OF_PICTURE.items()}
        for part, name in OF_PICTURE.items():
            self.made.places[*at, part] = (self.cells.line, f"{prefix}{name}")
        self.made.places[at] = (self.cells.line, f"{prefix}image")
        picture = {part: text for part, text in parts.items() if text} or None
        if at == ("picture",):
            self.raw["picture"] = picture
        return picture

    def _options(self) -> None:
        self.raw["options"] = options = []
        taken = {self.cells[f"reponse_{number}_nom"] for number in range(1, MOST_OPTIONS + 1)}
        for number in range(1, MOST_OPTIONS + 1):
            column = f"reponse_{number}"
            at: Place = ("options", len(options))
            picture = self._picture((*at, "picture"), f"{column}_")
            if not (self.cells[column] or picture):
                self._left_out(column, at)
                continue
            name = self.cells[f"{column}_nom"] or self._name(self.cells[column], picture, f"r{number}", taken)
            taken.add(name)
            self.options[number] = name
            option = {"id": name, "text": self.cells[column] or None, "picture": picture}
            option |= {"reveals": self.cells[f"{column}_revele"] or None, "key": self._is_yes(f"{column}_juste", _KEY)}
            option["zone"] = self._zone(f"{column}_zone")
            options.append(option)
            parts = {"": "", "text": "", "key": "_juste", "reveals": "_revele", "zone": "_zone", "id": "_nom"}
            self._places(at, column, parts)
        self.made.places["options",] = (self.cells.line, "reponse_1")

    def _places(self, at: Place, column: str, parts: Mapping[str, str]) -> None:
        for part, suffix in parts.items():
            self.made.places[(*at, part) if part else at] = (self.cells.line, f"{column}{suffix}")

    def _left_out(self, column: str, at: Place) -> None:
        """An answer without text or picture, of which something else is written."""
        for suffix in ("_juste", "_revele", "_zone", "_nom"):
            if self.cells[f"{column}{suffix}"]:
                said = D_("%(column)s est rempli, mais la réponse n'a ni texte ni image")
                self._wrong(column, said, column=f"{column}{suffix}")
        for part in ("", *OF_PICTURE):
            self.made.places.pop((*at, "picture", part) if part else (*at, "picture"), None)

    def _name(self, text: str, picture: Mapping[str, Any] | None, usual: str, taken: set[str]) -> str:
        """The name that this answer has in the item already, or a new one."""
        for part in (*self._part("options"), *self._part("targets")):
            drawn = part.get("picture") or {}
            same = text == part["text"] if text else bool(picture) and drawn.get("alt") == picture.get("alt")
            if same and part["id"] not in taken:
                return part["id"]
        used = taken | {part["id"] for part in (*self._part("options"), *self._part("targets"))}
        return next(name for name in (usual, *(f"{usual}-{n}" for n in range(2, 99))) if name not in used)

    def _part(self, name: str) -> Sequence[Mapping[str, Any]]:
        return self.before[name] if self.before else ()

    def _is_yes(self, column: str, otherwise: str) -> bool:
        """Whether the cell says yes; ``otherwise`` is said of a cell that says neither yes nor no."""
        typed = i18n.folded(self.cells[column])
        if typed not in _YES | _NO:
            self._wrong(column, otherwise)
        return typed in _YES

    def _zone(self, column: str) -> list[float] | None:
        if not (typed := self.cells[column]):
            return None
        parts = re.split(r"\s*[;/|]\s*|\s+", typed) if re.search(r"[;/|\s]", typed) else typed.split(",")
        try:
            numbers = [float(part.replace(",", ".")) for part in parts]
        except ValueError:
            numbers = []
        if len(numbers) != 4:
            self._wrong(column, D_("quatre nombres : gauche ; haut ; largeur ; hauteur"))
            return None
        return numbers

    def _targets(self) -> None:
        self.raw["targets"] = targets = []
        taken = {self.cells[f"cible_{number}_nom"] for number in range(1, MOST_TARGETS + 1)}
        for number in range(1, MOST_TARGETS + 1):
            column = f"cible_{number}"
            if not self.cells[column]:
                continue
            name = self.cells[f"{column}_nom"] or self._name(self.cells[column], None, f"c{number}", taken)
            taken.add(name)
            self.targets[number] = name
            self._places(("targets", len(targets)), column, {"": "", "text": "", "id": "_nom"})
            targets.append({"id": name, "text": self.cells[column]})
        self.made.places["targets",] = (self.cells.line, "cible_1")

    def _relations(self) -> None:
        """Right orders, right pairs, and the mistakes that a wrong one shows. Answers are named by their number."""
        cells, kind = self.cells, self.raw["kind"]
        orders = [self._numbered(re.split(r"\s*[>,;]\s*|\s+", line), "ordre") for line in cells.lines("ordre")]
        self._raw("orders", "ordre", orders or ([list(self.options.values())] if kind == "order" else []))
        pairs: dict[str, str] = {}
        for line in cells.lines("paires"):
            pairs |= self._pairs(line, "paires")
        if kind == "match" and not pairs:
            pairs = {name: self.targets[n] for n, name in self.options.items() if n in self.targets}
        self._raw("pairs", "paires", pairs)
        self._raw("confusions", "confusions", [self._confusion(line) for line in cells.lines("confusions")])

    def _numbered(self, typed: Iterable[str], column: str) -> list[str]:
        found = [self.options.get(int(word)) if word.isascii() and word.isdigit() else None for word in typed]
        if None in found:
            self._wrong(column, D_("nommez les réponses par leur numéro : 1 > 2 > 3"))
        return [name or "?" for name in found]

    def _pairs(self, line: str, column: str) -> dict[str, str]:
        pairs = {}
        for typed in line.split(","):
            found = re.fullmatch(r"\s*(\d)\s*=\s*(\d)\s*", typed)
            option, target = (
                (self.options.get(int(found[1])), self.targets.get(int(found[2]))) if found else (None, None)
            )
            if option is None or target is None:
                self._wrong(
                    column, D_("une paire par ligne : le numéro de la réponse = le numéro de la cible, comme 1 = 2")
                )
                return {}
            pairs[option] = target
        return pairs

    def _confusion(self, line: str) -> dict[str, Any]:
        given = self._revealing(line, "confusions", "said")
        said = given.pop("said")
        if found := re.fullmatch(r"(\d)\s+avant\s+(\d)", said):
            return given | {"before": self._numbered([found[1], found[2]], "confusions")}
        return given | {"pair": self._pairs(said, "confusions")}

    def _revealing(self, line: str, column: str, name: str) -> dict[str, Any]:
        said, arrow, reveals = line.partition(REVEALS)
        if not arrow or not reveals.strip():
            self._wrong(column, D_("après « => », dites quelle erreur cela révèle"))
        return {name: said.strip(), "reveals": reveals.strip() or "?"}

    def _translation(self, language: str) -> None:
        segments = {}
        for segment, column in self._segment_columns():
            if text := self.cells[f"{column}_{language}"]:
                segments[segment] = text
            self.made.places[language, segment] = (self.cells.line, f"{column}_{language}")
        self.made.places[language,] = (self.cells.line, f"question_{language}")
        for column in translatable():
            if self.cells[f"{column}_{language}"] and (language, column) not in self._read_columns(language):
                self._wrong(f"{column}_{language}", D_("une traduction sans texte français en face"))
        if segments:
            state = self._chosen(f"etat_{language}", STATES) if self.cells[f"etat_{language}"] else "draft"
            self.made.translations[language] = Translated(segments, state or "draft")

    def _read_columns(self, language: str) -> set[tuple[str, str]]:
        return {(language, column) for _, column in self._segment_columns()}

    def _segment_columns(self) -> list[tuple[str, str]]:
        found = [("stem", "question"), ("picture.alt", "image_description"), ("picture.words", "image_texte")]
        for number, name in self.options.items():
            option = f"reponse_{number}"
            found += [(f"options.{name}", option), (f"options.{name}.alt", f"{option}_image_description")]
            found.append((f"options.{name}.words", f"{option}_image_texte"))
        found += [(f"targets.{name}", f"cible_{number}") for number, name in self.targets.items()]
        found.append(("explain", "explication"))
        return [(segment, column) for segment, column in found if self.cells[column]]
