"""The composer as a page: what is chosen, its price, what was found for a goal, what must be known before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n, ids
from pathways.diagnostics import compose_forms
from pathways.diagnostics.compose_forms import Composed
from pathways.diagnostics.composing import prerequisites, pricing, side_by_side, versions
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.selections import Selection, known_part
from pathways.diagnostics.composing.side_by_side import Pair
from pathways.diagnostics.composing.steps import state_of
from pathways.diagnostics.models import Diagnostic, DiagnosticState
from pathways.errors import DomainError, Invalid
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.referentials import situations
from pathways.referentials.ladders import Ladders
from pathways.web.pages import render
from pathways.web.presence import Presence

MOST_TO_COMPARE = 30
_MINE = D_("Mon choix")


@dataclass(frozen=True, slots=True)
class Told:
    """What went wrong with the last press: the sentences, and a colleague's change if that was it."""

    status: int = 200
    said: tuple[str, ...] = ()
    clash: Clash | None = None
    good: str = ""
    """What was done before this page, and went well."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody kept another choice meanwhile: who, when, and both choices (``a`` is the one on the form)."""

    by: str
    at: datetime
    pair: Pair


def opened(request: Request, member: Member, db: Session, diagnostic: Diagnostic, *, good: str = "") -> Response:
    """A draft as it is kept, in the composer."""
    lost = known_part(composing.ladders(db, diagnostic), Selection.from_json(diagnostic.selection))[1]
    told = Told(good=good)
    if lost:
        skills = composing.ladders(db, diagnostic, archived=True).skills
        names = " ; ".join(skills[code].title if code in skills else code for code in lost)
        said = D_("Ces micro-compétences ne sont plus proposées et ont quitté le choix : %(names)s.")
        told = replace(told, said=(i18n.sentence(said, {"names": names}),))
    return composer(request, member, db, of_kept(db, diagnostic), diagnostic=diagnostic, told=told)


def of_kept(db: Session, diagnostic: Diagnostic) -> Composed:
    """The form as the draft is kept."""
    ladders = composing.ladders(db, diagnostic)
    selection, _ = known_part(ladders, Selection.from_json(diagnostic.selection))
    return Composed(framework=ladders.code, title=diagnostic.title, selection=selection, version=diagnostic.version)


def ladders_for(db: Session, member: Member, fields: Composed, diagnostic: Diagnostic | None) -> Ladders:
    if diagnostic is not None:
        return composing.ladders(db, diagnostic)
    return composing.latest_ladders(db, member, fields.framework)


def pressed(
    db: Session, ladders: Ladders, counts: Mapping[str, int], fields: Composed, diagnostic: Diagnostic | None
) -> Composed:
    """The form after its button."""
    kept = None
    if diagnostic is not None and fields.action == "kept":
        stored = of_kept(db, diagnostic)
        kept = (stored.title, stored.selection)
    return compose_forms.step(fields, ladders, counts.keys(), kept)


def composer(
    request: Request,
    member: Member,
    db: Session,
    fields: Composed,
    *,
    diagnostic: Diagnostic | None = None,
    told: Told | None = None,
) -> Response:
    """The page after a button that keeps nothing, or after one whose work was refused (``told`` says why)."""
    told = told or Told()
    ladders = ladders_for(db, member, fields, diagnostic)
    counts = pricing.count_questions(db, ladders)
    if told.status == 200:
        fields = pressed(db, ladders, counts, fields, diagnostic)
    fields = replace(
        fields,
        key=None if diagnostic else fields.key or ids.random_id(),
        steps=fields.steps.seen(state_of(fields.title, fields.selection)),
    )
    price, wrong = _price(db, ladders, fields.selection, Presence(request))
    return render(
        request,
        "compose.html",
        status=told.status,
        diagnostic=diagnostic,
        referential=ladders,
        referentials=referentials_service.all_newest(db),
        fields=fields,
        price=price,
        said=list(dict.fromkeys([*told.said, *wrong])),
        clash=told.clash,
        good=told.good,
        counts=counts,
        most_of_a_skill=pricing.MOST_OF_A_SKILL,
        chosen=set(fields.selection.skills),
        skills=ladders.skills,
        sources=i18n.languages(),
        copy_key=ids.random_id(),
        former=versions.former_of(db, diagnostic) if diagnostic else None,
        comparable=comparable(db, member, ladders.code),
        templates=situations.situations(ladders.code),
        **_around(ladders, counts, fields),
    )


