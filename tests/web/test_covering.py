"""Fewer requests than all through all: every poison still meets every kind of door, every door each way to be wrong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.web import poisons
from tests.web.covering import covering

KINDS = st.lists(st.sampled_from("abcde"), max_size=40)
CLASSES = st.lists(st.integers(1, 6), min_size=1, max_size=5).map(
    lambda sizes: [[f"{which}.{number}" for number in range(size)] for which, size in enumerate(sizes)]
)


@given(kinds=KINDS, classes=CLASSES, turn=st.integers(0, 3))
def test_every_kind_meets_every_poison_and_every_place_one_of_each_class(kinds, classes, turn):
    given_to = covering(kinds, classes, turn=turn)
    assert len(given_to) == len(kinds)
    for got in given_to:
        assert len(set(got)) == len(got)
        assert all(set(one) & set(got) for one in classes)
    for kind in set(kinds):
        met = {poison for its, got in zip(kinds, given_to, strict=True) if its == kind for poison in got}
        assert met == {poison for one in classes for poison in one}


@given(kinds=KINDS, classes=CLASSES, odd=st.sets(st.tuples(st.integers(0, 39), st.integers(0, 4))))
def test_what_is_no_poison_somewhere_is_not_given_there_and_everywhere_else_it_is(kinds, classes, odd):
    def honest(place: int, poison: str) -> bool:
        return (place, int(poison[0])) in odd

    given_to = covering(kinds, classes, but=honest)
    assert not [1 for place, got in enumerate(given_to) for poison in got if honest(place, poison)]
    for place in range(len(kinds)):
        assert all(set(one) & set(given_to[place]) for one in classes if not honest(place, one[0]))
    for kind in set(kinds):
        places = [place for place, its in enumerate(kinds) if its == kind]
        met = {poison for place in places for poison in given_to[place]}
        assert met == {p for one in classes for p in one if not all(honest(place, p) for place in places)}


@given(kinds=KINDS, classes=CLASSES)
def test_it_is_no_more_than_each_class_at_each_place_and_what_a_kind_lacks(kinds, classes):
    sent = sum(len(got) for got in covering(kinds, classes))
    assert sent <= len(kinds) * len(classes) + len(set(kinds)) * sum(len(one) for one in classes)


def test_of_two_turns_the_second_brings_other_pairs():
    kinds, classes = ["a"] * 6, [["0.0", "0.1"], ["1.0", "1.1", "1.2"]]
    first, second = covering(kinds, classes), covering(kinds, classes, turn=1)
    assert all(set(one).isdisjoint(other) for one, other in zip(first, second, strict=True))


def test_every_poison_is_in_one_class():
    for named, classes in (
        (poisons.BROKEN_JSON, poisons.BROKEN_IN),
        (poisons.WRONG_VALUES, poisons.WRONG_IN),
        (poisons.FORM_BODIES, poisons.FORMS_IN),
    ):
        assert sorted(named) == sorted(name for one in classes for name in one)
