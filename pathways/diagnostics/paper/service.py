"""Paper forms: the fixed questions of a sheet, what was ticked on one, and the correction of a slip of the finger."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.diagnostics import deciding, reading, taking
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.engine import Outcome, StopRules, decide
from pathways.diagnostics.models import Answer, Attempt, Diagnostic, DiagnosticState, PaperForm
from pathways.diagnostics.paper import codes, letters
from pathways.diagnostics.paper.letters import Question, Typed
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, Forbidden, Invalid, NotFound, Reused
from pathways.i18n import D_
from pathways.items.grading import grade, key_of
from pathways.people import files
from pathways.permissions import Member, Permission

PAPER = "paper"
"""Why an attempt typed from paper ended."""


@dataclass(frozen=True, slots=True)
class Form:
    """A paper form with what is printed on it."""

    row: PaperForm
    diagnostic: Diagnostic
    blueprint: Blueprint
    questions: tuple[Question, ...]


def make(db: Session, door: Door, member: Member, diagnostic_id: uuid.UUID, *, language: str) -> Form:
    """The form of a published diagnostic in a language. Asked for again, it is the same one."""
    diagnostic = composing.get(db, member, diagnostic_id)
    if diagnostic.state is DiagnosticState.DRAFT:
        raise Conflict(D_("Publiez d'abord ce diagnostic : une feuille est liée à ce qui ne change plus."))
    blueprint = taking.blueprint_of(db, door, diagnostic.id)
    if language not in blueprint.languages:
        raise Invalid(D_("Ce diagnostic n'existe pas dans cette langue."))
    items = chosen_items(blueprint, language)
    if not items:
        raise Conflict(D_("Aucune question de ce diagnostic ne peut être posée sur papier dans cette langue."))
    db.refresh(diagnostic, with_for_update=True)  # asked for twice at once, it is made once
    known = db.scalars(sa.select(PaperForm).filter_by(diagnostic_id=diagnostic.id, language=language)).all()
    row = next((one for one in known if one.items == items), None)
    if row is None:
        row = PaperForm(diagnostic_id=diagnostic.id, language=language, items=items, made_by=member.account_id)
        _give_code(db, row)
    return _form(row, diagnostic, blueprint)


def find(db: Session, door: Door, member: Member, code: str) -> Form:
    """The form of a typed code, of the member's organisation. A slip of the finger is told from a code of nobody."""
    wanted = ids.normalised(code)[:40]
    if not codes.is_whole(wanted):
        said = D_("Ce code n'est pas juste : une lettre manque, est fausse ou a changé de place. Relisez la feuille.")
        raise Invalid(said, errors=[{"field": "code", "message": said}])
    row = db.scalar(sa.select(PaperForm).filter_by(code=wanted))
    if row is None:
        raise NotFound(D_("Aucune feuille de votre structure ne porte ce code."))
    try:
        diagnostic = composing.get(db, member, row.diagnostic_id)
    except NotFound as error:
        raise NotFound(D_("Aucune feuille de votre structure ne porte ce code.")) from error
    return _form(row, diagnostic, taking.blueprint_of(db, door, diagnostic.id))


def forms_of(db: Session, diagnostic_id: uuid.UUID) -> Sequence[PaperForm]:
    return db.scalars(sa.select(PaperForm).filter_by(diagnostic_id=diagnostic_id).order_by(PaperForm.made_at)).all()


