"""Distances that everybody can look up, and boxes that leave nothing out."""

from __future__ import annotations

import math
import random

import pytest

from pathways.places.geometry import box, distance_km

PARIS, MARSEILLE, ORLEANS = (48.8534, 2.3488), (43.2965, 5.3698), (47.9029, 1.9039)
SAINT_DENIS_REUNION = (-20.8823, 55.4504)


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        (PARIS, MARSEILLE, 660.6),
        (PARIS, ORLEANS, 110.7),
        (PARIS, SAINT_DENIS_REUNION, 9362),
        ((0, 0), (0, 180), math.pi * 6371.0088),
    ],
)
def test_known_distances(one, other, km):
    assert distance_km(*one, *other) == pytest.approx(km, rel=0.005)
    assert distance_km(*one, *other) == pytest.approx(distance_km(*other, *one))


def test_nothing_is_no_distance():
    assert distance_km(*PARIS, *PARIS) == 0


def test_the_box_holds_whatever_is_near():
    chance = random.Random(5)
    for _ in range(2000):
        north, east, km = chance.uniform(-60, 60), chance.uniform(-170, 170), chance.uniform(0.1, 100)
        south, top, west, right = box(north, east, km)
        other = north + chance.uniform(-2, 2), east + chance.uniform(-4, 4)
        if distance_km(north, east, *other) <= km:
            assert south <= other[0] <= top
            assert west <= other[1] <= right


def test_the_box_is_hardly_larger_than_it_must():
    south, top, west, east = box(*PARIS, 10)
    assert distance_km(south, PARIS[1], top, PARIS[1]) == pytest.approx(20, rel=0.01)
    assert distance_km(PARIS[0], west, PARIS[0], east) == pytest.approx(20, rel=0.01)
