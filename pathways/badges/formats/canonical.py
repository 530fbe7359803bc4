"""What a JSON-LD document says, as text that is the same however it was written: RDFC-1.0 N-Quads.

Source: W3C RDF Dataset Canonicalization (RDFC-1.0), and JSON-LD 1.1 for the way from JSON to RDF.

PyLD drops what no context defines, in silence: it would stand in the file and not under the signature. So whoever signs
or verifies asks :func:`examined` (what a signature would not cover) and ``disguises`` (what would be read otherwise
than it was signed) first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

import pyoxigraph as ox
from pyld import jsonld

from pathways.badges.formats import pinned
from pathways.badges.formats.errors import FormatError
from pathways.badges.formats.processor import ExpandedProcessor, Processor

Document = Mapping[str, Any]
Loader = Callable[[str, Mapping[str, Any]], dict[str, Any]]

SENTINEL = "urn:undefined:"
"""Where a term that no context defines is sent, so that it shows."""
_WHOLE = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f<>"{}|\\^`]*\Z""")
"""An IRI with its scheme, and without what would end it in N-Quads: PyLD writes it as it is."""
_BLANK = re.compile(r"_:[A-Za-z0-9_.-]+")
"""Also finds them inside texts: counting some too many refuses only what is absurd anyway."""
_ONE_AT_A_TIME = Lock()
"""What PyLD and the processor keep of contexts, two threads may not touch at once."""
_PROCESSOR, _OF_NODES = Processor(), ExpandedProcessor()
_OPTIONS = {"base": None, "format": "application/n-quads"}
"""Without ``base``, PyLD completes a relative identifier with an address that it makes up."""
_OF_NO_FORM = (jsonld.JsonLdError, AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)
"""What PyLD raises on documents that are no JSON-LD, by oversight as well as on purpose."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A document, expanded: every term is an IRI."""

    nodes: list[Any]
    """JSON-LD in expanded form. Not to be signed when ``undefined`` or ``relative`` names something."""
    undefined: tuple[str, ...]
    """Terms and types that no context defines, sorted."""
    relative: tuple[str, ...]
    """Identifiers that are no whole IRI, sorted. One without a scheme each reader would complete in its own way."""


def examined(document: Document, *, loader: Loader = pinned.loader) -> Examined:
    """Expand a document, and find what a signature would not cover.

    ``UnknownContext`` for a context that is not pinned, ``FormatError`` for what is no JSON-LD.
    """
    contexts = document.get("@context", [])
    listed = contexts if isinstance(contexts, list) else [contexts]
    probe = {**document, "@context": [{"@vocab": SENTINEL}, *listed]}
    with _ONE_AT_A_TIME:
        nodes = _asked(_PROCESSOR.expand, probe, {"base": None, "documentLoader": loader})
    undefined, relative = set[str](), set[str]()
    for iri in _iris(nodes):
        if iri.startswith(SENTINEL):
            undefined.add(iri.removeprefix(SENTINEL))
        elif not _WHOLE.match(iri):
            relative.add(iri)
    return Examined(nodes, tuple(sorted(undefined)), tuple(sorted(relative)))


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a stranger's document may say. RDFC-1.0 takes a time that grows with the factorial of blank nodes that
    look alike, so they are counted before.
    """

    quads: int = 500
    blank_nodes: int = 30

    def check(self, text: str) -> None:
        """``FormatError`` (``too-much``) when the N-Quads ``text`` are more."""
        if text.count("\n") > self.quads or len(set(_BLANK.findall(text))) > self.blank_nodes:
            raise FormatError(
                f"more than {self.quads} statements or {self.blank_nodes} nodes without a name", code="too-much"
            )


def undefined_terms(document: Document, *, loader: Loader = pinned.loader) -> tuple[str, ...]:
    """The terms and types of a document that none of its contexts defines, sorted."""
    return examined(document, loader=loader).undefined


def relative_ids(document: Document, *, loader: Loader = pinned.loader) -> tuple[str, ...]:
    """The identifiers of a document that are no whole IRI, sorted."""
    return examined(document, loader=loader).relative


def canonical(document: Document, *, loader: Loader = pinned.loader) -> str:
    """The canonical N-Quads of a document: one a line, in order of code points.

    ``UnknownContext`` for a context that is not pinned, ``FormatError`` for what is no JSON-LD. The work can grow with
    the factorial of blank nodes that look alike: of what strangers send, :func:`quads` are counted first, and time is
    limited from outside.
    """
    return canonical_quads(quads(document, loader=loader))


def quads(document: Document | list[Any], *, loader: Loader = pinned.loader) -> str:
    """The N-Quads of a document or of ``Examined.nodes``, with blank nodes by any name: cheap, whatever it says."""
    processor = _OF_NODES if isinstance(document, list) else _PROCESSOR
    with _ONE_AT_A_TIME:
        return _asked(processor.to_rdf, document, _OPTIONS | {"documentLoader": loader})


def canonical_quads(text: str, algorithm: str = "SHA256") -> str:
    """RDFC-1.0 of N-Quads; ``FormatError`` when they are none. ``algorithm``: ``SHA256`` or ``SHA384``."""
    try:
        dataset = ox.Dataset(ox.parse(input=text.encode(), format=ox.RdfFormat.N_QUADS))
    except (SyntaxError, ValueError) as wrong:
        raise FormatError(f"no N-Quads: {wrong}", code="json-ld") from wrong
    dataset.canonicalize(_ALGORITHMS[algorithm])
    written = ox.serialize(dataset, format=ox.RdfFormat.N_QUADS) or b""
    lines = written.decode().split("\n")[:-1]  # not splitlines(): a literal may hold other line ends
    return "".join(f"{line}\n" for line in sorted(lines))


_ALGORITHMS = {
    "SHA256": ox.CanonicalizationAlgorithm.RDFC_1_0_SHA_256,
    "SHA384": ox.CanonicalizationAlgorithm.RDFC_1_0_SHA_384,
}


def _asked(ask: Callable[..., Any], document: object, options: dict[str, Any]) -> Any:
    """PyLD's answer. It wraps what our loader raises, so the first of ours in the chain of causes is raised again."""
    try:
        return ask(document, options)
    except _OF_NO_FORM as wrong:
        cause: BaseException | None = wrong
        while cause is not None and not isinstance(cause, FormatError):
            cause = cause.__cause__ or cause.__context__
        if cause is not None:
            raise cause from None
        raise FormatError(f"no JSON-LD: {type(wrong).__name__} {str(wrong)[:300]}", code="json-ld") from wrong


def _iris(nodes: object) -> Iterator[str]:
    """Every IRI of an expanded document: properties, types and identifiers; what is inside a literal is none."""
    waiting = [nodes]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            for key, value in node.items():
                if key in {"@id", "@type"}:
                    yield from (str(one) for one in (value if isinstance(value, list) else [value]))
                elif key not in {"@value", "@language", "@direction", "@index"}:
                    if not key.startswith("@"):
                        yield key
                    waiting.append(value)
