"""Seconds until the first page: from nothing (environment ready, no data yet) and from warm."""

from __future__ import annotations

import http.client
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.report import Figure, Section
from tests.slow.instance import PROGRAM, free_port

ROUNDS = 3
COLD, WARM = 30.0, 10.0
HOW = """\
From the command `pathways demo` to the learner's first page, on SQLite: with an empty data folder (migrate, load the
content, simulate and publish the demonstration's diagnostic, serve), then again with what the first start left. The
environment is there already; its download is not measured. Medians of three."""


def measure() -> Section:
    cold, warm = [], []
    for number in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="pathways-bench-") as name:
            cold.append(seconds_to_first_page(Path(name)))
            warm.append(seconds_to_first_page(Path(name)))
        print(f"start {number + 1}: {cold[-1]:.1f} s from nothing, {warm[-1]:.1f} s warm", flush=True)
    first, again = statistics.median(cold), statistics.median(warm)
    return Section(
        "Start",
        HOW,
        [
            Figure("From nothing", f"{first:.1f} s", f"<= {COLD:.0f} s", first <= COLD),
            Figure("Warm", f"{again:.1f} s", f"<= {WARM:.0f} s", again <= WARM),
        ],
    )


def seconds_to_first_page(data: Path) -> float:
    environment = {"PATH": os.environ["PATH"], "PATHWAYS_DATA": str(data), "PATHWAYS_PORT": str(free_port())}
    begun = time.perf_counter()
    with subprocess.Popen([PROGRAM, "demo"], env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = next(line for line in process.stdout if line.startswith("learner: "))
            _first_page(urlsplit(line.split()[1]).netloc, urlsplit(line.split()[1]).path)
            return time.perf_counter() - begun
        finally:
            process.terminate()


def _first_page(place: str, path: str) -> None:
    while True:
        connection = http.client.HTTPConnection(place, timeout=60)
        try:
            connection.request("GET", path)
            assert connection.getresponse().status == 200
        except ConnectionRefusedError:  # the address is printed a moment before it is served
            time.sleep(0.01)
        else:
            return
        finally:
            connection.close()
