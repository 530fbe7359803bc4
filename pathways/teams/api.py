"""Teams for programs: the skills that are looked at, people and their invitations, coverage, targets. A person's yes is
given on a screen that the person reads, never here.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Depends, Header
from starlette.requests import Request

from pathways import clock, ids
from pathways.idempotency import LONGEST_KEY, once, scope_of
from pathways.permissions import Member, Permission
from pathways.settings import Settings
from pathways.teams import coverage, inviting, network, noting, policies, selecting, standings, targets
from pathways.teams.links import InvitationLinks
from pathways.teams.models import TeamMember
from pathways.teams.schemas import (
    NetworkCoverageOut,
    TeamCountedIn,
    TeamCoverageOut,
    TeamInvitationOut,
    TeamMemberChangeIn,
    TeamMemberIn,
    TeamMemberOut,
    TeamOut,
    TeamRowOut,
    TeamSkillsIn,
    TeamTargetIn,
    TeamTargetOut,
    coverage_out,
    member_out,
    network_out,
    row_out,
    target_out,
    team_out,
)
from pathways.web.bodies import StrictRoute
from pathways.web.dependencies import DB, OwnSettings, ReadDB, Requires
from pathways.web.paging import Cursor, Limit, PageOf, page
from pathways.web.routing import Router

router = Router(tags=["team"], route_class=StrictRoute)
OF = {"member_id": inviting.get, "target_id": targets.get}
Reader = Annotated[Member, Depends(Requires(Permission.TEAM_READ, of=OF))]
Writer = Annotated[Member, Depends(Requires(Permission.TEAM_WRITE, of=OF))]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key", max_length=LONGEST_KEY, description="Yours: the same one again gives the same reply."
    ),
]


# --- the team and what it looks at ----------------------------------------------------------------------------


@router.get("/team", response_model=TeamOut, summary="The skills that a team looks at, and how many can")
def team(member: Reader, db: ReadDB) -> Any:
    return team_out(standings.board(db, member))


@router.put("/team/skills", response_model=TeamOut, summary="Choose the skills that a team looks at")
def choose(member: Writer, body: TeamSkillsIn, db: DB) -> Any:
    """One diagnostic is published for each choice. Whoever agreed before agrees once more to what is new."""
    selecting.choose(db, member, framework=body.framework, skills=body.skills, version=body.version)
    return team_out(standings.board(db, member))


@router.put("/team/network", response_model=TeamOut, summary="Be counted in the numbers of one's networks, or no more")
def be_counted(member: Writer, body: TeamCountedIn, db: DB) -> Any:
    selecting.be_counted(db, member, counted=body.counted)
    return team_out(standings.board(db, member))


# --- its people -----------------------------------------------------------------------------------------------


@router.get("/team/members", response_model=PageOf[TeamMemberOut], summary="The people of a team")
def members(member: Reader, db: ReadDB, limit: Limit = 50, cursor: Cursor = None) -> Any:
    """Who came last first, without what they show: `/team/coverage` and each of them have that."""
    query = inviting.listed(member)
    return page(db, query, at=TeamMember.created_at, key=TeamMember.id, limit=limit, cursor=cursor, show=member_out)


@router.post("/team/members", status_code=201, response_model=TeamInvitationOut, summary="Invite somebody")
def invite(member: Writer, body: TeamMemberIn, db: DB, settings: OwnSettings, key: Key = "") -> Any:
    links = InvitationLinks(settings.secret)

    def act() -> dict[str, Any]:
        made = inviting.add(db, links, member, body.form(), key=f"api {key or ids.new_token()}")
        return {"id": str(made.id)}  # and nothing that opens it

    answer, _ = once(db, scope_of(member.account_id, "invite to a team"), key, body.model_dump(mode="json"), act)
    return _invitation(settings, links, inviting.get(db, member, uuid.UUID(answer["id"])))


@router.get("/team/members/{member_id}", response_model=TeamRowOut, summary="One person, and what they show")
def one(request: Request, member: Reader, member_id: uuid.UUID, db: ReadDB) -> Any:
    """That a row with something in it was opened is written in the journal."""
    found = inviting.get(db, member, member_id)
    if policies.shows(found):
        noting.opened(request.app.state.database, db, member, found)
    chosen = selecting.of(db, member)
    board = standings.read(db, chosen, selecting.columns(db, chosen), [found])
    held = [one for line in coverage.badge_lines(db, [found], clock.now()) for one in line.held]
    return row_out(board.rows[0], board.columns, held)


@router.put("/team/members/{member_id}", response_model=TeamMemberOut, summary="Change what is said of somebody")
def change(member: Writer, member_id: uuid.UUID, body: TeamMemberChangeIn, db: DB) -> Any:
    return member_out(inviting.change(db, member, member_id, body.form(), version=body.version))


@router.post(
    "/team/members/{member_id}/invitation", response_model=TeamInvitationOut, summary="Make somebody's link anew"
)
def renew(member: Writer, member_id: uuid.UUID, db: DB, settings: OwnSettings) -> Any:
    """The earlier one opens nothing any more, and nothing is shown before the person has answered again."""
    links = InvitationLinks(settings.secret)
    return _invitation(settings, links, inviting.renew(db, links, member, member_id))


@router.delete("/team/members/{member_id}", status_code=204, summary="Somebody left the team")
def part(member: Writer, member_id: uuid.UUID, db: DB) -> None:
    """Nothing is kept of them but a count; their space, results and badges are theirs."""
    inviting.part(db, member, member_id)


# --- coverage and targets -------------------------------------------------------------------------------------


@router.get("/team/coverage", response_model=TeamCoverageOut, summary="Who can what, what runs out, what is missing")
def coverage_map(request: Request, member: Reader, db: ReadDB) -> Any:
    """By what each person agreed to show. The journal notes that it was read."""
    found = coverage.of(db, member, clock.now())
    noting.listed(request.app.state.database, db, member, found.board.answering)
    return coverage_out(found)


@router.get("/team/targets", response_model=list[TeamTargetOut], summary="How many people should be able to do what")
def listed(member: Reader, db: ReadDB) -> Any:
    board = standings.board(db, member)
    return [target_out(targets.reached(one, board)) for one in targets.all_of(db, member)]


@router.put("/team/targets", response_model=TeamTargetOut, summary="Write the target of a post")
def keep(member: Writer, body: TeamTargetIn, db: DB) -> Any:
    board = standings.board(db, member)
    kept = targets.keep(db, member, post=body.post, wanted=body.wanted, columns=board.columns, version=body.version)
    return target_out(targets.reached(kept, board))


@router.delete("/team/targets/{target_id}", status_code=204, summary="Erase a target")
def erase(member: Writer, target_id: uuid.UUID, db: DB) -> None:
    targets.erase(db, member, target_id)


@router.get(
    "/network/coverage", response_model=NetworkCoverageOut, summary="A network in numbers of ten people or more"
)
def network_coverage(member: Reader, db: ReadDB) -> Any:
    """For the organisation that keeps it. No number speaks of fewer than ten people or three organisations."""
    return network_out(network.of(db, member, clock.now()))


def _invitation(settings: Settings, links: InvitationLinks, found: TeamMember) -> dict[str, Any]:
    return {
        "id": found.id,
        "url": f"{settings.url}/join/{links.token_of(found)}",
        "expires_at": found.link_expires_at,
    }
