"""Kinds of text that come in from outside: bounded, and free of characters that no form of ours needs."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from pathways.texts import clean, one_line, unturned

# The limit stands twice: before the work of cleaning, and after it, since some letters become two in NFC.
Line = Annotated[
    str, StringConstraints(max_length=200), AfterValidator(clean), AfterValidator(one_line), Field(max_length=200)
]
"""A name, a title."""
Pasted = Annotated[str, StringConstraints(max_length=200), AfterValidator(unturned), Line]
"""The same in a form for whoever is in a hurry: what comes from a phone is taken."""
Short = Annotated[str, StringConstraints(max_length=64), AfterValidator(clean), Field(max_length=64)]
"""A code, an identifier inside a document."""
