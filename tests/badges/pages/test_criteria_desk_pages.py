"""Criteria composed at the desk: a tree made by forms alone, each criterion with the sentence that it will be."""

from __future__ import annotations

import pytest

from pathways.badges.models import Achievement
from tests.badges.desks import Networks, value_of, words
from tests.badges.forms_sent import fields_of
from tests.badges.pages.drafting import drafted, kept


@pytest.fixture
def scene(app, database) -> Networks:
    return Networks(app, database)


@pytest.fixture
def desk(scene):
    return scene.keeper()[0]


def step(desk, path: str, act: str, at: str = "", **fields):
    version = value_of(desk.get(f"{path}/criteria").text, "version_read")
    return desk.post(f"{path}/criteria", **{"version_read": version, "of": "criteria", "act": act, "at": at} | fields)


def new_leaf(desk, path: str, kind: str, at: str = "", **fields):
    page = desk.get(f"{path}/criteria/leaf?of=criteria&at={at}&kind={kind}")
    assert page.status_code == 200
    return desk.browser.post(f"{path}/criteria/leaf", data=fields_of(page.text) | fields)


def test_a_tree_is_composed_without_a_script(desk, database):
    path = drafted(desk)
    asked = step(desk, path, "add", kind="endorsements")
    assert asked.headers["location"].endswith("criteria/leaf?of=criteria&at=&kind=endorsements")
    assert new_leaf(desk, path, "endorsements", n="3", organisations="2").status_code == 303
    assert step(desk, path, "enclose", "1", kind="any").status_code == 303
    assert new_leaf(desk, path, "sessions", "1", n="5", kinds=["van"]).status_code == 303
    assert kept(database, path).draft["criteria"] == {
        "all": [
            {"attendance": {"hours": 2, "months": 24}},
            {
                "any": [
                    {"endorsements": {"n": 3, "by": {"role": ["anyone"]}, "organisations": 2, "months": 24}},
                    {"sessions": {"n": 5, "kinds": ["van"], "months": 24}},
                ]
            },
        ]
    }
    page = words(desk.get(f"{path}/criteria"))
    assert "Au moins 3 recommandations" in page
    assert "Animer ou co-animer au moins 5 séances" in page
    assert step(desk, path, "up", "1").status_code == 303
    assert step(desk, path, "regroup", "0", kind="at_least", n="2").status_code == 303
    assert step(desk, path, "remove", "0.0").status_code == 303
    assert kept(database, path).draft["criteria"]["all"][0] == {
        "at_least": {"n": 1, "of": [{"sessions": {"n": 5, "kinds": ["van"], "months": 24}}]}
    }
    assert step(desk, path, "release", "0").status_code == 303
    assert len(kept(database, path).draft["criteria"]["all"]) == 2


def test_what_cannot_be_is_said_and_nothing_changes(desk, database):
    path = drafted(desk)
    before = kept(database, path).draft
    for act, fields in [
        ("remove", {}),
        ("remove", {"at": "7"}),
        ("regroup", {"kind": "any"}),
        ("dance", {}),
        ("regroup", {"kind": "x"}),
    ]:
        refused = step(desk, path, act, **fields)
        assert refused.status_code == 422, (act, fields)
        assert 'role="alert"' in refused.text
    assert new_leaf(desk, path, "attendance").status_code == 422, "the same twice in a group"
    assert kept(database, path).draft == before
    stale = desk.post(f"{path}/criteria", of="criteria", act="enclose", at="", kind="any", version_read="99")
    assert stale.status_code == 409


def test_a_criterion_says_in_a_sentence_what_stands_in_its_form(desk, database):
    path = drafted(desk)
    seen = new_leaf(desk, path, "attendance", hours="2,5", action="see")
    assert seen.status_code == 200
    assert "Au moins 2 heures et 30 minutes" in words(seen)
    assert "attendance" in kept(database, path).draft["criteria"]
    for wrong in ("", "beaucoup", "0", "2,3", "9999"):
        page = new_leaf(desk, path, "attendance", hours=wrong)
        assert page.status_code == 422, wrong
        assert 'id="hours-error"' in page.text, wrong


def test_micro_skills_are_chosen_among_those_of_a_framework(desk, database):
    path = drafted(desk)
    page = desk.get(f"{path}/criteria/leaf?of=criteria&at=&kind=profile&framework=mediateur-numerique")
    assert 'name="mastery.ALO-01"' in page.text
    other = new_leaf(desk, path, "profile", framework="inclusion-numerique", action="framework")
    assert 'name="mastery.MEL-01"' in other.text
    assert 'name="mastery.ACU-01"' not in other.text
    sent = {name: "" for name in fields_of(page.text) if name.startswith("mastery.")}
    sent |= {"framework": "mediateur-numerique", "mastery.ALO-01": "0.8", "mastery.ALO-02": "0.9", "answers": "0"}
    made = desk.browser.post(f"{path}/criteria/leaf", data=fields_of(page.text) | sent)
    assert made.status_code == 303, words(made)
    leaf = kept(database, path).draft["criteria"]["all"][1]["profile"]
    assert leaf["skills"] == {"ALO-01": 0.8, "ALO-02": 0.9}
    assert leaf["answers"] == 0
    nothing = desk.browser.post(
        f"{path}/criteria/leaf", data=fields_of(page.text) | {name: "" for name in sent if name.startswith("mastery")}
    )
    assert nothing.status_code == 422
    assert 'id="skills-error"' in nothing.text


def test_whoever_counts_is_said_or_the_criterion_is_refused(desk):
    path = drafted(desk)
    page = new_leaf(desk, path, "endorsements", "", **{"by.role": []})
    assert page.status_code == 422
    assert 'id="by-error"' in page.text


def test_the_finer_points_of_a_criterion_that_the_form_does_not_show_stay(desk, database, scene):
    path = drafted(desk, first="profile")
    achievement = kept(database, path)
    leaf = achievement.draft["criteria"]["profile"] | {"lower_bound": True, "fingerprint": "0a1b2c3d4e5f"}
    with scene.writing() as db:
        held = db.get_one(Achievement, achievement.id)
        held.draft = {**held.draft, "criteria": {"profile": leaf}}
    page = desk.get(f"{path}/criteria/leaf?of=criteria&at=")
    assert desk.browser.post(f"{path}/criteria/leaf", data=fields_of(page.text)).status_code == 303
    assert kept(database, path).draft["criteria"] == {"profile": leaf}
