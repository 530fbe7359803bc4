"""A diagnostic of the database, simulated as it was published."""

from __future__ import annotations

import pytest

from pathways.diagnostics.engine import StopRules, compile_structure
from pathways.diagnostics.models import Diagnostic
from pathways.diagnostics.simulating.generators import GeneratedLearners
from pathways.diagnostics.simulating.processes import Work, results_of
from pathways.diagnostics.simulating.published import bank_of_diagnostic
from pathways.diagnostics.simulating.sittings import Task
from pathways.errors import SettingsError


def test_a_published_diagnostic_is_its_frozen_structure_and_rules(database, published):
    with database.begin() as db:
        bank, stops = bank_of_diagnostic(db, published.lower())
        frozen = db.query(Diagnostic).filter_by(code=published).one().blueprint
    assert stops.rules == StopRules(**frozen["rules"])
    assert stops.when_decided
    asked = {item.code for item in bank.structure.items}
    assert asked <= set(frozen["items"])
    assert set(bank.levels) == set(bank.structure.skill_codes)
    assert compile_structure(bank.structure).item_codes == tuple(sorted(asked))
    learners = GeneratedLearners("A", bank.structure, 1, 3)
    task = Task(bank.structure, dict(bank.levels), "engine", stops, 1)
    assert len(list(results_of(Work(task, traced=False), learners))) == 3


def test_a_draft_or_nothing_is_no_diagnostic_to_simulate(db):
    with pytest.raises(SettingsError, match="Aucun diagnostic publié"):
        bank_of_diagnostic(db, "ZZZZZZ")
