"""A side-car comes from outside: it knows better what a form could say, and nothing else."""

from __future__ import annotations

import json
from datetime import date

import pytest

from pathways.places import exchange
from pathways.places.exchange.sheets import Kind
from tests.places.exchange.made import TODAY, row, table


def read(*rows, **columns):
    """The first row with what a side-car says of it."""
    said = [{"id": rows[0]["id"], "source": rows[0]["source"], "colonnes": columns}]
    side_car = {"format": "pathways-side-car", "version": 1, "lieux": said}
    uploads = [
        exchange.Upload("lieux.csv", table(*rows).encode()),
        exchange.Upload("accompagnement.json", json.dumps(side_car).encode()),
    ]
    return list(exchange.read(uploads).entries(TODAY))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("websites", ["javascript:alert(1)"]),
        ("booking_url", "javascript:alert(1)//.fr"),
        ("accessibility_url", 'https://a.fr/"><script>'),
        ("updated_on", "0001-01-01"),
        ("name", ""),
        ("name", "a\u0007b"),
        ("name", "a\u202eb"),
        ("hours", "\u202e"),
        ("postcode", ""),
        ("commune_code", "ZZ ZZ"),
        ("phone", "12"),
        ("emails", ["a b@c"]),
        ("services", ["nope"]),
        ("languages", ["zz<"]),
        ("source", "autre"),
        ("source_id", "c2"),
        ("pivot", "-"),
        ("beside", {"lamednum": 5}),
        ("beside", {"autre": {}}),
        ("beside", {"data_inclusion": {"structure": 5, "services": []}}),
        ("beside", {"data_inclusion": {"structure": {}, "services": 5}}),
        ("beside", {"data_inclusion": {}}),
    ],
)
def test_what_no_form_would_take_is_left_out_and_said(column, value):
    (plain,), (restored,) = read(row()), read(row(), **{column: value})
    assert restored.sheet == plain.sheet
    assert [(one.column, one.kind) for one in restored.remarks if one.kind is Kind.DOUBTFUL] == [
        (column, Kind.DOUBTFUL)
    ]


@pytest.mark.parametrize("value", [1e308, float("nan"), -91, True, None])
def test_coordinates_are_taken_together_or_not_at_all(value):
    (entry,) = read(row(), latitude=value)
    assert entry.sheet is not None
    assert (entry.sheet["latitude"], entry.sheet["longitude"]) == (47.9025, 1.909)
    (entry,) = read(row(), latitude=None, longitude=None)
    assert entry.sheet is not None
    assert (entry.sheet["latitude"], entry.sheet["longitude"]) == (None, None)


def test_a_day_that_has_not_come_is_today():
    (entry,) = read(row(), updated_on="9999-12-31")
    assert entry.sheet is not None
    assert entry.sheet["updated_on"] == TODAY
    (entry,) = read(row(), updated_on="2025-01-02")
    assert entry.sheet is not None
    assert entry.sheet["updated_on"] == date(2025, 1, 2)


def test_a_row_never_becomes_another_one():
    first, second = read(row(id="c1"), row(id="c2"), source_id="c2")
    assert first.sheet is not None
    assert second.sheet is not None
    assert (first.sheet["source_id"], second.sheet["source_id"]) == ("c1", "c2")


def test_a_row_under_our_own_id_gets_its_name_back_once():
    ours = "01920000-0000-7000-8000-000000000000"
    (entry,) = read(row(id=ours), source_id="c2")
    assert entry.sheet is not None
    assert entry.sheet["source_id"] == "c2"
    first, second = read(row(id=ours), row(id="c2"), source_id="c2")
    assert (first.sheet is not None, second.sheet) == (True, None)
    assert second.remarks[-1].kind is Kind.REFUSED
