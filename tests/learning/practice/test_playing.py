"""What comes of a press: the next screen, or what the site refuses; and what is said of it at the end."""

from __future__ import annotations

from pathways.learning.practice.documents import END
from pathways.learning.practice.playing import EMPTY, Fault, Standing, begin, filled, play, standing, told
from tests.learning.practice.small import RIGHT, practice


def ids(ones) -> list[str]:
    return [one.id for one in ones]


def test_the_right_way_ends_with_all_that_was_right_and_nothing_else():
    one = practice()
    turn = play(one, begin(one), "open", RIGHT)
    assert (turn.faults, turn.standing.screen) == ({}, "inside")
    over = play(one, turn.standing, "leave", {}).standing
    assert over.is_over
    said = told(one, over)
    assert (ids(said.rights), said.mistakes, said.mended) == (["code", "quiet"], (), ())


def test_an_empty_form_is_refused_field_by_field():
    one = practice()
    turn = play(one, begin(one), "open", {})
    assert turn.faults == {"code": Fault(EMPTY), "day": Fault(EMPTY)}
    assert turn.standing == begin(one)


def test_what_the_site_refuses_keeps_the_person_there_and_is_told_as_mended():
    one = practice()
    turn = play(one, begin(one), "open", RIGHT | {"code": "12"})
    assert turn.faults == {"code": Fault("4 chiffres.", "shape")}
    assert turn.standing.screen == "door"
    over = play(one, play(one, turn.standing, "open", RIGHT).standing, "leave", {}).standing
    assert ids(told(one, over).mended) == ["shape"]
    assert told(one, over).mistakes == ()


def test_what_the_site_lets_pass_is_told_as_a_mistake():
    one = practice()
    there = play(one, begin(one), "open", {"code": "4321", "day": "sunday"}).standing
    said = told(one, play(one, there, "leave", {}).standing)
    assert ids(said.mistakes) == ["other", "closed-day"]
    assert ids(said.rights) == ["quiet"]


def test_who_goes_back_and_does_it_again_has_mended_it():
    one = practice()
    there = play(one, begin(one), "open", {"code": "4321", "day": "monday"}).standing
    again = play(one, there, "back", {}).standing
    assert again.noted == {"other"}
    over = play(one, play(one, again, "open", RIGHT).standing, "leave", {}).standing
    assert (over.noted, over.mended) == (frozenset(), {"other"})


def test_a_mistake_that_is_made_again_is_mended_no_more():
    one = practice()
    here = Standing("door", frozenset(), frozenset({"other", "knocked"}))
    assert play(one, here, "knock", {}).standing.mended == {"other"}
    there = play(one, here, "open", RIGHT | {"code": "4321"}).standing
    assert (there.noted, there.mended) == ({"other"}, {"knocked"})


def test_what_is_closed_cannot_be_chosen_and_what_was_not_offered_neither():
    one = practice()
    for day in ("friday", "tuesday", "x" * 10_000):
        assert play(one, begin(one), "open", RIGHT | {"day": day}).faults == {"day": Fault(EMPTY)}


def test_a_press_of_nothing_does_nothing():
    one = practice()
    assert play(one, begin(one), "fly", RIGHT).standing == begin(one)
    assert play(one, Standing(END), "open", RIGHT).standing == Standing(END)


def test_what_was_chosen_comes_back_in_words_and_what_was_typed_does_not():
    one = practice()
    there = play(one, begin(one), "open", RIGHT).standing
    assert there.picks == {"day": "monday"}
    assert filled(one, "{day}, vous entrez", there.picks) == "Lundi, vous entrez"
    assert filled(one, "{day}", {}) == "…"


def test_of_an_address_only_what_the_file_knows_is_believed():
    one = practice()
    assert standing(one, "cellar") is None
    here = standing(one, "inside", ["other", "nonsense"], ["other", "shape"], {"day": "friday", "x": "y", "code": "1"})
    assert here == Standing("inside", frozenset({"other"}), frozenset({"shape"}), {"day": "friday"})
    assert standing(one, END) == Standing(END)
