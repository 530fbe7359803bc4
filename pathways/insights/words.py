"""Words of the group's pages and tables: one for each sign and state, so that a list and a file say the same."""

from __future__ import annotations

from pathways import i18n
from pathways.diagnostics import reading
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.reading import Sign
from pathways.i18n import D_

SIGNS = {
    Sign.CAN: D_("sait faire"),
    Sign.LEARN: D_("à apprendre"),
    Sign.CONFIRM: D_("à confirmer"),
    Sign.UNSEEN: D_("pas vu"),
}
NOT_ASSESSABLE = D_("pas demandé : pas de question dans cette langue, ou avec ces choix")
OUTCOMES = {
    "correct": D_("juste"),
    "partly": D_("presque juste"),
    "incorrect": D_("pas juste"),
    "dont_know": D_("ne sait pas"),
    "not_understood": D_("n'a pas compris la question"),
    "not_tried": D_("pas essayé"),
}
_STATES = {"running": D_("en cours"), "finished": D_("terminée"), "left": D_("arrêtée en route")}
_ENDED = D_("arrêtée par l'équipe")
_PEOPLE = (
    D_("zéro personne"),
    D_("une personne"),
    D_("deux personnes"),
    D_("trois personnes"),
    D_("quatre personnes"),
    D_("cinq personnes"),
    D_("six personnes"),
    D_("sept personnes"),
    D_("huit personnes"),
    D_("neuf personnes"),
    D_("dix personnes"),
    D_("onze personnes"),
    D_("douze personnes"),
    D_("treize personnes"),
    D_("quatorze personnes"),
    D_("quinze personnes"),
    D_("seize personnes"),
)
_MORE = D_("%(number)s personnes")


def state(attempt: Attempt) -> str:
    return i18n.gettext(_ENDED if attempt.stopped == reading.ENDED else _STATES[reading.state_of(attempt)])


def people(number: int) -> str:
    """``six personnes``; from seventeen on in digits."""
    return i18n.gettext(_PEOPLE[number]) if number < len(_PEOPLE) else i18n.sentence(_MORE, {"number": number})


def language(code: str) -> str:
    """The language's own name, as the wall of languages says it."""
    known = i18n.languages().get(code)
    return known.name if known else code
