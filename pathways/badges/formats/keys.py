"""Keys, and the names under which others find them: Multikey, JWK, ``did:key``, ``did:web`` and its document.

Sources: W3C Controlled Identifiers 1.0 (Multikey), W3C DID 1.0 and the did:web method specification, RFC 7517 (JWK).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    RSAPublicNumbers,
    generate_private_key,
)

from pathways.badges.formats.errors import BadKey, FormatError
from pathways.badges.formats.instants import parsed
from pathways.badges.formats.pinned import MULTIKEY

DID_CONTEXT = "https://www.w3.org/ns/did/v1"
RSA_BITS = 2048
_ED25519 = b"\xed\x01"
"""Multicodec of an Ed25519 public key, as a varint."""
_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)}
_LONGEST = 200
"""Letters of base58 that are read: a signature has 88, and the work grows with the square."""

_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*\Z")


# --- base58btc ------------------------------------------------------------------------------------------------


def base58(data: bytes) -> str:
    """Multibase ``z``: base58btc of bytes, the letter ``z`` in front."""
    number, letters = int.from_bytes(data), ""
    while number:
        number, rest = divmod(number, 58)
        letters = _LETTERS[rest] + letters
    return "z" + "1" * (len(data) - len(data.lstrip(b"\0"))) + letters


def from_base58(text: str) -> bytes:
    """The bytes of multibase ``z``; ``BadKey`` for another base, a letter that is none, or too many of them."""
    if not text.startswith("z") or len(text) > _LONGEST:
        raise BadKey("not multibase base58btc", code="multibase")
    number = 0
    for letter in text[1:]:
        if letter not in _VALUES:
            raise BadKey("not multibase base58btc", code="multibase")
        number = number * 58 + _VALUES[letter]
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


# --- Ed25519 --------------------------------------------------------------------------------------------------


def new_ed25519() -> bytes:
    """A private key: its 32 raw bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def ed25519_private(raw: bytes) -> Ed25519PrivateKey:
    """``BadKey`` unless there are 32 bytes."""
    try:
        return Ed25519PrivateKey.from_private_bytes(raw)
    except ValueError as wrong:
        raise BadKey(str(wrong)) from wrong


