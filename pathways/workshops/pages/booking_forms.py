"""What the forms around a booking send, as browsers send it: bounded, and read as kindly as it can be."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Annotated

from fastapi import Form
from pydantic import StringConstraints

from pathways import i18n
from pathways.i18n import LATIN_DIGITS, N_
from pathways.settings import Settings
from pathways.web.fields import Pasted, Short
from pathways.workshops.models import MOST_PARTY
from pathways.workshops.pages.booking_words import NEEDS
from pathways.workshops.seating.booking import Wanted
from pathways.workshops.seating.contacts import Contact, contact_of

LONGEST_LABEL = 30
CONTACT_WORDS = {
    (True, True): N_("Votre e-mail ou votre téléphone, pour un rappel, si vous voulez"),
    (True, False): N_("Votre e-mail, pour un rappel, si vous voulez"),
    (False, True): N_("Votre téléphone, pour un rappel, si vous voulez"),
}
"""By what this server can send: mail, messages. Where it sends nothing, nothing is asked."""
Reach = Annotated[Pasted, StringConstraints(max_length=200)]


@dataclass(frozen=True, slots=True)
class BookForm:
    party: int = 1
    needs: tuple[str, ...] = ()
    label: str = ""
    contact: str = ""
    language: str = ""
    """Only the desk asks for it: a person's own page is in their language."""
    told: str = ""
    """``desk``, ``me`` (a prescriber) or ``contact``: who tells the person of a change."""
    file: str = ""
    go: str = "book"
    """The desk's, too: the file of whoever comes, and the button, ``book`` or ``wait``."""
    key: str = ""
    """Drawn with the page: sent twice, it books once."""

    def wanted(self, contact: Contact, *, language: str, file_id: uuid.UUID | None = None) -> Wanted:
        return Wanted(
            party=self.party,
            language=language,
            needs=self.needs,
            label=self.label,
            channel=contact.channel,
            contact=contact.where,
            file_id=file_id,
        )


def book_form(
    party: Annotated[Short, Form()] = "1",
    needs: Annotated[list[Short] | None, Form(max_length=10)] = None,
    label: Annotated[Pasted, Form()] = "",
    contact: Annotated[Reach, Form()] = "",
    language: Annotated[Short, Form()] = "",
    told: Annotated[Short, Form()] = "",
    file: Annotated[Short, Form()] = "",
    go: Annotated[Short, Form()] = "book",
    key: Annotated[Short, Form()] = "",
) -> BookForm:
    """A number that is none counts for one person; a need that nobody knows is left out."""
    figures = party.translate(LATIN_DIGITS).strip()
    number = int(figures) if figures.isascii() and figures.isdigit() else 1
    return BookForm(
        party=min(max(number, 1), MOST_PARTY),
        needs=tuple(one for one in NEEDS if one in (needs or ())),
        label=label.strip()[:LONGEST_LABEL],
        contact=contact,
        language=i18n.recognised(language) or "",
        told=told,
        file=file,
        go=go,
        key=key,
    )


def contact_words(settings: Settings) -> str:
    """The label of the field for an address or a number; empty where this server can send neither."""
    return CONTACT_WORDS.get(sends(settings), "")


def sends(settings: Settings) -> tuple[bool, bool]:
    return bool(settings.mail_url), bool(settings.sms_url)


def reached(form: BookForm, settings: Settings, *, timezone: str) -> Contact:
    """Raises :class:`Invalid` for what is neither an address nor a number. Who can send nothing keeps nothing."""
    mail, sms = sends(settings)
    if not (mail or sms):
        return Contact()
    return contact_of(form.contact, mail=mail, sms=sms, timezone=timezone)


def identifier(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
