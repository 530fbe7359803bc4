"""Judging a badge of Open Badges 2.0: hosted (its issuer's site is the proof) or signed (RS256).

Everything that is shown comes from where it is kept, not from the file: the assertion from its own address, its
BadgeClass and its issuer from theirs. That they belong together is what is checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pathways.badges.formats import vc_jwt
from pathways.badges.formats.errors import BadKey, BadToken, FormatError
from pathways.badges.formats.instants import instant, parsed
from pathways.badges.verifying import recipients, telling
from pathways.badges.verifying.credentials import Asked, is_of_another_kind
from pathways.badges.verifying.issuers import site
from pathways.badges.verifying.reading import Read, texts
from pathways.badges.verifying.sources import Lacking, Sources
from pathways.badges.verifying.verdict import Finding, Verdict, unchecked, well, wrong

_SAME = ("recipient", "issuedOn", "expires", "evidence", "narrative", "verification")
"""Members of an assertion that a file and its site have to say alike, or the file is another badge; its badge is
compared by its id. Where they differ in others, nobody can say which of them was meant.
"""


@dataclass(frozen=True, slots=True)
class _Chain:
    """An assertion, what it is of, and who says so: each where it is kept."""

    assertion: Mapping[str, Any]
    badge: Mapping[str, Any]
    issuer: Mapping[str, Any]

    @property
    def issuer_id(self) -> str:
        return str(self.issuer.get("id", ""))


class _NoChain(Exception):
    """The documents do not belong together, or one is not what it must be."""


def needs(found: Read, sources: Sources) -> list[str]:
    """The addresses that are wanted next; what they hold says which come after."""
    if not found.token:
        where = _id(found.document)
        if not site(where) or not sources.has(where):
            return [where] if site(where) else []
    try:
        assertion = _assertion(found, sources)
        badge_id = _id(assertion.get("badge"))
        if site(badge_id) and not sources.has(badge_id):
            return [badge_id]
        issuer_id = _id(_badge(assertion, sources).get("issuer"))
        if not sources.has(issuer_id):
            return [issuer_id] if site(issuer_id) else []
        issuer = sources.object(issuer_id)
    except (Lacking, _NoChain):
        return []
    if not found.token:
        return []
    wanted = [_creator(assertion, issuer), issuer.get("revocationList")]
    return [one for one in wanted if isinstance(one, str) and site(one) and not sources.has(one)]


def judge(found: Read, asked: Asked) -> Verdict:
    """The verdict on an assertion."""
    sources = asked.sources
    try:
        chain = _chain(found, sources)
    except _NoChain as why:
        return Verdict(found.kind, found.container, (wrong("issuer", str(why)),), _told(found.document))
    except Lacking as why:
        return _lacking(found, why)
    if chain.assertion.get("revoked") is True:
        return Verdict(found.kind, found.container, (wrong("status", "revoked"),), _told(found.document))
    signed = _signed(found, chain, sources) if found.token else _hosted(found, chain)
    said = telling.issuer(chain.issuer_id, chain.issuer.get("name"), site(chain.issuer_id))
    findings = (
        well("issuer", **said),
        *signed,
        well("terms"),
        *_validity(chain.assertion, asked.now),
        _status(found, chain, sources),
        recipients.of_assertion(chain.assertion.get("recipient"), asked.email),
    )
    says = telling.badge_class(chain.assertion, chain.badge) | {"issuer": said}
    return Verdict(found.kind, found.container, findings, says)


def _told(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the file alone says, where nothing else could be had."""
    return telling.badge_class(document, telling.first(document.get("badge")))


def _lacking(found: Read, why: Lacking) -> Verdict:
    is_own = not found.token and why.url == _id(found.document)
    if why.reason == "gone" and is_own:
        finding = wrong("status", "revoked")
    elif not site(why.url):
        finding = wrong("signature", "not-hosted")
    else:
        finding = unchecked("signature" if is_own else "issuer", why.reason, domain=site(why.url))
    return Verdict(found.kind, found.container, (finding,), _told(found.document))


# --- the chain ------------------------------------------------------------------------------------------------


def _chain(found: Read, sources: Sources) -> _Chain:
    assertion = _assertion(found, sources)
    if assertion.get("revoked") is True:
        return _Chain(assertion, {}, {})
    badge = _badge(assertion, sources)
    issuer_id = _id(badge.get("issuer"))
    if not site(issuer_id):
        raise _NoChain("issuer-kind")
    issuer = sources.object(issuer_id)
    if issuer.get("id") != issuer_id:
        raise _NoChain("did")
    return _Chain(assertion, badge, issuer)


def _assertion(found: Read, sources: Sources) -> Mapping[str, Any]:
    """Of a token, what it says; else what stands at the assertion's own address."""
    if found.token:
        return found.document
    where = _id(found.document)
    if not site(where):
        raise Lacking("not-hosted", "")
    kept = sources.object(where)
    if kept.get("id") != where or "Assertion" not in texts(kept.get("type")):
        raise _NoChain("not-there")
    return kept


def _badge(assertion: Mapping[str, Any], sources: Sources) -> Mapping[str, Any]:
    given = assertion.get("badge")
    if isinstance(given, dict) and not site(given.get("id")):
        return given
    where = _id(given)
    if not site(where):
        raise _NoChain("badge")
    kept = sources.object(where)
    if kept.get("id") != where:
        raise _NoChain("badge")
    return kept


