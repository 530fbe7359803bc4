"""What people type about themselves, made regular or refused: e-mail addresses, names, new passwords."""

from __future__ import annotations

import re

from pathways import i18n
from pathways.errors import Invalid
from pathways.i18n import D_, N_
from pathways.people.models import LONGEST_EMAIL, LONGEST_NAME
from pathways.people.passwords import LONGEST, SHORTEST, same_letters

INVALID = N_("Quelque chose manque ou n'est pas valable.")
COMMONEST = frozenset(
    {
        "0123456789",
        "1234567890",
        "12345678910",
        "1234567891",
        "0987654321",
        "1111111111",
        "0000000000",
        "1122334455",
        "123456789a",
        "123123123123",
        "azertyuiop",
        "azertyuiop1",
        "azerty1234",
        "azerty12345",
        "azerty123456",
        "qwertyuiop",
        "qwerty1234",
        "qwerty12345",
        "motdepasse",
        "motdepasse1",
        "motdepasse123",
        "password12",
        "password123",
        "password1234",
        "bonjour123",
        "bonjour1234",
        "marseille13",
        "loulou1234",
        "jetaime123",
        "soleil1234",
        "doudou1234",
        "iloveyou12",
        "administrateur",
        "formateur1",
    }
)
"""The commonest of ten characters and more. Length does most of the work, counted tries the rest."""

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\.]+(\.[^\s@<>()\[\],;:\"\\.]+)+")


def refused(field: str, message: str, **values: object) -> Invalid:
    """What is wrong in one field, said at once in the reader's language: the sentence of a field carries no values."""
    return Invalid(INVALID, errors=[{"field": field, "message": i18n.sentence(message, values)}])


def email(text: str) -> str:
    """The address as it is stored: casefolded, without the spaces that phones add."""
    address = text.strip().casefold()
    if len(address) > LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        raise refused("email", D_("Cette adresse e-mail n'est pas complète. Exemple : nom@exemple.fr"))
    return address


def name(text: str, *, field: str = "name") -> str:
    line = " ".join(text.split())
    if not line:
        raise refused(field, D_("Il manque un nom ici."))
    if len(line) > LONGEST_NAME:
        raise refused(field, D_("Ce nom est trop long : %(most)s caractères au plus."), most=LONGEST_NAME)
    return line


def new_password(text: str, *, email: str, name: str) -> str:
    """``text`` if it may become a password: long enough, and not what everybody tries first."""
    if len(text) < SHORTEST:
        raise refused("password", D_("Ce mot de passe est trop court : %(least)s caractères au moins."), least=SHORTEST)
    if len(text) > LONGEST:
        raise refused("password", D_("Ce mot de passe est trop long : %(most)s caractères au plus."), most=LONGEST)
    plain = same_letters(text).casefold()
    own = {email, email.partition("@")[0], name.casefold(), "".join(name.casefold().split())}
    if plain in COMMONEST or plain in own or len(set(plain)) == 1:
        raise refused(
            "password", D_("Ce mot de passe est trop facile à deviner. Trois ou quatre mots au hasard vont bien.")
        )
    return text
