"""Kinds of text from outside: what a phone adds is taken off, what no database can hold is refused."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from pathways.reception.forms import Words
from pathways.web.fields import Line, Pasted
from pathways.workshops.pages.booking_forms import Reach

PASTED = [pytest.param(one, id=name) for name, one in (("pasted", Pasted), ("words", Words), ("reach", Reach))]
ALL = [*PASTED, pytest.param(Line, id="line")]


@pytest.mark.parametrize("kind", PASTED)
def test_what_is_pasted_is_taken_without_the_signs_that_turn_it(kind):
    asked = TypeAdapter(kind)
    assert asked.validate_python("\u2068 CCAS de Blois\u200f \u2069") == "CCAS de Blois"
    assert asked.validate_python("06 00\n00  00 00") == "06 00 00 00 00"
    assert asked.validate_python("e\u0301") == "é"


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("text", ["a\0b", "a\x1bb", "a\ud800", "x" * 201], ids=["nul", "escape", "half", "long"])
def test_what_cannot_be_kept_is_refused_wherever_it_is_typed(kind, text):
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(text)
