"""A network, candidates and a jury in front of the pages, each with a browser of their own."""

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

from pathways.badges.candidacy import requesting
from pathways.badges.holding import holders
from pathways.badges.models import AwardRequest, Holder
from pathways.database import Database
from pathways.people import service as people
from pathways.permissions import Member
from tests.badges.candidacy.candidates import LINKS, SIGNER, World, a_member

WORDS = "J'accueille deux matinées par semaine, depuis un an."


@dataclass
class Person:
    """Somebody with an account, signed in."""

    member: Member
    browser: TestClient
    csrf: str = ""

    def post(self, path: str, **fields: Any) -> Any:
        return self.browser.post(path, data={"csrf": self.csrf, **fields})


@dataclass
class Scene:
    """What is set up before a page is opened."""

    app: FastAPI
    database: Database

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.database.begin() as db:
            yield db

    def signed_in(self, member: Member) -> Person:
        """The browser of an account that is committed."""
        with self.writing() as db:
            token = people.one_time_link(db, account_id=member.account_id, organisation_id=member.organisation_id)
        browser = self.browser()
        assert browser.get(f"/sign-in/link/{token}").status_code == 303
        return Person(member, browser, csrf_of(browser.get("/account").text))

    def browser(self) -> TestClient:
        """Of nobody in particular."""
        return TestClient(self.app, follow_redirects=False, raise_server_exceptions=False)


def said(reply: Any) -> str:
    """A page as it is read: its source without entities, and with plain spaces."""
    return html.unescape(reply.text).replace("\u00a0", " ").replace("\u202f", " ")


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert found, "no form of ours on this page"
    return found[1]


@dataclass
class Candidate:
    """A request that somebody gathers for, behind their private link; ids alone, for other transactions."""

    key: str
    holder_id: uuid.UUID
    request_id: uuid.UUID

    @property
    def base(self) -> str:
        return f"/h/{self.key}"

    @property
    def page(self) -> str:
        return f"{self.base}/requests/{self.request_id}"


def a_candidate(db: Session, world: World, *, name: str = "", **values: Any) -> Candidate:
    """Somebody with an account (a jury decides) who asked for the badge of this network, by their private link."""
    holder = holders.for_account(db, LINKS, a_member(db))
    key = holders.token_of(LINKS, holder)
    holder.name = name
    request = requesting.ask(db, holder, world.version.achievement_id, **values)
    return Candidate(key, holder.id, request.id)


def sent(db: Session, world: World, candidate: Candidate) -> AwardRequest:
    """Endorsed by somebody, and sent to the jury."""
    request, holder = db.get_one(AwardRequest, candidate.request_id), db.get_one(Holder, candidate.holder_id)
    world.endorsed(request, a_member(db))
    return requesting.submit(db, SIGNER, holder, request.id)
