"""Files that somebody made to do harm: each small enough to be taken, and bad for whoever reads it carelessly.

Made in memory. The poison graphs are those of the W3C's tests of canonicalisation, and some of our own that stay
within the bounds of nodes, so that time alone stops them.
"""

from __future__ import annotations

import base64
import copy
import json
import struct
import zlib
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from pathways.badges.formats import vc_jwt
from pathways.badges.formats.baking import png, svg
from tests.badges.verifying import making
from tests.badges.verifying.making import SVG, as_json, badge, signed
from tests.parts.vectors import vectors


def proofed(document: dict[str, Any]) -> dict[str, Any]:
    """With a proof of the right form, which somebody made for another badge."""
    return document | {"proof": signed(badge())["proof"]}


# --- graphs ---


def clique(size: int) -> bytes:
    """Nodes without names that all point to all others: which is which can be told in ``size!`` ways. With ten of them
    well within the bounds of statements and nodes: nothing but time stops it.
    """
    document = badge()
    names = [f"_:b{number}" for number in range(size)]
    document["credentialSubject"]["achievement"]["creator"] = [
        {"id": one, "type": ["Profile"], "parentOrg": [other for other in names if other != one]} for one in names
    ]
    return as_json(proofed(document))


POISON = ("test044", "test045", "test046", "test074")


def of_vectors(name: str) -> bytes:
    """A poison graph of the W3C's, each of its properties one that credentials have."""
    lines = (vectors("rdf-canon") / "rdfc10" / f"{name}-in.nq").read_text("utf-8").splitlines()
    statements: dict[str, list[str]] = {}
    for line in lines:
        subject, _, told = line.split(" ")[:3]
        statements.setdefault(subject, []).append(told if told.startswith("_:") else "urn:x:y")
    document = badge()
    document["credentialSubject"]["achievement"]["creator"] = [
        {"id": subject, "type": ["Profile"], "parentOrg": told} for subject, told in statements.items()
    ]
    return as_json(proofed(document))


def twins(count: int, depth: int) -> bytes:
    """Nodes without names that look alike however far one follows them."""
    document = badge()

    def org(level: int) -> dict[str, Any]:
        return {"type": ["Profile"]} | ({"parentOrg": org(level - 1)} if level else {})

    document["credentialSubject"]["achievement"]["creator"] = [org(depth) for _ in range(count)]
    return as_json(proofed(document))


def families(children: int) -> bytes:
    """Two nodes without names, each with as many children that nothing tells apart: ``children!`` ways to go through
    them, within the bounds of statements and nodes, so that nothing but time stops it.
    """
    document = badge(results=(), evidence=())
    family = {"type": ["Profile"], "parentOrg": [{"type": ["Profile"]} for _ in range(children)]}
    document["credentialSubject"]["achievement"] |= {"creator": [family, family], "alignment": []}
    return as_json(proofed(document))


def many_statements() -> bytes:
    document = badge()
    document["credentialSubject"]["achievement"]["tag"] = [f"t{number}" for number in range(2_000)]
    return as_json(proofed(document))


# --- JSON ---


