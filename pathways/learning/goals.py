"""Goals: those that come with a framework, an organisation's own, and those that others share.

A pathway keeps what it was chosen with, so a goal may change or be archived at any time.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_, N_, folded
from pathways.learning.goal_checks import PICTURES, GoalsFolder
from pathways.learning.models import Goal, GoalAudience
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.referentials.ladders import Ladders, ladders_of

MOST_OWN, MOST_SHARED = 200, 500
SHORTEST_TITLE, LONGEST_TITLE, LONGEST_TRANSLATION = 3, 80, 120
LONGEST_WORD, MOST_WORDS, MOST_SKILLS = 60, 30, 40
WEIGHTS = (1, 2, 3)
USUAL_PICTURE = "hand"
DRAFT = "draft"
_NOT_THERE = D_("Ce but n'existe pas.")
_NOT_YOURS = D_("Ce but n'est pas à vous : copiez-le, puis changez votre copie.")


@dataclass(frozen=True, slots=True)
class GoalForm:
    """A goal as somebody writes it."""

    title: str
    weights: Mapping[str, int]
    """``{micro-skill: weight}``"""
    words: tuple[str, ...] = ()
    audience: GoalAudience = GoalAudience.LEARNER
    picture: str = USUAL_PICTURE
    titles: Mapping[str, str] = field(default_factory=dict)
    """In other languages."""
    posts: tuple[str, ...] = ()


def list_for(
    db: Session, organisation_id: uuid.UUID, framework: str, *, audience: GoalAudience | None = None
) -> Sequence[Goal]:
    """What an organisation's trainers may take: their own first, then the shipped ones in their order, then those that
    others share.
    """
    query = sa.select(Goal).where(Goal.framework == framework, Goal.archived_at.is_(None), _visible(organisation_id))
    if audience is not None:
        query = query.where(Goal.audience == audience)
    own, shipped = Goal.organisation_id == organisation_id, Goal.organisation_id.is_(None)
    order = sa.case((own, 0), (shipped, 1), else_=2)
    return db.scalars(query.order_by(order, Goal.position, Goal.title, Goal.id).limit(MOST_OWN + MOST_SHARED)).all()


def for_person(db: Session, organisation_id: uuid.UUID, framework: str) -> list[Goal]:
    """What somebody is shown to choose from: their organisation's own goals, then the shipped ones, of which at least
    one micro-skill is on its ladders today.
    """
    known = _ladders(db, organisation_id, framework).skills
    found = list_for(db, organisation_id, framework)
    return [one for one in found if one.organisation_id in {None, organisation_id} and one.weights.keys() & known]


def archived_of(db: Session, member: Member, framework: str) -> Sequence[Goal]:
    """An organisation's own goals that are offered no more."""
    query = sa.select(Goal).where(
        Goal.framework == framework, Goal.organisation_id == member.organisation_id, Goal.archived_at.is_not(None)
    )
    return db.scalars(query.order_by(Goal.archived_at.desc(), Goal.id).limit(MOST_OWN)).all()


def find(goals: Collection[Goal], words: str) -> list[Goal]:
    """Those that what somebody says leads to: every word of it stands in a title, of whatever language, or in what
    people say for it.
    """
    sought = folded(words).split()
    if not sought:
        return list(goals)
    return [one for one in goals if all(word in _said(one) for word in sought)]


def get(db: Session, member: Member, goal_id: uuid.UUID) -> Goal:
    """A goal that a member may see; any other does not exist."""
    return visible(db, member.organisation_id, goal_id)


def visible(db: Session, organisation_id: uuid.UUID, goal_id: uuid.UUID) -> Goal:
    """A goal that an organisation may take: shipped, its own, or shared by another one."""
    found = db.scalar(sa.select(Goal).where(Goal.id == goal_id, _visible(organisation_id)))
    if found is None or (found.archived_at is not None and found.organisation_id != organisation_id):
        raise NotFound(_NOT_THERE)
    return found


