"""The words of the desk's pages of a team."""

from __future__ import annotations

from pathways.i18n import D_, N_
from pathways.teams.exporting import NOT_ASKED, STANDINGS
from pathways.teams.standings import SAID as STATES

__all__ = ["INVITING", "NOT_ASKED", "SAID", "STANDINGS", "STATES"]
SAID = {
    "added": D_("C'est ajouté. Donnez maintenant ce lien à la personne : elle décide de ce que l'équipe voit."),
    "kept": D_("C'est enregistré."),
    "renewed": D_("Voici le nouveau lien. L'ancien n'ouvre plus rien."),
    "asked": D_("C'est proposé : chaque personne le lira sur sa page. Dites-le-leur aussi."),
    "nobody": D_("Il n'y a personne à qui le proposer : chacun sait faire, ou ne partage pas."),
    "left": D_(
        "La personne n'est plus dans l'équipe. Il n'en reste qu'un nombre ; ses résultats et badges sont à elle."
    ),
    "chosen": D_("L'équipe regarde maintenant ces savoir-faire. Chacun dit oui pour ceux qui sont nouveaux."),
    "counted": D_("Votre structure est comptée dans les nombres du réseau, à partir de dix personnes."),
    "uncounted": D_("Votre structure n'est plus comptée."),
    "erased": D_("L'objectif est effacé."),
}
INVITING = N_("Votre équipe vous invite. Ouvrez ce lien :")
"""What goes into a message to somebody, in their language."""
