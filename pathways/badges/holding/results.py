"""What the attempts in a space say: of each micro-skill, the newest attempt in which it was measured.

For one person or for a whole team, in a number of queries that does not grow with them.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.badges.models import Holder, HolderAttempt
from pathways.diagnostics.engine import (
    Compiled,
    Label,
    Outcome,
    Structure,
    carries_evidence,
    compile_structure,
    draws,
    infer,
)
from pathways.diagnostics.engine import label as label_of
from pathways.diagnostics.models import IS_EVIDENCE, Answer, Attempt, Diagnostic
from pathways.diagnostics.reading import Sign
from pathways.referentials.models import Referential

MOST_INSTRUMENTS = 200
"""Published diagnostics that one process keeps ready to be read; the least used go first."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An attempt of somebody, and what it was asked with."""

    holder_id: uuid.UUID
    attempt_id: uuid.UUID
    diagnostic_id: uuid.UUID
    organisation_id: uuid.UUID
    """Whose diagnostic it is."""
    title: str
    framework: str
    version: str
    """Of the framework."""
    fingerprint: str
    """Of its content."""
    language: str
    is_over: bool
    on_paper: bool
    """On sheets: it cannot go on on a screen."""
    started_at: datetime
    is_check: bool
    """Part of another one, by which it came here."""
    unusable: Sequence[str] = field(default=(), hash=False)
    """What its questions may not take (``diagnostics.modalities``)."""


@dataclass(frozen=True, slots=True)
class Given:
    """A standing answer."""

    id: uuid.UUID
    item: str
    outcome: str
    at: datetime
    observed_by: uuid.UUID | None


@dataclass(frozen=True)
class Read:
    """An attempt with its standing answers, in the order they were given, and the micro-skill of each question."""

    taken: Taken
    answers: tuple[Given, ...]
    compiled: Compiled
    skill_of: Mapping[str, str]

    @cached_property
    def measured(self) -> tuple[Measured, ...]:
        """What it says of each micro-skill: nothing, where no answer says anything."""
        return tuple(_measured(self))


@dataclass(frozen=True, slots=True)
class Measured:
    """What the newest attempt says of one micro-skill."""

    framework: str
    skill: str
    """Its code."""
    mastery: float
    """P(mastered), as the engine gives it."""
    answers: int
    """Direct ones that say something; 0: deduced from other answers."""
    at: datetime
    """Of the last direct answer; without any, of the last answer."""
    version: str
    fingerprint: str
    attempt_id: uuid.UUID

    @property
    def label(self) -> Label:
        return label_of(self.mastery, True)

    @property
    def sign(self) -> Sign:
        """As a profile shows it (``reading.SkillResult.sign``)."""
        if self.label is Label.MASTERED:
            return Sign.CAN
        if self.label is Label.NOT_MASTERED:
            return Sign.LEARN
        return Sign.CONFIRM if self.answers else Sign.UNSEEN


_OF_TAKEN = (
    HolderAttempt.holder_id,
    Attempt.id,
    Attempt.diagnostic_id,
    Diagnostic.organisation_id,
    Diagnostic.title,
    Referential.code,
    Referential.version,
    Referential.fingerprint,
    Attempt.language,
    Attempt.stopped.is_not(None),
    Attempt.paper_form_id.is_not(None),
    Attempt.started_at,
    Attempt.part_of_id.is_not(None),
    Attempt.unusable,
)
"""What makes a :class:`Taken`, in the order of its fields. Whole rows would take three times as long."""

Measures = dict[tuple[str, str], Measured]
"""``{(framework, micro-skill): what is measured}``"""


def attempts_of(db: Session, holder_ids: Collection[uuid.UUID]) -> list[Taken]:
    """Every attempt of these people, the newest first: what they brought, and the checks that belong to it."""
    brought = sa.or_(Attempt.id == HolderAttempt.attempt_id, Attempt.part_of_id == HolderAttempt.attempt_id)
    query = (
        sa.select(*_OF_TAKEN)
        .join(Attempt, brought)
        .join(Diagnostic, Diagnostic.id == Attempt.diagnostic_id)
        .join(Referential, Referential.id == Diagnostic.referential_id)
        .where(HolderAttempt.holder_id.in_(holder_ids))
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
    )
    return [Taken(*row) for row in db.execute(query)]


