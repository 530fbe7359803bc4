"""Teams in JSON. What one person shows is three words, whatever is asked: no probability, no answer, no total."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from pathways import i18n
from pathways.teams import inviting
from pathways.teams.coverage import Coverage, Held
from pathways.teams.models import LONGEST_LABEL, Sharing, Standing, Team, TeamMember, TeamTarget
from pathways.teams.network import Numbers
from pathways.teams.selecting import MOST_SKILLS, Column
from pathways.teams.standings import Board, Row, State, Tally
from pathways.teams.targets import MOST_WANTED, Reached
from pathways.web.fields import Line, Short

Wanted = Annotated[
    dict[Annotated[str, Field(max_length=130)], Annotated[StrictInt, Field(ge=0, le=MOST_WANTED)]],
    Field(max_length=MOST_SKILLS, description="`{framework:CODE: people}`, of the skills that the team looks at."),
]


class Incoming(BaseModel):
    """A body: unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


class TeamSkillsIn(Incoming):
    framework: Short = Field(examples=["benevole-numerique"])
    skills: Annotated[list[Short], Field(min_length=1, max_length=MOST_SKILLS)]
    version: StrictInt = Field(description="Of the team that was read.")


class TeamCountedIn(Incoming):
    counted: StrictBool


class TeamMemberIn(Incoming):
    """Somebody, as their organisation knows them: neither address nor number."""

    label: Annotated[Line, Field(max_length=LONGEST_LABEL)] = Field(examples=["Une bénévole"])
    standing: Standing = Standing.VOLUNTEER
    post: Short = Field(default="", examples=["welcome"])
    language: Short = Field(default=i18n.SOURCE, description="In which the invitation opens.")

    def form(self) -> inviting.PersonForm:
        return inviting.PersonForm(self.label, self.standing, self.post, self.language)


class TeamMemberChangeIn(TeamMemberIn):
    version: StrictInt


class TeamTargetIn(Incoming):
    post: Short = Field(default="", description="Empty: the whole team.")
    wanted: Wanted
    version: StrictInt = Field(default=0, description="Of the one that was read; 0 for a new one.")


class TeamSkillOut(BaseModel):
    key: str = Field(description="`framework:CODE`")
    title: str
    can: int = Field(description="People who show that they can.")
    confirm: int
    not_yet: int
    only_one: bool = Field(description="One person alone can.")


class TeamOut(BaseModel):
    framework: str
    skills: list[TeamSkillOut]
    people: int
    showing: int = Field(description="People of whom something is shown.")
    left: int = Field(description="People who were in the team: nothing else is kept of them.")
    counted: bool = Field(description="In the numbers of its networks, none of which speaks of fewer than ten people.")
    version: int


class TeamMemberOut(BaseModel):
    id: uuid.UUID
    label: str
    standing: Standing
    post: str
    language: str
    sharing: Sharing
    asked_at: datetime | None = Field(description="When the questions were last proposed.")
    created_at: datetime
    version: int


class TeamBadgeOut(BaseModel):
    name: str
    issuer: str
    valid_until: datetime | None
    soon: bool = Field(description="It runs out within 90 days.")


class TeamRowOut(TeamMemberOut):
    states: dict[str, State | None] = Field(
        description="`{framework:CODE: state}`; `null` for what they were not asked to show. Empty: nothing is shown."
    )
    badges: list[TeamBadgeOut] = Field(description="Of those who show theirs.")


class TeamInvitationOut(BaseModel):
    id: uuid.UUID
    url: str = Field(description="For the person: they read what the team would see, and say yes or no.")
    expires_at: datetime


class TeamAimOut(BaseModel):
    key: str
    title: str
    wanted: int
    can: int
    missing: int


class TeamTargetOut(BaseModel):
    id: uuid.UUID
    post: str
    wanted: dict[str, int]
    version: int
    people: int = Field(description="Of the post.")
    aims: list[TeamAimOut]


class TeamCoverageOut(BaseModel):
    skills: list[TeamSkillOut]
    people: list[TeamRowOut] = Field(description="By label. Nobody has a total.")
    targets: list[TeamTargetOut]


class NetworkSkillOut(BaseModel):
    key: str
    title: str
    people: int = Field(description="Of whom it is known, in whole tens.")
    at_least: dict[State, int] = Field(description="In whole tens; 0: fewer, or hidden so that nothing follows.")


class NetworkBadgeOut(BaseModel):
    name: str
    holds: int
    soon: int = Field(description="Of them, those whose badge runs out within 90 days.")


class NetworkCoverageOut(BaseModel):
    network: str
    people: int
    skills: list[NetworkSkillOut]
    badges: list[NetworkBadgeOut]


def skills_out(tallies: Iterable[Tally]) -> list[dict[str, Any]]:
    return [
        {
            "key": one.column.key,
            "title": one.column.title,
            "can": len(one.can),
            "confirm": len(one.confirm),
            "not_yet": len(one.not_yet),
            "only_one": one.only_one is not None,
        }
        for one in tallies
    ]


def team_out(board: Board) -> dict[str, Any]:
    team: Team = board.team
    return {
        "framework": team.framework,
        "skills": skills_out(board.tallies),
        "people": len(board.rows),
        "showing": board.answering,
        "left": team.left,
        "counted": team.counted_at is not None,
        "version": team.version,
    }


def member_out(member: TeamMember) -> dict[str, Any]:
    names = ("id", "label", "standing", "post", "language", "sharing", "asked_at", "created_at", "version")
    return {name: getattr(member, name) for name in names}


def row_out(row: Row, columns: Iterable[Column], held: Iterable[Held]) -> dict[str, Any]:
    states = {one.key: state for one, state in zip(columns, row.states, strict=True)} if row.states else {}
    badges = [
        {"name": one.name, "issuer": one.issuer, "valid_until": one.valid_until, "soon": one.is_soon} for one in held
    ]
    return member_out(row.member) | {"states": states, "badges": badges}


def target_out(found: Reached) -> dict[str, Any]:
    target: TeamTarget = found.target
    return {
        "id": target.id,
        "post": target.post,
        "wanted": target.wanted,
        "version": target.version,
        "people": found.people,
        "aims": [
            {
                "key": one.tally.column.key,
                "title": one.tally.column.title,
                "wanted": one.wanted,
                "can": len(one.can),
                "missing": one.missing,
            }
            for one in found.aims
        ],
    }


def coverage_out(found: Coverage) -> dict[str, Any]:
    board = found.board
    return {
        "skills": skills_out(board.tallies),
        "people": [row_out(one, board.columns, found.badges_of(one.member.id)) for one in board.rows],
        "targets": [target_out(one) for one in found.targets],
    }


def network_out(found: Numbers) -> dict[str, Any]:
    return {
        "network": found.issuer.name,
        "people": found.people,
        "skills": [
            {"key": one.key, "title": one.title, "people": one.people, "at_least": dict(one.at_least)}
            for one in found.skills
        ],
        "badges": [{"name": one.name, "holds": one.holds, "soon": one.soon} for one in found.badges],
    }
