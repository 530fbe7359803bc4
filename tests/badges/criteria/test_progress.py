"""Progress against a naive evaluation of the same tree, and what it never does."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.badges.criteria.facts import Endorsed, Held, Led, Measure, Witness
from pathways.badges.criteria.progress import at, leaves, next_needed, progress, shortest_way
from pathways.badges.criteria.tree import as_data, parse
from tests.badges.criteria.people import KNOWN, NOW, PERSON, facts, known, trees, with_more


def naive(data, facts):
    """Whether a tree, as canonical data, is met: written without a look at the house's own evaluation."""
    ((name, inner),) = data.items()
    if name == "at_least":
        return sum(naive(one, facts) for one in inner["of"]) >= inner["n"]
    if name in {"all", "any"}:
        return {"all": all, "any": any}[name](naive(one, facts) for one in inner)
    return NAIVE[name](inner, facts)


def fresh(moment, asked):
    if moment > NOW:
        return False
    if "months" not in asked:
        return True
    month = moment.month + asked["months"]
    month, year = (month - 1) % 12 + 1, moment.year + (month - 1) // 12
    for day in range(moment.day, 27, -1):  # the last one that this month has
        try:
            return moment.replace(year=year, month=month, day=day) >= NOW
        except ValueError:
            continue
    return moment.replace(year=year, month=month) >= NOW


def qualified(by, who):
    if who.id == PERSON:
        return False
    return (
        "anyone" in by.get("role", [])
        or bool(set(by.get("role", [])) & {str(one) for one in who.roles})
        or bool(set(by.get("holder", [])) & who.held)
        or (by.get("jury", False) and who.jury)
    )


def later(version, asked):
    try:
        own, least = ([int(part) for part in one.split(".")] for one in (version, asked))
    except ValueError:
        return False
    return own + [0] * (3 - len(own)) >= least + [0] * (3 - len(least))


def naive_profile(asked, facts):
    wanted = asked["skills"] if isinstance(asked["skills"], dict) else dict.fromkeys(asked["skills"], asked["mastery"])
    lineage = facts.lineages.get("m", ())

    def good(one, least):
        mastery = one.low if asked.get("lower_bound") else one.mastery
        mark = asked.get("fingerprint")
        marks = {mark, *(lineage[lineage.index(mark) :] if mark in lineage else ())}
        return (
            mastery is not None
            and mastery >= least
            and one.answers >= asked.get("answers", 1)
            and ("version" not in asked or later(one.version, asked["version"]))
            and (mark is None or one.fingerprint in marks)
            and fresh(one.at, asked)
        )

    return all(
        any(one.skill == f"m:{code}" and good(one, least) for one in facts.measures) for code, least in wanted.items()
    )


def naive_observation(asked, facts):
    keys = {f"m:{code}" for code in asked["skills"]}
    good = [
        one for one in facts.sheets if qualified(asked["by"], one.by) and fresh(one.at, asked) and keys & one.skills
    ]
    return len({one.id for one in good}) >= asked.get("sheets", 1) and keys <= {
        key for one in good for key in one.skills
    }


def naive_endorsements(asked, facts):
    good = {
        (one.by.id, one.by.organisation)
        for one in facts.endorsements
        if qualified(asked["by"], one.by) and fresh(one.at, asked)
    }
    people = {person for person, _ in good}
    wanted = asked.get("organisations", 0)
    apart = any(
        len({person for person, _ in chosen}) == len({where for _, where in chosen}) == wanted
        for chosen in combinations([pair for pair in good if pair[1]], wanted)
    )
    return len(people) >= asked["n"] and apart


def naive_attendance(asked, facts):
    best = {}
    for one in facts.attended:
        if fresh(one.at, asked) and one.theme in asked.get("themes", [one.theme]):
            best[one.session] = max(one.minutes, best.get(one.session, 0))
    return sum(best.values()) >= asked["hours"] * 60


def naive_sessions(asked, facts):
    good = [
        one
        for one in facts.led
        if fresh(one.at, asked)
        and one.theme in asked.get("themes", [one.theme])
        and ("languages" not in asked or set(asked["languages"]) & one.languages)
        and ("kinds" not in asked or set(asked["kinds"]) & {str(kind) for kind in one.kinds})
    ]
    endorsed = {one.session for one in good if one.endorsed_by - {PERSON}}
    return len({one.session for one in good}) >= asked["n"] and len(endorsed) >= asked.get("endorsed", 0)


def naive_portfolio(asked, facts):
    good = [one for one in facts.decisions if one.piece == asked["piece"] and one.accepted and one.at <= NOW]
    return len({one.by for one in good} - {PERSON}) >= asked.get("jury", 2)


def standing(one):
    return one.at <= NOW and (one.until is None or one.until >= NOW)


NAIVE = {
    "profile": naive_profile,
    "observation": naive_observation,
    "endorsements": naive_endorsements,
    "attendance": naive_attendance,
    "sessions": naive_sessions,
    "portfolio": naive_portfolio,
    "achievement": lambda asked, facts: any(
        one.slug == asked["slug"] and one.version >= asked.get("version", 1) and standing(one) for one in facts.held
    ),
    "attested": lambda asked, facts: any(
        one.kind == asked["kind"] and one.code == asked.get("code", "") and one.by != PERSON and standing(one)
        for one in facts.seen
    ),
}


def every(found):
    yield found
    for one in found.parts:
        yield from every(one)


@given(trees(), known())
@pytest.mark.slow
def test_each_node_is_met_when_a_naive_evaluation_says_so(data, known):
    for one in every(progress(parse(data), known)):
        assert one.met is naive(as_data(one.node), known)
        assert one.met is all(count.have == count.need for count in one.counts)
        assert (one.effort == 0) is one.met
        assert all(0 <= count.have <= count.need for count in one.counts)


