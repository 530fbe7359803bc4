"""What must be known before a choice of micro-skills: the nearest first, and as a picture. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pathways.referentials.ladders import Ladders
from pathways.referentials.models import MicroSkill

BOX_WIDTH, BOX_HEIGHT = 190, 58
GAP_ACROSS, GAP_DOWN = 46, 14
LINE = 25
"""Letters on one line of a box."""
MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class Box:
    skill: MicroSkill
    chosen: bool
    x: int
    y: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """From what must be known first to what needs it. ``either``: another one would do as well."""

    x1: int
    y1: int
    x2: int
    y2: int
    either: bool


@dataclass(frozen=True, slots=True)
class Need:
    """In words: ``skill`` needs, for each group, one of ``group`` (those among the chosen are named apart)."""

    skill: MicroSkill
    groups: tuple[tuple[tuple[MicroSkill, bool], ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int
    needs: tuple[Need, ...]
    missing: tuple[tuple[MicroSkill, MicroSkill], ...]
    """What is not chosen, with the micro-skill that needs it, the nearest first."""


def nearest(
    ladders: Ladders, chosen: Iterable[str], *, asked: Collection[str] = (), without_device: str = ""
) -> Iterator[tuple[str, str]]:
    """The prerequisites that are not chosen, as ``(needed, by whom)``: those of the chosen ones first, then theirs.

    One member of an OR group is enough: a chosen one; else one of the device that the choice is about, with a question
    (``asked``) if there is one.
    """
    known = ladders.skills
    row = [code for code in dict.fromkeys(chosen) if code in known]
    devices = {known[code].device for code in row} - {"any"} or {"phone"}  # most learners hold a phone

    def worth(code: str) -> tuple[bool, bool, bool]:
        device = known[code].device
        return device == without_device, device not in devices | {"any"}, code not in asked

    met = set(row)
    while row:
        following: list[str] = []
        for code in row:
            for group in known[code].requires:
                members = [one for one in group if one in known]
                if not members or met & set(group):
                    continue
                needed = min(members, key=worth)
                met.add(needed)
                following.append(needed)
                yield needed, code
        row = following


def picture(
    ladders: Ladders, chosen: Sequence[str], *, asked: Collection[str] = (), without_device: str = ""
) -> Picture:
    """The chosen micro-skills and what they need, from left to right: what comes first stands further left."""
    known = ladders.skills
    missing = list(nearest(ladders, chosen, asked=asked, without_device=without_device))
    drawn = {code for code in chosen if code in known} | {needed for needed, _ in missing}
    codes = [code for code in known if code in drawn]
    places = _places(_layers(ladders, codes))
    boxes = tuple(Box(known[code], code in chosen, *places[code], lines=_lines(known[code].title)) for code in codes)
    return Picture(
        boxes,
        tuple(_arrows(ladders, codes, places)),
        width=max((box.x for box in boxes), default=0) + BOX_WIDTH + 2,
        height=max((box.y for box in boxes), default=0) + BOX_HEIGHT + 2,
        needs=tuple(_needs(ladders, chosen)),
        missing=tuple((known[needed], known[code]) for needed, code in missing),
    )


def _needs(ladders: Ladders, chosen: Sequence[str]) -> Iterator[Need]:
    known = ladders.skills
    for code in chosen:
        if code in known and known[code].requires:
            groups = [[(known[one], one in chosen) for one in group if one in known] for group in known[code].requires]
            yield Need(known[code], tuple(tuple(group) for group in groups if group))


def _layers(ladders: Ladders, codes: Sequence[str]) -> list[list[str]]:
    """One more than the deepest of what one needs and is drawn. Prerequisites have no cycle; if they had, it ends."""
    known, drawn = ladders.skills, set(codes)
    depth = dict.fromkeys(codes, 0)
    for _ in codes:
        deeper = {
            code: max(
                (depth[one] + 1 for group in known[code].requires for one in group if one in drawn and one != code),
                default=0,
            )
            for code in codes
        }
        if deeper == depth:
            break
        depth = {code: min(place, len(codes)) for code, place in deeper.items()}
    layers: dict[int, list[str]] = {}
    for code in codes:
        layers.setdefault(depth[code], []).append(code)
    return [layers[place] for place in sorted(layers)]


def _places(layers: Sequence[Sequence[str]]) -> dict[str, tuple[int, int]]:
    tallest = max((len(layer) for layer in layers), default=0)
    places = {}
    for across, layer in enumerate(layers):
        spare = (tallest - len(layer)) * (BOX_HEIGHT + GAP_DOWN) // 2
        for down, code in enumerate(layer):
            places[code] = (1 + across * (BOX_WIDTH + GAP_ACROSS), 1 + spare + down * (BOX_HEIGHT + GAP_DOWN))
    return places


def _arrows(ladders: Ladders, codes: Sequence[str], places: dict[str, tuple[int, int]]) -> Iterator[Arrow]:
    for code in codes:
        x, y = places[code]
        for group in ladders.skills[code].requires:
            for one in group:
                if one in places and one != code:
                    before = places[one]
                    yield Arrow(
                        before[0] + BOX_WIDTH, before[1] + BOX_HEIGHT // 2, x, y + BOX_HEIGHT // 2, len(group) > 1
                    )


def _lines(title: str) -> tuple[str, ...]:
    """The title on a few lines; a word that is too long for one is cut by nothing but its box."""
    lines = [""]
    for word in title.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > LINE:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1][: LINE - 1]}…"]
    return tuple(lines)
