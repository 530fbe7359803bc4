"""From what a calibration found to a proposal that is kept: the values that would be taken, item by item."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from math import exp, isclose, log, nan
from typing import Any, Final

import numpy as np

from pathways import ids
from pathways.calibrations import comparing
from pathways.database import Database
from pathways.diagnostics.calibrated import IN_LANGUAGES, NEAR, OF_ITEMS, Values, moved, nearer
from pathways.diagnostics.calibrating.server import ServerBank
from pathways.diagnostics.engine import InvalidStructure, ItemModel, LevelStrand, Structure, Style
from pathways.diagnostics.engine.arrays import Floats
from pathways.diagnostics.engine.calibration.health import LEAST_ANSWERS
from pathways.diagnostics.models import Calibration

SECONDS: Final = (3.0, 600.0)
"""No expected time is shorter or longer than this, whatever a few clocks say."""
OF_STYLES: Final = tuple(field.name for field in fields(Style))


def propose(database: Database, bank: ServerBank, document: dict[str, Any]) -> str:
    """Keep a proposal; returns where it is, in a sentence. The simulation holds no transaction open."""
    values = taken(bank, document)
    before, after = bank.with_values(bank.in_force), bank.with_values(values)
    seed = int(ids.fingerprint(json.dumps([document["items"], document["run"]], sort_keys=True), 8), 16)
    comparison = comparing.compare(
        before, after, bank.rules, styles=values.ways(), most_per_strand=bank.most_per_strand, seed=seed
    )
    comparison["styles"] = ways_of_answering(bank, document)
    comparison["items"] = changes(before, after, document)
    kept = Calibration(
        framework=bank.framework,
        diagnostic_code=bank.diagnostic or None,
        document=document,
        values=values.to_json(),
        comparison=comparison,
        answers=document["data"]["answers"],
        follows_id=bank.in_force.calibration,
    )
    with database.begin() as db:
        db.add(kept)
    return f"Proposition gardée, à accepter ou à refuser : /calibrations/{kept.id}"


def taken(bank: ServerBank, document: Mapping[str, Any]) -> Values:
    """The values that would be in force: of items with 30 answers or more, of ladders that were looked at whole, and
    how answers come out; elsewhere those of before.
    Nothing is taken that would turn a right answer against mastery: it is the key that wants looking at.
    """
    items: dict[str, Mapping[str, Any]] = {}
    for first in bank.structure.items:
        found = document["items"].get(first.code)
        if found is None or found["answers"] < LEAST_ANSWERS:
            continue
        values = _of_item(found) | _near(bank, first, found)
        after = moved(first, values)
        if after != first:
            languages = _of_languages(after, found, document["languages"], bank.translations[first.code])
            items[first.code] = {"text": bank.texts[first.code], "values": values, "languages": languages}
    heights = {rung["code"]: rung["threshold"] for one in document["strands"].values() for rung in one["skills"]}
    whole = [ladder for ladder in bank.ladders if all(heights.get(code) is not None for code in ladder)]
    thresholds = {code: heights[code] for ladder in whole for code in ladder}
    found = Values(items=items, thresholds=thresholds, styles=styles_in(document))
    return replace(found.over(bank.in_force), calibration=None)


def styles_in(document: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """How answers come out, as a proposal found it; nothing where it does not say, or where one of them cannot be."""
    try:
        return tuple(asdict(Style.from_document(_kept(one, OF_STYLES))) for one in document.get("styles", ()))
    except InvalidStructure:
        return ()


def ways_of_answering(bank: ServerBank, document: Mapping[str, Any]) -> dict[str, Any]:
    """How answers come out: ``before``, as it was learned and is in force (``learned``), or as it is believed of these
    questions where nobody has learned it; ``after``, as it was found, with ``standard_errors``, or nothing.
    """
    learned = bank.in_force.styles
    believed = learned or [asdict(style) for style in bank.with_values(bank.in_force).styles]
    found = zip(styles_in(document), document.get("styles", ()), strict=False)
    after = [style | {"standard_errors": _kept(entry.get("standard_errors", {}), OF_STYLES)} for style, entry in found]
    return {"before": list(believed), "learned": bool(learned), "after": after}


def _kept(named: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: named[name] for name in names if name in named}


def _near(bank: ServerBank, first: ItemModel, found: Mapping[str, Any]) -> dict[str, Sequence[float]]:
    """How near wrong answers to an item come, where it has partial credit: as it was found, or, where that cannot be,
    as it was accepted before.
    """
    accepted = bank.in_force
    earlier = accepted.items[first.code]["values"] if accepted.measured(first.code, bank.texts[first.code]) else {}
    for pair in ([found["parameters"].get(name) for name in NEAR], earlier.get("near", [])):
        if None not in pair and pair and first.near is not None and nearer(first, pair).near == tuple(pair):
            return {"near": pair}
    return {}


def _of_item(found: Mapping[str, Any]) -> dict[str, float]:
    named = {name: value for name, value in found["parameters"].items() if name in OF_ITEMS and value is not None}
    times = found.get("seconds")
    if times is not None and times["answers"] >= LEAST_ANSWERS:
        named["seconds"] = float(np.clip(times["expected"], *SECONDS))
    return named


def _of_languages(
    item: ItemModel, found: Mapping[str, Any], languages: Mapping[str, Any], texts: Mapping[str, str]
) -> dict[str, Any]:
    """Values of the translations whose language could be linked and that were answered often enough: a shift lowers the
    logit of a right answer, with mastery and without.
    """
    own: dict[str, Any] = {}
    for language, variant in found.get("languages", {}).items():
        linked = languages[language]["link"]["enough"] and not languages[language]["reference"]
        if not linked or language not in texts or variant["answers"] < LEAST_ANSWERS:
            continue
        moves = (1.0 - _moved(1.0 - item.slip, variant["shift"]), _moved(item.guess, variant["shift"]))
        values = {name: round(value, 6) for name, value in zip(IN_LANGUAGES, moves, strict=True)}
        if moved(item, values) != item:
            own[language] = {"text": texts[language], "values": values}
    return own


def _moved(chance: float, shift: float) -> float:
    inside = min(max(chance, 1e-6), 1.0 - 1e-6)
    return 1.0 / (1.0 + exp(shift - log(inside / (1.0 - inside))))


def changes(before: Structure, after: Structure, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row an item, the largest change first: the most that any outcome's chance changes, with mastery or without,
    or by how much the place of its micro-skill moves, in SD.
    """
    places = [_places(structure) for structure in (before, after)]
    errors = {
        rung["code"]: rung["standard_errors"]["threshold"]
        for strand in document["strands"].values()
        for rung in strand["skills"]
    }
    rows: list[dict[str, Any]] = []
    for old, new in zip(before.items, after.items, strict=True):
        found = document["items"].get(new.code, {"answers": 0, "standard_errors": {}, "findings": []})
        sides = [_side(item, own[item.skill]) for item, own in zip((old, new), places, strict=True)]
        far = max(
            float(np.abs(_chances(old) - _chances(new)).max()), abs(sides[1]["threshold"] - sides[0]["threshold"])
        )
        row = {"code": new.code, "skill": new.skill, "answers": found["answers"], "change": round(far, 6)}
        row |= {"before": sides[0], "after": sides[1]}
        row["errors"] = _of_values(found, sides[1]) | {"threshold": errors.get(new.skill)}
        row["languages"] = _shifts(found)
        rows.append(row | {"findings": sorted({one["kind"] for one in found["findings"]})})
    return sorted(rows, key=lambda row: (-row["change"], row["code"]))


