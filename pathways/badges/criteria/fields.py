"""Reading what an author wrote, value by value: each refusal says where, and in plain French what would be right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from pathways.badges.criteria.nodes import Text

Choice = TypeVar("Choice", bound=StrEnum)

SLUG = re.compile(r"(?=.{1,60}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")
FRAMEWORK = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,40}")
"""As in ``referentials.documents.Code``; micro-skills, too."""
THEME = re.compile(r"(?=.{1,60}\Z)[a-z0-9]+(?:[_-][a-z0-9]+)*")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
VERSION = re.compile(r"\d{1,6}(?:\.\d{1,6}){0,2}", re.ASCII)
FINGERPRINT = re.compile(r"[0-9a-f]{12,64}")
LONGEST_CODE = 64
LONGEST_TEXT = 300
MOST_VALUES = 60
SHOWN = 40
"""Characters of a wrong value that a refusal repeats."""


class CriteriaError(ValueError):
    """What was written is no tree of criteria. ``path`` says where (``all[1].any[0].profile.skills``, empty for the
    whole), ``sentence`` what is wrong, in French.
    """

    def __init__(self, path: str, sentence: str) -> None:
        super().__init__(f"{path} : {sentence}" if path else sentence)
        self.path = path
        self.sentence = sentence


def shown(value: object) -> str:
    """A wrong value, short enough for a sentence and safe to print."""
    if isinstance(value, int) and value.bit_length() > 128:
        return "un très grand nombre"  # Python refuses to write out one of thousands of digits
    text = str(value) if isinstance(value, (str, int, float)) else type(value).__name__
    clean = "".join(one if one.isprintable() else "?" for one in text[: SHOWN + 1])
    return clean if len(clean) <= SHOWN else f"{clean[:SHOWN]}…"


class Fields:
    """The values of one mapping. Raises ``CriteriaError`` for a name that is not ``known``."""

    def __init__(self, data: Any, path: str, known: Collection[str]) -> None:
        if not isinstance(data, Mapping):
            raise CriteriaError(path, f"il faut un objet avec {_listed(known)}.")
        for name in data:
            if name not in known:
                raise CriteriaError(path, f"« {shown(name)} » n'est pas connu. On peut écrire {_listed(known)}.")
        self._data = data
        self.path = path

    def __contains__(self, name: str) -> bool:
        return name in self._data

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def value(self, name: str) -> Any:
        if name not in self._data:
            raise CriteriaError(self.at(name), f"il manque « {name} ».")
        return self._data[name]

    def count(self, name: str, least: int, most: int, default: int | None = None) -> int:
        """A whole number between both; ``default`` where there is none, if there is a default."""
        if default is not None and name not in self:
            return default
        value = self.value(name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise CriteriaError(self.at(name), f"il faut un nombre entier de {least} à {most}, pas « {shown(value)} ».")
        return value

    def months(self, most: int) -> int | None:
        return self.count("months", 1, most) if "months" in self else None

    def yes(self, name: str) -> bool:
        """Whether it is there and true."""
        value = self.value(name) if name in self else False
        if not isinstance(value, bool):
            raise CriteriaError(self.at(name), f"il faut « true » ou « false », pas « {shown(value)} ».")
        return value

    def code(self, name: str, pattern: re.Pattern[str], like: str, default: str | None = None) -> str:
        if default is not None and name not in self:
            return default
        return code(self.value(name), self.at(name), pattern, like)

    def codes(self, name: str, pattern: re.Pattern[str], like: str) -> tuple[str, ...]:
        """One code or several; none where ``name`` is not there."""
        if name not in self:
            return ()
        value = self.value(name)
        if isinstance(value, str):
            return (code(value, self.at(name), pattern, like),)
        return codes(value, self.at(name), pattern, like)

    def choice(self, name: str, kind: type[Choice]) -> Choice:
        return _choice(self.value(name), self.at(name), kind)

    def choices(self, name: str, kind: type[Choice]) -> tuple[Choice, ...]:
        """One or several; none where ``name`` is not there."""
        if name not in self:
            return ()
        value = self.value(name)
        values = [value] if isinstance(value, str) else _several(value, self.at(name))
        found = tuple(_choice(one, self.at(name), kind) for one in values)
        _differ(found, self.at(name))
        return found

    def text(self, name: str) -> Text:
        """Words in French and in English."""
        inner = Fields(self.value(name), self.at(name), ("fr", "en"))
        return Text(*(words(inner.value(language), inner.at(language)) for language in ("fr", "en")))


def code(value: Any, path: str, pattern: re.Pattern[str], like: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_CODE or not pattern.fullmatch(value):
        raise CriteriaError(path, f"« {shown(value)} » n'est pas un code. Exemple : « {like} ».")
    return value


def codes(value: Any, path: str, pattern: re.Pattern[str], like: str) -> tuple[str, ...]:
    """At least one, each once."""
    found = tuple(code(one, path, pattern, like) for one in _several(value, path))
    _differ(found, path)
    return found


def mastery(value: Any, path: str) -> float:
    """P(mastered), from 0.5 to 0.99: less says nothing, and no diagnostic is surer."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.5 <= value <= 0.99:
        raise CriteriaError(path, f"la maîtrise est un nombre de 0.5 à 0.99, pas « {shown(value)} ».")
    if round(value, 3) != value:
        raise CriteriaError(path, f"la maîtrise a trois chiffres après la virgule au plus, pas « {shown(value)} ».")
    return float(value)


