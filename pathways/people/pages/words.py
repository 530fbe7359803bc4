"""The words of roles and rights, and of days, for the pages of this feature: msgids, said in the templates."""

from __future__ import annotations

from collections.abc import Mapping

from pathways import i18n
from pathways.i18n import D_
from pathways.people.days import day
from pathways.people.journal import Act
from pathways.permissions import Permission, Role

ROLES = {
    Role.TRAINER: (D_("Formation"), D_("compose des diagnostics, suit les groupes et lit les profils")),
    Role.TRANSLATOR: (D_("Traduction"), D_("propose des traductions, que d'autres relisent")),
    Role.REVIEWER: (D_("Relecture"), D_("relit les questions et leurs traductions")),
    Role.PRESCRIBER: (D_("Prescription"), D_("réserve des places pour d'autres, et ne voit que ces réservations")),
    Role.COORDINATOR: (
        D_("Coordination"),
        D_("tient lieux, ateliers et réservations, lit la fiche d'un territoire ; ne voit aucun profil"),
    ),
    Role.ADMINISTRATOR: (D_("Administration"), D_("tout ce que fait la formation, et gère les membres")),
}
SCOPES = {
    Permission.CONTENT_READ: D_("lire les référentiels et les questions"),
    Permission.CONTENT_WRITE: D_("écrire les questions de la structure"),
    Permission.TRANSLATIONS_SUGGEST: D_("proposer des traductions"),
    Permission.TRANSLATIONS_REVIEW: D_("relire des traductions"),
    Permission.VOICES_INVITE: D_("demander des enregistrements de voix"),
    Permission.DIAGNOSTICS_READ: D_("lire les diagnostics"),
    Permission.DIAGNOSTICS_COMPOSE: D_("composer des diagnostics"),
    Permission.ATTEMPTS_READ: D_("lire les passations et les profils"),
    Permission.ATTEMPTS_OBSERVE: D_("noter un geste, saisir une feuille, prolonger ou arrêter une passation"),
    Permission.RECEPTIONS_HOLD: D_("tenir l'accueil"),
    Permission.FILES_KEEP: D_("tenir les fiches : repères et notes"),
    Permission.PLACES_READ: D_("lire les lieux et les tournées"),
    Permission.PLACES_WRITE: D_("écrire les lieux et les tournées"),
    Permission.WORKSHOPS_READ: D_("lire les ateliers et les séances"),
    Permission.WORKSHOPS_WRITE: D_("écrire les ateliers et les séances"),
    Permission.BOOKINGS_MAKE: D_("réserver pour quelqu'un"),
    Permission.BOOKINGS_HOLD: D_("tenir les réservations et les listes d'attente"),
    Permission.ATTENDANCE_RECORD: D_("pointer les présences"),
    Permission.TERRITORIES_READ: D_("lire la feuille d'un territoire"),
    Permission.TERRITORIES_WRITE: D_("dessiner des bassins"),
    Permission.BADGES_HOLD: D_("demander des badges et tenir les siens"),
    Permission.BADGES_AWARD: D_("décider de demandes de badges, si un réseau l'a nommé à son jury"),
    Permission.BADGES_ISSUE: D_("tenir le réseau de la structure : badges, jury, clés"),
    Permission.TEAM_READ: D_("lire l'équipe : ce que chacun a accepté de montrer"),
    Permission.TEAM_WRITE: D_("composer l'équipe et inviter"),
}
ACTS = {
    Act.PROFILE_OPENED: D_("profil ouvert"),
    Act.FILE_OPENED: D_("fiche ouverte"),
    Act.FILE_EXPORTED: D_("fiche emportée"),
    Act.FILE_ERASED: D_("fiche effacée"),
    Act.RESUME_CODE_GIVEN: D_("nouveau code de reprise donné"),
    Act.ATTEMPTS_EXPORTED: D_("passations exportées"),
    Act.GROUP_EXPORTED: D_("tableau sans personne exporté"),
    Act.ITEMS_EXPORTED: D_("questions exportées"),
    Act.WORK_HANDED_OVER: D_("départ, travail transmis"),
    Act.REFERRAL_OPENED: D_("orientation lue"),
    Act.HOURS_EXPORTED: D_("heures de parcours exportées"),
    Act.PATHWAYS_LISTED: D_("parcours lus en liste"),
    Act.AWARD_REQUEST_OPENED: D_("demande de badge lue"),
    Act.TEAM_LISTED: D_("équipe lue en liste"),
    Act.TEAM_MEMBER_OPENED: D_("ligne d'une personne de l'équipe ouverte"),
    Act.TEAM_EXPORTED: D_("tableau de l'équipe emporté"),
}
DETAILS = {
    "diagnostics": (D_("%(number)s diagnostic"), D_("%(number)s diagnostics")),
    "attempts": (D_("%(number)s passation"), D_("%(number)s passations")),
    "answers": (D_("%(number)s réponse"), D_("%(number)s réponses")),
    "receptions": (D_("%(number)s accueil"), D_("%(number)s accueils")),
    "notes": (D_("%(number)s note"), D_("%(number)s notes")),
    "people": (D_("%(number)s personne"), D_("%(number)s personnes")),
    "items": (D_("%(number)s question"), D_("%(number)s questions")),
    "paths": (D_("%(number)s parcours"), D_("%(number)s parcours")),
}
"""What is counted in the details of an act; the rest of them is not for reading."""


def details_of(kept: Mapping[str, object]) -> str:
    """``2 diagnostics, 1 accueil``."""
    counted = [(number, said) for name, said in DETAILS.items() if isinstance(number := kept.get(name), int) and number]
    return ", ".join(i18n.sentence(many if number > 1 else one, {"number": number}) for number, (one, many) in counted)


__all__ = ["ACTS", "ROLES", "SCOPES", "day", "details_of"]
