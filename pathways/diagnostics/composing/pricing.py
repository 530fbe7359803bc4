"""The price of a selection: what it costs in questions and minutes, how sure it is, and what it lacks."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, i18n, ids
from pathways.diagnostics import blueprint, calibrated, requiring
from pathways.diagnostics.composing.selections import Selection
from pathways.diagnostics.engine import (
    BandedPopulation,
    Compiled,
    Estimate,
    Structure,
    compile_structure,
    simulate,
)
from pathways.i18n import D_
from pathways.items import service as items_service
from pathways.items.models import STATES, Item, ItemRevision, ItemTranslation
from pathways.referentials.ladders import Ladders

LEARNERS = 120
"""Simulated learners behind an estimate."""
TIED_LEARNERS = 50
"""Simulated learners where prerequisites tie ladders together."""
TIED_POPULATION = BandedPopulation((0.7,), (0.7, 1.3))
MOST_OF_A_SKILL = 8
"""Questions of one micro-skill that a diagnostic takes: more make it slower to ask, and no surer."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a selection costs and gives. ``missing`` tells, per language, the micro-skills not to be asked in it."""

    skills: tuple[str, ...]
    estimate: Estimate | None
    seed: int
    lacking: tuple[str, ...]
    """Micro-skills without any item on a screen."""
    single: tuple[str, ...]
    """Micro-skills with one item only."""
    missing: dict[str, tuple[str, ...]]
    states: dict[str, dict[str, int]]
    """Per language, how many items stand in each state of translation."""
    left_out: tuple[str, ...]
    """Chosen micro-skills that need the device which is not there."""
    prerequisites: tuple[str, ...]
    """Prerequisites of the chosen micro-skills that are not chosen themselves."""
    uncounted: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Micro-skills with a group of their prerequisites that this diagnostic does not count between ladders."""
    problems: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """As it is kept with a published diagnostic and given by the API."""
        return asdict(self)


def price(
    db: Session, referential: Ladders, selection: Selection, *, goes_on: Callable[[], bool] = lambda: True
) -> Price:
    """Simulate this very selection and say what it lacks. Ends with ``engine.Abandoned`` once ``goes_on`` says that
    nobody waits for it.
    """
    skills, left_out = _asked_skills(referential, selection)
    revisions = revisions_of(db, referential, selection, skills)
    on_screen = [revision for revision in revisions if revision.kind != "observed"]
    counts = {code: sum(revision.skill == code for revision in on_screen) for code in skills}
    missing, states = _by_language(selection, skills, on_screen)
    seed = _seed(referential, selection, on_screen)
    estimate, uncounted = None, ()
    if skills and on_screen:
        values = calibrated.values_of(db, referential.code)
        found = requiring.tied(referential, blueprint.structure_of(referential, skills, on_screen, values))
        estimate, uncounted = _estimated(found.structure, selection, seed, goes_on), found.lost
    return Price(
        skills=tuple(skills),
        estimate=estimate,
        seed=seed,
        lacking=tuple(code for code in skills if counts[code] == 0),
        single=tuple(code for code in skills if counts[code] == 1),
        missing=missing,
        states=states,
        left_out=tuple(left_out),
        prerequisites=tuple(_prerequisites(referential, skills)),
        uncounted=uncounted,
        problems=tuple(_problems(selection, skills, on_screen)),
    )


def _estimated(structure: Structure, selection: Selection, seed: int, goes_on: Callable[[], bool]) -> Estimate:
    compiled, learners = rehearsed(structure)
    most = selection.most_per_strand
    return simulate(compiled, selection.rules(), learners=learners, seed=seed, most_per_strand=most, goes_on=goes_on)


def rehearsed(structure: Structure) -> tuple[Compiled, int]:
    """The structure as simulated people take it, and how many of them: where prerequisites tie ladders, fewer people on
    fewer points, since each of their questions is a sum over a graph.
    """
    if not structure.requirements:
        return compile_structure(structure), LEARNERS
    return compile_structure(structure, TIED_POPULATION), TIED_LEARNERS


def asked(db: Session, referential: Ladders, selection: Selection) -> tuple[Sequence[str], Sequence[ItemRevision]]:
    """The micro-skills that a selection would look at today, and the questions on a screen that it would take."""
    skills, _ = _asked_skills(referential, selection)
    revisions = revisions_of(db, referential, selection, skills)
    return skills, [revision for revision in revisions if revision.kind != "observed"]


def revisions_of(db: Session, referential: Ladders, selection: Selection, skills: Sequence[str]) -> list[ItemRevision]:
    """The questions that a selection would ask today: those of the organisation first, then those in most of the
    chosen languages, at most :data:`MOST_OF_A_SKILL` of each micro-skill and sort.
    """
    today = clock.now().date()
    query = (
        sa.select(ItemRevision.id, ItemRevision.skill, ItemRevision.kind, ItemRevision.code, Item.organisation_id)
        .join(Item, Item.current_id == ItemRevision.id)
        .where(Item.framework == referential.code, items_service.may_ask(referential.organisation_id))
        .where(ItemRevision.skill.in_(skills), ItemRevision.device != selection.without_device)
        .where(sa.or_(ItemRevision.verify_by.is_(None), ItemRevision.verify_by >= today))
        .order_by(ItemRevision.code)
    )
    rows = db.execute(query).all()
    sorts = Counter((row.skill, row.kind == "observed") for row in rows)
    if any(number > MOST_OF_A_SKILL for number in sorts.values()):
        rows = _foremost(rows, _languages_of(db, [row.id for row in rows], selection))
    return list(items_service.revisions(db, [row.id for row in rows]))


def _foremost(rows: Sequence[Any], languages: Mapping[uuid.UUID, int]) -> list[Any]:
    taken: Counter[tuple[str, bool]] = Counter()
    kept = []
    for row in sorted(rows, key=lambda row: (row.organisation_id is None, -languages.get(row.id, 0), row.code)):
        sort = (row.skill, row.kind == "observed")
        taken[sort] += 1
        if taken[sort] <= MOST_OF_A_SKILL:
            kept.append(row)
    return kept


def _languages_of(db: Session, revision_ids: Sequence[uuid.UUID], selection: Selection) -> dict[uuid.UUID, int]:
    """In how many of the chosen languages each question may be asked."""
    enough = STATES[STATES.index(selection.least_state) :]
    query = (
        sa.select(ItemTranslation.revision_id, sa.func.count(ItemTranslation.language.distinct()))
        .where(ItemTranslation.is_current, ItemTranslation.language.in_(selection.languages))
        .where(ItemTranslation.state.in_(enough), ItemTranslation.revision_id.in_(revision_ids))
        .group_by(ItemTranslation.revision_id)
    )
    return {row[0]: row[1] for row in db.execute(query)}


def count_questions(db: Session, referential: Ladders) -> dict[str, int]:
    """How many questions on a screen each micro-skill has; one without any is left out."""
    query = (
        sa.select(ItemRevision.skill, sa.func.count())
        .join(Item, Item.current_id == ItemRevision.id)
        .where(Item.framework == referential.code, items_service.may_ask(referential.organisation_id))
        .where(ItemRevision.kind != "observed")
        .group_by(ItemRevision.skill)
    )
    return {row[0]: row[1] for row in db.execute(query)}


def with_questions(selection: Selection, told: Price) -> list[str]:
    """The languages in which at least one question can be asked: the wall and the poster offer no other."""
    return [
        language
        for language in selection.languages
        if language == i18n.SOURCE or selection.french_for_missing or any(told.states[language].values())
    ]


def _asked_skills(referential: Ladders, selection: Selection) -> tuple[list[str], list[str]]:
    known = referential.skills
    asked = [code for code in selection.skills if known[code].device != (selection.without_device or None)]
    return asked, [code for code in selection.skills if code not in asked]


def _by_language(
    selection: Selection, skills: Sequence[str], revisions: Sequence[ItemRevision]
) -> tuple[dict[str, tuple[str, ...]], dict[str, dict[str, int]]]:
    missing: dict[str, tuple[str, ...]] = {}
    states: dict[str, dict[str, int]] = {}
    asked = {revision.skill for revision in revisions}
    for language in selection.languages:
        if language == i18n.SOURCE:
            continue
        rows = {r.code: items_service.served(r, language, selection.least_state) for r in revisions}
        covered = {revision.skill for revision in revisions if rows[revision.code]}
        missing[language] = tuple(code for code in skills if code in asked and code not in covered)
        states[language] = {
            state: sum(row is not None and row.state == state for row in rows.values()) for state in STATES
        }
    return missing, states


def _prerequisites(referential: Ladders, skills: Sequence[str]) -> list[str]:
    """Direct prerequisites outside the selection; one member of an OR group is enough."""
    known, chosen = referential.skills, set(skills)
    lacking = dict.fromkeys(group[0] for code in skills for group in known[code].requires if not chosen & set(group))
    return list(lacking)


def _problems(selection: Selection, skills: Sequence[str], revisions: Sequence[ItemRevision]) -> list[str]:
    problems = []
    if not skills:
        problems.append(D_("Choisissez au moins une micro-compétence."))
    elif not revisions:
        problems.append(D_("Aucune des micro-compétences choisies n'a de question à l'écran."))
    if not selection.languages:
        problems.append(D_("Choisissez au moins une langue."))
    return problems


def _seed(referential: Ladders, selection: Selection, revisions: Sequence[ItemRevision]) -> int:
    """The same selection gives the same estimate, today and tomorrow; the seed is kept with it."""
    parts = [referential.fingerprint, repr(selection), *(revision.fingerprint for revision in revisions)]
    return int(ids.fingerprint("\x1f".join(parts), 8), 16)
