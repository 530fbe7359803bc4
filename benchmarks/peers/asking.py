"""Asking a peer, in its own environment."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / "build" / "peers" / "bin" / "python"
LONGEST = 3600.0
"""Seconds."""
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Silent:
    """A peer that gave no answer, and why."""

    why: str

    def __str__(self) -> str:
        return f"no figure: {self.why}"


def ask(program: str, question: Mapping[str, Any], *, seconds: float = LONGEST) -> dict[str, Any] | Silent:
    """Return what a module of this package answers; ``question["peer"]`` says which peer of it is asked.

    Every answer has its ``version``.
    """
    if not PYTHON.exists():
        return Silent("not installed (make peers)")
    command = [str(PYTHON), "-m", f"benchmarks.peers.{program}"]
    environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT)}
    try:
        ended = subprocess.run(
            command,
            input=json.dumps(question),
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=environment,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Silent(f"it was stopped after {seconds:.0f} s")
    if ended.returncode:
        said = ended.stderr.strip().splitlines() or ["it ended without a word"]
        return Silent(said[-1][:160])
    return json.loads(ended.stdout.splitlines()[-1])
