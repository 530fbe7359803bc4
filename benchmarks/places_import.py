"""Importing places: twenty thousand of LaMednum, as many as all of France has, in seconds and in flat memory.

python -m benchmarks places_import     (PLACES=2000 in the environment for a short form)
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Figure, Section
from tests.parts import postgres

PLACES = int(os.environ.get("PLACES", "20000"))
FILE = "lieux.csv"
SIZES = (PLACES // 20, PLACES // 4, PLACES)
MOST_SECONDS, MOST_GROWTH = 30.0, 1.35
HOW = f"""\
Files of LaMednum 1.0.2 with {SIZES[0]:,}, {SIZES[1]:,} and {SIZES[2]:,} places (made up; real communes, names and
postcodes; a tenth of the rows with the faults of real files), imported into an empty directory in one transaction by
`places.importing`, a process for each size: reading, correcting, looking up communes, rows, what the directory searches
by, the feed of changes. Then the same file again. Memory is the most that the process held; the ratio compares the
largest size with the smallest one, each less its file."""


def measure() -> Section:
    figures: list[Figure] = []
    for kind in ("sqlite", "postgresql"):
        results = [_in_a_process(kind, size) for size in SIZES]
        for size, one in zip(SIZES, results, strict=True):
            last = size == PLACES
            figures.append(
                Figure(
                    f"{kind}, {size:,} places",
                    f"{one['new']:.1f} s ({one['new_cpu']:.1f} s of it computing here), {one['memory']:.0f} MB",
                    f"<= {MOST_SECONDS:.0f} s" if last and PLACES == 20_000 else "",
                    one["new"] <= MOST_SECONDS if last and PLACES == 20_000 else None,
                )
            )
        figures.append(Figure(f"{kind}, the same {PLACES:,} again", f"{results[-1]['same']:.1f} s, nothing written"))
        bare = [one["memory"] - one["file"] for one in (results[0], results[-1])]
        growth = bare[1] / bare[0]
        said = f"x {growth:.2f} for {SIZES[-1] // SIZES[0]} times the places"
        figures.append(Figure(f"{kind}, memory", said, f"<= x {MOST_GROWTH}", growth <= MOST_GROWTH))
    return Section("Import of places", HOW, figures)


def _in_a_process(kind: str, size: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="pathways-bench-") as folder:
        url = f"sqlite:///{folder}/bench.sqlite3" if kind == "sqlite" else postgres.new_database()
        try:
            command = [sys.executable, "-m", "benchmarks.places_import", url, str(size), folder]
            subprocess.run([*command, "prepare"], check=True)
            done = subprocess.run([*command, "import"], check=True, capture_output=True, text=True)
        finally:
            if kind == "postgresql":
                postgres.drop_database(url)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(f"{kind}, {size}: {found}", flush=True)
    return found


def prepare(url: str, size: int, folder: Path) -> None:
    from pathways import migrating  # noqa: PLC0415 - of the child process only
    from pathways.database import Database  # noqa: PLC0415 - same
    from pathways.people import service as people  # noqa: PLC0415 - same
    from pathways.places import territories  # noqa: PLC0415 - same

    _write(folder / FILE, size)
    database = Database(url)
    migrating.migrate(database)
    with database.begin() as db:
        territories.load(db)
        people.create_organisation(db, name="Une structure")
    database.dispose()


def main(url: str, size: int, folder: Path) -> None:
    import resource  # noqa: PLC0415 - not on every system

    import sqlalchemy as sa  # noqa: PLC0415 - of the child process only

    from pathways.database import Database  # noqa: PLC0415 - same
    from pathways.people.models import Organisation  # noqa: PLC0415 - same
    from pathways.places import exchange, importing  # noqa: PLC0415 - same

    path, database = folder / FILE, Database(url)
    found = {"file": path.stat().st_size / 2**20}
    for expected in ("new", "same"):
        begun, busy = time.perf_counter(), time.process_time()
        uploads = [exchange.Upload(path.name, path.read_bytes())]
        with database.begin() as db:
            report = importing.apply_for(db, db.scalars(sa.select(Organisation.id)).one(), uploads)
        found |= {expected: time.perf_counter() - begun, f"{expected}_cpu": time.process_time() - busy}
        assert {one.value: number for one, number in report.counts.items()} == {expected: size}, report.counts
    database.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(found | {"memory": peak / (2**20 if sys.platform == "darwin" else 2**10)}))


def _write(path: Path, size: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = _rows(size)
        first = next(rows)
        writer = csv.DictWriter(file, list(first))
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(rows)


def _rows(size: int) -> Iterator[dict[str, str]]:
    from pathways.places import vocabularies  # noqa: PLC0415 - of the measured process only
    from pathways.settings import resource  # noqa: PLC0415 - same

    chance = random.Random(7)
    text = (resource("referentials") / "territories" / "communes.csv").read_text("utf-8")
    communes = [one for one in csv.DictReader(io.StringIO(text), delimiter=";") if one["postcodes"] and one["latitude"]]
    known = vocabularies.vocabularies()
    for number in range(size):
        commune, odd = chance.choice(communes), number % 10 == 9
        some = {
            one.name: "|".join(value.exact for value in chance.sample(one.values, k=min(2, len(one.values))))
            for column, one in known.items()
            if column != "is_mobile"
        }
        phone = f"2{chance.randrange(10**7, 10**8)}"
        yield {
            "id": f"lieu-{number}",
            "pivot": "43493312300029",
            "nom": f"Espace numérique {number}",
            "commune": commune["name"],
            "code_postal": commune["postcodes"].split("|")[0],
            "code_insee": "" if number % 3 else commune["code"],
            "adresse": f"{number % 200 + 1} rue de la Gare",
            "latitude": commune["latitude"].replace(".", ",") if odd else commune["latitude"],
            "longitude": commune["longitude"].replace(".", ",") if odd else commune["longitude"],
            "telephone": f"0{phone}" if odd else f"+33{phone}",
            "courriels": "contact@exemple.fr",
            "site_web": "https://www.exemple.fr/",
            "horaires": "Mo-Fr 09:00-12:00,14:00-18:00; PH off",
            "presentation_resume": "Un lieu pour apprendre à se servir d'un ordinateur et d'un téléphone.",
            "presentation_detail": "Nous aidons tout le monde, sans rendez-vous le matin. " * 8,
            "source": "exemple",
            "itinerance": "Fixe",
            "date_maj": "02/04/2024" if odd else "2024-04-02",
        } | some


if __name__ == "__main__":
    (prepare if sys.argv[4] == "prepare" else main)(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
