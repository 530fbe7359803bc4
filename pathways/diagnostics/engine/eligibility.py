"""Which questions may be asked next, and which of them first.

Hard filters, one after the other:

1. a language and a way of asking that the learner can use, a device that they have: the caller's candidates;
2. not asked yet in this sitting: the caller's candidates, too;
3. testlets and families: none of which an item was answered (``families.answered``);
4. the most questions on one strand, where the caller sets it (``Circumstances.most_per_strand``);
5. worth asking: so many bits, and so many bits per second (``worth``; nothing left: the sitting is over).

Then what is wished where it can be had, in ``session.decide``:

6. nothing that this person met in an earlier sitting, in whatever dress, while something else is left (``fresh``);
7. a first question that is probably answered right (``selection.easy_start``);
8. the score, bits per second, and among nearly equal scores a drawn number (``Circumstances.pick``).

A rule further down never asks what one above it forbids.  There is no bonus for strands that were not asked about: a
strand without answers has a high entropy, so its questions have high scores by themselves.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from pathways.diagnostics.engine import families
from pathways.diagnostics.engine.arrays import Booleans, Floats, Integers
from pathways.diagnostics.engine.compilation import OUTCOMES, Compiled
from pathways.diagnostics.engine.errors import UnknownItem
from pathways.diagnostics.engine.selection import scores
from pathways.diagnostics.engine.stopping import StopRules


def eligible(
    compiled: Compiled,
    candidates: Collection[str],
    *,
    rows: Collection[int],
    asked: Sequence[str] = (),
    most_per_strand: int | None = None,
) -> Booleans:
    """Return a mask [1, I] of the candidates that no hard filter but the worth of a question forbids.

    ``rows``: the rows of ``log_response`` of the answers that carry evidence; ``asked``: items asked, whatever came of
    it.  A question on micro-skills of several strands counts for a strand of its own.  Raises ``UnknownItem``.
    """
    allowed = _among(compiled, candidates)
    if compiled.testlets:
        allowed &= ~families.answered(compiled, rows)
    if most_per_strand is not None:
        places = np.array([[compiled.item_index[code] for code in asked]], dtype=np.intp)
        allowed &= ~of_full_strands(compiled, places, most_per_strand)
    return allowed


def of_full_strands(compiled: Compiled, asked: Integers, most: int) -> Booleans:
    """Return the items [N, I] of the strands on which so many questions were asked: ``asked`` [N, T] are places of
    items, -1 where none was.
    """
    strands = compiled.slots // (compiled.rows_per_strand // OUTCOMES)
    counts = np.zeros((len(asked), len(compiled.prior)), dtype=np.intp)
    who, when = np.nonzero(asked >= 0)
    np.add.at(counts, (who, strands[asked[who, when]]), 1)
    full: Booleans = counts[:, strands] >= most
    return full


def worth(rules: StopRules, bits: Floats, seconds: Floats, *, questions: int) -> Booleans:
    """Return which questions promise enough after so many, [N, I], from their bits [N, I] and expected seconds [I]."""
    enough = bits >= rules.least_information
    if rules.least_rate > 0.0 and questions >= rules.least_questions:
        enough &= scores(bits, seconds) >= rules.least_rate
    return enough


def fresh(compiled: Compiled, allowed: Booleans, met: Collection[str]) -> Booleans:
    """Return the allowed items [1, I] that somebody did not meet before; all that are allowed where none is left."""
    if not met:
        return allowed
    others = allowed & ~families.met(compiled, met)
    return others if others.any() else allowed


def _among(compiled: Compiled, candidates: Collection[str]) -> Booleans:
    """Return a mask [1, I] of the candidates. Those that are none are mostly few, and sooner found."""
    items, few = len(compiled.item_codes), True
    named: Collection[str] = candidates
    if isinstance(candidates, AbstractSet) and 2 * len(candidates) >= items:
        named, few = compiled.known_codes - candidates, False
    mask = np.zeros((1, items), dtype=np.bool_) if few else np.ones((1, items), dtype=np.bool_)
    try:
        mask[0, [compiled.item_index[code] for code in named]] = few
    except KeyError as unknown:
        raise UnknownItem(f"no item {unknown} in the structure") from None
    if not few and len(named) + len(candidates) > items:
        raise UnknownItem(f"no item {min(set(candidates) - compiled.known_codes)!r} in the structure")
    return mask
