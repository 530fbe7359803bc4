"""Who goes with whom, and why: pure."""

from __future__ import annotations

from pathways.learning.exchanges.pairing import Wish, fit, ranked


def wish(gives: str, seeks: str, *, kind: str = "languages", speaks: str = "", place: str | None = None) -> Wish:
    return Wish(kind, gives.split(), seeks.split(), (speaks or gives).split(), place)


def test_both_gain_before_one_does_wherever_they_live():
    both = fit(wish("ti", "fr"), wish("fr", "ti"), km=45)
    one = fit(wish("ti", "fr", place="a"), wish("fr ti", "ru", place="a", speaks="ti fr"))
    assert both is not None
    assert one is not None
    assert both.both_ways
    assert not one.both_ways
    assert [name for _, name in ranked([(one, "one"), (both, "both")])] == ["both", "one"]


def test_it_says_who_gains_what_and_how_they_speak():
    found = fit(wish("ti email", "fr", speaks="ti"), wish("fr", "email", speaks="fr ti"))
    assert found is not None
    assert (found.first_gains, found.second_gains, found.speak) == (("fr",), ("email",), ("ti",))


def test_the_same_both_ways_round():
    one, other = wish("ti", "fr", place="a"), wish("fr", "ti", place="b")
    there, back = fit(one, other, km=3.2), fit(other, one, km=3.2)
    assert there is not None
    assert back is not None
    assert (there.points, there.first_gains, there.km) == (back.points, back.second_gains, back.km)


def test_nothing_in_common_is_no_pair():
    assert fit(wish("ti", "fr"), wish("ru", "ar")) is None
    assert fit(wish("ti", "fr"), wish("fr", "ti", kind="generations")) is None


def test_near_comes_before_far_and_names_decide_the_rest():
    near, far = (fit(wish("ti", "fr"), wish("fr", "ti"), km=km) for km in (4, 80))
    assert near is not None
    assert far is not None
    assert ranked([(far, "a"), (near, "c"), (near, "b")]) == [(near, "b"), (near, "c"), (far, "a")]
