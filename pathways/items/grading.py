"""From what a learner sent to what it means: right, nearly right or wrong, and which mistake a wrong answer reveals.
Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from pathways.errors import Invalid
from pathways.i18n import LATIN_DIGITS, N_

Response = str | list[str] | dict[str, str]
OBSERVED = ("alone", "hint", "help", "not_tried")
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Graded:
    """``correct`` is ``None`` for a gesture that was not tried: no evidence either way. ``near``: not right, but more
    than half of its parts are (:data:`PARTS`), in a question that counts that for something (``partly``).
    """

    correct: bool | None
    reveals: tuple[str, ...] = ()
    near: bool = False


def grade(body: Mapping[str, Any], response: object) -> Graded:
    """Grade ``response`` to the item ``body`` (the document of a revision).

    Raises :class:`Invalid` when the response has not the form of its kind or names what the item does not have: such
    a response is refused, never counted as wrong.
    """
    graded = _GRADERS[body["kind"]](body, response)
    if graded.correct is False and body.get("partly", False):
        right, parts = PARTS[body["kind"]](body, response)
        return replace(graded, near=2 * right > parts)
    return graded


def _one(body: Mapping[str, Any], response: object) -> Graded:
    options = {option["id"]: option for option in body["options"]}
    if not isinstance(response, str) or response not in options:
        raise _malformed()
    chosen = options[response]
    return Graded(chosen["key"], () if chosen["key"] or not chosen["reveals"] else (chosen["reveals"],))


def _several(body: Mapping[str, Any], response: object) -> Graded:
    options = {option["id"]: option for option in body["options"]}
    chosen = _distinct(response, options)
    wrong = tuple(options[name]["reveals"] for name in chosen if not options[name]["key"] and options[name]["reveals"])
    return Graded(set(chosen) == {name for name, option in options.items() if option["key"]}, wrong)


def _ordered(body: Mapping[str, Any], response: object) -> Graded:
    options = {option["id"]: option for option in body["options"]}
    order = _distinct(response, options)
    if len(order) != len(options):
        raise _malformed()
    if order in [list(right) for right in body["orders"]]:
        return Graded(True)
    shown = [
        confusion["reveals"]
        for confusion in body["confusions"]
        if confusion["before"] and order.index(confusion["before"][0]) < order.index(confusion["before"][1])
    ]
    return Graded(False, tuple(shown))


def _matched(body: Mapping[str, Any], response: object) -> Graded:
    options = {option["id"] for option in body["options"]}
    targets = {target["id"] for target in body["targets"]}
    if not isinstance(response, dict) or set(response) != options or not set(map(str, response.values())) <= targets:
        raise _malformed()
    if response == body["pairs"]:
        return Graded(True)
    shown = [
        confusion["reveals"]
        for confusion in body["confusions"]
        if confusion["pair"] and all(response.get(thing) == target for thing, target in confusion["pair"].items())
    ]
    return Graded(False, tuple(shown))


def _typed(body: Mapping[str, Any], response: object) -> Graded:
    if not isinstance(response, str) or len(response) > LONGEST_TEXT or _UNTYPEABLE.search(response):
        raise _malformed()
    typed = as_typed(response)
    if not typed:
        raise _malformed()
    if typed in {as_typed(accepted) for accepted in body["accept"]}:
        return Graded(True)
    shown = [mistake["reveals"] for mistake in body["mistakes"] if re.search(mistake["pattern"], typed, re.IGNORECASE)]
    return Graded(False, tuple(shown[:1]))  # patterns stand from the most to the least specific


def _watched(body: Mapping[str, Any], response: object) -> Graded:
    del body
    if response not in OBSERVED:
        raise _malformed()
    if response == "not_tried":
        return Graded(None)
    said = {"hint": ("réussit après un indice",), "help": ("a besoin d'aide pour ce geste",)}
    return Graded(response == "alone", said.get(str(response), ()))


_GRADERS = {
    "choice": _one,
    "pictures": _one,
    "zone": _one,
    "choices": _several,
    "order": _ordered,
    "match": _matched,
    "text": _typed,
    "observed": _watched,
}


def _options_right(body: Mapping[str, Any], chosen: Collection[str]) -> tuple[int, int]:
    """Each option is a part: chosen if it is a key, left if it is none."""
    return sum((option["id"] in chosen) == option["key"] for option in body["options"]), len(body["options"])


def _steps_right(body: Mapping[str, Any], order: Sequence[str]) -> tuple[int, int]:
    """Each two steps are a part: in the order that they have in the right order that is nearest."""
    before = set(combinations(order, 2))
    return max(len(before.intersection(combinations(right, 2))) for right in body["orders"]), len(before)


def _pairs_right(body: Mapping[str, Any], pairs: Mapping[str, str]) -> tuple[int, int]:
    return sum(pairs[thing] == target for thing, target in body["pairs"].items()), len(body["pairs"])


PARTS: Mapping[str, Callable[[Mapping[str, Any], Any], tuple[int, int]]] = {
    "choices": _options_right,
    "order": _steps_right,
    "match": _pairs_right,
}
"""The kinds whose answers have several parts: of a whole response, ``(parts that are right, all of them)``."""


def key_of(body: Mapping[str, Any]) -> Response:
    """A right response to an item, in the shape of its kind (of several right orders, the first)."""
    kind, keys = body["kind"], [option["id"] for option in body["options"] if option["key"]]
    if kind == "choices":
        return keys
    if kind == "order":
        return list(body["orders"][0])
    if kind == "match":
        return dict(body["pairs"])
    if kind == "observed":
        return "alone"
    return body["accept"][0] if kind == "text" else keys[0]


def as_typed(text: str) -> str:
    """What counts of a typed answer: not case, not spaces around or doubled, not the point that a phone puts after
    them, not the script of the digits, not the invisible marks that keyboards of other scripts leave.
    """
    flat = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold().translate(LATIN_DIGITS)
    return " ".join(flat.split()).rstrip(".")


def _distinct(response: object, known: Mapping[str, Any]) -> list[str]:
    if not isinstance(response, Sequence) or isinstance(response, str) or not response:
        raise _malformed()
    names = [name for name in response if isinstance(name, str) and name in known]
    if len(names) != len(response) or len(set(names)) != len(names):
        raise _malformed()
    return names


def _malformed() -> Invalid:
    return Invalid(
        N_("Cette réponse ne va pas avec la question."),
        errors=[{"field": "response", "message": N_("Cette valeur n'est pas valable.")}],
    )


_UNTYPEABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u2060\ufeff]")
