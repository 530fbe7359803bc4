"""Data Integrity proofs with the cryptosuite ``eddsa-rdfc-2022``.

Sources: W3C VC Data Integrity 1.0 and VC Data Integrity EdDSA Cryptosuites 1.0: Ed25519 over
``sha256(RDFC(proof options)) || sha256(RDFC(document without proof))``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pathways.badges.formats import canonical
from pathways.badges.formats.canonical import Bounds
from pathways.badges.formats.disguises import disguises, foreign_contexts
from pathways.badges.formats.errors import BadKey, BadProof, UnknownContext, Unsignable
from pathways.badges.formats.instants import instant, parsed
from pathways.badges.formats.keys import base58, ed25519_private, from_base58

CRYPTOSUITE = "eddsa-rdfc-2022"
PURPOSE = "assertionMethod"
MOST_PROOFS = 4
_OF_OPTIONS = Bounds(quads=20, blank_nodes=4)
_OF_TEXTS = (".@value", ".@language", ".@direction")
"""Members of a text that is written otherwise than here: with its direction, as VC 2.0 lets issuers do, or alone."""
Document = Mapping[str, Any]


def sign(
    document: Document, key: bytes | Ed25519PrivateKey, *, verification_method: str, created: datetime
) -> dict[str, Any]:
    """The document with a proof, as an array of one: an object verifies too, and fails the schema of Open Badges 3.0.

    ``key``: the private key or its 32 raw bytes; ``verification_method``: the name under which others find the public
    half. ``Unsignable`` names what the signature would not cover.
    """
    body = unproven(document)
    options = proof_options(verification_method, created)
    form = canonical_form(body)
    return signed(body, form, options, key if isinstance(key, Ed25519PrivateKey) else ed25519_private(key))


def canonical_form(body: Document) -> str:
    """The N-Quads that a signature of ``body`` covers; ``Unsignable`` where they would not be all of it."""
    if foreign := foreign_contexts(body):
        raise Unsignable("not one of the contexts that are known here", foreign)
    if disguised := disguises(body):
        raise Unsignable("not in the plain form of its contexts", disguised)
    found = canonical.examined(body)
    if found.undefined:
        raise Unsignable("no context defines", found.undefined)
    if found.relative:
        raise Unsignable("not a whole address", found.relative)
    return canonical.canonical_quads(canonical.quads(found.nodes))


def proof_options(verification_method: str, created: datetime) -> dict[str, str]:
    """A proof without its value."""
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": instant(created),
        "verificationMethod": verification_method,
        "proofPurpose": PURPOSE,
    }


def signed(body: Document, form: str, options: Mapping[str, str], key: Ed25519PrivateKey) -> dict[str, Any]:
    """``body`` and its proof, from its canonical form."""
    return {**body, "proof": [proof_of(body, form, options, key)]}


def proof_of(body: Document, form: str, options: Mapping[str, str], key: Ed25519PrivateKey) -> dict[str, str]:
    """The proof alone."""
    value = base58(key.sign(_options_digest(body["@context"], options) + _sha256(form)))
    return {**options, "proofValue": value}


def unproven(document: Document) -> dict[str, Any]:
    """A document without its proofs."""
    return {name: value for name, value in document.items() if name != "proof"}


def proofs(document: Document) -> tuple[Mapping[str, Any], ...]:
    """The proofs of a document, each to be verified on its own. ``BadProof`` (``proof-form``) when there is something
    else in their place, or more than four.
    """
    given = document.get("proof", [])
    listed = given if isinstance(given, list) else [given]
    if len(listed) > MOST_PROOFS or not all(isinstance(one, Mapping) for one in listed):
        raise BadProof("no proofs, or too many", code="proof-form")
    return tuple(listed)


def digest(document: Document, bounds: Bounds | None = None) -> bytes:
    """SHA-256 of what a document says without its proofs, for :func:`verify`. Refuses as ``verify`` does; with
    ``bounds``, ``FormatError`` (``too-much``) before any work that grows faster than the document.
    """
    return digest_of(covered_form(unproven(document), bounds))


def digest_of(form: str) -> bytes:
    """The same, of a canonical form."""
    return _sha256(form)


def covered_form(body: Document, bounds: Bounds | None = None) -> str:
    """The N-Quads that a signature of ``body`` would cover. Refuses as :func:`digest` does."""
    return canonical.canonical_quads(_covered(body, bounds))


def verify(
    document: Document,
    proof: Mapping[str, Any],
    public_key: Ed25519PublicKey,
    *,
    now: datetime | None = None,
    document_digest: bytes | None = None,
) -> None:
    """Nothing, when ``proof`` (one of :func:`proofs`) holds for the document and is of that key.

    ``now``: when given, a proof that has expired by then is refused. ``document_digest``: :func:`digest` of the
    document, where it is known already. Raises ``BadProof``, whose code says why: ``proof-type``, ``cryptosuite``,
    ``proof-purpose``, ``proof-value``, ``proof-expired``, ``proof-form``, ``disguised`` (:mod:`disguises`),
    ``text-form``, ``undefined-terms``, ``relative-ids``, or ``signature``; ``FormatError`` and ``UnknownContext`` where
    there is nothing to verify. What strangers send is verified in a process that can be ended.
    """
    signature = _signature(proof, now)
    options = {name: value for name, value in proof.items() if name not in {"proofValue", "@context"}}
    over = _options_digest(document.get("@context"), options) + (document_digest or digest(document))
    try:
        public_key.verify(signature, over)
    except InvalidSignature:
        raise BadProof("the document was changed, or another key signed it") from None


def unknown_kind(proof: Mapping[str, Any]) -> str:
    """``proof-type`` or ``cryptosuite`` where a proof is of a kind that is not known here; else empty."""
    return next((code for name, wanted, code in _WANTED[:2] if proof.get(name) != wanted), "")


def _signature(proof: Mapping[str, Any], now: datetime | None) -> bytes:
    """The 64 bytes of a proof whose other members are as they must be."""
    for name, wanted, code in _WANTED:
        if proof.get(name) != wanted:
            raise BadProof(f"{name} of the proof is not {wanted}", code=code)
    if not isinstance(proof.get("verificationMethod"), str) or "previousProof" in proof:
        raise BadProof("a proof names its key as a text, and stands on its own", code="proof-form")
    created, expires = (parsed(proof[name]) if name in proof else None for name in ("created", "expires"))
    if now is not None and expires is not None and expires <= now:
        raise BadProof(f"the proof expired on {proof['expires']}", code="proof-expired")
    if created is not None and expires is not None and expires <= created:
        raise BadProof("the proof expired before it was made", code="proof-expired")
    try:
        signature = from_base58(str(proof.get("proofValue", "")))
    except BadKey as wrong:
        raise BadProof(f"proofValue: {wrong}", code="proof-value") from wrong
    if len(signature) != 64:
        raise BadProof("proofValue is not a signature of 64 bytes", code="proof-value")
    return signature


_WANTED = (
    ("type", "DataIntegrityProof", "proof-type"),
    ("cryptosuite", CRYPTOSUITE, "cryptosuite"),
    ("proofPurpose", PURPOSE, "proof-purpose"),
)


def _options_digest(contexts: object, options: Mapping[str, Any]) -> bytes:
    """SHA-256 of the proof options: the same for all that one key signs in one second, so it is kept."""
    return _kept_options_digest(json.dumps({"@context": contexts, **options}, sort_keys=True))


@lru_cache(maxsize=256)
def _kept_options_digest(text: str) -> bytes:
    return _sha256(covered_form(json.loads(text), _OF_OPTIONS))


def _covered(body: Document, bounds: Bounds | None) -> str:
    """N-Quads of a document of which nothing is left out, and that reads as it was signed."""
    if foreign := foreign_contexts(body):
        raise UnknownContext(f"not one of the contexts that are known here: {', '.join(foreign[:10])}")
    if disguised := disguises(body):
        code = "text-form" if all(one.endswith(_OF_TEXTS) for one in disguised) else "disguised"
        raise BadProof(f"not in the plain form of its contexts: {', '.join(disguised[:10])}", code=code)
    found = canonical.examined(body)
    if found.undefined:
        raise BadProof(f"no context defines: {', '.join(found.undefined[:10])}", code="undefined-terms")
    if found.relative:
        raise BadProof(f"not a whole address: {', '.join(found.relative[:10])}", code="relative-ids")
    text = canonical.quads(found.nodes)
    if bounds is not None:
        bounds.check(text)
    return text


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
