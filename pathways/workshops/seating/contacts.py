"""Where somebody can be told something: an e-mail address or a telephone number, as people type them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers

from pathways.errors import Invalid
from pathways.i18n import LATIN_DIGITS, N_
from pathways.workshops.models import Channel

REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT")
"""Whose numbers are tried, in this order: each has a plan of its own, and none is valid as a number of another."""
SHORT = {"Pacific/Noumea": "NC", "Pacific/Tahiti": "PF", "Pacific/Wallis": "WF", "America/Miquelon": "PM"}
"""Where numbers have six or eight figures. Anywhere else, so short a number is a mistyped one of ten, and a message to
it would reach a stranger on the other side of the world.
"""
WRONG = N_("Ce numéro ou cette adresse ne va pas. Corrigez, ou laissez vide.")
_ADDRESS = re.compile(r"[^@\s<>\"',;]{1,64}@[^@\s<>\"',;]+\.[^@\s<>\"',;.]{2,}")


@dataclass(frozen=True, slots=True)
class Contact:
    channel: Channel = Channel.NONE
    where: str = ""


def contact_of(typed: str, *, mail: bool, sms: bool, timezone: str = "") -> Contact:
    """What somebody typed into one field: nothing, an address, or a number (``+33612345678``), as one dials it where
    the session takes place. Raises :class:`Invalid` for anything else, and where this server cannot send it.
    """
    text = typed.strip().translate(LATIN_DIGITS)
    if not text:
        return Contact()
    if mail and len(text) <= 254 and _ADDRESS.fullmatch(text):
        return Contact(Channel.EMAIL, text)
    if sms and (number := number_of(text, timezone)):
        return Contact(Channel.SMS, number)
    raise Invalid(WRONG, errors=[{"field": "contact", "message": WRONG}])


def number_of(text: str, timezone: str = "") -> str:
    """A telephone number in the form of E.164; empty for what is none."""
    for region in (*([SHORT[timezone]] if timezone in SHORT else []), *REGIONS):
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return ""
