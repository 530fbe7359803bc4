"""From the answers that are linked to nobody to what is known of each question in each language.

A run reads part by part, reckons without holding the database, and writes the rows of one language in one transaction:
it may be killed at any moment and run again, and gives the same.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from pathways import clock
from pathways.database import Database, insert_for
from pathways.diagnostics.blueprint import structure_of
from pathways.diagnostics.engine import compile_structure
from pathways.diagnostics.engine.compilation import Compiled
from pathways.diagnostics.engine.outcomes import EVIDENCE_INDEX
from pathways.diagnostics.models import UnlinkedAttempt
from pathways.diagnostics.served import Served, served_items
from pathways.fairness import matching, screening
from pathways.fairness.matching import Answers
from pathways.fairness.models import ItemFairness
from pathways.fairness.screening import Compared, Found
from pathways.i18n import SOURCE
from pathways.items.models import Item, ItemRevision
from pathways.referentials import service as referentials_service
from pathways.referentials.ladders import Ladders
from pathways.referentials.models import Strand

DAY = timedelta(hours=23)
"""Between two runs of the worker, which looks once an hour."""
READ_AT_ONCE = 1_000
MOST_READ = 200_000
"""Attempts of a framework that a run looks at. Their identifiers are drawn by chance, and so is any part of them."""
ROWS_AT_ONCE = 100
MOST_PEOPLE = 10_000
"""Attempts of one language that are compared: more would not change a class."""
ONE_ANSWER = frozenset({"choice", "pictures", "zone"})
"""Kinds whose response is one option."""
RIGHT, WRONG, UNKNOWN = "right", "wrong", "dont_know"
"""What stands for a response that is none of the options."""
_PLACE = {outcome: place for outcome, place in EVIDENCE_INDEX.items() if place is not None}
"""Of outcomes that say something; partly right is a way of being wrong."""


@dataclass(slots=True)
class Sitting:
    """What is taken from one attempt: ``(place of the item, outcome, comparable, label of the response)``."""

    language: str
    answers: list[tuple[int, int, bool, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Gathered:
    compiled: Compiled
    items: tuple[Served, ...]
    """In the order of ``compiled.item_codes``."""
    sittings: Mapping[str, Sequence[Sitting]]
    """By language; those of French were taken in French alone."""


def run_if_due(database: Database, told_to_stop: Callable[[], bool] = lambda: False) -> int:
    """The same once a day at most, however many workers there are and however often they start."""
    with database.read() as db:
        last = db.scalar(sa.select(sa.func.max(ItemFairness.computed_at)))
    if last is not None and clock.now() - last < DAY:
        return 0
    return run(database, told_to_stop)


def run(database: Database, told_to_stop: Callable[[], bool] = lambda: False) -> int:
    """Work everything out anew; returns how many questions, each in one language, something is known of."""
    with database.read() as db:
        frameworks = db.scalars(
            sa.select(UnlinkedAttempt.framework).distinct().order_by(UnlinkedAttempt.framework)
        ).all()
    known = 0
    for framework in frameworks:
        gathered = gather(database, framework)
        if gathered is None:
            continue
        for language in sorted(set(gathered.sittings) - {SOURCE}):
            if told_to_stop():
                return known
            rows = rows_of(gathered, language)
            with database.begin() as db:
                store(db, framework, language, rows)
            known += len(rows)
    return known


def gather(database: Database, framework: str) -> Gathered | None:
    """The attempts of a framework, ready to be compared; ``None`` where no question of theirs is asked any more."""
    with database.read() as db:
        items = served_items(db, framework)
        compiled = _compiled(db, framework, items)
    if compiled is None:
        return None
    by_code = {one.code: one for one in items.values()}
    ordered = tuple(by_code[code] for code in compiled.item_codes)
    place = {str(one.item_id): number for number, one in enumerate(ordered)}
    sittings: dict[str, list[Sitting]] = defaultdict(list)
    for answers in _attempts(database, framework):
        taken = sitting_of(answers, ordered, place)
        if taken is not None and len(sittings[taken.language]) < MOST_PEOPLE:
            sittings[taken.language].append(taken)
    return Gathered(compiled, ordered, sittings)


def _attempts(database: Database, framework: str) -> Iterator[list[dict[str, Any]]]:
    """Part by part, each in a transaction of its own: a long reader would keep SQLite from tidying up."""
    last, read = uuid.UUID(int=0), 0
    while read < MOST_READ:
        query = sa.select(UnlinkedAttempt.id, UnlinkedAttempt.answers).where(
            UnlinkedAttempt.framework == framework, UnlinkedAttempt.id > last
        )
        with database.read() as db:
            rows = db.execute(query.order_by(UnlinkedAttempt.id).limit(READ_AT_ONCE)).all()
        if not rows:
            return
        yield from (row.answers for row in rows)
        last, read = rows[-1].id, read + len(rows)


def sitting_of(
    answers: Sequence[Mapping[str, Any]], items: Sequence[Served], place: Mapping[str, int]
) -> Sitting | None:
    """One attempt. Who answered anything in another language is of that one: French that is shown where a translation
    is missing was not read by somebody who chose French, and is not compared.
    """
    languages = Counter(answer["language"] for answer in answers if answer["language"] != SOURCE)
    language = min(languages, key=lambda one: (-languages[one], one)) if languages else SOURCE
    taken = Sitting(language)
    for answer in answers:
        number = place.get(answer["item"])
        if number is None or answer["outcome"] not in _PLACE:
            continue
        comparable = answer["language"] == language and not answer["assisted"] and items[number].holds(answer)
        label = _label(items[number].kind, answer)
        taken.answers.append((number, _PLACE[answer["outcome"]], comparable, label))
    return taken if taken.answers else None


def _label(kind: str, answer: Mapping[str, Any]) -> str:
    if answer["outcome"] == UNKNOWN:
        return UNKNOWN
    if kind in ONE_ANSWER and isinstance(answer["response"], str):
        return answer["response"]
    return RIGHT if answer["outcome"] == "correct" else WRONG


def _compiled(db: Session, framework: str, items: Mapping[uuid.UUID, Served]) -> Compiled | None:
    """The ladders of a framework and of every organisation beside it, with the items that are asked."""
    own = sa.select(Strand).where(Strand.framework == framework, Strand.organisation_id.is_not(None))
    strands = db.scalars(own.order_by(Strand.id).options(selectinload(Strand.skills))).all()
    ladders = Ladders(referentials_service.latest(db, framework), own=tuple(one for one in strands if one.skills))
    revisions = db.scalars(
        sa.select(ItemRevision)
        .join(Item, Item.current_id == ItemRevision.id)
        .where(Item.framework == framework, ItemRevision.kind != "observed")
        .order_by(ItemRevision.code)
    ).all()
    known = ladders.skills
    asked = [one for one in revisions if one.item_id in items and one.skill in known]
    if not asked:
        return None
    structure = structure_of(ladders, {one.skill for one in asked}, asked)
    return compile_structure(structure, matching.POPULATION)


# --- one language beside French -------------------------------------------------------------------------------


def rows_of(gathered: Gathered, language: str) -> list[dict[str, Any]]:
    """What is known of each item in a language, as values of :class:`ItemFairness`."""
    sittings = [*gathered.sittings.get(SOURCE, ()), *gathered.sittings[language]]
    group = np.array([int(one.language != SOURCE) for one in sittings])
    flat = [(number, *answer) for number, one in enumerate(sittings) for answer in one.answers]
    person, item, outcome = (np.array([row[place] for row in flat], dtype=np.intp) for place in (0, 1, 2))
    use = np.array([row[3] for row in flat], dtype=np.bool_)
    found = screening.screen(gathered.compiled, Compared(Answers(len(sittings), person, item, outcome), group, use))
    chosen: dict[int, tuple[Counter[str], Counter[str]]] = defaultdict(lambda: (Counter(), Counter()))
    for number, place, _, comparable, label in flat:
        if comparable:
            chosen[place][group[number]][label] += 1
    return [
        _row(gathered.items[place], language, one, chosen[place])
        for place, one in sorted(found.items())
        if language in gathered.items[place].texts
    ]


def _row(item: Served, language: str, found: Found, chosen: tuple[Counter[str], Counter[str]]) -> dict[str, Any]:
    test, regression = found.test, found.regression
    figures: dict[str, Any] = {
        "options": {name: [chosen[0][name], chosen[1][name]] for name in sorted(chosen[0] | chosen[1])}
    }
    if test is not None and regression is not None:
        figures |= {"low": test.low, "high": test.high, "p": test.p, "adjusted": found.adjusted}
        figures |= {"regression": regression.p, "effect": regression.effect}
    return {
        "item_id": item.item_id,
        "language": language,
        "translation_id": item.texts[language][0],
        "reference": found.reference,
        "focal": found.focal,
        "grade": found.grade.value,
        "delta": test.delta if test is not None else None,
        "figures": figures,
        "computed_at": clock.now(),
    }


def store(db: Session, framework: str, language: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put these rows in the place of what was known of the language; what is known of others stays. Two workers that do
    it at once both succeed.
    """
    of_framework = sa.select(Item.id).where(Item.framework == framework)
    gone = sa.delete(ItemFairness).where(ItemFairness.language == language, ItemFairness.item_id.in_(of_framework))
    db.execute(gone.where(ItemFairness.item_id.not_in([row["item_id"] for row in rows])))
    for start in range(0, len(rows), ROWS_AT_ONCE):
        insert = insert_for(db)(ItemFairness).values(list(rows[start : start + ROWS_AT_ONCE]))
        keys = ("item_id", "language")
        changed = {name: getattr(insert.excluded, name) for name in rows[start] if name not in keys}
        db.execute(insert.on_conflict_do_update(index_elements=keys, set_=changed))
