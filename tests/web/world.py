"""One organisation with something of everything that has an address, and people in front of it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from starlette.testclient import TestClient

from pathways.database import Database
from pathways.diagnostics.models import Diagnostic
from pathways.outbox import OutboxEvent
from pathways.people.models import Invitation, Membership, PersonalToken
from pathways.permissions import Role
from pathways.tables import metadata
from tests.diagnostics.situations import Taker

SELECTION = {"skills": ["SEC-01", "SEC-02"], "languages": ["fr", "ar"], "questions": 6}
DIAGNOSTIC = {"title": "Avant l'atelier", "selection": SELECTION}
NOT_CONTENT = {"wrong_tries"}
"""Tables that a refused request may write to: it is counted."""


@dataclass
class World:
    """What one organisation holds. ``administrator`` is signed in; ``taker`` is a learner in the middle of it."""

    administrator: TestClient
    database: Database
    organisation_id: uuid.UUID
    values: dict[str, str]
    taker: Taker

    def path(self, template: str, **other: str) -> str:
        """``/diagnostics/{diagnostic_id}`` with the identifiers of this world (or ``other`` ones)."""
        return re.sub(r"{(\w+)}", lambda found: other.get(found[1], self.values[found[1]]), template)

    def rows(self) -> dict[str, int]:
        return rows_of(self.database)


def rows_of(database: Database) -> dict[str, int]:
    """The number of rows of each table: what a refused request must leave as it was."""
    tables = [table for table in metadata.sorted_tables if table.name not in NOT_CONTENT]
    with database.read() as db:
        return {table.name: db.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables}


def csrf_of(client: TestClient) -> str:
    """The token that the forms of this person's pages carry."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get("/account").text)
    assert found, "no form of ours on this page"
    return found[1]


def make(signed_in: Callable[..., TestClient], client: TestClient, database: Database) -> World:
    administrator = signed_in(Role.ADMINISTRATOR, operator=True)
    organisation_id: uuid.UUID = administrator.organisation_id  # type: ignore[attr-defined]
    signed_in(Role.TRAINER, organisation=organisation_id)
    csrf = csrf_of(administrator)
    made = administrator.post("/api/v1/diagnostics", json=DIAGNOSTIC)
    assert made.status_code == 201, made.text
    published = administrator.post(f"/api/v1/diagnostics/{made.json()['id']}/publish")
    assert published.status_code == 200, published.text
    assert administrator.post("/account/tokens", data={"csrf": csrf, "name": "Tableur", "scopes": "content:read"})
    invited = administrator.post("/organisation/invitations", data={"csrf": csrf, "role": "trainer"})
    assert invited.status_code in {200, 303}, invited.text
    taker = Taker.start(client, published.json()["code"])
    taker.dont_know()
    with database.begin() as db:
        event = OutboxEvent(name="Nothing", payload={}, attempts=99)
        db.add(event)
        db.flush()
        membership = db.scalars(
            sa.select(Membership).filter_by(organisation_id=organisation_id, role=Role.TRAINER)
        ).one()
        values = {
            "diagnostic_id": str(made.json()["id"]),
            "attempt_id": taker.opened["id"],
            "membership_id": str(membership.id),
            "invitation_id": str(db.scalars(sa.select(Invitation.id).filter_by(organisation_id=organisation_id)).one()),
            "token_id": str(db.scalars(sa.select(PersonalToken.id).filter_by(organisation_id=organisation_id)).one()),
            "event_id": str(event.id),
            "code": str(db.get_one(Diagnostic, uuid.UUID(made.json()["id"])).code),
        }
    values |= {"token": "x" * 43, "tag": "ar", "name": "base.css", "digest": "0" * 10}
    return World(administrator, database, organisation_id, values, taker)


def body_for(method: str, path: str, csrf: str, values: dict[str, str]) -> dict[str, Any]:
    """Keyword arguments of a well-formed request to a route, so that nothing but the person can be wrong with it."""
    if method in {"GET", "HEAD"}:
        return {}
    if path.startswith("/api/"):
        json = JSON_BODIES.get(f"{method} {path}")
        return {"headers": {"Idempotency-Key": str(uuid.uuid4())}} | ({"json": json} if json is not None else {})
    return {"data": {"csrf": csrf} | FORMS.get(path, {})}


JSON_BODIES: dict[str, Any] = {
    "POST /api/v1/attempts": {"code": "AAAAAA", "language": "fr"},
    "POST /api/v1/attempts/{attempt_id}/answers": {"item": "SEC-01-a", "outcome": "dont_know"},
    "POST /api/v1/attempts/resume": {"code": "AAAA-AAAA"},
    "POST /api/v1/diagnostics": DIAGNOSTIC,
    "POST /api/v1/diagnostics/estimate": {"selection": SELECTION},
    "PUT /api/v1/diagnostics/{diagnostic_id}": DIAGNOSTIC | {"version": 1},
    "POST /api/v1/tokens": {"name": "Tableur", "scopes": ["content:read"]},
}
_COMPOSED = {
    "framework": "inclusion-numerique",
    "title": "Avant l'atelier",
    "skills": "SEC-01",
    "languages": "fr",
    "questions": "6",
    "action": "keep",
}
FORMS: dict[str, dict[str, str]] = {
    "/diagnostics/new": _COMPOSED,
    "/diagnostics/new/price": _COMPOSED,
    "/diagnostics/{diagnostic_id}": _COMPOSED | {"version": "1"},
    "/diagnostics/{diagnostic_id}/price": _COMPOSED | {"version": "1"},
    "/profiles/{attempt_id}/observations": {"item": "GES-01-a", "result": "alone", "key": str(uuid.UUID(int=7))},
    "/organisation/invitations": {"role": "trainer"},
    "/organisation/members/{membership_id}/role": {"role": "reviewer"},
    "/account/tokens": {"name": "Tableur", "scopes": "content:read"},
    "/account/organisation": {"organisation": str(uuid.UUID(int=7))},
    "/account/password": {"current": "", "password": "quatre mots au hasard"},
    "/server": {"name": "Une structure"},
    "/server/reset-link": {"email": "personne@exemple.fr"},
}
