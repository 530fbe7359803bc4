"""The plain skills that an organisation looks at, and the diagnostic that its people answer: one for each choice, with
the questions as they are today.

Its answers are nobody's business at the desk: it stands in no list of diagnostics, and opens to no trainer
(``diagnostics.policies``). What the organisation sees of it is what each person agreed to (:mod:`standings`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.pricing import revisions_of
from pathways.diagnostics.composing.selections import Selection, checked
from pathways.diagnostics.models import Diagnostic, DiagnosticState
from pathways.errors import Conflict, Invalid
from pathways.i18n import D_
from pathways.people.models import Organisation
from pathways.permissions import Member, Permission
from pathways.referentials import service as referentials_service
from pathways.referentials.ladders import Ladders, ladders_of
from pathways.referentials.models import MicroSkill
from pathways.teams import posts
from pathways.teams.models import Team

SITUATION = "team"
"""Of the diagnostic, so that lists and policies of diagnostics know it."""
MOST_SKILLS = 10
TITLE = "Notre équipe"
QUESTIONS = 15


@dataclass(frozen=True, slots=True)
class Column:
    """One of the skills that a team looks at."""

    key: str
    """``framework:CODE``"""
    skill: MicroSkill | None
    """``None``: the framework has it no more."""

    @property
    def code(self) -> str:
        return self.key.partition(":")[2]

    @property
    def title(self) -> str:
        return self.skill.title if self.skill else self.code


def of(db: Session, actor: Member) -> Team:
    """The team of the member's organisation; one that nobody has touched yet is what every team begins with, and is
    not stored.
    """
    return db.get(Team, actor.organisation_id) or _first(actor)


def kept(db: Session, actor: Member) -> Team:
    """The same, stored, and held until the transaction ends."""
    _hold(db, actor)
    found = db.get(Team, actor.organisation_id, with_for_update=True, populate_existing=True)
    if found is None:
        found = _first(actor)
        db.add(found)
        db.flush()
    return found


def columns(db: Session, team: Team) -> list[Column]:
    """What the team looks at, in order. With what its framework offers no more: people may have agreed to it."""
    known = _ladders(db, team, archived=True).skills
    return [Column(f"{team.framework}:{code}", known.get(code)) for code in team.skills]


def offered(db: Session, actor: Member, framework: str) -> Ladders:
    """What a choice may be made from."""
    return composing.latest_ladders(db, actor, framework)


def choose(db: Session, actor: Member, *, framework: str, skills: Sequence[str], version: int) -> Team:
    """Look at these skills from now on; ``version`` is that of the team that was read.

    Raises :class:`Invalid` for no skill, too many or unknown ones, :class:`Conflict` where a colleague chose meanwhile.
    """
    ladders = offered(db, actor, framework)
    chosen = tuple(code for code in ladders.skills if code in set(skills))
    unknown = [code for code in skills if code not in ladders.skills]
    if unknown:
        raise _invalid(D_("La micro-compétence %(code)s n'existe pas."), code=unknown[0][:40])
    if not 1 <= len(chosen) <= MOST_SKILLS:
        raise _invalid(D_("Choisissez de un à %(most)s savoir-faire."), most=MOST_SKILLS)
    team = kept(db, actor)
    if (team.framework, tuple(team.skills)) == (framework, chosen):
        return team
    if version != team.version:
        raise Conflict(
            D_("Une collègue ou un collègue a changé ce choix entre-temps. Rechargez la page pour voir le sien.")
        )
    team.framework, team.skills = framework, list(chosen)
    team.version, team.changed_at = team.version + 1, clock.now()
    publish(db, actor, team)
    return team


def be_counted(db: Session, actor: Member, *, counted: bool) -> Team:
    """Agree that the organisation counts in the numbers of its networks, or no more. Twice changes nothing."""
    team = kept(db, actor)
    if counted != (team.counted_at is not None):
        team.counted_at = clock.now() if counted else None
    return team


def publish(db: Session, actor: Member, team: Team) -> Diagnostic:
    """The diagnostic of the present choice, published; an earlier one, of another choice or of questions that changed
    since, is closed and followed by it: who is in the middle of that one finishes it.
    """
    composer = _composer(actor)
    ladders = composing.latest_ladders(db, composer, team.framework)
    known = tuple(code for code in team.skills if code in ladders.skills)
    wanted = Selection(
        skills=known,
        languages=tuple(i18n.languages()),
        questions=QUESTIONS,
        french_for_missing=True,
        extra_one_in=0,  # nobody at the desk sees how this one does
    )
    selection = checked(ladders, wanted)
    content = _content(db, ladders, selection)
    former = db.get(Diagnostic, team.diagnostic_id) if team.diagnostic_id else None
    if former is not None and former.content == content and former.state is DiagnosticState.PUBLISHED:
        return former
    made = composing.create(
        db,
        composer,
        title=TITLE,
        framework=team.framework,
        selection=selection,
        follows_id=former.id if former else None,
    )
    made = composing.publish(db, composer, made.id)
    made.situation, made.content = SITUATION, content  # from here on no desk opens it
    if former is not None:
        former.state, former.closed_at = DiagnosticState.CLOSED, clock.now()
    team.diagnostic_id = made.id
    db.flush()
    return made


def _first(actor: Member) -> Team:
    begins = posts.beginning()
    return Team(
        organisation_id=actor.organisation_id,
        framework=begins.framework,
        skills=list(begins.skills),
        left=0,
        version=1,
    )


def _hold(db: Session, actor: Member) -> None:
    """One after the other: two colleagues who make the team at the same moment make one. The lock lets others point at
    the organisation meanwhile.
    """
    one = sa.select(Organisation.id).filter_by(id=actor.organisation_id)
    db.execute(one.with_for_update(key_share=True))


def _ladders(db: Session, team: Team, *, archived: bool) -> Ladders:
    found = referentials_service.latest(db, team.framework)
    return ladders_of(db, found, team.organisation_id, archived=archived)


def _composer(actor: Member) -> Member:
    """Whoever leads the team has this one diagnostic made, also without the right to compose any other."""
    more = {Permission.DIAGNOSTICS_READ, Permission.DIAGNOSTICS_COMPOSE}
    return replace(actor, permissions=actor.permissions | more)


def _content(db: Session, ladders: Ladders, selection: Selection) -> str:
    """What tells the questions of two days apart."""
    found = revisions_of(db, ladders, selection, selection.skills)
    texts = [[str(one.id), *sorted(str(row.id) for row in one.translations if row.is_current)] for one in found]
    return ids.fingerprint(json.dumps([ladders.fingerprint, selection.to_json(), texts], sort_keys=True), 64)


def _invalid(message: str, **values: Any) -> Invalid:
    said = i18n.sentence(message, values)
    return Invalid(message, errors=[{"field": "skills", "message": said}], **values)
