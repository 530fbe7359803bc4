"""An invitation in somebody's hands: what the team will see, in their language, and their yes or no.

The organisation knows this address, so it never opens answers: a yes leads on to a link of the person's own
(:mod:`own`).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Form, Path
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n
from pathways.badges.doors import ME, OwnLinks
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.models import Holder
from pathways.errors import Conflict, DomainError, NotFound
from pathways.i18n import N_
from pathways.people.models import Organisation
from pathways.permissions import Member, Permission
from pathways.teams import consenting, selecting
from pathways.teams.models import Sharing, TeamMember
from pathways.teams.pages.doors import answer, own_path, speak
from pathways.web.dependencies import DB, ReadDB, Requires, RequiresForm, public
from pathways.web.fields import Short
from pathways.web.pages import render
from pathways.web.problems import STATUS
from pathways.web.routing import Router
from pathways.workshops.forms import Sent

router = Router()
WHY = "whoever holds the link of an invitation is asked, and may say no"
Token = Annotated[str, Path(max_length=200)]
Said = Annotated[Short, Form()]
Holding = Annotated[Member, Depends(Requires(Permission.BADGES_HOLD))]
HoldingForm = Annotated[Member, Depends(RequiresForm(Permission.BADGES_HOLD))]
NO_SPACE = N_("Ce lien n'ouvre pas d'espace. Copiez-le encore une fois.")
"""As ``badges.pages.results_brought`` says it."""


@router.get("/join/{join_token}")
@public(WHY)
def asked(request: Request, join_token: Token, db: ReadDB) -> Response:
    """Looking changes nothing: whoever shows somebody their invitation opens it, too."""
    return _page(request, db, consenting.by_token(db, join_token), join_token)


@router.post("/join/{join_token}")
@public(WHY)
def answered(
    request: Request,
    join_token: Token,
    db: DB,
    links: OwnLinks,
    sent: Sent,
    act: Said = "",
) -> Response:
    member = consenting.by_token(db, join_token)
    language, space = i18n.recognised(sent.get("lang")) or member.language, sent.get("space")
    i18n.use(language)
    try:
        with db.begin_nested():
            if act == "agree":
                holder, token = _space(db, links, space, language)
                said = {"language": language, "seen": sent.get("seen"), "badges": bool(sent.get("badges"))}
                consenting.agree(db, member, holder, _columns(db, member), **said)
                return RedirectResponse(f"{own_path(token)}?said=joined", 303)
            if act == "refuse":
                consenting.refuse(db, member)
    except (Conflict, NotFound) as error:
        return _page(request, db, member, join_token, language=language, space=space, wrong=error)
    return RedirectResponse(f"/join/{join_token}?lang={language}", 303)


@router.get("/join/{join_token}/language")
@public(WHY)
def languages(request: Request, join_token: Token, db: ReadDB) -> Response:
    member = consenting.by_token(db, join_token)
    chosen = speak(request, member.language)
    offered, base = list(i18n.languages().values()), f"/join/{join_token}/language"
    return answer(request, "wall.html", offered=offered, base=base, chosen=chosen)


@router.get("/join/{join_token}/language/{tag}")
@public(WHY)
def read_in(join_token: Token, tag: str, db: ReadDB) -> Response:
    consenting.by_token(db, join_token)
    language = i18n.recognised(tag)
    return RedirectResponse(f"/join/{join_token}{f'?lang={language}' if language else ''}", 303)


# --- with an account ------------------------------------------------------------------------------------------


@router.get("/join/{join_token}/account")
def with_account(request: Request, member: Holding, join_token: Token, db: ReadDB) -> Response:
    """The same question for somebody who has an account here, at their desk: their space is that of the account."""
    return _account_page(request, db, consenting.by_token(db, join_token), join_token)


@router.post("/join/{join_token}/account")
def agreed_with_account(
    request: Request,
    member: HoldingForm,
    join_token: Token,
    db: DB,
    links: OwnLinks,
    seen: Said = "",
    badges: Said = "",
) -> Response:
    invited = consenting.by_token(db, join_token)
    try:
        with db.begin_nested():
            holder = holders.for_account(db, links, member)
            columns = _columns(db, invited)
            consenting.agree(db, invited, holder, columns, language=i18n.SOURCE, seen=seen, badges=bool(badges))
    except Conflict as error:
        return _account_page(request, db, invited, join_token, wrong=error)
    return RedirectResponse(f"{own_path(ME)}?said=joined", 303)


def _space(db: Session, links: Links, given: str, language: str) -> tuple[Holder, str]:
    """The space whose link was pasted, or a new one."""
    if not given:
        return holders.create(db, links, language=language)
    token = given.strip().partition("?")[0].partition("/h/")[2].partition("/")[0]
    try:
        return holders.by_token(db, links, token), token
    except NotFound as error:
        raise Conflict(NO_SPACE) from error


def _columns(db: Session, member: TeamMember) -> list[selecting.Column]:
    return selecting.columns(db, consenting.team_of(db, member))


def _page(
    request: Request,
    db: Session,
    member: TeamMember,
    join_token: str,
    *,
    language: str = "",
    space: str = "",
    wrong: DomainError | None = None,
) -> Response:
    spoken = language or speak(request, member.language)
    team, columns = consenting.team_of(db, member), _columns(db, member)
    return answer(
        request,
        "team-join.html",
        status=STATUS[wrong.kind] if wrong else 200,
        base=f"/join/{join_token}",
        organisation=db.get_one(Organisation, member.organisation_id).name,
        asks=member.holder_id is None and member.sharing is not Sharing.SHARED,
        said_no=member.sharing is Sharing.WITHHELD,
        sentences=consenting.sentences(team),
        columns=columns,
        seen=consenting.consent_text(team, columns, spoken),
        lang=spoken,
        space=space,
        wrong=wrong.message if wrong else "",
    )


def _account_page(
    request: Request, db: Session, member: TeamMember, join_token: str, *, wrong: DomainError | None = None
) -> Response:
    team, columns = consenting.team_of(db, member), _columns(db, member)
    return render(
        request,
        "team-join-account.html",
        status=STATUS[wrong.kind] if wrong else 200,
        base=f"/join/{join_token}",
        organisation=db.get_one(Organisation, member.organisation_id).name,
        sentences=consenting.sentences(team),
        columns=columns,
        seen=consenting.consent_text(team, columns, i18n.SOURCE),
        wrong=i18n.gettext(wrong.message) if wrong else "",
    )
