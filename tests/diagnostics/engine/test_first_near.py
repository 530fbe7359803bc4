"""What a nearly right answer is worth on the first day, beside somebody who ticks by chance."""

from itertools import combinations

import pytest

from pathways.diagnostics.engine import FIRST_NEAR, first_near


def by_chance(options: int, keys: int) -> float:
    """The share of near ones among the wrong selections of as many options as there are keys, one by one."""
    right = set(range(keys))
    wrong = [set(one) for one in combinations(range(options), keys) if set(one) != right]
    near = [one for one in wrong if 2 * sum((place in one) == (place in right) for place in range(options)) > options]
    return len(near) / len(wrong)


@pytest.mark.parametrize(("options", "keys"), [(5, 2), (5, 3), (6, 2), (6, 3), (7, 4), (8, 4), (10, 3)])
def test_who_ticks_by_chance_comes_near_no_more_often_than_it_is_believed(options, keys):
    lacking, mastering = first_near("choices", options=options, keys=keys)
    assert lacking == pytest.approx(max(FIRST_NEAR[0], by_chance(options, keys)))
    assert lacking < mastering == FIRST_NEAR[1]


def test_orders_and_pairs_have_the_first_values():
    assert first_near("order", options=4, keys=0) == first_near("match", options=3, keys=0) == FIRST_NEAR
