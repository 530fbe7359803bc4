"""The answers of this server as what a calibration reads: those that lead to nobody, and those that are about to be.

Nothing more than what the figures of questions use: answers of learners themselves, in attempts that are over, to
shipped questions, without what was typed.  First those that were counted and unlinked, part by part, then those that
are not counted yet: an attempt that is counted meanwhile may be missed, and is never read twice.  Each attempt has a
learner of its own: nothing says which ones were the same person's.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import ids
from pathways.database import Database
from pathways.diagnostics import blueprint, counting
from pathways.diagnostics.calibrated import Values, values_of
from pathways.diagnostics.calibrating.columns import Coded, Piece
from pathways.diagnostics.composing.selections import Selection
from pathways.diagnostics.engine import LevelSkill, LevelStrand, StopRules, Structure
from pathways.diagnostics.models import Attempt, Calibration, Diagnostic, UnlinkedAttempt
from pathways.diagnostics.served import Served, served_items
from pathways.errors import NotFound, SettingsError
from pathways.i18n import SOURCE
from pathways.items import service as items_service
from pathways.items.models import Item, ItemRevision
from pathways.referentials import service as referentials_service
from pathways.referentials.ladders import Ladders
from pathways.referentials.models import Referential

READ_AT_ONCE: Final = 500
USUAL_ANSWERS: Final = 12
"""Of an attempt, about: what the number of partitions is taken from."""
ONE_OPTION: Final = frozenset({"choice", "pictures", "zone"})
"""Kinds whose response is one option: what was chosen says something of the key."""
NOBODY: Final = uuid.UUID(int=0)


@dataclass(frozen=True, eq=False)
class ServerBank:
    """What is calibrated: shipped questions on a screen, as they are asked today.

    ``diagnostic``: code of the one whose questions these are; empty for all of the framework.  ``structure``: with the
    values of the first day, which are what answers are weighed against.  ``in_force``: what new diagnostics take now.
    ``ladders``: every rung of each ladder of the framework, asked or not.  ``items``: by id.  ``texts``: fingerprint of
    each question's French; ``translations``: ``{code: {language: fingerprint}}``.  ``most_per_strand``: as the
    diagnostic's, beside its ``rules``.
    """

    framework: str
    diagnostic: str
    structure: Structure
    in_force: Values
    rules: StopRules
    items: Mapping[str, Served]
    ladders: Sequence[Sequence[str]]
    texts: Mapping[str, str]
    translations: Mapping[str, Mapping[str, str]]
    most_per_strand: int | None = None

    def with_values(self, values: Values) -> Structure:
        """The structure as it would be published with these values."""
        strands = tuple(_moved(strand, values) for strand in self.structure.strands if isinstance(strand, LevelStrand))
        items = tuple(values.model(item, self.texts[item.code]) for item in self.structure.items)
        return Structure(strands, items, styles=blueprint.styles_of(values, self.texts))


def _moved(strand: LevelStrand, values: Values) -> LevelStrand:
    heights = values.heights(strand.skill_codes, [one.threshold for one in strand.skills])
    pairs = zip(strand.skill_codes, heights, strict=True)
    return LevelStrand(strand.code, tuple(LevelSkill(code, height) for code, height in pairs))


def bank_of(db: Session, *, framework: str = "", diagnostic: str = "") -> ServerBank:
    """The shipped questions of a framework, or those of a published diagnostic that still read as they did; raises
    :class:`SettingsError` where there is none.
    """
    asked: Diagnostic | None = None
    if diagnostic:
        asked = db.scalar(sa.select(Diagnostic).filter_by(code=ids.normalised(diagnostic)))
        if asked is None or not asked.blueprint:
            raise SettingsError(f"Aucun diagnostic publié n'a le code « {diagnostic[:20]} ».")
        framework = db.get_one(Referential, asked.referential_id).code
    try:
        referential = referentials_service.latest(db, framework)
    except NotFound:
        raise SettingsError(f"Aucun référentiel n'a le code « {framework[:64]} ».") from None
    ladders = Ladders(referential)
    revisions = _revisions(db, ladders)
    skills: Sequence[str] = tuple(ladders.skills)
    if asked is not None:
        revisions = _unchanged(db, revisions, asked)
        chosen = {one.skill for one in revisions}
        skills = tuple(code for code in skills if code in chosen)
    if not revisions:
        raise SettingsError("Il n'y a là aucune question livrée à l'écran : rien à calibrer.")
    served = served_items(db, framework)
    of = {one.code: one for one in served.values()}
    rules = StopRules(**asked.blueprint["rules"]) if asked is not None else Selection(skills=tuple(skills)).rules()
    return ServerBank(
        framework=framework,
        diagnostic=(asked.code or "") if asked is not None else "",
        structure=blueprint.structure_of(ladders, skills, revisions),
        in_force=values_of(db, framework),
        rules=rules,
        items={str(one.item_id): served[one.item_id] for one in revisions},
        ladders=[[skill.code for skill in strand.skills] for strand in ladders.strands],
        texts={one.code: one.text_fingerprint for one in revisions},
        translations={one.code: _translations(one, of[one.code]) for one in revisions},
        most_per_strand=asked.blueprint.get("most_per_strand") if asked is not None else None,
    )


def _revisions(db: Session, ladders: Ladders) -> list[ItemRevision]:
    query = (
        sa.select(ItemRevision.id)
        .join(Item, Item.current_id == ItemRevision.id)
        .where(Item.framework == ladders.code, Item.organisation_id.is_(None), ItemRevision.kind != "observed")
        .where(ItemRevision.skill.in_(tuple(ladders.skills)))
        .order_by(ItemRevision.code)
    )
    return list(items_service.revisions(db, list(db.scalars(query))))


def _unchanged(db: Session, revisions: Sequence[ItemRevision], asked: Diagnostic) -> list[ItemRevision]:
    """Those that the diagnostic asks with the same French."""
    frozen = [uuid.UUID(one["revision"]) for one in asked.blueprint["items"].values()]
    query = sa.select(ItemRevision.item_id, ItemRevision.text_fingerprint).where(ItemRevision.id.in_(frozen))
    texts = {row.item_id: row.text_fingerprint for row in db.execute(query)}
    return [one for one in revisions if texts.get(one.item_id) == one.text_fingerprint]


def _translations(revision: ItemRevision, served: Served) -> dict[str, str]:
    looked_at = {translation: language for language, (translation, _) in served.texts.items()}
    return {looked_at[one.id]: one.fingerprint for one in revision.translations if one.id in looked_at}


def accepted_document(db: Session, in_force: Values) -> dict[str, Any] | None:
    """What was accepted last, as it was written: where a search begins, and what drift is measured from."""
    return (
        db.scalar(sa.select(Calibration.document).filter_by(id=in_force.calibration)) if in_force.calibration else None
    )


class ServerAnswers:
    """The answers to the questions of a bank, as pieces of a file."""

    def __init__(self, database: Database, bank: ServerBank) -> None:
        self._database, self._bank = database, bank

    def __str__(self) -> str:
        return f"les réponses de ce serveur ({self._bank.diagnostic or self._bank.framework})"

    @property
    def rows(self) -> int:
        """About how many answers there are."""
        with self._database.read() as db:
            unlinked = sa.select(sa.func.count()).select_from(UnlinkedAttempt)
            kept = db.scalar(unlinked.filter_by(framework=self._bank.framework)) or 0
            over = sa.select(sa.func.count()).select_from(Attempt)
            waiting = db.scalar(over.where(Attempt.stopped.is_not(None), Attempt.counted.is_(False))) or 0
        return USUAL_ANSWERS * (kept + waiting)

    def pieces(self) -> Iterator[Piece]:
        """Yield the answers; those of one attempt have a learner of their own."""
        number = 0
        for sittings in self._parts():
            rows = [(who, *row) for who, answers in sittings for row in self._rows(answers)]
            if rows:
                lines = np.arange(number + 1, number + 1 + len(rows))
                columns = ("learner", "item", "outcome", "language", "seconds", "choice")
                yield Piece(dict(zip(columns, map(Coded.of, zip(*rows, strict=True)), strict=True)), lines)
                number += len(rows)

    def _parts(self) -> Iterator[list[tuple[str, Sequence[Mapping[str, Any]]]]]:
        """Each part in a transaction of its own: a long reader would keep SQLite from tidying up."""
        last: uuid.UUID | None = NOBODY
        while True:
            query = sa.select(UnlinkedAttempt.id, UnlinkedAttempt.answers).where(
                UnlinkedAttempt.framework == self._bank.framework, UnlinkedAttempt.id > last
            )
            with self._database.read() as db:
                found = db.execute(query.order_by(UnlinkedAttempt.id).limit(READ_AT_ONCE)).all()
            if not found:
                break
            last = found[-1].id
            yield [(str(row.id), row.answers) for row in found]
        last, number = NOBODY, 0
        while last is not None:
            with self._database.read() as db:
                last, waiting = counting.not_counted(db, last)
            own = [answers for framework, answers in waiting if framework == self._bank.framework]
            yield [(f"waiting {number + place}", answers) for place, answers in enumerate(own)]
            number += len(own)

    def _rows(self, answers: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
        """What is taken from one attempt. Somebody who answered anything in another language is of that one: French
        shown where a translation was missing was not read by somebody who chose French, and says nothing of the French.
        """
        spoken = {answer["language"] for answer in answers} - {SOURCE}
        for answer in answers:
            served = self._bank.items.get(answer["item"])
            if served is None or (spoken and answer["language"] == SOURCE) or not served.holds(answer):
                continue
            chosen = answer["response"] if served.kind in ONE_OPTION else None
            seconds = answer.get("seconds")
            yield (
                served.code,
                answer["outcome"],
                answer["language"],
                "" if seconds is None else str(seconds),
                chosen if isinstance(chosen, str) and answer["outcome"] in {"correct", "incorrect"} else "",
            )
