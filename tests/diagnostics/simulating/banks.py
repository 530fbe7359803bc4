"""Small banks and learners, as their files hold them, and the command run on files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pathways.diagnostics.simulating.bank import Bank, bank_of

Run = Callable[..., tuple[int, str, str]]


def ladders(strands: int = 3, rungs: int = 4, items: int = 2, **item: Any) -> dict[str, Any]:
    """A BANK.json of equal ladders: micro-skills ``a1``, ``a2``, ..., ``b1``; items ``a1-1``."""
    skills = [
        {"code": f"{chr(97 + strand)}{rung}", "strand": chr(97 + strand), "level": rung}
        for strand in range(strands)
        for rung in range(1, rungs + 1)
    ]
    asked = [
        {"code": f"{skill['code']}-{number}", "skill": skill["code"], **item}
        for skill in skills
        for number in range(1, items + 1)
    ]
    return {"skills": skills, "items": asked}


def bank(document: dict[str, Any] | None = None) -> Bank:
    return bank_of(ladders() if document is None else document, "bank.json")


def answering(outcomes: Any, name: str = "p1", **more: Any) -> dict[str, Any]:
    return {"learners": [{"id": name, "answers": outcomes, **more}]}


def written(folder: Path, name: str, document: Any) -> Path:
    file = folder / name
    file.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return file


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]
