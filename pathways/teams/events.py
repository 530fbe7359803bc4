"""What happens between a person and a team, in the words of the person's own history (``HolderEvent``). It goes with
their space; the organisation's side is its journal.
"""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from pathways.badges.models import HolderEvent

JOINED = "team_joined"
TAKEN_BACK = "team_taken_back"
LEFT = "team_left"
BEGUN = "team_questions_begun"
"""They began the questions of a team."""


def tell(db: Session, holder_id: uuid.UUID | None, act: str, organisation_id: uuid.UUID) -> None:
    """Write it down for the person, if they have a space. It names the organisation, and no label of theirs."""
    if holder_id is not None:
        db.add(HolderEvent(holder_id=holder_id, act=act, about_id=organisation_id))
        db.flush()
