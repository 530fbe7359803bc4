"""What badges are measured against: PyLD, which expands and canonicalises without anything of ours, and Digital
Bazaar's library in Node.js.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pyld import jsonld
from pyld.context_resolver import ContextResolver

from benchmarks.report import Figure
from pathways.badges.formats import pinned
from pathways.badges.formats.keys import base58, from_base58
from tests.parts import verifiers
from tests.parts.verifiers import Case

Canonical = Callable[[Mapping[str, Any]], str]
_OPTIONS = {"algorithm": "URDNA2015", "format": "application/n-quads"}
_normalize: Callable[..., Any] = jsonld.normalize


def keeping() -> Canonical:
    """PyLD with the product's own loader, which lets it keep what it worked out of each context."""
    return lambda document: _normalize(document, _OPTIONS | {"documentLoader": pinned.loader})


def plain() -> Canonical:
    """PyLD with a dictionary of the same contexts as its loader, and nothing more. Its cache is its own: what the
    product had PyLD keep in this process would help it otherwise.
    """
    kept: dict[str, Any] = {}

    def loader(url: str, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"contextUrl": None, "documentUrl": url, "document": pinned.load(url)}

    def canonical(document: Mapping[str, Any]) -> str:
        resolver = ContextResolver(kept, loader)
        return _normalize(document, _OPTIONS | {"documentLoader": loader, "contextResolver": resolver})

    return canonical


def signed(document: Mapping[str, Any], key: Ed25519PrivateKey, canonical: Canonical) -> str:
    """The ``proofValue`` that ``eddsa-rdfc-2022`` gives a document for the options of the proof that it has."""
    return base58(key.sign(_signing_input(document, canonical)))


def verifies(document: Mapping[str, Any], key: Ed25519PublicKey, canonical: Canonical) -> None:
    """Raises ``InvalidSignature``. The signature alone: no dates, no status list, no undefined terms."""
    [proof] = document["proof"]
    key.verify(from_base58(proof["proofValue"]), _signing_input(document, canonical))


def _signing_input(document: Mapping[str, Any], canonical: Canonical) -> bytes:
    [proof] = document["proof"]
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    body = {name: value for name, value in document.items() if name != "proof"}
    parts = (options | {"@context": document["@context"]}, body)
    return b"".join(hashlib.sha256(canonical(part).encode()).digest() for part in parts)


def digital_bazaar(site: Mapping[str, Mapping[str, Any]], badges: Sequence[bytes], few: int) -> float:
    """Seconds for each badge: those of all less those of the first ``few``, so that neither the start of Node.js counts
    nor the time until it has compiled what it runs.
    """
    seconds = []
    for number in (few, len(badges)):
        cases = [Case(str(place), json.loads(badge)) for place, badge in enumerate(badges[:number])]
        begun = time.perf_counter()
        verdicts = verifiers.digital_bazaar(site, cases)
        seconds.append(time.perf_counter() - begun)
        refused = [verdict.why for verdict in verdicts.values() if not verdict.accepted]
        assert not refused, refused[:3]
    return (seconds[1] - seconds[0]) / (len(badges) - few)


def multiple(what: str, ours: Sequence[float], theirs: Sequence[float], aim: float | None = None) -> Figure:
    """Rates of rounds that alternated, each against its neighbour: the median, and the ends."""
    found = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    ratio = statistics.median(found)
    return Figure(
        what,
        f"{ratio:.2f} ({min(found):.2f} to {max(found):.2f}): {statistics.median(ours):.1f} and"
        f" {statistics.median(theirs):.1f} per second",
        f">= {aim}" if aim else "",
        ratio >= aim if aim else None,
    )
