"""The people of a team, as their organisation keeps them: a label, a post, a link. What they show is theirs to say
(:mod:`consenting`).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n
from pathways.badges.candidacy import naming
from pathways.database import changed
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.teams import consenting, policies, posts, selecting
from pathways.teams.links import InvitationLinks
from pathways.teams.models import LONGEST_LABEL, Sharing, Standing, TeamMember
from pathways.texts import one_line

MOST_PEOPLE = 300
WAITS = timedelta(days=60)
"""How long an invitation opens that nobody answered."""
UNANSWERED = timedelta(days=120)
"""After that, an invitation that ran out goes, and the label with it."""
NOT_THERE = D_("Cette personne n'est pas dans votre équipe.")


@dataclass(frozen=True, slots=True)
class PersonForm:
    """What an organisation says of somebody."""

    label: str
    standing: Standing = Standing.VOLUNTEER
    post: str = ""
    language: str = i18n.SOURCE


def all_of(db: Session, actor: Member, *, by_arrival: bool = False) -> list[TeamMember]:
    """By label as the alphabet goes, or in the order in which they came. There is no third order."""
    query = sa.select(TeamMember).where(TeamMember.organisation_id == actor.organisation_id)
    found = db.scalars(query.order_by(TeamMember.created_at, TeamMember.id).limit(MOST_PEOPLE)).all()
    return list(found) if by_arrival else sorted(found, key=lambda one: (i18n.folded(one.label), one.created_at))


def listed(actor: Member) -> sa.Select[TeamMember]:
    """The same for a list by pages, who came last first."""
    query = sa.select(TeamMember).where(TeamMember.organisation_id == actor.organisation_id)
    return query.order_by(TeamMember.created_at.desc(), TeamMember.id.desc())


def get(db: Session, actor: Member, member_id: uuid.UUID) -> TeamMember:
    """Somebody of the member's own organisation; anybody else does not exist."""
    found = db.get(TeamMember, member_id)
    if found is None or not policies.may_see(actor, found):
        raise NotFound(NOT_THERE)
    return found


def add(db: Session, links: InvitationLinks, actor: Member, form: PersonForm, *, key: str) -> TeamMember:
    """Somebody new, with a link for them. The same ``key`` twice makes one. Raises :class:`Invalid` field by field."""
    form = _checked(form)
    team = selecting.kept(db, actor)  # also: one after the other
    row_id = links.id_for(actor.organisation_id, key)
    if (known := db.get(TeamMember, row_id)) is not None:
        return known
    number = sa.select(sa.func.count()).select_from(TeamMember)
    if (db.scalar(number.where(TeamMember.organisation_id == actor.organisation_id)) or 0) >= MOST_PEOPLE:
        raise Invalid(D_("Au plus %(most)s personnes dans une équipe."), most=MOST_PEOPLE)
    selecting.publish(db, actor, team)
    made = TeamMember(
        id=row_id,
        organisation_id=actor.organisation_id,
        label=form.label,
        standing=form.standing,
        post=form.post,
        language=form.language,
        link_digest=links.digest_for(row_id, 0),
        link_expires_at=clock.now() + WAITS,
    )
    db.add(made)
    db.flush()
    return made


def change(db: Session, actor: Member, member_id: uuid.UUID, form: PersonForm, *, version: int) -> TeamMember:
    """Write what the organisation says of somebody. ``version``: the one that was read, or :class:`Conflict`."""
    form = _checked(form)
    found = _held(db, actor, member_id)
    if (found.label, found.standing, found.post, found.language) == (
        form.label,
        form.standing,
        form.post,
        form.language,
    ):
        return found
    if found.version != version:
        raise Conflict(
            D_("Une collègue ou un collègue a changé cette fiche entre-temps. Rechargez la page pour voir la sienne.")
        )
    found.label, found.standing, found.post, found.language = form.label, form.standing, form.post, form.language
    found.version += 1
    db.flush()
    return found


def renew(db: Session, links: InvitationLinks, actor: Member, member_id: uuid.UUID) -> TeamMember:
    """A new link, for somebody who lost theirs or let it run out: the earlier one opens nothing any more. Nothing is
    shown before they have answered again; their space stays theirs, and leads to the team no more.
    """
    found = _held(db, actor, member_id)
    selecting.publish(db, actor, selecting.kept(db, actor))
    found.link_number += 1
    found.link_digest = links.digest_for(found.id, found.link_number)
    found.link_expires_at = clock.now() + WAITS
    found.sharing, found.holder_id, found.agreed, found.shows_badges = Sharing.INVITED, None, [], False
    found.consent_text, found.consent_language, found.answered_at, found.asked_at = "", "", None, None
    db.flush()
    return found


def ask(db: Session, actor: Member, member_ids: Sequence[uuid.UUID]) -> list[TeamMember]:
    """Propose the questions to people of the team: their own page says so the next time they open it."""
    found = [_held(db, actor, one) for one in sorted(set(member_ids))]
    selecting.publish(db, actor, selecting.kept(db, actor))
    for one in found:
        one.asked_at = clock.now()
    db.flush()
    return found


def part(db: Session, actor: Member, member_id: uuid.UUID) -> None:
    """They left, says the organisation: it keeps nothing of them but a count. What they hold stays theirs."""
    consenting.forget(db, _held(db, actor, member_id))


def forget(db: Session) -> int:
    """Erase the labels of people who never answered, a while after their link ran out. For the worker, from time to
    time; returns how many.
    """
    over = sa.delete(TeamMember).where(
        TeamMember.sharing == Sharing.INVITED, TeamMember.link_expires_at < clock.now() - UNANSWERED
    )
    return changed(db, over)


def _held(db: Session, actor: Member, member_id: uuid.UUID) -> TeamMember:
    found = get(db, actor, member_id)
    return consenting.held(db, found)


def _checked(form: PersonForm) -> PersonForm:
    label = one_line(form.label)
    errors: list[tuple[str, str]] = []
    if not label:
        errors.append(("label", D_("Donnez un prénom, ou un mot que vous reconnaîtrez.")))
    elif len(label) > LONGEST_LABEL:
        errors.append(("label", D_("C'est trop long : un prénom suffit.")))
    elif naming.names_in(label):  # an address, or a number to call: not needed here, so not kept
        errors.append(("label", D_("Un prénom suffit : ni adresse, ni numéro.")))
    if form.post and form.post not in posts.posts():
        errors.append(("post", D_("Choisissez un poste de la liste.")))
    if form.language not in i18n.languages():
        errors.append(("language", D_("Cette langue n'est pas proposée ici.")))
    if errors:
        told = [{"field": field, "message": i18n.gettext(message)} for field, message in errors]
        raise Invalid(errors[0][1], errors=told)
    return PersonForm(label, form.standing, form.post, form.language)