def comparison(
    request: Request, member: Member, db: Session, fields: Composed, diagnostic: Diagnostic | None
) -> Response:
    """The choice on the form beside another one, and the way back to the form with nothing lost."""
    ladders = ladders_for(db, member, fields, diagnostic)
    try:
        mine = side_by_side.of_choice(db, ladders, fields.title or i18n.gettext(_MINE), fields.selection)
        if fields.beside or diagnostic is None:
            other = side_by_side.named(db, member, fields.beside)
        else:
            other = side_by_side.of_diagnostic(db, diagnostic)
    except DomainError as error:
        return composer(
            request,
            member,
            db,
            fields,
            diagnostic=diagnostic,
            told=Told(422, (i18n.sentence(error.message, error.values),)),
        )
    return render(
        request,
        "compare.html",
        pair=Pair(mine, other),
        fields=fields,
        diagnostic=diagnostic,
        comparable=comparable(db, member, ladders.code),
        sources=i18n.languages(),
    )


def clash_with(db: Session, diagnostic: Diagnostic, fields: Composed) -> Clash | None:
    """What a colleague kept meanwhile, beside what is on the form."""
    last = versions.last_edit(db, diagnostic)
    if last is None or diagnostic.state is not DiagnosticState.DRAFT:
        return None
    try:
        ladders = composing.ladders(db, diagnostic)
        mine = side_by_side.of_choice(db, ladders, fields.title or i18n.gettext(_MINE), fields.selection)
    except Invalid:
        return None
    return Clash(*last, Pair(mine, side_by_side.of_diagnostic(db, diagnostic)))


def comparable(db: Session, member: Member, framework: str) -> list[tuple[str, str]]:
    """What a choice may be put beside: the latest diagnostics of the organisation, then the ready-made choices."""
    latest = db.execute(
        composing.list_for(member).with_only_columns(Diagnostic.id, Diagnostic.title).limit(MOST_TO_COMPARE)
    )
    own = [(str(row[0]), row[1]) for row in latest]
    ready = [(f"{side_by_side.SITUATION}{one.code}", one.title) for one in situations.situations(framework)]
    return own + [(name, i18n.sentence(D_("Modèle : %(title)s"), {"title": title})) for name, title in ready]


def said_of(error: DomainError) -> tuple[str, ...]:
    """What was wrong in the trainer's language: field by field if it is known, else the sentence of the whole."""
    fields = tuple(i18n.sentence(entry["message"], {}) for entry in getattr(error, "errors", ()))
    return fields or (i18n.sentence(error.message, error.values),)


def _price(
    db: Session, ladders: Ladders, selection: Selection, goes_on: Callable[[], bool]
) -> tuple[pricing.Price | None, list[str]]:
    try:
        return pricing.price(db, ladders, composing.checked(ladders, selection), goes_on=goes_on), []
    except Invalid as error:
        return None, list(said_of(error))


def _around(ladders: Ladders, counts: Mapping[str, int], fields: Composed) -> dict[str, Any]:
    """What helps to choose: the ladders that were searched for, answers to the goal, the picture of prerequisites."""
    selection = fields.selection
    shown = referentials_service.matching(
        ladders,
        words=fields.words,
        domain=fields.domain,
        level=fields.level,
        without_device=selection.without_device,
    )
    answers = compose_forms.found(fields, ladders) if fields.goal else []
    return {
        "found": {skill.code for skill in shown},
        "answers": [(one, compose_forms.proposal(selection, one, ladders, counts.keys())) for one in answers],
        "picture": prerequisites.picture(
            ladders, selection.skills, asked=counts.keys(), without_device=selection.without_device
        ),
    }
