"""Questions in another dress: what was asked already, whatever it looks like now.

A family is the testlet of its items: one stem, one picture, or one question told in words and in drawings.  Within a
sitting, an answer that carries evidence closes its family (a question that was not understood may come back in
another dress).  Across sittings, what somebody met before is kept for the end: a remembered answer is no fresh one.
"""

from collections.abc import Collection

import numpy as np

from pathways.diagnostics.engine.arrays import Booleans
from pathways.diagnostics.engine.compilation import OUTCOMES, Compiled


def answered(compiled: Compiled, rows: Collection[int]) -> Booleans:
    """Return a mask [I] of the items whose family has an answer among these rows of ``log_response``."""
    numbers = {compiled.testlet_of_slot.get(row // OUTCOMES, -1) for row in rows} - {-1}
    return np.isin(compiled.testlet_of_item, sorted(numbers))


def met(compiled: Compiled, items: Collection[str]) -> Booleans:
    """Return a mask [I] of these items and of all others of their families.  Items that the structure lacks are of no
    account: what was met in another diagnostic need not be in this one.
    """
    known = [code for code in items if code in compiled.item_index]
    mask = np.zeros(len(compiled.item_codes), dtype=np.bool_)
    mask[[compiled.item_index[code] for code in known]] = True
    numbers = {compiled.testlets[code] for code in known if code in compiled.testlets}
    return mask | np.isin(compiled.testlet_of_item, sorted(numbers))
