"""People in JSON."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from pathways.people import habits
from pathways.people.models import Organisation, PersonalToken
from pathways.permissions import Member, Permission, Role
from pathways.web.fields import Line, Short

_TOKEN = {
    "id": "01936a0e-7c1e-7d4b-9b1a-0c5d5a1f2e3d",
    "name": "Tableur de la structure",
    "organisation_id": "01936a0e-7b00-7a10-8f00-3b1de0c4a511",
    "scopes": ["diagnostics:read", "attempts:read"],
    "created_at": "2026-11-24T08:00:00Z",
    "expires_at": "2027-02-22T08:00:00Z",
    "last_used_at": None,
}


class OrganisationOut(BaseModel):
    id: uuid.UUID
    name: str


class MeOut(BaseModel):
    """Who asks: a person signed in, or a program with a personal token of theirs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01936a0e-7a55-7c32-a1f3-8b1b7d1d6c10",
                    "name": "Camille",
                    "organisation": {
                        "id": "01936a0e-7b00-7a10-8f00-3b1de0c4a511",
                        "name": "Espace numérique",
                    },
                    "role": "trainer",
                    "permissions": ["attempts:read", "content:read", "diagnostics:read"],
                    "by_token": True,
                }
            ]
        }
    )

    id: uuid.UUID
    name: str
    organisation: OrganisationOut
    role: Role
    permissions: list[Permission]
    by_token: bool = Field(description="Whether a personal token asks, not a person in a browser.")

    @classmethod
    def of(cls, member: Member) -> MeOut:
        return cls(
            id=member.account_id,
            name=member.name,
            organisation=OrganisationOut(id=member.organisation_id, name=member.organisation_name),
            role=member.role,
            permissions=sorted(member.permissions),
            by_token=member.session_id is None,
        )


class TokenIn(BaseModel):
    """A personal token to make. ``scopes`` are among those of your role."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Tableur de la structure",
                    "scopes": ["diagnostics:read", "attempts:read"],
                    "days": 90,
                }
            ]
        },
    )

    name: Annotated[Line, Field(min_length=1)]
    scopes: Annotated[list[Permission], Field(min_length=1, max_length=len(Permission))]
    days: Annotated[int, Field(ge=1, le=365)] = 90


class TokenOut(BaseModel):
    """A personal token without its secret, which nobody can read again."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [_TOKEN]})

    id: uuid.UUID
    name: str
    organisation_id: uuid.UUID
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = Field(description="To the hour.")


class NewTokenOut(TokenOut):
    """A token just made. ``secret`` is shown this once."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_TOKEN | {"secret": "pathways_Zk3v0X3l1u5V8bq0p9wqv4x2d7o6y1t5s3r8n2m4k0c"}]}
    )

    secret: str = Field(description="Send it as `Authorization: Bearer SECRET`.")

    @classmethod
    def of(cls, token: PersonalToken, secret: str) -> NewTokenOut:
        return cls(**TokenOut.model_validate(token).model_dump(), secret=secret)


class HabitsIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    place: Annotated[str, Field(max_length=200)] = ""
    words: Annotated[str, Field(max_length=300)] = ""
    questions: StrictInt | None = None
    minutes: StrictInt | None = None


class OrganisationChange(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    languages: Annotated[list[Short], Field(max_length=100)] | None = None
    habits: HabitsIn | None = None
    version: StrictInt = Field(description="The version that was read; another one is refused with 409.")


class OwnOrganisationOut(OrganisationOut):
    languages: list[str] = Field(description="Those that new diagnostics offer; empty for all of them.")
    habits: HabitsIn
    version: int

    @classmethod
    def of(cls, organisation: Organisation) -> OwnOrganisationOut:
        return cls(
            id=organisation.id,
            name=organisation.name,
            languages=organisation.languages,
            habits=HabitsIn(**asdict(habits.of(organisation))),
            version=organisation.version,
        )


class JournalEntryOut(BaseModel):
    """Who did what. Never a label, never an answer."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    act: str
    account_id: uuid.UUID
    about_id: uuid.UUID | None = Field(description="A file, an attempt, a diagnostic; it may be erased since.")
    details: dict[str, Any]
    happened_at: datetime


class TokensOut(BaseModel):
    tokens: list[TokenOut]
