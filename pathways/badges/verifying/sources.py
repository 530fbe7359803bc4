"""The documents of others, as they were brought: nobody is asked for anything here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pathways.badges.verifying.plain_json import Unreadable, parse_object


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why a document could not be had: ``not-asked`` (this server asks nobody), ``too-many``, ``not-found``, ``gone``,
    ``refused``, or the code of a ``calling.NotCalled``.
    """

    reason: str


Documents = Mapping[str, bytes | Unavailable]


class Lacking(Exception):
    """A document that is needed is not there, or cannot be read."""

    def __init__(self, reason: str, url: str) -> None:
        super().__init__(f"{reason}: {url}")
        self.reason, self.url = reason, url


@dataclass(frozen=True, slots=True)
class Sources:
    documents: Documents
    _parsed: dict[str, dict[str, Any]] = field(default_factory=dict)

    def has(self, url: str) -> bool:
        """Whether it is known if the document can be had."""
        return url in self.documents

    def data(self, url: str) -> bytes:
        """The bytes at ``url``; :class:`Lacking` with the reason why not."""
        found = self.documents.get(url, Unavailable("too-many"))
        if isinstance(found, Unavailable):
            raise Lacking(found.reason, url)
        return found

    def object(self, url: str) -> dict[str, Any]:
        """The JSON object at ``url``; :class:`Lacking`, too, with ``unreadable`` when it is none."""
        if url not in self._parsed:
            try:
                self._parsed[url] = parse_object(self.data(url))
            except Unreadable:
                raise Lacking("unreadable", url) from None
        return self._parsed[url]

    def digest(self, url: str) -> bytes:
        """The SHA-256 of the bytes at ``url``."""
        return hashlib.sha256(self.data(url)).digest()
