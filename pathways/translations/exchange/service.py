"""Importing a file of translations: all that its report said, or nothing."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pathways import clock
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.items import service, translating
from pathways.translations.exchange.held import Bringer
from pathways.translations.exchange.plan import Plan, Status

MOST_TOLD = 500
"""Errors that a refusal names."""


def keep(db: Session, bringer: Bringer, planned: Plan) -> None:
    """Do what a plan made in this very transaction (``to_keep``) says. Raises :class:`Invalid` if anything in it is
    wrong, and then nothing has changed.
    """
    if planned.errors:
        first = planned.errors[0]
        said = D_("Ligne %(line)s : %(said)s. Rien n'a été importé.")
        told = [{"field": f"{one.line}.{one.context}", "message": one.message} for one in planned.errors]
        raise Invalid(said, errors=told[:MOST_TOLD], line=first.line, said=first.message)
    imported, reviewed = [], []
    for row in planned.rows:
        revision = row.held.revision
        if row.status is Status.REVIEWED and row.known is not None:
            known = row.known
            known.state, known.reviewer_id, known.reviewed_at = "reviewed", bringer.author.account_id, clock.now()
            service.serve(revision, known)
            reviewed.append(known)
        elif row.status in {Status.SERVED, Status.WAITING}:
            taken, changed = translating.take_in(
                db, revision, planned.language, row.texts, author=bringer.author, origin="exchange"
            )
            imported += [taken] if changed else []
    translating.note(db, imported, "imported", bringer.author)
    translating.note(db, reviewed, "reviewed", bringer.author)
    if imported or reviewed:
        service.note_change(db)
    db.flush()
