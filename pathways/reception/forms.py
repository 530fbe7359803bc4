"""The fields of the context sheet and of the appointment, as a browser sends them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Annotated

from fastapi import Form
from pydantic import StringConstraints

from pathways import i18n
from pathways.reception.appointments import Appointment
from pathways.reception.service import Choice
from pathways.reception.sheet import Sheet
from pathways.web.fields import Pasted, Short

Words = Annotated[Pasted, StringConstraints(max_length=200)]


@dataclass(frozen=True, slots=True)
class SheetForm:
    sheet: Sheet
    choice: Choice | None
    """What to ask; ``None`` while the sheet is only kept."""
    searches: bool


def sheet_form(
    need: Annotated[Short, Form()] = "",
    device: Annotated[Short, Form()] = "",
    connection: Annotated[Short, Form()] = "",
    help: Annotated[Short, Form()] = "",  # noqa: A002 - the field's own name
    reading: Annotated[Short, Form()] = "",
    language: Annotated[Short, Form()] = i18n.SOURCE,
    label: Annotated[Pasted, Form()] = "",
    find: Annotated[Pasted, Form()] = "",
    file: Annotated[Short, Form()] = "",
    where: Annotated[Short, Form()] = "here",
    unusable: Annotated[list[Short], Form(max_length=10)] = [],  # noqa: B006 - FastAPI copies it
    diagnostic: Annotated[Short, Form()] = "",
    go: Annotated[Short, Form()] = "keep",
) -> SheetForm:
    """``go`` is the button: ``keep``, ``find``, ``start`` (the chosen diagnostic), ``start:CODE`` (a situation)."""
    answers = {"need": need, "device": device, "connection": connection, "help": help, "reading": reading}
    action, _, situation = go.partition(":")
    choice = None
    if action == "start":
        choice = Choice(situation, None if situation else _id(diagnostic))
    here = where != "phone"
    sheet = Sheet(language or i18n.SOURCE, answers, label, _id(file), find, here=here, unusable=tuple(unusable))
    return SheetForm(sheet, choice, searches=action == "find")


def appointment_form(
    date: Annotated[Short, Form()] = "",
    time: Annotated[Short, Form()] = "",
    place: Annotated[Words, Form()] = "",
    words: Annotated[Words, Form()] = "",
) -> Appointment:
    return Appointment(date, time, place, words)


def _id(text: str) -> uuid.UUID | None:
    """What a list of ours gave back; anything else was not chosen from it."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
