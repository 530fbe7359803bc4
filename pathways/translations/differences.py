"""What changed between two texts, word by word. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_PARTS = re.compile(r"\s+|[^\W_]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the two texts: in both, only in the earlier one (``del``), only in the later one (``ins``)."""

    kind: Literal["same", "del", "ins"]
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """Whole words, so that nobody has to guess at letters. Texts without anything in common are taken out whole."""
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    found: list[Piece] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            _add(found, "same", old[i1:i2])
        else:
            _add(found, "del", old[i1:i2])
            _add(found, "ins", new[j1:j2])
    return _joined(found)


def _add(found: list[Piece], kind: Literal["same", "del", "ins"], parts: Sequence[str]) -> None:
    if parts:
        found.append(Piece(kind, "".join(parts)))


def _joined(found: list[Piece]) -> list[Piece]:
    """A lone space between two changes belongs to both: ``[del a][ins b] [del c][ins d]`` reads as one change."""
    kept: list[Piece] = []
    run_del, run_ins = "", ""
    for position, one in enumerate(found):
        is_bridge = one.kind == "same" and one.text.isspace() and 0 < position < len(found) - 1 and (run_del or run_ins)
        if one.kind == "same" and not is_bridge:
            kept += _run(run_del, run_ins)
            run_del, run_ins = "", ""
            kept.append(one)
        else:
            run_del += one.text if one.kind in {"same", "del"} else ""
            run_ins += one.text if one.kind in {"same", "ins"} else ""
    return kept + _run(run_del, run_ins)


def _run(deleted: str, inserted: str) -> list[Piece]:
    pairs: list[tuple[Literal["del", "ins"], str]] = [("del", deleted), ("ins", inserted)]
    return [Piece(kind, text) for kind, text in pairs if text]
