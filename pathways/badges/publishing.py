"""What this server publishes at its own addresses, for a verifier in the same process: it never calls itself."""

from __future__ import annotations

import re
import uuid

from sqlalchemy.orm import Session

from pathways.badges.formats import documents
from pathways.badges.holding import published
from pathways.badges.issuing import key_table, lists, networks
from pathways.errors import NotFound

_ISSUER = r"/issuers/([a-z0-9-]{1,40})"
_DID = re.compile(rf"{_ISSUER}/did\.json")
_KEY = re.compile(rf"{_ISSUER}/keys/([0-9a-f-]{{36}})")
_LIST = re.compile(rf"{_ISSUER}/status/([0-9]{{1,7}})")


def at(db: Session, path: str) -> bytes | None:
    """The document at the path of an address of ours; ``None`` where there is none, or none any more."""
    try:
        return _of_issuer(db, path) or published.at(db, path)
    except (NotFound, ValueError):
        return None


def _of_issuer(db: Session, path: str) -> bytes | None:
    if found := _DID.fullmatch(path):
        return documents.serialised(key_table.did_document(db, networks.by_slug(db, found[1])))
    if found := _LIST.fullmatch(path):
        return lists.served(db, networks.by_slug(db, found[1]), int(found[2])).document
    if found := _KEY.fullmatch(path):
        return documents.serialised(key_table.public_jwk(db, networks.by_slug(db, found[1]), uuid.UUID(found[2])))
    return None
