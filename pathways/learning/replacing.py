"""What else could teach a step: resources, sessions, somebody beside the person. Only what this person can use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pathways.learning import offering
from pathways.learning.models import Resource, Step, StepState
from pathways.learning.offering import RESOURCE, SESSION
from pathways.learning.planning import WITH_SOMEBODY, Plans
from pathways.workshops.models import WorkshopSession

MEDIATOR = "mediator"
"""In place of a resource: somebody sits beside the person."""
MOST = 12
"""Of each kind: the shortest resources, the soonest sessions."""


@dataclass(frozen=True, eq=False, slots=True)
class Other:
    """One thing that could teach a step, or its first micro-skill."""

    code: str
    skills: tuple[str, ...]
    minutes: int
    resource: Resource | None = None
    session: WorkshopSession | None = None


def options(plans: Plans, steps: Sequence[Step], step: Step) -> list[Other]:
    """``steps``: every one of the pathway: what the person refused or found too hard is not proposed again."""
    unwanted = {one.session_id or one.resource_id for one in steps if one.state is StepState.REFUSED or one.too_hard}
    offer, found = plans.offer, list[Other]()
    for skill in step.skills:
        for resource in [one for one in offer.resources.get(skill, ()) if one.id not in unwanted][:MOST]:
            if all(one.resource is not resource for one in found):
                found.append(Other(f"{RESOURCE}{resource.id}", (skill,), resource.minutes, resource=resource))
    level = plans.knowledge.skills[step.skills[0]].level if step.skills[0] in plans.knowledge.skills else 2
    found.append(Other(MEDIATOR, (step.skills[0],), WITH_SOMEBODY.get(level, 60)))
    sessions = [one for one in offer.sessions if offer.teaches[one.id] & set(step.skills) and one.id not in unwanted]
    for session in sessions[:MOST]:
        skills = tuple(sorted(offer.teaches[session.id] & plans.knowledge.skills.keys()))
        minutes = round(offering.minutes_there(session, plans.person))
        found.append(Other(f"{SESSION}{session.id}", skills, minutes, session=session))
    return [one for one in found if one.code != _of(step)]


def _of(step: Step) -> str:
    if step.session_id is not None:
        return f"{SESSION}{step.session_id}"
    return f"{RESOURCE}{step.resource_id}" if step.resource_id is not None else MEDIATOR