@given(trees(), known(), known(2))
@pytest.mark.slow
def test_more_facts_never_take_anything_away(data, first, more):
    node = parse(data)
    for before, after in zip(every(progress(node, first)), every(progress(node, with_more(first, more))), strict=True):
        assert after.met or not before.met
        assert all(two.have >= one.have for one, two in zip(before.counts, after.counts, strict=True))


@given(trees(), known(), st.timedeltas(timedelta(0), timedelta(days=500)))
@pytest.mark.slow
def test_time_alone_never_gives_anything(data, known, later):
    happened = replace(known, **{name: tuple(one for one in getattr(known, name) if one.at <= NOW) for name in KNOWN})
    now, then = progress(parse(data), happened), progress(parse(data), replace(happened, now=NOW + later))
    assert now.met or not then.met


@given(trees(), known())
@pytest.mark.slow
def test_the_shortest_way_is_enough_and_comes_first(data, known):
    found = progress(parse(data), known)
    way, coming = shortest_way(found), next_needed(found)
    assert coming[: len(way)] == way
    assert sum(one.effort for one in way) == pytest.approx(found.effort)
    assert [one.effort for one in way] == sorted(one.effort for one in way)
    done = {one.place for one in way}

    def would_be(one):
        if one.is_leaf:
            return one.met or one.place in done
        return sum(would_be(part) for part in one.parts) >= one.count.need

    assert would_be(found)
    assert found.met is (not coming)


@given(trees(), known())
def test_what_comes_next_is_each_missing_leaf_that_no_met_group_covers(data, known):
    def open_leaves(one):
        if one.met:
            return []
        return [one] if one.is_leaf else [leaf for part in one.parts for leaf in open_leaves(part)]

    found = progress(parse(data), known)
    coming = next_needed(found)
    assert sorted(one.place for one in coming) == sorted(one.place for one in open_leaves(found))
    assert all(at(found, one.place) is one for one in leaves(found))


# --- by hand ---

X, Y = {"achievement": {"slug": "x"}}, {"achievement": {"slug": "y"}}
ENDORSED = {"endorsements": {"n": 2, "by": {"role": "anyone"}}}
LED = {"sessions": {"n": 3}}


def endorsed_by(*people):
    return tuple(Endorsed(Witness(one), NOW) for one in people)


def places(found):
    return [one.place for one in found]


def test_counts_of_groups_say_how_many_of_how_many():
    known = facts(held=(Held("x", 1, NOW),))
    for data, have, need in [
        ({"all": [X, Y, LED]}, 1, 3),
        ({"any": [X, Y]}, 1, 1),
        ({"any": [Y, LED]}, 0, 1),
        ({"at_least": {"n": 2, "of": [X, Y, LED]}}, 1, 2),
    ]:
        count = progress(parse(data), known).count
        assert (count.have, count.need, count.missing) == (have, need, need - have)


def test_exactly_so_many_parts_are_enough():
    known = facts(held=(Held("x", 1, NOW), Held("y", 1, NOW)))
    of = [X, Y, LED]
    assert [progress(parse({"at_least": {"n": n, "of": of}}), known).met for n in (1, 2, 3)] == [True, True, False]


def test_the_cheapest_comes_first():
    found = progress(parse({"all": [X, LED, ENDORSED]}), facts())
    assert places(next_needed(found)) == ["2", "1", "0"]


def test_the_branch_nearest_to_completion_comes_first():
    tree = parse({"any": [{"all": [ENDORSED, LED]}, X]})
    begun = facts(led=tuple(Led(str(number), NOW) for number in range(3)))
    assert places(next_needed(progress(tree, begun))) == ["0.0", "1"]
    assert places(shortest_way(progress(tree, begun))) == ["0.0"]
    nearly = facts(held=(Held("x", 1, NOW),), endorsements=endorsed_by("q"))
    either = parse({"any": [ENDORSED, {"all": [X, {"endorsements": {"n": 3, "by": {"role": "anyone"}}}]}]})
    assert places(next_needed(progress(either, nearly))) == ["0", "1.1"]


def test_after_the_nearest_branch_comes_the_next_nearest_as_a_whole():
    far = {"all": [X, {"endorsements": {"n": 1, "by": {"role": "trainer"}}}]}
    found = progress(parse({"any": [ENDORSED, far, LED]}), facts())
    assert places(next_needed(found)) == ["0", "2", "1.1", "1.0"]


def test_of_a_choice_of_two_the_two_nearest_come_first():
    tree = parse({"at_least": {"n": 2, "of": [X, LED, ENDORSED]}})
    found = progress(tree, facts(endorsements=endorsed_by("q")))
    assert places(shortest_way(found)) == ["2", "1"]
    assert places(next_needed(found)) == ["2", "1", "0"]


def test_nothing_comes_next_below_what_is_met():
    tree = parse({"all": [{"any": [X, LED]}, ENDORSED]})
    assert places(next_needed(progress(tree, facts(held=(Held("x", 1, NOW),))))) == ["1"]


def test_a_question_that_was_never_asked_comes_before_a_micro_skill_to_learn():
    tree = parse(
        {"all": [{"profile": {"framework": "m", "skills": [code], "mastery": 0.8}} for code in ("A-1", "A-2")]}
    )
    found = progress(tree, facts(measures=(Measure("m:A-1", 0.2, 2, NOW),)))
    assert places(next_needed(found)) == ["1", "0"]


def test_places_lead_back_to_their_node():
    found = progress(parse({"all": [X, {"any": [Y, LED]}]}), facts())
    assert at(found, "") is found
    assert at(found, "1.1") is found.parts[1].parts[1]
    assert at(found, "1.2") is None
    assert places(leaves(found)) == ["0", "1.0", "1.1"]
