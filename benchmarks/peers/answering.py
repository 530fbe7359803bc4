"""The peer's side of :mod:`benchmarks.peers.asking`. Imports nothing that the peers' environment lacks."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any

Answering = Callable[[dict[str, Any]], dict[str, Any]]


def answer(peers: Mapping[str, Answering]) -> None:
    """Answer the question on standard input, on the last line of standard output."""
    question = json.load(sys.stdin)
    found = peers[question["peer"]](question)
    print(json.dumps({"version": metadata.version(question["peer"]), **found}))
