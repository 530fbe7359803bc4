"""What learners read of places and of what they look for: a short word for each of our codes, as msgids.

The codes are those of ``referentials/places/``; a code without a word here is told by its French label.
"""

from __future__ import annotations

from collections.abc import Iterable

from pathways.i18n import N_
from pathways.places import vocabularies
from pathways.places.models import Place
from pathways.workshops.seating.seats import Standing
from pathways.workshops.showing import ACCESS as SESSION_ACCESS

WHEELCHAIR, SIGNED = "wheelchair", "sign_language"
_DEVICE = N_("Utiliser son téléphone ou un ordinateur")
NEEDS = {
    "papers": N_("Les démarches en ligne"),
    "print": N_("Imprimer"),
    "connect": N_("Aller sur Internet ici"),
    "learn": N_("Apprendre"),
    "work": N_("Trouver un travail"),
    "buy": N_("Un ordinateur moins cher"),
    "children": N_("Les enfants et les écrans"),
    "create": N_("Créer : photo, vidéo, musique"),
    "language": N_("Être aidé dans ma langue"),
    "reading": N_("Être aidé pour lire"),
}
SERVICES = {
    "papers": NEEDS["papers"],
    "daily": _DEVICE,
    "work": NEEDS["work"],
    "safety": N_("Éviter les arnaques"),
    "parents": NEEDS["children"],
    "creation": NEEDS["create"],
    "understanding": N_("Comprendre le numérique"),
    "access": NEEDS["connect"],
    "buy": NEEDS["buy"],
}
PUBLICS = {
    "young": N_("Les jeunes"),
    "students": N_("Les étudiants"),
    "families": N_("Les familles"),
    "seniors": N_("Les personnes âgées"),
    "women": N_("Les femmes"),
}
CARE = {
    "deaf": N_("Personnes sourdes"),
    "motor": SESSION_ACCESS[WHEELCHAIR],
    "mental": N_("Handicap mental"),
    "reading": NEEDS["reading"],
    "sight": N_("Personnes qui voient mal"),
    "languages": NEEDS["language"],
    "english": NEEDS["language"],
}
COMING = {
    "come": N_("Venez sans rendez-vous."),
    "call": N_("Téléphonez avant de venir."),
    "mail": N_("Écrivez un e-mail avant de venir."),
    "online": N_("Prenez rendez-vous sur Internet."),
    "closed": N_("On ne peut pas venir dans ce lieu."),
    "prescription": N_("Un travailleur social écrit pour vous."),
}
SUPPORT = {
    "alone": N_("Vous faites seul, sur place."),
    "one-to-one": N_("Une personne vous aide."),
    "workshop": N_("On apprend en groupe."),
    "remote": N_("À distance"),
}
FEES = {"free": N_("Gratuit"), "free-if": N_("Gratuit pour certaines personnes"), "paid": N_("Payant")}
ACCESS = {WHEELCHAIR: SESSION_ACCESS[WHEELCHAIR], SIGNED: SESSION_ACCESS[SIGNED]}
"""What a search may ask for."""

STANDING = {
    Standing.FULL: N_("C'est complet."),
    Standing.LOCKED: N_("Il est trop tard pour réserver ici. Demandez à l'accueil."),
    Standing.CANCELLED: N_("Cet atelier est annulé."),
}

NO_PLACE = N_("Aucun lieu trouvé."), N_("Aucun lieu trouvé à moins de %(number)s km.")
NO_SESSION = N_("Aucun atelier trouvé."), N_("Aucun atelier trouvé à moins de %(number)s km.")
NO_SESSION_SPOKEN = (
    N_("Aucun atelier trouvé dans cette langue."),
    N_("Aucun atelier trouvé dans cette langue à moins de %(number)s km."),
)
"""What is missing: anywhere, and around a spot."""

THEMES_OF_NEED: dict[str, tuple[str, ...]] = {
    "papers": (
        "aide_aux_demarches_administratives",
        "papiers_elections_citoyennete",
        "famille_scolarite",
        "social_sante",
        "sante",
        "travail_formation",
        "logement",
        "transports_mobilite",
        "argent_impots",
        "justice",
        "etrangers_europe",
    ),
    "work": ("insertion_professionnelle", "travail_formation", "entrepreneuriat"),
    "children": ("parentalite", "scolarite_et_numerique", "famille_scolarite"),
    "create": ("creer_avec_le_numerique", "loisirs_sports_culture"),
}
"""The themes of workshops that meet a need."""
NO_WORKSHOP = frozenset({"print", "connect", "buy"})
"""Needs that no workshop meets: one goes to a place."""

_WORDS = {
    "services": SERVICES,
    "publics": PUBLICS,
    "care": CARE,
    "access": COMING,
    "support": SUPPORT,
    "fees": FEES,
}


def said(place: Place, column: str) -> list[str]:
    """Msgids for the values of a column of lists, each once."""
    return list(dict.fromkeys(_said(column, getattr(place, column))))


def _said(column: str, values: Iterable[str]) -> Iterable[str]:
    for value in values:
        known = vocabularies.vocabularies()[column].exact(value)
        if known is not None:
            yield _WORDS[column].get(known.code, known.label)
