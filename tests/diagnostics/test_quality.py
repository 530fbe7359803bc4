"""Claimed against observed: sums in, figures with their intervals out, and nothing about fewer than ten."""

from __future__ import annotations

import math
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.diagnostics import predictions, quality
from pathways.diagnostics.models import Diagnostic, PredictionCount
from pathways.diagnostics.pages import calibration_curve
from pathways.permissions import Role

observations = st.lists(st.tuples(st.floats(0.001, 0.999), st.booleans()), min_size=1, max_size=120)


def rows_of(seen) -> list[PredictionCount]:
    """The sums of ``(P(correct), right)``, added up by hand."""
    found = {}
    for chance, right in seen:
        row = found.setdefault(
            predictions.decile_of(chance),
            PredictionCount(decile=predictions.decile_of(chance), **dict.fromkeys(predictions.SUMS, 0)),
        )
        loss, brier = -math.log(chance if right else 1 - chance), (chance - right) ** 2
        row.number += 1
        row.correct += right
        row.predicted += chance
        row.log_loss += loss
        row.log_loss_squares += loss**2
        row.brier += brier
        row.brier_squares += brier**2
    return [found[decile] for decile in sorted(found)]


@given(observations)
def test_figures_are_means_over_all_observations(seen):
    told = quality.told(rows_of(seen))
    assert told.number == len(seen)
    if len(seen) < quality.LEAST:
        assert (told.claimed, told.observed, told.log_loss, told.brier, told.error, told.bins) == (
            *[None] * 5,
            (),
        )
        assert told.verdict == "few"
        return
    assert told.observed is not None
    assert told.log_loss is not None
    assert told.brier is not None
    assert told.claimed == pytest.approx(sum(chance for chance, _ in seen) / len(seen))
    assert told.observed.mean == pytest.approx(sum(right for _, right in seen) / len(seen))
    losses = [-math.log(chance if right else 1 - chance) for chance, right in seen]
    assert told.log_loss.mean == pytest.approx(sum(losses) / len(seen))
    assert told.brier.mean == pytest.approx(sum((chance - right) ** 2 for chance, right in seen) / len(seen))
    for one in (told.observed, told.log_loss, told.brier):
        assert 0 <= one.low <= one.mean + 1e-12
        assert one.mean <= one.high + 1e-12


@given(observations)
def test_no_point_of_the_curve_speaks_of_fewer_than_ten(seen):
    told = quality.told(rows_of(seen))
    if len(seen) >= quality.LEAST:
        assert sum(one.number for one in told.bins) == told.number
        assert all(one.number >= quality.LEAST for one in told.bins)
        assert all(
            one.start <= one.claimed <= one.end and left.end <= right.start
            for one, left, right in zip(told.bins, told.bins, told.bins[1:], strict=False)
        )


def test_fewer_than_ten_are_told_as_a_number_alone():
    told = quality.told(rows_of([(0.9, True)] * 9))
    assert told.to_json() == {
        "predictions": 9,
        "enough": 50,
        "verdict": "few",
        **dict.fromkeys(["claimed", "observed", "log_loss", "brier", "calibration_error"]),
        "curve": [],
    }


def test_wilson_is_what_it_is_in_the_books():
    told = quality.wilson(8, 10)
    assert (round(told.low, 3), round(told.high, 3)) == (0.490, 0.943)
    assert quality.wilson(0, 10).low == 0.0
    assert round(quality.wilson(0, 10).high, 3) == 0.278


@pytest.mark.parametrize(
    ("chance", "right", "verdict"),
    [(0.8, 48, "holds"), (0.8, 30, "too_sure"), (0.5, 50, "too_shy"), (0.99, 20, "too_sure")],
)
def test_the_verdict_says_where_the_claim_lies(chance, right, verdict):
    assert quality.told(rows_of([(chance, place < right) for place in range(60)])).verdict == verdict
    assert quality.told(rows_of([(chance, place < right // 2) for place in range(30)])).verdict == "few"


def test_the_curve_is_drawn_inside_its_square():
    told = quality.told(rows_of([(place / 100, place % 3 > 0) for place in range(1, 100)]))
    curve = calibration_curve.drawn(told.bins)
    assert curve.width <= 320
    for one in curve.points:
        assert curve.left <= one.x <= curve.right
        assert curve.top <= one.top <= one.dot <= one.bottom <= curve.bottom


# --- in the database and on pages ---


WRONG = ("incorrect", "partly")


def counted(database, diagnostic_id: uuid.UUID, seen) -> None:
    with database.begin() as db:
        foretold = [
            (
                diagnostic_id,
                {"correct": chance, "incorrect": 1 - chance, "dont_know": 0.0},
                "correct" if right else WRONG[place // 2 % 2],
            )
            for place, (chance, right) in enumerate(seen)
        ]
        half = len(foretold) // 2
        predictions.count(db, foretold[:half])
        predictions.count(db, foretold[half:])


def diagnostic_of(database, published) -> Diagnostic:
    with database.read() as db:
        found = db.query(Diagnostic).filter_by(code=published).one()
        db.expunge(found)
        return found


def test_sums_add_up_over_several_counts(database, published):
    seen = [(0.05 + place / 25, place % 2 == 0) for place in range(20)]
    found = diagnostic_of(database, published)
    counted(database, found.id, seen)
    with database.read() as db:
        rows = predictions.read(db, found.id)
        for row, expected in zip(rows, rows_of(seen), strict=True):
            assert row.decile == expected.decile
            for name in predictions.SUMS:
                assert getattr(row, name) == pytest.approx(getattr(expected, name))


def test_its_page_says_too_few_then_figures(database, published, signed_in):
    found = diagnostic_of(database, published)
    reader = signed_in(Role.TRAINER, organisation=found.organisation_id)
    assert f"/diagnostics/{found.id}/quality" in reader.get(f"/diagnostics/{found.id}").text
    page = reader.get(f"/diagnostics/{found.id}/quality")
    assert page.status_code == 200
    assert "Trop peu de réponses pour le dire (0 sur 50)" in page.text
    assert '<svg class="calibration' not in page.text
    counted(database, found.id, [(0.8, True)] * 9)
    page = reader.get(f"/diagnostics/{found.id}/quality")
    assert "(9 sur 50)" in page.text
    assert "constatées" not in page.text
    counted(database, found.id, [(0.8, place % 5 > 0) for place in range(60)])
    page = reader.get(f"/diagnostics/{found.id}/quality")
    assert "Il tient ce qu" in page.text
    assert page.text.count('<svg class="calibration') == 1
    told = reader.get(f"/api/v1/diagnostics/{found.id}/quality").json()
    assert (told["predictions"], told["verdict"], len(told["curve"])) == (69, "holds", 1)
    assert told["claimed"] == pytest.approx(0.8)


def test_another_organisation_does_not_know_it(database, published, signed_in):
    found = diagnostic_of(database, published)
    stranger = signed_in(Role.ADMINISTRATOR)
    assert stranger.get(f"/diagnostics/{found.id}/quality").status_code == 404
    assert stranger.get(f"/api/v1/diagnostics/{found.id}/quality").status_code == 404
