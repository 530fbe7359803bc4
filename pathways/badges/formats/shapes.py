"""What many documents have in common: their N-Quads, worked out once, with places for what differs.

From JSON to N-Quads, PyLD takes most of the time of a signature. Badges of one version differ only in what the server
made: UUIDs, SHA-256 digests, instants, places on a list, results. So a document is taken apart into its *shape*, where
a placeholder stands for each of these, and its *tokens*. Free texts are part of the shape: a badge with a text of its
own has a shape of its own, and is no less right, only slower.

Why filling in is as good as the whole way, also for what strangers send: what is a token is decided by the text and its
key alone; none is escaped in N-Quads, or is a term or a prefix of a context; and where two of them could name the same
node, they are one placeholder exactly when they are equal. A shape is learnt only if each token came out as it is, in a
plain text, in a moment, in a ``urn:uuid:``, or in an address behind its host. There, neither JSON-LD nor RDF looks at
letters, digits and hyphens: whatever stands in their place, the same statements are made, and an address stays one. The
document from which a shape is learnt is worked out both ways, and they must agree.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from pathways.badges.formats import canonical
from pathways.badges.formats.errors import FormatError

_NAMING = re.compile(
    r"(?<![0-9A-Za-z-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9A-Za-z-])"
    r"|(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z])"
    r"|(?<=#)[0-9]{1,9}\Z",
    re.ASCII,
)
"""Tokens in any text; inside an address they may name a node."""
_LITERAL = {
    "validFrom": (_INSTANT := re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z", re.ASCII)),
    "validUntil": _INSTANT,
    "awardedDate": _INSTANT,
    "statusListIndex": re.compile(r"[0-9]{1,9}\Z", re.ASCII),
    "value": re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?\Z", re.ASCII),
}
"""Members whose whole value is a token, a literal that names nothing."""
_XSD = r"(?:http://www\.w3\.org/2001/XMLSchema#|xsd:)"
"""The second where a context forgot to say what its prefix stands for, as that of Open Badges 3.0 did."""
_MARK = "\x00"
"""Around the name of a place. N-Quads never hold it: they escape it. A document that does is signed the whole way."""


_FILLABLE = re.compile(
    rf'"[^"\\]*(?:\\.[^"\\]*)*"(?:@[A-Za-z0-9-]+|\^\^<{_XSD}(?:string|dateTime)>)?'
    rf"|<urn:uuid:{_MARK}[0-9]+{_MARK}>"
    rf"|<https?://[A-Za-z0-9.-]+(?::[0-9]+)?/(?:[A-Za-z0-9._~/?=&#+-]|{_MARK}[0-9]+{_MARK})*>",
    re.DOTALL,
)
"""Terms of N-Quads in which a token decides nothing. (A number would be written anew by PyLD, and a scheme, a port or
what stands behind a ``%`` has rules of its own.)
"""


_PLACE = re.compile(r"\\u0000([0-9]+)\\u0000")
"""A place in a shape. NUL is written so in JSON, and a text that has these letters has another stroke before them."""


_HERE, _HERE_WRITTEN = "\x01", '"\\u0001"'
"""Where a part goes that is written already."""


class Differs(Exception):
    """A shape cannot be filled in: the whole way is the only one for such a document."""


class Recurring(dict[str, Any]):
    """A node that many documents share, as the same object and unchanged: it is looked through once."""

    __slots__ = ("_parts", "_tokens")

    def __init__(self, node: Mapping[str, Any]) -> None:
        super().__init__(node)
        places = _Places()
        try:
            self._parts = _PLACE.split(_written(_shaped(dict(self), places)))
        except Differs:
            self._parts = []
        self._tokens = list(zip(places.tokens, places.names, strict=True))

    def placed(self, places: _Places) -> str:
        """Its part of the shape of a document, whose places it goes on with."""
        if not self._parts:
            raise Differs
        own = [places.next(token, names=names)[1:-1] for token, names in self._tokens]
        parts = self._parts.copy()
        parts[1::2] = [f"\\u0000{own[int(at)]}\\u0000" for at in parts[1::2]]
        return "".join(parts)


class _Places:
    """The tokens of a document so far, and whether each may name a node."""

    def __init__(self) -> None:
        self._named: dict[str, int] = {}
        self.tokens: list[str] = []
        self.names: list[bool] = []
        self.recurring: list[str] = []
        """Parts of the shape that are written already."""

    def next(self, token: str, *, names: bool) -> str:
        at = self._named.get(token) if names else None
        if at is None:
            at = len(self.tokens)
            self.tokens.append(token)
            self.names.append(names)
            if names:
                self._named[token] = at
        return f"{_MARK}{at}{_MARK}"


def taken_apart(document: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The shape of a document, as a text that is the same for all of that shape, and its tokens in their order.

    ``Differs`` for a document in which a place could not be told from a text.
    """
    places = _Places()
    text = _written(_shaped(document, places))
    if not places.recurring:
        return text, places.tokens
    parts = text.split(_HERE_WRITTEN)
    if len(parts) != len(places.recurring) + 1:
        raise Differs
    whole = [parts[0]]
    for part, text in zip(places.recurring, parts[1:], strict=True):
        whole += [part, text]
    return "".join(whole), places.tokens


