"""Whether a credential was taken back: its place on a list of its own issuer (W3C Bitstring Status List 1.0)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pathways.badges.formats import integrity, status_list
from pathways.badges.formats.canonical import Bounds
from pathways.badges.formats.errors import BadKey, BadList, BadProof, FormatError
from pathways.badges.formats.instants import parsed
from pathways.badges.formats.pinned import VC2
from pathways.badges.verifying.issuers import Issuer, ed25519_key, issuer_of, site
from pathways.badges.verifying.reading import texts
from pathways.badges.verifying.sources import Lacking, Sources
from pathways.badges.verifying.verdict import Finding, unchecked, well, wrong

MOST_LISTS = 4
"""Lists that one file may have looked up; a badge has one."""
KEPT = 64
"""Lists whose signature is known to hold are not verified again; each is known by its bytes and by the key's."""
_PURPOSES = {"revocation": "revoked", "suspension": "suspended"}
_LIST_BOUNDS = Bounds(quads=60, blank_nodes=8)


class _Doubt(Exception):
    """Why a list says nothing."""


@dataclass(frozen=True, slots=True)
class _Held:
    """What a list says, once its signature holds."""

    purposes: frozenset[str]
    encoded: str
    valid_from: datetime | None
    valid_until: datetime | None


_kept: OrderedDict[tuple[bytes, bytes, str], _Held] = OrderedDict()


def entries(document: Mapping[str, Any]) -> list[Any]:
    """The places that a credential names, of any form."""
    given = document.get("credentialStatus")
    return given if isinstance(given, list) else [] if given is None else [given]


def list_urls(document: Mapping[str, Any]) -> list[str]:
    """The lists that have to be looked up, :data:`MOST_LISTS` at most."""
    found = [one.get("statusListCredential") for one in entries(document) if isinstance(one, dict)]
    return list(dict.fromkeys(one for one in found if isinstance(one, str) and site(one)))[:MOST_LISTS]


def status(document: Mapping[str, Any], issuer: Issuer, sources: Sources, now: datetime) -> Finding:
    """The finding ``status``: *yes* when every place was looked up and no bit is set, or when the credential has no
    place (``none``: its issuer cannot take it back).
    """
    listed = entries(document)
    if not listed:
        return well("status", none=True)
    if len(listed) > MOST_LISTS:
        return unchecked("status", "too-many")
    doubt = ""
    for entry in listed:
        try:
            if (taken := _taken_back(entry, issuer, sources, now)) is not None:
                return wrong("status", taken)
        except _Doubt as why:
            doubt = doubt or str(why)
        except Lacking as why:
            doubt = doubt or why.reason
    return unchecked("status", doubt) if doubt else well("status")


def _taken_back(entry: object, issuer: Issuer, sources: Sources, now: datetime) -> str | None:
    """``revoked``, ``suspended`` or ``None``; raises for a place that cannot be looked up."""
    if not isinstance(entry, dict) or "BitstringStatusListEntry" not in texts(entry.get("type")):
        raise _Doubt("status-type")
    purpose, url, index = entry.get("statusPurpose"), entry.get("statusListCredential"), entry.get("statusListIndex")
    if not isinstance(purpose, str) or purpose not in _PURPOSES or entry.get("statusSize", 1) != 1:
        raise _Doubt("status-type")
    if not isinstance(url, str) or not site(url):
        raise _Doubt("status-form")
    if not isinstance(index, str) or not index.isascii() or not index.isdigit() or len(index) > 12:
        raise _Doubt("status-form")
    held = _held(url, issuer, sources)
    if purpose not in held.purposes:
        raise _Doubt("list-purpose")
    if held.valid_from is not None and held.valid_from > now:
        raise _Doubt("list-future")
    if held.valid_until is not None and held.valid_until <= now:
        raise _Doubt("list-expired")
    try:
        return _PURPOSES[purpose] if status_list.is_revoked(held.encoded, int(index)) else None
    except BadList:
        raise _Doubt("list-form") from None


def _held(url: str, issuer: Issuer, sources: Sources) -> _Held:
    known_by = (sources.digest(url), _digest_of_keys(issuer, sources), f"{issuer.id} {url}")
    if (held := _kept.get(known_by)) is not None:
        _kept.move_to_end(known_by)
        return held
    document = sources.object(url)
    held = _says(document, url, issuer)
    ends = [held.valid_until, *_must_be_signed(document, issuer, sources)]
    held = replace(held, valid_until=min((one for one in ends if one is not None), default=None))
    _kept[known_by] = held
    if len(_kept) > KEPT:
        _kept.popitem(last=False)
    return held


def _digest_of_keys(issuer: Issuer, sources: Sources) -> bytes:
    return sources.digest(issuer.document_url) if issuer.document_url else b""


def _says(document: Mapping[str, Any], url: str, issuer: Issuer) -> _Held:
    contexts = document.get("@context")
    subject, by = document.get("credentialSubject"), issuer_of(document)
    if not (isinstance(contexts, list) and contexts[:1] == [VC2]) or not isinstance(subject, dict):
        raise _Doubt("list-form")
    if not {"VerifiableCredential", "BitstringStatusListCredential"} <= texts(document.get("type")):
        raise _Doubt("list-form")
    if by is None or by.id != issuer.id:
        raise _Doubt("list-issuer")
    if document.get("id", url) != url:
        raise _Doubt("list-other")
    encoded = subject.get("encodedList")
    if "BitstringStatusList" not in texts(subject.get("type")) or not isinstance(encoded, str):
        raise _Doubt("list-form")
    try:
        since, until = (parsed(document[one]) if one in document else None for one in ("validFrom", "validUntil"))
    except FormatError:
        raise _Doubt("list-form") from None
    return _Held(texts(subject.get("statusPurpose")), encoded, since, until)


def _must_be_signed(document: Mapping[str, Any], issuer: Issuer, sources: Sources) -> list[datetime]:
    """By a key that its issuer lists: any of them, not only the one that signed the badge. Returns until when."""
    ends: list[datetime] = []
    try:
        proofs = integrity.proofs(document)
        if not proofs:
            raise _Doubt("list-signature")
        digest = integrity.digest(document, _LIST_BOUNDS)
        for proof in proofs:
            key, until = ed25519_key(issuer, str(proof.get("verificationMethod", "")), sources)
            integrity.verify(document, proof, key, document_digest=digest)
            ends += [] if until is None else [until]
        return [*ends, *(parsed(proof["expires"]) for proof in proofs if "expires" in proof)]
    except (BadProof, BadKey, FormatError):
        raise _Doubt("list-signature") from None