def _places(structure: Structure) -> dict[str, float]:
    ladders = [strand for strand in structure.strands if isinstance(strand, LevelStrand)]
    return {rung.code: rung.threshold for strand in ladders for rung in strand.skills}


def _chances(item: ItemModel) -> Floats:
    """P(outcome | class), [2, 3]; of an item with partial credit wrong answers are told apart, [2, 4]."""
    response = item.response()
    if item.near is None:
        return response
    near = np.array(item.near)[:, None]
    right, wrong, dont_know = np.hsplit(response, 3)
    return np.hstack([right, wrong * near, wrong * (1.0 - near), dont_know])


def _side(item: ItemModel, threshold: float) -> dict[str, float]:
    named = {name: getattr(item, name) for name in OF_ITEMS} | dict(zip(NEAR, item.near or (), strict=False))
    return {name: round(value, 6) for name, value in named.items()} | {"threshold": round(threshold, 6)}


def _of_values(found: Mapping[str, Any], after: Mapping[str, float]) -> dict[str, Any]:
    """Standard errors; of how near wrong answers come only where what was found of it is what would be taken."""
    named: Mapping[str, float] = found.get("parameters", {})
    taken = (
        NEAR if all(name in after and isclose(named.get(name, nan), after[name], abs_tol=1e-5) for name in NEAR) else ()
    )
    return {name: error for name, error in found["standard_errors"].items() if name not in NEAR or name in taken}


def _shifts(found: Mapping[str, Any]) -> dict[str, Any]:
    names = ("answers", "shift", "standard_error")
    return {code: {name: one[name] for name in names} for code, one in found.get("languages", {}).items()}
