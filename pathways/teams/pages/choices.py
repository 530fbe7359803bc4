"""Which skills a team looks at, and how many people should be able to do what."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.errors import Conflict, DomainError, Invalid, NotFound
from pathways.permissions import Member
from pathways.referentials import service as referentials_service
from pathways.teams import posts, selecting, standings, targets
from pathways.teams.pages import words
from pathways.teams.pages.doors import Reader, Writer, WriterForm
from pathways.web.dependencies import DB, ReadDB
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.problems import STATUS
from pathways.web.routing import Router
from pathways.workshops.forms import Filled, Sent

router = Router()
Said = Annotated[Short, Query()]


@router.get("/team/skills")
def skills(request: Request, member: Writer, db: ReadDB, framework: Said = "", find: Said = "") -> Response:
    """The ten skills: those of today, to be changed for any of the same or of another framework."""
    team = selecting.of(db, member)
    fields = {"skills": list(team.skills) if framework in {"", team.framework} else [], "find": [find]}
    return _skills(request, db, member, framework or team.framework, Filled(fields))


@router.post("/team/skills")
def choose(request: Request, member: WriterForm, db: DB, sent: Sent) -> Response:
    framework, version = sent.get("framework"), sent.number("version", 0)
    try:
        with db.begin_nested():
            sent.refuse()
            selecting.choose(db, member, framework=framework, skills=sent.all("skills"), version=version)
    except (Conflict, Invalid) as error:
        if isinstance(error, Invalid):
            sent.take(error)
        return _skills(request, db, member, framework, sent, refused=error)
    return RedirectResponse("/team?said=chosen", 303)


@router.get("/team/targets")
def listed(request: Request, member: Reader, db: ReadDB, post: Said = "", said: Said = "") -> Response:
    return _targets(request, db, member, post, said=said)


@router.post("/team/targets")
def keep(request: Request, member: WriterForm, db: DB, sent: Sent) -> Response:
    """A number for each skill, empty for none."""
    team = selecting.of(db, member)
    columns = selecting.columns(db, team)
    post, version = sent.get("post"), sent.number("version", 0)
    wanted = {one.key: sent.number(f"wanted-{one.code}", 0) for one in columns}
    try:
        with db.begin_nested():
            sent.refuse()
            targets.keep(db, member, post=post, wanted=wanted, columns=columns, version=version)
    except (Conflict, Invalid) as error:
        if isinstance(error, Invalid):
            sent.take(error)
        return _targets(request, db, member, post, filled=sent, refused=error)
    return RedirectResponse(f"/team/targets?post={post}&said=kept", 303)


@router.post("/team/targets/{target_id}/erase")
def erase(member: WriterForm, target_id: uuid.UUID, db: DB) -> Response:
    targets.erase(db, member, target_id)
    return RedirectResponse("/team/targets?said=erased", 303)


@router.get("/team/targets/{target_id}/erase")
def back(member: Reader, target_id: uuid.UUID, db: ReadDB) -> Response:
    targets.get(db, member, target_id)
    return RedirectResponse("/team/targets", 303)


def _skills(
    request: Request,
    db: Session,
    member: Member,
    framework: str,
    filled: Filled,
    *,
    refused: DomainError | None = None,
) -> Response:
    team = selecting.of(db, member)
    try:
        ladders = selecting.offered(db, member, framework)
    except NotFound:  # an address that names none: what the team looks at is always there
        ladders = selecting.offered(db, member, team.framework)
    return render(
        request,
        "team-skills.html",
        status=STATUS[refused.kind] if refused else 200,
        team=team,
        ladders=ladders,
        frameworks=referentials_service.all_newest(db),
        found=_found(ladders, filled),
        filled=filled,
        most=selecting.MOST_SKILLS,
        wrong=i18n.sentence(refused.message, refused.values) if refused else "",
    )


def _found(ladders: selecting.Ladders, filled: Filled) -> set[str]:
    """Codes to show: what the words find, and what is ticked. Without words, everything."""
    sought = filled.get("find").strip()
    if not sought:
        return set(ladders.skills)
    return {one.code for one in referentials_service.matching(ladders, words=sought)} | set(filled.all("skills"))


def _targets(
    request: Request,
    db: Session,
    member: Member,
    post: str,
    *,
    filled: Filled | None = None,
    said: str = "",
    refused: DomainError | None = None,
) -> Response:
    board = standings.board(db, member)
    kept = targets.all_of(db, member)
    chosen = next((one for one in kept if one.post == post), None)
    post = post if not post or post in posts.posts() else ""
    begins = {} if chosen else targets.starting_from(post, board.columns)
    wanted = dict(chosen.wanted) if chosen else begins
    return render(
        request,
        "team-targets.html",
        status=STATUS[refused.kind] if refused else 200,
        board=board,
        reached=[targets.reached(one, board) for one in kept],
        chosen=chosen,
        post=post,
        posts=posts.posts(),
        post_of=posts.post,
        is_template=bool(begins),
        filled=filled or Filled({f"wanted-{key.partition(':')[2]}": [str(many)] for key, many in wanted.items()}),
        version=chosen.version if chosen else 0,
        most=targets.MOST_WANTED,
        said=i18n.gettext(words.SAID.get(said, "")),
        wrong=i18n.sentence(refused.message, refused.values) if refused else "",
    )
