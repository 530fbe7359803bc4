"""From levels and shares to thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.diagnostics.engine import thresholds
from pathways.diagnostics.simulating.levels import Contradiction, Rung, Scale, places


def rungs(*levels: float | None, shares: Mapping[int, float | None] | None = None) -> list[Rung]:
    return [Rung(f"s{place}", level, (shares or {}).get(place)) for place, level in enumerate(levels)]


def heights(*levels: float | None, scale: Scale, shares: Mapping[int, float | None] | None = None) -> list[float]:
    return [place for _, place in places(rungs(*levels, shares=shares), scale)]


@pytest.mark.parametrize("levels", [(1, 2, 3, 4, 5, 6), (1, 1, 1, 3, 6, 6), (2, 2, 5), (1, 6)])
def test_whole_levels_stand_where_the_engine_puts_them(levels):
    scale = Scale.of(range(1, 7))
    assert heights(*levels, scale=scale) == pytest.approx(thresholds(list(levels), 6))


def test_levels_of_any_spacing_are_steps_of_one_scale():
    scale = Scale.of([1, 2, 5, 10])
    assert heights(1, 2, 5, 10, scale=scale) == pytest.approx([-1.6, -1.6 + 3.2 / 9, -1.6 + 3.2 * 4 / 9, 1.6])
    half = Scale.of([0.5, 1, 1.5])
    assert heights(0.5, 1, 1.5, scale=half) == pytest.approx([-1.6, 0.0, 1.6])


def test_a_ladder_without_levels_is_spread_in_its_order():
    assert heights(None, None, scale=Scale.of([1, 2])) == pytest.approx([-0.8, 0.8])
    assert heights(None, scale=Scale.of([])) == [0.0]


def test_one_level_for_all_says_as_little_as_none():
    assert heights(3, 3, scale=Scale.of([3])) == heights(None, None, scale=Scale.of([]))


@given(st.lists(st.sampled_from([0, 0.5, 1, 1.25, 4, 10, 1000]), min_size=1, max_size=12))
def test_every_ladder_of_levels_rises(levels):
    found = places(rungs(*levels), Scale.of(levels))
    assert all(lower < upper for (_, lower), (_, upper) in pairwise(found))
    assert [rung.level for rung, _ in found] == sorted(levels)


def test_a_share_overrides_a_level():
    found = heights(1, 2, 3, scale=Scale.of([1, 2, 3]), shares={1: 0.9})
    assert found == pytest.approx([-1.6, -NormalDist().inv_cdf(0.9), 1.6])


def test_a_share_alone_finds_its_place_on_the_ladder():
    found = places(rungs(1, 3, None, shares={2: 0.4}), Scale.of([1, 2, 3]))
    assert [rung.code for rung, _ in found] == ["s0", "s2", "s1"]


def test_shares_of_nobody_and_of_everybody_have_a_place():
    low, high = heights(None, None, scale=Scale.of([]), shares={0: 1.0, 1: 0.0})
    assert (low, high) == pytest.approx((-3.09, 3.09), abs=0.01)


@pytest.mark.parametrize(
    ("levels", "shares"),
    [
        ((None, None, None), {0: 0.3, 1: 0.3, 2: 0.3}),
        ((None, None, None), {0: 0.0, 1: 0.0005, 2: 0.0}),
        ((None, None, None), {0: 1.0, 1: 0.9999, 2: 0.9995}),
        ((2, 1, 5), {0: 0.5, 1: 0.5}),
        ((1, 3, 5), {0: 0.5}),
        ((1, 5, None), {1: 0.001, 2: 0.0}),
    ],
)
def test_rungs_that_as_many_people_master_stand_a_hair_apart(levels, shares):
    scale = Scale.of([1, 3, 5])
    found = places(rungs(*levels, shares=shares), scale)
    alone = [heights(rung.level, scale=scale, shares=shares and {0: rung.share})[0] for rung, _ in found]
    assert all(lower < upper for (_, lower), (_, upper) in pairwise(found))
    assert [place for _, place in found] == pytest.approx(alone, abs=1e-5)
    assert [rung.level for rung, _ in found if rung.level] == sorted(level for level in levels if level)


@pytest.mark.parametrize(
    ("levels", "shares", "lower", "upper"),
    [
        ((1, 2), {0: 0.2, 1: 0.5}, "s0", "s1"),
        ((1, 5, 9), {1: 0.001}, "s1", "s2"),
    ],
)
def test_rungs_that_contradict_each_other_are_named(levels, shares, lower, upper):
    with pytest.raises(Contradiction) as refused:
        places(rungs(*levels, shares=shares), Scale.of([1, 2, 5, 9]))
    assert {refused.value.lower.code, refused.value.upper.code} == {lower, upper}


def test_a_threshold_has_a_level_on_the_scale_of_the_bank():
    assert Scale.of([1, 3]).level_at(0.0) == 2.0
    assert Scale.of([]).level_at(1.6) == 8.0
    assert Scale.of([]).level_at(-9.0) == 1.0
