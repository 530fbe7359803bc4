"""Passes over partitions, and answers back in the order of time."""

import numpy as np
import pytest

from pathways.diagnostics.calibrating import history, partitions, passes
from pathways.diagnostics.calibrating.document import document_of, written
from pathways.diagnostics.calibrating.fitting import Task, fit
from pathways.diagnostics.calibrating.history import History
from tests.diagnostics.calibrating.collected import ordinary, rows_of, write_long


def test_answers_come_back_in_the_order_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(history, "ROWS_AT_ONCE", 10)
    rng = np.random.default_rng(1)
    rows = rng.permutation(95)
    kept = History(tmp_path)
    for part in np.array_split(rows, 4):
        kept.take(part, part % 7, np.stack([part, -part], axis=1).astype(float))
    pieces = list(kept.pieces())
    variants = np.concatenate([one for one, _ in pieces])
    ratios = np.concatenate([one for _, one in pieces])
    assert len(pieces) == 10
    assert ratios[:, 0].tolist() == list(range(95))
    assert variants.tolist() == [row % 7 for row in range(95)]


def test_partitions_that_are_not_kept_in_memory_change_no_byte(tmp_path, monkeypatch):
    monkeypatch.setattr(partitions, "ANSWERS_AT_ONCE", 300)
    path = write_long(tmp_path / "a.csv", rows_of(ordinary()))
    found = []
    for size in (10**9, 0):
        monkeypatch.setattr(passes, "KEPT_BYTES", size)
        found.append(written(document_of(fit(Task(path, "2pl"), lambda _: None))))
    assert found[0] == found[1]


def test_a_large_model_has_its_covariances_in_blocks(tmp_path, monkeypatch):
    from pathways.diagnostics.calibrating import document
    from pathways.diagnostics.engine.calibration import information

    path = write_long(tmp_path / "a.csv", rows_of(ordinary()))
    whole = fit(Task(path, "2pl"), lambda _: None)
    monkeypatch.setattr(information, "MOST_TOGETHER", 8)
    monkeypatch.setattr(document, "MOST_TOGETHER", 8)
    parts = fit(Task(path, "2pl"), lambda _: None)
    assert parts.covariance.errors() == pytest.approx(whole.covariance.errors(), rel=0.2)
    assert document_of(parts)["run"]["standard_errors"] == "cross_products_in_blocks"
    here, there = (document_of(one)["items"]["q03"]["standard_errors"] for one in (whole, parts))
    assert there == pytest.approx(here, rel=0.2)


def test_the_history_of_drift_does_not_depend_on_how_answers_are_spread(tmp_path, monkeypatch):
    path = write_long(tmp_path / "a.csv", rows_of(ordinary()))
    found = []
    for size in (10**6, 200):
        monkeypatch.setattr(partitions, "ANSWERS_AT_ONCE", size)
        found.append(fit(Task(path, "2pl"), lambda _: None).cusum.highest)
    assert found[0] == pytest.approx(found[1], abs=1e-3)
