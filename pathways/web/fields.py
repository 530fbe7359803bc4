"""Kinds of text and moments that come in from outside: bounded, and free of characters that no form of ours needs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, TypeVar

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

from pathways.texts import clean, one_line, unturned

# The limit stands twice: before the work of cleaning, and after it, since some letters become two in NFC.
Line = Annotated[
    str, StringConstraints(max_length=200), AfterValidator(clean), AfterValidator(one_line), Field(max_length=200)
]
"""A name, a title."""
Pasted = Annotated[
    str,
    StringConstraints(max_length=200),
    AfterValidator(unturned),
    AfterValidator(clean),
    AfterValidator(one_line),
    Field(max_length=200),
]
"""The same in a form for whoever is in a hurry: what comes from a phone is taken. Written out, since an annotated type
among the annotations of another is no validator to pydantic."""
Short = Annotated[str, StringConstraints(max_length=64), AfterValidator(clean), Field(max_length=64)]
"""A code, an identifier inside a document."""


When = TypeVar("When", date, datetime)


def _written(value: object) -> object:
    """A moment is written out with its zone, never counted in seconds."""
    if isinstance(value, int | float):
        raise ValueError("a moment is written out, with its zone")  # noqa: TRY004 - what pydantic understands
    return value


def _of_our_time(moment: When) -> When:
    """What a database and a clock on a wall can say, in whatever zone."""
    if not 2000 <= moment.year <= 2100:
        raise ValueError("far from our time")
    return moment


WrittenMoment = Annotated[AwareDatetime, BeforeValidator(_written)]
Moment = Annotated[WrittenMoment, AfterValidator(_of_our_time)]
AnyMoment = Annotated[datetime, AfterValidator(_of_our_time)]
"""With a zone or without, for whoever reads to choose."""
Day = Annotated[date, AfterValidator(_of_our_time)]
"""On which something can be planned: the day after it, and its midnight, are days and moments, too."""
