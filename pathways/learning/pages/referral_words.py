"""The words of referrals, for the person and for both desks, and the square of a slip."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Any

from markupsafe import Markup
from pydantic import AfterValidator, StringConstraints

from pathways import i18n, ids
from pathways.i18n import D_, N_
from pathways.learning.models import Referral, ReferralState
from pathways.learning.referrals import referred, referring
from pathways.texts import clean, unturned
from pathways.web.squares import square
from pathways.workshops import tongues
from pathways.workshops.codes import Codes

Words = Annotated[str, StringConstraints(max_length=1_000), AfterValidator(unturned), AfterValidator(clean)]
"""What somebody writes in a few lines."""

FOR_THE_PERSON = {
    ReferralState.PROPOSED: N_("Voulez-vous que cette feuille parte ?"),
    ReferralState.SENT: N_("La feuille est partie. La structure va répondre."),
    ReferralState.ACCEPTED: N_("La structure vous attend."),
    ReferralState.DECLINED: N_("La structure ne peut pas vous recevoir. Demandez un autre lieu à votre médiateur."),
    ReferralState.ENDED: N_("C'est terminé."),
    ReferralState.WITHDRAWN: N_("C'est arrêté. La feuille est effacée."),
}
SHOW_IT = N_("Montrez cette feuille là-bas.")
FOR_THE_DESK = {
    ReferralState.PROPOSED: D_("à montrer à la personne"),
    ReferralState.SENT: D_("envoyée, sans réponse"),
    ReferralState.ACCEPTED: D_("acceptée"),
    ReferralState.DECLINED: D_("refusée"),
    ReferralState.ENDED: D_("terminée"),
    ReferralState.WITHDRAWN: D_("retirée par la personne, feuille effacée"),
}
ON_PAPER = D_("remise sur papier")
LABELS = {
    "words": D_("Ce qu'il faut savoir"),
    "language": D_("Langue"),
    "help": D_("Aide souhaitée"),
    "contact": D_("Comment prévenir la personne"),
    "when": D_("Quand elle est disponible"),
}


def said_to_the_person(referral: Referral) -> str:
    if referral.state is ReferralState.SENT and referral.place_id is not None:
        return SHOW_IT
    return FOR_THE_PERSON[referral.state]


def said_at_the_desk(referral: Referral) -> str:
    if referral.state is ReferralState.SENT and referral.place_id is not None:
        return ON_PAPER
    return FOR_THE_DESK[referral.state]


def tongue_of(sheet: Mapping[str, Any]) -> tongues.Tongue | None:
    """The language that a sheet names."""
    return tongues.tongues().get(str(sheet.get("language", "")))


def told(referral: Referral, names: Mapping[uuid.UUID, str], codes: Codes, url: str, language: str) -> dict[str, Any]:
    """What a person's screen or slip shows of one referral."""
    gone, asks = (referral.state is one for one in (ReferralState.WITHDRAWN, ReferralState.PROPOSED))
    return {
        "referral": referral,
        "sender": names.get(referral.organisation_id, ""),
        "receiver": names.get(referral.to_organisation_id or referral.place_id or referral.id, ""),
        "need": referred.NEEDS.get(referral.need, referral.need),
        "sheet": {name: referral.sheet[name] for name in referred.FIELDS if referral.sheet.get(name)},
        "tongue": tongue_of(referral.sheet),
        "said": said_to_the_person(referral),
        "asks": asks,
        "consent": referring.CONSENT,
        "seen": referring.consent_text(language),
        "gone": gone,
        "code": "" if gone or asks else ids.readable(codes.code_of(referral.id)),
        "qr": Markup() if gone or asks else square(f"{url}/r/{codes.token_of(referral.id)}"),
    }


def spoken(code: str) -> str:
    return code if code in i18n.languages() else i18n.SOURCE
