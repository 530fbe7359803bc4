"""BANK.json: micro-skills and items that somebody wrote down, as a structure of the engine.

What is left out takes these values, design values of a first day:

- ``guess``: one over ``options``, .2 where neither is given; ``slip``: .1; ``seconds``: 40; ``near``: no partial
  credit, and the engine's first values where it is ``true``;
- ``styles``, how answers come out: those of first values, or, where every item states both ``slip`` and ``guess``,
  those of known ones;
- a micro-skill without strand is a ladder of its own; thresholds: :mod:`pathways.diagnostics.simulating.levels`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import nan
from pathlib import Path
from typing import Any, Final, TypeVar

from pathways.diagnostics.engine import (
    FIRST_NEAR,
    FIRST_STYLES,
    KNOWN_STYLES,
    InvalidStructure,
    ItemModel,
    LevelSkill,
    LevelStrand,
    Requirement,
    Structure,
    Style,
)
from pathways.diagnostics.engine.items import DONT_KNOW_MASTERED, DONT_KNOW_NOT_MASTERED, LEAST_PROBABILITY, SLIP
from pathways.diagnostics.simulating.json_files import read_json
from pathways.diagnostics.simulating.levels import Contradiction, Rung, Scale, places
from pathways.diagnostics.simulating.problems import Problems, WrongFile, below, found, shown
from pathways.diagnostics.simulating.requirements import Requires, in_order, required
from pathways.diagnostics.simulating.styles import styles_of

GUESS: Final = 0.2
SECONDS: Final = 40.0
LONGEST_SECONDS: Final = 86_400.0
HIGHEST_LEVEL: Final = 1_000_000.0

MOST_BYTES: Final = 50_000_000
MOST_SKILLS: Final = 10_000
MOST_ITEMS: Final = 100_000
MOST_OPTIONS: Final = 1_000
MOST_SKILLS_OF_AN_ITEM: Final = 8
MOST_MEMORY: Final = 2_000_000_000
GRID_POINTS: Final = 348
"""Of the engine's widest population."""
TABLES: Final = 7
"""Numbers that the engine keeps of an item in a state, as the item says and in every style: three outcomes, their
logarithms and an entropy."""

KEYS: Final = ("skills", "items", "styles")
SKILL_KEYS: Final = ("code", "strand", "level", "requires", "share")
ITEM_KEYS: Final = ("code", "skill", "skills", "options", "guess", "slip", "seconds", "near")

_One = TypeVar("_One")


@dataclass(frozen=True)
class Bank:
    """Skills and items. ``levels``: of every micro-skill, on the bank's own scale (or 1 to 8 if it has none).

    The items of ``structure`` offer "I don't know" with the engine's first values; see :meth:`without_dont_know`.
    ``remarks``: sentences about what was odd and changed nothing. ``most_per_strand``: questions on one ladder that a
    published diagnostic asks at most; ``None``: as many as are worth asking. ``placed``: the micro-skills of which
    somebody said where they stand; ``None``: all.
    """

    structure: Structure
    levels: Mapping[str, float]
    remarks: tuple[str, ...] = ()
    most_per_strand: int | None = None
    placed: frozenset[str] | None = None

    def without_dont_know(self) -> Bank:
        """The bank of those who were never offered "I don't know": then not to have said it is no sign of mastery, and
        who hardly ever says it answers like everybody else.
        """
        items = (replace(item, dont_know_mastered=0.0, dont_know_not_mastered=0.0) for item in self.structure.items)
        shares: dict[Style, float] = {}
        for style in self.structure.styles:
            way = replace(style, share=1.0, dont_know=True)
            shares[way] = shares.get(way, 0.0) + style.share
        styles = tuple(replace(way, share=share) for way, share in shares.items())
        return replace(self, structure=replace(self.structure, items=tuple(items), styles=styles))

    def in_one_style(self) -> Bank:
        """The bank whose answers come out as its items say, and in no other way."""
        return replace(self, structure=replace(self.structure, styles=()))


@dataclass(frozen=True, slots=True)
class _Skill:
    """A micro-skill as it was written; ``path``: where."""

    path: str
    rung: Rung
    strand: str | None
    requires: object

    @property
    def placed(self) -> bool:
        """Whether its author said how many people master it, or at which level."""
        return self.rung.level is not None or self.rung.share is not None

    @property
    def alone(self) -> bool:
        """Whether nothing but what it requires says where it stands."""
        return self.strand is None and not self.placed


def read_bank(path: Path) -> Bank:
    """Return the bank of a file; raises :class:`WrongFile` with everything that is wrong in it."""
    return bank_of(read_json(path, MOST_BYTES), str(path))


