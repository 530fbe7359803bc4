"""Criteria as data: what is right comes back as it was, what is wrong is refused with its place."""

import json
from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pathways.badges.criteria.tree import (
    DEEPEST,
    MOST_LEAVES,
    All,
    AtLeast,
    Attendance,
    By,
    CriteriaError,
    Endorsements,
    OtherAchievement,
    Portfolio,
    Profile,
    Role,
    Text,
    achievements_of,
    as_data,
    asks_others,
    leaves,
    parse,
    skills_of,
)
from tests.badges.criteria.people import TEXT, trees

ANYONE = {"role": "anyone"}
PROFILE = {"framework": "m", "skills": ["A-1"], "mastery": 0.8}
HELD = {"achievement": {"slug": "x"}}


@given(trees())
def test_what_is_written_is_read_as_the_same_tree(data):
    node = parse(data)
    written = as_data(node)
    assert parse(written) == node
    assert as_data(parse(written)) == written


@given(trees())
def test_it_survives_json_and_yaml(data):
    written = as_data(parse(data))
    assert parse(json.loads(json.dumps(written))) == parse(yaml.safe_load(yaml.safe_dump(written))) == parse(data)


def test_each_form_of_a_leaf_is_read():
    assert parse({"profile": PROFILE}) == Profile("m", (("A-1", 0.8),))
    by_skill = {"framework": "m", "skills": {"A-1": 0.8, "B-1": 0.9}, "answers": 0, "version": "1.1.0", "months": 6}
    assert parse({"profile": by_skill}) == Profile("m", (("A-1", 0.8), ("B-1", 0.9)), 0, "1.1.0", months=6)
    by = {"holder": "x", "role": ["trainer"], "jury": True}
    assert parse({"endorsements": {"n": 2, "by": by, "organisations": 2}}) == Endorsements(
        2, By(("x",), (Role.TRAINER,), jury=True), 2
    )
    assert parse({"attendance": {"hours": 1.25}}) == Attendance(75)
    assert parse({"at_least": {"n": 1, "of": [HELD]}}) == AtLeast(1, (OtherAchievement("x"),))


def test_micro_skills_of_an_object_are_ordered_and_those_of_a_list_are_not():
    by_skill = {"framework": "m", "skills": {"B-1": 0.8, "A-1": 0.9}}
    assert parse({"profile": by_skill}) == Profile("m", (("A-1", 0.9), ("B-1", 0.8)))
    assert parse({"profile": PROFILE | {"skills": ["B-1", "A-1"]}}) == Profile("m", (("B-1", 0.8), ("A-1", 0.8)))


def test_zero_answers_are_not_taken_for_the_default():
    assert as_data(parse({"profile": PROFILE | {"answers": 0}}))["profile"]["answers"] == 0
    assert "answers" not in as_data(parse({"profile": PROFILE | {"answers": 1}}))["profile"]


def test_words_are_one_paragraph():
    piece = {"piece": "k", "asked": {"fr": "  Un récit\n  d'une « page ».\n", "en": "A\tstory"}}
    assert parse({"portfolio": piece}) == Portfolio("k", Text("Un récit d'une « page ».", "A story"))


def test_all_that_a_tree_names_is_told():
    tree = parse(
        {
            "all": [
                {"profile": PROFILE},
                {"any": [HELD, {"observation": {"framework": "n", "skills": ["Z"], "by": {"holder": ["y", "z"]}}}]},
                {"endorsements": {"n": 1, "by": {"holder": "w"}}},
            ]
        }
    )
    assert skills_of(tree) == {"m:A-1", "n:Z"}
    assert achievements_of(tree) == {"w", "x", "y", "z"}
    assert len(list(leaves(tree))) == 4


def without(data, name):
    return {key: value for key, value in data.items() if key != name}


