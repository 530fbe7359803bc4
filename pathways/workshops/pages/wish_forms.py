"""What the one form of a wish sends."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import Form

from pathways.web.fields import Pasted, Short
from pathways.workshops.pages.booking_forms import Reach


@dataclass(frozen=True, slots=True)
class WishForm:
    language: str = ""
    theme: str = ""
    where: str = ""
    commune: str = ""
    """Which of those that ``where`` may mean, once somebody was asked."""
    contact: str = ""
    key: str = ""
    """The random id of the wish, drawn with the page."""

    def typed(self) -> dict[str, str]:
        return asdict(self)


def wish_form(
    language: Annotated[Short, Form()] = "",
    theme: Annotated[Short, Form()] = "",
    where: Annotated[Pasted, Form()] = "",
    commune: Annotated[Short, Form()] = "",
    contact: Annotated[Reach, Form()] = "",
    key: Annotated[Short, Form()] = "",
) -> WishForm:
    return WishForm(language, theme, where[:100], commune, contact, key)
