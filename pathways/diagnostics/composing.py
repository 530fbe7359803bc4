"""Composing a diagnostic: choose micro-skills, see the price of the choice, publish, close."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from pathways import clock, i18n, ids
from pathways.diagnostics import blueprint, policies
from pathways.diagnostics.engine import Estimate, StopRules, compile_structure, simulate
from pathways.diagnostics.models import Diagnostic, DiagnosticState
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.items import service as items_service
from pathways.items.models import STATES, ItemRevision
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.referentials.ladders import Ladders, ladders_of

LEARNERS = 200
"""Simulated learners behind an estimate."""
MOST_SKILLS = 100
MOST_QUESTIONS = 40
USUAL_LEAST = 8
"""Two right answers can make the model sure of a whole ladder, and no trainer: a ladder that does not hold for this
person shows only in more answers."""
CODE_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Selection:
    """What a trainer decides. ``skills``: codes of micro-skills. Leave ``accuracy`` (share of micro-skills told right),
    ``questions`` and ``minutes`` out to be free of that limit; one of the last two always holds. ``at_least`` questions
    are asked before the diagnostic may call itself precise enough; left out, one per micro-skill up to eight.
    """

    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    least_state: str = "draft"
    without_device: str = ""
    accuracy: float | None = 0.95
    at_least: int | None = None
    questions: int | None = 15
    minutes: int | None = None
    french_for_missing: bool = False

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Selection:
        kept: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in stored.items()}
        return cls(**kept)

    def rules(self) -> StopRules:
        seconds = self.minutes * 60.0 if self.minutes else None
        most = self.questions or MOST_QUESTIONS
        least = min(len(self.skills), USUAL_LEAST) if self.at_least is None else self.at_least
        return StopRules(accuracy=self.accuracy, questions=most, seconds=seconds, least_questions=min(least, most))


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
    problems: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """As it is kept with a published diagnostic and given by the API."""
        return asdict(self)


def list_for(member: Member) -> sa.Select[Diagnostic]:
    return (
        sa.select(Diagnostic)
        .where(Diagnostic.organisation_id == member.organisation_id)
        .options(selectinload(Diagnostic.referential))
        .order_by(Diagnostic.created_at.desc(), Diagnostic.id.desc())
    )


def get(db: Session, member: Member, diagnostic_id: uuid.UUID) -> Diagnostic:
    """The diagnostic, if it is of the member's organisation: otherwise it does not exist."""
    found = db.get(Diagnostic, diagnostic_id)
    if found is None or not policies.may_see(member, found):
        raise NotFound("Ce diagnostic n'existe pas.")
    return found


def latest_ladders(db: Session, member: Member, framework: str) -> Ladders:
    """What a new diagnostic of the member's organisation may choose from."""
    return ladders_of(db, referentials_service.latest(db, framework), member.organisation_id)


def ladders(db: Session, diagnostic: Diagnostic, *, archived: bool = False) -> Ladders:
    """What a diagnostic was composed from. ``archived``: with own micro-skills that are not offered any more."""
    referential = referentials_service.get(db, diagnostic.referential_id)
    return ladders_of(db, referential, diagnostic.organisation_id, archived=archived)


def create(db: Session, member: Member, *, title: str, framework: str, selection: Selection) -> Diagnostic:
    referential = latest_ladders(db, member, framework)
    diagnostic = Diagnostic(
        organisation_id=member.organisation_id,
        title=_title(title),
        referential_id=referential.id,
        selection=asdict(checked(referential, selection)),
        made_by=member.account_id,
    )
    db.add(diagnostic)
    db.flush()
    return diagnostic


def update(
    db: Session, member: Member, diagnostic_id: uuid.UUID, *, title: str, selection: Selection, version: int
) -> Diagnostic:
    """Change a draft. ``version`` is the one that the trainer was looking at: another one means that a colleague saved
    in between, and nothing is overwritten.
    """
    diagnostic = _editable(db, member, diagnostic_id)
    if diagnostic.version != version:
        raise Conflict(
            "Une collègue ou un collègue a changé ce diagnostic entre-temps. Rechargez-le pour voir ses choix."
        )
    referential = ladders(db, diagnostic)
    diagnostic.title = _title(title)
    diagnostic.selection = asdict(checked(referential, selection))
    diagnostic.version += 1
    diagnostic.updated_at = clock.now()
    return diagnostic


def price(db: Session, referential: Ladders, selection: Selection) -> Price:
    """Simulate this very selection and say what it lacks."""
    skills, left_out = _asked_skills(referential, selection)
    revisions = _revisions(db, referential, selection, skills)
    on_screen = [revision for revision in revisions if revision.kind != "observed"]
    counts = {code: sum(revision.skill == code for revision in on_screen) for code in skills}
    missing, states = _by_language(selection, skills, on_screen)
    seed = _seed(referential, selection, on_screen)
    estimate = None
    if skills and on_screen:
        structure = blueprint.structure_of(referential, skills, on_screen)
        estimate = simulate(compile_structure(structure), selection.rules(), learners=LEARNERS, seed=seed)
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
        problems=tuple(_problems(selection, skills, on_screen)),
    )


