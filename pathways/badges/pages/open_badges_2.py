"""The public documents of Open Badges 2.0, for old backpacks and their verifiers. For programs: JSON-LD, no page."""

from __future__ import annotations

import uuid
from typing import Any

from starlette.responses import Response

from pathways.badges.criteria.wording import Language
from pathways.badges.formats import documents, ob2
from pathways.badges.holding import hosting, open_badges_2
from pathways.badges.issuing import networks
from pathways.web.dependencies import ReadDB, public
from pathways.web.private import WITH_A_TOKEN
from pathways.web.routing import Router

router = Router()
WHY = "what a network publishes of its badges names nobody"
TWIN_WHY = "its holder published it, and takes it back when they want"
OPEN = {"access-control-allow-origin": "*"}
"""The standard asks for it: verifiers run in browsers, too."""


@router.get("/ob2/assertions/{twin_token}")
@public(TWIN_WHY)
def assertion(twin_token: str, db: ReadDB) -> Response:
    """With the status 410 once it is revoked or withdrawn."""
    found = hosting.published(db, twin_token)
    return Response(found.document, 410 if found.is_gone else 200, OPEN | WITH_A_TOKEN, media_type=ob2.MEDIA_TYPE)


@router.get("/ob2/badgeclasses/{version_id}/{spoken}")
@public(WHY)
def badge_class(version_id: uuid.UUID, spoken: Language, db: ReadDB) -> Response:
    return _answer(open_badges_2.badge_class_document(db, version_id, spoken))


@router.get("/ob2/issuers/{issuer_slug}")
@public(WHY)
def issuer(issuer_slug: str, db: ReadDB) -> Response:
    return _answer(open_badges_2.issuer_document(db, networks.by_slug(db, issuer_slug)))


@router.get("/ob2/keys/{key_id}")
@public(WHY)
def key(key_id: uuid.UUID, db: ReadDB) -> Response:
    return _answer(open_badges_2.key_document(db, key_id))


@router.get("/ob2/revocations/{issuer_slug}")
@public(WHY)
def revocations(issuer_slug: str, db: ReadDB) -> Response:
    return _answer(open_badges_2.revocations_document(db, networks.by_slug(db, issuer_slug)))


def _answer(document: dict[str, Any]) -> Response:
    return Response(documents.serialised(document), headers=OPEN, media_type=ob2.MEDIA_TYPE)
