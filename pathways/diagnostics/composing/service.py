"""Composing a diagnostic: keep a choice of micro-skills as a draft, change it, publish it, close it."""

from __future__ import annotations

import json
import math
import uuid

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from pathways import clock, ids
from pathways.diagnostics import blueprint, calibrated, policies, requiring
from pathways.diagnostics.composing.pricing import LEARNERS, Price, price, revisions_of, with_questions
from pathways.diagnostics.composing.selections import MOST_QUESTIONS, MOST_SKILLS, Selection, checked
from pathways.diagnostics.models import Diagnostic, DiagnosticEdit, DiagnosticShare, DiagnosticState
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.referentials.ladders import Ladders, ladders_of

__all__ = [
    "LEARNERS",
    "MOST_QUESTIONS",
    "MOST_SKILLS",
    "Price",
    "Selection",
    "checked",
    "close",
    "create",
    "editable",
    "erase",
    "get",
    "is_listed",
    "ladders",
    "latest_ladders",
    "list_for",
    "made_with",
    "minutes_of",
    "price",
    "publish",
    "update",
]

CODE_LENGTH = 6
CHECKS = "checks"
"""The situation of what pathways ask from (:mod:`everything`): nobody composed it, and no list shows it."""
UNLISTED = (CHECKS, policies.OF_A_TEAM)
"""Situations that no list of diagnostics shows."""
MOST_EDITS = 200
"""Earlier states of one draft that are kept; the oldest go first."""
NOT_THERE = D_("Ce diagnostic n'existe pas.")


def list_for(member: Member) -> sa.Select[Diagnostic]:
    return (
        sa.select(Diagnostic)
        .where(Diagnostic.organisation_id == member.organisation_id, is_listed())
        .options(selectinload(Diagnostic.referential))
        .order_by(Diagnostic.created_at.desc(), Diagnostic.id.desc())
    )


def is_listed() -> sa.ColumnElement[bool]:
    return sa.or_(Diagnostic.situation.is_(None), Diagnostic.situation.not_in(UNLISTED))


def get(db: Session, member: Member, diagnostic_id: uuid.UUID) -> Diagnostic:
    """The diagnostic, if it is of the member's organisation: otherwise it does not exist."""
    found = db.get(Diagnostic, diagnostic_id)
    if found is None or not policies.may_see(member, found):
        raise NotFound(NOT_THERE)
    return found


def latest_ladders(db: Session, member: Member, framework: str) -> Ladders:
    """What a new diagnostic of the member's organisation may choose from."""
    return ladders_of(db, referentials_service.latest(db, framework), member.organisation_id)


def ladders(db: Session, diagnostic: Diagnostic, *, archived: bool = False) -> Ladders:
    """What a diagnostic was composed from. ``archived``: with own micro-skills that are not offered any more."""
    referential = referentials_service.get(db, diagnostic.referential_id)
    return ladders_of(db, referential, diagnostic.organisation_id, archived=archived)


def create(
    db: Session,
    member: Member,
    *,
    title: str,
    framework: str,
    selection: Selection,
    key: uuid.UUID | None = None,
    follows_id: uuid.UUID | None = None,
) -> Diagnostic:
    """A new draft. The same ``key`` again gives the same draft, changed if its form was sent again with changes."""
    referential = latest_ladders(db, member, framework)
    selection, title = checked(referential, selection), _title(title)
    diagnostic_id = ids.new_id()
    if key is not None:
        diagnostic_id = _id_of(member, key)
        if known := made_with(db, member, key):
            if _is(known, title, selection):
                return known
            if known.state is DiagnosticState.DRAFT and known.version == 1:
                return update(db, member, known.id, title=title, selection=selection, version=1)
            diagnostic_id = _id_of(
                member, key, title, json.dumps(selection.to_json())
            )  # this change pressed twice, too
            if changed := db.get(Diagnostic, diagnostic_id):
                return changed
    diagnostic = Diagnostic(
        id=diagnostic_id,
        organisation_id=member.organisation_id,
        title=title,
        referential_id=referential.id,
        selection=selection.to_json(),
        made_by=member.account_id,
        follows_id=follows_id,
    )
    try:
        with db.begin_nested():
            db.add(diagnostic)
            db.flush()
    except IntegrityError:  # the same key at the same moment, in another process
        return get(db, member, diagnostic_id)
    return diagnostic


def made_with(db: Session, member: Member, key: uuid.UUID) -> Diagnostic | None:
    """What the member's organisation has made with this key already, held until the transaction ends."""
    return db.get(Diagnostic, _id_of(member, key), with_for_update=True)


def update(
    db: Session, member: Member, diagnostic_id: uuid.UUID, *, title: str, selection: Selection, version: int
) -> Diagnostic:
    """Change a draft. ``version`` is the one that the trainer was looking at: another one means that a colleague saved
    in between, and nothing is overwritten. What the draft was before is kept, so that every edit can be taken back.
    """
    diagnostic = editable(db, member, diagnostic_id)
    selection, title = checked(ladders(db, diagnostic), selection), _title(title)
    if _is(diagnostic, title, selection):  # sent twice, or nothing was changed
        return diagnostic
    if diagnostic.version != version:
        raise Conflict(
            D_("Une collègue ou un collègue a changé ce diagnostic entre-temps. Rechargez-le pour voir ses choix.")
        )
    db.add(
        DiagnosticEdit(
            diagnostic_id=diagnostic.id,
            version=diagnostic.version,
            title=diagnostic.title,
            selection=diagnostic.selection,
            account_id=member.account_id,
        )
    )
    diagnostic.title = title
    diagnostic.selection = selection.to_json()
    diagnostic.version += 1
    diagnostic.updated_at = clock.now()
    db.flush()
    db.execute(
        sa.delete(DiagnosticEdit).where(
            DiagnosticEdit.diagnostic_id == diagnostic.id, DiagnosticEdit.version < diagnostic.version - MOST_EDITS
        )
    )
    return diagnostic


