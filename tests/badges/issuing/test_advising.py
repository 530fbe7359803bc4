"""What goes together in an achievement: said where it does not, and silent about what was thought through."""

from __future__ import annotations

import pytest

from pathways.badges import proposals
from pathways.badges.issuing import advising, alignments, defining
from tests.badges.issuing.networking import DEFINITION

LINE = {"code": "one", "looked_at": "Une ligne"}
PIECE = {"portfolio": {"piece": "story", "asked": {"fr": "Un récit.", "en": "An account."}}}
RENEWAL = {"criteria": DEFINITION["criteria"], "questions": 6}


def advice(**changed) -> set[str]:
    return set(advising.advice(defining.parse(DEFINITION | changed)))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"criteria": PIECE}, {advising.NO_PIECE_QUESTIONS, advising.NO_GRID, advising.NO_AVOID}),
        ({"jury": 1, "grid": [LINE]}, {advising.ONE_JUDGE, advising.SHORT_GRID, advising.NO_AVOID}),
        ({"jury": 2, "grid": [LINE], "foreign_jury": False}, {advising.OWN_JURY, advising.SHORT_GRID}),
        ({"criteria": {"endorsements": {"n": 2, "by": {"jury": True}}}}, {advising.NO_ENDORSER_QUESTIONS}),
        ({"levels": ["au début", "seul"]}, {advising.LEVELS_WITHOUT_JURY}),
        ({"validity_months": 24}, {advising.NO_RENEWAL}),
        ({"validity_months": None, "renewal": RENEWAL}, {advising.RENEWS_FOR_NOTHING}),
        ({"texts": {"fr": DEFINITION["texts"]["fr"]}}, {advising.NO_ENGLISH}),
    ],
)
def test_what_does_not_go_together_is_said(changed, said):
    assert said <= advice(**changed)


def test_nothing_is_said_of_what_goes_together():
    assert advice(renewal=RENEWAL) == set()


@pytest.mark.parametrize("code", ["DigCompEdu", "DigComp 2.2", "CRCN"])
def test_codes_of_public_frameworks_are_those_of_their_files(code):
    found = alignments.known()[code]
    first = next(iter(found))
    aligned = alignments.aligned(code, first)
    assert aligned is not None
    assert aligned["name"] == found[first]
    assert aligned["url"].startswith("https://")
    assert alignments.aligned(code, "99.99") is None
    assert alignments.aligned("nothing", first) is None


def test_shipped_proposals_are_short_enough_and_have_what_they_ask_for():
    serious = {advising.NO_GRID, advising.NO_PIECE_QUESTIONS, advising.NO_ENDORSER_QUESTIONS, advising.NO_ENGLISH}
    serious |= {advising.LEVELS_WITHOUT_JURY, advising.NO_RENEWAL, advising.RENEWS_FOR_NOTHING, advising.NO_AVOID}
    for one in proposals.proposals():
        assert not serious & set(advising.advice(one.definition)), one.slug
