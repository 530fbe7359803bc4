"""What every measure hands over: rows of a table, each with its aim, and the facts of the machine it ran on."""

from __future__ import annotations

import os
import platform
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

from benchmarks.reasons import reason_of


@dataclass(frozen=True)
class Figure:
    """One figure against its aim. ``met`` is None for a figure that stands for itself."""

    what: str
    figure: str
    aim: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        if self.met is None:
            return ""
        return "met" if self.met else f"**missed**{reason_of(self.what)}"


@dataclass(frozen=True)
class Section:
    """The figures of one measure, how they were taken, and what else there is to say (Markdown)."""

    title: str
    how: str
    figures: list[Figure] = field(default_factory=list)
    more: str = ""

    def markdown(self) -> str:
        lines = [f"## {self.title}", "", self.how, ""]
        if self.figures:
            lines += ["| What | Figure | Aim | |", "|---|---|---|---|"]
            lines += [f"| {one.what} | {one.figure} | {one.aim} | {one.verdict} |" for one in self.figures]
            lines.append("")
        if self.more:
            lines += [self.more.strip(), ""]
        return "\n".join(lines)


def machine() -> str:
    """Processor, memory, system, Python: what a figure in seconds depends on."""
    facts = [processor(), f"{os.cpu_count()} CPUs", memory(), platform.system(), f"Python {platform.python_version()}"]
    return ", ".join(fact for fact in facts if fact)


def processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()


def memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (AttributeError, ValueError, OSError):
        return ""


def load() -> str:
    """The load average of the last minute: above the number of CPUs, seconds say little and ratios a bit more."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def baseline(rounds: int = 15) -> str:
    """Milliseconds of CPU for the same piece of numpy every time: what a busy or slower machine does to all figures."""
    import numpy as np  # noqa: PLC0415 - after the number of its threads is set

    numbers = np.random.default_rng(1).random((200, 2000))
    spent: list[float] = []
    for _ in range(rounds):
        start = process_time()
        np.log(np.exp(numbers).sum(axis=1) @ numbers)
        spent.append(1e3 * (process_time() - start))
    return f"{statistics.median(spent):.1f} ms"
