"""The trainer's pages about one person: a profile, what a mediator saw, the note of the file, two attempts compared."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Form, Query
from pydantic import AfterValidator, StringConstraints
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.diagnostics import modalities, plausibility, reading
from pathways.diagnostics.blueprint import Blueprint
from pathways.diagnostics.doors import OwnDoor
from pathways.diagnostics.models import Answer, Attempt, Diagnostic
from pathways.diagnostics.policies import OF_A_TEAM
from pathways.diagnostics.pseudonyms import pseudonym
from pathways.diagnostics.reading import Profile, Sign
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, DomainError, NotFound
from pathways.i18n import D_
from pathways.insights import comparing, words
from pathways.insights.asking import ABOUT
from pathways.insights.comparing import Change
from pathways.items.presenting import in_words
from pathways.learning import choosing
from pathways.people import files, journal
from pathways.people.days import short
from pathways.people.journal import Act
from pathways.people.models import Account, LearnerFile
from pathways.permissions import Member, Permission
from pathways.texts import clean, unturned
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router()
MOST_OTHERS = 60
"""Other attempts that the page offers to compare with: those of the same file, then the latest."""

Words = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(unturned), AfterValidator(clean)]
"""A note as typed; the service says what is too long, and nothing of it is lost."""
AttemptsReader = Annotated[Member, Depends(Requires(Permission.ATTEMPTS_READ, of=ABOUT))]
ObserverForm = Annotated[Member, Depends(RequiresForm(Permission.ATTEMPTS_OBSERVE, of=ABOUT))]
KeeperForm = Annotated[Member, Depends(RequiresForm(Permission.FILES_KEEP, of=ABOUT))]


@router.get("/profiles/{attempt_id}")
def profile(request: Request, member: AttemptsReader, attempt_id: uuid.UUID, db: ReadDB, door: OwnDoor) -> Response:
    """Who opens it is written down."""
    response = _page(request, member, attempt_id, db, door)
    journal.note_opened(request.app.state.database, db, member, Act.PROFILE_OPENED, [attempt_id])
    return response


@router.post("/profiles/{attempt_id}/observations")
def observe(
    member: ObserverForm,
    attempt_id: uuid.UUID,
    db: DB,
    door: OwnDoor,
    item: Annotated[Short, Form()],
    result: Annotated[Short, Form()],
    key: Annotated[uuid.UUID, Form()],
) -> Response:
    """What the mediator saw of a gesture joins the answers of the learner."""
    reading.observe(db, door, member, attempt_id, item=item, result=result, key=str(key))
    return RedirectResponse(f"/profiles/{attempt_id}#observer", 303)


@router.post("/profiles/{attempt_id}/note")
def note(
    request: Request,
    member: KeeperForm,
    attempt_id: uuid.UUID,
    db: DB,
    door: OwnDoor,
    text: Annotated[Words, Form()] = "",
    version: Annotated[int, Form(ge=0, le=2_000_000_000)] = 0,
) -> Response:
    """What a mediator writes about the person, for colleagues. It goes when the file goes."""
    attempt, _ = reading.attempt_for(db, member, attempt_id)
    if attempt.file_id is None:
        raise Conflict(D_("Cette passation n'est dans aucune fiche : il n'y a pas de note à garder."))
    file = files.get(db, member, attempt.file_id)
    try:
        with db.begin_nested():
            files.change(db, member, file.id, label=file.label, note=text, version=version)
    except DomainError as error:
        db.refresh(file)
        status = 409 if isinstance(error, Conflict) else 422
        return _page(
            request,
            member,
            attempt_id,
            db,
            door,
            said=i18n.sentence(error.message, error.values),
            typed=text,
            status=status,
        )
    return RedirectResponse(f"/profiles/{attempt_id}#note", 303)


@router.get("/profiles/{attempt_id}/compare")
def choose(
    member: AttemptsReader, attempt_id: uuid.UUID, db: ReadDB, other: Annotated[Short, Query(alias="with")] = ""
) -> Response:
    """The form of the profile page: which other attempt."""
    reading.attempt_for(db, member, attempt_id)
    try:
        other_id = uuid.UUID(other)
    except ValueError as error:
        raise NotFound(D_("Cette passation n'existe pas.")) from error
    return RedirectResponse(f"/profiles/{attempt_id}/compare/{other_id}", 303)


@router.get("/profiles/{attempt_id}/compare/{other_id}")
def compare(
    request: Request, member: AttemptsReader, attempt_id: uuid.UUID, other_id: uuid.UUID, db: ReadDB, door: OwnDoor
) -> Response:
    """Two attempts of one file, or any two that the trainer says are of one person."""
    compared = comparing.of(db, door, member, attempt_id, other_id)
    journal.note_opened(request.app.state.database, db, member, Act.PROFILE_OPENED, [attempt_id, other_id])
    groups = [
        (D_("Acquis entre les deux, c'est sûr"), [Change.LEARNT]),
        (D_("Sans doute acquis entre les deux"), [Change.PERHAPS_LEARNT]),
        (D_("Sans doute à revoir"), [Change.PERHAPS_LOST]),
        (D_("À revoir, c'est sûr"), [Change.LOST]),
        (D_("Pareil les deux fois, c'est sûr"), [Change.SAME]),
        (D_("Regardé pour la première fois"), [Change.NEW]),
        (D_("On ne peut rien dire encore"), [Change.UNKNOWN]),
        (D_("Regardé la première fois seulement"), [Change.GONE]),
    ]
    return render(
        request,
        "compare-attempts.html",
        compared=compared,
        groups=[(i18n.gettext(said), found) for said, changes in groups if (found := compared.with_change(*changes))],
        names=[_name(db, one) for one in (compared.before, compared.after)],
        words=words,
        short=short,
    )


def _page(
    request: Request,
    member: Member,
    attempt_id: uuid.UUID,
    db: Session,
    door: Door,
    *,
    said: str = "",
    typed: str | None = None,
    status: int = 200,
) -> Response:
    attempt, found = reading.attempt_for(db, member, attempt_id)
    read = reading.profile(db, door, attempt)
    file = db.get(LearnerFile, attempt.file_id) if attempt.file_id else None
    return render(
        request,
        "profile.html",
        status=status,
        profile=read,
        attempt=attempt,
        diagnostic=found,
        file=file,
        name=file.label if file else pseudonym(attempt.id),
        said=said,
        typed=typed,
        state=words.state(attempt),
        pathway=choosing.latest(db, attempt),
        words=words,
        short=short,
        doubt=plausibility.doubt(read.blueprint, read.answers),
        read_in=i18n.languages().get(attempt.language),
        without=modalities.said_of(attempt),
        others=_others(db, attempt, found),
        **_answers(db, read),
        **_observing(read),
    )


def _answers(db: Session, read: Profile) -> dict[str, Any]:
    """The answers in words, who typed or saw them, and those that stand in place of another."""
    every = [*read.standing, *read.superseded]
    people = {one for answer in every for one in (answer.observed_by, answer.entered_by) if one is not None}
    rows = db.execute(sa.select(Account.id, Account.name).where(Account.id.in_(people)))
    return {
        "strands": [
            (strand, [one for one in read.skills if one.skill.strand_id == strand.id])
            for strand in read.referential.strands
        ],
        "confirm": read.with_sign(Sign.CONFIRM),
        "told": {one.id: _in_words(read.blueprint, one) for one in every},
        "by": {one.id: one.name for one in rows},
        "redone": {one.item for one in read.superseded},
    }


def _in_words(blueprint: Blueprint, answer: Answer) -> str:
    return in_words(blueprint.bodies[answer.item], answer.response)


def _observing(read: Profile) -> dict[str, Any]:
    observed = [code for code, body in read.blueprint.bodies.items() if body["kind"] == "observed"]
    return {
        "observed": [(code, read.blueprint.bodies[code]) for code in observed],
        "seen": {one.item: one for one in read.answers if one.observed_by},
        "key": str(ids.random_id()),
    }


def _others(db: Session, attempt: Attempt, diagnostic: Diagnostic) -> list[tuple[Attempt, str]]:
    """What this attempt may be compared with: the others of its file first, then the latest of the organisation."""
    same = Attempt.file_id == attempt.file_id if attempt.file_id else sa.false()
    query = (
        sa.select(Attempt, LearnerFile.label)
        .join(Diagnostic, Diagnostic.id == Attempt.diagnostic_id)
        .outerjoin(LearnerFile, LearnerFile.id == Attempt.file_id)
        .where(
            Diagnostic.organisation_id == diagnostic.organisation_id,
            Diagnostic.situation.is_distinct_from(OF_A_TEAM),
            Diagnostic.referential.has(code=diagnostic.referential.code),
            Attempt.id != attempt.id,
            Attempt.part_of_id.is_(None),
            Attempt.answered > 0,
        )
        .order_by(sa.case((same, 0), else_=1), Attempt.started_at.desc(), Attempt.id.desc())
        .limit(MOST_OTHERS)
    )
    return [(one, label or pseudonym(one.id)) for one, label in db.execute(query)]


def _name(db: Session, attempt: Attempt) -> str:
    file = db.get(LearnerFile, attempt.file_id) if attempt.file_id else None
    return file.label if file else pseudonym(attempt.id)
