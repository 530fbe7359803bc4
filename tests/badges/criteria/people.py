"""Criteria and facts by chance, over few names, so that they meet; and a person of whom one thing is known."""

from datetime import UTC, datetime, timedelta

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
from pathways.badges.criteria.tree import as_data, parse

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
PERSON = "p"
CODES = ["A-1", "A-2", "B-1"]
KEYS = [f"m:{code}" for code in CODES]
FINGERPRINTS = ["a" * 12, "b" * 12, "c" * 12]
TEXT = {"fr": "Le récit d'un accueil", "en": "The story of a welcome"}


def facts(**known):
    return Facts(person=PERSON, now=NOW, **known)


def ago(**time):
    return NOW - timedelta(**time)


# --- by chance ---

slugs, themes, pieces = st.sampled_from(["x", "y"]), st.sampled_from(["email", "sante"]), st.sampled_from(["k", "l"])
months = st.sampled_from([1, 6, 12])
masteries = st.sampled_from([0.5, 0.8, 0.875, 0.99])


def some(values, most=2):
    return st.lists(values, min_size=1, max_size=most, unique=True)


def one_or_some(values):
    return values | some(values)


bys = st.one_of(
    st.just({"role": "anyone"}),
    st.fixed_dictionaries({"holder": one_or_some(slugs)}, optional={"jury": st.booleans()}),
    st.fixed_dictionaries({"role": one_or_some(st.sampled_from(["trainer", "prescriber"]))}),
    st.just({"jury": True}),
)
instruments = st.one_of(
    st.just({}),
    st.sampled_from(["1.1.0", "1.2", "2"]).map(lambda one: {"version": one}),
    st.sampled_from(FINGERPRINTS).map(lambda one: {"fingerprint": one}),
)
wanted_skills = st.one_of(
    st.dictionaries(st.sampled_from(CODES), masteries, min_size=1).map(lambda one: {"skills": one}),
    st.fixed_dictionaries({"skills": some(st.sampled_from(CODES), 3), "mastery": masteries}),
)
profiles = st.builds(
    lambda *parts: {"framework": "m"} | {name: value for part in parts for name, value in part.items()},
    wanted_skills,
    instruments,
    st.fixed_dictionaries({}, optional={"answers": st.integers(0, 3), "months": months, "lower_bound": st.booleans()}),
)
observations = st.fixed_dictionaries(
    {"framework": st.just("m"), "skills": some(st.sampled_from(CODES), 3), "by": bys},
    optional={"sheets": st.integers(1, 3), "months": months},
)
endorsements = st.integers(1, 3).flatmap(
    lambda n: st.fixed_dictionaries(
        {"n": st.just(n), "by": bys}, optional={"organisations": st.integers(1, n), "months": months}
    )
)
attendances = st.fixed_dictionaries(
    {"hours": st.sampled_from([0.25, 1, 2.5, 6])}, optional={"themes": one_or_some(themes), "months": months}
)
kinds = st.sampled_from([one.value for one in SessionKind])
sessions = st.integers(1, 3).flatmap(
    lambda n: st.fixed_dictionaries(
        {"n": st.just(n)},
        optional={
            "themes": one_or_some(themes),
            "languages": one_or_some(st.sampled_from(["ar", "ti"])),
            "kinds": one_or_some(kinds),
            "endorsed": st.integers(1, n),
            "months": months,
        },
    )
)
portfolios = st.fixed_dictionaries({"piece": pieces, "asked": st.just(TEXT)}, optional={"jury": st.integers(1, 3)})
others = st.fixed_dictionaries({"slug": slugs}, optional={"version": st.integers(1, 3)})
attested = st.one_of(
    st.sampled_from(["aidants-connect", "remn", "pix-certificate"]).map(lambda one: {"kind": one}),
    st.sampled_from(["first-aid", "boat"]).map(lambda one: {"kind": "other", "code": one, "title": TEXT}),
)
leaves = st.one_of(
    *(
        values.map(lambda value, name=name: {name: value})
        for name, values in [
            ("profile", profiles),
            ("observation", observations),
            ("endorsements", endorsements),
            ("attendance", attendances),
            ("sessions", sessions),
            ("portfolio", portfolios),
            ("achievement", others),
            ("attested", attested),
        ]
    )
)


def different(members):
    """Without those that say the same as another one."""
    found = []
    for one in members:
        if all(as_data(parse(one)) != as_data(parse(other)) for other in found):
            found.append(one)
    return found


def trees(depth=3):
    """Criteria as data, ``depth`` groups deep at most."""
    if not depth:
        return leaves
    members = st.lists(trees(depth - 1), min_size=1, max_size=3).map(different)
    at_least = members.flatmap(lambda of: st.integers(1, len(of)).map(lambda n: {"at_least": {"n": n, "of": of}}))
    groups = st.one_of(members.map(lambda of: {"all": of}), members.map(lambda of: {"any": of}), at_least)
    return leaves | groups


moments = st.one_of(
    st.integers(-2, 400).map(lambda days: NOW - timedelta(days=days)),
    st.sampled_from([datetime(2025, 11, 30, 12, tzinfo=UTC), datetime(2026, 10, 31, 12, tzinfo=UTC), NOW]),
)
persons = st.sampled_from([PERSON, "q", "r", "s"])
witnesses = st.builds(
    Witness,
    persons,
    st.sampled_from([None, "o1", "o2", "o3"]),
    st.frozensets(slugs),
    st.frozensets(st.sampled_from([Role.TRAINER, Role.PRESCRIBER])),
    st.booleans(),
)
names = st.sampled_from(["1", "2", "3", "4"])
chances = st.sampled_from([0.2, 0.5, 0.8, 0.875, 0.9, 1.0])
endings = st.none() | moments
KNOWN = {
    "measures": st.builds(
        Measure,
        st.sampled_from(KEYS),
        chances,
        st.integers(0, 3),
        moments,
        st.none() | chances,
        st.sampled_from(["", "1.0.9", "1.1.0", "1.2.0", "2.0.0", "older"]),
        st.sampled_from(["", *FINGERPRINTS]),
    ),
    "sheets": st.builds(Sheet, names, witnesses, st.frozensets(st.sampled_from(KEYS)), moments),
    "endorsements": st.builds(Endorsed, witnesses, moments),
    "attended": st.builds(Attended, names, st.sampled_from([15, 60, 150, 360]), themes, moments),
    "led": st.builds(
        Led,
        names,
        moments,
        themes,
        st.frozensets(st.sampled_from(["ar", "ti"])),
        st.frozensets(st.sampled_from(list(SessionKind))),
        st.frozensets(persons),
    ),
    "decisions": st.builds(Decided, pieces, persons, st.booleans(), moments),
    "held": st.builds(Held, slugs, st.integers(1, 3), moments, endings),
    "seen": st.builds(
        Seen, st.sampled_from(list(Outside)), persons, moments, endings, st.sampled_from(["", "first-aid"])
    ),
}


def known(most=4):
    """Facts by chance."""
    lists = {name: st.lists(values, max_size=most).map(tuple) for name, values in KNOWN.items()}
    lineages = st.sampled_from([{}, {"m": tuple(FINGERPRINTS[:2])}, {"m": tuple(FINGERPRINTS)}])
    return st.builds(facts, lineages=lineages, **lists)


def with_more(first, more):
    """All that is known in both."""
    lists = {name: getattr(first, name) + getattr(more, name) for name in KNOWN}
    longest = max(first.lineages.get("m", ()), more.lineages.get("m", ()), key=len)
    return facts(lineages={"m": longest}, **lists)
