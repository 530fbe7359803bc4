"""What the commands of places and territories do."""

from __future__ import annotations

import argparse
import sys
import uuid
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.database import Database
from pathways.errors import Invalid
from pathways.people.models import Organisation
from pathways.places import basins, cutting, exchange, importing, territories
from pathways.places.exchange.sheets import Kind
from pathways.places.importing import Became
from pathways.places.models import Place
from pathways.settings import resource

SAID = {
    Became.NEW: "nouveaux",
    Became.CHANGED: "changés",
    Became.SAME: "inchangés",
    Became.OLDER: "plus anciens que les nôtres (laissés)",
    Became.REFUSED: "refusés",
}
KINDS = {
    Kind.REFUSED: "refusé",
    Kind.CORRECTED: "corrigé",
    Kind.BESIDE: "gardé à côté",
    Kind.DOUBTFUL: "douteux",
}


def take(given: argparse.Namespace, database: Database) -> int:
    """Import what ``pathways import`` was given of places, basins and centres; returns the exit code."""
    code = 0
    with database.begin() as db:
        territories.load(db)
    if given.centres:
        with database.begin() as db:
            _say([f"{territories.load_centres(db, _bytes(given.centres), given.centres.name)} communes ont un centre"])
    if given.basins:
        with database.begin() as db:
            for one in basins.load_table(db, _bytes(given.basins), given.basins.name):
                unknown = f", {len(one.unknown)} communes inconnues ici" if one.unknown else ""
                _say([f"{one.system} : {one.basins} bassins, {one.communes} communes{unknown}"])
    if given.places:
        uploads = [exchange.Upload(path.name, _bytes(path)) for path in given.places]
        with database.begin() as db:
            organisation = _organisation(db, given.organisation)
            run = importing.plan_for if given.dry_run else importing.apply_for
            report = run(db, organisation, uploads)
        _tell(report)
        code = 1 if report.counts[Became.REFUSED] else 0
    return code


def write(given: argparse.Namespace, database: Database) -> None:
    """Export the places of the directory into a folder."""
    with database.read() as db:
        query = sa.select(Place).where(Place.withdrawn_at.is_(None)).order_by(Place.sought, Place.id)
        if given.organisation:
            query = query.where(Place.organisation_id == _organisation(db, given.organisation))
        export = exchange.write(given.format, db.scalars(query))
    folder: Path = given.places
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in export.files.items():
        (folder / name).write_bytes(data)
    lost = f"{len(export.losses)} pertes sans {exchange.SIDE_CAR}, dites dans {exchange.TABLE}"
    _say([f"{export.places} lieux dans {folder} : {', '.join(export.files)}", lost])


def renew(given: argparse.Namespace) -> None:
    """Cut the official code anew for the files that we ship."""
    _say([cutting.cut(given.package, resource("referentials") / "territories", centres=given.centres)])


def _tell(report: importing.Report) -> None:
    for one in report.remarks:
        where = f"ligne {one.line}" + (f", {one.column}" if one.column else "")
        value = f" « {one.value} »" if one.value else ""
        print(f"{where} : {KINDS[one.kind]}{value} : {one.message}", file=sys.stderr)  # noqa: T201 - for who typed it
    if (told := report.remark_counts.total()) > len(report.remarks):
        print(f"... et {told - len(report.remarks)} autres remarques", file=sys.stderr)  # noqa: T201 - same
    done = "" if report.written else " (rien n'a été gardé : essai)"
    counts = ", ".join(f"{report.counts[one]} {said}" for one, said in SAID.items() if report.counts[one])
    _say([f"{report.format} : {counts or 'aucun lieu'}{done}"])
    if report.missing_count:
        _say([f"{report.missing_count} lieux de la même source n'y sont plus (gardés) :"])
        _say(f"  {one.source_id} {one.name}" for one in report.missing[:20])


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)  # noqa: T201 - prints to the person who asked


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid(f"Le fichier {path} ne peut pas être lu.") from error


def _organisation(db: Session, name: str) -> uuid.UUID:
    query = sa.select(Organisation.id).limit(2)
    found = db.scalars(query.where(Organisation.name == name) if name else query).all()
    if len(found) == 1:
        return found[0]
    raise Invalid(
        f"Aucune structure, ou plusieurs, s'appelle « {name} »." if name else "Quelle structure ? --organisation NOM."
    )
