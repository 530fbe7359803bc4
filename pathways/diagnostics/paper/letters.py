"""What a mediator types of a paper form, one short word a question: letters of boxes, 0, ?, or a dash. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pathways import i18n
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.items.presenting import arrangement, target_arrangement

LETTERS = "ABCDEFGHIJ"
DONT_KNOW, NOT_UNDERSTOOD, NOT_ASKED = "0", "?", "-"
ONE_KEY = ("choice", "pictures", "zone")
PRINTABLE = (*ONE_KEY, "choices", "order", "match")


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form as it is printed: ``boxes`` are ids of options from top to bottom, ``targets`` those of
    what is to be matched.
    """

    number: int
    code: str
    kind: str
    boxes: tuple[str, ...]
    targets: tuple[str, ...]
    keys: int
    """How many boxes a right answer ticks."""

    @property
    def length(self) -> int:
        """Signs of a whole answer."""
        return {"choices": self.keys, "order": len(self.boxes), "match": len(self.boxes)}.get(self.kind, 1)

    @property
    def most(self) -> int:
        """Signs of the longest answer: of several boxes, too many may be ticked."""
        return len(self.boxes) if self.kind == "choices" else self.length

    @property
    def choices(self) -> str:
        """The signs that may be typed."""
        if self.kind == "order":
            return "".join(str(place) for place in range(1, len(self.boxes) + 1))
        return LETTERS[: len(self.targets or self.boxes)]


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer as the engine's door takes it. ``outcome`` is ``None`` for one that ticked something."""

    outcome: str | None
    response: str | list[str] | dict[str, str] | None


def question_of(number: int, body: Mapping[str, Any], seed: str) -> Question:
    """How the item ``body`` is printed on the form of code ``seed``: letters mean the same on each of its sheets."""
    return Question(
        number=number,
        code=body["code"],
        kind=body["kind"],
        boxes=tuple(arrangement(body, seed)),
        targets=tuple(target_arrangement(body, seed)),
        keys=sum(option["key"] for option in body["options"]),
    )


def read(question: Question, word: str) -> Typed | None:
    """What was typed for a question; ``None`` if it was not answered. Raises :class:`Invalid` for what is no answer."""
    signs = "".join(word.split()).upper()
    if signs in {"", NOT_ASKED}:
        return None
    if signs in {DONT_KNOW, NOT_UNDERSTOOD}:
        return Typed("dont_know" if signs == DONT_KNOW else "not_understood", None)
    if not set(signs) <= set(question.choices):
        said = D_("Question %(number)s : « %(word)s » n'est pas dans %(first)s à %(last)s, 0, ? ou -.")
        raise _refused(question, said, word=word.strip()[:12], first=question.choices[0], last=question.choices[-1])
    return Typed(None, _READERS[question.kind](question, signs))


def _one(question: Question, signs: str) -> str:
    if len(signs) != 1:
        raise _refused(question, D_("Question %(number)s : une seule lettre."))
    return question.boxes[LETTERS.index(signs)]


def _several(question: Question, signs: str) -> list[str]:
    """As many as were ticked: too few or too many is an answer, too, and not a right one."""
    return [question.boxes[LETTERS.index(sign)] for sign in sorted(_distinct(question, signs))]


def _ordered(question: Question, signs: str) -> list[str]:
    if len(_distinct(question, signs)) != question.length:
        raise _refused(
            question, D_("Question %(number)s : %(length)s numéros, de haut en bas."), length=question.length
        )
    return [question.boxes[signs.index(place)] for place in question.choices]


def _matched(question: Question, signs: str) -> dict[str, str]:
    if len(signs) != question.length:
        raise _refused(
            question, D_("Question %(number)s : %(length)s lettres, de haut en bas."), length=question.length
        )
    return dict(zip(question.boxes, (question.targets[LETTERS.index(sign)] for sign in signs), strict=True))


_READERS: dict[str, Any] = dict.fromkeys(ONE_KEY, _one) | {"choices": _several, "order": _ordered, "match": _matched}


def _distinct(question: Question, signs: str) -> str:
    if len(set(signs)) != len(signs):
        raise _refused(question, D_("Question %(number)s : deux fois le même signe."))
    return signs


def write(question: Question, outcome: str, response: Any) -> str:
    """The other way round: an answer as it was, or would have been, typed."""
    if outcome == "dont_know":
        return DONT_KNOW
    if outcome == "not_understood":
        return NOT_UNDERSTOOD
    if question.kind in ONE_KEY:
        return LETTERS[question.boxes.index(response)]
    if question.kind == "choices":
        return "".join(sorted(LETTERS[question.boxes.index(name)] for name in response))
    if question.kind == "match":
        return "".join(LETTERS[question.targets.index(response[name])] for name in question.boxes)
    return "".join(str(response.index(name) + 1) for name in question.boxes)


def split(questions: Sequence[Question], line: str) -> list[str]:
    """A whole sheet typed as one line (``ABCA0B?DAC``), cut into a word a question."""
    signs, words = "".join(line.split()).upper(), []
    for question in questions:
        length = 1 if signs[:1] in {DONT_KNOW, NOT_UNDERSTOOD, NOT_ASKED} else question.length
        words.append(signs[:length])
        signs = signs[length:]
    if signs:
        one, many = (
            D_("Il y a %(number)s signe de trop à la fin : « %(signs)s »."),
            D_("Il y a %(number)s signes de trop à la fin : « %(signs)s »."),
        )
        said = i18n.sentence(many if len(signs) > 1 else one, {"number": len(signs), "signs": signs[:12]})
        raise Invalid(said, errors=[{"field": "line", "message": said}])
    return words


def _refused(question: Question, said: str, **values: object) -> Invalid:
    """What is wrong at one question, said at once in the reader's language: a field's sentence carries no values."""
    sentence = i18n.sentence(said, {"number": question.number} | values)
    return Invalid(sentence, errors=[{"field": f"a{question.number}", "message": sentence}])