def create(db: Session, member: Member, form: GoalForm, *, framework: str, key: uuid.UUID | None = None) -> Goal:
    """An own goal. The same ``key`` twice makes one."""
    ladders = _ladders(db, member.organisation_id, framework)
    made = ids.new_id() if key is None else ids.stable_id("own goal", str(member.organisation_id), str(key))
    if key is not None and (there := db.get(Goal, made)) is not None:
        return there
    _check(form, ladders)
    own = sa.select(sa.func.count()).select_from(Goal).where(Goal.organisation_id == member.organisation_id)
    if (db.scalar(own) or 0) >= MOST_OWN:
        raise Invalid(D_("Au plus %(most)s buts à vous."), most=MOST_OWN)
    goal = Goal(
        id=made,
        organisation_id=member.organisation_id,
        framework=framework,
        code=f"N-{ids.new_code(6)}",
        made_by=member.account_id,
        **_values(form),
    )
    try:
        with db.begin_nested():
            db.add(goal)
            db.flush()
    except IntegrityError:  # the same press, twice at once
        return db.get_one(Goal, made)
    return goal


def change(db: Session, member: Member, goal_id: uuid.UUID, form: GoalForm, *, version: int) -> Goal:
    """Write an own goal as it shall be. ``version`` is the one that the author was looking at; the same change twice is
    one.
    """
    goal = _own(db, member, goal_id)
    wanted = _values(form)
    if goal.version != version:
        if all(getattr(goal, name) == value for name, value in wanted.items() if name != "states"):
            return goal
        raise Conflict(
            D_(
                "Une collègue ou un collègue a changé ce but entre-temps. Votre texte est encore là : comparez, puis "
                "enregistrez-le si c'est bien le bon."
            )
        )
    _check(form, _ladders(db, member.organisation_id, goal.framework))
    _write(goal, wanted)
    db.flush()
    return goal


def share(db: Session, member: Member, goal_id: uuid.UUID, *, shared: bool) -> Goal:
    """Let every organisation of this server take and copy it, or no more. Twice changes nothing. What stands on the
    organisation's own ladders alone means nothing to others.
    """
    goal = _own(db, member, goal_id)
    if shared and not goal.weights.keys() & _ladders(db, None, goal.framework).skills.keys():
        raise Invalid(
            D_("Ce but ne tient que sur vos propres micro-compétences : les autres ne pourraient rien en faire.")
        )
    if goal.shared_with_all != shared:
        goal.shared_with_all = shared
        goal.version += 1
        db.flush()
    return goal


def archive(db: Session, member: Member, goal_id: uuid.UUID, *, archived: bool) -> Goal:
    """Offer it no more, or again. Pathways that were chosen with it go on. Twice changes nothing."""
    goal = _own(db, member, goal_id)
    if archived != (goal.archived_at is not None):
        goal.archived_at = clock.now() if archived else None
        goal.version += 1
        db.flush()
    return goal


def copy(db: Session, member: Member, goal_id: uuid.UUID, *, key: uuid.UUID | None = None) -> Goal:
    """An own copy of any goal that one may see, with the micro-skills that are on one's own ladders."""
    source = get(db, member, goal_id)
    form = form_of(source)
    known = _ladders(db, member.organisation_id, source.framework).skills
    kept = {code: weight for code, weight in form.weights.items() if code in known}
    return create(db, member, replace(form, weights=kept), framework=source.framework, key=key)


def form_of(goal: Goal) -> GoalForm:
    return GoalForm(
        title=goal.title,
        weights=dict(goal.weights),
        words=tuple(goal.words),
        audience=goal.audience,
        picture=goal.picture or USUAL_PICTURE,
        titles=dict(goal.titles),
        posts=tuple(goal.posts),
    )


def load(db: Session, framework: str, folder: GoalsFolder) -> int:
    """Store the checked goals of a framework; returns how many are new or changed. The same files twice change nothing;
    one that left them is archived, and back when it comes back.
    """
    shipped = sa.select(Goal).where(Goal.framework == framework, Goal.organisation_id.is_(None))
    stored = {goal.code: goal for goal in db.scalars(shipped)}
    served = _served(folder)
    changed = 0
    for position, document in enumerate(folder.document.goals):
        titles, states = served.get(document.code, ({}, {}))
        values: dict[str, Any] = {
            "position": position,
            "audience": document.audience,
            "picture": document.picture,
            "title": document.title,
            "titles": titles,
            "states": states,
            "words": list(document.words),
            "posts": list(document.posts),
            "weights": dict(document.weights),
            "certification": document.certification,
            "archived_at": None,
        }
        goal = stored.get(document.code)
        if goal is None:
            key = ids.stable_id("goal", framework, document.code)
            db.add(Goal(id=key, framework=framework, code=document.code, **values))
            changed += 1
        elif _differs(goal, values):
            _write(goal, values)
            changed += 1
    for code in stored.keys() - {one.code for one in folder.document.goals}:
        if stored[code].archived_at is None:
            _write(stored[code], {"archived_at": clock.now()})
            changed += 1
    db.flush()
    return changed


