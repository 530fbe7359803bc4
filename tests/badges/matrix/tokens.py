"""Badges as a JWT: as they should be, and wrong in each way; wrong ones are signed here, by `cryptography` alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from pathways.badges.formats import keys, vc_jwt
from tests.badges.matrix import credentials
from tests.badges.matrix.credentials import BY_ANOTHER, ENDED, GONE, OF_ANOTHER, PLACES
from tests.badges.matrix.networks import DAY, HUB, LEFT, NOW, REVOKED, STRANGER, Network
from tests.badges.matrix.tampering import tampered

HEADER = {"alg": "RS256", "typ": "JWT", "kid": HUB.jwk_url}
CLAIMS = {"iss": STRANGER.did, "sub": STRANGER.did, "jti": STRANGER.did, "nbf": 1_700_000_000, "exp": 4_000_000_000}
"""A wrong value of each claim that repeats the credential."""
Rows = Iterator[tuple[str, str, str]]


def rows(column: str) -> Rows:
    """Every row of the matrix for a badge as a JWT."""
    good = issued(HUB)
    yield "valid", "", good
    for place, token in respliced(good, column):
        yield "tampered", place, token
    yield "expired", "", issued(HUB, since=NOW - 90 * DAY, days=60)
    yield "revoked", "", issued(HUB, index=REVOKED)
    yield "key removed", "", issued(LEFT)
    yield "wrong recipient", "", _for_somebody_else(good)
    yield "wrong list issuer", "", issued(HUB, list_url=OF_ANOTHER)
    yield "forged list", "", issued(HUB, list_url=BY_ANOTHER)
    yield "future", "", issued(HUB, since=NOW + 3 * DAY)
    yield "no list", "expired", issued(HUB, list_url=ENDED)
    yield "no list", "not there", issued(HUB, list_url=GONE)
    yield from _signed_by_another(good)
    yield from _claims(good)
    yield from _algorithms(good)


def issued(network: Network, **wanted: Any) -> str:
    """A badge as a JWT, as it is issued."""
    return vc_jwt.encode(credentials.badge(network, **wanted), network.rsa, kid=network.jwk_url)


def respliced(token: str, seed: str) -> Iterator[tuple[str, str]]:
    """The token with one thing changed in its header or its payload, and the signature that it had."""
    header, payload = parts(token)
    whole = {"header": header, "payload": payload}
    found = ((place, one) for place, one in tampered(whole, 2 * PLACES, seed) if set(one) == set(whole))
    for place, one in itertools.islice(found, PLACES):
        yield place, unsigned(one["header"], one["payload"]) + "." + token.split(".")[2]


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload."""
    header, payload = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])
    return header, payload


def signed(header: Mapping[str, Any], payload: Mapping[str, Any], pem: str) -> str:
    """A compact JWS with RS256, whatever the header says."""
    body = unsigned(header, payload)
    return f"{body}.{encoded(keys.rsa_private(pem).sign(body.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def unsigned(header: Mapping[str, Any], payload: Mapping[str, Any]) -> str:
    """The first two parts of a token."""
    return ".".join(encoded(json.dumps(part, ensure_ascii=False).encode()) for part in (header, payload))


def _for_somebody_else(token: str) -> str:
    header, payload = parts(token)
    subject = {**payload["credentialSubject"], "id": STRANGER.did}
    return unsigned(header, {**payload, "credentialSubject": subject, "sub": STRANGER.did}) + "." + token.split(".")[2]


def _signed_by_another(token: str) -> Rows:
    payload = parts(token)[1]
    yield "signed by another", "under its own name", signed({**HEADER, "kid": STRANGER.jwk_url}, payload, STRANGER.rsa)
    yield "signed by another", "under our name", signed(HEADER, payload, STRANGER.rsa)
    shown = keys.rsa_jwk(keys.rsa_private(STRANGER.rsa))
    yield "signed by another", "its key in the header", signed({"alg": "RS256", "jwk": shown}, payload, STRANGER.rsa)
    yield "signed by another", "both", signed({**HEADER, "jwk": shown}, payload, STRANGER.rsa)


def _claims(token: str) -> Rows:
    payload = parts(token)[1]
    for claim, value in CLAIMS.items():
        yield f"claim {claim}", "another", signed(HEADER, {**payload, claim: value}, HUB.rsa)
        without = {name: given for name, given in payload.items() if name != claim}
        yield f"claim {claim}", "missing", signed(HEADER, without, HUB.rsa)


def _algorithms(token: str) -> Rows:
    payload = parts(token)[1]
    yield "algorithm", "none", unsigned({**HEADER, "alg": "none"}, payload) + "."
    yield "algorithm", "none, signed", signed({**HEADER, "alg": "none"}, payload, HUB.rsa)
    body = unsigned({**HEADER, "alg": "HS256"}, payload)
    secret = keys.rsa_pem(keys.rsa_private(HUB.rsa)).encode()
    yield (
        "algorithm",
        "HS256 with the public key",
        f"{body}.{encoded(hmac.digest(secret, body.encode(), hashlib.sha256))}",
    )


def encoded(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
