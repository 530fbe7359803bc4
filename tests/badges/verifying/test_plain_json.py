"""JSON of strangers: what has two meanings, or no end, is refused, each for a reason of its own."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.badges.verifying.plain_json import DEEPEST, LARGEST, MOST_VALUES, Unreadable, parse, parse_object

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffe\uffff"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


def code(data: bytes | str) -> str:
    with pytest.raises(Unreadable) as caught:
        parse(data)
    return caught.value.code


@given(VALUES)
def test_what_json_says_is_what_is_read(value):
    assert parse(json.dumps(value)) == value
    assert parse(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "a": 1}', "duplicate-key"),
        ('{"a": {"b": 1, "\\u0062": 2}}', "duplicate-key"),
        ("NaN", "number"),
        ('{"a": [Infinity]}', "number"),
        ("-Infinity", "number"),
        ("1e999", "number"),
        (str(2**53 + 1), "number"),
        ("9" * 5000, "number"),
        ("0." + "1" * 5000, "number"),
        ('"\\ud800"', "letters"),
        ('{"\\udfff": 1}', "letters"),
        ('"a\\u0000b"', "letters"),
        ('"\\uffff"', "letters"),
        ("{", "not-json"),
        ("", "not-json"),
        ("{'a': 1}", "not-json"),
        ('{"a": 1} {"b": 2}', "not-json"),
        ('{"a": 1,}', "not-json"),
        ("[1] // comment", "not-json"),
    ],
)
def test_what_has_two_meanings_or_none_is_refused(text, expected):
    assert code(text) == expected
    assert code(text.encode()) == expected


def test_a_pair_of_surrogates_is_one_letter():
    assert parse('"\\ud83d\\ude00"') == "😀"


def test_bytes_that_are_no_utf8_are_no_text():
    assert code(b'"\xff"') == "not-text"
    assert code('"é"'.encode("latin-1")) == "not-text"
    assert code('{"a": 1}'.encode("utf-16")) in {"not-text", "not-json"}


def test_size_depth_and_number_of_values_are_bounded():
    assert parse("[" * DEEPEST + "]" * DEEPEST)
    assert code("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)) == "too-deep"
    assert len(parse(json.dumps([1] * (MOST_VALUES - 1)))) == MOST_VALUES - 1
    assert code(json.dumps([1] * MOST_VALUES)) == "too-many-values"
    assert code(json.dumps([[1] * 10] * (MOST_VALUES // 10))) == "too-many-values"
    assert code(b'"' + b"a" * LARGEST + b'"') == "too-large"


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_a_megabyte_of_nesting_is_refused_and_falls_over_nothing(opening):
    assert code(opening * (LARGEST // len(opening) - 1)) in {"too-deep", "not-json"}
    assert sys.getrecursionlimit() < LARGEST


def test_an_object_is_an_object():
    assert parse_object(b'{"a": 1}') == {"a": 1}
    for other in (b"[]", b"1", b'"{}"', b"null"):
        with pytest.raises(Unreadable, match="not-json"):
            parse_object(other)