def publish(db: Session, member: Member, diagnostic_id: uuid.UUID) -> Diagnostic:
    """Freeze a draft and give it the code that its poster carries. Publishing again changes nothing."""
    diagnostic = get(db, member, diagnostic_id)
    db.refresh(diagnostic, with_for_update=True)  # a second click waits here, then finds it published
    if diagnostic.state is not DiagnosticState.DRAFT:
        return diagnostic
    diagnostic = editable(db, member, diagnostic_id)
    referential = ladders(db, diagnostic)
    selection = checked(
        referential, Selection.from_json(diagnostic.selection)
    )  # own micro-skills may be archived since
    told = price(db, referential, selection)
    if told.problems:
        raise Invalid(told.problems[0], errors=[{"field": "skills", "message": said} for said in told.problems])
    revisions = revisions_of(db, referential, selection, told.skills)
    values = calibrated.values_of(db, referential.code)
    diagnostic.blueprint = blueprint.freeze(
        requiring.tied(referential, blueprint.structure_of(referential, told.skills, revisions, values)).structure,
        selection.rules(),
        revisions,
        languages=with_questions(selection, told),
        least_state=selection.least_state,
        choices=blueprint.Choices(
            french_for_missing=selection.french_for_missing,
            varied=selection.varied,
            extra_one_in=selection.extra_one_in,
            most_per_strand=selection.most_per_strand,
        ),
        values=values,
    )
    diagnostic.estimate = told.to_json()
    diagnostic.state, diagnostic.published_at = DiagnosticState.PUBLISHED, clock.now()
    _give_code(db, diagnostic)
    return diagnostic


def close(db: Session, member: Member, diagnostic_id: uuid.UUID) -> Diagnostic:
    """No new learner may start; those who started may finish. Closing twice changes nothing."""
    diagnostic = get(db, member, diagnostic_id)
    if diagnostic.state is DiagnosticState.DRAFT:
        raise Conflict(D_("Ce diagnostic n'est pas encore publié."))
    if diagnostic.state is DiagnosticState.PUBLISHED:
        diagnostic.state, diagnostic.closed_at = DiagnosticState.CLOSED, clock.now()
    return diagnostic


def erase(db: Session, member: Member, diagnostic_id: uuid.UUID) -> None:
    """Take a draft away with its earlier states and who could read it. What is published stays: people took it."""
    diagnostic = get(db, member, diagnostic_id)
    db.refresh(diagnostic, with_for_update=True)
    if diagnostic.state is not DiagnosticState.DRAFT:
        raise Conflict(D_("Ce diagnostic est publié : on peut le fermer, pas le supprimer."))
    editable(db, member, diagnostic_id)
    for part in (DiagnosticShare, DiagnosticEdit):
        db.execute(sa.delete(part).where(part.diagnostic_id == diagnostic.id))
    db.delete(diagnostic)
    db.flush()


def minutes_of(diagnostic: Diagnostic) -> int:
    """The minutes that a learner is told: nine of ten simulated ones need no more."""
    return max(1, math.ceil(diagnostic.estimate["estimate"]["minutes"]["p90"]))


def editable(db: Session, member: Member, diagnostic_id: uuid.UUID) -> Diagnostic:
    """A draft that the member may change, held until the transaction ends."""
    diagnostic = get(db, member, diagnostic_id)
    db.refresh(diagnostic, with_for_update=True)
    if diagnostic.state is not DiagnosticState.DRAFT:
        raise Conflict(D_("Ce diagnostic est publié : il ne change plus."))
    if not policies.may_edit(member, diagnostic):
        raise Forbidden(D_("Vous n'avez pas le droit de changer ce diagnostic."))
    return diagnostic


def _id_of(member: Member, key: uuid.UUID, *changed: str) -> uuid.UUID:
    return ids.stable_id("diagnostic", str(member.organisation_id), str(key), *changed)


def _title(title: str) -> str:
    if not title:
        said = D_("Donnez un titre au diagnostic.")
        raise Invalid(said, errors=[{"field": "title", "message": said}])
    return title


def _is(diagnostic: Diagnostic, title: str, selection: Selection) -> bool:
    return diagnostic.title == title and Selection.from_json(diagnostic.selection) == selection


def _give_code(db: Session, diagnostic: Diagnostic) -> None:
    """A code that no other diagnostic has: 64 million of them, so a second draw is already rare."""
    for _ in range(10):
        code = ids.new_code(CODE_LENGTH)
        try:
            with db.begin_nested():
                diagnostic.code = code
                db.flush()
        except IntegrityError:
            continue
        return
    raise Conflict(D_("Aucun code libre n'a été trouvé. Recommencez."))
