"""The French words of roles and rights, and of days, for the pages of this feature."""

from __future__ import annotations

from collections.abc import Mapping

from pathways.people.days import day
from pathways.people.journal import Act
from pathways.permissions import Permission, Role

ROLES = {
    Role.TRAINER: ("Formation", "compose des diagnostics, suit les groupes et lit les profils"),
    Role.REVIEWER: ("Relecture", "relit les questions et leurs traductions"),
    Role.COORDINATOR: (
        "Coordination",
        "voit les diagnostics et les membres, pas les personnes qui apprennent",
    ),
    Role.ADMINISTRATOR: ("Administration", "tout ce que fait la formation, et gère les membres"),
}
SCOPES = {
    Permission.CONTENT_READ: "lire les référentiels et les questions",
    Permission.CONTENT_WRITE: "écrire les questions de la structure",
    Permission.DIAGNOSTICS_READ: "lire les diagnostics",
    Permission.DIAGNOSTICS_COMPOSE: "composer des diagnostics",
    Permission.ATTEMPTS_READ: "lire les passations et les profils",
    Permission.ATTEMPTS_OBSERVE: "noter un geste, saisir une feuille, prolonger ou arrêter une passation",
    Permission.RECEPTIONS_HOLD: "tenir l'accueil",
    Permission.FILES_KEEP: "tenir les fiches : repères et notes",
}
ACTS = {
    Act.PROFILE_OPENED: "profil ouvert",
    Act.FILE_OPENED: "fiche ouverte",
    Act.FILE_EXPORTED: "fiche emportée",
    Act.FILE_ERASED: "fiche effacée",
    Act.RESUME_CODE_GIVEN: "nouveau code de reprise donné",
    Act.ATTEMPTS_EXPORTED: "passations exportées",
    Act.GROUP_EXPORTED: "tableau sans personne exporté",
    Act.ITEMS_EXPORTED: "questions exportées",
    Act.WORK_HANDED_OVER: "départ, travail transmis",
}
DETAILS = {
    "diagnostics": "diagnostic",
    "attempts": "passation",
    "answers": "réponse",
    "receptions": "accueil",
    "notes": "note",
    "people": "personne",
    "items": "question",
}
"""What is counted in the details of an act; the rest of them is not for reading."""


def details_of(kept: Mapping[str, object]) -> str:
    """``2 diagnostics, 1 accueil``."""
    counted = [(number, said) for name, said in DETAILS.items() if isinstance(number := kept.get(name), int) and number]
    return ", ".join(f"{number} {said}{'s' if number > 1 else ''}" for number, said in counted)


__all__ = ["ACTS", "ROLES", "SCOPES", "day", "details_of"]
