"""Judging a Verifiable Credential: a badge of Open Badges 3.0, an endorsement or another, with proofs or as a JWT."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from pathways.badges.formats import bulk, integrity, vc_jwt
from pathways.badges.formats.canonical import Bounds
from pathways.badges.formats.errors import BadKey, BadProof, BadToken, FormatError
from pathways.badges.formats.instants import instant, parsed
from pathways.badges.verifying import recipients, telling
from pathways.badges.verifying.issuers import Issuer, ed25519_key, issuer_of, token_key
from pathways.badges.verifying.plain_json import Unreadable, values_in
from pathways.badges.verifying.reading import Container, Kind, Read, read_text, token_header
from pathways.badges.verifying.sources import Lacking, Sources
from pathways.badges.verifying.status import status
from pathways.badges.verifying.verdict import Finding, State, Verdict, unchecked, well, wrong

BOUNDS = Bounds(quads=500, blank_nodes=30)
MOST_VALUES = 1_500
"""That a credential is made of. One of 500 statements has fewer; working out what it states takes a time that grows
with the square.
"""
_SHAPES = bulk.Shapes(whole=partial(integrity.covered_form, bounds=BOUNDS), learnt_when_met=2)
"""What badges of one version have in common, worked out when a second one comes: most come alone."""
MOST_ENDORSEMENTS = 4
_OF_THE_FORM = {"undefined-terms": "terms", "relative-ids": "terms"}
_BEYOND = frozenset({"unknown-context", "text-form", "too-much", "json-ld", "missing-contexts"})
"""Why it could not be found out what a document says."""
_UNKNOWN_KEYS = frozenset({"multikey", "multibase", "key-dates"})
_OF_THE_CONTENT = {"signature": "changed", "token-claims": "token-claims"}
_OF_NOBODY = re.compile(r"(?i)none|HS\d+|")
"""Algorithms without a key that has a public half. A token signed so is not signed by anybody; of any other, new ones
among them, it is not known here.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a judge goes by."""

    sources: Sources
    now: datetime
    email: str = ""


def judge(found: Read, asked: Asked) -> Verdict:
    """The verdict on one credential, its endorsements judged each on its own."""
    document, issuer = found.document, issuer_of(found.document)
    if issuer is None:
        return Verdict(found.kind, found.container, (wrong("issuer", "form"),), _says(found.kind, document, issuer))
    signed = _token_findings(found, issuer, asked) if found.token else _proof_findings(document, issuer, asked)
    findings = (
        *_issuer_finding(issuer, asked.sources, signed),
        *signed,
        *validity(document, asked.now),
        status(document, issuer, asked.sources, asked.now),
        *_recipient(found.kind, document, asked.email),
    )
    endorsements = _endorsements(document, asked) if found.kind is Kind.BADGE else ()
    return Verdict(found.kind, found.container, findings, _says(found.kind, document, issuer), endorsements)


def _says(kind: Kind, document: Mapping[str, Any], issuer: Issuer | None) -> dict[str, Any]:
    by_kind = {Kind.BADGE: telling.badge, Kind.ENDORSEMENT: telling.endorsement}
    said = by_kind.get(kind, telling.other)(document)
    return said | {"issuer": telling.issuer(issuer.id, issuer.name, issuer.domain)} if issuer else said


def _issuer_finding(issuer: Issuer, sources: Sources, signed: Sequence[Finding]) -> list[Finding]:
    """Whether it is that site that says so. None where its signature does not hold: then nobody knows who says so."""
    said = telling.issuer(issuer.id, issuer.name, issuer.domain)
    if issuer.id.startswith("did:key:"):
        return [unchecked("issuer", "no-site", **said)]
    if not issuer.document_url:
        return [unchecked("issuer", "issuer-kind", **said)]
    try:
        there = sources.object(issuer.document_url).get("id") == issuer.id
    except Lacking as why:
        return [unchecked("issuer", why.reason, **said)]
    if not there:
        return [wrong("issuer", "did", **said)]
    holds = {one.code for one in signed if one.state is State.YES} >= {"signature", "unchanged"}
    return [well("issuer", **said)] if holds else []


# --- proofs ---------------------------------------------------------------------------------------------------


def _proof_findings(document: Mapping[str, Any], issuer: Issuer, asked: Asked) -> list[Finding]:
    """``signature``, ``unchanged``, ``terms``."""
    try:
        given = integrity.proofs(document)
    except BadProof as why:
        return [wrong("signature", why.code)]
    if not given:
        return [wrong("signature", "unsigned")]
    if values_in(document) > MOST_VALUES:
        return [unchecked("unchanged", "too-much")]
    try:
        digest = integrity.digest_of(_SHAPES.canonical_form(integrity.unproven(document)))
    except FormatError as why:
        return [_unread(why)]
    outcomes = [_one_proof(document, one, issuer, asked, digest) for one in given]
    return [*_together(outcomes), well("terms")]


def _unread(why: FormatError) -> Finding:
    """Why it is not known what the signature covers, or that it does not cover all of it."""
    code = why.code
    if code in _OF_THE_FORM:
        return wrong("terms", code, places=telling.line(str(why).partition(": ")[2]))
    if code in _BEYOND:
        return unchecked("unchanged", code)
    return wrong("unchanged", code)


def _one_proof(
    document: Mapping[str, Any], proof: Mapping[str, Any], issuer: Issuer, asked: Asked, digest: bytes
) -> list[Finding]:
    method = proof.get("verificationMethod")
    said = {"suite": telling.line(proof.get("cryptosuite"), 60), "key": telling.line(method, 400)}
    if code := integrity.unknown_kind(proof):
        return [unchecked("signature", code, **said)]  # whose key it is of, another kind of proof says in its own way
    if proof.get("@context", document.get("@context")) != document.get("@context") or not isinstance(method, str):
        return [wrong("signature", "proof-form", **said)]  # it is not signed: another one would be read otherwise
    try:
        key, ends = ed25519_key(issuer, method, asked.sources)
        _must_count(ends, asked.now)
        integrity.verify(document, proof, key, now=asked.now, document_digest=digest)
    except Lacking as why:
        return [unchecked("signature", why.reason, **said)]
    except BadKey as why:
        return [(unchecked if why.code in _UNKNOWN_KEYS else wrong)("signature", why.code, **said)]
    except BadProof as why:
        if why.code == "signature":
            return [well("signature", **said), wrong("unchanged", "changed")]
        return [wrong("signature", why.code, **said)]
    except FormatError as why:
        return [wrong("signature", why.code, **said)]
    return [well("signature", **said), well("unchanged")]


def _must_count(ends: datetime | None, now: datetime) -> None:
    """A key that its issuer calls revoked or expired may be in anybody's hands: whatever it signed counts no more,
    whenever it says that it did.
    """
    if ends is not None and ends <= now:
        raise BadKey(f"the key counted until {instant(ends)}", code="key-ended")


def _together(outcomes: list[list[Finding]]) -> list[Finding]:
    """Of several proofs all have to hold; one of them that does not, or that is not known here, speaks for all."""
    order = {"no": 0, "unknown": 1, "yes": 2}
    return min(outcomes, key=lambda one: min(order[finding.state] for finding in one))


# --- tokens ---------------------------------------------------------------------------------------------------


def _token_findings(found: Read, issuer: Issuer, asked: Asked) -> list[Finding]:
    """The same of a VC-JWT. Its signature covers each byte of it: there are no terms that it could leave out."""
    said: dict[str, Any] = {}
    try:
        header = vc_jwt.header_of(found.token)
        said = {"suite": telling.line(header.get("alg"), 60), "key": telling.line(header.get("kid"), 400)}
        jwk, ends = token_key(issuer, header, asked.sources)
        _must_count(ends, asked.now)
    except Lacking as why:
        return [unchecked("signature", why.reason, **said)]
    except (BadToken, BadKey) as why:
        is_other = is_of_another_kind(found.token, why)
        return [(unchecked if is_other or why.code in _UNKNOWN_KEYS else wrong)("signature", why.code, **said)]
    try:
        vc_jwt.decode(found.token, jwk)
    except BadToken as why:
        if why.code in _OF_THE_CONTENT:
            return [well("signature", **said), wrong("unchanged", _OF_THE_CONTENT[why.code])]
        return [(unchecked if why.code == "token-type" else wrong)("signature", why.code, **said)]
    except FormatError as why:
        return [wrong("signature", why.code, **said)]
    return [well("signature", **said), well("unchanged"), well("terms")]


def is_of_another_kind(token: str, why: FormatError) -> bool:
    """Whether a token was refused only because its algorithm, which may be a good one, is not known here."""
    if why.code != "token-algorithm":
        return False
    try:
        named = token_header(token).get("alg")
    except Unreadable:
        return False
    return isinstance(named, str) and not _OF_NOBODY.fullmatch(named)


# --- dates, recipient -----------------------------------------------------------------------------------------


def validity(document: Mapping[str, Any], now: datetime) -> list[Finding]:
    """``valid-from`` and ``valid-until``. By the names of the data model 2.0, and of 1.1, which old badges have: of
    both, the narrower counts.
    """
    try:
        since = [parsed(document[one]) for one in ("validFrom", "issuanceDate") if one in document]
    except FormatError:
        begins = unchecked("valid-from", "form")
    else:
        begins = _begins(since, now)
    try:
        until = [parsed(document[one]) for one in ("validUntil", "expirationDate") if document.get(one) is not None]
    except FormatError:
        return [begins, unchecked("valid-until", "form")]
    if not until:
        return [begins, well("valid-until", none=True)]
    ends = min(until)
    return [begins, (well if ends > now else _expired)("valid-until", at=instant(ends))]


def _begins(since: list[datetime], now: datetime) -> Finding:
    if not since:
        return unchecked("valid-from", "none")
    begins = max(since)
    return (
        well("valid-from", at=instant(begins)) if begins <= now else wrong("valid-from", "future", at=instant(begins))
    )


def _expired(code: str, **details: Any) -> Finding:
    return wrong(code, "expired", **details)


def _recipient(kind: Kind, document: Mapping[str, Any], email: str) -> list[Finding]:
    if kind is not Kind.BADGE:
        return []
    named = telling.items(telling.first(document.get("credentialSubject")).get("identifier"))
    return [recipients.of_identities(named, email)]


# --- endorsements ---------------------------------------------------------------------------------------------


def embedded(document: Mapping[str, Any]) -> list[Read]:
    """The endorsements inside a badge, of the credential, the achievement and the issuer; :data:`MOST_ENDORSEMENTS` at
    most. A text among the tokens that is none is left out.
    """
    holders = [document, telling.achievement_of(document), telling.first(document.get("issuer"))]
    found: list[Read] = []
    for holder in holders:
        listed = holder.get("endorsement")
        found += [
            Read(Kind.ENDORSEMENT, Container.JSON, one)
            for one in (listed if isinstance(listed, list) else [listed])
            if isinstance(one, dict) and one.get("credentialSubject")
        ]
        tokens = holder.get("endorsementJwt")
        for one in tokens if isinstance(tokens, list) else [tokens]:
            found += _token(one)
    return found[:MOST_ENDORSEMENTS]


def _token(given: object) -> list[Read]:
    try:
        found = read_text(given) if isinstance(given, str) else None
    except Unreadable:
        return []
    return [found] if found is not None and found.token and found.kind is Kind.ENDORSEMENT else []


def _endorsements(document: Mapping[str, Any], asked: Asked) -> tuple[Verdict, ...]:
    issuer = issuer_of(document)
    named = (document.get("id"), telling.achievement_of(document).get("id"), issuer.id if issuer else None)
    about = frozenset(one for one in named if isinstance(one, str))
    return tuple(_endorsement(one, about, asked) for one in embedded(document))


def _endorsement(found: Read, about: frozenset[str], asked: Asked) -> Verdict:
    verdict = judge(found, asked)
    subject = telling.first(found.document.get("credentialSubject")).get("id")
    is_about = isinstance(subject, str) and subject in about
    finding = well("about") if is_about else wrong("about", "other")
    return Verdict(verdict.kind, verdict.container, (*verdict.findings, finding), verdict.says)
