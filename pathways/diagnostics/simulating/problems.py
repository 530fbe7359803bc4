"""What is wrong with a file, collected so that all of it is said at once: where, and what was expected there.

Every reader here returns the value, or ``None`` after it has noted why there is none. A value that is left out and may
be left out is ``None`` too, without a note; so is ``null``.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

MOST_TOLD: Final = 10
LONGEST_TEXT: Final = 200
MOST_UNKNOWN: Final = 20
SHOWN: Final = 40
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_UNREADABLE: Final = re.compile("[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Signs that would move the cursor, turn the line round, or cannot be written at all."""


class WrongFile(Exception):
    """A file that cannot be used. ``problems``: the first of them as ``(path, sentence)``; ``count``: all of them."""

    def __init__(self, file: str, problems: Sequence[tuple[str, str]], count: int | None = None) -> None:
        self.file = file
        self.problems = tuple(problems)
        self.count = len(problems) if count is None else count
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """What to tell: one sentence, or a head and a line each."""
        told = [f"{path} : {said}" if path else said for path, said in self.problems]
        if self.count == 1:
            return [f"{self.file}, {told[0]}."]
        lines = [f"{self.file} ne peut pas servir, {self.count} problèmes :", *(f"  {line}." for line in told)]
        if (more := self.count - len(told)) > 0:
            lines.append(f"  et {more} de plus." if more > 1 else "  et un de plus.")
        return lines


class TwiceKeyed(dict[str, Any]):
    """A JSON object some of whose keys were written twice: ``twice`` names them. JSON itself keeps the last."""

    twice: tuple[str, ...] = ()


class Problems:
    """The problems of one file, in the order in which they are met; ``odd`` holds what is only worth a remark."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.count = 0
        self.first: list[tuple[str, str]] = []
        self.odd: list[str] = []

    def add(self, path: str, said: str) -> None:
        """Note one problem."""
        self.count += 1
        if len(self.first) < MOST_TOLD:
            self.first.append((path, said))

    def remark(self, said: str) -> None:
        """Note what does not prevent anything."""
        if len(self.odd) < MOST_TOLD:
            self.odd.append(said)

    def refuse(self) -> None:
        """Raise :class:`WrongFile` if there is any problem."""
        if self.count:
            raise WrongFile(self.file, self.first, self.count)

    def mapping(
        self, value: object, path: str, keys: Collection[str], *, needed: Collection[str] = ()
    ) -> dict[str, Any]:
        """An object with some of these keys. One that looks like a slip of the pen is refused, another is remarked."""
        if not isinstance(value, dict):
            self.add(path, f"attendu un objet {{...}}, trouvé {found(value)}")
            return {}
        self.twice(value, path)
        unknown = [key for key in value if key not in keys]
        if len(unknown) > MOST_UNKNOWN:
            self.add(path, f"{len(unknown)} clés inconnues ; attendu parmi {', '.join(keys)}")
            unknown = []
        for key in unknown:
            if meant := _meant(key, tuple(keys)):
                self.add(below(path, key), f"clé inconnue, peut-être « {meant} »")
            else:
                self.remark(f"{self.file}, {below(path, key)} : clé inconnue, ignorée.")
        for key in needed:
            if value.get(key) is None:
                self.add(path, f"il manque « {key} »")
        return value

    def twice(self, value: Mapping[str, Any], path: str) -> None:
        """Note the keys of an object that were written twice."""
        for key in getattr(value, "twice", ()):
            self.add(below(path, key), "cette clé est écrite deux fois")

    def listed(self, value: object, path: str, what: str, *, most: int, least: int = 1) -> list[Any]:
        """A list of ``least`` to ``most`` elements; ``what`` names them, in the plural."""
        if not isinstance(value, list):
            if value is not None:  # a missing one was noted where it is missing
                self.add(path, f"attendu une liste [...] de {what}, trouvé {found(value)}")
            return []
        if not least <= len(value) <= most:
            said = f"{len(value)} {what} ; {most} au plus" if value else f"attendu des {what}, trouvé une liste vide"
            self.add(path, said)
            return []
        return value

    def text(self, value: object, path: str, what: str) -> str | None:
        """A text that is not empty, that can be written and that has at most 200 signs."""
        if value is None:
            return None
        if not isinstance(value, str):
            self.add(path, f"attendu {what} (un texte), trouvé {found(value)}")
        elif not value.strip():
            self.add(path, f"attendu {what}, trouvé un texte vide")
        elif len(value) > LONGEST_TEXT:
            self.add(path, f"un texte de {len(value)} signes ; {LONGEST_TEXT} au plus")
        elif _UNREADABLE.search(value):
            self.add(path, f"{shown(value)} contient un signe qui ne s'écrit pas")
        else:
            return value
        return None

    def number(self, value: object, path: str, least: float, most: float, *, whole: bool = False) -> float | None:
        """A number from ``least`` to ``most``, both included."""
        if value is None:
            return None
        kind = "un nombre entier" if whole else "un nombre"
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            self.add(path, f"attendu {kind}, trouvé {found(value)}")
        elif not least <= value <= most or (whole and value != int(value)):
            self.add(path, f"attendu {kind} de {least:.15g} à {most:.15g}, trouvé {found(value)}")
        else:
            return float(value)
        return None


def below(path: str, key: str | int) -> str:
    """The path of an element of a list, or of a key of an object, inside the file."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    name = key if _PLAIN.match(key) else f"[{json.dumps(_cut(key), ensure_ascii=False)}]"
    return f"{path}.{name}" if path and not name.startswith("[") else f"{path}{name}"


@lru_cache(maxsize=1000)
def _meant(key: str, keys: tuple[str, ...]) -> str:
    """The known key that an unknown one looks like, or nothing."""
    return next(iter(difflib.get_close_matches(key[:SHOWN], keys, n=1, cutoff=0.75)), "")


def shown(text: str) -> str:
    """A text of the file as it can stand in a sentence: short, in quotes, harmless to a terminal."""
    return f"« {_cut(text)} »"


def found(value: object) -> str:
    """What stands where something else was expected."""
    if isinstance(value, dict):
        return "un objet {...}"
    if isinstance(value, list):
        return "une liste [...]" if value else "une liste vide"
    if isinstance(value, str):
        return f"le texte {shown(value)}"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "un nombre infini"
    return _cut(json.dumps(value))


def _cut(text: str) -> str:
    harmless = _UNREADABLE.sub(lambda sign: f"\\u{ord(sign.group()):04x}", text[: SHOWN + 1])
    return harmless if len(text) <= SHOWN else f"{harmless[:SHOWN]}…"
