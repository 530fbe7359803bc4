"""French words of the group's pages and tables: one for each sign and state, so that a list and a file say the same."""

from __future__ import annotations

from pathways import i18n
from pathways.diagnostics import reading
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.reading import Sign

SIGNS = {
    Sign.CAN: "sait faire",
    Sign.LEARN: "à apprendre",
    Sign.CONFIRM: "à confirmer",
    Sign.UNSEEN: "pas vu",
}
NOT_ASSESSABLE = "pas évaluable dans cette langue"
OUTCOMES = {
    "correct": "juste",
    "incorrect": "pas juste",
    "dont_know": "ne sait pas",
    "not_understood": "n'a pas compris la question",
    "not_tried": "pas essayé",
}
_STATES = {"running": "en cours", "finished": "terminée", "left": "arrêtée en route"}
_ENDED = "arrêtée par l'équipe"
_NUMBERS = "zéro une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize".split()  # noqa: SIM905


def state(attempt: Attempt) -> str:
    return _ENDED if attempt.stopped == reading.ENDED else _STATES[reading.state_of(attempt)]


def people(number: int) -> str:
    """``six personnes``; from seventeen on in digits."""
    said = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    return f"{said} personne{'s' if number > 1 else ''}"


def language(code: str) -> str:
    """The language's own name, as the wall of languages says it."""
    known = i18n.languages().get(code)
    return known.name if known else code
