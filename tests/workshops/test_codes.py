"""The codes of slips: made from an id and the secret, never stored."""

from __future__ import annotations

import re

from pathways import ids
from pathways.workshops.codes import Codes, closed

ONE, OTHER = Codes(b"one secret of this server, long enough"), Codes(b"another secret of this server, long enough")


def test_a_code_and_a_link_are_always_the_same_for_one_id_and_one_secret():
    id_ = ids.random_id()
    assert (ONE.code_of(id_), ONE.token_of(id_)) == (ONE.code_of(id_), ONE.token_of(id_))
    assert ONE.code_of(id_) != OTHER.code_of(id_)
    assert ONE.token_of(id_) != ONE.token_of(ids.random_id())


def test_their_letters():
    for _ in range(200):
        id_ = ids.random_id()
        assert re.fullmatch(f"[{ids.ALPHABET}]{{8}}", ONE.code_of(id_))
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", ONE.token_of(id_))


def test_a_digest_says_nothing_without_the_secret_and_forgives_typing():
    code = ONE.code_of(ids.random_id())
    assert ONE.digest_of_code(f" {ids.readable(code).lower()} ") == ONE.digest_of_code(code)
    assert ONE.digest_of_code(code) not in {OTHER.digest_of_code(code), ids.digest(code)}
    assert len(ONE.digest_of_code(code)) == len(ONE.digest_of_token("x")) == 64


def test_what_is_closed_fits_its_columns_and_no_code_opens_it():
    one, other = closed(ids.random_id()), closed(ids.random_id())
    assert max(map(len, one.values())) <= 64
    assert one != other
    assert ids.normalised(one["code_digest"]) != one["code_digest"]


def test_a_thousand_codes_are_a_thousand():
    assert len({ONE.code_of(ids.random_id()) for _ in range(1000)}) == 1000
