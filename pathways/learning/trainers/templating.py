"""Steps that a trainer uses again: made from somebody's pathway or from nothing, with places to fill in for each person
(``{lieu}``, ``{contact}``, ``{date}``, or any other word). Shared inside the organisation. Nothing of a person is kept:
what comes from a pathway is words and resources.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, Invalid, NotFound
from pathways.i18n import D_
from pathways.learning import following, knowing
from pathways.learning.models import Pathway, PathwayTemplate, Resource, StepKind, StepState
from pathways.learning.trainers import adjusting
from pathways.permissions import Member
from pathways.workshops.models import WorkshopSession

MOST_STEPS, MOST_TEMPLATES = 20, 200
LONGEST_TITLE, LONGEST_VALUE = 120, 80
_PLACE = re.compile(r"\{([^\W\d_]{1,20})\}")
"""A place to fill in: a word in braces."""


@dataclass(frozen=True, slots=True)
class TemplateStep:
    """One step of a template: words of the trainer's own, or a micro-skill with what teaches it."""

    words: str = ""
    minutes: int = 0
    skill: str = ""
    resource: str = ""
    """Its id; empty: with a mediator."""

    def to_json(self) -> dict[str, Any]:
        kind = StepKind.LEARN if self.skill else StepKind.OWN
        return {
            "kind": kind.value,
            "skills": [self.skill] if self.skill else [],
            "resource": self.resource or None,
            "title": self.words,
            "minutes": self.minutes,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> TemplateStep:
        skills = stored.get("skills") or [""]
        return cls(stored.get("title", ""), int(stored.get("minutes", 0)), skills[0], stored.get("resource") or "")


def list_for(db: Session, member: Member) -> Sequence[PathwayTemplate]:
    """Those of the member's organisation that are in use, by title."""
    own = sa.select(PathwayTemplate).where(
        PathwayTemplate.organisation_id == member.organisation_id, PathwayTemplate.archived_at.is_(None)
    )
    return db.scalars(own.order_by(PathwayTemplate.title, PathwayTemplate.id).limit(MOST_TEMPLATES)).all()


def get(db: Session, member: Member, template_id: uuid.UUID) -> PathwayTemplate:
    """A template of the member's organisation; any other does not exist."""
    found = db.get(PathwayTemplate, template_id)
    if found is None or found.organisation_id != member.organisation_id or found.archived_at is not None:
        raise NotFound(D_("Ce modèle n'existe pas."))
    return found


def steps_of(template: PathwayTemplate) -> list[TemplateStep]:
    return [TemplateStep.of(one) for one in template.steps]


def create(
    db: Session, member: Member, *, title: str, framework: str, steps: Sequence[TemplateStep], key: uuid.UUID
) -> PathwayTemplate:
    """The same ``key`` twice makes one."""
    made_id = ids.stable_id("pathway template", str(member.organisation_id), str(key))
    if (known := db.get(PathwayTemplate, made_id)) is not None:
        return known
    if len(list_for(db, member)) >= MOST_TEMPLATES:
        raise Conflict(D_("Il y a déjà 200 modèles : rangez-en d'abord."))
    _check(db, member, framework, title, steps)
    made = PathwayTemplate(
        id=made_id,
        organisation_id=member.organisation_id,
        framework=framework,
        title=title.strip(),
        steps=[one.to_json() for one in steps],
        made_by=member.account_id,
    )
    try:
        with db.begin_nested():
            db.add(made)
            db.flush()
    except IntegrityError:  # the same press, twice at once
        return db.get_one(PathwayTemplate, made_id)
    return made


def change(
    db: Session,
    member: Member,
    template_id: uuid.UUID,
    *,
    title: str,
    steps: Sequence[TemplateStep],
    version: int,
) -> PathwayTemplate:
    """Raises :class:`Conflict` where a colleague changed it since."""
    template = get(db, member, template_id)
    db.refresh(template, with_for_update=True)
    if template.version != version:
        raise Conflict(D_("Une collègue ou un collègue a changé ce modèle entre-temps."))
    _check(db, member, template.framework, title, steps)
    template.title, template.steps = title.strip(), [one.to_json() for one in steps]
    template.version += 1
    db.flush()
    return template


def archive(db: Session, member: Member, template_id: uuid.UUID) -> None:
    """It is offered no more; the pathways that took it keep their steps."""
    get(db, member, template_id).archived_at = clock.now()
    db.flush()


def drawn_from(db: Session, pathway: Pathway) -> list[TemplateStep]:
    """The open steps of a pathway as a template begins. A session has its day, so its words ask for the next one; a
    check is the planner's own. A trainer's own words were written for one person and may be about them: they stay
    there, and the step waits for others.
    """
    found = []
    for step in following.steps_of(db, pathway):
        if step.state is not StepState.OPEN or step.kind is StepKind.CHECK:
            continue
        if step.session_id is not None:
            session = db.get(WorkshopSession, step.session_id)
            title = session.workshop.titles.get(i18n.SOURCE, "") if session else ""
            found.append(TemplateStep(f"{title}, {{date}}, {{lieu}}".lstrip(", "), max(step.minutes, 1)))
        elif step.kind is StepKind.OWN:
            found.append(TemplateStep("", step.minutes))
        elif step.skills:
            found.append(TemplateStep("", max(step.minutes, 1), step.skills[0], str(step.resource_id or "")))
    return found[:MOST_STEPS]


def places(template: PathwayTemplate) -> list[str]:
    """What is to be filled in, in the order of the steps."""
    return list(dict.fromkeys(word for step in steps_of(template) for word in _PLACE.findall(step.words)))


def apply(
    db: Session,
    door: Door,
    member: Member,
    template_id: uuid.UUID,
    pathway_id: uuid.UUID,
    values: Mapping[str, str],
    *,
    version: int,
    key: str,
) -> Pathway:
    """Add the steps to somebody's pathway, their places filled in: one change, which can be taken back."""
    template = get(db, member, template_id)
    pathway = following.pathway_for(db, member, pathway_id)
    if pathway.framework != template.framework:
        raise Conflict(D_("Ce modèle est d'un autre référentiel que ce parcours."))
    wrong = [
        {"field": word, "message": D_("À remplir, 80 signes au plus.")}
        for word in places(template)
        if not values.get(word, "").strip() or len(values[word]) > LONGEST_VALUE
    ]
    if wrong:
        raise Invalid(wrong[0]["message"], errors=wrong)
    there = _resources(db, member, template.framework)
    steps = [_step(one, values, there) for one in steps_of(template)]
    return adjusting.add_steps(db, door, member, pathway_id, steps, template=template.title, version=version, key=key)


def offered(db: Session, member: Member, framework: str) -> list[Resource]:
    """Resources that a step may name, by title."""
    return sorted(_resources(db, member, framework).values(), key=lambda one: (one.title, str(one.id)))


def _step(step: TemplateStep, values: Mapping[str, str], there: Mapping[str, Resource]) -> dict[str, Any]:
    if not step.skill:
        words = _PLACE.sub(lambda found: values[found[1]].strip(), step.words)[: adjusting.LONGEST_WORDS]
        told = {"kind": StepKind.OWN, "title": words}
    else:
        resource = there.get(step.resource)
        told = {
            "kind": StepKind.LEARN,
            "skills": [step.skill],
            "resource_id": resource.id if resource else None,
            "locked": True,
            "why": [{"because": "kept"}],
        }
    return told | {"minutes": step.minutes, "low": step.minutes, "high": step.minutes}


def _resources(db: Session, member: Member, framework: str) -> dict[str, Resource]:
    query = sa.select(Resource).where(
        Resource.framework == framework,
        Resource.archived_at.is_(None),
        sa.or_(
            Resource.organisation_id.is_(None),
            Resource.organisation_id == member.organisation_id,
            Resource.shared_with_all.is_(True),
        ),
    )
    return {str(one.id): one for one in db.scalars(query)}


def _check(db: Session, member: Member, framework: str, title: str, steps: Sequence[TemplateStep]) -> None:
    """Everything that is wrong, each at its field."""
    skills = knowing.ladders_for(db, member.organisation_id, framework).skills
    there = _resources(db, member, framework)
    wrong = []
    if not title.strip() or len(title) > LONGEST_TITLE:
        wrong.append({"field": "title", "message": D_("Un titre, 120 signes au plus.")})
    if not 1 <= len(steps) <= MOST_STEPS:
        wrong.append({"field": "steps", "message": D_("De une à 20 étapes.")})
    for number, step in enumerate(steps):
        if not step.skill and (not step.words.strip() or len(step.words) > adjusting.LONGEST_WORDS):
            message = D_("Dites l'étape en quelques mots, 200 signes au plus.")
            wrong.append({"field": f"words-{number}", "message": message})
        if not 1 <= step.minutes <= adjusting.MOST_MINUTES:
            wrong.append({"field": f"minutes-{number}", "message": D_("Entre 1 minute et 8 heures.")})
        if step.skill and (step.skill not in skills or (step.resource and step.resource not in there)):
            wrong.append(
                {"field": f"what-{number}", "message": D_("Ceci n'est plus proposé : choisissez autre chose.")}
            )
    if wrong:
        raise Invalid(wrong[0]["message"], errors=wrong)