def _id(given: object) -> str:
    value = given.get("id") if isinstance(given, Mapping) else given
    return value if isinstance(value, str) else ""


# --- hosted ---------------------------------------------------------------------------------------------------


def _hosted(found: Read, chain: _Chain) -> list[Finding]:
    """Whether the issuer lets its badges be kept there, and whether the file says what is kept there."""
    where = str(chain.assertion.get("id"))
    if not _is_covered(where, chain):
        return [wrong("signature", "not-covered", domain=site(where))]
    if not texts(_verification(chain.assertion).get("type")) & {"HostedBadge", "hosted"}:
        return [wrong("signature", "unsigned")]
    return [
        well("signature", suite="hosted", key=telling.line(where, 300)),
        _compared(found.document, chain.assertion),
    ]


def _is_covered(where: str, chain: _Chain) -> bool:
    """Open Badges 2.0, *Hosted Verification*: ``startsWith`` and ``allowedOrigins`` of the issuer; without them, only
    its own host.
    """
    given = chain.issuer.get("verification")
    policy = given if isinstance(given, dict) else {}
    host = urlsplit(where).hostname or ""
    own = urlsplit(chain.issuer_id).hostname or ""
    allowed = texts(policy.get("allowedOrigins")) or {own}
    if not {host, f"https://{host}"} & {one.casefold().rstrip("/") for one in allowed}:
        return False
    begins = texts(policy.get("startsWith"))
    return not begins or any(where.startswith(one) for one in begins)


def _compared(file: Mapping[str, Any], kept: Mapping[str, Any]) -> Finding:
    if file == kept:
        return well("unchanged")
    agree = _id(file.get("badge")) == _id(kept.get("badge")) and all(file.get(one) == kept.get(one) for one in _SAME)
    return unchecked("unchanged", "differs") if agree else wrong("unchanged", "changed")


def _verification(assertion: Mapping[str, Any]) -> Mapping[str, Any]:
    given = assertion.get("verification", assertion.get("verify"))
    return given if isinstance(given, dict) else {}


# --- signed ---------------------------------------------------------------------------------------------------


def _creator(assertion: Mapping[str, Any], issuer: Mapping[str, Any]) -> str:
    """The address of the key: what the assertion names, else the only one of the issuer."""
    named = _id(_verification(assertion).get("creator")) or _id(_verification(assertion).get("url"))
    return named or _id(issuer.get("publicKey"))


def _signed(found: Read, chain: _Chain, sources: Sources) -> list[Finding]:
    """Whether the key is one that the issuer lists and that says to be the issuer's, and whether it signed this."""
    where = _creator(chain.assertion, chain.issuer)
    said = {"suite": "RS256", "key": telling.line(where, 300)}
    listed = chain.issuer.get("publicKey")
    if not where or where not in {_id(one) for one in (listed if isinstance(listed, list) else [listed])}:
        return [wrong("signature", "key-not-listed", **said)]
    try:
        key = sources.object(where)
        if key.get("id") != where or key.get("owner") != chain.issuer_id:
            return [wrong("signature", "key-not-listed", **said)]
        vc_jwt.verified(found.token, str(key.get("publicKeyPem", "")))
    except Lacking as why:
        return [unchecked("signature", why.reason, **said)]
    except BadToken as why:
        if why.code == "signature":
            return [well("signature", **said), wrong("unchanged", "changed")]
        return [(unchecked if is_of_another_kind(found.token, why) else wrong)("signature", why.code, **said)]
    except BadKey as why:
        return [wrong("signature", why.code, **said)]
    return [well("signature", **said), well("unchanged")]


def _status(found: Read, chain: _Chain, sources: Sources) -> Finding:
    """A hosted badge that was taken back is no more at its address; of a signed one, a list of its issuer says so."""
    if not found.token:
        return well("status")
    where = chain.issuer.get("revocationList")
    if where is None:
        return well("status", none=True)
    if not isinstance(where, str) or not site(where):
        return unchecked("status", "list-form")
    try:
        document = sources.object(where)
    except Lacking as why:
        return unchecked("status", why.reason)
    if _id(document.get("issuer")) != chain.issuer_id:
        return unchecked("status", "list-issuer")
    revoked = document.get("revokedAssertions")
    taken_back = {_id(one) for one in (revoked if isinstance(revoked, list) else [revoked])}
    if _id(chain.assertion) in taken_back - {""}:
        return wrong("status", "revoked")
    if "RevocationList" not in texts(document.get("type")) or "" in taken_back:
        return unchecked("status", "list-form")  # it may say *revoked* in a way that is not read here
    return well("status")


# --- dates ----------------------------------------------------------------------------------------------------


def _validity(assertion: Mapping[str, Any], now: datetime) -> list[Finding]:
    try:
        issued = parsed(assertion.get("issuedOn"))
        ends = parsed(assertion["expires"]) if assertion.get("expires") is not None else None
    except FormatError:
        return [unchecked("valid-from", "form"), unchecked("valid-until", "form")]
    at = instant(issued)
    begins = well("valid-from", at=at) if issued <= now else wrong("valid-from", "future", at=at)
    if ends is None:
        return [begins, well("valid-until", none=True)]
    at = instant(ends)
    return [begins, well("valid-until", at=at) if ends > now else wrong("valid-until", "expired", at=at)]
