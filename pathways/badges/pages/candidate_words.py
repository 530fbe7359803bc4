"""The words of a candidate's pages. What everybody must understand is a text of the interface, in every language; what
stands beside it is said in plain French or English (:mod:`plainly`), as the criteria are.
"""

from __future__ import annotations

from pathways.badges.candidacy.jury import Mark
from pathways.badges.criteria.nodes import Outside
from pathways.badges.models import JuryVerdict, RequestState
from pathways.i18n import D_, N_

STATES = {
    RequestState.GATHERING: N_("Vous préparez votre demande."),
    RequestState.SUBMITTED: N_("Votre demande attend le jury."),
    RequestState.RETURNED: N_("Le jury demande encore quelque chose."),
    RequestState.GRANTED: N_("Votre demande est acceptée."),
    RequestState.REFUSED: N_("Votre demande n'est pas acceptée."),
    RequestState.APPEALED: N_("Votre recours attend le jury."),
    RequestState.WITHDRAWN: N_("Vous avez retiré votre demande."),
}
SIGNS = {
    RequestState.GATHERING: "learn",
    RequestState.SUBMITTED: "confirm",
    RequestState.RETURNED: "learn",
    RequestState.GRANTED: "can",
    RequestState.REFUSED: "unseen",
    RequestState.APPEALED: "confirm",
    RequestState.WITHDRAWN: "unseen",
}
"""The shape that stands beside the word."""
DONE, NEXT, LATER = N_("Fait"), N_("Ensuite"), N_("À faire")
MARKS = {
    Mark.NOT_YET: D_("pas encore"),
    Mark.YES: D_("oui"),
    Mark.PASSES_ON: D_("oui, et peut le transmettre"),
}
VERDICTS = {
    JuryVerdict.GRANT: D_("accordé"),
    JuryVerdict.ASK: D_("quelque chose manque"),
    JuryVerdict.REFUSE: D_("pas accordé"),
}
OUTSIDE = {
    Outside.AIDANTS_CONNECT: D_("Habilitation Aidants Connect"),
    Outside.REMN: D_("Titre professionnel de médiateur numérique (REMN)"),
    Outside.PIX_CERTIFICATE: D_("Certification Pix"),
    Outside.OTHER: D_("Autre chose"),
}
SAID = {
    "asked": D_("C'est commencé. Voici ce qu'il faut ; vous pouvez revenir quand vous voulez."),
    "renewing": D_("Voici ce qu'il faut pour renouveler ce badge : c'est plus léger que la première fois."),
    "kept": D_("C'est enregistré."),
    "added": D_("La preuve est ajoutée."),
    "removed": D_("C'est retiré."),
    "withdrawn-link": D_("Ce lien n'ouvre plus rien."),
    "declared": D_("C'est noté. Montrez le papier à quelqu'un de votre structure ou au jury : alors, cela compte."),
    "sent": D_("Votre demande est partie. Le jury la lit."),
    "issued": D_("Tout est là : le badge est à vous."),
    "appealed": D_("Votre recours est parti. D'autres membres du jury vont le lire."),
}
"""What a page says after something was done, by the word in its address."""
WORDS = {
    "by": D_("Réseau"),
    "level": D_("Niveau"),
    "language": D_("Langue du badge"),
    "structure": D_("Votre structure"),
    "no_structure": D_("aucune"),
    "structure_why": D_("Elle sert à choisir un jury qui ne vous connaît pas. Elle n'est pas dans le badge."),
    "first_words": D_("Ce que ce badge demande"),
    "details": D_("En détail"),
    "missing": D_("Ce qui manque :"),
    "measures": D_("Ce diagnostic le mesure :"),
    "of_own": D_("de votre structure"),
    "of_all": D_("ouvert à tous"),
    "no_measure": D_(
        "Aucun diagnostic ouvert ne pose ces questions. Demandez à votre structure d'en composer un, ou de vous donner "
        "le code d'un diagnostic qu'elle connaît."
    ),
    "then_bring": D_("Après vos réponses, notez votre code de reprise et apportez le résultat dans votre espace."),
    "bring": D_("Apporter un résultat"),
    "goals": D_("Un parcours y mène, par exemple :"),
    "jury_asks": D_("Ce que le jury demande"),
    "jury_says": D_("Ce que dit le jury"),
    "words": D_("Vous et votre pratique"),
    "words_label": D_("Ce que vous faites, avec qui, depuis quand (sans nom de personne)"),
    "answer_each": D_("Répondez à chaque question : c'est votre travail à présenter."),
    "keep": D_("Enregistrer"),
    "keep_first": D_("Enregistrez avant de toucher un autre bouton de cette page."),
    "evidence": D_("Vos preuves"),
    "evidence_why": D_(
        "Vous et le jury les lisez, personne d'autre. Le badge n'en dit que le titre, et un numéro qui montre que rien "
        "n'a changé."
    ),
    "evidence_alone": D_(
        "Elles ne sont pas demandées. Vous seul les lisez : le badge n'en dit que le titre, et un numéro qui montre "
        "que rien n'a changé."
    ),
    "welcome": D_("Ce qui est utile :"),
    "avoid": D_("À ne pas envoyer :"),
    "no_evidence": D_("Aucune preuve pour l'instant."),
    "add": D_("Ajouter une preuve"),
    "kind": D_("Que donnez-vous ?"),
    "kind_file": D_("un fichier"),
    "kind_link": D_("un lien"),
    "kind_text": D_("un texte"),
    "title": D_("Titre, sans nom de personne : il sera écrit dans le badge"),
    "file": D_("Fichier : PDF, image ou texte simple, 5 Mo au plus"),
    "url": D_("Adresse qui commence par https://"),
    "text": D_("Texte"),
    "piece": D_("C'est pour"),
    "whole": D_("l'ensemble de la demande"),
    "remove": D_("Retirer"),
    "comes_back": D_(
        "Si vous en retirez une maintenant, la demande revient vers vous : le jury l'a peut-être déjà lue."
    ),
    "open": D_("Ouvrir"),
    "endorsements": D_("Ceux qui vous ont vu faire"),
    "endorsements_why": D_(
        "Donnez un lien à chaque personne. Elle dit ce qu'elle a vu ; son nom n'est écrit nulle part."
    ),
    "invite": D_("Faire un lien"),
    "label": D_("Pour qui ? Un mot pour vous seul"),
    "given": D_("Recommandation donnée"),
    "given_by": D_("en qualité de"),
    "counted": D_("compte"),
    "not_counted": D_("lue par le jury, ne compte pas"),
    "link_open": D_("lien ouvert jusqu'au"),
    "link_used": D_("a répondu"),
    "link_over": D_("lien fermé"),
    "show_link": D_("Montrer le lien"),
    "close_link": D_("Fermer le lien"),
    "link_title": D_("Un lien pour une personne"),
    "link_why": D_("Envoyez cette adresse, ou faites scanner ce carré. Elle sert une fois, jusqu'au"),
    "attested": D_("Ce que d'autres ont attesté"),
    "attested_why": D_("Habilitation, titre, certification : vous le dites ici, puis quelqu'un voit le papier."),
    "attested_what": D_("De quoi s'agit-il ?"),
    "attested_title": D_("Son nom, si ce n'est pas dans la liste"),
    "reference": D_("Numéro ou code écrit sur le papier"),
    "until": D_("Valable jusqu'au (facultatif)"),
    "declare": D_("Le noter"),
    "seen": D_("papier vu le"),
    "not_seen": D_("personne n'a encore vu le papier"),
    "valid_until": D_("valable jusqu'au"),
    "led": D_("Les séances que vous avez animées"),
    "led_why": D_(
        "Elles viennent des registres des ateliers. Votre co-animateur confirme chacune d'un geste, sur la page"
    ),
    "led_page": D_("Séances animées à plusieurs"),
    "no_led": D_("Aucune séance à votre nom pour l'instant."),
    "led_yes": D_("confirmée"),
    "led_no": D_("pas confirmée"),
    "send": D_("Envoyer"),
    "send_jury": D_("Des membres du jury lisent votre demande, d'autres structures que la vôtre si le badge le veut."),
    "send_no_jury": D_("Il n'y a pas de jury : quand tout est fait, le badge est à vous tout de suite."),
    "send_first": D_("Il reste des points à faire. Vous pourrez envoyer quand tout sera fait."),
    "place": D_("Votre place dans la file"),
    "median": D_("Délai habituel, en jours"),
    "less_than_one": D_("moins d'un"),
    "no_median": D_("pas encore connu"),
    "grid": D_("La grille"),
    "reason": D_("Pourquoi"),
    "appeal": D_("Demander que d'autres décident"),
    "appeal_why": D_(
        "Une fois, dans les trois mois. D'autres membres du jury lisent tout, et ce que vous écrivez ici."
    ),
    "appeal_words": D_("Pourquoi vous n'êtes pas d'accord"),
    "again": D_("Faire une nouvelle demande"),
    "withdraw_why": D_("Ce que vous avez écrit et donné pour cette demande est effacé tout de suite."),
    "no_requests": D_("Vous n'avez rien demandé pour l'instant."),
    "no_offer": D_("Aucun badge n'est proposé ici pour l'instant."),
    "since": D_("depuis le"),
    "back": D_("La demande"),
}
"""Said in French or English, by name."""
