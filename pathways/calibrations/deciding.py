"""Accepting or refusing a proposal. It changes no diagnostic that is published: those that are published from then on
take its values.
"""

from __future__ import annotations

import enum
import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.calibrations import service
from pathways.diagnostics.calibrated import in_force
from pathways.diagnostics.models import Calibration, CalibrationState
from pathways.errors import Conflict, Forbidden, Invalid
from pathways.i18n import D_
from pathways.permissions import Member

LONGEST_REASON = 500
NOT_YOURS = D_("Votre structure ne relit pas les questions livrées.")
DECIDED = D_("Une autre personne a déjà décidé de cette proposition. Sa décision est affichée ici.")
OUTDATED = D_(
    "Une autre proposition a été acceptée depuis que celle-ci a été calculée : sa comparaison ne vaut plus. "
    "Refusez-la, et faites refaire le calibrage."
)
WHY = D_("Dites pourquoi, en 500 lettres au plus : d'autres le liront.")
TOO_LONG = D_("500 lettres au plus.")


class Decision(enum.StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"


STATES = {Decision.ACCEPT: CalibrationState.ACCEPTED, Decision.REFUSE: CalibrationState.REFUSED}


def decide(db: Session, member: Member, calibration_id: uuid.UUID, *, decision: Decision, reason: str) -> Calibration:
    """Accept or refuse. Of two people at once, the second is told what the first decided; the same person's same
    decision twice is one. A refusal needs its reason.
    """
    found = service.get(db, calibration_id)
    if not service.may_decide(db, member):
        raise Forbidden(NOT_YOURS)
    said = " ".join(reason.split())
    # All of the framework, in the same order for everybody: two that are accepted at once would both be the newest.
    every = sa.select(Calibration.id).filter_by(framework=found.framework).order_by(Calibration.id)
    db.execute(every.with_for_update())
    db.refresh(found, ["state", "reason", "decided_by", "decided_at", "organisation_id"])
    if found.state is not CalibrationState.PROPOSED:
        if (found.state, found.reason, found.decided_by) == (STATES[decision], said, member.account_id):
            return found
        raise Conflict(DECIDED)
    if len(said) > LONGEST_REASON or (decision is Decision.REFUSE and not said):
        told = WHY if decision is Decision.REFUSE else TOO_LONG
        raise Invalid(told, errors=[{"field": "reason", "message": told}])
    if decision is Decision.ACCEPT and db.scalar(in_force(found.framework)) != found.follows_id:
        raise Conflict(OUTDATED)
    found.state, found.reason, found.decided_at = STATES[decision], said, clock.now()
    found.decided_by, found.organisation_id = member.account_id, member.organisation_id
    db.flush()
    return found