def _served(folder: GoalsFolder) -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    """``{goal: ({language: title}, {language: state})}`` of what translates exactly today's French."""
    stamps = folder.document.stamps()
    found: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    for language, document in folder.translations.items():
        for code, text in document.fresh(stamps).items():
            titles, states = found.setdefault(code, ({}, {}))
            titles[language], states[language] = text, document.state
    return found


def _visible(organisation_id: uuid.UUID) -> sa.ColumnElement[bool]:
    return sa.or_(
        Goal.organisation_id.is_(None), Goal.organisation_id == organisation_id, Goal.shared_with_all.is_(True)
    )


def _own(db: Session, member: Member, goal_id: uuid.UUID) -> Goal:
    """An own goal, held until the end of the transaction: two colleagues go one after the other."""
    goal = get(db, member, goal_id)
    if goal.organisation_id != member.organisation_id:
        raise Forbidden(_NOT_YOURS)
    db.refresh(goal, with_for_update=True)
    return goal


def _ladders(db: Session, organisation_id: uuid.UUID | None, framework: str) -> Ladders:
    return ladders_of(db, referentials_service.latest(db, framework), organisation_id)


def _said(goal: Goal) -> str:
    return folded(" ".join([goal.title, *goal.titles.values(), *goal.words, *goal.posts]))


def _values(form: GoalForm) -> dict[str, Any]:
    titles = {language: text for language, text in form.titles.items() if text}
    return {
        "title": form.title,
        "titles": titles,
        "states": dict.fromkeys(titles, DRAFT),
        "words": list(form.words),
        "posts": list(form.posts),
        "audience": form.audience,
        "picture": form.picture,
        "weights": dict(form.weights),
    }


def _differs(goal: Goal, values: Mapping[str, Any]) -> bool:
    return any(getattr(goal, name) != value for name, value in values.items())


def _write(goal: Goal, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if getattr(goal, name) != value:
            setattr(goal, name, value)
    goal.version += 1


def _check(form: GoalForm, ladders: Ladders) -> None:
    """Say all that is wrong at once."""
    if wrong := [*_wrong_words(form), *_wrong_weights(form, ladders), *_wrong_titles(form)]:
        raise Invalid(wrong[0][1], errors=[{"field": name, "message": said} for name, said in wrong])


def _wrong_words(form: GoalForm) -> Iterator[tuple[str, str]]:
    if not SHORTEST_TITLE <= len(form.title) <= LONGEST_TITLE:
        said = D_("Un titre de %(least)s à %(most)s lettres.")
        yield "title", i18n.sentence(said, {"least": SHORTEST_TITLE, "most": LONGEST_TITLE})
    if len(form.words) > MOST_WORDS or any(not 1 <= len(word) <= LONGEST_WORD for word in form.words):
        said = D_("Au plus %(most)s mots, de %(letters)s lettres.")
        yield "words", i18n.sentence(said, {"most": MOST_WORDS, "letters": LONGEST_WORD})
    if form.picture not in PICTURES:
        yield "picture", i18n.sentence(D_("Ce dessin n'existe pas."), {})


def _wrong_weights(form: GoalForm, ladders: Ladders) -> Iterator[tuple[str, str]]:
    if not 1 <= len(form.weights) <= MOST_SKILLS:
        said = D_("Choisissez de une à %(most)s micro-compétences.")
        yield "weights", i18n.sentence(said, {"most": MOST_SKILLS})
    known = ladders.skills
    for code, weight in form.weights.items():
        if code not in known:
            yield "weights", i18n.sentence(D_("La micro-compétence %(code)s n'existe pas ici."), {"code": code})
        elif weight not in WEIGHTS:
            yield "weights", i18n.sentence(D_("%(code)s : un poids de 1 à 3."), {"code": code})


def _wrong_titles(form: GoalForm) -> Iterator[tuple[str, str]]:
    for language, text in form.titles.items():
        if language == i18n.SOURCE or language not in i18n.languages():
            said = D_("%(language)s n'est pas une langue d'ici.")
            yield "titles", i18n.sentence(said, {"language": language})
        elif len(text) > LONGEST_TRANSLATION:
            yield f"title-{language}", i18n.sentence(N_("C'est trop long."), {})
