"""What time takes away of requests: the badge keeps the digest of what supported it, nobody keeps the thing itself."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.badges.candidacy.requests import OVER
from pathways.badges.models import (
    AwardRequest,
    Credential,
    EndorsementInvitation,
    Evidence,
    EvidenceFile,
    Holder,
    RequestState,
)

EVIDENCE = timedelta(days=183)
"""After the decision: by then nobody appeals any more."""
INVITATIONS = timedelta(days=30)
"""After a link has run out unused."""
SPACES = timedelta(days=730)
"""Without a visit, of somebody who holds no badge."""


def forget(db: Session) -> None:
    """For the upkeep, from time to time."""
    now = clock.now()
    over = AwardRequest.state.in_(OVER) & (AwardRequest.decided_at < now - EVIDENCE)
    of_them = sa.select(Evidence.id).where(Evidence.request_id.in_(sa.select(AwardRequest.id).where(over)))
    _change(db, sa.delete(EvidenceFile).where(EvidenceFile.evidence_id.in_(of_them)))
    _change(db, sa.update(Evidence).where(Evidence.id.in_(of_them), Evidence.text != "").values(text=""))
    refused = sa.select(AwardRequest.id).where(over, AwardRequest.state != RequestState.GRANTED)
    _change(db, sa.delete(Evidence).where(Evidence.request_id.in_(refused)))
    written = sa.or_(AwardRequest.words != "", AwardRequest.appeal != "")
    _change(db, sa.update(AwardRequest).where(over, written).values(words="", answers={}, appeal=""))
    unused = EndorsementInvitation.used_at.is_(None) & (EndorsementInvitation.expires_at < now - INVITATIONS)
    _change(db, sa.delete(EndorsementInvitation).where(unused))
    holds = sa.select(Credential.id).where(Credential.holder_id == Holder.id).exists()
    _change(db, sa.delete(Holder).where(Holder.active_at < now - SPACES, ~holds))


def _change(db: Session, statement: sa.Update | sa.Delete) -> None:
    db.execute(statement.execution_options(synchronize_session=False))
