"""The group: the same signs as each profile, people and not attempts, next steps, mistakes, tables."""

from __future__ import annotations

import random
from datetime import timedelta

import numpy as np
import pytest

from pathways import clock
from pathways.diagnostics import reading
from pathways.diagnostics.engine import Outcome, infer, masteries
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.pseudonyms import BIRDS, pseudonym
from pathways.diagnostics.reading import Sign
from pathways.errors import NotFound
from pathways.insights import group, periods, session, together
from pathways.insights.group import Wanted
from tests.insights.crowds import Crowd, member_of, published

pytestmark = pytest.mark.usefixtures("one_style")  # about who is ready, not about how sure two answers make

ALL_RIGHT = dict.fromkeys(("SEC-01", "SEC-02", "MEL-03", "MEL-04", "NAV-03"), "correct")
ALL_WRONG = dict.fromkeys(ALL_RIGHT, "dont_know")


def read(crowd: Crowd, door, **wanted):
    return group.of(crowd.db, door, crowd.member, crowd.diagnostic.id, Wanted(**wanted))


def test_many_learners_at_once_give_what_each_alone_gives(crowd, door):
    compiled = reading.taking.blueprint_of(crowd.db, door, crowd.diagnostic.id).compiled
    chance = random.Random(5)
    outcomes = [outcome for outcome in Outcome if outcome is not Outcome.PARTLY]
    learners = [
        [(item, chance.choice(outcomes)) for item in chance.sample(compiled.item_codes, chance.randint(0, 9))]
        for _ in range(150)
    ]
    together_ = masteries(compiled, learners)
    alone = np.array([infer(compiled, one).masteries for one in learners])
    assert together_.shape == (150, len(compiled.skill_codes))
    assert np.abs(together_ - alone).max() < 1e-12
    assert masteries(compiled, []).shape == (0, len(compiled.skill_codes))


def test_the_group_says_of_each_what_the_profile_says(crowd, door):
    crowd.many(40, seed=3)
    found = read(crowd, door)
    assert len(found.people) == 40
    seen = set()
    for row, person in enumerate(found.people):
        profile = reading.profile(crowd.db, door, person.attempt)
        signs = {one.skill.code: one.sign for one in profile.skills}
        assert {one.code: found.sign(row, place) for place, one in enumerate(found.skills)} == signs
        reach = {one.skill.code for one in reading.within_reach(profile.skills, most=99) if one.sign is not Sign.UNSEEN}
        assert {one.code for place, one in enumerate(found.skills) if found.ready[row, place]} == reach
        assert person.lost == len(profile.not_understood)
        seen |= set(signs.values())
    assert seen == set(Sign)


def test_a_language_that_is_not_understood_is_no_lack_of_skill(crowd, door):
    crowd.add(dict.fromkeys(ALL_RIGHT, "not_understood"), language="ar")
    found = read(crowd, door)
    assert {found.sign(0, place) for place in range(len(found.skills))} == {Sign.UNSEEN}
    assert not found.assessable.any()
    assert not found.ready.any()
    assert together.next_skills(found) == []
    assert together.seating(found) == []


def test_who_came_twice_counts_once_with_the_latest_attempt(crowd, door):
    file = crowd.file("Jeudi matin")
    yesterday = clock.now() - timedelta(days=1)
    crowd.add(ALL_WRONG, file=file, at=yesterday)
    latest = crowd.add(ALL_RIGHT, file=file)
    crowd.add(ALL_WRONG)
    found = read(crowd, door)
    assert len(found.people) == 2
    assert latest.id in {person.attempt.id for person in found.people}
    assert "Jeudi matin" in {person.name for person in found.people}
    assert found.counts()[:, group.SIGNS.index(Sign.CAN)].max() == 1


def test_who_has_not_answered_is_counted_apart(crowd, door):
    crowd.add({}, stopped=None)
    crowd.add(ALL_RIGHT)
    found = read(crowd, door)
    assert (len(found.people), found.silent, found.found) == (1, 1, 2)


