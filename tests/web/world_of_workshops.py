"""A workshop, a series of it, and an interpreter: one of each, and what requests about them carry."""

from __future__ import annotations

import uuid
from datetime import time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from pathways import clock
from pathways.permissions import OF_ROLE, Member, Role
from pathways.places.rules import Rule
from pathways.workshops.models import MeansKind
from pathways.workshops.scheduling import means, offers, series
from pathways.workshops.scheduling.means import MeansForm
from pathways.workshops.scheduling.offers import WorkshopForm
from pathways.workshops.scheduling.series import Template
from pathways.workshops.scheduling.sessions import SessionForm

_WORKSHOP: dict[str, Any] = {"titles": {"fr": "Mes photos"}, "theme": "gere_ses_contenus_numeriques"}
_TIMES: dict[str, Any] = {"starts": "14:00", "ends": "16:00", "seats": 8}
_DAY = (clock.now() + timedelta(days=9)).date().isoformat()
_MEANS: dict[str, Any] = {"kind": "interpreter", "name": "Interprète", "languages": ["ti"]}
JSON_BODIES: dict[str, Any] = {
    "POST /api/v1/workshops": _WORKSHOP,
    "PUT /api/v1/workshops/{workshop_id}": _WORKSHOP | {"version": 1},
    "POST /api/v1/workshops/{workshop_id}/sessions": _TIMES | {"day": _DAY},
    "POST /api/v1/workshops/{workshop_id}/series": {"rule": {"first": _DAY}, "session": _TIMES},
    "POST /api/v1/series/{series_id}/end": {"last": _DAY},
    "PUT /api/v1/sessions/{session_id}": _TIMES | {"day": _DAY, "version": 1},
    "POST /api/v1/sessions/{session_id}/duplicate": {"day": _DAY},
    "POST /api/v1/sessions/{session_id}/cancel": {"reason": "Salle fermée"},
    "POST /api/v1/sessions/{session_id}/seats": {"allowance": 1, "reason": "Une chaise"},
    "PUT /api/v1/sessions/{session_id}/quotas": {"quotas": []},
    "POST /api/v1/means": _MEANS,
    "PUT /api/v1/means/{means_id}": _MEANS | {"version": 1},
}
_OFFER = {"title-fr": "Mes photos", "theme": "gere_ses_contenus_numeriques", "languages": "fr"}
_DATED = {"day": _DAY, "starts": "14:00", "ends": "16:00", "seats": "8", "languages": "fr"}
FORMS: dict[str, dict[str, str]] = {
    "/workshops/new": _OFFER | {"key": str(uuid.UUID(int=31))},
    "/workshops/{workshop_id}/edit": _OFFER | {"version": "1"},
    "/workshops/{workshop_id}/sessions/new": _DATED | {"key": str(uuid.UUID(int=32))},
    "/sessions/{session_id}/edit": _DATED | {"version": "1"},
    "/sessions/{session_id}/duplicate": {"day": _DAY, "key": str(uuid.UUID(int=33))},
    "/sessions/{session_id}/cancel": {"reason": "Salle fermée"},
    "/sessions/{session_id}/seats": {"allowance": "1", "reason": "Une chaise"},
    "/series/{series_id}/end": {"last": _DAY},
    "/means/new": {"kind": "interpreter", "name": "Interprète", "units": "1", "key": str(uuid.UUID(int=34))},
    "/means/{means_id}/edit": {"kind": "interpreter", "name": "Interprète", "units": "1", "version": "1"},
}


def made(db: Session, organisation_id: uuid.UUID, account_id: uuid.UUID) -> dict[str, str]:
    """What the addresses of workshops name, but for the session, which is that of the bookings."""
    role = Role.TRAINER
    member = Member(account_id, "Une personne", organisation_id, "Une structure", role, OF_ROLE[role])
    workshop = offers.create(db, member, WorkshopForm(titles={"fr": "Mes documents"}, theme="bureautique"))
    first = (clock.now() + timedelta(days=14)).date()
    form = SessionForm(day=first, starts=time(10), ends=time(11), seats=4)
    rule = Rule(first, until=first + timedelta(weeks=2), on_holidays=True)
    repeated, _ = series.create(db, member, workshop.id, rule, Template(form))
    sheet = means.create(db, member, MeansForm(MeansKind.INTERPRETER, "Interprète tigrinya", languages=("ti",)))
    return {"workshop_id": str(workshop.id), "series_id": str(repeated.id), "means_id": str(sheet.id)}
