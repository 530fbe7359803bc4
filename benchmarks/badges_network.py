"""What badges are measured on: a network with one shipped achievement on offer, people who have earned it, and a status
list full of badges that were taken back.
"""

from __future__ import annotations

import json
import random
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock, ids
from pathways.badges.candidacy import evidence, requesting
from pathways.badges.formats.did_web import did_web_url
from pathways.badges.formats.results import Measure
from pathways.badges.holding import holders
from pathways.badges.holding.links import Links
from pathways.badges.issuing import composing, key_table, lists, offering
from pathways.badges.issuing.awarding import Order
from pathways.badges.issuing.composing import Witnessed
from pathways.badges.issuing.key_table import SigningKey
from pathways.badges.models import AchievementVersion, Credential, Holder, Issuer, StatusList
from pathways.database import Database
from pathways.people import service as people
from pathways.permissions import Member
from tests.badges.issuing.networking import SIGNER, member, network
from tests.insights.crowds import Crowd, published
from tests.slow.instance import SECRET, Client, Instance, Reply

ACHIEVEMENT = "i-do-it-myself"
"""Decided by criteria alone: fourteen micro-skills, measured."""
ENVIRONMENT = {
    "PATHWAYS_URL": SIGNER.url,
    "PATHWAYS_BADGE_SECRET": SIGNER.wrapping.secret.decode(),
    "PATHWAYS_PROXIES": "127.0.0.1",
}
"""Of a served instance that opens the keys of the network, and counts what is verified by the address that it is told:
one machine stands for many visitors here.
"""
ROWS_AT_ONCE = 5_000
_LINKS = Links(SECRET.encode())


@dataclass(frozen=True)
class Amounts:
    """How much of each is measured. ``python -m benchmarks.badges`` takes smaller ones."""

    batch: int = 500
    """Badges issued in one transaction."""
    batches: int = 5
    """After a first one, which is told apart."""
    pyld: int = 60
    """Documents of each batch that PyLD signs."""
    issues: int = 200
    """Requests over HTTP, of each kind."""
    verified: int = 140
    """Badges that are verified in each round."""
    warm: int = 40
    """Of those, the badges that warm Digital Bazaar's library up."""
    verifications: int = 3
    """Rounds."""
    revoked: int = 100_000
    rebuilds: int = 5
    gets: int = 1_200
    """Requests for the list in each round."""
    rounds: int = 3
    """Of these."""
    revocations: int = 20


@dataclass(frozen=True)
class Network:
    """One that issues, by its identifiers: each measure opens transactions of its own."""

    keeper: Member
    issuer_id: uuid.UUID
    slug: str
    version_id: uuid.UUID
    skills: tuple[str, ...]
    """That the achievement measures, as ``framework:CODE``."""

    @property
    def list_path(self) -> str:
        """Of its first status list, on which all that is issued here finds its place."""
        return f"/issuers/{self.slug}/status/1"

    def version(self, db: Session) -> AchievementVersion:
        return db.get_one(AchievementVersion, self.version_id)

    def key(self, db: Session) -> SigningKey:
        return key_table.signing_key(db, SIGNER, db.get_one(Issuer, self.issuer_id))

    def first_list(self, db: Session) -> StatusList:
        return lists.served(db, db.get_one(Issuer, self.issuer_id), 1)

    def site(self, db: Session) -> dict[str, Mapping[str, Any]]:
        """What a verifier elsewhere reads of it: the list of its keys, and that of what was taken back."""
        issuer, first = db.get_one(Issuer, self.issuer_id), self.first_list(db)
        return {
            did_web_url(issuer.did): key_table.did_document(db, issuer),
            lists.url_of(issuer, first.number): json.loads(first.document),
        }


def made(database: Database) -> Network:
    with database.begin() as db:
        keeper = member(db)
        issuer = network(db, keeper)
        version = offering.publish(db, keeper, offering.adopt(db, keeper, issuer, ACHIEVEMENT).id)
        skills = composing.skills_of(offering.definition_of(version))
        return Network(keeper, issuer.id, issuer.slug, version.id, skills)


# --- who gets a badge -----------------------------------------------------------------------------------------


def orders(database: Database, one: Network, number: int, chance: random.Random) -> list[Order]:
    """For as many people, each measured otherwise."""
    rows = [{"id": ids.random_id(), "link_digest": ids.digest(ids.new_token())} for _ in range(number)]
    with database.begin() as db:
        db.execute(sa.insert(Holder), rows)
    return [
        Order(row["id"], f"measured:{row['id']}", witnessed=Witnessed(_measure(chance), len(one.skills)))
        for row in rows
    ]


