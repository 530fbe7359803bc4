"""The words of the desk's pages of a network."""

from __future__ import annotations

from collections.abc import Mapping

from pathways.badges.holding.validity import Validity
from pathways.badges.issuing.revoking import Why
from pathways.badges.models import Audience, KeyAlgorithm, KeyState
from pathways.badges.verifying.verdict import Overall
from pathways.i18n import D_

SAID: Mapping[str, str] = {
    "kept": D_("C'est enregistré."),
    "made": D_("Le réseau existe. Ses badges seront signés avec sa clé."),
    "joined": D_("Votre structure fait partie du réseau."),
    "left": D_("Votre structure ne fait plus partie du réseau."),
    "named": D_("Cette personne est du jury."),
    "unnamed": D_("Cette personne n'est plus du jury. Ce qu'elle a décidé reste."),
    "revoked": D_("Le badge est repris. Qui le vérifie le voit dès maintenant."),
    "rotated": D_("Une nouvelle clé signe. Ce que l'ancienne a signé reste valable."),
    "compromised": D_("La clé n'est plus publiée. Chaque badge valable a été délivré de nouveau."),
    "issued": D_("Les badges sont délivrés. Imprimez les papiers à remettre."),
    "adopted": D_("La proposition est dans vos brouillons. Relisez-la, changez ce que vous voulez, puis publiez."),
    "drafted": D_("Le brouillon est créé. Complétez-le, puis publiez."),
    "published": D_("Le badge est publié : on peut le demander."),
    "closed": D_("Le badge n'est plus proposé. Ceux qui l'ont le gardent."),
    "discarded": D_("Le brouillon est jeté."),
    "revised": D_("Voici le brouillon de la version suivante. L'autre reste proposée jusqu'à la publication."),
}
"""What a page says after something was done, by the word in its address."""
AUDIENCES: Mapping[Audience, str] = {
    Audience.MEDIATOR: D_("médiateurs et conseillers numériques"),
    Audience.VOLUNTEER: D_("bénévoles"),
    Audience.LEARNER: D_("personnes qui apprennent"),
}
ALGORITHMS: Mapping[KeyAlgorithm, str] = {
    KeyAlgorithm.ED25519: D_("Ed25519 : badges, recommandations, listes"),
    KeyAlgorithm.RSA: D_("RSA : jetons (JWT) et anciens sacs à badges, à la demande"),
}
KEY_STATES: Mapping[KeyState, str] = {
    KeyState.ACTIVE: D_("signe"),
    KeyState.RETIRED: D_("ne signe plus ; ce qu'elle a signé reste valable"),
    KeyState.COMPROMISED: D_("compromise : rien de ce qu'elle a signé n'est cru"),
}
WHYS: Mapping[Why, str] = {
    Why.ERROR: D_("délivré par erreur"),
    Why.FRAUD: D_("obtenu par fraude"),
    Why.ASKED: D_("la personne le demande"),
    Why.COMPROMISED: D_("clé compromise : le même badge a été délivré de nouveau"),
    Why.SUPERSEDED: D_("remplacé par un badge plus récent"),
}
CHOSEN_WHYS = (Why.ERROR, Why.FRAUD, Why.ASKED)
"""Those that somebody chooses; the others come of themselves."""
VALIDITIES: Mapping[Validity, str] = {
    Validity.VALID: D_("valable"),
    Validity.ENDING: D_("valable, finit bientôt"),
    Validity.EXPIRED: D_("fini"),
    Validity.REPLACED: D_("remplacé"),
    Validity.GIVEN_UP: D_("abandonné par la personne"),
    Validity.TAKEN_BACK: D_("badge repris"),
    Validity.ERASED: D_("effacé par la personne"),
}
OUTCOMES: Mapping[str, str] = {
    Overall.VALID: D_("valables"),
    Overall.NOT_VALID: D_("pas valables"),
    Overall.UNKNOWN: D_("sans réponse sûre"),
}
"""Of files that were verified here."""
ORIGINS: Mapping[str, str] = {"request": D_("une demande"), "session": D_("une séance")}
"""What a badge was issued for, by the first word of ``Credential.origin``."""
ACTS: Mapping[str, str] = {
    "network_made": D_("réseau créé"),
    "network_presented": D_("présentation changée"),
    "organisation_joined": D_("une structure a rejoint le réseau"),
    "organisation_left": D_("une structure a quitté le réseau"),
    "jury_named": D_("quelqu'un a été nommé au jury"),
    "jury_left": D_("quelqu'un a quitté le jury"),
    "proposal_adopted": D_("proposition adoptée"),
    "achievement_drafted": D_("brouillon de badge créé"),
    "draft_discarded": D_("brouillon jeté"),
    "version_published": D_("version de badge publiée"),
    "achievement_closed": D_("badge retiré de l'offre"),
    "request_decided": D_("demande décidée"),
    "session_badges": D_("badges délivrés pour une séance"),
    "badge_revoked": D_("badge repris"),
    "key_rotated": D_("clé changée"),
    "key_compromised": D_("clé déclarée compromise"),
}
DETAILS: Mapping[str, str] = {
    "slug": D_("badge"),
    "number": D_("version"),
    "issued": D_("badges"),
    "reissued": D_("badges délivrés de nouveau"),
    "why": D_("motif"),
    "words": D_("précision"),
    "reason": D_("motif"),
    "verdict": D_("décision"),
    "algorithm": D_("clé"),
    "achievements": D_("pour"),
}
"""What stands beside an act in the history; what has no word here is not shown."""
VERDICTS: Mapping[str, str] = {
    "grant": D_("accordée"),
    "refuse": D_("demande refusée"),
    "ask": D_("demande de complément"),
}
