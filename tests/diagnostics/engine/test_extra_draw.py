"""Which attempts are asked an extra question, and which one: by a seed alone."""

import uuid
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pathways.diagnostics.engine.extra_draw import drawn, is_drawn

codes = st.sets(st.text("ABC-012", min_size=1, max_size=5), min_size=1, max_size=30)


def seeds(count):
    return [str(uuid.UUID(int=number * 7919 + 5)) for number in range(count)]


def test_one_seed_in_so_many_is_drawn():
    assert not any(is_drawn(seed, 0) for seed in seeds(200))
    assert all(is_drawn(seed, 1) for seed in seeds(200))
    for one_in in (2, 3, 10):
        share = sum(is_drawn(seed, one_in) for seed in seeds(4000)) / 4000
        assert abs(share - 1 / one_in) < 4 * (1 / one_in * (1 - 1 / one_in) / 4000) ** 0.5


def test_each_candidate_is_as_likely_as_the_others():
    counts = Counter(drawn(seed, ["A", "B", "C", "D"]) for seed in seeds(4000))
    assert set(counts) == set("ABCD")
    assert sum((count - 1000) ** 2 / 1000 for count in counts.values()) < 16.3  # chi-square, 3 degrees, one in 1,000


def test_the_draw_of_the_question_does_not_hang_on_the_draw_of_the_attempt():
    counts = Counter(drawn(seed, ["A", "B"]) for seed in seeds(4000) if is_drawn(seed, 2))
    assert abs(counts["A"] - counts["B"]) < 4 * sum(counts.values()) ** 0.5


@given(st.text(max_size=10), codes)
def test_the_order_of_candidates_is_nothing(seed, candidates):
    assert drawn(seed, sorted(candidates)) == drawn(seed, sorted(candidates, reverse=True))


@given(st.text(max_size=10), codes)
def test_candidates_that_go_change_the_draw_only_where_they_were_drawn(seed, candidates):
    chosen = drawn(seed, candidates)
    for gone in candidates - {chosen}:
        assert drawn(seed, candidates - {gone}) == chosen


def test_nothing_is_drawn_of_nothing():
    assert drawn("seed", []) is None


def test_draws_are_the_same_for_ever():
    """A sitting that was written down is replayed with these numbers."""
    assert [is_drawn(seed, 3) for seed in seeds(12)] == FIRST_TWELVE
    assert drawn("a seed", ["SEC-01-a", "SEC-02-a", "MEL-03-b"]) == OF_THREE


FIRST_TWELVE = [False, False, True, False, False, True, True, True, False, True, True, True]
OF_THREE = "SEC-01-a"
