"""The French words of roles and rights, and of days, for the pages of this feature."""

from __future__ import annotations

from datetime import datetime

from pathways import i18n
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


def day(moment: datetime) -> str:
    return i18n.say_date(moment.date(), i18n.SOURCE)
