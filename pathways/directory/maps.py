"""A small map that needs nobody: points on paper, the names of towns around them, a scale. Where an operator names a
server of tiles, they lie beneath. Pure: degrees in, places in a drawing out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pathways.places.geometry import KM_PER_DEGREE

WIDTH, HEIGHT, MARGIN = 320, 240, 28
TILE = 256
CLOSEST, WIDEST = 15.0, 4.0
"""Zooms of the usual tiles: some streets, half of Europe."""
TOWN_APART = 34
"""Units between two names of towns, so that both are read."""
_SCALES = (50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1)


@dataclass(frozen=True, slots=True)
class Point:
    latitude: float
    longitude: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Tile:
    url: str
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class Map:
    dots: Sequence[Dot]
    towns: Sequence[Dot]
    here: Dot | None
    tiles: Sequence[Tile]
    scale: float
    """Units of the scale's bar."""
    scale_km: str


def drawn(
    points: Sequence[Point], towns: Iterable[Point] = (), here: Point | None = None, tiles: str = ""
) -> Map | None:
    """``towns``: the largest first; those that would cover another are left out. ``tiles``: an address with ``{z}``,
    ``{x}`` and ``{y}``. Nothing without a point.
    """
    if not points:
        return None
    all_points = [*points, *([here] if here else [])]
    flat = [_flat(one) for one in all_points]
    west, east = min(x for x, _ in flat), max(x for x, _ in flat)
    north, south = min(y for _, y in flat), max(y for _, y in flat)
    zoom = min(_zoom(east - west, WIDTH), _zoom(south - north, HEIGHT), CLOSEST)
    zoom = max(zoom, WIDEST)
    world = TILE * 2**zoom
    left, top = (west + east) / 2 * world - WIDTH / 2, (north + south) / 2 * world - HEIGHT / 2

    def dot(one: Point) -> Dot:
        x, y = _flat(one)
        return Dot(round(x * world - left, 1), round(y * world - top, 1), one.label)

    places = [dot(one) for one in points]
    middle = sum(one.latitude for one in all_points) / len(all_points)
    units = world * 1 / (360 * KM_PER_DEGREE * math.cos(math.radians(middle)))
    km = next((one for one in _SCALES if one * units <= WIDTH / 3), _SCALES[-1])
    return Map(
        dots=places,
        towns=_apart([_beside(dot(one), places) for one in towns]),
        here=dot(here) if here else None,
        tiles=_tiles(tiles, zoom, left, top) if tiles else (),
        scale=round(km * units, 1),
        scale_km=f"{km:g} km" if km >= 1 else f"{km * 1000:g} m",
    )


def _flat(one: Point) -> tuple[float, float]:
    """Mercator's square of the world, from 0 to 1."""
    sine = math.sin(math.radians(min(max(one.latitude, -85), 85)))
    return one.longitude / 360 + 0.5, 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def _zoom(stretch: float, room: int) -> float:
    return math.log2((room - 2 * MARGIN) / (TILE * stretch)) if stretch > 1e-9 else CLOSEST


def _beside(town: Dot, dots: Sequence[Dot]) -> Dot:
    """Above a point that would stand on its name."""
    covered = any(abs(town.x - one.x) < 24 and abs(town.y - one.y) < 12 for one in dots)
    return replace(town, y=round(town.y - 15, 1)) if covered else town


def _apart(dots: Iterable[Dot]) -> list[Dot]:
    kept: list[Dot] = []
    for one in dots:
        inside = MARGIN < one.x < WIDTH - MARGIN and 16 < one.y < HEIGHT - 16
        if inside and all(abs(one.y - other.y) > 14 or abs(one.x - other.x) > 2 * TOWN_APART for other in kept):
            kept.append(one)
    return kept


def _tiles(template: str, zoom: float, left: float, top: float) -> list[Tile]:
    level = math.floor(zoom)
    size = TILE * 2 ** (zoom - level)
    columns = range(math.floor(left / size), math.floor((left + WIDTH) / size) + 1)
    rows = range(math.floor(top / size), math.floor((top + HEIGHT) / size) + 1)
    return [
        Tile(
            template.replace("{z}", str(level)).replace("{x}", str(x)).replace("{y}", str(y)),
            round(x * size - left, 1),
            round(y * size - top, 1),
            round(size, 1),
        )
        for x in columns
        for y in rows
        if 0 <= x < 2**level and 0 <= y < 2**level
    ]


def only_first(drawn_: Map) -> Map:
    """The map of one place: the other points only said how much to show around it."""
    return replace(drawn_, dots=drawn_.dots[:1])
