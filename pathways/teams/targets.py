"""How many people should be able to do what, of a post or of the whole team, and how far that is from today."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import clock, i18n
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.teams import policies, posts
from pathways.teams.models import TeamMember, TeamTarget
from pathways.teams.selecting import Column
from pathways.teams.standings import Board, Tally

MOST_WANTED = 50
"""People of one skill."""
NOT_THERE = D_("Cet objectif n'existe pas.")


@dataclass(frozen=True, slots=True)
class Aim:
    """One line of a target: a skill, how many are wanted, and how many people of the post can today."""

    tally: Tally
    wanted: int
    can: tuple[TeamMember, ...]

    @property
    def missing(self) -> int:
        return max(0, self.wanted - len(self.can))


@dataclass(frozen=True, slots=True)
class Reached:
    """A target beside what the team can today."""

    target: TeamTarget
    people: int
    """Of the post, those who show nothing among them."""
    aims: tuple[Aim, ...]

    @property
    def gaps(self) -> list[Aim]:
        return [one for one in self.aims if one.missing]


def all_of(db: Session, actor: Member) -> Sequence[TeamTarget]:
    """The one of the whole team first, then as the posts go."""
    order = {code: place for place, code in enumerate(posts.posts(), start=1)} | {"": 0}
    found = db.scalars(sa.select(TeamTarget).filter_by(organisation_id=actor.organisation_id)).all()
    return sorted(found, key=lambda one: (order.get(one.post, len(order)), one.post))


def get(db: Session, actor: Member, target_id: uuid.UUID) -> TeamTarget:
    found = db.get(TeamTarget, target_id)
    if found is None or not policies.may_see(actor, found):
        raise NotFound(NOT_THERE)
    return found


def starting_from(post: str, columns: Collection[Column]) -> dict[str, int]:
    """What a new target of a post begins with: the shipped counts, of the skills that the team looks at."""
    looked_at = {one.key for one in columns}
    for template in posts.templates():
        if template.post == post:
            counted = {f"{template.framework}:{code}": people for code, people in template.wanted.items()}
            return {key: people for key, people in counted.items() if key in looked_at}
    return {}


def keep(
    db: Session,
    actor: Member,
    *,
    post: str,
    wanted: Mapping[str, int],
    columns: Collection[Column],
    version: int = 0,
) -> TeamTarget:
    """Write the target of a post (empty: of the whole team). ``version``: the one that was read; 0 for a new one. The
    same twice changes nothing. Raises :class:`Invalid`, or :class:`Conflict` where a colleague wrote it meanwhile.
    """
    kept = _checked(post, wanted, columns)
    query = sa.select(TeamTarget).filter_by(organisation_id=actor.organisation_id, post=post).with_for_update()
    found = db.scalar(query)
    if found is None:
        found = TeamTarget(organisation_id=actor.organisation_id, post=post, wanted=kept)
        try:
            with db.begin_nested():
                db.add(found)
                db.flush()
        except IntegrityError:  # two colleagues at the same moment: the second sees the first's
            return keep(db, actor, post=post, wanted=wanted, columns=columns, version=version)
        return found
    if found.wanted == kept:
        return found
    if found.version != version:
        raise Conflict(
            D_("Une collègue ou un collègue a changé cet objectif entre-temps. Rechargez la page pour voir le sien.")
        )
    found.wanted, found.version, found.changed_at = kept, found.version + 1, clock.now()
    db.flush()
    return found


def erase(db: Session, actor: Member, target_id: uuid.UUID) -> None:
    db.delete(get(db, actor, target_id))
    db.flush()


def reached(target: TeamTarget, board: Board) -> Reached:
    """Pure: counts people of the post, volunteers and employees alike. A skill that the team looks at no more is left
    out.
    """

    def of_post(members: Sequence[TeamMember]) -> tuple[TeamMember, ...]:
        return tuple(one for one in members if target.post in {"", one.post})

    return Reached(
        target,
        people=len(of_post(board.members)),
        aims=tuple(
            Aim(one, int(target.wanted[one.column.key]), of_post(one.can))
            for one in board.tallies
            if target.wanted.get(one.column.key)
        ),
    )


def _checked(post: str, wanted: Mapping[str, int], columns: Collection[Column]) -> dict[str, int]:
    if post and post not in posts.posts():
        raise _invalid("post", D_("Choisissez un poste de la liste."))
    looked_at = [one.key for one in columns]
    for key, people in wanted.items():
        if key not in looked_at:
            raise _invalid("wanted", D_("Un objectif ne porte que sur les savoir-faire de l'équipe."))
        if not 0 <= people <= MOST_WANTED:
            raise _invalid("wanted", D_("Un nombre de 0 à %(most)s personnes."), most=MOST_WANTED)
    kept = {key: wanted[key] for key in looked_at if wanted.get(key)}
    if not kept:
        raise _invalid("wanted", D_("Dites pour au moins un savoir-faire combien de personnes il faut."))
    return kept


def _invalid(field: str, message: str, **values: object) -> Invalid:
    return Invalid(message, errors=[{"field": field, "message": i18n.sentence(message, values)}], **values)
