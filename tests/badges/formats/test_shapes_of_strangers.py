"""Shapes learnt of documents that somebody made to have them learnt wrongly: what is filled in is what the whole way
gives, or the whole way is gone.
"""

import copy
import random
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from pathways.badges.formats import bulk, documents, integrity
from pathways.badges.formats.canonical import Bounds
from pathways.badges.formats.errors import FormatError
from tests.badges.formats import samples

BOUNDS = Bounds()
WORDS = (
    "{t}",
    "{t}:x",
    "x:{t}",
    "@{t}",
    "_:{t}",
    "a {t} b\n{t}",
    "urn:uuid:{t}",
    "urn:{t}",
    "https://{t}/x",
    "https://x.example:{t}/",
    "https://x.example/%{t}",
    "https://x.example/{t}?{t}#{n}",
    "https://x.example/#{n}",
    "//{t}",
    "xsd:{t}",
    "did:web:x.example:{t}",
    "{t}#{n}",
    "#{n}",
    "{i}",
    "{d}",
    "http://www.w3.org/2001/XMLSchema#{n}",
)
"""Around a name (a UUID, a digest), a number at the end, an instant, a decimal."""
LITERAL = ("validFrom", "validUntil", "awardedDate", "statusListIndex", "value")


def digits(chance):
    return "".join(chance.choices("0123456789", k=64))


def letters(chance):
    return "".join(chance.choices("abcdef", k=64))


def number(chance):
    return f"{'0' * 60}1e{chance.randrange(10, 99)}"


def begun_by_a_letter(chance):
    return f"{chance.choice('abcdef')}{str(uuid.UUID(int=chance.getrandbits(128)))[1:]}"


def begun_by_a_digit(chance):
    return f"{chance.choice('0123456789')}{str(uuid.UUID(int=chance.getrandbits(128)))[1:]}"


NAMES = (digits, letters, number, begun_by_a_letter, begun_by_a_digit)


def filled(word, chance, names):
    instant = f"20{chance.randrange(10, 99)}-0{chance.randrange(1, 9)}-15T09:00:00Z"
    decimal = chance.choice(["0", "1", "007", "1.50", "12.6"])
    while "{t}" in word:
        word = word.replace("{t}", chance.choice(names), 1)
    return word.replace("{n}", chance.choice(["0", "7", "0012"])).replace("{i}", instant).replace("{d}", decimal)


def leaves(node, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all texts of a document, and of places for a member that counts as a token by its name."""
    if isinstance(node, str):
        yield path
    elif isinstance(node, dict):
        yield from ((*path, key) for key in LITERAL)
        yield from (one for key, value in node.items() for one in leaves(value, (*path, key)))
    elif isinstance(node, list):
        yield from (one for at, value in enumerate(node) for one in leaves(value, (*path, at)))


def put(document, path, value):
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = value


def whole(body):
    return integrity.covered_form(body, BOUNDS)


def outcome(form, body):
    try:
        return form(body)
    except FormatError as why:
        return type(why), why.code


PLAIN = (
    documents.achievement_credential(samples.badge()),
    documents.endorsement_credential(samples.endorsement()),
)


def look_at(count, seed):
    """How many of ``count`` forgeries had a shape that was learnt: of two documents with names of one kind, before
    others come.
    """
    chance, used = random.Random(seed), 0
    for forgery in range(count):
        plain, kind = chance.choice(PLAIN), chance.choice(NAMES)
        paths = list(leaves(plain))
        addresses = [path for path in paths if path[-1] in {"id", "url", "targetUrl", "resultDescription"}]
        chosen = [(chance.choice(chance.choice([paths, addresses])), chance.choice(WORDS)) for _ in range(2)]
        known = bulk.Shapes(whole=whole, learnt_when_met=2)
        for at in range(6):
            names = [(kind if at < 2 else chance.choice(NAMES))(chance) for _ in range(2)]
            body = copy.deepcopy(plain)
            for path, word in chosen:
                put(body, path, filled(word, chance, names))
            assert outcome(known.canonical_form, body) == outcome(whole, body), (seed, forgery, chosen)
        used += any(known._known.values())
    return used


def test_forged_shapes_are_filled_in_as_the_whole_way_does():
    assert look_at(30, seed=1) > 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_hundreds_of_forged_shapes_are_filled_in_as_the_whole_way_does(seed):
    assert look_at(200, seed) > 5


def test_a_shape_of_a_stranger_is_learnt_when_it_comes_again():
    known = bulk.Shapes(whole=whole, learnt_when_met=2)
    for number in range(1, 4):
        body = documents.achievement_credential(samples.badge(number))
        assert known.canonical_form(body) == whole(body)
        assert len(known._known) == (number > 1)


def test_what_is_long_is_never_kept():
    known = bulk.Shapes(whole=whole)
    body = documents.achievement_credential(samples.badge())
    body["credentialSubject"]["narrative"] = "x" * bulk.LONGEST_SHAPE
    assert known.canonical_form(body) == whole(body)
    assert not known._known