def bank_of(document: object, file: str) -> Bank:
    """Return the bank of a document, as it was read from ``file``; raises :class:`WrongFile`."""
    problems = Problems(file)
    whole = problems.mapping(document, "", KEYS, needed=("skills", "items"))
    listed = problems.listed(whole.get("skills"), "skills", "micro-compétences", most=MOST_SKILLS)
    written = [_skill(problems, one, below("skills", place)) for place, one in enumerate(listed)]
    skills = _once(problems, [one for one in written if one is not None], lambda one: (one.rung.code, one.path))
    items = _items(problems, whole.get("items"), {one.rung.code for one in skills}, sure=len(skills) == len(listed))
    usual = KNOWN_STYLES if _all_state_their_values(whole.get("items")) else FIRST_STYLES
    styles = styles_of(problems, whole.get("styles"), "styles") or usual
    scale = Scale.of([one.rung.level for one in skills if one.rung.level is not None])
    strands = _strands(problems, skills, scale)
    asked = [Requires(one.rung.code, one.path, one.requires) for one in skills]
    requirements = required(problems, asked, strands)
    problems.refuse()
    strands = in_order(strands, requirements, {one.rung.code for one in skills if one.alone})
    structure = _structure(file, strands, items, requirements, styles)
    rungs = {one.rung.code: one.rung for one in skills}
    levels = {
        skill.code: scale.level_at(skill.threshold) if (level := rungs[skill.code].level) is None else level
        for strand in strands
        for skill in strand.skills
    }
    return Bank(structure, levels, tuple(problems.odd), placed=frozenset(one.rung.code for one in skills if one.placed))


def _skill(problems: Problems, value: object, path: str) -> _Skill | None:
    read = problems.mapping(value, path, SKILL_KEYS, needed=("code",))
    code = problems.text(read.get("code"), below(path, "code"), "le code d'une micro-compétence")
    strand = problems.text(read.get("strand"), below(path, "strand"), "le code d'une filière")
    level = problems.number(read.get("level"), below(path, "level"), 0.0, HIGHEST_LEVEL)
    share = problems.number(read.get("share"), below(path, "share"), 0.0, 1.0)
    return None if code is None else _Skill(path, Rung(code, level, share), strand, read.get("requires"))


def _once(problems: Problems, many: list[_One], name: Callable[[_One], tuple[str, str]]) -> list[_One]:
    """The elements whose code comes for the first time."""
    first: dict[str, tuple[str, _One]] = {}
    for one in many:
        code, path = name(one)
        if code in first:
            problems.add(below(path, "code"), f"{shown(code)} est déjà le code de {first[code][0]}")
        else:
            first[code] = path, one
    return [one for _, one in first.values()]


def _items(problems: Problems, value: object, known: set[str], *, sure: bool) -> list[ItemModel]:
    """``sure``: whether all skills could be read, so that one that is not known is really in no list."""
    listed = problems.listed(value, "items", "questions", most=MOST_ITEMS)
    paths = [below("items", place) for place in range(len(listed))]
    read = [(_item(problems, one, path, known, sure=sure), path) for one, path in zip(listed, paths, strict=True)]
    there = [(item, path) for item, path in read if item is not None]
    return [item for item, _ in _once(problems, there, lambda pair: (pair[0].code, pair[1]))]


def _all_state_their_values(items: object) -> bool:
    """Whether every item says both its slip and its guess."""
    return isinstance(items, list) and all(
        isinstance(one, dict) and one.get("slip") is not None and one.get("guess") is not None for one in items
    )


def _item(problems: Problems, value: object, path: str, known: set[str], *, sure: bool) -> ItemModel | None:
    read = problems.mapping(value, path, ITEM_KEYS, needed=("code",))
    code = problems.text(read.get("code"), below(path, "code"), "le code d'une question")
    skills = _skills_of(problems, read, path, known, sure=sure)
    options = problems.number(read.get("options"), below(path, "options"), 2, MOST_OPTIONS, whole=True)
    guess = problems.number(read.get("guess"), below(path, "guess"), 0.0, 1.0)
    slip = problems.number(read.get("slip"), below(path, "slip"), 0.0, 1.0)
    seconds = problems.number(read.get("seconds"), below(path, "seconds"), 0.1, LONGEST_SECONDS)
    near = _near(problems, read.get("near"), below(path, "near"))
    guess = (GUESS if options is None else 1.0 / options) if guess is None else guess
    slip = SLIP if slip is None else slip
    seconds = SECONDS if seconds is None else seconds
    if code is None or not skills:
        return None
    try:
        # A right answer must speak for mastery among people who are offered "I don't know", and among others.
        model = ItemModel(code, skills[0], slip, guess, 0.0, 0.0, seconds, tuple(skills[1:]), near=near)
        return replace(model, dont_know_mastered=DONT_KNOW_MASTERED, dont_know_not_mastered=DONT_KNOW_NOT_MASTERED)
    except InvalidStructure:
        said = f"guess {guess:.15g} et slip {slip:.15g} : une bonne réponse parlerait contre la micro-compétence"
        problems.add(path, f"{said}, attendu guess + slip au-dessous de 0.995")
        return None


