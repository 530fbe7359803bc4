"""The diagnostics of the desk: one press, nothing to compose. Each organisation has its own, made when first needed."""

from __future__ import annotations

import json
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.selections import Selection, checked, starting_from, usual
from pathways.diagnostics.models import Diagnostic, DiagnosticState
from pathways.errors import NotFound
from pathways.i18n import D_
from pathways.items import service as items_service
from pathways.people.models import Organisation
from pathways.permissions import Member, Permission
from pathways.referentials import situations
from pathways.referentials.ladders import Ladders
from pathways.referentials.service import USUAL_FRAMEWORK
from pathways.referentials.situations import Situation

TITLE = "Accueil : {}"
AT_LEAST, AT_MOST = 8, 10
"""Questions of a reception, whatever the file proposes: the rest of the ten minutes is for the person."""


def offered() -> tuple[Situation, ...]:
    """The situations that are short enough for the desk."""
    return tuple(one for one in situations.situations(USUAL_FRAMEWORK) if one.flash)


def diagnostic_for(db: Session, member: Member, code: str) -> Diagnostic:
    """The organisation's own published diagnostic of a situation, with the questions as they are today. An earlier one
    whose questions changed since is closed, and followed by this one.
    """
    situation = next((one for one in offered() if one.code == code), None)
    if situation is None:
        raise NotFound(D_("Cette situation n'est pas proposée ici."))
    composer = _composer(member)
    ladders = composing.latest_ladders(db, composer, USUAL_FRAMEWORK)
    selection = _selection(db, member, ladders, situation)
    content = _content(db, ladders, selection)
    found = _published(db, member, code)
    if found is None or found.content != content:
        # One after the other: two mediators who press at the same moment get the same diagnostic. The lock lets others
        # point at the organisation meanwhile, as each new reception does.
        one = sa.select(Organisation.id).filter_by(id=member.organisation_id)
        db.execute(one.with_for_update(key_share=True))
        found = _published(db, member, code)
    if found is not None and found.content == content:
        return found
    title = TITLE.format(situation.title)
    former = composing.close(db, composer, found.id).id if found is not None else None
    made = composing.create(
        db, composer, title=title, framework=USUAL_FRAMEWORK, selection=selection, follows_id=former
    )
    made = composing.publish(db, composer, made.id)
    made.situation, made.content = code, content
    db.flush()
    return made


def _composer(member: Member) -> Member:
    """Who may receive somebody may have it made, also with a token that composes nothing else."""
    more = {Permission.DIAGNOSTICS_READ, Permission.DIAGNOSTICS_COMPOSE}
    return replace(member, permissions=member.permissions | more)


def _selection(db: Session, member: Member, ladders: Ladders, situation: Situation) -> Selection:
    chosen = starting_from(situation, usual(db, member), ladders)
    most = min(situation.questions or AT_MOST, AT_MOST)
    if chosen.extra_one_in:
        most -= 1  # the extra question is one of the ten
    return checked(ladders, replace(chosen, questions=most, minutes=None, at_least=min(AT_LEAST, most)))


def _published(db: Session, member: Member, code: str) -> Diagnostic | None:
    query = sa.select(Diagnostic).where(
        Diagnostic.organisation_id == member.organisation_id,
        Diagnostic.situation == code,
        Diagnostic.state == DiagnosticState.PUBLISHED,
    )
    return db.scalars(query.order_by(Diagnostic.published_at.desc(), Diagnostic.id.desc()).limit(1)).first()


def _content(db: Session, ladders: Ladders, selection: Selection) -> str:
    """What a learner would be shown: another choice, another text or a better translation makes another content."""
    today = clock.now().date()
    revisions = items_service.current_revisions(
        db, ladders.code, selection.skills, organisation_id=ladders.organisation_id
    )
    parts = [
        [str(revision.id), *sorted(str(row.id) for row in revision.translations if row.is_current)]
        for revision in revisions
        if not items_service.is_due(revision, today)
    ]
    whole = json.dumps([ladders.fingerprint, selection.to_json(), parts], sort_keys=True)
    return ids.fingerprint(whole, 64)
