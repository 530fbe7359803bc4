"""``pathways calibrate`` on files of more and more answers, each in a process of its own whose memory is watched."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

ITEMS = 100
LEARNERS_AT_ONCE = 10_000


@dataclass(frozen=True)
class Run:
    """CPU ``seconds``, peak ``megabytes``, passes over all answers."""

    answers: int
    seconds: float
    megabytes: float
    passes: int

    @property
    def each(self) -> float:
        """Seconds for each pass."""
        return self.seconds / self.passes

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s, {self.passes} passes, at most {self.megabytes:.0f} MB"


def grown(sizes: Sequence[int], per_learner: int) -> list[Run]:
    """Calibrate files of these many answers, one after the other."""
    runs: list[Run] = []
    for answers in sizes:
        with tempfile.TemporaryDirectory(prefix="pathways-bench-") as folder:
            path = Path(folder) / "answers.parquet"
            write_answers(path, answers // per_learner, per_learner)
            runs.append(_run(path, answers))
        print(f"{answers:,} answers: {runs[-1]}", flush=True)
    return runs


def write_answers(path: Path, learners: int, per_learner: int, seed: int = 1) -> None:
    """Write what so many people answered to some of 100 items each, a row group for every ten thousand people."""
    import pyarrow as pa  # noqa: PLC0415 - 40 MB that are not to be counted elsewhere
    from pyarrow import parquet  # noqa: PLC0415 - same

    rng = np.random.default_rng(seed)
    slope, difficulty = rng.lognormal(0.2, 0.3, ITEMS), rng.standard_normal(ITEMS)
    names = pa.array([f"q{number:03}" for number in range(ITEMS)])
    words = pa.array(["incorrect", "correct"])
    kinds = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema([("learner", pa.string()), ("item", kinds), ("outcome", kinds)])
    with parquet.ParquetWriter(path, schema) as file:
        for first in range(0, learners, LEARNERS_AT_ONCE):
            people = min(LEARNERS_AT_ONCE, learners - first)
            item = rng.random((people, ITEMS)).argsort(axis=1)[:, :per_learner]
            ability = rng.standard_normal((people, 1))
            chance = 1.0 / (1.0 + np.exp(-slope[item] * (ability - difficulty[item])))
            right = rng.random(chance.shape) < chance
            who = np.repeat(np.arange(first, first + people), per_learner)
            columns: list[Any] = [
                pa.array([f"p{number}" for number in who.tolist()]),
                pa.DictionaryArray.from_arrays(pa.array(item.ravel().astype(np.int32)), names),
                pa.DictionaryArray.from_arrays(pa.array(right.ravel().astype(np.int32)), words),
            ]
            file.write_table(pa.Table.from_arrays(columns, schema=schema))


def _run(path: Path, answers: int) -> Run:
    out = path.with_suffix(".json")
    command = [sys.executable, "-m", "benchmarks.calibration_growth", str(path), str(out)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    used = json.loads(ended.stdout.splitlines()[-1])
    passes = json.loads(out.read_bytes())["run"]["evaluations"]
    return Run(answers, used["seconds"], used["megabytes"], passes)


def main(path: str, out: str) -> None:
    """Calibrate one file in this process, and say what it took: in another, memory would begin with the parent's."""
    from pathways.cli import main as command  # noqa: PLC0415 - counted, as all that the program loads

    code = command(["calibrate", path, "--model", "2pl", "--out", out])
    assert code == 0, code
    print(json.dumps({"seconds": process_time(), "megabytes": _most_memory()}))


def _most_memory() -> float:
    """Return the peak of this process since it runs this program, in MB."""
    if sys.platform == "linux":  # what the system counts elsewhere is not forgotten when a process begins anew
        for line in Path("/proc/self/status").read_text("utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0**2  # bytes on macOS


if __name__ == "__main__":
    main(*sys.argv[1:])