def read(db: Session, taken: Sequence[Taken]) -> list[Read]:
    """The same attempts with their answers."""
    query = (
        sa.select(Answer.attempt_id, Answer.id, Answer.item, Answer.outcome, Answer.answered_at, Answer.observed_by)
        .where(Answer.attempt_id.in_([one.attempt_id for one in taken]), Answer.superseded_at.is_(None), IS_EVIDENCE)
        .order_by(Answer.number)
    )
    given: dict[uuid.UUID, list[Given]] = defaultdict(list)
    for attempt_id, id_, item, outcome, at, observed_by in db.execute(query):
        given[attempt_id].append(Given(id_, item, outcome, at, observed_by))
    instruments = _instruments(db, {one.diagnostic_id for one in taken if given[one.attempt_id]})
    return [
        Read(one, tuple(given[one.attempt_id]), *instruments[one.diagnostic_id])
        for one in taken
        if given[one.attempt_id]
    ]


def measures(reads: Iterable[Read]) -> dict[uuid.UUID, Measures]:
    """``{holder: measures}``. Of each micro-skill the newest attempt that asked about it directly; if none did, the
    newest that had it to deduce.
    """
    found: dict[uuid.UUID, Measures] = defaultdict(dict)
    for one in sorted(reads, key=lambda one: (one.taken.started_at, one.taken.attempt_id.hex), reverse=True):
        for measured in one.measured:
            theirs, key = found[one.taken.holder_id], (measured.framework, measured.skill)
            known = theirs.get(key)
            if known is None or (measured.answers and not known.answers):
                theirs[key] = measured
    return dict(found)


def measures_of(db: Session, holder_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Measures]:
    """The same, from the database: five queries at most."""
    return measures(read(db, attempts_of(db, holder_ids)))


def read_of(db: Session, holder_id: uuid.UUID) -> list[Read]:
    """All that one person brought: whoever decides something reads it once, and decides all of it by the same."""
    return read(db, attempts_of(db, [holder_id]))


def lower_bounds(one: Read) -> dict[str, float]:
    """The 5 % quantile of P(mastered) of each micro-skill over what slip and guess of the questions may be
    (``engine.draws``), by its code. Drawn from the diagnostic and the attempt: always the same.
    """
    seed = f"{one.taken.diagnostic_id} {one.taken.attempt_id}"
    evidence = [(given.item, Outcome(given.outcome)) for given in one.answers]
    low = draws.lower_bounds(one.compiled, evidence, seed=seed)
    return dict(zip(one.compiled.skill_codes, low.tolist(), strict=True))


def results_of(db: Session, holder: Holder) -> list[Taken]:
    """What the holder brought, the newest first, for their own space."""
    return [one for one in attempts_of(db, [holder.id]) if not one.is_check]


# --- inside ---------------------------------------------------------------------------------------------------


def _measured(one: Read) -> Iterable[Measured]:
    evidence = [(given.item, Outcome(given.outcome)) for given in one.answers]
    mastery = infer(one.compiled, evidence).mastery_by_skill()
    telling = [given for given in one.answers if carries_evidence(Outcome(given.outcome))]
    if not telling:
        return
    asked = Counter(one.skill_of[given.item] for given in telling)
    last = {one.skill_of[given.item]: given.at for given in telling}
    for code, probability in mastery.items():
        yield Measured(
            framework=one.taken.framework,
            skill=code,
            mastery=probability,
            answers=asked[code],
            at=last.get(code, telling[-1].at),
            version=one.taken.version,
            fingerprint=one.taken.fingerprint,
            attempt_id=one.taken.attempt_id,
        )


_Instrument = tuple[Compiled, Mapping[str, str]]
_kept: OrderedDict[uuid.UUID, _Instrument] = OrderedDict()
"""Of published diagnostics, which never change."""
_lock = threading.Lock()


def _instruments(db: Session, diagnostic_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, _Instrument]:
    with _lock:
        found = {one: _kept[one] for one in diagnostic_ids if one in _kept}
        for one in found:
            _kept.move_to_end(one)
    missing = [one for one in diagnostic_ids if one not in found]
    if missing:
        query = sa.select(Diagnostic.id, Diagnostic.blueprint).where(Diagnostic.id.in_(missing))
        made = {id_: _instrument(Structure.from_document(frozen["structure"])) for id_, frozen in db.execute(query)}
        found |= made
        with _lock:
            _kept.update(made)
            while len(_kept) > MOST_INSTRUMENTS:
                _kept.popitem(last=False)
    return found


def _instrument(structure: Structure) -> _Instrument:
    return compile_structure(structure), {item.code: item.skill for item in structure.items}