def chosen_items(blueprint: Blueprint, language: str) -> list[str]:
    """The questions of a sheet, in the order of the ladders.

    A sheet cannot adapt. So the engine is asked which question tells most to somebody of whom nothing is known, then
    which one tells most on another micro-skill, and so on; once each micro-skill has one, a second parallel one of each
    may follow, up to the length of the diagnostic. Of two parallel ones, the one typed with a single key is taken.
    """
    usable = [code for code in blueprint.askable(language) if blueprint.bodies[code]["kind"] in letters.PRINTABLE]
    rules = StopRules(least_information=0.0)
    compiled = blueprint.compiled_in(language)
    chosen: list[str] = []
    for _ in range(2):
        skills: set[str] = set()
        while len(chosen) < (blueprint.rules.questions or len(usable)):
            left = {one for one in usable if one not in chosen and blueprint.skill_of[one] not in skills}
            told = decide(compiled, rules, [], frozenset(left), seconds_spent=0.0).next_item if left else None
            if told is None:
                break
            skill = blueprint.skill_of[told]
            skills.add(skill)
            parallel = sorted(one for one in left if blueprint.skill_of[one] == skill)
            chosen.append(min(parallel, key=lambda one: (_keys_of(blueprint.bodies[one]), one != told, one)))
    places = {code: place for place, code in enumerate(blueprint.skills)}
    return sorted(chosen, key=lambda one: (places[blueprint.skill_of[one]], one))


def enter(
    db: Session, door: Door, member: Member, code: str, *, words: Sequence[str], key: str, label: str = ""
) -> Attempt:
    """Record a sheet as an attempt: the answers of a screen, typed by a member. The same ``key`` records once."""
    form = find(db, door, member, code)
    typed, label = read(form, words), label.strip()
    if not any(typed):
        said = D_("Tapez au moins une réponse.")
        raise Invalid(said, errors=[{"field": "a1", "message": said}])
    if label and not member.may(Permission.FILES_KEEP):
        raise Forbidden(D_("Votre rôle ou votre jeton ne permet pas de garder une fiche : enregistrez sans repère."))
    known = recorded(db, form, key)
    if known is not None:
        if words_of(form, taking.answers_of(db, known.id)) != _all_written(form, typed):
            raise Reused(D_("Cette feuille a déjà été enregistrée autrement. Corrigez-la plutôt."))
        return known
    try:
        with db.begin_nested():  # the file too: whoever comes second leaves no empty one behind
            file_id = files.create(db, member, label=label).id if label else None
            start_key = _start_key(key)
            attempt = taking.new_attempt(door, form.blueprint, form.row.language, start_key=start_key, file_id=file_id)
            attempt.paper_form_id, attempt.current_item, attempt.stopped = form.row.id, None, PAPER
            db.add(attempt)
            db.flush()
    except IntegrityError:  # the same sheet at the same moment, in another process
        return enter(db, door, member, code, words=words, key=key, label=label)
    pairs = [(question, one) for question, one in zip(form.questions, typed, strict=True) if one]
    for number, (question, one) in enumerate(pairs, 1):
        db.add(_answer(form, attempt, member, question, one, number))
    attempt.answered = len(pairs)
    db.flush()
    return attempt


def recorded(db: Session, form: Form, key: str) -> Attempt | None:
    """What was recorded of a form under this key."""
    return db.scalar(sa.select(Attempt).filter_by(diagnostic_id=form.diagnostic.id, start_key=_start_key(key)))


def _start_key(key: str) -> str:
    return f"paper {key}"


def of_attempt(
    db: Session, door: Door, member: Member, attempt_id: uuid.UUID
) -> tuple[Form, Attempt, Sequence[Answer]]:
    """The form from which an attempt was typed, the attempt, and its answers, superseded ones included."""
    attempt, diagnostic = reading.attempt_for(db, member, attempt_id)
    if attempt.paper_form_id is None:
        raise NotFound(D_("Cette passation n'a pas été saisie d'une feuille."))
    form = _form(db.get_one(PaperForm, attempt.paper_form_id), diagnostic, taking.blueprint_of(db, door, diagnostic.id))
    return form, attempt, taking.answers_of(db, attempt.id)


