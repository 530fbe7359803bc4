"""``python -m benchmarks [--quick] [engine|accuracy|answers|...]``: measure, print, write docs/benchmarks.md.

Without a name everything is measured and the page is written anew. With names only their sections are replaced.
``--quick`` runs small settings of those that have them, to see that all of it works: it prints, and writes nothing.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from pathlib import Path

from benchmarks.report import Section, baseline, load, machine

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
MEASURES = (
    "engine",
    "accuracy",
    "calibration",
    "answers",
    "bookings",
    "pages",
    "desk",
    "start",
    "fairness",
    "places_import",
    "directory",
    "planner",
    "what_if",
    "badges",
)
QUICK = ("engine", "accuracy", "calibration")
"""Those that have a small setting."""
TOP = """\
# Benchmarks

Written by `make bench` (one section anew by `make bench-NAME`). Ratios are taken within one run, both sides in turn;
seconds are those of the machine named under each section. A load above the number of CPUs means that other programs ran
at the same time; the same piece of numpy, timed before and after, says how fast the machine was at that moment.

The diagnosis engine can be measured again by anybody, beside the programs of others. The commands install what they
need from lock files (the peers into `build/peers`, an environment of their own):

    make bench-engine         # the next question: ladders, forests, prerequisite graphs; beside catsim,
                              # adaptivetesting, knowledgespaces and a full propagation
    make bench-accuracy       # questions to the accuracy of a rule like that of Pix; generators A to H; seconds
    make bench-calibration    # 2PL beside girth and mirt; 10^5 to 10^7 answers
    make bench-accuracy BENCH_ARGS=--quick    # a small setting of some two minutes, printed and not written here

Every aim that is missed says *missed*, with the reason where it is known. A way of asking that is more accurate and
less honest has not won. A program of others that cannot be installed, or that is called otherwise by now, has a row
that says so. Nothing is tuned on what is measured: parameters come from the answers of other simulated people, or are
those that the bank states.
"""


def main(words: list[str]) -> int:
    quick = "--quick" in words
    names = [word for word in words if word != "--quick"]
    there = QUICK if quick else MEASURES
    unknown = set(names) - set(there)
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(there)}", file=sys.stderr)
        return 2
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[variable] = "1"  # as the program sets them for itself; numpy comes in with a measure
    known = _known() if names else {}
    for name in names or there:
        load_before, baseline_before = load(), baseline()
        measure = importlib.import_module(f"benchmarks.{name}").measure
        section: Section = measure(quick=True) if quick else measure()
        under = (
            f"Measured on {machine()}; load {load_before} before, {load()} after; the same piece of numpy"
            f" {baseline_before} before, {baseline()} after."
        )
        known[name] = f"<!-- {name} -->\n\n{section.markdown().rstrip()}\n\n{under}\n"
        print(f"\n{known[name]}", flush=True)
    if quick:
        return 0
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text("\n".join([TOP, *(known[name] for name in MEASURES if name in known)]), encoding="utf-8")
    return 0


def _known() -> dict[str, str]:
    """The sections that stand in the page already."""
    if not PAGE.exists():
        return {}
    parts = re.split(r"^<!-- (\w+) -->\n", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {name: f"<!-- {name} -->\n{text.rstrip()}\n" for name, text in zip(parts[::2], parts[1::2], strict=True)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
