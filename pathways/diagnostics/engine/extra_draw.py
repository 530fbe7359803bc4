"""Which attempts are asked an extra question, and which one: drawn from a seed alone, so that it can be replayed.

One number of SHA-256 for each draw: the same in any process and in any browser, and nothing to store.
"""

from collections.abc import Collection
from hashlib import sha256


def is_drawn(seed: str, one_in: int) -> bool:
    """Return whether this seed is among one in ``one_in``; 0 or less draws none."""
    return one_in > 0 and _number(seed, "share") % one_in == 0


def drawn(seed: str, candidates: Collection[str]) -> str | None:
    """Return one of the candidates, each as likely as the others; ``None`` where there is none.

    The one with the smallest number: a candidate that comes or goes changes the draw only where it is drawn itself, so
    that the same question comes back after an undo or in another language.
    """
    return min(candidates, key=lambda code: (_number(seed, f"item {code}"), code), default=None)


def _number(seed: str, of: str) -> int:
    return int.from_bytes(sha256(f"{seed} {of}".encode()).digest()[:8], "big")
