"""Files of answers, and banks, as somebody might bring them."""

import csv
import json

import numpy as np

from tests.diagnostics.engine.calibration.answered import answered, ladders_answered

HEADER = ("learner", "item", "outcome")
WORDS = ("correct", "incorrect", "dont_know", "partly")


def rows_of(cells, codes=None):
    """Long rows of a table."""
    codes = codes or [f"q{item:02}" for item in range(cells.shape[1])]
    return [
        (f"p{person}", codes[item], WORDS[cells[person, item]])
        for person, item in zip(*np.nonzero(cells >= 0), strict=True)
    ]


def write_long(path, rows, header=HEADER, **how):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, **how)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def write_wide(path, cells, *, named=True):
    cell = {0: "1", 1: "0", -1: "NA"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(["learner"] if named else []), *(f"q{item:02}" for item in range(cells.shape[1]))])
        for person, row in enumerate(cells.tolist()):
            writer.writerow([*([f"p{person}"] if named else []), *(cell[one] for one in row)])
    return path


def ordinary(learners=300, items=12, *, seed=1, kept=0.8):
    return answered(learners, items, seed=seed, kept=kept).cells


def bank_of(world):
    """The bank that the author of some ladders wrote."""
    skills = [
        {"code": skill.code, "strand": strand.code, "level": rung + 1}
        for strand in world.strands
        for rung, skill in enumerate(strand.skills)
    ]
    items = [{"code": code, "skill": item.skill, "guess": item.guess} for code, item in sorted(world.items.items())]
    return {"skills": skills, "items": items}


def laddered(folder, learners=250, *, seed=2, asked=None):
    """A bank, and the answers to it; returns the two files and the world that they come from."""
    world = ladders_answered(learners, 3, seed=seed, asked=asked)
    bank = folder / "bank.json"
    bank.write_text(json.dumps(bank_of(world)), "utf-8")
    return bank, write_long(folder / "answers.csv", rows_of(world.cells, world.order)), world


def fractured(rows, size, folder):
    """The same rows in files of so many."""
    return [write_long(folder / f"{first}.csv", rows[first : first + size]) for first in range(0, len(rows), size)]
