"""The little map: everything is inside it, north is up, and the scale is right."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pathways.directory import maps
from pathways.directory.maps import HEIGHT, WIDTH, Map, Point
from pathways.places import geometry

ORLEANS, BLOIS, TOURS = Point(47.9, 1.9, "1"), Point(47.59, 1.33, "2"), Point(47.39, 0.69, "3")


def of(points, towns=(), tiles="") -> Map:
    drawn = maps.drawn(points, towns, tiles=tiles)
    assert drawn is not None
    return drawn


def test_no_point_no_map():
    assert maps.drawn([]) is None


def test_every_point_is_inside_and_north_is_up():
    drawn = of([ORLEANS, BLOIS, TOURS])
    for dot in drawn.dots:
        assert 0 < dot.x < WIDTH
        assert 0 < dot.y < HEIGHT
    assert [one.label for one in drawn.dots] == ["1", "2", "3"]
    assert all(first.x > second.x and first.y < second.y for first, second in pairwise(drawn.dots))


def test_the_bar_is_as_long_as_it_says():
    drawn = of([ORLEANS, BLOIS])
    units = ((drawn.dots[0].x - drawn.dots[1].x) ** 2 + (drawn.dots[0].y - drawn.dots[1].y) ** 2) ** 0.5
    km = geometry.distance_km(ORLEANS.latitude, ORLEANS.longitude, BLOIS.latitude, BLOIS.longitude)
    assert drawn.scale / float(drawn.scale_km.split()[0]) == pytest.approx(units / km, rel=0.02)


@pytest.mark.parametrize(
    "points", [[ORLEANS], [ORLEANS, ORLEANS], [Point(-21.1, 55.5), ORLEANS], [Point(90, 180), Point(-90, -180)]]
)
def test_one_point_twice_the_same_and_the_whole_world(points):
    drawn = of(points, [Point(47.9, 1.9, "Orléans")] * 3)
    assert all(abs(one.x) < 10_000 for one in drawn.dots)
    assert len(drawn.towns) <= 1


def test_names_of_towns_do_not_cover_each_other():
    towns = [Point(47.9 - step / 1000, 1.9 - step / 1000, f"{step}") for step in range(100)]
    drawn = of([ORLEANS, BLOIS], towns)
    assert 1 <= len(drawn.towns) < 10


def test_tiles_cover_the_map_and_ask_nobody_unless_told_to():
    assert of([ORLEANS, BLOIS]).tiles == ()
    drawn = of([ORLEANS, BLOIS], tiles="https://tuiles.example/{z}/{x}/{y}.png")
    assert min(one.x for one in drawn.tiles) <= 0
    assert max(one.x + one.size for one in drawn.tiles) >= WIDTH
    assert max(one.y + one.size for one in drawn.tiles) >= HEIGHT
    assert all("{" not in one.url for one in drawn.tiles)
