"""Who hears of a referral by mail: the side that waits for the other. A mail names nobody and says nothing of the need:
it leads to the page, which asks who is reading.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, mail, outbox
from pathways.learning.events import ReferralChanged
from pathways.learning.models import Referral, ReferralState
from pathways.people.models import Account, Membership
from pathways.permissions import OF_ROLE, Permission
from pathways.settings import Settings

MOST_TOLD = 10
ROLES = [role for role, may in OF_ROLE.items() if Permission.RECEPTIONS_HOLD in may]
SUBJECTS = {
    ReferralState.SENT: "Une orientation attend votre réponse",
    ReferralState.ACCEPTED: "Une orientation est acceptée",
    ReferralState.DECLINED: "Une orientation est refusée",
    ReferralState.ENDED: "Une orientation est terminée",
    ReferralState.WITHDRAWN: "Une orientation est retirée par la personne",
}
TEXT = """\
Bonjour,

{subject}. Pour la lire, connectez-vous :
{link}

Ce message ne dit rien de la personne.
"""


def handlers(settings: Settings) -> dict[str, outbox.Handler]:
    def handle(db: Session, payload: dict[str, Any]) -> outbox.Errand | None:
        referral = db.get(Referral, uuid.UUID(payload["referral_id"]))
        if not settings.mail_url or referral is None or referral.state.value != payload["state"]:
            return None  # nothing to send with, or it went on since: the next event says how
        if referral.consented_at is None or referral.expires_at <= clock.now() or referral.state not in SUBJECTS:
            return None
        told = _told(db, referral)
        subject = SUBJECTS[referral.state]
        link = f"{settings.url}/referrals/{referral.id}"
        reference = f"referral-{referral.id}-{referral.state.value}"

        def errand() -> None:
            for number, address in enumerate(told):
                mail.send(
                    settings.mail_url,
                    sender=settings.mail_from,
                    to=address,
                    subject=subject,
                    text=TEXT.format(subject=subject, link=link),
                    reference=f"{reference}-{number}",
                )

        return errand if told else None

    return {ReferralChanged.__name__: handle}


def _told(db: Session, referral: Referral) -> Sequence[str]:
    """Of whoever receives it, those who answer such sheets; of whoever sent it, the one who did. Where the person takes
    it back, both.
    """
    wanted: list[sa.ColumnElement[bool]] = []
    if referral.state in (ReferralState.SENT, ReferralState.WITHDRAWN) and referral.to_organisation_id is not None:
        answering = (
            Membership.account_id == referral.answered_by if referral.answered_by else Membership.role.in_(ROLES)
        )
        wanted.append(sa.and_(Membership.organisation_id == referral.to_organisation_id, answering))
    if referral.state is not ReferralState.SENT and referral.sent_by is not None:
        sender = Membership.account_id == referral.sent_by
        wanted.append(sa.and_(Membership.organisation_id == referral.organisation_id, sender))
    if not wanted:
        return []
    query = (
        sa.select(Account.email)
        .join(Membership, Membership.account_id == Account.id)
        .where(sa.or_(*wanted), Account.closed_at.is_(None))
        .order_by(Account.email)
        .distinct()
    )
    return db.scalars(query.limit(MOST_TOLD)).all()