def _near(problems: Problems, value: object, path: str) -> tuple[float, float] | None:
    """P(partly right | wrong answer) without and with the micro-skill, where there is partial credit."""
    if value is None or isinstance(value, bool):
        return FIRST_NEAR if value else None
    pair = value if isinstance(value, list) and len(value) == 2 else [None, None]
    low, high = (one if isinstance(one, int | float) and not isinstance(one, bool) else nan for one in pair)
    if 0.0 < low < high < 1.0 and max(low, LEAST_PROBABILITY) < min(high, 1.0 - LEAST_PROBABILITY):
        return float(low), float(high)
    written = found(value) if value is not pair else f"[{', '.join(map(found, pair))}]"
    problems.add(path, f"attendu true, ou deux nombres entre 0 et 1 qui montent comme [0.35, 0.75], trouvé {written}")
    return None


def _skills_of(problems: Problems, read: dict[str, Any], path: str, known: set[str], *, sure: bool) -> list[str]:
    """The micro-skills that an item needs, from ``skill`` or ``skills``."""
    one, several = read.get("skill"), read.get("skills")
    if (one is None) == (several is None):
        problems.add(path, "attendu « skill » ou « skills »" + (", pas les deux" if one is not None else ""))
        return []
    if several is None:
        named = [(below(path, "skill"), one)]
    else:
        place = below(path, "skills")
        listed = problems.listed(several, place, "micro-compétences", most=MOST_SKILLS_OF_AN_ITEM)
        named = [(below(place, number), code) for number, code in enumerate(listed)]
    codes: list[str] = []
    for place, value in named:
        code = problems.text(value, place, "le code d'une micro-compétence")
        if code is None:
            if value is None:
                problems.add(place, "attendu le code d'une micro-compétence, trouvé null")
        elif sure and code not in known:
            problems.add(place, f"aucune micro-compétence n'a le code {shown(code)}")
        elif code in codes:
            problems.add(place, f"la micro-compétence {shown(code)} est nommée deux fois")
        else:
            codes.append(code)
    return codes


def _strands(problems: Problems, skills: list[_Skill], scale: Scale) -> list[LevelStrand]:
    """The ladders, in the order in which they are first met; a micro-skill of no strand is one by itself."""
    ladders: dict[tuple[bool, str], list[_Skill]] = {}
    for skill in skills:
        key = (False, skill.rung.code) if skill.strand is None else (True, skill.strand)
        ladders.setdefault(key, []).append(skill)
    named = {code for real, code in ladders if real}
    strands: list[LevelStrand] = []
    for (real, code), members in ladders.items():
        placed = _placed(problems, members, scale)
        rungs = tuple(LevelSkill(rung.code, place) for rung, place in placed)
        # A lone micro-skill may have the code of somebody else's strand; strands have codes of their own.
        if rungs:
            strands.append(LevelStrand(code if real else _free(code, named), rungs))
    return strands


def _free(code: str, taken: set[str]) -> str:
    while code in taken:
        code = f"{code}'"
    taken.add(code)
    return code


def _placed(problems: Problems, members: list[_Skill], scale: Scale) -> list[tuple[Rung, float]]:
    rungs = [member.rung for member in members]
    known = [rung for rung in rungs if rung.level is not None or rung.share is not None]
    if known and len(known) < len(rungs):
        strand = shown(members[0].strand or "")
        for member in members:
            if member.rung not in known:
                problems.add(member.path, f"il manque « level » ou « share », donnés ailleurs dans la filière {strand}")
        return []
    try:
        return places(rungs, scale)
    except Contradiction as error:
        path = next(member.path for member in members if member.rung == error.upper)
        said = f"{_as_written(error.upper)} et {_as_written(error.lower)} se contredisent"
        expected = "attendu, le long d'une filière, des niveaux qui montent et des parts qui baissent"
        problems.add(path, f"{said} ; {expected}")
        return []


def _as_written(rung: Rung) -> str:
    said = [f"niveau {rung.level:.15g}"] if rung.level is not None else []
    said += [f"part {rung.share:.15g}"] if rung.share is not None else []
    return f"{shown(rung.code)} ({', '.join(said)})"


def _structure(
    file: str,
    strands: list[LevelStrand],
    items: list[ItemModel],
    requirements: tuple[Requirement, ...],
    styles: tuple[Style, ...],
) -> Structure:
    if (bytes_ := _bytes_of(strands, items, len(styles))) > MOST_MEMORY:
        longest = max(len(strand.skills) for strand in strands)
        said = f"{len(strands)} filières, la plus longue de {longest} micro-compétences, {len(items)} questions"
        raise WrongFile(file, [("", f"{said} : il faudrait {bytes_ / 1e9:.0f} Go de mémoire")])
    try:
        return Structure(tuple(strands), tuple(items), requirements, styles)
    except InvalidStructure as error:  # what only the engine knows
        raise WrongFile(file, [("", str(error))]) from None


def _bytes_of(strands: list[LevelStrand], items: list[ItemModel], styles: int) -> int:
    """About what the engine's arrays need: they are as wide as the largest strand, for each of them."""
    strand_of = {code: place for place, strand in enumerate(strands) for code in strand.skill_codes}
    places = Counter(strand_of[item.skill] for item in items)
    places.update(strand_of[item.skill] for item in items if item.near is not None)
    widest = max(places.values())
    states = 1 + max(len(strand.skills) for strand in strands)
    return 8 * len(strands) * states * (GRID_POINTS + TABLES * (1 + styles) * widest)