def publish(db: Session, member: Member, diagnostic_id: uuid.UUID) -> Diagnostic:
    """Freeze a draft and give it the code that its poster carries. Publishing again changes nothing."""
    diagnostic = get(db, member, diagnostic_id)
    db.refresh(diagnostic, with_for_update=True)  # a second click waits here, then finds it published
    if diagnostic.state is not DiagnosticState.DRAFT:
        return diagnostic
    diagnostic = _editable(db, member, diagnostic_id)
    referential = ladders(db, diagnostic)
    selection = Selection.from_json(diagnostic.selection)
    told = price(db, referential, selection)
    if told.problems:
        raise Invalid(told.problems[0], errors=[{"field": "skills", "message": said} for said in told.problems])
    revisions = _revisions(db, referential, selection, told.skills)
    diagnostic.blueprint = blueprint.freeze(
        blueprint.structure_of(referential, told.skills, revisions),
        selection.rules(),
        revisions,
        languages=_with_questions(selection, told),
        least_state=selection.least_state,
        french_for_missing=selection.french_for_missing,
    )
    diagnostic.estimate = told.to_json()
    diagnostic.state, diagnostic.published_at = DiagnosticState.PUBLISHED, clock.now()
    _give_code(db, diagnostic)
    return diagnostic


def close(db: Session, member: Member, diagnostic_id: uuid.UUID) -> Diagnostic:
    """No new learner may start; those who started may finish. Closing twice changes nothing."""
    diagnostic = get(db, member, diagnostic_id)
    if diagnostic.state is DiagnosticState.DRAFT:
        raise Conflict("Ce diagnostic n'est pas encore publié.")
    if diagnostic.state is DiagnosticState.PUBLISHED:
        diagnostic.state, diagnostic.closed_at = DiagnosticState.CLOSED, clock.now()
    return diagnostic


def minutes_of(diagnostic: Diagnostic) -> int:
    """The minutes that a learner is told: nine of ten simulated ones need no more."""
    return max(1, math.ceil(diagnostic.estimate["estimate"]["minutes"]["p90"]))


def _editable(db: Session, member: Member, diagnostic_id: uuid.UUID) -> Diagnostic:
    diagnostic = get(db, member, diagnostic_id)
    db.refresh(diagnostic, with_for_update=True)
    if diagnostic.state is not DiagnosticState.DRAFT:
        raise Conflict("Ce diagnostic est publié : il ne change plus.")
    if not policies.may_edit(member, diagnostic):
        raise Forbidden("Vous n'avez pas le droit de changer ce diagnostic.")
    return diagnostic


def _title(title: str) -> str:
    if not title:
        said = "Donnez un titre au diagnostic."
        raise Invalid(said, errors=[{"field": "title", "message": said}])
    return title


def checked(referential: Ladders, selection: Selection) -> Selection:
    """The selection in the order of the ladders, or what in it does not exist."""
    known = referentials_service.skills_of(referential)
    errors = [
        {"field": "skills", "message": f"La micro-compétence {code} n'existe pas."}
        for code in selection.skills
        if code not in known
    ]
    if len(selection.skills) > MOST_SKILLS:
        errors.append({"field": "skills", "message": f"Au plus {MOST_SKILLS} micro-compétences."})
    errors += [
        {"field": "languages", "message": f"La langue {code} n'existe pas."}
        for code in selection.languages
        if code not in i18n.languages()
    ]
    if selection.least_state not in STATES:
        errors.append({"field": "least_state", "message": "Cet état de traduction n'existe pas."})
    if selection.without_device not in {"", "phone", "computer"}:
        errors.append({"field": "without_device", "message": "Cet appareil n'existe pas."})
    if selection.accuracy is not None and not 0.5 < selection.accuracy <= 0.99:
        errors.append({"field": "accuracy", "message": "La précision va de 51 à 99 %."})
    for name, most in (("questions", MOST_QUESTIONS), ("at_least", MOST_QUESTIONS), ("minutes", 120)):
        value = getattr(selection, name)
        if value is not None and not 1 <= value <= most:
            errors.append({"field": name, "message": f"De 1 à {most}."})
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)
    chosen = set(selection.skills)
    languages = [code for code in i18n.languages() if code in selection.languages or code == i18n.SOURCE]
    skills = tuple(code for code in known if code in chosen)
    return replace(selection, skills=skills, languages=tuple(languages))


def _asked_skills(referential: Ladders, selection: Selection) -> tuple[list[str], list[str]]:
    known = referentials_service.skills_of(referential)
    asked = [code for code in selection.skills if known[code].device != (selection.without_device or None)]
    return asked, [code for code in selection.skills if code not in asked]


def _revisions(db: Session, referential: Ladders, selection: Selection, skills: Sequence[str]) -> list[ItemRevision]:
    today = clock.now().date()
    return [
        revision
        for revision in items_service.current_revisions(
            db, referential.code, skills, organisation_id=referential.organisation_id
        )
        if revision.device != (selection.without_device or None) and not items_service.is_due(revision, today)
    ]


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
    known, chosen = referentials_service.skills_of(referential), set(skills)
    lacking = dict.fromkeys(group[0] for code in skills for group in known[code].requires if not chosen & set(group))
    return list(lacking)


def _problems(selection: Selection, skills: Sequence[str], revisions: Sequence[ItemRevision]) -> list[str]:
    problems = []
    if not skills:
        problems.append("Choisissez au moins une micro-compétence.")
    elif not revisions:
        problems.append("Aucune des micro-compétences choisies n'a de question à l'écran.")
    if not selection.languages:
        problems.append("Choisissez au moins une langue.")
    return problems


def _with_questions(selection: Selection, told: Price) -> list[str]:
    """The languages in which at least one question can be asked: the wall and the poster offer no other."""
    return [
        language
        for language in selection.languages
        if language == i18n.SOURCE or selection.french_for_missing or any(told.states[language].values())
    ]


def _seed(referential: Ladders, selection: Selection, revisions: Sequence[ItemRevision]) -> int:
    """The same selection gives the same estimate, today and tomorrow; the seed is kept with it."""
    parts = [referential.fingerprint, repr(selection), *(revision.fingerprint for revision in revisions)]
    return int(ids.fingerprint("\x1f".join(parts), 8), 16)


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
    raise Conflict("Aucun code libre n'a été trouvé. Recommencez.")
