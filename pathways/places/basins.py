"""Basins: sets of communes among which people really move. INSEE's come in from its table; a network draws its own."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import i18n, ids, spreadsheets
from pathways.errors import Conflict, Forbidden, Invalid, NotFound
from pathways.i18n import D_
from pathways.permissions import Member
from pathways.places import territories
from pathways.places.models import Basin, BasinCommune, Commune

OWN = "own"
SYSTEMS = {"BV2022": D_("Bassin de vie 2022"), "ZE2020": D_("Zone d'emploi 2020"), OWN: D_("Dessiné par une structure")}
"""Where a set comes from. Another column of INSEE's table (``BV2032``) is taken by its own name."""
MOST_COMMUNES = 2_000
MOST_ERRORS = 50
_SHEET, _NAMES_SHEET = "COM", "Zones_supra_communales"
_MOST_ROWS = 60_000
_COLUMN = re.compile(r"(BV|ZE)\d{4}\Z")
_COMMUNE = re.compile(r"(\d\d|2[AB])\d{3}\Z")
_NO_BASIN = D_("Ce bassin n'existe pas.")
_MOVED = D_("Une collègue ou un collègue a changé ce bassin entre-temps. Relisez, puis recommencez.")
_WRONG = D_("Quelque chose manque ou ne va pas. Rien n'a été gardé.")


@dataclass(frozen=True, slots=True)
class Imported:
    """What one column of a table became."""

    system: str
    basins: int
    communes: int
    unknown: tuple[str, ...]
    """Communes of the table that this server does not know: of another year than its own."""


# --- reading ---------------------------------------------------------------------------------------------------


def visible(member: Member) -> sa.ColumnElement[bool]:
    return sa.or_(Basin.organisation_id.is_(None), Basin.organisation_id == member.organisation_id)


def list_for(db: Session, member: Member, *, words: str = "", limit: int = 100, offset: int = 0) -> Sequence[Basin]:
    """One's own first, then everybody's, by name."""
    query = sa.select(Basin).where(visible(member))
    if words.strip():
        query = query.where(sa.func.lower(Basin.name).contains(words.strip().lower(), autoescape=True))
    query = query.order_by(Basin.organisation_id.is_(None), Basin.name, Basin.id)
    return db.scalars(query.limit(limit).offset(offset)).all()


def get(db: Session, member: Member, basin_id: uuid.UUID) -> Basin:
    basin = db.get(Basin, basin_id)
    if basin is None or basin.organisation_id not in {None, member.organisation_id}:
        raise NotFound(_NO_BASIN)
    return basin


def communes(db: Session, basin_id: uuid.UUID) -> Sequence[Commune]:
    """Those of a basin, by name: what every export of it says."""
    query = sa.select(Commune).join(BasinCommune).where(BasinCommune.basin_id == basin_id)
    return db.scalars(query.order_by(Commune.sought, Commune.code)).all()


def commune_codes(db: Session, basin_id: uuid.UUID) -> Sequence[str]:
    query = sa.select(BasinCommune.commune_code).where(BasinCommune.basin_id == basin_id)
    return db.scalars(query.order_by(BasinCommune.commune_code)).all()


# --- writing ---------------------------------------------------------------------------------------------------


def create(db: Session, member: Member, *, name: str, codes: Iterable[str], basin_id: uuid.UUID | None = None) -> Basin:
    """Draw a basin of one's own."""
    name, wanted = _checked(db, name, codes)
    made = basin_id or ids.new_id()
    basin = Basin(id=made, system=OWN, code=str(made), name=name, organisation_id=member.organisation_id, version=1)
    db.add(basin)
    db.flush()
    _set(db, basin.id, wanted)
    return basin


def update(db: Session, member: Member, basin_id: uuid.UUID, *, name: str, codes: Iterable[str], version: int) -> Basin:
    """Write a basin as it shall be; ``version`` is the one that its author was looking at."""
    basin = _own(db, member, basin_id)
    name, wanted = _checked(db, name, codes)
    if basin.version != version:
        if basin.name == name and set(commune_codes(db, basin_id)) == set(wanted):
            return basin
        raise Conflict(_MOVED)
    basin.name = name
    basin.version += 1
    db.flush()
    _set(db, basin_id, wanted)
    return basin


