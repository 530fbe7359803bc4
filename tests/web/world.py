"""One organisation with something of everything that has an address, and people in front of it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from starlette.testclient import TestClient

from pathways import clock
from pathways.database import Database
from pathways.diagnostics.models import Diagnostic
from pathways.items import recordings
from pathways.outbox import OutboxEvent
from pathways.people.models import Invitation, LearnerFile, Membership, PersonalToken
from pathways.permissions import Role
from pathways.reception.models import Reception
from pathways.settings import Settings
from pathways.tables import metadata
from pathways.voices.models import Voice
from tests.calibrations import proposals
from tests.diagnostics.situations import Taker
from tests.web import (
    world_of_attendance,
    world_of_badges,
    world_of_bookings,
    world_of_learning,
    world_of_notices,
    world_of_places,
    world_of_referrals,
    world_of_teams,
    world_of_wishes,
    world_of_workshops,
)

SELECTION = {"skills": ["SEC-01", "SEC-02"], "languages": ["fr", "ar"], "questions": 6}
DIAGNOSTIC = {"title": "Avant l'atelier", "selection": SELECTION}
ITEM = {
    "skill": "SEC-02",
    "kind": "choice",
    "stem": "Votre voisine envoie un lien par message. Que faites-vous ?",
    "options": [
        {"id": "ask", "text": "Je lui demande avant", "key": True},
        {"id": "link", "text": "J'appuie sur le lien", "reveals": "croit qu'un nom connu prouve qui écrit"},
    ],
}
NOT_CONTENT = {"wrong_tries", "verification_count"}
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
        whose = "jury " if "/jury/" in template else ""  # nobody decides on a request of their own
        known = self.values | {name.removeprefix(whose): value for name, value in self.values.items()} | other
        return re.sub(r"{(\w+)}", lambda found: known[found[1]], template)

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
    organisation_id: uuid.UUID = administrator.organisation_id  # type: ignore[attr-defined] - put there by the fixture
    settings: Settings = administrator.app.state.settings  # type: ignore[attr-defined] - of a test client's application
    signed_in(Role.TRAINER, organisation=organisation_id)
    csrf = csrf_of(administrator)
    made = administrator.post("/api/v1/diagnostics", json=DIAGNOSTIC)
    assert made.status_code == 201, made.text
    published = administrator.post(f"/api/v1/diagnostics/{made.json()['id']}/publish")
    assert published.status_code == 200, published.text
    assert administrator.post("/account/tokens", data={"csrf": csrf, "name": "Tableur", "scopes": "content:read"})
    invited = administrator.post("/organisation/invitations", data={"csrf": csrf, "role": "trainer"})
    assert invited.status_code in {200, 303}, invited.text
    paper_form = administrator.post(f"/api/v1/diagnostics/{made.json()['id']}/paper-forms", json={"language": "fr"})
    assert paper_form.status_code == 200, paper_form.text
    written = administrator.post("/api/v1/items", json={"item": ITEM})
    assert written.status_code == 201, written.text
    ladder = administrator.post("/api/v1/ladders", json={"title": "Nos ateliers"})
    assert ladder.status_code == 201, ladder.text
    taker = Taker.start(client, published.json()["code"])
    taker.dont_know()
    other = Taker.start(client, published.json()["code"])
    other.dont_know()
    with database.begin() as db:
        event = OutboxEvent(name="Nothing", payload={}, attempts=99)
        file = LearnerFile(organisation_id=organisation_id, label="mardi", sought="mardi")
        calibration = proposals.empty()
        db.add_all([event, file, calibration])
        db.flush()
        of_role = sa.select(Membership).filter_by(organisation_id=organisation_id)
        membership = db.scalars(of_role.filter_by(role=Role.TRAINER)).one()
        own = db.scalars(of_role.filter_by(role=Role.ADMINISTRATOR)).one()
        reception = Reception(
            id=uuid.uuid4(),
            organisation_id=organisation_id,
            account_id=membership.account_id,
            attempt_id=uuid.UUID(taker.opened["id"]),
            context={"device": "phone"},
            appointment={},
            language="fr",
        )
        db.add(reception)
        voice = Voice(
            organisation_id=organisation_id,
            diagnostic_id=uuid.UUID(made.json()["id"]),
            language="fr",
            link_digest="0" * 64,
            made_by=membership.account_id,
            expires_at=clock.now() + timedelta(days=1),
        )
        db.add(voice)
        db.flush()
        recording = recordings.keep(
            db,
            settings.data / recordings.FOLDER,
            language="fr",
            text="Bonjour",
            sound=b"ID3 of nothing",
            licence=voice.licence,
            source=recordings.Source(recordings.VOICE, voice.id, membership.account_id),
        )
        values = {
            "diagnostic_id": str(made.json()["id"]),
            "attempt_id": taker.opened["id"],
            "reception_id": str(reception.id),
            "voice_id": str(voice.id),
            "recording_id": str(recording.id),
            "fingerprint": recording.text_fingerprint,
            "number": "1",
            "other_id": other.opened["id"],
            "kind": "csv",
            "format": "csv",
            "organisation_id": str(organisation_id),
            "membership_id": str(membership.id),
            "invitation_id": str(db.scalars(sa.select(Invitation.id).filter_by(organisation_id=organisation_id)).one()),
            "token_id": str(db.scalars(sa.select(PersonalToken.id).filter_by(organisation_id=organisation_id)).one()),
            "event_id": str(event.id),
            "file_id": str(file.id),
            "form_code": paper_form.json()["code"],
            "item_code": written.json()["code"],
            "calibration_id": str(calibration.id),
            "ladder_id": ladder.json()["id"],
            "code": str(db.get_one(Diagnostic, uuid.UUID(made.json()["id"])).code),
        }
        values |= world_of_places.made(db, organisation_id, membership.account_id)
        values |= world_of_workshops.made(db, organisation_id, membership.account_id)
        values = world_of_bookings.made(db, organisation_id, membership.account_id) | values
        values |= world_of_wishes.made(db)
        values |= world_of_notices.made(db, organisation_id, membership.account_id, values["booking_id"])
        values |= world_of_learning.made(db, organisation_id, membership.account_id, uuid.UUID(values["attempt_id"]))
        values |= world_of_referrals.made(db, organisation_id, membership.account_id, uuid.UUID(values["attempt_id"]))
        values |= world_of_teams.made(db, organisation_id, membership.account_id)
        values |= world_of_badges.made(db, settings, organisation_id, own.account_id, uuid.UUID(values["attempt_id"]))
    values |= {"token": "x" * 43, "tag": "ar", "name": "base.css", "digest": "0" * 10}
    return World(administrator, database, organisation_id, values, taker)


def body_for(method: str, path: str, csrf: str, values: dict[str, str]) -> dict[str, Any]:
    """Keyword arguments of a well-formed request to a route, so that nothing but the person can be wrong with it."""
    params = {"params": QUERIES[f"{method} {path}"]} if f"{method} {path}" in QUERIES else {}
    if method in {"GET", "HEAD"}:
        return params
    if path.startswith("/api/"):
        json = JSON_BODIES.get(f"{method} {path}")
        keyed = params | {"headers": {"Idempotency-Key": str(uuid.uuid4())}} | UPLOADS.get(f"{method} {path}", {})
        return keyed | ({"json": json} if json is not None else {})
    return {"data": {"csrf": csrf} | FORMS.get(path, {})}


QUERIES: dict[str, dict[str, str]] = {**world_of_badges.QUERIES}
UPLOADS: dict[str, dict[str, Any]] = {**world_of_badges.UPLOADS}


JSON_BODIES: dict[str, Any] = {
    **world_of_bookings.JSON_BODIES,
    **world_of_attendance.JSON_BODIES,
    **world_of_notices.JSON_BODIES,
    **world_of_places.JSON_BODIES,
    **world_of_workshops.JSON_BODIES,
    **world_of_wishes.JSON_BODIES,
    **world_of_learning.JSON_BODIES,
    **world_of_referrals.JSON_BODIES,
    **world_of_teams.JSON_BODIES,
    **world_of_badges.JSON_BODIES,
    "POST /api/v1/attempts": {"code": "AAAAAA", "language": "fr"},
    "POST /api/v1/attempts/{attempt_id}/answers": {"item": "SEC-01-a", "outcome": "dont_know"},
    "POST /api/v1/attempts/{attempt_id}/unclear": {"item": "SEC-01-a"},
    "POST /api/v1/attempts/resume": {"code": "AAAA-AAAA"},
    "POST /api/v1/diagnostics": DIAGNOSTIC,
    "POST /api/v1/diagnostics/estimate": {"selection": SELECTION},
    "PUT /api/v1/diagnostics/{diagnostic_id}": DIAGNOSTIC | {"version": 1},
    "POST /api/v1/diagnostics/{diagnostic_id}/share": {"organisation": "everybody"},
    "POST /api/v1/diagnostics/{diagnostic_id}/unshare": {"organisation": "everybody"},
    "POST /api/v1/diagnostics/{diagnostic_id}/restore": {"to": 1, "version": 1},
    "POST /api/v1/diagnostics/{diagnostic_id}/paper-forms": {"language": "fr"},
    "POST /api/v1/paper-forms/{form_code}/sheets": {"words": ["A", "A"]},
    "PUT /api/v1/attempts/{attempt_id}/sheet": {"words": ["A", "A"], "seen": 1},
    "POST /api/v1/attempts/{attempt_id}/lengthen": {"to": 6},
    "PATCH /api/v1/organisation": {"version": 1},
    "PATCH /api/v1/learners/{file_id}": {"version": 1},
    "PUT /api/v1/attempts/{attempt_id}/file": {"label": "mardi"},
    "POST /api/v1/attempts/{attempt_id}/resume-code": {"number": 1},
    "POST /api/v1/receptions": {"id": str(uuid.UUID(int=8)), "language": "fr"},
    "PATCH /api/v1/receptions/{reception_id}/appointment": {"date": "2027-12-03", "version": "0" * 12},
    "POST /api/v1/items": {"item": ITEM | {"stem": "Votre banque demande un code par message. Que faites-vous ?"}},
    "PUT /api/v1/items/{item_code}": {"item": ITEM | {"explain": "On demande avant."}, "number": 1},
    "PUT /api/v1/items/{item_code}/translations/{tag}": {"number": 1, "texts": {"stem": "نص"}},
    "POST /api/v1/fairness/{item_code}/decisions": {"decision": "keep", "reason": "relue", "seen": ""},
    "POST /api/v1/calibrations/{calibration_id}/decisions": {"decision": "refuse", "reason": "relue"},
    "POST /api/v1/translations/{item_code}/suggestions": {"number": 1, "texts": {"stem": "نص"}},
    "POST /api/v1/translations/{item_code}/decisions": {"translation": str(uuid.UUID(int=7)), "act": "review"},
    "POST /api/v1/translations/{item_code}/unclear": {"segment": "stem"},
    "POST /api/v1/ladders": {"title": "Nos gestes"},
    "PUT /api/v1/ladders/{ladder_id}": {"version": 1, "title": "Nos ateliers du lundi", "skills": []},
    "POST /api/v1/diagnostics/{diagnostic_id}/voices": {"key": str(uuid.UUID(int=9)), "language": "fr"},
    "POST /api/v1/voices/recordings/{recording_id}": {"decision": "approve", "seen": "draft"},
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
_WRITTEN = {
    "kind": "choice",
    "skill": "SEC-02",
    "stem": "Votre banque demande un code par message. Que faites-vous ?",
    "option-0-text": "Je ne donne rien",
    "option-0-key": "on",
    "option-1-text": "Je donne le code",
    "option-1-reveals": "donne un code à qui le demande",
    "action": "keep",
}
FORMS: dict[str, dict[str, str]] = {
    **world_of_attendance.FORMS,
    **world_of_places.FORMS,
    **world_of_workshops.FORMS,
    **world_of_bookings.FORMS,
    **world_of_notices.FORMS,
    **world_of_wishes.FORMS,
    **world_of_learning.FORMS,
    **world_of_referrals.FORMS,
    **world_of_teams.FORMS,
    **world_of_badges.FORMS,
    "/receptions/{reception_id}": {"language": "fr", "device": "phone", "label": "Une", "go": "keep"},
    "/receptions/{reception_id}/appointment": {"date": "2027-12-03", "time": "14:30", "place": "Ici", "words": "Venez"},
    "/diagnostics/new": _COMPOSED,
    "/diagnostics/new/price": _COMPOSED,
    "/diagnostics/{diagnostic_id}": _COMPOSED | {"version": "1"},
    "/diagnostics/{diagnostic_id}/price": _COMPOSED | {"version": "1"},
    "/diagnostics/{diagnostic_id}/copy": {"key": str(uuid.UUID(int=7))},
    "/diagnostics/{diagnostic_id}/restore": {"to": "1", "version": "1"},
    "/diagnostics/{diagnostic_id}/share": {"everybody": "1"},
    "/diagnostics/{diagnostic_id}/unshare": {"everybody": "1"},
    "/profiles/{attempt_id}/observations": {"item": "GES-01-a", "result": "alone", "key": str(uuid.UUID(int=7))},
    "/diagnostics/{diagnostic_id}/paper": {"language": "fr"},
    "/paper/{form_code}": {"words": "A", "key": str(uuid.UUID(int=7))},
    "/paper/attempts/{attempt_id}": {"words": "A", "seen": "1"},
    "/profiles/{attempt_id}/note": {"text": "Revient mardi.", "version": "1"},
    "/attempts/{attempt_id}/lengthen": {"to": "6"},
    "/learners/{file_id}": {"label": "mardi", "version": "1"},
    "/profiles/{attempt_id}/file": {"label": "mardi"},
    "/profiles/{attempt_id}/resume-code": {"number": "1"},
    "/items/new": _WRITTEN,
    "/items/{item_code}/edit": _WRITTEN | {"number": "1"},
    "/translations/{item_code}": {"number": "1", "text-stem": "نص"},
    "/translations/{item_code}/decisions": {"translation": str(uuid.UUID(int=7)), "act": "review"},
    "/translations/{item_code}/unclear": {"segment": "stem"},
    "/fairness/{item_code}/decisions": {"decision": "keep", "reason": "relue", "seen": ""},
    "/calibrations/{calibration_id}/decisions": {"decision": "refuse", "reason": "relue"},
    "/ladders": {"title": "Nos gestes"},
    "/ladders/{ladder_id}": {"version": "1", "title": "Nos ateliers", "action": "keep"},
    "/diagnostics/{diagnostic_id}/voices": {"key": str(uuid.UUID(int=9)), "language": "fr"},
    "/voices/recordings/{recording_id}": {"action": "approve", "seen": "draft"},
    "/voices/{voice_id}/texts/{fingerprint}": {"consent": "1"},
    "/voices/{voice_id}/erase": {"sure": "1"},
    "/voice/{token}/agree": {"agreed": "1"},
    "/voice/{token}/take-back": {"sure": "1"},
    "/organisation/invitations": {"role": "trainer"},
    "/organisation/members/{membership_id}/role": {"role": "reviewer"},
    "/account/tokens": {"name": "Tableur", "scopes": "content:read"},
    "/account/organisation": {"organisation": str(uuid.UUID(int=7))},
    "/account/password": {"current": "", "password": "quatre mots au hasard"},
    "/server": {"name": "Une structure"},
    "/server/reset-link": {"email": "personne@exemple.fr"},
}
