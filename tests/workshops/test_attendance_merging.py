"""Which marks stand: the same for every order in which they come, and however often."""

import sys
import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pathways.workshops.attending.merging import Said, agreed, standing

BEGIN = datetime(2026, 12, 3, 14, tzinfo=UTC)
RECORDERS = [uuid.UUID(int=number) for number in range(1, 4)]


def said(number, value, *, recorder=0, device="a", sequence=0, minute=0, seen=()):
    return Said(
        uuid.UUID(int=number),
        RECORDERS[recorder],
        device,
        sequence,
        BEGIN + timedelta(minutes=minute),
        frozenset(uuid.UUID(int=one) for one in seen),
        value,
    )


@st.composite
def a_day(draw):
    """Marks as devices make them: each has a rising sequence, and sees some of what was there before it."""
    marks, sequences = [], {}
    for number in range(1, draw(st.integers(1, 9)) + 1):
        recorder, device = draw(st.integers(0, 2)), draw(st.sampled_from("ab"))
        sequences[recorder, device] = sequences.get((recorder, device), 0) + 1
        seen = draw(st.sets(st.integers(1, number - 1), max_size=3)) if number > 1 else set()
        value = draw(st.sampled_from(["present", "late", "absent"]))
        minute = draw(st.integers(-600, 600))  # clocks of devices are wrong
        marks.append(
            said(
                number,
                value,
                recorder=recorder,
                device=device,
                sequence=sequences[recorder, device],
                minute=minute,
                seen=seen,
            )
        )
    return marks


@given(a_day(), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(marks, chance):
    again = [*marks, *chance.choices(marks, k=4)]
    chance.shuffle(again)
    assert standing(again) == standing(marks)


@given(a_day())
def test_something_always_stands_and_each_recorder_says_one_thing(marks):
    stand = standing(marks)
    assert stand
    assert len({one.recorder for one in stand}) == len(stand)
    assert set(stand) <= set(marks)


@given(a_day(), st.sampled_from(["present", "absent"]))
def test_a_decision_that_saw_what_stands_ends_every_conflict(marks, value):
    numbers = {one.id.int for one in standing(marks)}
    decision = said(99, value, recorder=2, device="desk", sequence=1, minute=700, seen=numbers)
    stand = standing([*marks, decision])
    assert agreed(stand)
    assert stand[-1].value == value


@given(a_day())
def test_of_one_device_the_newest_counts(marks):
    one_device = [
        said(number, mark.value, sequence=number, minute=(mark.moment - BEGIN).total_seconds() // 60)
        for number, mark in enumerate(marks, 1)
    ]
    stand = standing(one_device)
    assert [one.value for one in stand] == [marks[-1].value]


def test_two_recorders_who_say_the_same_agree():
    stand = standing([said(1, "present"), said(2, "present", recorder=1, minute=5)])
    assert len(stand) == 2
    assert agreed(stand)


def test_two_recorders_who_disagree_are_a_conflict_whatever_their_clocks_say():
    for minute in (-5, 0, 5):
        assert not agreed(standing([said(1, "present"), said(2, "absent", recorder=1, minute=minute)]))


def test_who_saw_the_other_mark_corrects_it():
    stand = standing([said(1, "present"), said(2, "late", recorder=1, minute=-30, seen=[1])])
    assert [one.value for one in stand] == ["late"]


def test_what_the_first_recorder_says_after_a_decision_is_a_new_conflict():
    marks = [said(1, "present", sequence=1), said(2, "absent", recorder=1, seen=[1])]
    assert agreed(standing(marks))
    assert not agreed(standing([*marks, said(3, "present", sequence=2)]))


def test_one_person_with_two_devices_is_not_asked_to_decide():
    marks = [said(1, "present", device="a", minute=1), said(2, "late", device="b", minute=2)]
    assert [one.value for one in standing(marks)] == ["late"]


def test_marks_that_replace_each_other_do_not_leave_silence():
    stand = standing([said(1, "present", seen=[2]), said(2, "absent", recorder=1, seen=[1])])
    assert not agreed(stand)


def test_nothing_said_is_silence():
    assert standing([]) == ()
    assert agreed(())


def test_a_mark_that_came_after_another_counts_after_it_whatever_the_clock_says():
    marks = [said(1, "present", device="a", minute=60), said(2, "late", device="b", minute=0, seen=[1])]
    assert [one.value for one in standing(marks)] == ["late"]


def by_definition(marks):
    """What stands, straight from the words of the module: of each mark everything that leads to it."""
    every = {one.id: one for one in marks}

    def past(mark):
        found, left = set(), [mark]
        while left:
            one = left.pop()
            fresh = {
                other.id
                for other in every.values()
                if other.id in one.seen
                or ((other.recorder, other.device) == (one.recorder, one.device) and other.sequence < one.sequence)
            } - found
            found |= fresh
            left += [every[other] for other in fresh]
        return found - {mark.id}

    pasts = {one.id: past(one) for one in every.values()}
    turns = {
        one.id: (max([one.moment, *(every[other].moment for other in pasts[one.id])]), len(pasts[one.id]), one.id)
        for one in every.values()
    }
    last = {}
    for one in sorted(every.values(), key=lambda mark: turns[mark.id]):
        last[one.recorder] = one
    replaced = set().union(*pasts.values())
    left = [one for one in last.values() if one.id not in replaced]
    return tuple(sorted(left or last.values(), key=lambda mark: turns[mark.id]))


@st.composite
def anything(draw):
    """Marks as nobody honest makes them: they have seen each other in a ring, and sequences stand twice."""
    count = draw(st.integers(1, 8))
    return [
        said(
            number,
            draw(st.sampled_from(["present", "absent"])),
            recorder=draw(st.integers(0, 2)),
            device=draw(st.sampled_from("ab")),
            sequence=draw(st.integers(0, 3)),
            minute=draw(st.integers(-9, 9)),
            seen=draw(st.sets(st.integers(1, count + 1), max_size=3)),
        )
        for number in range(1, count + 1)
    ]


@given(a_day() | anything())
def test_what_stands_is_what_the_definition_says(marks):
    assert standing(marks) == by_definition(marks)


def test_a_thousand_marks_of_one_seat_cost_a_thousand_times_what_one_does():
    def steps(count):
        marks = [said(one, "present", sequence=one, seen=[one - 1]) for one in range(1, count + 1)]
        done = 0

        def step(*_):
            nonlocal done
            done += 1
            return step

        before = sys.gettrace()
        sys.settrace(step)
        try:
            standing(marks)
        finally:
            sys.settrace(before)
        return done

    assert steps(1000) < 12 * steps(100)
