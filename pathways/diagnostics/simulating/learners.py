"""LEARNERS.json: what each learner answers when asked, and what is true of them where that is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from pathways.diagnostics.engine import Outcome
from pathways.diagnostics.simulating.bank import Bank
from pathways.diagnostics.simulating.json_files import read_json
from pathways.diagnostics.simulating.problems import Problems, below, found, shown

MOST_BYTES: Final = 300_000_000
MOST_LEARNERS: Final = 1_000_000
MOST_CHANGES: Final = 10_000
MOST_QUESTIONS: Final = 1_000_000

KEYS: Final = ("id", "answers", "mastered", "later")
CHANGE_KEYS: Final = ("after", "answers", "mastered")
OUTCOMES: Final = {outcome.value: outcome.value for outcome in Outcome if outcome is not Outcome.NOT_TRIED}
"""Each word as one object, however often a file repeats it."""
WHOLE: Final = {outcome: outcome for outcome in OUTCOMES if outcome != Outcome.PARTLY}
"""Of a question without partial credit."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is different once ``after`` questions were asked: of some answers, and of what is mastered (all of it)."""

    after: int
    answers: Mapping[str, str]
    mastered: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Learner:
    """A person. An item without an answer is never asked; ``mastered`` is ``None`` where nobody knows the truth.

    ``later``: what changes in the course of a sitting, by fatigue or by learning, in order.
    """

    id: str | int
    answers: Mapping[str, str]
    mastered: frozenset[str] | None = None
    later: tuple[Change, ...] = ()

    @property
    def key(self) -> str:
        """The id as a text of its own: 1 and "1" are two."""
        return json.dumps(self.id)

    def outcome(self, item: str, asked: int) -> str:
        """Return the outcome of an item, asked after so many other questions."""
        for change in reversed(self.later):
            if change.after <= asked and item in change.answers:
                return change.answers[item]
        return self.answers[item]

    def truth(self, asked: int) -> frozenset[str] | None:
        """Return what is mastered after so many questions."""
        for change in reversed(self.later):
            if change.after <= asked and change.mastered is not None:
                return change.mastered
        return self.mastered

    def to_document(self) -> dict[str, Any]:
        """Return the learner as LEARNERS.json holds it."""
        document: dict[str, Any] = {"id": self.id, "answers": dict(self.answers)}
        if self.mastered is not None:
            document["mastered"] = sorted(self.mastered)
        if self.later:
            document["later"] = [_change_document(change) for change in self.later]
        return document


def _change_document(change: Change) -> dict[str, Any]:
    document: dict[str, Any] = {"after": change.after, "answers": dict(change.answers)}
    if change.mastered is not None:
        document["mastered"] = sorted(change.mastered)
    return document


def say_dont_know(learners: Iterable[Learner]) -> bool:
    """Whether anybody says "I don't know": then it was offered to all of them."""
    said = Outcome.DONT_KNOW.value
    return any(
        said in answers.values()
        for learner in learners
        for answers in (learner.answers, *(change.answers for change in learner.later))
    )


def read_learners(path: Path, bank: Bank) -> tuple[list[Learner], tuple[str, ...]]:
    """Return the learners of a file and remarks; raises ``WrongFile`` with everything that is wrong in it."""
    return learners_of(read_json(path, MOST_BYTES), str(path), bank)


def learners_of(document: object, file: str, bank: Bank) -> tuple[list[Learner], tuple[str, ...]]:
    """Return the learners of a document, as it was read from ``file``, and remarks; raises ``WrongFile``."""
    problems = Problems(file)
    reader = _Reader(problems, bank)
    whole = problems.mapping(document, "", ("learners",), needed=("learners",))
    listed = problems.listed(whole.get("learners"), "learners", "apprenants", most=MOST_LEARNERS)
    learners: list[Learner] = []
    first: dict[str, str] = {}
    for place, one in enumerate(listed):
        path = below("learners", place)
        learner = reader.learner(one, path)
        if learner is None:
            continue
        if learner.key in first:
            problems.add(below(path, "id"), f"{shown(str(learner.id))} est déjà celui de {first[learner.key]}")
        first.setdefault(learner.key, path)
        learners.append(learner)
        listed[place] = None  # a large file is not held twice
    problems.refuse()
    return learners, tuple(problems.odd)


