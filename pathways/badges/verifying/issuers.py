"""Who an issuer is: the site that stands behind its name, and the keys that the site lists.

A name inside a file is worth nothing: anybody writes *Pix* there. What can be checked is that a site, whose name nobody
else has, lists the key that signed. So an issuer is shown by its site, and its name is what that site calls itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pathways.badges.formats import keys
from pathways.badges.formats.did_web import did_web_url
from pathways.badges.formats.errors import BadKey
from pathways.badges.verifying.sources import Lacking, Sources
from pathways.badges.verifying.telling import line

_PLAIN = re.compile(r"[A-Za-z0-9._~/-]+")


@dataclass(frozen=True, slots=True)
class Issuer:
    id: str
    """A DID, or an https address."""
    name: str = ""
    """As the file has it, fit to be shown."""

    @property
    def document_url(self) -> str:
        """Where its keys are listed; empty where no site does: a ``did:key``, or what is not known here."""
        try:
            if self.id.startswith("did:web:"):
                return did_web_url(self.id)
        except BadKey:
            return ""
        return self.id if site(self.id) and "#" not in self.id else ""

    @property
    def domain(self) -> str:
        """The site: host, and port where it is not the usual one."""
        if self.id.startswith("did:web:"):
            return unquote(self.id.removeprefix("did:web:").partition(":")[0]).casefold() if self.document_url else ""
        return site(self.id)

    @property
    def folder(self) -> str:
        """The addresses that belong to this issuer and to no other of the same site begin so."""
        return self.document_url.removesuffix("/.well-known/did.json").removesuffix("/did.json").rstrip("/") + "/"

    @property
    def is_whole_site(self) -> bool:
        """Whether no part of the site is the issuer's alone: those who have a page there are below its folder, too."""
        return bool(self.document_url) and urlsplit(self.folder).path == "/"


def issuer_of(document: Mapping[str, Any]) -> Issuer | None:
    """Who a credential says that it is from; ``None`` when it does not say it as it must."""
    given = document.get("issuer")
    if isinstance(given, str):
        return Issuer(given)
    if isinstance(given, dict) and isinstance(given.get("id"), str):
        return Issuer(given["id"], line(given.get("name")))
    return None


def site(url: object) -> str:
    """The host (and port, where it is not the usual one) of an https address; empty for anything else."""
    if not isinstance(url, str) or len(url) > 500 or not url.isascii() or not url.isprintable() or " " in url:
        return ""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        return ""
    return parts.hostname if port in {None, 443} else f"{parts.hostname}:{port}"


def ed25519_key(issuer: Issuer, method: str, sources: Sources) -> tuple[Ed25519PublicKey, datetime | None]:
    """The key that ``method`` names, as the issuer's own document has it, and from when on it counts no more.
    ``BadKey`` when it does not list it, ``Lacking`` when that document cannot be had.
    """
    if issuer.id.startswith("did:key:"):
        if method.partition("#")[0] != issuer.id:
            raise BadKey("a key of somebody else", code="key-not-listed")
        return keys.from_did_key(method), None
    if not issuer.document_url:
        raise Lacking("issuer-kind", issuer.id)
    if not method.startswith(f"{issuer.id}#"):
        raise BadKey("a key of somebody else", code="key-not-listed")
    document = sources.object(issuer.document_url)
    return keys.key_in(document, issuer.id, method), keys.ends(keys.method_in(document, issuer.id, method))


def token_key(issuer: Issuer, header: Mapping[str, Any], sources: Sources) -> tuple[dict[str, Any], datetime | None]:
    """The JWK that a token is to be verified with, and from when on it counts no more. ``kid`` is an address below the
    issuer's own (whoever has a page on the same site could sign as anybody there otherwise), or a key that the issuer's
    document lists; a ``jwk`` in the header counts only if that document lists it, too. ``BadKey`` and ``Lacking`` as
    above.
    """
    kid, given = header.get("kid"), header.get("jwk")
    if is_below(kid, issuer):
        return sources.object(str(kid)), None
    if not issuer.document_url:
        raise Lacking("issuer-kind", issuer.id)
    listed = _listed_jwks(sources.object(issuer.document_url), issuer.id)
    for name, entry in listed:
        jwk = entry["publicKeyJwk"]
        if (name == kid and isinstance(kid, str)) or (isinstance(given, dict) and _same_key(jwk, given)):
            return jwk, keys.ends(entry)
    if issuer.is_whole_site and site(kid) == issuer.domain:
        raise Lacking("key-place", str(kid))  # somewhere on that site: it may be the issuer's, or anybody's page
    raise BadKey("the issuer's document does not list that key", code="key-not-listed")


def is_below(url: object, issuer: Issuer) -> bool:
    """Whether an address is plainly one of the issuer's own: below its folder, and with no way out of it; of an issuer
    that is a whole site, in the folder that only whoever runs a site writes to (RFC 8615).
    """
    folder = f"{issuer.folder}.well-known/" if issuer.is_whole_site else issuer.folder
    if not issuer.document_url or not isinstance(url, str) or not site(url) or not url.startswith(folder):
        return False
    path = url.removeprefix(issuer.folder)
    return bool(_PLAIN.fullmatch(path)) and ".." not in path


def _listed_jwks(document: Mapping[str, Any], issuer_id: str) -> list[tuple[str, dict[str, Any]]]:
    """What an issuer's document says of the JWKs that it lists for assertions, by their names."""
    if document.get("id") != issuer_id:
        raise BadKey("not the document of that issuer", code="did")
    asserting = _list(document.get("assertionMethod"))
    names = {one for one in asserting if isinstance(one, str)}
    entries = [one for one in asserting if isinstance(one, dict)]
    entries += [one for one in _list(document.get("verificationMethod")) if _name(one, issuer_id) in names]
    return [
        (_name(one, issuer_id), one)
        for one in entries
        if isinstance(one, dict)
        and isinstance(one.get("publicKeyJwk"), dict)
        and one.get("controller", issuer_id) == issuer_id
    ]


def _name(entry: object, issuer_id: str) -> str:
    name = entry.get("id") if isinstance(entry, dict) else None
    return f"{issuer_id}{name}" if isinstance(name, str) and name.startswith("#") else str(name)


def _list(given: object) -> list[Any]:
    return given[:100] if isinstance(given, list) else [given]


def _same_key(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one.get(part) == other.get(part) for part in ("kty", "n", "e", "crv", "x", "y"))
