"""What if: plans that nobody has chosen, and that are kept nowhere."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.orm import Session
from starlette.requests import Request

from pathways import clock, i18n
from pathways.diagnostics import reading, taking
from pathways.diagnostics.bearing import CurrentReader
from pathways.diagnostics.doors import OwnDoor
from pathways.diagnostics.models import Diagnostic
from pathways.errors import Invalid
from pathways.i18n import D_, N_
from pathways.learning import choosing, goals, knowing, limits, supposing
from pathways.learning.api import pace
from pathways.learning.choosing import Option
from pathways.learning.limits import Limits
from pathways.learning.planning import Plans, Wanted, Watch
from pathways.learning.schemas import PlanIn, PlansOut, WhatIfIn, plan_json
from pathways.people import journal
from pathways.people.journal import Act
from pathways.permissions import Learner, Member, Permission
from pathways.places import territories
from pathways.referentials.ladders import Ladders
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import ReadDB, Requires
from pathways.web.routing import Router

router = Router(tags=["plans"], route_class=StrictRoute)
Reader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ))]


@router.post("/plans", response_model=PlansOut, summary="What if: plans for a profile, goals and limits")
def what_if(request: Request, member: Reader, body: WhatIfIn, db: ReadDB, door: OwnDoor) -> dict[str, Any]:
    """Nothing is stored. For an attempt of one's organisation (its journal notes it, as for a profile), or for a
    profile that is supposed. All ways together are searched for some three seconds at most; `at_most` says how much
    better another plan might be. No more than 600 requests an hour (429).
    """
    now = clock.now()
    asked = _limits(db, body, now)
    if body.attempt is not None:
        _supposes_nothing(body)
        attempt, diagnostic = reading.attempt_for(db, member, body.attempt)
        framework = choosing.framework_of(db, attempt)
        values = _values(db, member.organisation_id, knowing.ladders_for(db, member.organisation_id, framework), body)
        journal.note_opened(request.app.state.database, db, member, Act.PROFILE_OPENED, [attempt.id])
        pace.count_apart(request, member)
        choosing.ready(request.app.state.database, db, diagnostic.organisation_id, framework)
        plans = choosing.plans_for(db, door, attempt, framework, asked, now)
    else:
        framework = body.framework
        if body.language not in i18n.languages():
            said = D_("Cette langue n'est pas proposée ici.")
            raise Invalid(said, errors=[{"field": "language", "message": said}])
        ladders = knowing.ladders_for(db, member.organisation_id, framework)
        supposing.must_be_known(ladders, body.profile, "profile")
        values = _values(db, member.organisation_id, ladders, body)
        pace.count_apart(request, member)
        choosing.ready(request.app.state.database, db, member.organisation_id, framework)
        plans = supposing.plans(
            db, door, member.organisation_id, ladders, body.profile, language=body.language, limits=asked, now=now
        )
    return _told(framework, plans, values, body)


@router.post("/attempts/{attempt_id}/plans", response_model=PlansOut, summary="Ways that somebody may choose from")
def ways(
    request: Request, reader: CurrentReader, attempt_id: uuid.UUID, body: PlanIn, db: ReadDB, door: OwnDoor
) -> dict[str, Any]:
    """Opens with the attempt's token, or to a trainer of its organisation. Nothing is stored: see
    `POST /attempts/{attempt_id}/pathways` for taking one. No more than 120 requests an hour for a person, 600 for a
    trainer (429).
    """
    now = clock.now()
    asked = _limits(db, body, now)
    own = isinstance(reader, Learner)
    attempt = taking.get(db, reader.attempt_id) if own else reading.attempt_for(db, reader, attempt_id)[0]
    organisation_id = db.get_one(Diagnostic, attempt.diagnostic_id).organisation_id
    framework = choosing.framework_of(db, attempt)
    values = _values(db, organisation_id, knowing.ladders_for(db, organisation_id, framework), body)
    if not own:
        journal.note_opened(request.app.state.database, db, reader, Act.PROFILE_OPENED, [attempt.id])
    pace.count_apart(request, reader)
    choosing.ready(request.app.state.database, db, organisation_id, framework)
    return _told(framework, choosing.plans_for(db, door, attempt, framework, asked, now), values, body)


def _limits(db: Session, body: PlanIn, now: datetime) -> Limits:
    """A commune that nobody knows is no starting point: it is said, not left out."""
    commune = body.limits.commune
    if commune and territories.spot_of(db, commune) is None:
        said = D_("Cette commune n'est pas connue.")
        raise Invalid(said, errors=[{"field": "limits.commune", "message": said}])
    return limits.checked(body.limits.limits(), now.date())


def _supposes_nothing(body: WhatIfIn) -> None:
    """Of somebody who answered, these are known: what comes with them would be left out in silence."""
    said = D_("Avec « attempt », ceci se lit dans ses réponses : ne l'envoyez pas.")
    if wrong := [one for one in ("profile", "framework", "language") if one in body.model_fields_set]:
        raise Invalid(said, errors=[{"field": one, "message": said} for one in wrong])


def _values(db: Session, organisation_id: uuid.UUID, ladders: Ladders, body: PlanIn) -> dict[str, float]:
    """What is wanted, by micro-skill: of the goals and of the weights, whichever is more."""
    supposing.must_be_known(ladders, body.weights, "weights")
    wanted = [goals.visible(db, organisation_id, goal_id) for goal_id in dict.fromkeys(body.goals)]
    values = choosing.values_of([one for one in wanted if one.framework == ladders.code])
    for code, weight in body.weights.items():
        values[code] = max(values.get(code, 0.0), float(weight))
    values = {code: weight for code, weight in values.items() if code in ladders.skills}
    if not values:
        said = N_("Choisissez de un à cinq buts.")
        raise Invalid(said, errors=[{"field": "goals", "message": said}])
    return values


def _told(framework: str, plans: Plans, values: dict[str, float], body: PlanIn) -> dict[str, Any]:
    return {"framework": framework, "plans": [plan_json(one) for one in _options(plans, values, body)]}


def _options(plans: Plans, values: dict[str, float], body: PlanIn) -> Sequence[Option]:
    if list(body.ways) == [*choosing.WAYS]:
        return choosing.options(plans, values)
    found = []
    watch = Watch()
    for way in dict.fromkeys(body.ways):
        wanted = Wanted(values, way)
        best = plans.best(wanted, seconds=watch.left())
        found.append(Option(way, best, plans.steps(best, wanted)))
    return found
