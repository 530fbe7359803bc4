"""The person mixes: one step in another way than the one they took, and the rest as it was."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.diagnostics import taking
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict
from pathways.i18n import N_
from pathways.learning import attending, events, following, replacing
from pathways.learning.choosing import tell
from pathways.learning.models import Pathway, PathwayEvent, PathwayState, Step, StepKind, StepState
from pathways.learning.offering import SESSION
from pathways.learning.replacing import Other

MOST = 6
"""Other ways that are shown of one step: nobody reads twenty."""


def others(db: Session, door: Door, pathway: Pathway, step: Step) -> Sequence[Other]:
    """What else could teach a step that is open; nothing of a question, of a trainer's own step, or of a seat."""
    if step.state is not StepState.OPEN or step.kind in {StepKind.CHECK, StepKind.OWN} or step.booking_id is not None:
        return []
    now, steps = clock.now(), following.steps_of(db, pathway, every=True)
    also = attending.theirs(attending.seats(db, steps), now)
    return replacing.options(following.plans_of(db, door, pathway, now, also=also), steps, step)[:MOST]


def instead(db: Session, door: Door, pathway: Pathway, step: Step, to: str, *, key: str) -> None:
    """Take the other way ``to``: it is theirs, so no plan takes it away. The same ``key`` again changes nothing."""
    following.hold(db, pathway)
    db.refresh(step)
    if db.scalar(sa.select(PathwayEvent.id).filter_by(pathway_id=pathway.id, key=key)) is not None:
        return
    chosen = next((one for one in others(db, door, pathway, step) if one.code == to), None)
    if chosen is None or pathway.state is not PathwayState.ACTIVE:
        raise Conflict(N_("Cette étape est déjà passée. Voici la suite."))
    now = clock.now()
    without = [f"{SESSION}{step.session_id}"] if step.session_id else []
    details = {"act": "replace", "to": to, "without": without}
    tell(db, pathway, events.ADJUSTED, step=step, details=details, key=key, at=now)
    step.session_id = chosen.session.id if chosen.session else None
    step.resource_id = chosen.resource.id if chosen.resource else None
    step.skills = list(chosen.skills)
    step.kind = StepKind.ATTEND if chosen.session else StepKind.LEARN
    step.minutes = step.low = step.high = chosen.minutes
    step.too_hard, step.locked = False, True
    pathway.active_at = now
    pathway.version += 1
    taking.visited(taking.held(db, pathway.attempt_id))
    db.flush()
    following.refresh(db, door, pathway, now)
