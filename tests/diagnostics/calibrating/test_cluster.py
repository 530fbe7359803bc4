"""A calibration on a Dask cluster: the same result, computed elsewhere."""

import json
from typing import Any

import pytest

from pathways.cli import main
from pathways.diagnostics.calibrating import partitions
from tests.diagnostics.calibrating.collected import laddered, ordinary, rows_of, write_long


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # those of Dask are its own
@pytest.mark.parametrize("model", ["2pl", "level"])
def test_a_local_cluster_gives_the_same_result(tmp_path, monkeypatch, model):
    from distributed import LocalCluster

    monkeypatch.setattr(partitions, "ANSWERS_AT_ONCE", 1500)
    bank, answers, _ = laddered(tmp_path, 300)
    words = ["calibrate", str(answers), "--model", model, "--bank", str(bank)]
    alone, there = tmp_path / "alone.json", tmp_path / "there.json"
    assert main([*words, "--out", str(alone)]) == 0
    local: Any = LocalCluster  # its class is made at run time
    with local(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
        assert main([*words, "--scheduler", cluster.scheduler_address, "--out", str(there)]) == 0
    here, elsewhere = (json.loads(path.read_text("utf-8")) for path in (alone, there))
    assert elsewhere["fit"]["log_likelihood"] == pytest.approx(here["fit"]["log_likelihood"], abs=1e-8)
    for code, one in here["items"].items():
        for name, value in one["parameters"].items():
            assert elsewhere["items"][code]["parameters"][name] == pytest.approx(value, abs=1e-8)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_scheduler_that_does_not_answer_is_told(tmp_path, monkeypatch, capsys):
    from pathways.diagnostics.calibrating import cluster

    monkeypatch.setattr(cluster, "CONNECTING", "2s")
    data = write_long(tmp_path / "a.csv", rows_of(ordinary(30, 4)))
    assert main(["calibrate", str(data), "--model", "2pl", "--scheduler", "tcp://127.0.0.1:9"]) == 1
    assert "Aucun ordonnanceur Dask ne répond" in capsys.readouterr().err