REFUSED = [
    ({}, "", "il faut une seule clé par critère, il y en a 0."),
    ([], "", "il faut un objet avec « all »,"),
    (None, "", "il faut un objet avec « all »,"),
    ({"none": []}, "", "« none » n'est pas connu."),
    ({"all": [HELD], "any": [HELD]}, "", "il faut une seule clé par critère, il y en a 2."),
    ({"all": []}, "all", "il faut une liste de critères qui n'est pas vide."),
    ({"any": "x"}, "any", "il faut une liste de critères qui n'est pas vide."),
    ({"all": [HELD, HELD]}, "all[1]", "ce critère est déjà dans ce groupe."),
    ({"at_least": {"n": 2, "of": [HELD]}}, "at_least.n", "il faut un nombre entier de 1 à 1, pas « 2 »."),
    ({"at_least": {"n": 0, "of": [HELD]}}, "at_least.n", "il faut un nombre entier de 1 à 1, pas « 0 »."),
    ({"at_least": {"of": [HELD]}}, "at_least.n", "il manque « n »."),
    (
        {"all": [HELD, {"any": [{"profile": PROFILE | {"skills": []}}]}]},
        "all[1].any[0].profile.skills",
        "il faut une liste qui n'est pas vide.",
    ),
    (
        {"any": [HELD, {"at_least": {"n": 1, "of": [{"attested": {"kind": "pix"}}]}}]},
        "any[1].at_least.of[0].attested.kind",
        "« pix » n'est pas connu. On peut écrire « aidants-connect », « remn », « pix-certificate » ou « other ».",
    ),
    ({"profile": without(PROFILE, "framework")}, "profile.framework", "il manque « framework »."),
    ({"profile": without(PROFILE, "mastery")}, "profile.mastery", "il manque « mastery »."),
    ({"profile": PROFILE | {"skills": {"A-1": 1}}}, "profile.mastery", "« skills » dit déjà la maîtrise"),
    ({"profile": {"framework": "m", "skills": {"A-1": 1}}}, "profile.skills.A-1", "la maîtrise est un nombre de 0.5 à"),
    ({"profile": PROFILE | {"mastery": 0.49}}, "profile.mastery", "la maîtrise est un nombre de 0.5 à 0.99"),
    ({"profile": PROFILE | {"mastery": True}}, "profile.mastery", "la maîtrise est un nombre de 0.5 à 0.99"),
    ({"profile": PROFILE | {"mastery": 0.12345}}, "profile.mastery", "la maîtrise est un nombre de 0.5 à 0.99"),
    ({"profile": PROFILE | {"mastery": 0.8001}}, "profile.mastery", "la maîtrise a trois chiffres"),
    ({"profile": PROFILE | {"skills": ["A-1", "A-1"]}}, "profile.skills", "« A-1 » y est deux fois."),
    ({"profile": PROFILE | {"skills": ["A 1"]}}, "profile.skills", "« A 1 » n'est pas un code."),
    ({"profile": PROFILE | {"answers": 1.0}}, "profile.answers", "il faut un nombre entier de 0 à 10, pas « 1.0 »."),
    ({"profile": PROFILE | {"version": "1.1.0.0"}}, "profile.version", "« 1.1.0.0 » n'est pas un code."),
    (
        {"profile": PROFILE | {"version": "1", "fingerprint": "a" * 12}},
        "profile.fingerprint",
        "« version » et « fingerprint » ensemble : il faut choisir.",
    ),
    ({"profile": PROFILE | {"lower_bound": "yes"}}, "profile.lower_bound", "il faut « true » ou « false »"),
    ({"profile": PROFILE | {"months": 0}}, "profile.months", "il faut un nombre entier de 1 à 120, pas « 0 »."),
    ({"profile": PROFILE | {"level": 2}}, "profile", "« level » n'est pas connu."),
    ({"observation": {"framework": "m", "skills": ["A"]}}, "observation.by", "il manque « by »."),
    ({"endorsements": {"n": 1, "by": {}}}, "endorsements.by", "il faut dire qui compte"),
    ({"endorsements": {"n": 1, "by": {"jury": False}}}, "endorsements.by", "il faut dire qui compte"),
    ({"endorsements": {"n": 1, "by": {"role": "cousin"}}}, "endorsements.by.role", "« cousin » n'est pas connu."),
    ({"endorsements": {"n": 1, "by": {"role": ["anyone", "trainer"]}}}, "endorsements.by", "avec « anyone », tout"),
    (
        {"endorsements": {"n": 2, "by": ANYONE, "organisations": 3}},
        "endorsements.organisations",
        "il faut un nombre entier de 1 à 2, pas « 3 ».",
    ),
    ({"attendance": {"hours": 0.3}}, "attendance.hours", "il faut un nombre d'heures de 0.25 à 500, au quart d'heure"),
    ({"attendance": {"hours": float("nan")}}, "attendance.hours", "il faut un nombre d'heures"),
    ({"attendance": {"hours": 10**5000}}, "attendance.hours", "il faut un nombre d'heures"),
    ({"sessions": {"n": 2, "endorsed": 3}}, "sessions.endorsed", "il faut un nombre entier de 1 à 2, pas « 3 »."),
    ({"sessions": {"n": 2, "kinds": ["boat"]}}, "sessions.kinds", "« boat » n'est pas connu."),
    ({"portfolio": {"piece": "k", "asked": {"fr": "a"}}}, "portfolio.asked.en", "il manque « en »."),
    ({"portfolio": {"piece": "k", "asked": TEXT | {"en": " \n"}}}, "portfolio.asked.en", "ce texte est vide."),
    ({"portfolio": {"piece": "k", "asked": TEXT | {"fr": "a" * 301}}}, "portfolio.asked.fr", "ce texte est trop long"),
    ({"portfolio": {"piece": "k", "asked": TEXT | {"fr": "<b>"}}}, "portfolio.asked.fr", "ce texte contient"),
    ({"portfolio": {"piece": "k", "asked": TEXT | {"fr": "a\ud800"}}}, "portfolio.asked.fr", "ce texte contient"),
    ({"portfolio": {"piece": "k", "asked": TEXT | {"fr": "a\u202eb"}}}, "portfolio.asked.fr", "ce texte contient"),
    ({"achievement": {"slug": "A"}}, "achievement.slug", "« A » n'est pas un code. Exemple : « welcome-diagnosis »."),
    ({"achievement": {"slug": "a" * 61}}, "achievement.slug", f"« {'a' * 40}… » n'est pas un code."),
    ({"achievement": {"slug": "a\n"}}, "achievement.slug", "« a? » n'est pas un code."),
    ({"attested": {"kind": "other", "code": "a"}}, "attested.title", "il manque « title »."),
    ({"attested": {"kind": "remn", "title": TEXT}}, "attested.title", "« title » ne va qu'avec « other »."),
]


