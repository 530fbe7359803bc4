"""The queue: what there is to translate, to read over and to verify, by language and state."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from pathways import i18n
from pathways.i18n import D_
from pathways.referentials import service as referentials_service
from pathways.translations import queue
from pathways.translations.asking import OwnFlagged, Translator, WantedList
from pathways.web.dependencies import ReadDB
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.routing import Router

router = Router(prefix="/translations")
WORDS = {
    "missing": D_("rien : le français seul"),
    "stale": D_("rien : le français a changé depuis la traduction"),
    "machine": D_("automatique"),
    "draft": D_("pas encore relue"),
    "reviewed": D_("relue"),
    "verified": D_("relue et essayée"),
}
"""What learners see of one question."""


@router.get("")
def queue_page(
    request: Request,
    member: Translator,
    db: ReadDB,
    wanted: WantedList,
    flagged: OwnFlagged,
    after: Annotated[Short, Query()] = "",
) -> Response:
    """Without a language, all of them side by side; with one, its states and the questions that stand there."""
    known = flagged(db)
    counts = queue.counts(db, member, wanted.framework, known)
    found = queue.listed(db, member, wanted, known, after=after) if wanted.language else None
    asked = {"framework": wanted.framework, "lang": wanted.language, "state": wanted.state, "words": wanted.words}
    kept = {name: value for name, value in asked.items() if value}
    return render(
        request,
        "translations-queue.html",
        wanted=wanted,
        counts=counts,
        found=found,
        after=after,
        frameworks=referentials_service.all_newest(db),
        states=queue.SHOWN_STATES,
        words_of=WORDS,
        names=i18n.languages(),
        target=i18n.language(wanted.language) if wanted.language else None,
        here=urlencode(kept),
        following=urlencode(kept | {"after": found.next}) if found and found.next else "",
    )
