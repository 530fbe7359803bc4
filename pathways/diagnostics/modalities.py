"""What a question takes of whoever answers it: an answer to find on a picture, things to put in order, typing, reading.

Before the questions begin somebody may say which of these cannot be used now. It is a choice about this attempt, kept
with it and erased with it; nobody is asked why. A sheet for observing is no question on a screen: a mediator fills it
in, whatever was chosen. None takes hearing, since all that is read aloud is written, too.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from typing import Any, Final

from pathways.diagnostics.models import Attempt
from pathways.errors import Invalid
from pathways.i18n import D_, N_

NONE: Final = frozenset[str]()


class Modality(enum.StrEnum):
    PICTURES = "pictures"
    ORDERING = "ordering"
    TYPING = "typing"
    READING = "reading"


OF_KIND: Final = {
    "zone": Modality.PICTURES,
    "pictures": Modality.PICTURES,
    "order": Modality.ORDERING,
    "match": Modality.ORDERING,
    "text": Modality.TYPING,
}
WITHOUT: Final = {
    Modality.PICTURES: N_("Sans réponse à trouver sur une image"),
    Modality.ORDERING: N_("Sans étapes à ranger ni choses à relier"),
    Modality.TYPING: N_("Sans texte à écrire"),
    Modality.READING: N_("Seulement ce que je peux écouter"),
}
"""What somebody chooses who cannot use it."""
NOTHING_LEFT: Final = N_("Avec ces choix, il ne reste aucune question. Enlevez-en un.")
UNKNOWN: Final = D_("Cette réponse n'est pas proposée ici.")


def taken_by(body: Mapping[str, Any], *, heard: bool) -> frozenset[str]:
    """What a question takes, from its document; ``heard``: all its words are read aloud in the learner's language."""
    found = {OF_KIND[body["kind"]].value} if body["kind"] in OF_KIND else set[str]()
    if any(option["picture"] and not option["text"] for option in body["options"]):
        found.add(Modality.PICTURES)
    return frozenset(found if heard else {*found, Modality.READING.value})


def is_heard(segments: Collection[str], sounds: Collection[str], language: str) -> bool:
    """Whether each text that must be read is among the ``sounds`` (``ar/stem``) in this language. Pictures are looked
    at, explanations come later.
    """
    read = [key for key in segments if key != "explain" and not key.startswith("picture.") and key.count(".") < 2]
    return all(f"{language}/{key}" in sounds for key in read)


def checked(names: Collection[str]) -> list[str]:
    """What was chosen, in one order, each once. Raises :class:`Invalid`."""
    if set(names) - set(Modality):
        raise Invalid(UNKNOWN, errors=[{"field": "unusable", "message": UNKNOWN}])
    return [one.value for one in Modality if one in names]


def said_of(attempt: Attempt) -> list[str]:
    """What was chosen for an attempt, as it was said."""
    return [text for one, text in WITHOUT.items() if one in attempt.unusable]


def must_leave(items: Collection[str]) -> None:
    """Raise :class:`Invalid` where no question is left."""
    if not items:
        raise Invalid(NOTHING_LEFT, errors=[{"field": "unusable", "message": NOTHING_LEFT}])


def unusable_in(attempt: Attempt) -> frozenset[str]:
    """What cannot be used in an attempt at present: where somebody reads aloud, reading takes nothing."""
    chosen = frozenset(attempt.unusable or ())  # one that is not stored yet may have none
    return chosen - {Modality.READING} if attempt.assisted else chosen