def test_an_empty_group_has_nothing_to_say_and_says_it(crowd, door):
    found = read(crowd, door)
    assert len(found.people) == 0
    assert found.by_ability()[0] == []
    assert found.counts().tolist() == [[0, 0, 0, 0]] * len(found.skills)
    assert together.next_skills(found) == together.mistakes(crowd.db, found) == together.seating(found) == []


def test_a_period_is_whole_days_in_paris(crowd, door):
    def at(text: str):
        return clock.now().fromisoformat(text)

    early = crowd.add(ALL_RIGHT, at=at("2026-07-01T21:59:00+00:00"))  # 23:59 in Paris
    late = crowd.add(ALL_RIGHT, at=at("2026-07-01T22:01:00+00:00"))  # 00:01 of the day after
    first = read(crowd, door, period=periods.period("2026-07-01", "2026-07-01"))
    second = read(crowd, door, period=periods.period("2026-07-02", ""))
    assert [person.attempt.id for person in first.people] == [early.id]
    assert [person.attempt.id for person in second.people] == [late.id]


def test_one_language_alone(crowd, door):
    crowd.add(ALL_RIGHT, language="ar")
    crowd.add(ALL_RIGHT)
    assert [person.attempt.language for person in read(crowd, door, language="ar").people] == ["ar"]


def test_no_more_than_the_latest_are_read_and_how_many_there_are_is_said(crowd, door):
    crowd.many(30)
    found = read(crowd, door, most=7)
    assert (len(found.people), found.found) == (7, 30)
    starts = [person.attempt.started_at for person in found.people]
    assert starts == sorted(starts, reverse=True)
    assert min(starts) >= clock.now() - timedelta(minutes=8)


def test_two_people_of_the_same_name_are_told_apart_by_the_hour(crowd, door):
    for day in (1, 2):
        crowd.add(ALL_RIGHT, file=crowd.file("Mardi"), at=clock.now() - timedelta(days=day))
    names = {person.name for person in read(crowd, door).people}
    assert len(names) == 2
    assert all(name.startswith("Mardi (") for name in names)


def test_another_organisation_and_a_draft_have_no_group(crowd, door, db):
    stranger = member_of(db)
    with pytest.raises(NotFound):
        group.of(db, door, stranger, crowd.diagnostic.id)
    draft = published(db, crowd.member)
    draft.state = type(draft.state).DRAFT
    with pytest.raises(NotFound):
        group.of(db, door, crowd.member, draft.id)


# --- what they share ---


def test_the_next_step_that_most_are_ready_for_comes_first(crowd, door):
    for _ in range(4):
        crowd.add(ALL_RIGHT | {"SEC-02": "dont_know"})
    for _ in range(2):
        crowd.add(ALL_RIGHT | {"NAV-03": "dont_know"})
    found = read(crowd, door)
    shared = together.next_skills(found)
    assert [(one.skill.code, len(one.ready)) for one in shared][:2] == [("SEC-02", 4), ("NAV-03", 2)]
    assert len(together.next_skills(found, most=1)) == 1


def test_as_many_ready_the_surer_then_the_easier_goes_first(crowd, door):
    crowd.add(ALL_RIGHT | {"SEC-02": "dont_know"})
    crowd.add(ALL_RIGHT | {"NAV-03": "dont_know"})
    shared = together.next_skills(read(crowd, door))
    equal = [one for one in shared if len(one.ready) == len(shared[0].ready)]
    keys = [(one.to_confirm, one.skill.level) for one in equal]
    assert keys == sorted(keys)
    assert len(equal) > 1


def test_a_mistake_counts_people_and_not_answers(crowd, door):
    [first, second, *_] = crowd.items["SEC-02"]
    text = "croit qu'un nom connu prouve l'expéditeur"
    crowd.add({first: "incorrect", second: "incorrect"}, reveals={first: [text], second: [text]})
    crowd.add({first: "incorrect"}, reveals={first: [text, "se laisse presser"]})
    crowd.add({first: "correct"})
    found = together.mistakes(crowd.db, read(crowd, door))
    assert [(one.text, one.skill.code, len(one.people)) for one in found] == [
        (text, "SEC-02", 2),
        ("se laisse presser", "SEC-02", 1),
    ]


