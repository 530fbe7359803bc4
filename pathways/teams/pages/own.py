"""The teams of one person, in their own space: what each sees of them, the questions, their pathway, their no at any
time. No organisation has this address.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pathways import i18n, ids
from pathways.badges.doors import WHY, OwnLinks, OwnSpace, OwnSpaceForm, answer, back, url_of
from pathways.badges.holding import results
from pathways.badges.models import Holder
from pathways.diagnostics import taking
from pathways.diagnostics.doors import OwnDoor, hand_over
from pathways.diagnostics.models import Attempt
from pathways.diagnostics.taking import Door
from pathways.errors import Conflict, NotFound
from pathways.i18n import N_
from pathways.people.models import Organisation
from pathways.teams import consenting, selecting, standings
from pathways.teams.models import Sharing, Team, TeamMember
from pathways.teams.selecting import Column
from pathways.teams.standings import State
from pathways.web.dependencies import DB, Address, ReadDB, public
from pathways.web.fields import Short
from pathways.web.routing import Router
from pathways.web.squares import square
from pathways.workshops.forms import Filled, Sent

router = Router()
SAID = {
    "joined": N_("C'est fait. Vous pouvez commencer."),
    "kept": N_("C'est enregistré."),
    "stopped": N_("C'est arrêté. Votre équipe ne voit plus rien."),
    "left": N_("Vous n'êtes plus dans cette équipe. Vos résultats restent ici."),
}
HEADINGS = {
    State.CAN: N_("Vous savez faire"),
    State.CONFIRM: N_("À confirmer ensemble"),
    State.NOT_YET: N_("À apprendre"),
}


@dataclass(frozen=True, slots=True)
class OwnTeam:
    """What the page tells of one team."""

    member: TeamMember
    organisation: str
    sees: Mapping[State, list[Column]]
    """What the team sees, by state; empty where it sees nothing."""
    columns: list[Column]
    new: list[Column]
    """What the team looks at since, and they were not asked."""
    asks: bool
    """Whether a yes is to be given, or given again."""
    is_asked: bool
    """The team proposes the questions."""
    sentences: list[str]
    seen: str


@router.get("/h/{key}/teams")
@public(WHY)
def teams(
    request: Request, space: OwnSpace, db: ReadDB, links: OwnLinks, said: Annotated[Short, Query()] = ""
) -> Response:
    rows = consenting.teams_of(db, space.holder)
    measures = standings.measured(db, rows)
    is_new = said == "joined" and not space.is_signed_in
    url = url_of(request, links, space.holder) if is_new else ""
    return answer(
        request,
        "team-own.html",
        space,
        url=url,
        qr=square(url) if url else "",
        teams=[_told(db, one, measures, space.language) for one in rows],
        headings=HEADINGS,
        can_choose=_finished(db, space.holder) is not None,
        key=ids.random_id(),
        lang=space.language,
        said=SAID.get(said, ""),
    )


@router.post("/h/{key}/teams")
@public(WHY)
def act(request: Request, space: OwnSpaceForm, db: DB, door: OwnDoor, address: Address, sent: Sent) -> Response:
    """One press about one team. What cannot be meant any more leads back to the page, which says what is."""
    member = consenting.own(db, space.holder, sent.identifier("team") or uuid.UUID(int=0))
    language = i18n.recognised(sent.get("lang")) or space.language
    if sent.get("act") == "begin":
        begun = consenting.begin(db, door, member, space.holder, address=address, key=_key(sent))
        return _handed(request, door, begun, "practice")
    if sent.get("act") == "pathway":
        return _handed(request, door, _to_choose_from(db, space.holder), "goals")
    try:
        with db.begin_nested():
            said = _change(db, member, space.holder, sent, language)
    except Conflict:
        said = ""
    return back(space, f"/teams?lang={language}{f'&said={said}' if said else ''}")


def _change(db: Session, member: TeamMember, holder: Holder, sent: Filled, language: str) -> str:
    """What was pressed, and what the page says afterwards."""
    act = sent.get("act")
    if act == "agree":
        columns = selecting.columns(db, consenting.team_of(db, member))
        said = {"language": language, "seen": sent.get("seen"), "badges": bool(sent.get("badges"))}
        consenting.agree(db, member, holder, columns, **said)
        return "kept"
    if act == "refuse":
        consenting.refuse(db, member)
        return "stopped"
    if act == "leave":
        consenting.leave(db, member)
        return "left"
    return ""


def _key(sent: Filled) -> str | None:
    """Of one showing of the page: pressed twice, the questions begin once."""
    return sent.get("key")[:40] or None


def _handed(request: Request, door: Door, attempt: Attempt, where: str) -> Response:
    """The browser holds from now on what opens this attempt of the person's own."""
    response = RedirectResponse(f"/t/{attempt.id}/{where}", 303)
    hand_over(response, request, door, attempt)
    return response


def _to_choose_from(db: Session, holder: Holder) -> Attempt:
    attempt_id = _finished(db, holder)
    if attempt_id is None:
        raise NotFound(consenting.NOT_THERE)
    return taking.get(db, attempt_id)


def _finished(db: Session, holder: Holder) -> uuid.UUID | None:
    """The last result of the person's space that is over: a pathway starts from it."""
    return next((one.attempt_id for one in results.results_of(db, holder) if one.is_over), None)


def _told(db: Session, member: TeamMember, measures: Mapping[uuid.UUID, results.Measures], spoken: str) -> OwnTeam:
    team = db.get_one(Team, member.organisation_id)
    columns = selecting.columns(db, team)
    states = standings.states_of(member, columns, measures)
    sees = {
        state: [column for column, own in zip(columns, states, strict=True) if own is state]
        for state in State
        if states
    }
    new = [one for one in columns if one.key not in member.agreed] if member.sharing is Sharing.SHARED else []
    told_more = team.counted_at is not None and (member.answered_at is None or member.answered_at < team.counted_at)
    return OwnTeam(
        member=member,
        organisation=db.get_one(Organisation, member.organisation_id).name,
        sees=sees,
        columns=columns,
        new=new,
        asks=member.sharing is not Sharing.SHARED or bool(new) or told_more,
        is_asked=member.asked_at is not None and member.sharing is Sharing.SHARED,
        sentences=consenting.sentences(team),
        seen=consenting.consent_text(team, columns, spoken),
    )