def correct(db: Session, door: Door, member: Member, attempt_id: uuid.UUID, *, words: Sequence[str], seen: int) -> int:
    """Put right what was typed wrong; returns how many answers changed. Each earlier one is superseded and stays.

    ``seen`` is the number of answers, superseded ones included, that the member was looking at: another number means
    that somebody else corrected in between.
    """
    form, _, _ = of_attempt(db, door, member, attempt_id)
    attempt = taking.held(db, attempt_id)
    answers = taking.answers_of(db, attempt.id)
    before = words_of(form, answers)
    typed = read(form, words)
    after = _all_written(form, typed)
    if before == after:
        return 0
    if len(answers) != seen:
        raise Conflict(D_("Quelqu'un a corrigé cette feuille entre-temps. Relisez ses corrections avant les vôtres."))
    if not any(typed):
        said = D_("Tapez au moins une réponse.")
        raise Invalid(said, errors=[{"field": "a1", "message": said}])
    standing = {one.item: one for one in taking.standing_of(answers)}
    rows = zip(form.questions, typed, before, after, strict=True)
    changed = [(question, one) for question, one, was, now in rows if was != now]
    for question, _ in changed:
        if question.code in standing:
            standing[question.code].superseded_at = clock.now()
    db.flush()  # the earlier ones step back before the new ones stand
    added = [(question, one) for question, one in changed if one is not None]
    db.add_all([_answer(form, attempt, member, *pair, number) for number, pair in enumerate(added, len(answers) + 1)])
    attempt.answered = sum(one is not None for one in typed)
    attempt.active_at = clock.now()
    db.flush()
    return len(changed)


def words_of(form: Form, answers: Sequence[Answer]) -> list[str]:
    """What stands, as it is typed: a word a question, empty for one without an answer."""
    standing = {one.item: one for one in taking.standing_of(answers)}
    return [
        letters.write(question, standing[question.code].outcome, standing[question.code].response)
        if question.code in standing
        else ""
        for question in form.questions
    ]


def read(form: Form, words: Sequence[str]) -> list[Typed | None]:
    """Every word, or every mistake at once: each at its question."""
    if len(words) != len(form.questions):
        said = D_("Cette feuille a %(questions)s questions, %(answers)s réponses ont été envoyées.")
        raise Invalid(said, questions=len(form.questions), answers=len(words))
    typed, errors = [], []
    for question, word in zip(form.questions, words, strict=True):
        try:
            typed.append(letters.read(question, word))
        except Invalid as error:
            errors += error.errors
    if errors:
        raise Invalid(errors[0]["message"], errors=errors)
    return typed


def _all_written(form: Form, typed: Sequence[Typed | None]) -> list[str]:
    return [
        "" if one is None else letters.write(question, one.outcome or "", one.response)
        for question, one in zip(form.questions, typed, strict=True)
    ]


def _answer(form: Form, attempt: Attempt, member: Member, question: Question, typed: Typed, number: int) -> Answer:
    outcome, reveals = typed.outcome, ()
    if outcome is None:
        graded = grade(form.blueprint.bodies[question.code], typed.response)
        outcome, reveals = deciding.graded_as(form.blueprint, question.code, graded), graded.reveals
    language = form.blueprint.shown(question.code, attempt.language).language
    return Answer(
        id=ids.new_id(),
        attempt_id=attempt.id,
        number=number,
        item=question.code,
        outcome=outcome,
        response=typed.response,
        reveals=list(reveals),
        language=language,
        translation_id=form.blueprint.texts[question.code].get(language),
        seconds=0.0,
        key=f"paper {number}",
        request_digest="",
        reply="",
        entered_by=member.account_id,
        answered_at=clock.now(),
    )


def _keys_of(body: dict[str, Any] | Any) -> int:
    return letters.question_of(1, body, "").length


def _form(row: PaperForm, diagnostic: Diagnostic, blueprint: Blueprint) -> Form:
    questions = [
        letters.question_of(number, blueprint.bodies[code], row.code) for number, code in enumerate(row.items, 1)
    ]
    return Form(row, diagnostic, blueprint, tuple(questions))


def _give_code(db: Session, row: PaperForm) -> None:
    for _ in range(10):
        row.code = codes.new()
        try:
            with db.begin_nested():
                db.add(row)
                db.flush()
        except IntegrityError:
            continue
        return
    raise Conflict(D_("Aucun code libre n'a été trouvé. Recommencez."))


def keys_of(form: Form) -> dict[int, str]:
    """The right answers of a form by the number of the question, as they are typed."""
    return {
        question.number: letters.write(question, Outcome.CORRECT, key_of(form.blueprint.bodies[question.code]))
        for question in form.questions
    }
