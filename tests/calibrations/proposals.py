"""Proposals that were made without calibrating anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from pathways.calibrations import proposing
from pathways.diagnostics.calibrated import OF_ITEMS
from pathways.diagnostics.calibrating.server import ServerBank, bank_of
from pathways.diagnostics.models import Calibration

SHIFT = 0.8
STYLES = [
    {
        "share": 0.71,
        "hole": 0.05,
        "noise": 0.0,
        "slope": None,
        "dont_know": True,
        "standard_errors": {"share": 0.02, "hole": 0.01},
    },
    {
        "share": 0.29,
        "hole": 0.0,
        "noise": 0.1,
        "slope": 2.5,
        "dont_know": False,
        "standard_errors": {"share": 0.004},
    },
]
MOVED = {"slip": 0.27, "guess": 0.41, "dont_know_mastered": 0.04, "dont_know_not_mastered": 0.3}


def document(bank: ServerBank, *, answers: int = 300, few: str = "", **changed: Any) -> dict[str, Any]:
    """As a calibration of these questions might have found them; ``few``: a question with too few answers;
    ``changed``: what is different of every item.
    """
    items = {
        one.code: {
            "parameters": dict(MOVED),
            "standard_errors": dict.fromkeys(MOVED, 0.02),
            "answers": 12 if one.code == few else answers,
            "outcomes": {"correct": 200, "incorrect": 80, "dont_know": 20, "not_understood": 0, "not_tried": 0},
            "seconds": {"median": 24.0, "expected": 27.0, "log_sd": 0.5, "answers": answers},
            "languages": {
                "ar": {"answers": answers, "not_understood": 0, "shift": SHIFT, "standard_error": 0.1},
                "fr": {"answers": answers, "not_understood": 0, "shift": 0.0, "standard_error": 0.0},
            },
            "findings": [],
        }
        | changed
        for one in bank.structure.items
    }
    strands = {
        ladder[0]: {
            "skills": [
                {"code": code, "threshold": -0.5 + 0.4 * place, "standard_errors": {"threshold": 0.05}}
                for place, code in enumerate(ladder)
            ]
        }
        for ladder in bank.ladders
    }
    return {
        "format": "calibration-1",
        "model": "level",
        "data": {"answers": answers * len(items)},
        "run": {"drift_from": "fit"},
        "languages": {
            "ar": {"reference": False, "link": {"enough": True}},
            "en": {"reference": False, "link": {"enough": False}},
            "fr": {"reference": True, "link": {"enough": True}},
        },
        "strands": strands,
        "items": items,
        "findings": {},
    }


SIDE = {"questions": 12.5, "minutes": 7.0, "claimed": 0.91, "accuracy": 0.87, "accuracy_error": 0.01}
NOTHING_CHANGED = {
    "people": 200,
    "skills": 3,
    "before": SIDE | {"mastered_right": 0.9},
    "after": SIDE | {"claimed": 0.88, "mastered_right": None},
    "items": [],
}


def empty(framework: str = "inclusion-numerique") -> Calibration:
    """A proposal that speaks of no question."""
    return Calibration(
        framework=framework,
        document={"items": {}, "run": {"drift_from": "fit"}},
        values={"items": {}, "thresholds": {}},
        comparison=NOTHING_CHANGED,
        answers=0,
    )


def made(
    db: Session,
    framework: str = "inclusion-numerique",
    *,
    styles: Sequence[Mapping[str, Any]] = (),
    **changed: Any,
) -> Calibration:
    """A proposal for a framework, as ``propose`` keeps one, its comparison made up; ``styles``: those found, if any."""
    bank = bank_of(db, framework=framework)
    found = document(bank, **changed)
    if styles:
        found["styles"] = list(styles)
    values = proposing.taken(bank, found)
    row = Calibration(
        framework=framework,
        document=found,
        values=values.to_json(),
        comparison=NOTHING_CHANGED
        | {
            "styles": proposing.ways_of_answering(bank, found),
            "items": proposing.changes(bank.with_values(bank.in_force), bank.with_values(values), found),
        },
        answers=found["data"]["answers"],
        follows_id=bank.in_force.calibration,
    )
    db.add(row)
    db.flush()
    return row


assert set(MOVED) < set(OF_ITEMS)
