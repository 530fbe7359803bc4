"""Situations of people, as plain functions: an organisation, somebody in it, somebody signed in."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from pathways.database import Database
from pathways.errors import DomainError
from pathways.people import memberships, service
from pathways.people.identification import COOKIE
from pathways.people.models import Account, Organisation
from pathways.permissions import Member, Role

PASSWORD = "un canard sur la lune"
SECRET = b"0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Somebody:
    """A person signed in, with all that a test may want to know of them."""

    account: Account
    organisation: Organisation
    token: str
    member: Member


def an_organisation(db: Session, name: str = "Espace numérique") -> Organisation:
    return service.create_organisation(db, name=name)


def somebody(
    db: Session,
    name: str = "trainer",
    *,
    role: Role = Role.TRAINER,
    organisation: Organisation | None = None,
    password: str | None = None,
    is_operator: bool = False,
) -> Somebody:
    """A person called ``name``, whose address is ``name@exemple.fr``, member of an organisation and signed in.

    Without a password by default: Argon2 is slow on purpose.
    """
    organisation = organisation or an_organisation(db)
    account = service.create_account(
        db, email=f"{name}@exemple.fr", name=name, password=password, is_operator=is_operator
    )
    service.add_member(db, account_id=account.id, organisation_id=organisation.id, role=role)
    return signed_in(db, account, organisation)


def signed_in(db: Session, account: Account, organisation: Organisation) -> Somebody:
    token = service.open_session(db, account_id=account.id, organisation_id=organisation.id)
    db.flush()
    return Somebody(account, organisation, token, identified(db, session_token=token))


def identified(db: Session, **proof: str) -> Member:
    """Who holds this session or token, where it must be somebody."""
    return recognised(db, **proof).member


def recognised(db: Session, **proof: str) -> service.Recognised:
    found = service.recognise(db, **proof)
    assert found is not None
    return found


def membership_of(db: Session, viewer: Somebody, name: str):
    """The identifier of a colleague's membership, as the administrator's page gives it."""
    [found] = [one for one in memberships.colleagues(db, viewer.member) if one.name == name]
    return found.membership_id


def a_link(db: Session, person: Somebody, **values: Any) -> str:
    return service.one_time_link(db, account_id=person.account.id, organisation_id=person.organisation.id, **values)


def at_the_same_moment(database: Database, act: Callable[[Session], Any], times: int = 5) -> list[Any]:
    """What ``act(db)`` gave or refused, in as many transactions as ``times``, all started together."""
    gate, outcomes = threading.Barrier(times), list[Any]()

    def run():
        gate.wait(timeout=10)
        try:
            with database.begin() as db:
                result = act(db)
        except DomainError as error:
            outcomes.append(type(error))
        else:
            outcomes.append(result)

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def tries_of(email: str, address: str = "192.0.2.1") -> service.Tries:
    return service.Tries.of(SECRET, email=email, address=address)


def browser_of(client: TestClient, person: Somebody) -> TestClient:
    """The browser of somebody who is signed in."""
    client.cookies.set(COOKIE, person.token)
    return client


def csrf_in(page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert found, "no form of ours in this page"
    return found[1]


def post(client: TestClient, page: str, path: str, **form: object):
    """Fill in a form of ``page`` and send it to ``path``."""
    return client.post(path, data={"csrf": csrf_in(client.get(page).text)} | form)


def value_of(page: str, field: str) -> str:
    """What the input with this id shows."""
    found = re.search(rf'<input id="{field}"[^>]*\svalue="([^"]*)"', page)
    assert found, f"no field {field}"
    return found[1]


def membership(database, viewer, name):
    with database.read() as db:
        return membership_of(db, viewer, name)


def role_of(database, person):
    with database.read() as db:
        found = service.recognise(db, session_token=person.token)
        return found and found.member.role
