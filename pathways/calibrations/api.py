"""Calibrations in the API: the same service functions as the pages, and no count that a page does not tell."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from pathways.calibrations import deciding, service
from pathways.calibrations.asking import ItemCode, Reader, Reviewer
from pathways.calibrations.deciding import Decision
from pathways.calibrations.schemas import CalibrationDecisionIn, CalibrationOut, CalibrationRow, ItemHealthOut
from pathways.calibrations.service import About, Health
from pathways.diagnostics.engine.calibration.health import LEAST_ANSWERS
from pathways.diagnostics.models import Calibration
from pathways.items.asking import Framework, ladders_for
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, ReadDB
from pathways.web.paging import Cursor, Limit, PageOf, page
from pathways.web.routing import Router

router = Router(tags=["trainer"], route_class=StrictRoute)


@router.get("/calibrations", response_model=PageOf[CalibrationRow], summary="What was proposed, and what became of it")
def proposals(
    member: Reader, db: ReadDB, framework: Framework = USUAL_FRAMEWORK, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """The proposals of a framework, the newest first."""
    ladders_for(db, member, framework)
    current = service.current(db, framework)
    return page(
        db,
        service.listed(framework),
        at=Calibration.made_at,
        key=Calibration.id,
        limit=limit,
        cursor=cursor,
        show=lambda one: _row(one, in_force=one.id == current),
    )


@router.get("/calibrations/items/{item_code}", response_model=ItemHealthOut, summary="The health of one question")
def health(member: Reader, item_code: ItemCode, db: ReadDB, framework: Framework = USUAL_FRAMEWORK) -> dict[str, Any]:
    """What the last calibration says of a question, and *not enough* where that is so."""
    return _health(service.health(db, member, framework, item_code), framework)


@router.get("/calibrations/{calibration_id}", response_model=CalibrationOut, summary="One proposal: before and after")
def proposal(member: Reader, calibration_id: uuid.UUID, db: ReadDB) -> dict[str, Any]:
    """Parameters before and after with their standard errors, and the same simulated people on both sides."""
    return _about(service.about(db, member, calibration_id))


@router.post(
    "/calibrations/{calibration_id}/decisions", response_model=CalibrationOut, summary="Accept or refuse a proposal"
)
def decide(member: Reviewer, calibration_id: uuid.UUID, body: CalibrationDecisionIn, db: DB) -> dict[str, Any]:
    """Diagnostics that are published from then on take accepted values; none that is published changes. 409 where
    somebody else decided first, or accepted another one meanwhile. The same decision twice is one.
    """
    deciding.decide(db, member, calibration_id, decision=Decision(body.decision), reason=body.reason)
    return _about(service.about(db, member, calibration_id))


def _health(one: Health, framework: str) -> dict[str, Any]:
    known = one.found if one.is_known else None
    tests = {
        code: variant["functioning"]["class"] for code, variant in one.languages.items() if "functioning" in variant
    }
    return {
        "code": one.revision.code,
        "framework": framework,
        "calibration": one.calibration_id,
        "made_at": one.made_at,
        "answers": _told(one.answers),
        "enough": one.is_known,
        "drift_watched": one.watches_drift,
        "fit": _fit(known["fit"], one.answers) if known is not None else None,
        "functioning": tests if known is not None else {},
        "findings": known["findings"] if known is not None else [],
    }


def _fit(fit: Mapping[str, Any], answers: int) -> dict[str, Any]:
    shares = {name: fit[name] / answers for name in ("right", "expected_right")}
    names = ("discrimination", "log_loss", "brier")
    return {"right": shares["right"], "expected": shares["expected_right"]} | {name: fit[name] for name in names}


def _row(one: Calibration, *, in_force: bool) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state.value,
        "in_force": in_force,
        "answers": _told(one.answers),
        "diagnostic": one.diagnostic_code,
        "made_at": one.made_at,
        "decided_at": one.decided_at,
    }


def _about(found: About) -> dict[str, Any]:
    one = found.calibration
    sides = {name: one.comparison[name] for name in ("people", "skills", "before", "after")}
    return _row(one, in_force=found.is_in_force) | {
        "framework": one.framework,
        "outdated": found.is_outdated,
        "may_decide": found.may_decide,
        "decided_by": found.by,
        "reason": one.reason,
        "comparison": sides | {"seed": one.comparison.get("seed"), "styles": one.comparison.get("styles")},
        "items": [_change(row, found.stems) for row in one.comparison["items"]],
    }


def _change(row: Mapping[str, Any], stems: Mapping[str, str]) -> dict[str, Any]:
    enough = row["answers"] >= LEAST_ANSWERS
    errors = row["errors"] if enough else {"threshold": row["errors"]["threshold"]}
    return {
        "code": row["code"],
        "skill": row["skill"],
        "stem": stems.get(row["code"], row["code"]),
        "change": row["change"],
        "answers": _told(row["answers"]),
        "enough": enough,
        "before": row["before"],
        "after": row["after"],
        "standard_errors": errors,
        "languages": {
            code: shift
            for code, shift in row["languages"].items()
            if shift["answers"] >= service.LEAST and shift["standard_error"]
        },
        "findings": row["findings"],
    }


def _told(number: int) -> int | None:
    """A number of answers, as far as it is told."""
    return None if 0 < number < service.LEAST else number