def multikey(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """The public key as ``z6Mk...``."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return base58(_ED25519 + public.public_bytes_raw())


def from_multikey(text: str) -> Ed25519PublicKey:
    """``BadKey`` for anything but an Ed25519 public key."""
    data = from_base58(text)
    if not data.startswith(_ED25519) or len(data) != 34:
        raise BadKey("not an Ed25519 Multikey", code="multikey")
    try:
        return Ed25519PublicKey.from_public_bytes(data[2:])
    except ValueError as wrong:
        raise BadKey(str(wrong), code="multikey") from wrong


# --- RSA ------------------------------------------------------------------------------------------------------


def new_rsa() -> str:
    """A private RSA key of 2,048 bits: PKCS #8 as PEM, not encrypted. Whoever keeps it wraps it."""
    return (
        generate_private_key(65537, RSA_BITS)
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


def rsa_private(pem: str) -> RSAPrivateKey:
    """``BadKey`` for anything but a private RSA key of at least 2,048 bits."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm) as wrong:
        raise BadKey(f"no private key: {wrong}") from wrong
    if not isinstance(key, RSAPrivateKey) or key.key_size < RSA_BITS:
        raise BadKey("not an RSA key of at least 2,048 bits")
    return key


def rsa_pem(key: RSAPrivateKey | RSAPublicKey) -> str:
    """The public key as PEM, for Open Badges 2.0."""
    public = key.public_key() if isinstance(key, RSAPrivateKey) else key
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def rsa_jwk(key: RSAPrivateKey | RSAPublicKey, *, kid: str = "") -> dict[str, str]:
    """The public key as a JWK for RS256, never with a private member."""
    public = key.public_key() if isinstance(key, RSAPrivateKey) else key
    numbers = public.public_numbers()
    named = {"kid": kid} if kid else {}
    return {"kty": "RSA", "alg": "RS256", "use": "sig", **named, "n": _b64(numbers.n), "e": _b64(numbers.e)}


def rsa_public(given: str | dict[str, Any]) -> RSAPublicKey:
    """A public key from PEM or a JWK. ``BadKey`` for anything else, less than 2,048 or more than 8,192 bits."""
    try:
        if isinstance(given, str):
            key = serialization.load_pem_public_key(given.encode())
        else:
            if given.get("kty") != "RSA":
                raise BadKey("not an RSA key")
            key = RSAPublicNumbers(_number(given["e"]), _number(given["n"])).public_key()
    except (KeyError, TypeError, AttributeError, ValueError, UnsupportedAlgorithm) as wrong:
        raise wrong if isinstance(wrong, BadKey) else BadKey(f"no public key: {wrong}") from wrong
    if not isinstance(key, RSAPublicKey) or not RSA_BITS <= key.key_size <= 8192:
        raise BadKey("not an RSA key of 2,048 to 8,192 bits")
    return key


def _b64(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8)).rstrip(b"=").decode()


def _number(text: str) -> int:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,1400}", text):
        raise BadKey("no base64url number in the key")
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


# --- DID ------------------------------------------------------------------------------------------------------


def did_web(url: str) -> str:
    """The ``did:web`` that resolves to ``url``/did.json: ``https://b.example:8443/issuers/hub`` is
    ``did:web:b.example%3A8443:issuers:hub``. ``BadKey`` unless it is https with a host and a plain path; a
    demonstration on this machine (``http://localhost:8000``) has a name, too, that nobody else resolves.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as wrong:
        raise BadKey(f"no did:web for {url[:200]}: {wrong}", code="did") from wrong
    here = parts.scheme == "http" and host in {"localhost", "127.0.0.1"}
    if not (parts.scheme == "https" or here) or not _HOST.match(host) or parts.query or parts.fragment or "@" in url:
        raise BadKey(f"no did:web for {url[:200]}", code="did")
    segments = [quote(unquote(part), safe="") for part in parts.path.split("/") if part]
    return ":".join(["did:web", host if port in {None, 443} else f"{host}%3A{port}", *segments])


def did_key(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """The ``did:key`` of an Ed25519 key."""
    return f"did:key:{multikey(key)}"


def from_did_key(did: str) -> Ed25519PublicKey:
    """The key that a ``did:key`` is, with or without a fragment; ``BadKey`` for another kind of key."""
    name, _, fragment = did.partition("#")
    multibase = name.removeprefix("did:key:")
    if not name.startswith("did:key:") or (fragment and fragment != multibase):
        raise BadKey(f"not a did:key: {did[:200]}", code="did")
    return from_multikey(multibase)


def verification_method(did: str, public: str) -> str:
    """The name of a key of ``did``: the fragment is the Multikey itself."""
    return f"{did}#{public}"


def did_document(did: str, publics: Iterable[str]) -> dict[str, Any]:
    """What is served as did.json: every Multikey with which documents were signed that still hold, the retired ones
    too (who removes one makes all that it signed fail), the compromised ones no more.
    """
    methods = [
        {"id": verification_method(did, public), "type": "Multikey", "controller": did, "publicKeyMultibase": public}
        for public in publics
    ]
    return {
        "@context": [DID_CONTEXT, MULTIKEY],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def key_in(document: object, did: str, method: str) -> Ed25519PublicKey:
    """The key that ``method`` names in a DID document, when ``did`` may assert with it. Until when: :func:`ends`.

    ``BadKey`` as :func:`method_in`, and with the code ``multikey`` for another kind.
    """
    return from_multikey(str(method_in(document, did, method).get("publicKeyMultibase", "")))


def method_in(document: object, did: str, method: str) -> dict[str, Any]:
    """What a DID document says of the key that ``method`` names, when ``did`` may assert with it.

    ``BadKey`` with the code ``did`` when the document is of another DID or of no form, ``key-not-listed`` when it does
    not have that key (it was removed, or never was there) or not for assertions.
    """
    if not isinstance(document, dict) or document.get("id") != did or not method.startswith(f"{did}#"):
        raise BadKey("not the document of that DID", code="did")
    inline = [one for one in _listed(document, "assertionMethod") if isinstance(one, dict)]
    allowed = {one for one in _listed(document, "assertionMethod") if isinstance(one, str)}
    allowed |= {f"{did}{one}" for one in allowed if one.startswith("#")}
    for entry in [*inline, *_listed(document, "verificationMethod")]:
        if not isinstance(entry, dict):
            continue
        name = entry.get("id")
        named = f"{did}{name}" if isinstance(name, str) and name.startswith("#") else name
        if named == method and (entry in inline or method in allowed) and entry.get("controller", did) == did:
            return entry
    raise BadKey("the DID document does not list that key for assertions", code="key-not-listed")


def ends(entry: Mapping[str, Any]) -> datetime | None:
    """From when on nothing that a key signed is to be believed (Controlled Identifiers 1.0, ``expires``, ``revoked``);
    ``BadKey`` with the code ``key-dates`` where that cannot be read.
    """
    try:
        said = [parsed(entry[one]) for one in ("expires", "revoked") if entry.get(one) is not None]
    except FormatError as wrong:
        raise BadKey(f"until when the key counts cannot be read: {wrong}", code="key-dates") from wrong
    return min(said, default=None)


def _listed(document: dict[str, Any], name: str) -> list[Any]:
    given = document.get(name, [])
    return given[:100] if isinstance(given, list) else [given]
