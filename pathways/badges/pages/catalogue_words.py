"""The words of the public pages about badges: headings are texts of the interface, the rest is said in plain French or
English (:mod:`plainly`).
"""

from __future__ import annotations

from pathways.badges.candidacy import requesting
from pathways.badges.models import Audience, KeyState
from pathways.i18n import D_, N_

AUDIENCES = {
    Audience.MEDIATOR: N_("Pour les médiateurs"),
    Audience.VOLUNTEER: N_("Pour les bénévoles"),
    Audience.LEARNER: N_("Pour les personnes qui apprennent"),
}
KEYS = {
    KeyState.ACTIVE: D_("signe"),
    KeyState.RETIRED: D_("ne signe plus ; ce qu'elle a signé reste valable"),
}
WORDS = {
    "none": D_("Aucun badge n'est proposé ici pour l'instant."),
    "by": D_("Réseau"),
    "post": D_("Pour"),
    "details": D_("En détail"),
    "can": D_("Ce que sait faire qui l'a"),
    "required": D_("Ce qui est vérifié"),
    "measured": D_("Ce que le badge dit de la mesure"),
    "measured_why": D_("Chaque badge dit ce qui a été mesuré et avec quelle sûreté. Il ne dit pas de qui il est."),
    "level": D_("Niveaux"),
    "validity": D_("Durée"),
    "months": D_("%(number)s mois, puis il se renouvelle"),
    "months_only": D_("%(number)s mois"),
    "for_ever": D_("il ne finit pas"),
    "jury": D_("Qui décide"),
    "jury_none": D_("Les conditions seules : il n'y a pas de jury."),
    "jury_one": D_("Un membre du jury."),
    "jury_many": D_("%(number)s membres du jury."),
    "foreign": D_("Personne de votre structure."),
    "waiting": D_("Délai"),
    "waiting_none": D_("moins d'un jour d'habitude, d'après l'année passée"),
    "waiting_day": D_("un jour d'habitude, d'après l'année passée"),
    "waiting_days": D_("%(number)s jours d'habitude, d'après l'année passée"),
    "waiting_unknown": D_("pas encore connu : rien n'a été décidé cette année"),
    "queue": D_("Demandes qui attendent"),
    "grid": D_("La grille du jury"),
    "shows": D_("Ce qui le montre"),
    "not_shows": D_("Ce qui ne suffit pas"),
    "questions": D_("Questions du travail à présenter"),
    "endorsers": D_("Questions à ceux qui recommandent"),
    "alignments": D_("À quoi cela correspond ailleurs"),
    "alignments_why": D_("C'est le réseau qui le dit, pas l'auteur de ces référentiels."),
    "version": D_("Version"),
    "version_of": D_("publiée le"),
    "newer": D_("Il y a une version plus récente. Les badges déjà donnés gardent celle-ci."),
    "closed": D_("Ce badge n'est plus proposé. Ceux qui l'ont le gardent."),
    "in_language": D_("Lire en"),
    "for_machines": D_("Pour les logiciels (JSON-LD)"),
    "with_account": D_("J'ai un compte : demander ce badge"),
    "needs_account": requesting.NEEDS_ACCOUNT,
    "with_link": D_("Vous avez déjà un espace ici, sans compte ? Ouvrez son lien, puis choisissez ce badge."),
    "without": D_("Je n'ai pas de compte : commencer un espace"),
    "without_why": D_("Pas de nom, pas d'e-mail. Un lien l'ouvre : vous le gardez."),
    "picture": D_("Image"),
    "demonstration": D_("C'est une démonstration : ses badges ne valent rien."),
    "organisations": D_("Les structures du réseau"),
    "on_offer": D_("Ses badges"),
    "keys": D_("Ses clés"),
    "keys_why": D_("Avec elles, n'importe qui vérifie ses badges, sans nous le demander."),
    "since": D_("depuis le"),
    "site": D_("Site"),
    "email": D_("Adresse"),
    "verify": D_("Vérifier un badge"),
    "kept_by": D_("elle le tient"),
}
"""Said in French or English, by name."""