def _shaped(node: Any, places: _Places, key: str = "") -> Any:
    if isinstance(node, str):
        if key in _LITERAL and _LITERAL[key].match(node):
            return places.next(node, names=False)
        parts = _split(node) if len(node) <= _SHORT else _split.__wrapped__(node)
        if len(parts) == 1:
            return node
        return "".join(places.next(part, names=True) if at % 2 else part for at, part in enumerate(parts))
    if isinstance(node, Recurring):
        places.recurring.append(node.placed(places))
        return _HERE
    if isinstance(node, dict):
        return {name: _shaped(value, places, name) for name, value in node.items()}
    return [_shaped(one, places) for one in node] if isinstance(node, list) else node


def _written(shaped: Any) -> str:
    return json.dumps(shaped, ensure_ascii=False, separators=(",", ":"))


_SHORT = 2_000
"""Letters of a text that is kept with its parts."""


@lru_cache(maxsize=1024)
def _split(text: str) -> tuple[str, ...]:
    """Texts and tokens by turns; most texts come again with the next document."""
    if _MARK in text:
        raise Differs
    parts, at = [], 0
    for found in _NAMING.finditer(text):
        parts += [text[at : found.start()], found[0]]
        at = found.end()
    return (*parts, text[at:])


class Shape:
    """The N-Quads of all documents of one shape, and their JSON."""

    def __init__(self, shape: str, nquads: str, placeholders: list[str]) -> None:
        """``nquads``: of a document of that shape whose tokens are ``placeholders``, each as unlike any text as a
        random one is. ``Differs`` where one of them came out otherwise than it went in, or where it decides something.
        """
        self._json = _PLACE.split(shape)
        dataset = ox.Dataset(ox.parse(input=nquads.encode(), format=ox.RdfFormat.N_QUADS))
        places = {token: f"{_MARK}{at}{_MARK}" for at, token in enumerate(placeholders)}
        found = re.compile("|".join(map(re.escape, sorted(places, key=len, reverse=True))) or r"(?!)")
        quads = [_terms(quad) for quad in dataset]
        marked = [[found.sub(lambda one: places[one[0]], term) for term in quad] for quad in quads]
        placed = {term for quad in marked for term in quad if _MARK in term}
        met = {at for term in placed for at in term.split(_MARK)[1::2]}
        if len(met) < len(placeholders) or not all(_FILLABLE.fullmatch(term) for term in placed):
            raise Differs
        self._blanks = sorted({term for quad in quads for term in quad if term.startswith("_:")})
        self._lines = _Fill(marked, {blank: f"{_MARK}{blank}{_MARK}" for blank in self._blanks})
        self._hashes = {blank: self._hash_of(marked, blank) for blank in self._blanks}

    def _hash_of(self, quads: list[list[str]], blank: str) -> str | _Fill:
        """What RDFC-1.0 calls *Hash First Degree Quads*: at once, or a text to be filled in first."""
        seen = {other: "_:a" if other == blank else "_:z" for other in self._blanks}
        text = _Fill([quad for quad in quads if blank in quad], seen)
        return text if text.tokens else text.digest([])

    def written(self, tokens: list[str]) -> str:
        """The document of this shape with these tokens: JSON without blanks, in the order of the document."""
        parts = self._json.copy()
        parts[1::2] = [tokens[int(at)] for at in parts[1::2]]
        return "".join(parts)

    def filled(self, tokens: list[str]) -> str:
        """The canonical N-Quads of the document of this shape with these tokens."""
        order = sorted(
            (entry if isinstance(entry, str) else entry.digest(tokens), blank) for blank, entry in self._hashes.items()
        )
        if len({digest for digest, _ in order}) < len(order):
            # Nodes that look alike at first sight: RDFC-1.0 then looks further, and knows how.
            return canonical.canonical_quads("".join(self._lines.lines(tokens, {one: one for one in self._blanks})))
        labels = {blank: f"_:c14n{at}" for at, (_, blank) in enumerate(order)}
        return "".join(self._lines.lines(tokens, labels))