def minutes(value: Any, path: str, most_hours: int) -> int:
    """Hours, to the quarter, as minutes."""
    is_number = not isinstance(value, bool) and isinstance(value, (int, float))
    if not is_number or not 0.25 <= value <= most_hours or value * 4 != int(value * 4):
        said = f"il faut un nombre d'heures de 0.25 à {most_hours}, au quart d'heure près, pas « {shown(value)} »."
        raise CriteriaError(path, said)
    return int(value * 60)


def words(value: Any, path: str) -> str:
    """One paragraph without markup: it goes into signed text and into pages."""
    if not isinstance(value, str):
        raise CriteriaError(path, f"il faut un texte, pas « {shown(value)} ».")
    if len(value) > 4 * LONGEST_TEXT:
        raise CriteriaError(path, f"ce texte est trop long : {LONGEST_TEXT} caractères au plus.")
    text = re.sub(r"[ \t\r\n]+", " ", value).strip(" ")
    if not re.search(r"\w", text):
        raise CriteriaError(path, "ce texte est vide.")
    if len(text) > LONGEST_TEXT:
        raise CriteriaError(path, f"ce texte est trop long : {LONGEST_TEXT} caractères au plus, pas {len(text)}.")
    if any(unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} or one in "<>" for one in text):
        raise CriteriaError(path, "ce texte contient un caractère de commande, « < » ou « > ».")
    return text


def _several(value: Any, path: str) -> list[Any]:
    if not isinstance(value, (list, tuple)) or not value:
        raise CriteriaError(path, "il faut une liste qui n'est pas vide.")
    if len(value) > MOST_VALUES:
        raise CriteriaError(path, f"cette liste est trop longue : {MOST_VALUES} au plus, pas {len(value)}.")
    return list(value)


def _choice(value: Any, path: str, kind: type[Choice]) -> Choice:
    known = [one.value for one in kind]
    if not isinstance(value, str) or value not in known:
        raise CriteriaError(path, f"« {shown(value)} » n'est pas connu. On peut écrire {_listed(known)}.")
    return kind(value)


def _differ(found: Collection[str], path: str) -> None:
    if len(set(found)) < len(found):
        twice = next(one for one in found if list(found).count(one) > 1)
        raise CriteriaError(path, f"« {twice} » y est deux fois.")


def _listed(names: Collection[str]) -> str:
    quoted = [f"« {name} »" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} ou {quoted[-1]}"
