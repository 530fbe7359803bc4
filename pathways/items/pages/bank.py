"""The bank of questions on pages: the list, and one question as a learner sees it with all that is known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Path, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from pathways import clock, i18n
from pathways.i18n import D_
from pathways.items import authoring, bank, figures, flaws, showing
from pathways.items.asking import ORIGINS, Framework, ladders_for, wanted_of
from pathways.items.bank import Wanted
from pathways.items.documents import OwnItemDocument
from pathways.items.pages.item_forms import KINDS
from pathways.permissions import Member, Permission
from pathways.referentials import service as referentials_service
from pathways.web.dependencies import ReadDB, Requires
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router(prefix="/items")

Reader = Annotated[Member, Depends(Requires(Permission.CONTENT_READ))]
Uses = Callable[[Session, Member, str, str, str], list[Any]]
"""Where an item is in use: what is above this feature knows, and registers it as ``app.state.uses_of_item``."""
STATES = {
    "machine": D_("automatique"),
    "draft": D_("brouillon, pas encore relue"),
    "reviewed": D_("relue"),
    "verified": D_("relue et essayée"),
}
DEVICES = {"any": D_("tous"), "phone": D_("téléphone"), "computer": D_("ordinateur")}


@router.get("")
def items(
    request: Request,
    member: Reader,
    wanted: Annotated[Wanted, Depends(wanted_of)],
    db: ReadDB,
    framework: Framework = referentials_service.USUAL_FRAMEWORK,
    coverage: Annotated[Short, Query()] = "",
    after: Annotated[Short, Query()] = "",
) -> Response:
    """All that may be asked, found by words and by what it is."""
    ladders = ladders_for(db, member, framework)
    today = clock.now().date()
    found = bank.listed(db, member, ladders, wanted, today=today, after=after)
    asked = {name: value for name, value in request.query_params.items() if value and name != "after"}
    return render(
        request,
        "bank.html",
        found=found,
        wanted=wanted,
        coverage=coverage,
        after=after,
        ladders=ladders,
        framework=framework,
        titles={code: skill.title for code, skill in ladders.skills.items()},
        kinds=KINDS,
        origins=ORIGINS,
        names=i18n.languages(),
        today=today,
        filtered=urlencode(asked),
        following=urlencode(asked | {"after": found.next or ""}),
    )


@router.get("/{item_code}")
def item(
    request: Request,
    member: Reader,
    item_code: Annotated[Short, Path()],
    db: ReadDB,
    framework: Framework = referentials_service.USUAL_FRAMEWORK,
    lang: Annotated[Short, Query()] = "",
) -> Response:
    """One question: as a learner sees it in a language, its key, what each wrong answer reveals, its past, its use."""
    found = authoring.visible(db, member, framework, item_code)
    revision = authoring.last_revision(db, found)
    language = showing.language_of(lang)
    is_own = found.organisation_id == member.organisation_id
    uses: Uses = request.app.state.uses_of_item
    return render(
        request,
        "item.html",
        reader=language,
        display="both",
        item=found,
        revision=revision,
        is_own=is_own,
        may_write=member.may(Permission.CONTENT_WRITE),
        preview=showing.of_revision(db, revision, language),
        served=bank.languages_of(db, [revision.id]).get(revision.id, {}),
        names=i18n.languages(),
        states=STATES,
        kinds=KINDS,
        devices=DEVICES,
        changes=bank.changes(db, found),
        uses=uses(db, member, framework, found.code, found.skill),
        fared=figures.read(db, member.organisation_id, [found.id])[found.id],
        enough=figures.ENOUGH,
        warnings=_warnings(revision.body, referentials_service.readers_of(db, framework)) if is_own else [],
        twins=authoring.twins(
            db, member.organisation_id, framework, list(revision.segments.values()), without=found.code
        ),
        skill=ladders_for(db, member, framework, archived=True).skills.get(found.skill),
        texts=_texts(revision.body),
        today=clock.now().date(),
        framework=framework,
    )


def _warnings(body: Mapping[str, Any], readers: str) -> list[str]:
    """What the rules of writing say of an own item: nothing that refused it."""
    document = OwnItemDocument.model_validate(authoring.document_of(body))
    return [authoring.sentence(flaw) for flaw in flaws.flaws_of(document, readers) if flaw.warning]


def _texts(body: Mapping[str, Any]) -> dict[str, str]:
    """The words of each part of a question by its name."""
    return {
        part["id"]: part.get("text") or (part["picture"]["alt"] if part.get("picture") else part["id"])
        for part in (*body["options"], *body["targets"])
    }
