"""From the fields of a question's form to a response of its kind, and back to what was picked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pathways.errors import Invalid
from pathways.i18n import N_
from pathways.items.grading import Response


@dataclass(frozen=True, slots=True)
class Picked:
    """What stood in a form that came back incomplete: nothing that was chosen is lost."""

    values: tuple[str, ...] = ()
    by_name: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


def picked(fields: Mapping[str, list[str]]) -> Picked:
    by_name = {name.partition("-")[2]: values[-1] for name, values in fields.items() if "-" in name}
    answers = tuple(fields.get("answer", []))
    return Picked(answers, by_name, answers[0] if answers else "")


def response_of(body: Mapping[str, Any], fields: Mapping[str, list[str]]) -> Response:
    """The response in a form's fields; raises :class:`Invalid`, with a sentence for the learner, if it is not whole."""
    given = picked(fields)
    kind = body["kind"]
    if kind in {"choice", "pictures", "zone"}:
        if not given.values:
            raise Invalid(N_("Choisissez une réponse, ou un des deux boutons du bas."))
        return given.values[0]
    if kind == "choices":
        number = sum(option["key"] for option in body["options"])
        if len(given.values) != number:
            raise Invalid(N_("Choisissez %(number)s réponses."), number=number)
        return list(given.values)
    if kind == "order":
        places = {place: name for name, place in given.by_name.items()}
        numbers = [str(number) for number in range(1, len(body["options"]) + 1)]
        if places.keys() != set(numbers) or len(given.by_name) != len(numbers):
            raise Invalid(N_("Donnez un numéro différent à chaque étape."))
        return [places[number] for number in numbers]
    if kind == "match":
        if len(given.by_name) != len(body["options"]):
            raise Invalid(N_("Choisissez une lettre pour chaque image ou mot."))
        return dict(given.by_name)
    if not given.text.strip():
        raise Invalid(N_("Écrivez votre réponse, ou un des deux boutons du bas."))
    return given.text
