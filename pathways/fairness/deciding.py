"""What a person decides about a translation that looks unfair: a reviewer keeps it or takes it out of service, with the
reason and what was known, in the history of the translation.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from pathways.diagnostics.engine.fairness import Grade
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.fairness.service import ACTS, About, Decision, about
from pathways.i18n import D_
from pathways.items import service as items_service
from pathways.items import translating
from pathways.items.models import REJECTED, ItemTranslation
from pathways.items.translating import Author
from pathways.permissions import Member
from pathways.translations import reviewing

LONGEST_REASON = 500
CHANGED = D_(
    "Entre-temps, cette traduction a changé, ou ses chiffres ont été recalculés. Votre raison est encore là : relisez, "
    "puis décidez."
)


def decide(
    db: Session, member: Member, framework: str, code: str, language: str, *, decision: Decision, reason: str, seen: str
) -> About:
    """Keep a translation, take it out of service, or put it back. ``seen`` is what the reviewer was looking at
    (:attr:`About.seen`): where it changed, nothing is decided. The same decision twice is one.
    """
    found = about(db, member, framework, code, language)
    if not found.may_decide:
        raise Forbidden(D_("Votre structure ne relit pas ces questions."))
    if found.translation is None:
        raise NotFound(D_("Cette question n'est pas traduite dans cette langue."))
    said = " ".join(reason.split())
    if not said or len(said) > LONGEST_REASON:
        told = D_("Dites pourquoi, en 500 lettres au plus : d'autres le liront.")
        raise Invalid(told, errors=[{"field": "reason", "message": told}])
    row, revision = reviewing.held(db, found.item, found.translation.id)
    now = about(db, member, framework, code, language)
    if _is_done(now, decision, said):
        return now
    if now.seen != seen or not _may_follow(db, row, decision):
        raise Conflict(CHANGED)
    if decision is Decision.WITHDRAW:
        row.is_current = False
    elif decision is Decision.RESTORE:
        reviewing.must_be_restorable(db, member, revision, row)
        items_service.serve(revision, row)
    if decision is not Decision.KEEP:
        items_service.note_change(db)
    translating.note(db, [row], ACTS[decision], Author.of(member), reason=said, **_figures(now))
    db.flush()
    return about(db, member, framework, code, language)


def _may_follow(db: Session, row: ItemTranslation, decision: Decision) -> bool:
    if decision is not Decision.RESTORE:
        return row.is_current
    return not row.is_current and row.state != REJECTED and reviewing.last_act(db, row) == "withdrawn"


def _is_done(found: About, decision: Decision, reason: str) -> bool:
    """Whether the last decision is this very one already: a form sent twice."""
    last = found.events[0] if found.events else None
    return last is not None and (last.act, last.reason) == (ACTS[decision], reason) and last.by is not None


def _figures(found: About) -> dict[str, Any]:
    """What was known when it was decided, kept beside the decision."""
    known = found.known
    if known is None:
        return {"grade": Grade.FEW.value}
    named = {name: known.figures.get(name) for name in ("low", "high", "p", "adjusted", "regression", "effect")}
    return {
        "grade": known.grade,
        "delta": known.delta,
        "reference": known.reference,
        "focal": known.focal,
        "computed_at": known.computed_at.isoformat(),
    } | named
