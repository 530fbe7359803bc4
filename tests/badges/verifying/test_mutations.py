"""Valid files, each with one thing about their bytes or their structure changed: nothing falls over, and none is taken
that says anything else than what was signed.

*The same* is defined thus. Of a credential with proofs: its canonical form (RDFC-1.0) and its proofs, as JSON, are
those of the valid file (a proof may repeat the contexts of the credential, and those alone); spaces, the order of
members, ways to write a letter and a list of one member do not count. Of a token: what is signed of it, header and
payload, letter by letter. Of a hosted assertion: the value of its JSON. Of a picture: what it carries; how it looks is
signed by nobody.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from pathways.badges.formats import canonical, integrity
from pathways.badges.verifying.plain_json import Unreadable
from pathways.badges.verifying.reading import Kind, read
from pathways.badges.verifying.verdict import Overall
from tests.badges.verifying import corpus
from tests.badges.verifying.making import FORMS, Site

MUTATED = [form for form in FORMS if form != "ob2-link"]
"""A link is an address: another one leads to another badge, or nowhere."""


def content(data: bytes) -> Any:
    """What is signed of a file."""
    found = read(data)
    if found.token:
        return found.token.rpartition(".")[0]
    if found.kind is Kind.OB2:
        return found.document
    proofs = [{name: one[name] for name in one if name != "@context"} for one in integrity.proofs(found.document)]
    return canonical.canonical(integrity.unproven(found.document)), proofs


def told(data: bytes) -> tuple[Overall, Any]:
    """The verdict and, where it is *valid*, what was signed and all that is shown of it."""
    try:
        verdict = Site().verdict(data)
    except Unreadable:
        return Overall.UNKNOWN, None
    if verdict.overall is not Overall.VALID:
        return verdict.overall, None
    return verdict.overall, (content(data), verdict.findings, verdict.says)


def look_at(count: int, seed: int) -> dict[Overall, int]:
    """How many of ``count`` mutated files had which verdict; fails at one that is taken and says another thing."""
    choose, seen = random.Random(seed), dict.fromkeys(Overall, 0)
    originals = {form: FORMS[form]() for form in MUTATED}
    valid = {form: told(data) for form, data in originals.items()}
    for number in range(count):
        form = MUTATED[number % len(MUTATED)]
        found = told(corpus.mutated(originals[form], choose))
        assert found[0] is not Overall.VALID or found == valid[form], (form, seed, number)
        seen[found[0]] += 1
    return seen


def test_two_hundred_mutations_are_told_from_the_valid_files():
    seen = look_at(200, seed=7)
    assert seen[Overall.NOT_VALID] > 20, "many are still read, and refused for what they say"
    assert seen[Overall.UNKNOWN] > 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_five_thousand_mutations_are_told_from_the_valid_files(seed):
    seen = look_at(1_000, seed=100 + seed)
    assert seen[Overall.NOT_VALID] > 100


@pytest.mark.parametrize("form", MUTATED)
def test_the_definition_of_the_same_knows_the_valid_file(form):
    overall, same = told(FORMS[form]())
    assert overall is Overall.VALID
    assert same[0] == content(FORMS[form]())
