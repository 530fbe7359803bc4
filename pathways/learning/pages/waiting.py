"""What waits for a person's word beside their pathway: a sheet that shall go to another structure, somebody for an
exchange. Their pathway says so first, since nobody looks for a page of which they know nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.diagnostics.models import Attempt
from pathways.i18n import N_
from pathways.learning.exchanges import exchanging, meeting
from pathways.learning.models import Referral, ReferralState, TandemState
from pathways.learning.pages.referral_words import FOR_THE_PERSON


@dataclass(frozen=True, slots=True)
class Waiting:
    said: str
    """As a msgid."""
    words: str
    """Of the button that leads there, as a msgid."""
    page: str
    """Under the address of the attempt."""


def of(db: Session, attempt: Attempt) -> list[Waiting]:
    found = list[Waiting]()
    if _asked_to_go(db, attempt):
        said = FOR_THE_PERSON[ReferralState.PROPOSED]
        found.append(Waiting(said, N_("Aller vers une autre structure"), "referrals"))
    if _asked_to_meet(db, attempt):
        found.append(Waiting(N_("Quelqu'un vous attend."), N_("Un échange avec quelqu'un"), "exchange"))
    return found


def _asked_to_go(db: Session, attempt: Attempt) -> bool:
    own = sa.select(Referral.id).where(
        Referral.attempt_id == (attempt.part_of_id or attempt.id),
        Referral.state == ReferralState.PROPOSED,
        Referral.expires_at > clock.now(),
    )
    return db.scalar(own.limit(1)) is not None


def _asked_to_meet(db: Session, attempt: Attempt) -> bool:
    """Whether a meeting is proposed to which this side has not said yes."""
    request = exchanging.current(db, attempt)
    tandem = meeting.tandem_of(db, request) if request is not None else None
    if request is None or tandem is None or tandem.state is not TandemState.PROPOSED:
        return False
    is_first = meeting.side_of(tandem, request) == meeting.FIRST
    return (tandem.first_agreed_at if is_first else tandem.second_agreed_at) is None
