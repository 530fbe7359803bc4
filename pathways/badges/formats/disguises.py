"""What would be *read* otherwise than it was *signed*.

A Data Integrity proof covers the RDF that a JSON-LD document stands for; people and programs read its JSON. Whoever
holds a signed file can write the same RDF in other JSON: hide ``credentialStatus`` under the IRI that it stands for,
write a class where a property of the same IRI belongs (``Achievement`` for ``achievement``), give a term another
meaning by a context of their own, describe the credential a second time inside itself, put evidence into a list
inside a list, where no reader looks. The signature still holds. So a verifier that reads JSON takes none but the plain
form, in which each term is written as the pinned contexts name it and stands where it belongs (W3C VC Data Integrity
1.0, *Validating Contexts*).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pathways.badges.formats import pinned

_PROPERTY = re.compile(r"[a-z][A-Za-z0-9]*\Z", re.ASCII)
"""How the vocabularies of credentials and badges name properties; what is named in another way is a class or an IRI."""
_OF_TEXTS = frozenset({"@value", "@language"})
"""A text in a language. JSON-LD knows directions, too, but RDF does not: they would not be under the signature."""
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*\Z", re.ASCII)
_OF_MENTIONS = frozenset({"@context", "id", "type", "endorsementComment"})
"""What an object may say of the credential that it is a part of: an endorsement names what it endorses."""


def disguises(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The places (``credentialSubject.Achievement``) where a document is not in the plain form; none for all that is
    made here, and for what other issuers write by hand or by the usual libraries.
    """
    own = document.get("id")
    found = []
    for path, key, holder in _members(document):
        if key == "@context":
            continue
        if isinstance(holder[key], list) and any(isinstance(one, list) for one in holder[key]):
            plain = False
        elif key.startswith("@"):
            plain = key in _OF_TEXTS and _is_text(holder)
        elif key == "id" and path and isinstance(own, str) and holder[key] == own:
            plain = set(holder) <= _OF_MENTIONS
        else:
            plain = bool(_PROPERTY.match(key))
        if not plain:
            found.append(f"{path}.{key[:80]}".removeprefix("."))
    return tuple(found)


def foreign_contexts(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The contexts of a document, wherever they stand in it, that are not pinned; one that is written into the document
    itself is named by its place.
    """
    found: list[str] = []
    for path, key, holder in _members(document):
        if key == "@context":
            given = holder[key]
            found += [
                one[:200] if isinstance(one, str) else f"{path}.@context[{at}]".removeprefix(".")
                for at, one in enumerate(given if isinstance(given, list) else [given])
                if not isinstance(one, str) or one not in pinned.CONTEXTS
            ]
    return tuple(found)


def _is_text(holder: Mapping[str, Any]) -> bool:
    language = holder.get("@language")
    return set(holder) == _OF_TEXTS and isinstance(language, str) and bool(_LANGUAGE.match(language))


def _members(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Each key of each object, with the path of the object and the object; contexts are not gone into."""
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, list):
            waiting.extend((f"{path}[{at}]", one) for at, one in enumerate(node))
        elif isinstance(node, Mapping):
            for key, value in node.items():
                yield path, key, node
                if key != "@context":
                    waiting.append((f"{path}.{key}".removeprefix("."), value))
