"""The order: equal to the best of all orders, and its bound never above it."""

import random
from itertools import permutations

import pytest

from pathways.learning.planner import order
from pathways.learning.planner.order import Job, arrange, bound, cost_of, decompose


def jobs_by_chance(dice, count, most, *, minutes=(0.0, 1.0, 5.0, 10.0, 20.0, 30.0)):
    codes = [f"j{place}" for place in range(count)]
    return [
        Job(
            code,
            dice.choice(minutes),
            dice.choice([0.0, 0.0, 1.0, 2.0, 5.0]),
            tuple(dice.sample(codes[:place], min(place, dice.randint(0, most)))),
        )
        for place, code in enumerate(codes)
    ]


def is_order(codes, jobs):
    place = {code: index for index, code in enumerate(codes)}
    return sorted(codes) == sorted(place) and all(place[one] < place[job.code] for job in jobs for one in job.after)


def least_of_all(jobs):
    codes = [job.code for job in jobs]
    return min(cost_of(one, jobs) for one in permutations(codes) if is_order(one, jobs))


def ladders(dice, count):
    """Ladders of five with threads between them, as frameworks have."""
    return [
        Job(
            f"j{place}",
            dice.choice([1.5, 4.0, 10.0, 15.0, 30.0]),
            dice.choice([0.0, 0.0, 1.0, 3.0]),
            tuple(
                dict.fromkeys(
                    ([f"j{place - 1}"] if place % 5 else [])
                    + ([f"j{dice.randrange(place - place % 5)}"] if place >= 5 and dice.random() < 0.5 else [])
                )
            ),
        )
        for place in range(count)
    ]


def test_forests_against_all_orders():
    for seed in range(200):
        jobs = jobs_by_chance(random.Random(seed), 6, 1)
        found = arrange(jobs)
        assert is_order(found.codes, jobs)
        assert found.is_proven
        assert found.cost == pytest.approx(least_of_all(jobs)) == pytest.approx(cost_of(found.codes, jobs))


def test_other_graphs_against_all_orders():
    for seed in range(120):
        jobs = jobs_by_chance(random.Random(seed), 6, 3)
        found = arrange(jobs)
        assert is_order(found.codes, jobs)
        assert found.is_proven
        assert found.cost == pytest.approx(least_of_all(jobs))


def test_blocks_hold_the_best_order_one_after_the_other():
    for seed in range(80):
        jobs = jobs_by_chance(random.Random(seed), 6, 2, minutes=(1.0, 5.0, 10.0))
        blocks = [[job.code for job in block] for block in decompose(jobs)]
        assert is_order([code for block in blocks for code in block], jobs)
        place = {code: index for index, block in enumerate(blocks) for code in block}
        in_blocks = [
            codes
            for codes in permutations([job.code for job in jobs])
            if is_order(codes, jobs) and [place[code] for code in codes] == sorted(place.values())
        ]
        assert min(cost_of(codes, jobs) for codes in in_blocks) == pytest.approx(least_of_all(jobs))


def test_blocks_fall_in_value_per_minute():
    for seed in range(40):
        jobs = ladders(random.Random(seed), 40)
        ratios = [sum(job.value for job in block) / sum(job.minutes for job in block) for block in decompose(jobs)]
        assert ratios == sorted(ratios, reverse=True)


def test_the_bound_is_never_above_the_best(monkeypatch):
    monkeypatch.setattr(order, "CLOSED_SETS_OF_FEW", 0)
    gaps = []
    for seed in range(150):
        jobs = jobs_by_chance(random.Random(seed), 6, 3)
        found = arrange(jobs)
        assert is_order(found.codes, jobs)
        assert found.least <= least_of_all(jobs) + 1e-6
        gaps.append(found.gap)
    assert any(gaps)
    assert max(gaps) <= 0.5


@pytest.mark.slow
def test_sixty_jobs_are_proven_and_more_are_near():
    for seed in range(12):
        assert arrange(ladders(random.Random(seed), 60)).is_proven
    assert max(arrange(ladders(random.Random(seed), 300)).gap for seed in range(4)) < 0.1


def test_a_bound_that_forgets_waits_is_a_bound():
    for seed in range(60):
        jobs = jobs_by_chance(random.Random(seed), 6, 2)
        optional = {job.code: job.after[:1] for job in jobs if job.after}
        assert bound(jobs, optional) <= arrange(jobs).cost + 1e-6


def test_equal_orders_keep_to_what_was_there():
    jobs = [Job(code, 10.0, 1.0) for code in "cabd"]
    assert arrange(jobs).codes == ("c", "a", "b", "d")
    assert arrange([]).codes == ()


def test_the_same_order_each_time():
    jobs = ladders(random.Random(1), 150)
    assert arrange(jobs) == arrange(jobs)
