"""The list of revocations, and what strangers may send in its place."""

import base64
import gzip
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.badges.formats import status_list
from pathways.badges.formats.errors import BadList


def _packed(data, prefix="u"):
    return prefix + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, status_list.SIZE - 1), max_size=50))
def test_the_places_that_are_set_are_those_that_were_given(revoked):
    bits = status_list.decode(status_list.encode(revoked))
    assert len(bits) == status_list.SIZE // 8
    assert all(status_list.is_set(bits, index) for index in revoked)
    assert int.from_bytes(bits).bit_count() == len(revoked)


def test_the_leftmost_bit_is_the_first_place():
    bits = status_list.decode(status_list.encode([0, 9]))
    assert bits[:2] == b"\x80\x40"
    assert status_list.is_revoked(status_list.encode([9]), 9)
    assert not status_list.is_revoked(status_list.encode([9]), 8)


def test_the_example_of_the_specification_is_an_empty_list():
    given = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
    assert int.from_bytes(status_list.decode(given)) == 0


def test_the_same_places_give_the_same_text():
    assert status_list.encode({7, 3}) == status_list.encode([3, 7, 3])
    assert len(status_list.encode([94567])) < 100


@pytest.mark.parametrize(
    ("revoked", "size"),
    [([-1], status_list.SIZE), ([status_list.SIZE], status_list.SIZE), ([], 8), ([], status_list.SIZE + 1)],
)
def test_a_place_or_size_that_is_none_is_refused(revoked, size):
    with pytest.raises(ValueError, match="place"):
        status_list.encode(revoked, size)


WHOLE = gzip.compress(bytes(status_list.SIZE // 8), mtime=0)


@pytest.mark.parametrize(
    "encoded",
    [
        None,
        7,
        "",
        "u",
        _packed(WHOLE, "z"),
        _packed(WHOLE, ""),
        _packed(WHOLE[:-1]),
        _packed(WHOLE[:20]),
        _packed(WHOLE + b"x"),
        _packed(WHOLE + WHOLE),
        _packed(WHOLE[:-8] + bytes(8)),
        _packed(zlib.compress(bytes(status_list.SIZE // 8))),
        _packed(bytes(status_list.SIZE // 8)),
        _packed(gzip.compress(b"\x80", mtime=0)),
        "u!!!!",
        "uéé",
        _packed(WHOLE)[:30] + "+" + _packed(WHOLE)[31:],
    ],
)
def test_a_list_that_is_none_is_refused(encoded):
    with pytest.raises(BadList) as why:
        status_list.is_revoked(encoded, 0)
    assert why.value.code == "status-list"


@pytest.mark.parametrize("index", [-1, status_list.SIZE, 10**30])
def test_a_place_that_is_not_on_the_list_is_not_free(index):
    with pytest.raises(BadList) as why:
        status_list.is_revoked(_packed(WHOLE), index)
    assert why.value.code == "status-index"


def test_a_bomb_is_unpacked_no_further_than_the_largest_list():
    bomb = _packed(gzip.compress(bytes(60_000_000)))
    begun = time.process_time()
    with pytest.raises(BadList, match="more than"):
        status_list.decode(bomb)
    assert time.process_time() - begun < 0.2
    with pytest.raises(BadList, match="too long"):
        status_list.decode("u" + "A" * 3_000_000)


def test_a_larger_list_of_somebody_else_is_read():
    size = status_list.LARGEST
    assert status_list.is_revoked(status_list.encode([size - 1], size), size - 1)