@pytest.mark.parametrize(("data", "path", "sentence"), REFUSED)
def test_a_refusal_says_where_and_what(data, path, sentence):
    with pytest.raises(CriteriaError) as refusal:
        parse(data)
    assert refusal.value.path == path
    assert refusal.value.sentence.startswith(sentence)
    assert refusal.value.sentence.endswith(".")
    assert str(refusal.value) == (f"{path} : {refusal.value.sentence}" if path else refusal.value.sentence)


def nested(depth):
    data = HELD
    for _ in range(depth - 1):
        data = {"all": [data]}
    return data


def test_as_deep_as_allowed_and_no_deeper():
    assert parse(nested(DEEPEST))
    with pytest.raises(CriteriaError, match="trop profonds : 6 niveaux au plus"):
        parse(nested(DEEPEST + 1))


def test_the_deepest_nesting_is_refused_and_not_gone_through():
    with pytest.raises(CriteriaError, match="trop profonds"):
        parse(nested(100_000))


def held(count, start=0):
    return [{"achievement": {"slug": f"x{number}"}} for number in range(start, start + count)]


def test_as_many_leaves_as_allowed_and_no_more():
    assert isinstance(parse({"all": held(MOST_LEAVES)}), All)
    with pytest.raises(CriteriaError, match="trop de critères : 60 au plus, pas 61"):
        parse({"all": held(MOST_LEAVES + 1)})
    with pytest.raises(CriteriaError, match="trop de critères : 60 au plus, pas 61"):
        parse({"all": [{"any": held(40)}, {"any": held(21, start=40)}]})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def paths_of(data, path=()):
    """Where each value stands."""
    yield path
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield from paths_of(value, (*path, key))


def replaced(data, path, value):
    if not path:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = replaced(data[path[0]], path[1:], value)
    return copy


@given(trees(2), anything, st.randoms(use_true_random=False))
def test_any_value_in_any_place_is_read_or_refused(data, value, chance):
    broken = replaced(data, chance.choice(list(paths_of(data))), value)
    with suppress(CriteriaError):
        node = parse(broken)
        assert parse(as_data(node)) == node


ALONE, WITNESSED = {"profile": PROFILE}, {"endorsements": {"n": 1, "by": ANYONE}}


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (ALONE, False),
        (HELD, False),
        (WITNESSED, True),
        ({"attendance": {"hours": 2}}, True),
        ({"all": [ALONE, WITNESSED]}, True),
        ({"all": [ALONE, HELD]}, False),
        ({"any": [ALONE, WITNESSED]}, False),
        ({"any": [WITNESSED, {"all": [ALONE, WITNESSED]}]}, True),
        ({"at_least": {"n": 2, "of": [ALONE, WITNESSED, HELD]}}, False),
        ({"at_least": {"n": 2, "of": [ALONE, WITNESSED, {"attendance": {"hours": 2}}]}}, True),
    ],
)
def test_whether_somebody_can_meet_it_alone(data, wanted):
    assert asks_others(parse(data)) is wanted
