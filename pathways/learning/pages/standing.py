"""How a pathway stands, where there is something to say of it: its day has passed, time is short, nothing is left."""

from __future__ import annotations

from datetime import date
from typing import Any

from pathways.i18n import N_
from pathways.learning import choosing
from pathways.learning.limits import Limits
from pathways.learning.models import Pathway, PathwayState

UNWANTED = N_("Vous avez dit non à tout ce qui restait. Choisissez un autre chemin, ou arrêtez.")


def of(found: Pathway, today: date, *, steps: bool) -> dict[str, Any]:
    """For the person's page. ``steps``: whether any is open. A pathway that is over says so by itself."""
    active, missing = found.state is PathwayState.ACTIVE, _missing(found)
    stuck = choosing.NO_TIME if missing else UNWANTED
    return {
        "late": active and Limits.from_json(found.limits).is_past(today),
        "partly": active and steps and missing,
        "stuck": stuck if active and not steps else "",
    }


def _missing(found: Pathway) -> bool:
    """Whether the last plan leaves out a goal that something leads to: there is too little time for it."""
    stored = found.estimate
    return bool(set(stored.get("values", ())) - set(stored.get("ways", ())) - set(stored.get("unreachable", ())))
