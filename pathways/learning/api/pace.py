"""How many plans somebody may have worked out in an hour: each one takes the computer a tenth of a second or more."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.requests import Request

from pathways import throttle
from pathways.permissions import Learner, Member

OF_MEMBER, OF_LEARNER = 600, 120
"""An hour: a program of an organisation, and one person's device."""


def count(request: Request, db: Session, reader: Learner | Member) -> None:
    """Count one request that plans, within the transaction that it is part of, or raise ``TooMany``."""
    limit, subject = (OF_LEARNER, reader.attempt_id) if isinstance(reader, Learner) else (OF_MEMBER, reader.account_id)
    bucket = throttle.bucket(request.app.state.settings.secret, "plans", str(subject))
    throttle.count_within(db, bucket, limit=limit, minutes=60)


def count_apart(request: Request, reader: Learner | Member) -> None:
    """The same for a request that only reads: in a short transaction of its own."""
    with request.app.state.database.begin() as writing:
        count(request, writing, reader)
