"""A badge as a JWT: the credential is the payload, with claims that repeat it.

Sources: 1EdTech Open Badges 3.0 (*JSON Web Token Proof Format*), RFC 7515, RFC 7519. RS256 is the algorithm that all
must know, and the only one here.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import RSAKey

from pathways.badges.formats.errors import BadToken
from pathways.badges.formats.instants import parsed
from pathways.badges.formats.keys import rsa_private, rsa_public

ALGORITHM = "RS256"
LONGEST = 1_000_000
"""Letters of a token that is read."""
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def encode(credential: Mapping[str, Any], rsa_key: str | RSAPrivateKey, *, kid: str) -> str:
    """The compact JWS of a credential (with its embedded proof, if it has one).

    ``rsa_key``: the private key, or its PEM (reading it takes 40 ms); ``kid``: the https address at which its JWK is
    found, for ever. ``ValueError`` when the credential lacks what a claim repeats.
    """
    header = {"alg": ALGORITHM, "typ": "JWT", "kid": kid}
    payload = {**credential, **_claims(credential)}
    return sign_compact(header, _json(payload), rsa_key)


def decode(token: object, jwk: Mapping[str, Any] | str) -> dict[str, Any]:
    """The credential of a token that the key ``jwk`` (or PEM) signed, its claims taken off.

    ``BadToken``, whose code says why: ``token-form`` (no compact JWS, no JSON, too long), ``token-algorithm`` (anything
    but RS256, ``none`` and HMAC with the public key above all), ``token-private-key`` (its header shows a private key),
    ``signature``, ``token-type`` (well signed, but of another type than JWT), ``token-claims`` (one is missing or
    contradicts the credential). ``BadKey`` for a key that is none. Whether the credential holds at this time is not
    asked here.
    """
    header, payload = verified(token, jwk)
    if str(header.get("typ", "JWT")).upper() != "JWT":  # a media type: upper or lower case is the same (RFC 7515)
        raise BadToken("a token of another type, which repeats nothing or otherwise", code="token-type")
    credential = {name: value for name, value in payload.items() if name not in _NAMES}
    _check_claims(payload, credential)
    return credential


def header_of(token: object) -> dict[str, Any]:
    """What a token says of itself, believed by nobody yet: where its key (``kid``, ``jwk``) is to be found.
    ``BadToken`` as :func:`decode`.
    """
    return _parts(token)[0]


def payload_of(token: object) -> dict[str, Any]:
    """What a token says, believed by nobody yet: who is to be asked for its key. ``BadToken`` as :func:`decode`."""
    return _parts(token)[1]


class _Registry(jws.JWSRegistry):
    """joserfc takes headers of 512 bytes and payloads of 128 kB at most: a ``jwk`` is longer, and so can a badge be."""

    max_header_length = 16_000
    max_payload_length = LONGEST
    max_signature_length = 2_000


_REGISTRY = _Registry(algorithms=[ALGORITHM], strict_check_header=False)


# --- compact JWS, for Open Badges 2.0 as well -----------------------------------------------------------------


def sign_compact(header: dict[str, Any], payload: bytes, rsa_key: str | RSAPrivateKey) -> str:
    """A compact JWS with RS256."""
    key = rsa_private(rsa_key) if isinstance(rsa_key, str) else rsa_key
    return jws.serialize_compact(header, payload, RSAKey.import_key(key), registry=_REGISTRY)


def verified(token: object, key: Mapping[str, Any] | str | RSAPublicKey) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload of a compact JWS whose RS256 signature is of ``key``; ``BadToken`` as :func:`decode`."""
    header, payload = _parts(token)
    public = key if isinstance(key, RSAPublicKey) else rsa_public(key if isinstance(key, str) else dict(key))
    try:
        jws.deserialize_compact(str(token), RSAKey.import_key(public), registry=_REGISTRY)
    except BadSignatureError as wrong:
        raise BadToken("the token was changed, or another key signed it", code="signature") from wrong
    except (JoseError, ValueError) as wrong:
        raise BadToken(f"not a proper JWS: {wrong}", code="token-form") from wrong
    return header, payload


def _parts(token: object) -> tuple[dict[str, Any], dict[str, Any]]:
    if not isinstance(token, str) or len(token) > LONGEST or not _COMPACT.match(token):
        raise BadToken("not a compact JWS", code="token-form")
    header, payload = (_object(part) for part in token.split(".")[:2])
    if header.get("alg") != ALGORITHM:
        raise BadToken(f"its algorithm is {str(header.get('alg'))[:20]}, not {ALGORITHM}", code="token-algorithm")
    if "crit" in header or header.get("b64", True) is not True:
        raise BadToken("it asks for an extension that is not known here", code="token-form")
    shown = header.get("jwk")
    if shown is not None and (not isinstance(shown, dict) or _PRIVATE & set(shown)):
        raise BadToken("its header shows a private key, or none", code="token-private-key")
    return header, payload


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as wrong:
        raise BadToken(f"not JSON: {wrong}", code="token-form") from wrong
    if not isinstance(found, dict):
        raise BadToken("not a JSON object", code="token-form")
    return found


# --- claims ---------------------------------------------------------------------------------------------------

_NAMES = frozenset({"iss", "sub", "jti", "nbf", "exp", "iat", "aud"})
"""Claims that are taken off the payload; none is a term of a credential."""


def _claims(credential: Mapping[str, Any]) -> dict[str, Any]:
    """What a token must repeat of its credential."""
    subject, issuer = credential.get("credentialSubject"), credential.get("issuer")
    claims = {
        "iss": issuer.get("id") if isinstance(issuer, Mapping) else issuer,
        "sub": subject.get("id") if isinstance(subject, Mapping) else None,
        "jti": credential.get("id"),
        "nbf": _seconds(parsed(credential.get("validFrom"))),
    }
    if not all(isinstance(claims[name], str) and claims[name] for name in ("iss", "sub", "jti")):
        raise ValueError("a JWT repeats the ids of the credential, its issuer and its subject: one is missing")
    if "validUntil" in credential:
        claims["exp"] = _seconds(parsed(credential["validUntil"]))
    return claims


def _check_claims(payload: Mapping[str, Any], credential: Mapping[str, Any]) -> None:
    try:
        wanted = _claims(credential)
    except ValueError as wrong:
        raise BadToken(str(wrong), code="token-claims") from wrong
    for name in ("iss", "sub", "jti", "nbf", "exp"):
        given = payload.get(name)
        if type(given) is float and given.is_integer():
            given = int(given)
        if type(given) is bool or given != wanted.get(name):
            raise BadToken(f"its claim {name} contradicts the credential", code="token-claims")


def _seconds(moment: datetime) -> int | float:
    seconds = moment.astimezone(UTC).timestamp()
    return int(seconds) if seconds.is_integer() else seconds


def _json(payload: Mapping[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