def nested(opening: bytes, closing: bytes = b"", start: bytes = b"") -> bytes:
    return start + opening * ((990_000 - len(start)) // (len(opening) + len(closing)))


def wide() -> bytes:
    return b'{"@context":[' + b'"x",' * 240_000 + b'"x"]}'


def long_text() -> bytes:
    document = badge()
    document["credentialSubject"]["achievement"]["description"] = "é\u202e" * 180_000
    return as_json(proofed(document))


def many_contexts() -> bytes:
    return as_json(proofed(badge() | {"@context": badge()["@context"] * 1_500}))


def context_inside() -> bytes:
    """A context of the file's own that gives every term another meaning, and one that refers to itself."""
    document = badge()
    document["@context"] = [*document["@context"], {"name": "https://schema.org/description", "a": {"@id": "a:a"}}]
    return as_json(proofed(document))


def deep_context() -> bytes:
    inner: Any = {"a": "urn:a"}
    for _ in range(30):
        inner = {"@context": inner}
    return as_json(proofed(badge() | {"@context": [*badge()["@context"], inner]}))


# --- pictures ---


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(*chunks: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return png.SIGNATURE + head + b"".join(chunks) + chunk(b"IEND", b"")


def packed_text(size: int, kind: bytes = b"iTXt") -> bytes:
    """A text of ``size`` bytes that takes a thousandth of it."""
    packing = zlib.compressobj(9)
    parts = [packing.compress(b'{"a":"'), *(packing.compress(b"a" * 1_000) for _ in range(size // 1_000))]
    packed = b"".join([*parts, packing.compress(b'"}'), packing.flush()])
    if kind == b"zTXt":
        return png_of(chunk(b"zTXt", png.OPEN_BADGES_3 + b"\0\0" + packed))
    return png_of(chunk(b"iTXt", png.OPEN_BADGES_3 + b"\0\1\0\0\0" + packed))


def many_chunks() -> bytes:
    return png_of(*[chunk(b"tEXt", b"openbadgecredentia\0x")] * 25_000)


def many_badges() -> bytes:
    text = png.OPEN_BADGES_3 + b"\0\0\0\0\0" + as_json(signed(badge()))
    return png_of(*[chunk(b"iTXt", text)] * 100)


def lying_chunk(length: int) -> bytes:
    return png.SIGNATURE + struct.pack(">I", length) + b"IHDR" + bytes(100)


def doctype(inside: str, used: str = "&a;") -> bytes:
    return (
        f'<?xml version="1.0"?><!DOCTYPE svg [{inside}]><svg xmlns="http://www.w3.org/2000/svg">{used}</svg>'.encode()
    )


def laughs() -> bytes:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10))
    return doctype(entities, "&a9;")


def svg_with(inside: str, attributes: str = "") -> bytes:
    """A valid badge, and something beside it that a browser would run or fetch."""
    baked = svg.bake(SVG, as_json(signed(badge())).decode()).decode()
    return baked.replace("<path", f"{inside}<path", 1).replace("<svg ", f"<svg {attributes} ", 1).encode()


def deep_svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * 200_000


# --- tokens, links, lists ---


def token_of(header: dict[str, Any], payload: bytes) -> bytes:
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=")
    return head + b"." + base64.urlsafe_b64encode(payload).rstrip(b"=") + b".AAAA"


def long_token() -> bytes:
    return vc_jwt.encode(badge(narrative="a" * 600_000), making.rsa(), kid=making.KID).encode()


def thousand_lists() -> bytes:
    places = [{**badge()["credentialStatus"], "statusListCredential": f"{making.HOST}/l/{n}"} for n in range(1_000)]
    return as_json(proofed(badge() | {"credentialStatus": places}))


def thousand_endorsements() -> bytes:
    document = badge()
    document["endorsement"] = [
        {**making.endorsement(did=f"did:web:e{number}.example"), "proof": []} for number in range(300)
    ]
    return as_json(proofed(document))


HARMLESS = {"long attribute", "long token"}
"""Valid badges, only large ones."""
HOSTILE: dict[str, Callable[[], bytes]] = {
    "clique of 8": lambda: clique(8),
    "clique of 10": lambda: clique(10),
    "clique of 16": lambda: clique(16),
    "clique of 40": lambda: clique(40),
    "families": lambda: families(11),
    "small families": lambda: families(4),
    "twins": lambda: twins(14, 1),
    "many twins": lambda: twins(29, 0),
    "deep twins": lambda: twins(4, 6),
    "many statements": many_statements,
    "nested lists": lambda: nested(b"["),
    "nested objects": lambda: nested(b'{"a":'),
    "nested in a badge": lambda: nested(b'{"evidence":[', start=as_json(badge())[:-1] + b',"evidence":['),
    "wide": wide,
    "long text": long_text,
    "many contexts": many_contexts,
    "context inside": context_inside,
    "deep context": deep_context,
    "packed text": lambda: packed_text(200_000_000),
    "packed text zTXt": lambda: packed_text(200_000_000, b"zTXt"),
    "packed text of just the size": lambda: packed_text(999_000),
    "many chunks": many_chunks,
    "many badges": many_badges,
    "chunk of four gigabytes": lambda: lying_chunk(2**32 - 1),
    "chunk of minus one": lambda: lying_chunk(2**31),
    "entities": laughs,
    "entity of a file": lambda: doctype('<!ENTITY a SYSTEM "file:///etc/passwd">'),
    "entity of a site": lambda: doctype('<!ENTITY a SYSTEM "http://127.0.0.1:1/">'),
    "parameter entity": lambda: doctype('<!ENTITY % a SYSTEM "http://127.0.0.1:1/x.dtd"> %a;', ""),
    "deep svg": deep_svg,
    "long attribute": lambda: svg_with("", f'class="{"a" * 900_000}"'),
    "quotes without end": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" a="' + b"'<" * 400_000,
    "long token": long_token,
    "token of nesting": lambda: token_of({"alg": "RS256"}, b"[" * 600_000),
    "token of dots": lambda: b"ey" + b"a." * 400_000,
    "thousand lists": thousand_lists,
    "thousand endorsements": thousand_endorsements,
    "a megabyte of nothing": lambda: b" " * 999_999,
    "a megabyte of zeros": lambda: bytes(999_999),
    "a megabyte of digits": lambda: b'{"a":' + b"9" * 990_000 + b"}",
    "a megabyte of escapes": lambda: b'"' + b"\\ud800" * 160_000 + b'"',
    "a long link": lambda: b"https://" + b"a" * 900_000,
    "a link with a password": lambda: b"https://user:word@127.0.0.1/",
    "a link to this machine": lambda: b"https://127.0.0.1:8000/",
    "a link to a file": lambda: b"file:///etc/passwd",
    "too large": lambda: bytes(1_000_001),
}


def mutated(data: bytes, choose: Random) -> bytes:
    """``data`` with one thing about its bytes changed or, of a JSON text, about its structure."""
    if data.startswith(b"{") and choose.random() < 0.5:
        return _restructured(data, choose)
    at = choose.randrange(len(data))
    end = min(len(data), at + choose.randrange(1, 12))
    return choose.choice(
        [
            lambda: data[:at] + bytes([data[at] ^ (1 << choose.randrange(8))]) + data[at + 1 :],
            lambda: data[:at] + data[end:],
            lambda: data[:at] + data[at:end] * 2 + data[end:],
            lambda: data[:at] + bytes(choose.randrange(256) for _ in range(end - at)) + data[end:],
            lambda: data[:at] + data[at:end][::-1] + data[end:],
            lambda: data[:at],
        ]
    )()


_VALUES: list[Any] = [None, True, 0, -1, 10**20, "", "x", "urn:x:y", [], {}, [[]], {"@id": "urn:x:y"}, {"@value": "x"}]
_KEYS = ["@id", "@type", "@graph", "@included", "@nest", "@reverse", "@context", "id", "type", "name", "validUntil"]
_KEYS += ["https://www.w3.org/2018/credentials#validUntil", "https://www.w3.org/2018/credentials#credentialStatus", "x"]


def _restructured(data: bytes, choose: Random) -> bytes:
    """One member of one object taken out, renamed, moved, copied, wrapped or given another value."""
    document = json.loads(data)
    objects = [*_objects(document)]
    holder, other = choose.choice(objects), choose.choice(objects)
    if not holder:
        holder = document
    key = choose.choice([*holder])
    value = holder[key]
    choose.choice(
        [
            lambda: holder.pop(key),
            lambda: holder.update({key: choose.choice(_VALUES)}),
            lambda: holder.update({choose.choice(_KEYS): holder.pop(key)}),
            lambda: holder.update({key: [value]}),
            lambda: holder.update({key: [value, value]}),
            lambda: holder.update({key: {choose.choice(_KEYS): value}}),
            lambda: other.update({key: holder.pop(key)}) if other is not value else None,
            lambda: other.update({choose.choice(_KEYS): copy.deepcopy(value)}),
            lambda: document.update({choose.choice(_KEYS): [{"id": document["id"], key: holder.pop(key)}]}),
        ]
    )()
    try:
        return json.dumps(document, ensure_ascii=False).encode()
    except ValueError:  # moved into itself
        return data


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from _objects(one)
    elif isinstance(value, list):
        for one in value:
            yield from _objects(one)
