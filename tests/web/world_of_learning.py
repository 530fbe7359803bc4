"""A goal, a pathway that leads to it and its first step, and what requests about them carry."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.learning.limits import Limits
from pathways.learning.models import (
    Goal,
    Pathway,
    PathwayTemplate,
    Resource,
    ResourceKind,
    SeatProposal,
    Step,
    StepKind,
    Way,
)
from pathways.workshops.models import WorkshopSession

FRAMEWORK = "inclusion-numerique"
GOAL = {"title": "Renouveler ma carte de bus", "weights": {"ADM-04": 3}}


def made(db: Session, organisation_id: uuid.UUID, account_id: uuid.UUID, attempt_id: uuid.UUID) -> dict[str, str]:
    goal = Goal(
        organisation_id=organisation_id,
        framework=FRAMEWORK,
        code="N-WORLD2",
        made_by=account_id,
        picture="hand",
        **GOAL,
    )
    db.add(goal)
    db.flush()
    pathway = Pathway(
        organisation_id=organisation_id,
        attempt_id=attempt_id,
        framework=FRAMEWORK,
        goals=[{"id": str(goal.id), "title": goal.title, "titles": {}}],
        values={"ADM-04": 3.0},
        limits=Limits().to_json(),
        way=Way.QUICKEST,
    )
    db.add(pathway)
    db.flush()
    step = Step(pathway_id=pathway.id, position=0, kind=StepKind.LEARN, skills=["ADM-04"], minutes=40)
    db.add(step)
    db.flush()
    named = {"goal_id": str(goal.id), "pathway_id": str(pathway.id), "step_id": str(step.id)}
    named |= {"resource_id": str(_resource(db, organisation_id, account_id)), "sheet_code": "mel-04-ecrire"}
    named |= _of_trainers(db, organisation_id, account_id, pathway.id)
    return named | {"practice_code": "remplir-un-formulaire"}


def _of_trainers(
    db: Session, organisation_id: uuid.UUID, account_id: uuid.UUID, pathway_id: uuid.UUID
) -> dict[str, str]:
    """A template of steps, and a seat that is proposed."""
    template = PathwayTemplate(
        organisation_id=organisation_id,
        framework=FRAMEWORK,
        title="Le jour d'avant",
        steps=[{"kind": "own", "skills": [], "resource": None, "title": "Voir {contact}", "minutes": 5}],
        made_by=account_id,
    )
    session_id = db.scalar(
        sa.select(WorkshopSession.id).filter_by(organisation_id=organisation_id).order_by(WorkshopSession.id).limit(1)
    )
    proposal = SeatProposal(session_id=session_id, pathway_id=pathway_id, skills=["ADM-04"], made_by=account_id)
    db.add_all([template, proposal])
    db.flush()
    return {"template_id": str(template.id), "proposal_id": str(proposal.id)}


def _resource(db: Session, organisation_id: uuid.UUID, account_id: uuid.UUID) -> uuid.UUID:
    resource = Resource(
        organisation_id=organisation_id,
        framework=FRAMEWORK,
        code="r-world234",
        made_by=account_id,
        kind=ResourceKind.VIDEO,
        title="Voir un formulaire",
        minutes=12,
        teaches=[{"skill": "ADM-04", "level": "discover"}],
        languages=["fr"],
        url="https://resources.example/video",
    )
    db.add(resource)
    db.flush()
    return resource.id


_RESOURCE = {
    "kind": "video",
    "title": "Voir un mot de passe",
    "minutes": 10,
    "teaches": [{"skill": "MDP-02"}],
    "languages": ["fr"],
    "url": "https://resources.example/other",
}
_WRITTEN = {
    "kind": "video",
    "title": "Voir un mot de passe",
    "minutes": "10",
    "teach-MDP-02": "discover",
    "languages": "fr",
    "url": "https://resources.example/other",
}
_SEEN = {"version": "1", "key": str(uuid.UUID(int=40))}
_TEMPLATE = {"title": "Le jour d'avant", "words-0": "Voir {contact}", "minutes-0": "5", "key": str(uuid.UUID(int=43))}
JSON_BODIES: dict[str, Any] = {
    "POST /api/v1/seat-proposals": {"session": str(uuid.UUID(int=7)), "pathways": [str(uuid.UUID(int=7))]},
    "POST /api/v1/attempts/{attempt_id}/seat-proposals/{proposal_id}": {"answer": "no"},
    "POST /api/v1/plans": {"profile": {"ADM-04": 0.2}, "weights": {"ADM-04": 3}},
    "POST /api/v1/attempts/{attempt_id}/plans": {"weights": {"ADM-04": 3}},
    "POST /api/v1/attempts/{attempt_id}/pathways": {"goals": [str(uuid.UUID(int=7))]},
    "POST /api/v1/attempts/{attempt_id}/steps/{step_id}": {"mark": "too_hard"},
    "POST /api/v1/steps/{step_id}": {"mark": "too_hard"},
    "POST /api/v1/resources": _RESOURCE,
    "PUT /api/v1/resources/{resource_id}": _RESOURCE | {"version": 1},
    "POST /api/v1/resources/{resource_id}/copy": {},
    "POST /api/v1/learning/goals": GOAL,
    "PUT /api/v1/learning/goals/{goal_id}": GOAL | {"title": "Acheter ma carte de bus", "version": 1},
    "POST /api/v1/learning/goals/{goal_id}/copy": {"key": str(uuid.UUID(int=7))},
}
FORMS: dict[str, dict[str, str]] = {
    "/resources/new": _WRITTEN | {"framework": FRAMEWORK},
    "/resources/{resource_id}": _WRITTEN | {"version": "1"},
    "/practice/{practice_code}": {"act": "send"},
    "/goals/new": {"title": "Payer mon loyer", "weight-VIE-01": "3", "framework": FRAMEWORK},
    "/goals/{goal_id}": {"title": "Payer mon loyer", "weight-VIE-01": "3", "version": "1"},
    "/goals/{goal_id}/copy": {"key": str(uuid.UUID(int=7))},
    "/pathways/{pathway_id}/changes": _SEEN | {"act": "add", "words": "Apporter son téléphone", "minutes": "5"},
    "/pathways/{pathway_id}/undo": _SEEN,
    "/pathways/{pathway_id}/notes": {"key": str(uuid.UUID(int=41)), "text": "Bravo", "whom": "person"},
    "/pathways/group": {"to": str(uuid.UUID(int=12)), "person": str(uuid.UUID(int=13))},
    "/pathways/templates/new": _TEMPLATE,
    "/pathways/templates/{template_id}": _TEMPLATE | {"version": "1"},
    "/pathways/templates/{template_id}/apply": _SEEN | {"for": str(uuid.UUID(int=14)), "place-contact": "Madame T."},
    "/profiles/{attempt_id}/pathway": {"way": "quickest", "present": "1", "key": str(uuid.UUID(int=42))},
    "/pathways/{pathway_id}/campaign": {"campaign": "ABCD12345"},
}