class _Fill:
    """Lines of N-Quads with places for tokens and names of blank nodes."""

    def __init__(self, quads: list[list[str]], blanks: Mapping[str, str]) -> None:
        text = "".join(" ".join(blanks.get(term, term) for term in quad) + " .\n" for quad in quads)
        self._parts = text.split(_MARK)
        names = [(at, self._parts[at]) for at in range(1, len(self._parts), 2)]
        self._blanks = [(at, name) for at, name in names if name.startswith("_:")]
        self.tokens = [(at, int(name)) for at, name in names if not name.startswith("_:")]

    def lines(self, tokens: list[str], blanks: Mapping[str, str]) -> list[str]:
        """The lines, each once, in order of code points."""
        parts = self._parts.copy()
        for at, name in self._blanks:
            parts[at] = blanks[name]
        for at, number in self.tokens:
            parts[at] = tokens[number]
        return [f"{line}\n" for line in sorted(set("".join(parts).split("\n")[:-1]))]

    def digest(self, tokens: list[str]) -> str:
        return hashlib.sha256("".join(self.lines(tokens, {})).encode()).hexdigest()


def _terms(quad: ox.Quad) -> list[str]:
    """Subject, predicate, object and, unless it is the default one, graph."""
    graph = quad.graph_name
    terms = (quad.subject, quad.predicate, quad.object, *(() if isinstance(graph, ox.DefaultGraph) else (graph,)))
    return [str(term) for term in terms]


def learnt(shape: str, tokens: list[str], form: str) -> Shape:
    """The shape of a document whose canonical form is ``form``. ``Differs`` when it cannot be filled in."""
    placeholders = [_placeholder(token) for token in tokens]
    document = json.loads(_PLACE.sub(lambda one: placeholders[int(one[1])], shape))
    try:
        found = canonical.examined(document)
        if found.undefined or found.relative:
            raise Differs
        made = Shape(shape, canonical.quads(found.nodes), placeholders)
    except (FormatError, SyntaxError, ValueError) as wrong:  # with other tokens, it is no document any more
        raise Differs from wrong
    if made.filled(tokens) != form:
        raise Differs
    return made


def _placeholder(token: str) -> str:
    """A random token of the same kind."""
    if len(token) == 64:
        return secrets.token_hex(32)
    if len(token) == 36:
        text = secrets.token_hex(16)
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
    if "T" in token:
        return f"{9000 + secrets.randbelow(999)}-07-{10 + secrets.randbelow(18)}T12:{_two()}:{_two()}Z"
    return f"{_two()}{secrets.randbelow(10**7):07}"


def _two() -> int:
    return 10 + secrets.randbelow(49)
