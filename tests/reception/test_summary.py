"""What is reported of a reception: only in the words of the Coop, and no more than is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from pathways.diagnostics.reading import Sign
from pathways.reception import summary
from pathways.reception.sheet import QUESTIONS
from pathways.reception.summary import Summary

BEGINS = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def test_every_ladder_has_a_theme_and_every_theme_knows_its_ladders(shipped):
    framework = next(one.framework for one, _ in shipped.frameworks if one.framework.code == "inclusion-numerique")
    known = {strand.code for _, strand in framework.strands()}
    named = [strand for _, _, strands in summary._vocabulary() for strand in strands]
    assert len(summary.theme_titles()) == 30
    assert sorted(named) == sorted(known)
    assert all(summary.theme_titles().values())


def test_every_device_of_the_sheet_has_its_equipment():
    device = next(one for one in QUESTIONS if one.code == "device")
    assert summary.EQUIPMENT.keys() == device.choices.keys()
    assert {one for many in summary.EQUIPMENT.values() for one in many} <= summary.WORDS.keys()


@pytest.mark.parametrize(("minutes", "told"), [(0, 5), (6, 5), (8, 10), (13, 15), (60, 60)])
def test_minutes_are_rounded_to_five(minutes, told):
    assert summary._minutes(BEGINS, BEGINS + timedelta(minutes=minutes)) == told


@pytest.mark.parametrize(
    ("can", "learn", "asked", "level"),
    [
        (0, 5, 10, None),  # too few are told
        (3, 4, 16, None),  # not even half of them
        (1, 7, 10, "debutant"),
        (4, 4, 10, "intermediaire"),
        (8, 2, 10, "avance"),
        (7, 2, 10, "intermediaire"),
    ],
)
def test_a_level_is_said_only_if_enough_is_known(can, learn, asked, level):
    told = {Sign.CAN: can, Sign.LEARN: learn}
    profile: Any = SimpleNamespace(skills=range(asked), with_sign=lambda sign: range(told[sign]))
    assert summary._level(profile) == level


def test_what_is_not_known_is_not_written():
    bare = Summary(date="2026-11-26", minutes=10, equipment=(), themes=("diagnostic_numerique",), level=None, place="")
    assert bare.text().split("\n") == [
        "Accompagnement individuel",
        "Date : 26/11/2026",
        "Durée : 10 minutes",
        "Thèmes : Diagnostic numérique",
    ]