def delete(db: Session, member: Member, basin_id: uuid.UUID) -> None:
    basin = _own(db, member, basin_id)
    db.execute(sa.delete(BasinCommune).where(BasinCommune.basin_id == basin_id))
    db.delete(basin)
    db.flush()


def _own(db: Session, member: Member, basin_id: uuid.UUID) -> Basin:
    basin = get(db, member, basin_id)
    if basin.organisation_id != member.organisation_id:
        raise Forbidden(D_("Ce bassin est commun à tous : dessinez le vôtre."))
    db.refresh(basin, with_for_update=True)
    return basin


def _checked(db: Session, name: str, codes: Iterable[str]) -> tuple[str, list[str]]:
    """The name and the codes, or :class:`Invalid` that says which commune nobody knows."""
    name = " ".join(name.split())[:150]
    wanted = sorted({code.strip().upper() for code in codes if code.strip()})
    errors = []
    if not name or spreadsheets.forbidden_sign(name):
        errors.append({"field": "name", "message": i18n.gettext(D_("Donnez un nom à ce bassin."))})
    known = _known(db, wanted)
    if missing := [code for code in wanted if code not in known]:
        said = D_("Aucune commune n'a ce code : %(codes)s.")
        errors.append({"field": "communes", "message": i18n.sentence(said, {"codes": ", ".join(missing[:12])})})
    if not wanted:
        errors.append({"field": "communes", "message": i18n.gettext(D_("Choisissez au moins une commune."))})
    if len(wanted) > MOST_COMMUNES:
        said = D_("Un bassin a au plus %(most)s communes.")
        errors.append({"field": "communes", "message": i18n.sentence(said, {"most": MOST_COMMUNES})})
    if errors:
        raise Invalid(_WRONG, errors=errors)
    return name, wanted


