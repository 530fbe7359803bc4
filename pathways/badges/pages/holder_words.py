"""The words of a holder's space and of the pages that show a badge. What everybody must understand is a text of the
interface, in every language; what stands beside it is said in plain French or English (:mod:`plainly`).
"""

from __future__ import annotations

from collections.abc import Mapping

from pathways.badges.holding.sharing import ENDORSEMENTS, EVIDENCE
from pathways.badges.holding.validity import Validity
from pathways.badges.models import CredentialForm
from pathways.i18n import D_, N_

STATES: Mapping[Validity, str] = {
    Validity.VALID: N_("Valable"),
    Validity.ENDING: N_("Valable, mais finit bientôt"),
    Validity.EXPIRED: N_("N'est plus valable"),
    Validity.REPLACED: N_("Remplacé par un plus récent"),
    Validity.GIVEN_UP: N_("Rendu par la personne"),
    Validity.TAKEN_BACK: N_("Repris par le réseau"),
    Validity.ERASED: N_("Effacé par la personne"),
}
SIGNS: Mapping[Validity, str] = {
    Validity.VALID: "can",
    Validity.ENDING: "learn",
    Validity.EXPIRED: "confirm",
    Validity.REPLACED: "unseen",
    Validity.GIVEN_UP: "unseen",
    Validity.TAKEN_BACK: "unseen",
    Validity.ERASED: "unseen",
}
"""The shape and colour that stand beside the word."""
FILES: Mapping[CredentialForm, tuple[str, str]] = {
    CredentialForm.PDF: (
        D_("Papier (PDF)"),
        D_("Pour imprimer, ou joindre à un CV. Il mène à la page où chacun vérifie."),
    ),
    CredentialForm.PNG: (
        D_("Image (PNG)"),
        D_("L'image contient le badge. La galerie photo d'un téléphone le perd : gardez aussi le papier."),
    ),
    CredentialForm.SVG: (
        D_("Image pour imprimeur (SVG)"),
        D_("Nette à toutes les tailles, pour une affiche ou un site. Elle contient aussi le badge."),
    ),
    CredentialForm.JSON: (
        D_("Fichier signé (JSON)"),
        D_("Le badge lui-même, à garder. Les portefeuilles de badges Open Badges 3 le lisent."),
    ),
    CredentialForm.JWT: (
        D_("Jeton (JWT)"),
        D_("Le même badge sous une autre forme, que certains portefeuilles numériques demandent."),
    ),
}
"""What each file is called, and what for."""
ACTS: Mapping[str, str] = {
    "made_at_desk": D_("Une structure a ouvert cet espace pour vous."),
    "link_renewed": D_("Vous avez changé le lien de votre espace."),
    "attempt_brought": D_("Vous avez apporté un résultat."),
    "attempt_let_go": D_("Vous avez retiré un résultat."),
    "booking_brought": D_("Une place d'atelier est entrée dans votre espace."),
    "booking_noted": D_("Une place d'atelier est entrée dans votre espace."),
    "share_made": D_("Vous avez fait un lien de partage."),
    "share_withdrawn": D_("Vous avez fermé un lien de partage."),
    "twin_hosted": D_("Vous avez publié un badge pour un ancien sac à badges."),
    "twin_withdrawn": D_("Vous avez retiré un badge publié pour un ancien sac à badges."),
    "twin_signed": D_("Vous avez pris un badge pour un ancien sac à badges."),
    "issued": D_("Vous avez reçu un badge."),
    "reissued": D_("Un badge a été refait : la clé du réseau a changé. Reprenez le fichier."),
    "revoked": D_("Le réseau a repris un badge."),
    "expiring": D_("Nous vous avons prévenu : un badge finit bientôt."),
    "given_up": D_("Vous avez rendu un badge."),
    "request_gathering": D_("Vous avez commencé une demande."),
    "request_submitted": D_("Vous avez envoyé une demande."),
    "request_returned": D_("Le jury vous a demandé quelque chose."),
    "request_granted": D_("Votre demande est acceptée."),
    "request_refused": D_("Votre demande n'est pas acceptée."),
    "request_appealed": D_("Vous avez demandé que d'autres décident."),
    "request_withdrawn": D_("Vous avez retiré une demande."),
    "evidence_added": D_("Vous avez ajouté une preuve."),
    "evidence_removed": D_("Vous avez retiré une preuve."),
    "endorsement_invited": D_("Vous avez fait un lien pour une recommandation."),
    "endorsement_given": D_("Quelqu'un vous a recommandé."),
    "endorsement_withdrawn": D_("Quelqu'un a repris sa recommandation."),
    "endorsed": D_("Vous avez recommandé quelqu'un."),
    "endorsement_taken_back": D_("Vous avez repris une recommandation."),
    "attestation_declared": D_("Vous avez noté un titre ou une attestation."),
    "attestation_removed": D_("Vous avez retiré un titre ou une attestation."),
    "attestation_seen": D_("Quelqu'un a vu votre papier."),
    "team_joined": D_("Vous êtes entré dans une équipe."),
    "team_taken_back": D_("Vous avez repris ce que vous montriez à une équipe."),
    "team_left": D_("Vous avez quitté une équipe."),
    "team_questions_begun": D_("Vous avez commencé les questions d'une équipe."),
}
"""Of a history, by ``HolderEvent.act``."""
OTHER_ACT = D_("Quelque chose a changé.")
SHOWN: Mapping[str, str] = {
    EVIDENCE: N_("Les titres de mes preuves"),
    ENDORSEMENTS: N_("Ce que d'autres disent de moi"),
}
DAYS: Mapping[int, str] = {
    1: N_("1 jour"),
    7: N_("1 semaine"),
    30: N_("1 mois"),
    365: N_("1 an"),
}
"""How long a share link lasts."""
WORDS: Mapping[str, str] = {
    "until": D_("Jusqu'au"),
    "always": D_("Sans date de fin"),
    "was_until": D_("C'était jusqu'au"),
    "awarded": D_("Obtenu le"),
    "by": D_("Réseau"),
    "level": D_("Niveau"),
    "demonstration": D_("Démonstration : ce badge n'a aucune valeur."),
    "does": D_("Ce que la personne sait faire"),
    "measured": D_("Ce qui a été constaté, et avec quelle certitude"),
    "required": D_("Ce qui était demandé"),
    "alignments": D_("Proche de ces référentiels"),
    "evidence": D_("Ce qui a été regardé"),
    "endorsements": D_("Ce que d'autres en disent"),
    "as": D_("en qualité de"),
    "files": D_("Les fichiers"),
    "files_why": D_("Gardez au moins un de ces fichiers : ils restent vérifiables sans nous demander."),
    "take": D_("Prendre"),
    "linkedin": D_("Mettre sur LinkedIn"),
    "linkedin_why": D_(
        "Le bouton ouvre LinkedIn avec le nom du badge et votre lien de partage. Rien n'y part avant votre accord."
    ),
    "linkedin_needs": D_("Faites d'abord un lien de partage : c'est lui que LinkedIn montrera."),
    "backpack": D_("Ancien sac à badges (Open Badges 2.0)"),
    "backpack_short": D_("Seulement si un site de badges refuse les fichiers ci-dessus."),
    "public": D_("La page publique du badge"),
    "public_why": D_("Votre nom n'y est pas. Qui a le fichier ou le papier la trouve."),
    "wall": D_("Une feuille à accrocher au mur"),
    "give_up": D_("Rendre ce badge"),
    "give_up_why": D_("Il ne comptera plus, pour toujours. Qui a le fichier le verra en vérifiant."),
    "renew_why": D_("C'est plus léger que la première fois. L'ancien badge compte jusqu'à ce que le nouveau soit là."),
    "newer": D_("Voir le badge qui le remplace"),
    "link": D_("Le lien de votre espace"),
    "link_why": D_("Lui seul ouvre cet espace. Enregistrez-le, imprimez-le, ne le donnez à personne."),
    "link_account": D_("Votre compte l'ouvre, et ce lien aussi, même si vous quittez votre structure."),
    "renew_link": D_("Changer ce lien"),
    "renew_link_why": D_("L'ancien n'ouvrira plus rien : utile si vous avez perdu un téléphone ou un papier."),
    "name": D_("Le nom que vous donnez quand vous partagez"),
    "name_why": D_("Il n'est dans aucun badge. Vous pouvez le laisser vide."),
    "email": D_("Votre adresse e-mail, pour être prévenu avant la fin d'un badge"),
    "email_why": D_("Elle ne sert qu'à cela. Laissez vide pour ne rien recevoir."),
    "email_account": D_("Avec un compte, nous écrivons à l'adresse de ce compte."),
    "keep": D_("Enregistrer"),
    "kept": D_("C'est enregistré."),
    "history": D_("L'histoire de cet espace"),
    "history_why": D_("Vous seul la lisez. Elle est effacée avec le reste."),
    "no_history": D_("Rien pour l'instant."),
    "erase": D_("Tout effacer"),
    "copy": D_("L'adresse à donner"),
    "shared_all": D_("Tous mes badges"),
    "ends": D_("Jusqu'au"),
    "with_name": D_("au nom de"),
    "without_name": D_("sans nom"),
    "result_of": D_("Commencé le"),
    "co_led": D_("Séances animées à plusieurs"),
    "for_others": D_("Les badges des autres"),
    "catalogue": D_("Tous les badges"),
    "jury": D_("Le jury"),
    "network": D_("Le réseau"),
    "verify": D_("Vérifier un badge"),
    "no_results": D_("Aucun résultat ici pour l'instant."),
}
"""Said in French or English, by name."""
BACKPACK: Mapping[str, str] = {
    "title": D_("Pour un ancien sac à badges"),
    "what": D_(
        "Certains sites de badges ne lisent que l'ancien format, Open Badges 2.0. Il reconnaît une personne à son "
        "adresse e-mail."
    ),
    "guessed": D_(
        "Le fichier ne contient pas votre adresse, mais une empreinte de cette adresse. Qui devine l'adresse peut "
        "vérifier qu'il a deviné juste."
    ),
    "forgotten": D_("Nous ne gardons pas cette adresse."),
    "email": D_("L'adresse e-mail de votre ancien sac à badges"),
    "which": D_("Que voulez-vous ?"),
    "hosted": D_("Une adresse publique, que le sac à badges ira lire"),
    "hosted_why": D_("Tout le monde peut alors lire cette page, empreinte comprise, jusqu'à ce que vous la retiriez."),
    "png": D_("Une image signée (PNG), à déposer dans le sac à badges"),
    "svg": D_("La même image pour imprimeur (SVG)"),
    "jws": D_("Un texte signé (JWS)"),
    "go": D_("Continuer"),
    "published": D_("Votre badge est publié à cette adresse :"),
    "picture": D_("L'image qui mène à cette adresse"),
    "withdraw": D_("Retirer cette page publique"),
    "withdrawn": D_("C'est retiré. L'adresse dit maintenant que le badge n'y est plus."),
    "back": D_("Retour au badge"),
}
ERASE: tuple[str, ...] = (
    N_("Vos badges ne compteront plus, pour toujours."),
    N_("Vos demandes, vos preuves et vos liens de partage seront effacés."),
    N_("Ce que vous avez dit d'autres personnes sera effacé."),
    N_("Les fichiers que vous avez pris restent chez vous, mais ils ne seront plus valables."),
)
"""What it means to erase a space."""
