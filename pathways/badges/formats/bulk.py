"""Many documents signed at once, or verified one after the other: the same bytes as one by one, many times faster
(:mod:`shapes` says how).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from threading import Lock
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pathways.badges.formats import documents, integrity
from pathways.badges.formats.keys import ed25519_private
from pathways.badges.formats.shapes import Differs, Shape, learnt, taken_apart

MOST_SHAPES = 64
LONGEST_SHAPE = 50_000
"""Letters of one that is kept. A badge has under 10,000."""
CanonicalForm = Callable[[Mapping[str, Any]], str]


class Shapes:
    """The shapes that were met, the latest kept. One may serve several threads."""

    def __init__(
        self, most: int = MOST_SHAPES, *, whole: CanonicalForm = integrity.canonical_form, learnt_when_met: int = 1
    ) -> None:
        """``whole``: the whole way, which refuses what has no form that could be signed. A shape is learnt when it is
        met for the so-manieth time: that takes as long as the whole way does.
        """
        self._most, self._whole, self._learnt_when_met = most, whole, learnt_when_met
        self._known: OrderedDict[str, Shape | None] = OrderedDict()
        self._met: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def canonical_form(self, body: Mapping[str, Any]) -> str:
        """What ``whole`` gives for ``body``, and raises."""
        known, tokens = self._looked_up(body)
        return known if isinstance(known, str) else known.filled(tokens)

    def forms(self, body: Mapping[str, Any]) -> tuple[str, str]:
        """The canonical form, and the JSON that is kept (``documents.serialised``)."""
        known, tokens = self._looked_up(body)
        if isinstance(known, str):
            return known, documents.serialised(body).decode()
        return known.filled(tokens), known.written(tokens)

    def _looked_up(self, body: Mapping[str, Any]) -> tuple[Shape | str, list[str]]:
        """The shape of ``body`` and what to fill in; where it is not known, the canonical form."""
        try:
            shape, tokens = taken_apart(body)
        except Differs:
            return self._whole(body), []
        if len(shape) > LONGEST_SHAPE:
            return self._whole(body), []
        with self._lock:
            learnt_before = shape in self._known
            known = self._known.get(shape)
            if learnt_before:
                self._known.move_to_end(shape)
        if known is not None:
            return known, tokens
        form = self._whole(body)
        if not learnt_before and self._is_to_be_learnt(shape):
            self._keep(shape, tokens, form)
        return form, []

    def _is_to_be_learnt(self, shape: str) -> bool:
        if self._learnt_when_met == 1:
            return True
        with self._lock:
            times = self._met.pop(shape, 0) + 1
            if times < self._learnt_when_met:
                self._met[shape] = times
                while len(self._met) > self._most:
                    self._met.popitem(last=False)
        return times >= self._learnt_when_met

    def _keep(self, shape: str, tokens: list[str], form: str) -> None:
        try:
            made = learnt(shape, tokens, form)
        except Differs:
            made = None
        with self._lock:
            self._known[shape] = made
            while len(self._known) > self._most:
                self._known.popitem(last=False)


def sign_all(
    bodies: Iterable[Mapping[str, Any]],
    key: bytes | Ed25519PrivateKey,
    *,
    verification_method: str,
    created: datetime,
    shapes: Shapes | None = None,
) -> Iterator[bytes]:
    """Each document with its proof, as :func:`integrity.sign` and ``documents.serialised`` give it, one after the
    other. They have no proofs yet.

    ``shapes``: those that were met before, where batches come again; a fresh set otherwise. ``Unsignable`` at the first
    document that says what a signature would not cover; those before it have been handed over.
    """
    known = shapes or Shapes()
    private = key if isinstance(key, Ed25519PrivateKey) else ed25519_private(key)
    options = integrity.proof_options(verification_method, created)
    for body in bodies:
        form, text = known.forms(body)
        proof = documents.serialised({"proof": [integrity.proof_of(body, form, options, private)]})
        yield text.encode()[:-1] + b"," + proof[1:]