def _measure(chance: random.Random) -> Measure:
    low = chance.randint(8, 11)
    return Measure(
        level=f"{low + 1}.{chance.randint(0, 9)}",
        questions=chance.randint(14, 20),
        instrument="inclusion-numerique 1.0 (0123456789ab)",
        standard_error=f"0.{chance.randint(1, 9)}",
        low=str(low),
        high="14",
    )


@dataclass(frozen=True)
class Asked:
    """A request that meets its criteria and was not sent yet, in a space that a private link opens."""

    request_id: uuid.UUID
    holder_token: str

    @property
    def path(self) -> str:
        return f"/h/{self.holder_token}/requests/{self.request_id}"


def asked(database: Database, one: Network, number: int, *, own_texts: bool = False) -> list[Asked]:
    """Requests of as many people who answered every question right. ``own_texts``: each with evidence under a title
    that no other has, so that their badges have no shape in common.
    """
    with database.begin() as db:
        skills = [key.partition(":")[2] for key in one.skills]
        crowd = Crowd(db, one.keeper, published(db, one.keeper, skills=skills, languages=("fr",)))
        return [_asked(db, one, crowd, own_text=own_texts) for _ in range(number)]


def _asked(db: Session, one: Network, crowd: Crowd, *, own_text: bool) -> Asked:
    holder, token = holders.create(db, _LINKS)
    attempt = crowd.add(dict.fromkeys(crowd.items, "correct"))
    holders.bring_attempt(db, holder, attempt.id)
    request = requesting.ask(db, holder, one.version(db).achievement_id)
    if own_text:
        word = "".join(random.Random(token).choices("abcdefghij", k=12))
        evidence.add_text(db, holder, request.id, title=f"Une démarche faite : {word}", text="Seul, du début à la fin.")
    return Asked(request.id, token)


# --- what was taken back --------------------------------------------------------------------------------------


def crowd_of_revoked(database: Database, one: Network, number: int, chance: random.Random) -> None:
    """As many badges on the first list that were all taken back, as rows alone: what is read to write the list."""
    with database.begin() as db:
        first, key, now = one.first_list(db), one.key(db), clock.now()
        taken = set(db.scalars(sa.select(Credential.list_index).filter_by(list_id=first.id)))
        free = [index for index in range(first.size) if index not in taken]
        same = {
            "issuer_id": one.issuer_id,
            "version_id": one.version_id,
            "key_id": key.id,
            "list_id": first.id,
            "language": "fr",
            "document": b"",
            "issued_at": now - timedelta(days=30),
            "valid_from": now - timedelta(days=30),
            "revoked_at": now,
            "revocation": "error",
        }
        rows = [same | {"id": ids.random_id(), "list_index": index} for index in chance.sample(free, number)]
        for start in range(0, number, ROWS_AT_ONCE):
            db.execute(sa.insert(Credential), rows[start : start + ROWS_AT_ONCE])


class Desk:
    """Whoever keeps the network, signed in, on a connection that stays open."""

    def __init__(self, instance: Instance, database: Database, one: Network) -> None:
        with database.begin() as db:
            link = people.one_time_link(
                db, account_id=one.keeper.account_id, organisation_id=one.keeper.organisation_id
            )
        self._client = Client(instance)
        signed_in = self._client.ask("GET", f"/sign-in/link/{link}")
        assert signed_in.status == 303, signed_in.status
        cookies: Sequence[str] = signed_in.headers.get_all("set-cookie") or []
        self._client.headers["Cookie"] = "; ".join(cookie.partition(";")[0] for cookie in cookies)
        found = re.search(rb'name="csrf" value="([0-9a-f]+)"', self._client.ask("GET", "/account").body)
        assert found, "no form on the page of the account"
        self._csrf = found[1].decode()

    def revoke(self, credential_id: uuid.UUID) -> Reply:
        fields = {"csrf": self._csrf, "why": "error", "sure": "yes"}
        return post_form(self._client, f"/network/badges/{credential_id}/revoke", fields)

    def close(self) -> None:
        self._client.close()


def post_form(client: Client, path: str, fields: Mapping[str, str]) -> Reply:
    """As a browser sends a form."""
    return client.ask("POST", path, urlencode(fields).encode(), **{"Content-Type": "application/x-www-form-urlencoded"})
