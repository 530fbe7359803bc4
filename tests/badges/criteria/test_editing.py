"""A tree of criteria that is composed step by step: each step gives a tree that can be read, or says why not."""

from __future__ import annotations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from pathways.badges.criteria import editing
from pathways.badges.criteria.editing import GroupKind
from pathways.badges.criteria.nodes import All, AnyOf, AtLeast, Attendance, Group, OtherAchievement
from pathways.badges.criteria.tree import CriteriaError, as_data, leaves, parse
from tests.badges.criteria.people import trees

TWO_HOURS, SIX_HOURS = Attendance(120), Attendance(360)
OTHER = OtherAchievement("welcome-diagnosis")
NESTED = All((TWO_HOURS, AnyOf((OTHER, SIX_HOURS))))


def test_what_stands_at_a_place_is_found():
    assert editing.at(NESTED, "") == NESTED
    assert editing.at(NESTED, "1.0") == OTHER
    assert [place for place, _ in editing.walk(NESTED)] == ["", "0", "1", "1.0", "1.1"]


@pytest.mark.parametrize("place", ["2", "0.0", "1.9", "x", "1.", "-1", "1.0.0.0.0.0.0.0", "１"])
def test_a_place_that_is_not_there_is_said_to_be_gone(place):
    with pytest.raises(CriteriaError, match="n'est plus là"):
        editing.at(NESTED, place)


def test_a_leaf_joins_a_group_and_makes_one_of_another_leaf():
    assert editing.added(All((TWO_HOURS,)), "", OTHER) == All((TWO_HOURS, OTHER))
    assert editing.added(TWO_HOURS, "", OTHER) == All((TWO_HOURS, OTHER))
    assert editing.added(NESTED, "1.0", TWO_HOURS) == All((TWO_HOURS, AnyOf((All((OTHER, TWO_HOURS)), SIX_HOURS))))


def test_the_same_twice_in_a_group_is_refused():
    with pytest.raises(CriteriaError, match="déjà dans ce groupe"):
        editing.added(NESTED, "", TWO_HOURS)


def test_a_group_goes_with_its_last_part_and_the_whole_never():
    assert editing.removed(NESTED, "1.0") == All((TWO_HOURS, AnyOf((SIX_HOURS,))))
    assert editing.removed(editing.removed(NESTED, "1.0"), "1.0") == All((TWO_HOURS,))
    for alone in (TWO_HOURS, All((TWO_HOURS,)), All((AnyOf((TWO_HOURS,)),))):
        place = [one for one, _ in editing.walk(alone)][-1]
        with pytest.raises(CriteriaError, match="au moins un critère"):
            editing.removed(alone, place)


def test_at_least_n_of_fewer_parts_asks_for_those_that_are_left():
    assert editing.removed(AtLeast(2, (TWO_HOURS, OTHER)), "0") == AtLeast(1, (OTHER,))


def test_a_part_moves_inside_of_its_group_and_stays_at_its_end():
    assert editing.moved(NESTED, "1.1", -1) == All((TWO_HOURS, AnyOf((SIX_HOURS, OTHER))))
    assert editing.moved(NESTED, "1.1", 1) == NESTED
    assert editing.moved(NESTED, "", 1) == NESTED


def test_a_group_asks_for_all_for_one_or_for_some():
    assert editing.regrouped(NESTED, "1", GroupKind.ALL) == All((TWO_HOURS, All((OTHER, SIX_HOURS))))
    assert editing.regrouped(NESTED, "1", GroupKind.AT_LEAST, 2) == All((TWO_HOURS, AtLeast(2, (OTHER, SIX_HOURS))))
    with pytest.raises(CriteriaError, match="de 1 à 2"):
        editing.regrouped(NESTED, "1", GroupKind.AT_LEAST, 3)
    with pytest.raises(CriteriaError, match="n'est plus là"):
        editing.regrouped(NESTED, "0", GroupKind.ANY)


def test_what_was_enclosed_is_released():
    enclosed = editing.enclosed(NESTED, "0", GroupKind.ANY)
    assert enclosed == All((AnyOf((TWO_HOURS,)), AnyOf((OTHER, SIX_HOURS))))
    assert editing.released(enclosed, "0") == NESTED
    assert editing.released(All((TWO_HOURS,)), "") == TWO_HOURS
    with pytest.raises(CriteriaError, match="il reste"):
        editing.released(NESTED, "")


def test_groups_are_not_deeper_than_can_be_read():
    node = TWO_HOURS
    for _ in range(5):
        node = editing.enclosed(node, "", GroupKind.ALL)
    with pytest.raises(CriteriaError, match="trop profonds"):
        editing.enclosed(node, "", GroupKind.ALL)


@given(trees(), st.data())
def test_every_step_keeps_a_tree_that_can_be_read(data, choice):
    node = parse(data)
    place, here = choice.draw(st.sampled_from(list(editing.walk(node))))
    step = choice.draw(
        st.sampled_from(
            [
                lambda: editing.added(node, place, TWO_HOURS),
                lambda: editing.removed(node, place),
                lambda: editing.moved(node, place, 1),
                lambda: editing.enclosed(node, place, GroupKind.ANY),
                lambda: editing.replaced(node, place, SIX_HOURS),
                lambda: editing.regrouped(node, place, GroupKind.AT_LEAST, 1),
                lambda: editing.released(node, place),
            ]
        )
    )
    try:
        found = step()
    except CriteriaError as error:
        event(error.sentence.split(":")[0])
        return
    assert parse(as_data(found)) == found
    assert isinstance(here, Group) or len(list(leaves(found))) >= 1
