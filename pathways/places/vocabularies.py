"""What places are described by: the words of LaMednum and of data.inclusion, and what people look for. All of it is
data (``referentials/places/*.yaml``), checked when it is read; pure, it knows no table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

import yaml

from pathways import i18n
from pathways.settings import resource

LANGUAGE, ACCESSIBLE, MOBILE = "language", "access:wheelchair", "mobile:yes"
OF_TRAIT = {
    "services": "service",
    "publics": "public",
    "care": "care",
    "fees": "fee",
    "programmes": "programme",
    "access": "access",
    "support": "support",
    "kinds": "kind",
}
"""The word before the colon of a trait, by column of the place."""
_WHEELCHAIR = "motor"
_BECOMES = {"thematiques", "publics", "frais", "reseaux_porteurs", "modes_mobilisation", "mobilisable_par", "type"} | {
    "modes_accueil"
}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a vocabulary."""

    exact: str
    """As LaMednum spells it, and as columns of places keep it."""
    code: str
    """Ours: short and stable."""
    label: str
    """French."""
    becomes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Words of data.inclusion, by field."""
    language: str = ""
    """In which a place helps that says this value."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The values of one column, in the order in which files write them."""

    name: str
    """The field of LaMednum."""
    column: str
    values: tuple[Value, ...]
    spellings: Mapping[str, Value]
    """Each value by every spelling of it, folded as :func:`flat` does."""
    by_exact: Mapping[str, Value]

    def meant(self, spelling: str) -> Value | None:
        """The value that a file spells so, however it writes accents, case, spaces and apostrophes."""
        return self.by_exact.get(spelling) or self.spellings.get(flat(spelling))

    def of_code(self, code: str) -> Value | None:
        return next((one for one in self.values if one.code == code), None)

    def exact(self, text: str) -> Value | None:
        return self.by_exact.get(text)


@dataclass(frozen=True, slots=True)
class Need:
    """What somebody looks for, and which places meet it."""

    code: str
    label: str
    services: tuple[str, ...]
    care: tuple[str, ...]
    languages: bool


class Described(Protocol):
    """What a place says of itself: its columns."""

    services: list[str]
    publics: list[str]
    care: list[str]
    fees: list[str]
    programmes: list[str]
    access: list[str]
    support: list[str]
    kinds: list[str]
    languages: list[str]
    accessibility_url: str
    is_mobile: bool


@cache
def vocabularies() -> Mapping[str, Vocabulary]:
    """Those of LaMednum, by column of the place."""
    made = [_vocabulary(name, given) for name, given in _read("lamednum.yaml").items()]
    return {one.column: one for one in made}


@cache
def data_inclusion() -> Mapping[str, Mapping[str, str]]:
    """The values of data.inclusion v1 with their French labels, by field."""
    return {name: dict(values) for name, values in _read("data_inclusion.yaml").items()}


@cache
def needs() -> Mapping[str, Need]:
    found = {}
    for code, given in _read("needs.yaml").items():
        need = Need(
            code,
            given["label"],
            tuple(given.get("services", ())),
            tuple(given.get("care", ())),
            bool(given.get("languages", False)),
        )
        for column in ("services", "care"):
            for one in getattr(need, column):
                if vocabularies()[column].of_code(one) is None:
                    raise ValueError(f"needs.yaml: {code}: {column} has no {one}")
        found[code] = need
    return found


def codes(column: str, values: Iterable[str]) -> list[str]:
    """Our codes of what a column holds; what no vocabulary knows has none."""
    vocabulary = vocabularies()[column]
    return [known.code for value in values if (known := vocabulary.exact(value))]


def needs_of(services: Iterable[str], care: Iterable[str], languages: Iterable[str]) -> list[str]:
    """The needs that a place meets, from the codes of its services and care and the languages it helps in."""
    offered, careful = set(services), set(care)
    foreign = any(one != i18n.SOURCE for one in languages)
    return [
        need.code
        for need in needs().values()
        if offered & set(need.services) or careful & set(need.care) or (need.languages and foreign)
    ]


def traits_of(place: Described) -> list[str]:
    """What a place is searched by: ``need:papers``, ``public:seniors``, ``language:ti`` ... sorted, each once."""
    said = {column: codes(column, getattr(place, column)) for column in OF_TRAIT}
    traits = {f"{prefix}:{code}" for column, prefix in OF_TRAIT.items() for code in said[column]}
    traits |= {f"{LANGUAGE}:{code}" for code in languages_of(place.care, place.languages)}
    traits |= {f"need:{code}" for code in needs_of(said["services"], said["care"], place.languages)}
    if place.accessibility_url or _WHEELCHAIR in said["care"]:
        traits.add(ACCESSIBLE)
    if place.is_mobile:
        traits.add(MOBILE)
    return sorted(one[:80] for one in traits)


def languages_of(care: Iterable[str], languages: Iterable[str]) -> set[str]:
    """The languages in which a place helps: those it names, and those that its care says."""
    known = vocabularies()["care"]
    return set(languages) | {value.language for one in care if (value := known.exact(one)) and value.language}


def flat(text: str) -> str:
    """A spelling without what never matters in one: accents, case, kinds of apostrophes, quotes and spaces."""
    bare = i18n.folded(text.replace("\u00a0", " ").replace("\u202f", " "))
    bare = re.sub(r"[\"'«»“”‘’]", " ", bare)
    return re.sub(r"\s*([(),:;/-])\s*", r"\1", " ".join(bare.split()))


def _read(name: str) -> dict[str, Any]:
    text = (resource("referentials") / "places" / name).read_text("utf-8")
    found = yaml.load(text, _LOADER)  # noqa: S506 - a safe one, in C where the wheel brings it
    if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
        raise TypeError(f"{name}: a mapping of mappings is wanted")
    return found


def _vocabulary(name: str, given: Mapping[str, Any]) -> Vocabulary:
    values: list[Value] = []
    spellings: dict[str, Value] = {}
    for exact, said in given["values"].items():
        value = _value(f"{name}: {exact}", str(exact), said or {})
        values.append(value)
        for spelling in {flat(one) for one in (value.exact, *said.get("aliases", ()))}:
            if spelling in spellings:
                raise ValueError(f"lamednum.yaml: {name}: {exact}: {spelling} is said twice")
            spellings[spelling] = value
    if len({one.code for one in values}) != len(values):
        raise ValueError(f"lamednum.yaml: {name}: a code is there twice")
    return Vocabulary(name, given["column"], tuple(values), spellings, {one.exact: one for one in values})


def _value(where: str, exact: str, said: Mapping[str, Any]) -> Value:
    code = str(said.get("code") or exact.lower().replace("_", "-"))
    if not _CODE.match(code):
        raise ValueError(f"lamednum.yaml: {where}: {code} is no code")
    if wrong := set(said) - {"code", "label", "aliases", "becomes", "language"}:
        raise ValueError(f"lamednum.yaml: {where}: {sorted(wrong)} means nothing here")
    becomes = {name: _words(where, name, given) for name, given in said.get("becomes", {}).items()}
    return Value(exact, code, str(said.get("label", exact)), becomes, str(said.get("language", "")))


def _words(where: str, name: str, given: str | Sequence[str]) -> tuple[str, ...]:
    words = (given,) if isinstance(given, str) else tuple(given)
    if name not in _BECOMES or not set(words) <= set(data_inclusion()[name]):
        raise ValueError(f"lamednum.yaml: {where}: {name} {words}: not in data_inclusion.yaml")
    return words