class _Reader:
    """Reads learners of one bank."""

    def __init__(self, problems: Problems, bank: Bank) -> None:
        self._problems = problems
        self._items = {item.code: item.code for item in bank.structure.items}
        self._credited = frozenset(item.code for item in bank.structure.items if item.near is not None)
        self._skills = {code: code for code in bank.structure.skill_codes}

    def learner(self, value: object, path: str) -> Learner | None:
        read = self._problems.mapping(value, path, KEYS, needed=("id", "answers"))
        identifier = self._id(read.get("id"), below(path, "id"))
        path = path if identifier is None else f"{path} ({shown(str(identifier))})"
        answers = self._answers(read.get("answers"), below(path, "answers"), self._items)
        mastered = self._mastered(read.get("mastered"), below(path, "mastered"))
        later = self._later(read.get("later"), below(path, "later"), answers, known=mastered is not None)
        return None if identifier is None else Learner(identifier, answers, mastered, later)

    def _id(self, value: object, path: str) -> str | int | None:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        return self._problems.text(value, path, "le nom d'un apprenant")

    def _answers(self, value: object, path: str, known: Collection[str]) -> dict[str, str]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._problems.add(path, f"attendu un objet {{question: réponse}}, trouvé {found(value)}")
            return {}
        self._problems.twice(value, path)
        answers: dict[str, str] = {}
        for item, outcome in value.items():
            possible = OUTCOMES if item in self._credited else WHOLE
            if item not in known:
                self._problems.add(below(path, item), self._stranger(item))
            elif not isinstance(outcome, str) or outcome not in possible:
                *others, last = possible
                said = f"attendu {', '.join(others)} ou {last}, trouvé {found(outcome)}"
                none = " ; dans la banque, cette question n'a pas de « near »" if outcome == Outcome.PARTLY else ""
                self._problems.add(below(path, item), said + none)
            else:
                answers[self._items[item]] = OUTCOMES[outcome]
        return answers

    def _stranger(self, item: str) -> str:
        if item in self._items:
            return f"la question {shown(item)} n'est pas dans ses premières réponses"
        return f"aucune question n'a le code {shown(item)}"

    def _mastered(self, value: object, path: str) -> frozenset[str] | None:
        if value is None:
            return None
        listed = self._problems.listed(value, path, "micro-compétences", most=len(self._skills), least=0)
        codes: set[str] = set()
        for place, code in enumerate(listed):
            if not isinstance(code, str) or code not in self._skills:
                said = f"aucune micro-compétence n'a le code {shown(code)}" if isinstance(code, str) else None
                expected = f"attendu le code d'une micro-compétence, trouvé {found(code)}"
                self._problems.add(below(path, place), said or expected)
            elif code in codes:
                self._problems.add(below(path, place), f"la micro-compétence {shown(code)} est nommée deux fois")
            else:
                codes.add(self._skills[code])
        return frozenset(codes)

    def _later(self, value: object, path: str, first: Mapping[str, str], *, known: bool) -> tuple[Change, ...]:
        if value is None:
            return ()
        listed = self._problems.listed(value, path, "changements", most=MOST_CHANGES, least=0)
        changes = [self._change(one, below(path, place), first, known=known) for place, one in enumerate(listed)]
        there = [change for change in changes if change is not None]
        for place, (earlier, change) in enumerate(pairwise(there), 1):
            if change.after <= earlier.after:
                self._problems.add(below(below(path, place), "after"), "attendu des nombres qui montent")
        return tuple(there)

    def _change(self, value: object, path: str, first: Mapping[str, str], *, known: bool) -> Change | None:
        read = self._problems.mapping(value, path, CHANGE_KEYS, needed=("after",))
        after = self._problems.number(read.get("after"), below(path, "after"), 1, MOST_QUESTIONS, whole=True)
        answers = self._answers(read.get("answers"), below(path, "answers"), first)
        mastered = self._mastered(read.get("mastered"), below(path, "mastered"))
        if mastered is not None and not known:
            self._problems.add(below(path, "mastered"), "rien ne dit ce que cette personne savait au début")
        return None if after is None else Change(int(after), answers, mastered)


def write_learners(learners: Iterable[Learner], write: Callable[[bytes], object]) -> None:
    """Write LEARNERS.json, a line per learner, so that it can be searched and compared."""
    between = b'{"learners": [\n'
    for learner in learners:
        write(between + json.dumps(learner.to_document(), ensure_ascii=False).encode())
        between = b",\n"
    write(b"\n]}\n")