def test_an_answer_taken_back_reveals_nothing_any_more(crowd, door, db):
    item = crowd.items["SEC-02"][0]
    attempt = crowd.add({item: "incorrect", "SEC-01": "correct"}, reveals={item: ["croit tout"]})
    answers = reading.taking.answers_of(db, attempt.id)
    answers[0].superseded_at = clock.now()
    db.flush()
    assert together.mistakes(crowd.db, read(crowd, door)) == []


def test_tables_seat_everybody_who_is_ready_once_and_nobody_alone_among_many(crowd, door):
    for language in ("ar", "fr", "uk", "ar", "fr", "uk", "ar"):
        crowd.add(ALL_RIGHT | {"SEC-02": "dont_know"}, language=language)
    crowd.add(ALL_RIGHT)
    found = read(crowd, door)
    tables = together.seating(found)
    seated = [person.attempt.id for table in tables for person in table.people]
    ready = {found.people[row].attempt.id for row in np.flatnonzero(found.ready.any(axis=1)).tolist()}
    assert sorted(seated) == sorted(ready)
    assert max(len(table.people) for table in tables) <= together.SEATS
    same = [table for table in tables if table.skill.code == "SEC-02"]
    assert sorted(len(table.people) for table in same) == [3, 4]
    assert [person.attempt.language for person in same[0].people] == sorted(
        person.attempt.language for person in same[0].people
    )
    assert [len(table.helpers) for table in same] == [1, 0], "nobody helps at two tables at once"
    assert {person.attempt.id for table in tables for person in table.helpers}.isdisjoint(seated)


def test_the_sheet_of_a_session_names_the_ready_what_to_check_and_the_mistakes(crowd, door):
    item = crowd.items["SEC-02"][0]
    crowd.add(ALL_RIGHT | {"SEC-02": "incorrect"}, reveals={item: ["se laisse presser"]})
    able = crowd.add(ALL_RIGHT)
    sheet = session.of(crowd.db, read(crowd, door), "SEC-02")
    assert len(sheet.ready) == 1
    assert sheet.ready[0][0].attempt.id != able.id
    assert sheet.able == 1
    assert [one.text for one in sheet.mistakes] == ["se laisse presser"]
    below = [ground for ground in sheet.grounds if any(one.code == "SEC-01" for one in ground.skills)]
    assert below[0].asked
    assert below[0].to_check == ()
    outside = [ground for ground in sheet.grounds if not ground.asked]
    assert all(one.code not in ALL_RIGHT for ground in outside for one in ground.skills)
    with pytest.raises(NotFound):
        session.of(crowd.db, read(crowd, door), "ZZZ-99")


def test_the_map_puts_who_can_most_first(crowd, door):
    crowd.add(ALL_WRONG)
    best = crowd.add(ALL_RIGHT)
    found = read(crowd, door)
    people, _ = found.by_ability()
    assert found.people[people[0]].attempt.id == best.id


# --- names ---


def test_a_pseudonym_is_always_the_same_and_says_nothing():
    name = pseudonym(Attempt(id=_id(7)).id)
    assert name == pseudonym(_id(7))
    bird, number = name.rsplit(" ", 1)
    assert bird in BIRDS
    assert 10 <= int(number) <= 99


def test_pseudonyms_rarely_meet_in_a_room():
    chance = random.Random(2)
    names = [pseudonym(_id(chance.getrandbits(128))) for _ in range(5000)]
    assert len(set(BIRDS)) == 64
    assert len({name.split()[0] for name in names}) == 64
    rooms = [names[start : start + 20] for start in range(0, 5000, 20)]
    assert sum(len(set(room)) < 20 for room in rooms) < 20


def _id(number: int):
    import uuid

    return uuid.UUID(int=number, version=4)
