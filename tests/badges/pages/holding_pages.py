"""Holders in front of a browser, for tests of the pages of badges."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from pathways.badges.holding import sharing
from pathways.badges.holding.links import Links
from pathways.badges.holding.sharing import Wanted
from pathways.badges.issuing.signer import Signer
from pathways.badges.models import Holder
from pathways.database import Database
from pathways.settings import Settings
from tests.badges.holding.holding_badges import held_badge


@dataclass(frozen=True)
class Place:
    """A space with one badge in it, and its addresses."""

    database: Database
    settings: Settings
    holder_id: uuid.UUID
    credential_id: uuid.UUID
    version_id: uuid.UUID
    issuer_slug: str
    token: str
    document: bytes

    @property
    def base(self) -> str:
        return f"/h/{self.token}"

    @property
    def badge(self) -> str:
        return f"{self.base}/badges/{self.credential_id}"

    @property
    def page(self) -> str:
        return f"/credentials/{self.credential_id}"

    def share(self, **wanted: Any) -> str:
        """The path of a new share link."""
        links = Links(self.settings.secret)
        with self.database.begin() as db:
            made = sharing.make(db, links, db.get_one(Holder, self.holder_id), Wanted(**wanted))
            return f"/share/{sharing.token_of(links, made)}"


def place_with_a_badge(database: Database, settings: Settings, **changed: Any) -> Place:
    with database.begin() as db:
        one = held_badge(db, signer=Signer.of(settings), **changed)
        return Place(
            database,
            settings,
            one.holder.id,
            one.credential.id,
            one.version.id,
            one.issuer.slug,
            one.token,
            one.credential.document,
        )
