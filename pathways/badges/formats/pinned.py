"""The JSON-LD contexts that badges are read and signed with: files of ours, each known by its SHA-256.

A context decides what a document *says*. So none is ever fetched: whoever could answer in its host's place, or make us
ask a host of their choice, would decide it. What is not pinned here is refused by name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pathways.badges.formats.errors import MissingContexts, UnknownContext

FOLDER = Path(__file__).parent / "contexts"
"""Made by `make` (``gathering``), not in git."""


class Pin(NamedTuple):
    file: str
    sha256: str


VC1 = "https://www.w3.org/2018/credentials/v1"
VC2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
MULTIKEY = "https://w3id.org/security/multikey/v1"

CONTEXTS: Mapping[str, Pin] = {
    VC1: Pin("credentials-v1.json", "a896cc026541e8ed4f031263f81591a0b94dd20304c153eecc65b099c88dbad8"),
    VC2: Pin("credentials-v2.json", "169b22d2762d79a6eeff9f86fefeeadd9dc200fac75f9df864e4109db0a99c0f"),
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json": Pin(
        "open-badges-3.0.0.json", "732fca635996e6ce3d54f0690da08b8c41a3e88bec8e6d9f2edc5a577ecd8e81"
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": Pin(
        "open-badges-3.0.1.json", "3c9930f0b31932036968cba4c311196fa396625b8cc06de9f4d6c0fdabec174d"
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": Pin(
        "open-badges-3.0.2.json", "d0283fb47c9724001e9e60dd7fa5b74ecf7a295dbefba6c475dd04fa00a00e51"
    ),
    OPEN_BADGES: Pin("open-badges-3.0.3.json", "ca836d808e9a9fb27124d2b83df15e31a4b63c910cab870bf48dc35cc70185f2"),
    OPEN_BADGES_EXTENSIONS: Pin(
        "open-badges-extensions.json", "7c24eea3ee3398f7449f53270721e5e384e48d3c8c29516cf1e2f0e383024084"
    ),
    "https://w3id.org/security/data-integrity/v1": Pin(
        "data-integrity-v1.json", "12f6e933d6181879aa5ee19d07400b696dbaf018c76788beb75aeb1d63f5ab6a"
    ),
    "https://w3id.org/security/data-integrity/v2": Pin(
        "data-integrity-v2.json", "4e7215414df0bb60d3d7919cbf10ef2707b2ac5e1b573f9d38a6da5a00e1347c"
    ),
    MULTIKEY: Pin("multikey-v1.json", "41ea9651f8dba9000e5ad7c3549a46617c9d1f707298f5e06467ba26a5c9c479"),
    "https://www.w3.org/ns/credentials/status/v1": Pin(
        "status-list-v1.json", "b09e1af9fe7cc34c12278f5b760b097fe451a0ffc3252a19586ef1801124114b"
    ),
}


def load(url: str) -> dict[str, Any]:
    """The context document of ``url``, as a fresh copy. ``UnknownContext`` for any other than the pinned ones;
    ``MissingContexts`` when its file is not there or is not the one that was pinned.
    """
    return json.loads(_pinned(url))


def loader(url: str, _options: Mapping[str, Any]) -> dict[str, Any]:
    """What PyLD asks. The tag lets it keep what it has worked out of a context for as long as the process lives."""
    return {"contextUrl": None, "documentUrl": url, "document": load(url), "tag": "static"}


@cache
def _pinned(url: str) -> bytes:
    pin = CONTEXTS.get(url)
    if pin is None:
        raise UnknownContext(f"not one of the contexts that are known here: {url[:200]}")
    try:
        content = (FOLDER / pin.file).read_bytes()
    except OSError as missing:
        raise MissingContexts(f"the context {pin.file} of badges is not here: `make install` brings it") from missing
    if hashlib.sha256(content).hexdigest() != pin.sha256:
        raise MissingContexts(f"the context {pin.file} of badges is not the one that was pinned: `make install`")
    return content
