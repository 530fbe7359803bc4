"""What other people's software reads to verify a badge: the keys of a network, and its status lists. Public, cacheable,
and for every site: whoever asks a cache does not tell the network whom they check.
"""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import Path
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pathways.badges.formats import documents
from pathways.badges.issuing import key_table, lists, networks
from pathways.web.dependencies import ReadDB, public
from pathways.web.routing import Router

router = Router()
WHY = "whoever verifies a badge reads keys and lists, without saying which badge"
DID_JSON, JWK = "application/did+json", "application/jwk+json"
FRESH = f"public, max-age={lists.FRESH_SECONDS}"
FOR_ALL = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
"""A verifier in somebody's browser reads it, too."""
LONGEST_HEADER = 1_000
Slug = Annotated[str, Path(max_length=40)]


@router.get("/issuers/{issuer_slug}/did.json")
@public(WHY)
def did_document(issuer_slug: Slug, db: ReadDB) -> Response:
    """The active key and those that were retired (did:web). After a theft it is right within five minutes."""
    return _document(key_table.did_document(db, networks.by_slug(db, issuer_slug)), DID_JSON)


@router.get("/issuers/{issuer_slug}/keys/{key_id}")
@public(WHY)
def key(issuer_slug: Slug, key_id: uuid.UUID, db: ReadDB) -> Response:
    """A public RSA key (RFC 7517), for tokens."""
    return _document(key_table.public_jwk(db, networks.by_slug(db, issuer_slug), key_id), JWK)


@router.get("/issuers/{issuer_slug}/status/{number}")
@public(WHY)
def status_list(
    request: Request, issuer_slug: Slug, number: Annotated[int, Path(ge=1, le=1_000_000)], db: ReadDB
) -> Response:
    """A list of revoked badges, byte for byte as it was signed."""
    found = lists.served(db, networks.by_slug(db, issuer_slug), number)
    # Weak: what travels may be compressed, and is the same list all the same.
    headers = FOR_ALL | {"cache-control": FRESH, "etag": f'W/"{found.etag}"'}
    if found.signed_at is not None:
        headers["last-modified"] = f"{found.signed_at:%a, %d %b %Y %H:%M:%S} GMT"
    if _is_known(request.headers.get("if-none-match", ""), found.etag):
        return Response(status_code=304, headers=headers)
    return Response(found.document, headers=headers, media_type=documents.MEDIA_TYPE)


def _document(document: dict[str, Any], media_type: str) -> Response:
    return JSONResponse(document, headers=FOR_ALL | {"cache-control": FRESH}, media_type=media_type)


def _is_known(header: str, etag: str) -> bool:
    """``If-None-Match`` (RFC 9110, section 13.1.2): the weak comparison."""
    named = [one.strip().removeprefix("W/").strip('"') for one in header[:LONGEST_HEADER].split(",")]
    return bool(header) and (named == ["*"] or etag in named)
