"""Prerequisites of a framework become requirements between the chosen micro-skills: the same order, and no more."""

from __future__ import annotations

from itertools import pairwise, product
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.diagnostics import requiring
from pathways.diagnostics.blueprint import structure_of
from pathways.diagnostics.engine import LevelSkill, LevelStrand, Structure, entries
from pathways.diagnostics.requiring import required, tied
from pathways.errors import Invalid

CODES = "abcdefgh"


@st.composite
def frameworks(draw):
    """``(stated, chosen)``: what comes before a micro-skill may be required by it; some of them are chosen."""
    codes = CODES[: draw(st.integers(1, len(CODES)))]
    stated = {}
    for place, code in enumerate(codes):
        group = st.lists(st.sampled_from(codes[:place]), min_size=1, max_size=3, unique=True) if place else st.nothing()
        stated[code] = draw(st.lists(group, max_size=3)) if place else []
    return stated, tuple(code for code in codes if draw(st.booleans()))


def holds(groups, mastered) -> bool:
    return all(any(one in mastered for one in group) for group in groups)


def profiles(codes, requires) -> set[frozenset[str]]:
    """Every set of micro-skills that can be mastered together."""
    subsets = [
        frozenset(c for c, has in zip(codes, row, strict=True) if has) for row in product((0, 1), repeat=len(codes))
    ]
    return {one for one in subsets if all(holds(requires.get(code, ()), one) for code in one)}


def groups_of(requirements) -> dict[str, tuple[tuple[str, ...], ...]]:
    return {one.skill: one.groups for one in requirements}


@settings(deadline=None, max_examples=150)
@given(frameworks())
def test_what_can_be_mastered_of_the_chosen_is_what_the_whole_framework_says(drawn):
    stated, chosen = drawn
    whole = {one & frozenset(chosen) for one in profiles(tuple(stated), stated)}
    assert profiles(chosen, groups_of(required(stated, chosen))) == whole


def framework(stated, ladders) -> tuple[Any, Structure]:
    skills = {code: SimpleNamespace(code=code, requires=groups) for code, groups in stated.items()}
    strands = tuple(
        LevelStrand(rungs[0], tuple(LevelSkill(code, place / 4 - 1) for place, code in enumerate(rungs)))
        for rungs in ladders
    )
    return SimpleNamespace(skills=skills), Structure(strands, ())


def with_ladders(requires, ladders) -> dict[str, list[Any]]:
    found = {code: list(groups) for code, groups in requires.items()}
    for rungs in ladders:
        for below, above in pairwise(rungs):
            found.setdefault(above, []).append((below,))
    return found


@st.composite
def diagnostics(draw):
    """``(stated, ladders of the chosen)``; the rungs of a ladder come one after the other in what may be required."""
    stated, chosen = draw(frameworks().filter(lambda drawn: drawn[1]))
    ladders: dict[int, list[str]] = {}
    for code in chosen:
        ladders.setdefault(draw(st.integers(0, 3)), []).append(code)
    return stated, list(ladders.values())


@settings(deadline=None, max_examples=80)
@given(diagnostics(), st.sampled_from([10_000, 40, 16]))
def test_what_is_counted_and_what_is_told_to_be_left_out_are_the_whole(drawn, most):
    stated, ladders = drawn
    chosen = [code for rungs in ladders for code in rungs]
    given_ladders, structure = framework(stated, ladders)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requiring, "MOST_ENTRIES", most)
        requiring._narrowed.cache_clear()
        found = tied(given_ladders, structure)
    requiring._narrowed.cache_clear()
    kept = groups_of(found.structure.requirements)
    wanted = with_ladders(groups_of(required(stated, chosen)), ladders)
    again = with_ladders(kept, ladders)
    for skill, group in found.lost:
        again.setdefault(skill, []).append(group)
    assert profiles(chosen, again) == profiles(chosen, wanted)
    if most == 10_000:
        assert not found.lost
    size = entries(found.structure)
    assert size <= max(most, 2 * len(chosen))
    for skill, group in found.lost:
        assert group not in kept.get(skill, ())


@pytest.mark.parametrize(
    ("stated", "ladders", "found"),
    [
        ({"a": [], "b": [["a"]]}, ["ab"], {}),
        ({"a": [], "b": [], "c": [["a"]]}, ["ab", "c"], {"c": (("a",),)}),
        ({"a": [], "b": [["a"]], "c": [["b"]]}, ["a", "c"], {"c": (("a",),)}),
        ({"a": [], "b": [], "c": [["a", "b"]]}, ["a", "c"], {}),
        ({"a": [], "b": [["a"]], "c": [], "d": [["b", "c"]]}, ["a", "c", "d"], {"d": (("a", "c"),)}),
        ({"a": [], "b": [], "c": [["a"], ["b"]], "d": [["c"]]}, ["a", "b", "d"], {"d": (("a",), ("b",))}),
        ({"a": [["gone"]], "b": [["a", "gone"]]}, ["a", "b"], {}),
    ],
    ids=[
        "a ladder says it already",
        "another ladder does not",
        "followed through what is not chosen",
        "may be mastered elsewhere",
        "a member that is not chosen stands for its own",
        "all of its own",
        "what nobody knows any more",
    ],
)
def test_what_becomes_of_a_prerequisite(stated, ladders, found):
    assert groups_of(tied(*framework(stated, ladders)).structure.requirements) == found


@pytest.mark.parametrize(
    ("stated", "ladders"),
    [
        ({"a": [["b"]], "b": [["a"]], "c": []}, ["c"]),
        ({"a": [["b"]], "b": []}, ["ab"]),
        ({"a": [["d"]], "b": [], "c": [["b"]], "d": []}, ["ab", "cd"]),
    ],
    ids=["prerequisites alone", "a rung that requires a higher one", "two ladders that require each other"],
)
def test_prerequisites_that_go_round_are_refused_and_named(stated, ladders):
    with pytest.raises(Invalid, match=r"tournent en rond : .* → .*Corrigez-les"):
        tied(*framework(stated, ladders))


def test_following_through_many_groups_stays_small():
    """Ten members that are not chosen, each of which requires two of ten groups: some thousand ways to put it."""
    basic = [f"b{place}" for place in range(20)]
    middle = {f"m{place}": [[basic[2 * place]], [basic[2 * place + 1]]] for place in range(10)}
    stated = dict.fromkeys(basic, ()) | middle | {"top": [list(middle)]}
    [found] = required(stated, [*basic, "top"])
    assert len(found.groups) == requiring.MOST_GROUPS


def test_every_shipped_framework_can_be_counted_whole(shipped):
    for folder, _ in shipped.frameworks:
        strands = [strand for _, strand in folder.framework.strands()]
        skills = {skill.code: skill for strand in strands for skill in strand.skills}
        ladders: Any = SimpleNamespace(strands=strands, levels=folder.framework.levels, skills=skills)
        structure = structure_of(ladders, skills.keys(), ())
        found = tied(ladders, structure)
        assert found.structure.requirements
        assert 0 < entries(found.structure) <= requiring.MOST_ENTRIES