def _known(db: Session, codes: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for some in territories.in_batches(codes):
        found |= set(db.scalars(sa.select(Commune.code).where(Commune.code.in_(some))))
    return found


def _set(db: Session, basin_id: uuid.UUID, wanted: Iterable[str]) -> None:
    there = set(commune_codes(db, basin_id))
    gone, new = there - set(wanted), sorted(set(wanted) - there)
    for some in territories.in_batches(sorted(gone)):
        db.execute(
            sa.delete(BasinCommune).where(BasinCommune.basin_id == basin_id, BasinCommune.commune_code.in_(some))
        )
    for some in territories.in_batches(new):
        db.execute(sa.insert(BasinCommune), [{"basin_id": basin_id, "commune_code": code} for code in some])


# --- INSEE's table ---------------------------------------------------------------------------------------------


def load_table(db: Session, data: bytes, name: str) -> list[Imported]:
    """Take living basins and employment zones out of INSEE's « table d'appartenance géographique des communes »: the
    sheet ``COM`` of its workbook, whatever stands above the heading, or that table as CSV. All or nothing: raises
    :class:`Invalid` with the rows that are wrong. The same table twice changes nothing. For everybody: an operator's
    act.
    """
    heading, rows = _headed(spreadsheets.read(data, name, sheet=_SHEET, most_rows=_MOST_ROWS))
    systems = {column: heading.index(column) for column in heading if _COLUMN.match(column)}
    if "CODGEO" not in heading or not systems:
        raise Invalid(D_("Il faut une colonne CODGEO, et une colonne BV2022 ou ZE2020 (feuille COM)."))
    code_at = heading.index("CODGEO")
    errors, seen = [], set()
    sets: dict[str, dict[str, list[str]]] = {system: defaultdict(list) for system in systems}
    for row in rows:
        code = row.cells[code_at].strip().upper().zfill(5)
        fault = _fault(row, code, seen, systems)
        if fault:
            errors.append({"field": "file", "message": fault})
        seen.add(code)
        for system, column in systems.items():
            basin = row.cells[column].strip().upper()
            sets[system][basin.zfill(5) if system.startswith("BV") else basin].append(code)  # it may have lost its zero
    if errors:
        raise Invalid(D_("Le tableau a des erreurs. Rien n'a été gardé."), errors=errors[:MOST_ERRORS])
    known = _known(db, seen)
    names = _names(data, name)
    return [_keep(db, system, found, known, names) for system, found in sets.items()]


def _fault(row: spreadsheets.TableRow, code: str, seen: set[str], systems: dict[str, int]) -> str:
    said = ""
    if not _COMMUNE.match(code):
        said = D_("Ligne %(line)s, colonne CODGEO : « %(value)s » n'est pas un code de commune.")
    elif code in seen:
        said = D_("Ligne %(line)s, colonne CODGEO : la commune %(value)s est déjà plus haut.")
    if said:
        return i18n.sentence(said, {"line": row.line, "value": code[:20]})
    for system, column in systems.items():
        if not row.cells[column].strip():
            return i18n.sentence(
                D_("Ligne %(line)s, colonne %(column)s : la case est vide."), {"line": row.line, "column": system}
            )
    return ""


def _headed(table: spreadsheets.Table) -> tuple[list[str], Sequence[spreadsheets.TableRow]]:
    """The row that names the columns, wherever it stands among the first ones, and the rows below it."""
    if "CODGEO" in table.header:
        return list(table.header), table.rows
    for place, row in enumerate(table.rows[:12]):
        if "CODGEO" in row.cells:
            width = len(row.cells)
            below = table.rows[place + 1 :]
            padded = [spreadsheets.TableRow(one.line, (*one.cells, *[""] * (width - len(one.cells)))) for one in below]
            return list(row.cells), padded
    return list(table.header), table.rows


def _names(data: bytes, name: str) -> dict[tuple[str, str], str]:
    """The names of basins by (column, code), where the workbook tells them on its other sheet."""
    if not data.startswith(b"PK"):
        return {}
    heading, rows = _headed(spreadsheets.read(data, name, sheet=_NAMES_SHEET, most_rows=_MOST_ROWS))
    if not {"NIVGEO", "CODGEO", "LIBGEO"} <= set(heading):
        return {}
    level, code, label = (heading.index(one) for one in ("NIVGEO", "CODGEO", "LIBGEO"))
    return {(row.cells[level], row.cells[code]): row.cells[label] for row in rows}


def _keep(
    db: Session, system: str, found: dict[str, list[str]], known: set[str], names: dict[tuple[str, str], str]
) -> Imported:
    """Write every set of one system; those that the table no longer names go."""
    called = dict(db.execute(sa.select(Commune.code, Commune.name).where(Commune.code.in_(known & set(found)))).all())
    there = {one.code: one for one in db.scalars(sa.select(Basin).filter_by(system=system))}
    for code in set(there) - set(found):
        db.execute(sa.delete(BasinCommune).filter_by(basin_id=there[code].id))
        db.delete(there[code])
    db.flush()
    held: dict[Any, set[str]] = defaultdict(set)
    query = sa.select(BasinCommune.basin_id, BasinCommune.commune_code).join(Basin).where(Basin.system == system)
    for basin_id, commune in db.execute(query):
        held[basin_id].add(commune)
    count, unknown = 0, []
    for code, members in found.items():
        title = (names.get((system[:2], code)) or names.get((system, code)) or called.get(code) or code)[:150]
        basin = there.get(code)
        if basin is None:
            basin = Basin(id=ids.stable_id("basin", system, code), system=system, code=code, name=title, version=1)
            db.add(basin)
            db.flush()
        wanted = {one for one in members if one in known}
        unknown += [one for one in members if one not in known]
        count += len(wanted)
        if wanted != held[basin.id] or basin.name != title:
            _set(db, basin.id, wanted)
            basin.version += bool(held[basin.id])
            basin.name = title
    db.flush()
    return Imported(system, len(found), count, tuple(sorted(unknown)))
