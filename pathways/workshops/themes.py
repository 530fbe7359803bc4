"""What workshops are about: the themes of the Coop, which are data (``referentials/workshops/themes.yaml``), and the
short word that a learner reads for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from pathways.i18n import N_
from pathways.settings import resource

FILE = "workshops/themes.yaml"
WORDS = {
    "prendre_en_main_du_materiel": N_("Utiliser son téléphone ou un ordinateur"),
    "email": N_("Les e-mails"),
    "navigation_sur_internet": N_("Internet"),
    "aide_aux_demarches_administratives": N_("Les démarches en ligne"),
    "securite_numerique": N_("Éviter les arnaques"),
    "insertion_professionnelle": N_("Trouver un travail"),
    "sante": N_("La santé"),
    "banque_et_achats_en_ligne": N_("La banque et les achats"),
    "scolarite_et_numerique": N_("L'école"),
    "parentalite": N_("Les enfants et les écrans"),
    "gere_ses_contenus_numeriques": N_("Les photos et les documents"),
    "bureautique": N_("Écrire des documents"),
    "reseaux_sociaux": N_("Les réseaux sociaux"),
    "maintenance_de_materiel": N_("Réparer un appareil"),
    "diagnostic_numerique": N_("Savoir où j'en suis"),
    "culture_numerique": N_("Comprendre le numérique"),
    "intelligence_artificielle": N_("L'intelligence artificielle"),
    "creer_avec_le_numerique": N_("Créer : photo, vidéo, musique"),
    "entrepreneuriat": N_("Créer son entreprise"),
    "papiers_elections_citoyennete": N_("Les papiers d'identité"),
    "famille_scolarite": N_("La famille"),
    "social_sante": N_("Les aides sociales"),
    "travail_formation": N_("Le travail et la formation"),
    "logement": N_("Le logement"),
    "transports_mobilite": N_("Les transports"),
    "argent_impots": N_("L'argent et les impôts"),
    "justice": N_("La justice"),
    "etrangers_europe": N_("Le titre de séjour"),
    "loisirs_sports_culture": N_("Les loisirs"),
    "associations": N_("Les associations"),
}
"""Msgids of every language, short enough for a poster."""


@dataclass(frozen=True, slots=True)
class Theme:
    code: str
    label: str
    """As the Coop says it, for trainers; in French."""
    word: str
    """As a learner reads it: a msgid."""
    picture: str


@cache
def themes() -> Mapping[str, Theme]:
    """By code, those of beginners first. Raises ``KeyError`` for a theme of the file that has no word yet."""
    rows = yaml.safe_load((resource("referentials") / FILE).read_text("utf-8"))["themes"]
    return {row["code"]: Theme(row["code"], row["label"], WORDS[row["code"]], row["picture"]) for row in rows}


def theme(code: str) -> Theme:
    """A theme that a newer server knew, and this one does not, is told by its code."""
    return themes().get(code) or Theme(code, code, code, "list")
