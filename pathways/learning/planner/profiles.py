"""Whole profiles drawn from what is believed of one learner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Profiles:
    """N profiles: ``mastered`` [N, S], micro-skills as in ``codes``."""

    codes: tuple[str, ...]
    mastered: NDArray[np.bool_]
    seed: int = 1
