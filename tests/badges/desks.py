"""A structure that keeps a network, in its browser."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from pathways.badges.issuing import networks, offering
from pathways.badges.issuing.networks import Presented
from pathways.badges.models import AchievementVersion, Issuer
from pathways.database import Database
from pathways.people import service as people
from pathways.permissions import OF_ROLE, Member, Role
from tests.badges.issuing.networking import DEFINITION, SIGNER


@dataclass
class Desk:
    """Somebody at the desk of a structure, in their browser."""

    member: Member
    browser: TestClient
    csrf: str

    def get(self, path: str, **values: Any) -> Any:
        return self.browser.get(path, **values)

    def post(self, path: str, **fields: Any) -> Any:
        return self.browser.post(path, data={"csrf": self.csrf, **fields})


@dataclass
class Networks:
    """What is set up before a page is opened."""

    app: FastAPI
    database: Database

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.database.begin() as db:
            yield db

    def nobody(self) -> TestClient:
        return TestClient(self.app, follow_redirects=False, raise_server_exceptions=False)

    def member(self, role: Role = Role.ADMINISTRATOR, *, organisation_id: uuid.UUID | None = None) -> Member:
        with self.writing() as db:
            place = organisation_id or people.create_organisation(db, name="Une structure").id
            account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne")
            people.add_member(db, account_id=account.id, organisation_id=place, role=role)
            return Member(account.id, account.name, place, "Une structure", role, OF_ROLE[role])

    def desk(self, member: Member) -> Desk:
        with self.writing() as db:
            token = people.one_time_link(db, account_id=member.account_id, organisation_id=member.organisation_id)
        browser = self.nobody()
        assert browser.get(f"/sign-in/link/{token}").status_code == 303
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', browser.get("/account").text)
        assert found
        return Desk(member, browser, found[1])

    def keeper(self, role: Role = Role.ADMINISTRATOR) -> tuple[Desk, Issuer]:
        """Somebody of a structure that keeps a network."""
        member = self.member(role)
        with self.writing() as db:
            slug = f"reseau-{uuid.uuid4().hex[:8]}"
            presented = Presented("Réseau du val", slug, "badges@exemple.fr")
            issuer = networks.found(db, SIGNER, member.organisation_id, presented)
        return self.desk(member), issuer

    def offered(self, actor: Member, issuer: Issuer, **changed: Any) -> AchievementVersion:
        with self.writing() as db:
            slug = f"badge-{uuid.uuid4().hex[:8]}"
            draft = offering.compose(db, actor, db.get_one(Issuer, issuer.id), DEFINITION | changed, slug=slug)
            return offering.publish(db, actor, draft.id)

    def program(self, member: Member, *scopes: str) -> TestClient:
        """A program with a personal token of that member."""
        made = self.desk(member).browser.post("/api/v1/tokens", json={"name": "Tableur", "scopes": list(scopes)})
        assert made.status_code == 201, made.text
        program = self.nobody()
        program.headers["Authorization"] = f"Bearer {made.json()['secret']}"
        return program


def words(reply: Any) -> str:
    """What a person reads on a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", reply.text)).split())


def value_of(page: str, name: str) -> str:
    """What a hidden field carries."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name} on this page"
    return html.unescape(found[1])
