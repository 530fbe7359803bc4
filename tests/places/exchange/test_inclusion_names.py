"""Names and identifiers of data.inclusion that are not what they seem."""

from __future__ import annotations

from pathways.places import exchange
from pathways.places.exchange.sheets import Kind
from tests.places.exchange.made import place
from tests.places.exchange.test_data_inclusion import STRUCTURE, documents, only, read


def test_two_ids_that_become_one_are_one_place():
    first, second = read([STRUCTURE | {"id": f"{STRUCTURE['source']}--z"}, STRUCTURE | {"id": "z"}])
    assert first.sheet is not None
    assert (second.sheet, second.remarks[-1].kind) == (None, Kind.REFUSED)


def test_an_id_that_is_too_long_is_refused_and_not_cut():
    entries = read([STRUCTURE | {"id": "q" * 300 + last} for last in "12"])
    assert [one.sheet for one in entries] == [None, None]
    assert all(("id", Kind.REFUSED) in {(one.column, one.kind) for one in entry.remarks} for entry in entries)


def test_a_name_that_nobody_can_see_is_none():
    assert only({"nom": "   \n "}).sheet is None


def test_a_source_link_that_is_none_is_left_out():
    beside = {"data_inclusion": {"structure": {"lien_source": 5}, "services": []}}
    assert documents(exchange.write("data-inclusion", [place(beside=beside)]))[0]
