"""The shipped diagnostic, answered in fixed ways: the same questions in the same order, on both databases, today and
tomorrow. A change of the content or of the engine shows here. Look at it, then renew the traces with:
``PATHWAYS_RENEW_TRACES=1 .venv/bin/python -m pytest tests/diagnostics/test_shipped_traces.py -k sqlite``
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pathways.diagnostics.models import Attempt
from pathways.items.documents import ItemDocument
from tests.diagnostics.situations import Taker
from tests.items.test_grading import right_answers

GOLDEN = Path(__file__).parent / "golden"
Learner = Callable[[int, ItemDocument], dict[str, Any]]
DONT_KNOW, LOST = {"outcome": "dont_know"}, {"outcome": "not_understood"}


def right(item: ItemDocument) -> dict[str, Any]:
    return {"response": right_answers(item.model_dump(mode="json"))[0]}


LEARNERS: dict[str, tuple[str, Learner]] = {
    "knows-all": ("fr", lambda _turn, item: right(item)),
    "knows-nothing": ("ar", lambda _turn, _item: DONT_KNOW),
    "one-in-two": ("uk", lambda turn, item: right(item) if turn % 2 else DONT_KNOW),
    "does-not-understand": ("fa_AF", lambda _turn, _item: LOST),
    "understands-one-in-three": ("ar", lambda turn, item: (right(item), DONT_KNOW, LOST)[turn % 3]),
    "safe-with-mail-only": ("en", lambda _turn, item: right(item) if item.skill[:3] == "MEL" else DONT_KNOW),
}


@pytest.fixture(autouse=True)
def same_pace(monkeypatch):
    """Every answer takes no time: what comes next depends on the answers alone."""
    from pathways import clock

    frozen = clock.now()
    monkeypatch.setattr(clock, "now", lambda: frozen)


@pytest.mark.parametrize("name", LEARNERS)
def test_the_same_answers_bring_the_same_questions(name, client, published, shipped, database):
    language, learner = LEARNERS[name]
    items = {code: item for _, folder in shipped.frameworks for code, item in folder.items.items()}
    taker, trace = Taker.start(client, published, language), []
    while taker.item:
        code = taker.item["id"]
        given = learner(len(trace), items[code])
        taker.answer(given)
        trace.append([code, given.get("outcome", "right")])
    profile = taker.profile()
    told = {
        "language": language,
        "asked": trace,
        "stopped": taker.last["stopped"],
        "within_reach": profile["within_reach"],
        "skills": {one["code"]: [one["label"], round(one["mastery"], 4)] for one in profile["skills"]},
    }
    path = GOLDEN / f"{name}.json"
    if os.environ.get("PATHWAYS_RENEW_TRACES"):
        path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert told == json.loads(path.read_text("utf-8"))
    with database.read() as db:
        attempt = db.scalars(sa.select(Attempt)).one()
        assert (attempt.current_item, attempt.stopped, attempt.answered) == (None, told["stopped"], len(trace))
