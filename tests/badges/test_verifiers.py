"""What we issue is shown to verifiers that others wrote, and to our own: what is good is accepted by all who know its
format; whatever is wrong with it, it is refused by two of them at least, ours among them, and for that reason.

A verifier that is not there fails the tests: none is left out.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from tests.badges.matrix import credentials, tampering
from tests.badges.matrix.cells import COLUMNS, DEAF, GOOD, NOT_APPLICABLE, ROWS, TRAPS, Shown, cases, site
from tests.badges.matrix.credentials import PLACES
from tests.badges.matrix.networks import HUB
from tests.badges.matrix.ours import ours
from tests.badges.matrix.reasons import WHY, is_for_the_reason
from tests.parts.vectors import vectors
from tests.parts.verifiers import Case, Verdict, digital_bazaar, open_badges_2, verifier_core

OTHERS = {"verifier_core": verifier_core, "digital_bazaar": digital_bazaar, "open_badges_2": open_badges_2}
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_{}_schema.json"
NEGATIVES = [(row, column) for column in COLUMNS for row in ROWS if row != GOOD and (row, column) not in NOT_APPLICABLE]


class Judged(NamedTuple):
    """What is shown, and the verdicts on it by verifier."""

    shown: Shown
    verdicts: Mapping[str, Verdict]

    def accepting(self) -> set[str]:
        return {name for name, verdict in self.verdicts.items() if verdict.accepted}

    def __str__(self) -> str:
        said = [f"{name} {'accepts' if one.accepted else 'refuses'}: {one.why}" for name, one in self.verdicts.items()]
        return "\n  ".join([self.shown.case.name, *said])


@pytest.fixture(scope="session")
def judged() -> dict[tuple[str, str], list[Judged]]:
    """Every case with every verdict on it, by row and column."""
    matrix, web = cases(), site()
    asked = {name: [one.case for one in matrix if name in COLUMNS[one.column].knowing] for name in OTHERS}
    with ThreadPoolExecutor(len(OTHERS)) as pool:
        waiting = {name: pool.submit(ask, web, asked[name]) for name, ask in OTHERS.items()}
        verdicts = {"ours": ours(web, [one.case for one in matrix])}
        verdicts |= {name: future.result() for name, future in waiting.items()}
    found = defaultdict(list)
    for one in matrix:
        given = {name: verdicts[name][one.case.name] for name in ("ours", *COLUMNS[one.column].knowing)}
        found[one.row, one.column].append(Judged(one, given))
    return dict(found)


def test_every_row_is_tried_in_every_format_or_it_is_said_why_not(judged):
    everywhere = {(row, column) for row in ROWS for column in COLUMNS}
    assert set(judged) | set(NOT_APPLICABLE) == everywhere
    assert set(judged) & set(NOT_APPLICABLE) == set()
    assert set(TRAPS) <= set(judged)
    assert set(WHY) == set(ROWS) - {GOOD, "tampered"}


@pytest.mark.parametrize("column", COLUMNS)
def test_what_is_good_is_accepted_by_all_who_know_its_format(judged, column):
    for one in judged[GOOD, column]:
        deaf = {name for start, names in DEAF.items() if one.shown.case.name.startswith(start) for name in names}
        assert one.accepting() == {"ours", *COLUMNS[column].knowing} - deaf, str(one)


@pytest.mark.parametrize(("row", "column"), NEGATIVES)
def test_what_is_wrong_is_refused(judged, row, column):
    traps = TRAPS.get((row, column), {})
    for one in judged[row, column]:
        accepting = one.accepting()
        assert "ours" not in accepting, str(one)
        assert accepting <= set(traps), str(one)
        assert len(one.verdicts) - len(accepting) >= 2 or accepting, str(one)
        refusing = {name: verdict.why for name, verdict in one.verdicts.items() if not verdict.accepted}
        assert all(is_for_the_reason(row, name, why) for name, why in refusing.items()), str(one)


@pytest.mark.parametrize(("row", "column"), TRAPS)
def test_who_was_known_to_be_deceived_still_is(judged, row, column):
    """Where this fails, a verifier has become better: take it off the list."""
    deceived = set().union(*(one.accepting() for one in judged[row, column]))
    assert deceived == set(TRAPS[row, column])


@pytest.mark.slow
def test_what_is_good_has_the_shape_that_1edtech_publishes():
    folder = vectors("open-badges-3")
    kinds = ("achievementcredential", "endorsementcredential")
    schemas = {SCHEMA.format(kind): json.loads((folder / f"{kind}.schema.json").read_text("utf-8")) for kind in kinds}
    good, recommended = credentials.badge(), credentials.endorsement()
    subject = {name: value for name, value in good["credentialSubject"].items() if name != "achievement"}
    shown = {"badge": good, "endorsement": recommended, "badge of nothing": {**good, "credentialSubject": subject}}
    asked = [Case(name, HUB.signs(document)) for name, document in shown.items()]
    verdicts = verifier_core({**site(), **schemas}, asked)
    assert {name: (one.accepted, one.schema) for name, one in verdicts.items()} == {
        "badge": (True, True), "endorsement": (True, True), "badge of nothing": (True, False),
    }  # fmt: skip
    assert {one.schema for one in verifier_core(site(), asked).values()} == {None}


def test_fifty_places_are_tampered_with_in_every_format(judged):
    for column in COLUMNS:
        shown = [one.shown.case.what for one in judged["tampered", column]]
        assert len(shown) == PLACES
        assert len({repr(what) for what in shown}) == PLACES


def test_tampering_reaches_every_place_and_changes_one_thing_only():
    document = {"a": {"b": ["texte", 3, True, {"c": "2026-01-15T09:00:00Z"}]}, "d": "…"}
    found = list(tampering.tampered(document, 40, "seed"))
    assert Counter(place for place, _ in found).keys() == {
        "key a", "key a.b", "key a.b.3.c", "key d", "value a.b.0", "value a.b.1", "value a.b.2", "value a.b.3.c",
        "value d",
    }  # fmt: skip
    assert all(changed != document for _, changed in found)
    assert {"b": ["texte", 4, True, {"c": "2026-01-15T09:00:00Z"}]} in [changed.get("a") for _, changed in found]
    assert found == list(tampering.tampered(document, 40, "seed"))
