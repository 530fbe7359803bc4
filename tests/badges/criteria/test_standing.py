"""Each leaf at its limits: exactly so much, exactly so many, to the last moment."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.badges.criteria.facts import (
    Attended,
    Decided,
    Endorsed,
    Facts,
    Held,
    Led,
    Measure,
    Seen,
    Sheet,
    Witness,
)
from pathways.badges.criteria.nodes import Outside, Role, SessionKind
from pathways.badges.criteria.standing import Kind, Reason, lasts_until, stand
from pathways.badges.criteria.tree import parse
from tests.badges.criteria.people import FINGERPRINTS, NOW, PERSON, TEXT, ago, facts

SECOND = timedelta(seconds=1)
YEAR_AGO = datetime(2025, 11, 30, 12, tzinfo=UTC)


def leaf(name, /, **data):
    return parse({name: data})


def told(node, **known):
    """``(met, [(kind, have, need)])``"""
    found = stand(node, facts(**known))
    assert (found.effort == 0) is found.met
    return found.met, [(one.kind, one.have, one.need) for one in found.counts]


# --- months ---


@pytest.mark.parametrize(
    ("at", "months", "until"),
    [
        (datetime(2025, 11, 30, 12, tzinfo=UTC), 12, datetime(2026, 11, 30, 12, tzinfo=UTC)),
        (datetime(2026, 1, 31, tzinfo=UTC), 1, datetime(2026, 2, 28, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 12, datetime(2025, 2, 28, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 48, datetime(2028, 2, 29, tzinfo=UTC)),
        (datetime(2025, 12, 15, tzinfo=UTC), 1, datetime(2026, 1, 15, tzinfo=UTC)),
        (datetime(9999, 12, 31, tzinfo=UTC), 120, datetime(9999, 12, 31, tzinfo=UTC)),
    ],
)
def test_months_end_on_the_same_day_or_on_the_last_of_the_month(at, months, until):
    assert lasts_until(at, months) == until


@pytest.mark.parametrize(
    ("at", "met"), [(YEAR_AGO, True), (YEAR_AGO - SECOND, False), (NOW, True), (NOW + SECOND, False)]
)
@pytest.mark.parametrize(
    ("node", "known"),
    [
        (
            leaf("profile", framework="m", skills=["A-1"], mastery=0.8, months=12),
            lambda at: {"measures": (Measure("m:A-1", 0.9, 1, at),)},
        ),
        (
            leaf("observation", framework="m", skills=["A-1"], by={"jury": True}, months=12),
            lambda at: {"sheets": (Sheet("1", Witness("q", jury=True), frozenset({"m:A-1"}), at),)},
        ),
        (
            leaf("endorsements", n=1, by={"role": "anyone"}, months=12),
            lambda at: {"endorsements": (Endorsed(Witness("q"), at),)},
        ),
        (leaf("attendance", hours=1, months=12), lambda at: {"attended": (Attended("1", 60, "email", at),)}),
        (leaf("sessions", n=1, months=12), lambda at: {"led": (Led("1", at),)}),
    ],
    ids=["profile", "observation", "endorsements", "attendance", "sessions"],
)
def test_it_counts_to_the_last_moment_and_not_before_it_happens(node, known, at, met):
    assert told(node, **known(at))[0] is met


@pytest.mark.parametrize(
    ("node", "known"),
    [
        (leaf("achievement", slug="x"), lambda at, until: {"held": (Held("x", 1, at, until),)}),
        (leaf("attested", kind="remn"), lambda at, until: {"seen": (Seen(Outside.REMN, "q", at, until),)}),
    ],
    ids=["achievement", "attested"],
)
@pytest.mark.parametrize(
    ("at", "until", "met"),
    [
        (NOW, None, True),
        (NOW + SECOND, None, False),
        (YEAR_AGO, NOW, True),
        (YEAR_AGO, NOW - SECOND, False),
    ],
)
def test_it_is_valid_from_its_first_to_its_last_moment(node, known, at, until, met):
    assert told(node, **known(at, until))[0] is met


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        Facts(person=PERSON, now=datetime(2026, 1, 1))  # noqa: DTZ001 - that is what is tested


# --- profile ---


def measured(mastery=0.8, *, answers=2, low=None, skill="m:A-1", at=NOW, version="1.1.0", fingerprint=""):
    return Measure(skill, mastery, answers, at, low, version, fingerprint)


def why(node, *measures, **known):
    """``{micro-skill: reasons}`` of those that are lacking."""
    found = stand(node, facts(measures=measures, **known))
    assert found.met is (not found.lacks)
    return {one.skill: list(one.reasons) for one in found.lacks}


def profile(**more):
    return leaf("profile", **({"framework": "m", "skills": {"A-1": 0.8}, "answers": 2} | more))


def test_exactly_the_mastery_and_exactly_the_answers_are_enough():
    assert why(profile(), measured(0.8)) == {}
    assert why(profile(), measured(0.7999)) == {"m:A-1": [Reason.MASTERY]}
    assert why(profile(), measured(answers=1)) == {"m:A-1": [Reason.ANSWERS]}
    assert why(profile(answers=0), measured(answers=0)) == {}
    assert why(profile()) == {"m:A-1": [Reason.UNSEEN]}
    assert why(profile(), measured(skill="n:A-1")) == {"m:A-1": [Reason.UNSEEN]}


def test_each_micro_skill_has_its_own_mastery():
    node = profile(skills={"A-1": 0.8, "A-2": 0.9})
    both = measured(0.85), measured(0.85, skill="m:A-2")
    assert why(node, *both) == {"m:A-2": [Reason.MASTERY]}
    assert told(node, measures=both) == (False, [(Kind.SKILLS, 1, 2)])


def test_a_lower_bound_is_asked_of_the_quantile_and_never_supposed():
    node = profile(lower_bound=True)
    assert why(node, measured(0.99, low=0.8)) == {}
    assert why(node, measured(0.99, low=0.79)) == {"m:A-1": [Reason.MASTERY]}
    assert why(node, measured(0.99)) == {"m:A-1": [Reason.NO_BOUND]}
    assert why(profile(), measured(0.8, low=0.1)) == {}


def test_one_measure_has_to_be_good_in_every_way():
    old, new = measured(0.9, at=YEAR_AGO - SECOND), measured(0.7)
    assert why(profile(months=12), old, new) == {"m:A-1": [Reason.OLD]}
    assert why(profile(months=12), old, new, measured(0.8, at=YEAR_AGO)) == {}


@pytest.mark.parametrize(
    ("asked", "answered", "met"),
    [
        ("1.1.0", "1.1.0", True),
        ("1.1.0", "1.10.0", True),
        ("1.10.0", "1.9.9", False),
        ("1.1", "1.1.0", True),
        ("1.1.0", "1.1", True),
        ("2", "1.9.9", False),
        ("1.1.0", "", False),
        ("1.1.0", "newest", False),
    ],
)
def test_a_version_or_a_later_one(asked, answered, met):
    assert why(profile(version=asked), measured(version=answered)) == ({} if met else {"m:A-1": [Reason.VERSION]})


def test_a_fingerprint_or_a_later_one_of_the_lineage():
    first, second, third = FINGERPRINTS
    node = profile(fingerprint=second)
    lineages = {"m": (first, second, third)}
    for known in ({}, lineages):
        assert why(node, measured(fingerprint=second), lineages=known) == {}
    assert why(node, measured(fingerprint=third), lineages=lineages) == {}
    for fingerprint, known in ((first, lineages), (third, {}), (third, {"n": lineages["m"]}), ("", lineages)):
        assert why(node, measured(fingerprint=fingerprint), lineages=known) == {"m:A-1": [Reason.VERSION]}


# --- observation ---


def sheet(number, *codes, by=None, at=NOW):
    who = by or Witness("q", held=frozenset({"x"}))
    return Sheet(str(number), who, frozenset(f"m:{code}" for code in codes), at)


def test_sheets_show_the_micro_skills_together():
    node = leaf("observation", framework="m", skills=["A-1", "A-2"], sheets=2, by={"holder": "x"})
    half = [(Kind.SHEETS, 1, 2), (Kind.SKILLS, 2, 2)]
    assert told(node, sheets=(sheet(1, "A-1", "A-2"),)) == (False, half)
    assert told(node, sheets=(sheet(1, "A-1", "A-2"), sheet(1, "A-1", "A-2"))) == (False, half)
    assert told(node, sheets=(sheet(1, "A-1", "A-2"), sheet(2, "B-1"))) == (False, half)
    assert told(node, sheets=(sheet(1, "A-1"), sheet(2, "A-1"))) == (False, [(Kind.SHEETS, 2, 2), (Kind.SKILLS, 1, 2)])
    assert told(node, sheets=(sheet(1, "A-1"), sheet(2, "A-2")))[0]


@pytest.mark.parametrize(
    ("by", "witness", "met"),
    [
        ({"holder": "x"}, Witness("q", held=frozenset({"x"})), True),
        ({"holder": ["x", "y"]}, Witness("q", held=frozenset({"y"})), True),
        ({"holder": "x"}, Witness("q", held=frozenset({"y"}), jury=True), False),
        ({"jury": True}, Witness("q", jury=True), True),
        ({"holder": "x", "jury": True}, Witness("q", jury=True), True),
        ({"role": "trainer"}, Witness("q", roles=frozenset({Role.TRAINER})), True),
        ({"role": "trainer"}, Witness("q", roles=frozenset({Role.PRESCRIBER})), False),
        ({"role": "anyone"}, Witness("q"), True),
        ({"role": "anyone"}, Witness(PERSON), False),
        ({"jury": True}, Witness(PERSON, jury=True), False),
    ],
)
def test_only_who_is_asked_for_and_never_the_person(by, witness, met):
    observed = leaf("observation", framework="m", skills=["A-1"], by=by)
    endorsed = leaf("endorsements", n=1, by=by)
    assert told(observed, sheets=(sheet(1, "A-1", by=witness),))[0] is met
    assert told(endorsed, endorsements=(Endorsed(witness, NOW),))[0] is met


# --- endorsements ---


def from_each(*pairs):
    return tuple(Endorsed(Witness(person, organisation), NOW) for person, organisation in pairs)


def test_endorsers_are_counted_once_however_much_they_say():
    node = leaf("endorsements", n=2, by={"role": "anyone"})
    assert told(node, endorsements=from_each(("q", "a"), ("q", "b"))) == (False, [(Kind.ENDORSEMENTS, 1, 2)])
    assert told(node, endorsements=from_each(("q", "a"), ("r", "a"))) == (True, [(Kind.ENDORSEMENTS, 2, 2)])
    assert told(node, endorsements=from_each(("q", "a"), (PERSON, "b")))[0] is False


def test_organisations_are_those_of_different_endorsers():
    node = leaf("endorsements", n=3, by={"role": "anyone"}, organisations=2)

    def organisations(*pairs):
        return told(node, endorsements=from_each(*pairs))[1][1][1]

    assert organisations(("q", "a"), ("r", "a"), ("s", "a")) == 1
    assert organisations(("q", "a"), ("r", "b")) == 2
    assert organisations(("q", "a"), ("q", "b")) == 1, "one person who speaks for two is still one"
    assert organisations(("q", "a"), ("q", "b"), ("r", "a")) == 2
    assert organisations(("q", None), ("r", None), ("s", "a")) == 1
    assert told(node, endorsements=from_each(("q", "a"), ("r", "b"), ("s", None)))[0]


@given(st.lists(st.tuples(st.sampled_from("qrst"), st.sampled_from([None, "a", "b", "c"])), max_size=8))
def test_organisations_against_every_choice_of_one_for_each_endorser(pairs):
    node = leaf("endorsements", n=4, by={"role": "anyone"}, organisations=4)
    named = [pair for pair in set(pairs) if pair[1]]
    best = max(
        size
        for size in range(5)
        for chosen in combinations(named, size)
        if len({person for person, _ in chosen}) == len({where for _, where in chosen}) == size
    )
    assert told(node, endorsements=from_each(*pairs))[1][1] == (Kind.ORGANISATIONS, best, 4)


# --- attendance and sessions ---


def test_exactly_the_hours_of_the_themes_each_session_once():
    node = leaf("attendance", hours=2.5, themes=["email", "sante"])
    two = Attended("1", 90, "email", NOW), Attended("2", 60, "sante", NOW)
    assert told(node, attended=two) == (True, [(Kind.MINUTES, 150, 150)])
    assert told(node, attended=(two[0], Attended("2", 59, "sante", NOW))) == (False, [(Kind.MINUTES, 149, 150)])
    assert told(node, attended=(two[0], two[0])) == (False, [(Kind.MINUTES, 90, 150)])
    assert told(node, attended=(two[0], Attended("2", 60, "logement", NOW))) == (False, [(Kind.MINUTES, 90, 150)])
    assert told(leaf("attendance", hours=2.5), attended=(two[0], Attended("2", 60, "logement", NOW)))[0]


def led(number, *, endorsed_by="", **more):
    kept = {"theme": "email", "languages": frozenset({"ar"}), "kinds": frozenset({SessionKind.VAN})} | more
    return Led(str(number), NOW, endorsed_by=frozenset(endorsed_by.split()), **kept)


def test_exactly_so_many_sessions_each_once():
    node = leaf("sessions", n=2)
    assert told(node, led=(led(1), led(1))) == (False, [(Kind.SESSIONS, 1, 2)])
    assert told(node, led=(led(1), led(2))) == (True, [(Kind.SESSIONS, 2, 2)])


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ({"themes": ["email", "sante"]}, {"theme": "logement"}),
        ({"languages": ["ti", "ar"]}, {"languages": frozenset({"fr"})}),
        ({"kinds": ["remote", "van"]}, {"kinds": frozenset({SessionKind.PLACE})}),
    ],
)
def test_only_sessions_of_what_is_asked_for(asked, other):
    node = leaf("sessions", n=1, **asked)
    assert told(node, led=(led(1),))[0] is True
    assert told(node, led=(led(1, **other),))[0] is False


def test_so_many_of_them_endorsed_by_somebody_else():
    node = leaf("sessions", n=2, themes="email", endorsed=1)
    both = [(Kind.SESSIONS, 2, 2), (Kind.ENDORSED, 0, 1)]
    assert told(node, led=(led(1), led(2))) == (False, both)
    assert told(node, led=(led(1, endorsed_by=PERSON), led(2))) == (False, both)
    assert told(node, led=(led(1), led(2), led(3, theme="sante", endorsed_by="q"))) == (False, both)
    assert told(node, led=(led(1, endorsed_by=f"{PERSON} q"), led(2)))[0] is True


# --- portfolio, achievement, attested ---


def test_so_many_members_accept_the_piece():
    node = leaf("portfolio", piece="k", asked=TEXT)
    one = Decided("k", "q", accepted=True, at=NOW)
    for other in (
        one,
        Decided("l", "r", accepted=True, at=NOW),
        Decided("k", "r", accepted=False, at=NOW),
        Decided("k", PERSON, accepted=True, at=NOW),
        Decided("k", "r", accepted=True, at=NOW + SECOND),
    ):
        assert told(node, decisions=(one, other)) == (False, [(Kind.DECISIONS, 1, 2)])
    assert told(node, decisions=(one, Decided("k", "r", accepted=True, at=NOW)))[0] is True


@pytest.mark.parametrize(("slug", "version", "met"), [("x", 2, True), ("x", 3, True), ("x", 1, False), ("y", 2, False)])
def test_the_other_achievement_in_that_version_or_a_later_one(slug, version, met):
    assert told(leaf("achievement", slug="x", version=2), held=(Held(slug, version, ago(days=1)),))[0] is met


def test_what_others_attest_was_seen_by_somebody_else():
    node = leaf("attested", kind="other", code="first-aid", title=TEXT)
    assert told(node, seen=(Seen(Outside.OTHER, "q", NOW, code="first-aid"),))[0] is True
    assert told(node, seen=(Seen(Outside.OTHER, PERSON, NOW, code="first-aid"),))[0] is False
    assert told(node, seen=(Seen(Outside.OTHER, "q", NOW, code="boat"),))[0] is False
    assert told(leaf("attested", kind="remn"), seen=(Seen(Outside.PIX_CERTIFICATE, "q", NOW),))[0] is False
