"""What stands at an address of this server that is about one badge: for a verifier in the same process, which asks
nobody over the network.
"""

from __future__ import annotations

import re
import uuid

from sqlalchemy.orm import Session

from pathways.badges.formats import documents
from pathways.badges.holding import held, hosting, open_badges_2
from pathways.badges.issuing import networks
from pathways.errors import Conflict, Gone, NotFound

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_CREDENTIAL = re.compile(rf"/credentials/({_UUID})(?:\.json)?")
_ASSERTION = re.compile(r"/ob2/assertions/([A-Za-z0-9_-]{20,64})")
_BADGE_CLASS = re.compile(rf"/ob2/badgeclasses/({_UUID})/(fr|en)")
_ISSUER = re.compile(r"/ob2/issuers/([a-z0-9-]{1,40})")
_KEY = re.compile(rf"/ob2/keys/({_UUID})")
_REVOCATIONS = re.compile(r"/ob2/revocations/([a-z0-9-]{1,40})")


def at(db: Session, path: str) -> bytes | None:
    """The document at the path of an address of ours: a credential (also where its page is), or one of Open Badges 2.0;
    ``None`` where there is none, or none any more.
    """
    try:
        return _at(db, path)
    except (NotFound, Gone, Conflict):
        return None


def _at(db: Session, path: str) -> bytes | None:
    if found := _CREDENTIAL.fullmatch(path):
        return held.published(db, uuid.UUID(found[1])).document
    if found := _ASSERTION.fullmatch(path):
        return hosting.published(db, found[1]).document
    if found := _BADGE_CLASS.fullmatch(path):
        language = "en" if found[2] == "en" else "fr"
        return documents.serialised(open_badges_2.badge_class_document(db, uuid.UUID(found[1]), language))
    if found := _ISSUER.fullmatch(path):
        return documents.serialised(open_badges_2.issuer_document(db, networks.by_slug(db, found[1])))
    if found := _KEY.fullmatch(path):
        return documents.serialised(open_badges_2.key_document(db, uuid.UUID(found[1])))
    if found := _REVOCATIONS.fullmatch(path):
        return documents.serialised(open_badges_2.revocations_document(db, networks.by_slug(db, found[1])))
    return None
