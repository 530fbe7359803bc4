"""The summary in French, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

MOST_CODES: Final = 8

WHY: Final = {
    "answered_before": "réponses à une question à laquelle la personne avait déjà répondu (la première compte)",
    "not_understood": "réponses « je ne comprends pas », qui ne disent rien de la question",
    "not_tried": "questions qui n'ont pas pu être posées",
    "item_left_out": "réponses à des questions que ce modèle laisse de côté",
    "sitting_without_evidence": "passations sans aucune réponse qui compte",
}
KINDS: Final = {
    "not_enough_data": "Pas assez de réponses",
    "too_easy": "Trop faciles",
    "too_hard": "Trop difficiles",
    "key_suspect": "Clé douteuse",
    "distractor": "Mauvaise réponse choisie par la plupart",
    "language_trouble": "Souvent pas comprises",
    "differential_functioning": "Plus dures ou plus faciles dans une langue",
    "poor_fit": "Mal décrites par le modèle",
    "drift": "Ont dérivé",
}


def told(document: Mapping[str, Any]) -> str:
    """Return the lines of a summary."""
    data, run, fit = document["data"], document["run"], document["fit"]
    people, items = _counted(data["learners"], "personne"), _counted(data["items"], "question")
    ended = "Convergence" if run["converged"] else "Pas de convergence"
    reached = _decimal(fit["log_likelihood"], 2)
    lines = [
        f"Modèle {document['model']} : {_counted(data['answers'], 'réponse')} de {people} à {items}",
        f"{ended} en {run['evaluations']} passages, log-vraisemblance {reached}",
        *(_left_out(one) for one in data["left_out"]),
    ]
    if unused := document.get("requirements_not_used"):
        lines.append(f"Prérequis entre filières, dont ce modèle ne se sert pas : {_thousands(unused)}")
    if document["model"] == "level" and "styles" not in document:
        lines.append("Des questions lient des filières entre elles : une seule façon de répondre est supposée.")
    lines += [f"Façons de répondre : {' ; '.join(map(_style, styles))}"] if (styles := document.get("styles")) else []
    lines += [_language(code, one) for code, one in document["languages"].items() if not one["reference"]]
    lines += [f"{KINDS.get(kind, kind)} : {_codes(codes)}" for kind, codes in document["findings"].items()]
    return "\n".join([*lines, "Rien n'a été changé : c'est une proposition."])


def _left_out(one: Mapping[str, Any]) -> str:
    count = one.get("answers") or one.get("sittings") or 0
    why = WHY.get(str(one["why"]), str(one["why"]))
    return f"Laissé de côté : {_thousands(count)} {why if count > 1 else _single(why)}"


def _single(why: str) -> str:
    """The sentence about one of them."""
    first, rest = why.split(" ", 1)
    return f"{first.removesuffix('s')} {rest}"


def _language(code: str, one: Mapping[str, Any]) -> str:
    link = one["link"]
    enough = "" if link["enough"] else f" ; {link['common_items']} questions communes : trop peu pour comparer"
    return f"Langue {code} : {_thousands(one['answers'])} réponses, capacité moyenne {_decimal(one['mean'], 2)}{enough}"


def _style(one: Mapping[str, Any]) -> str:
    how = "par étapes" if one["slope"] is None else f"peu à peu (pente {_decimal(one['slope'], 1)})"
    gaps = f", {_percent(one['hole'])} d'écarts à l'échelle" if one["hole"] else ""
    silent = "" if one["dont_know"] else ", sans « je ne sais pas »"
    return f"{_percent(one['share'])} {how}{gaps}{silent}"


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f}\N{NARROW NO-BREAK SPACE}%"


def _counted(count: int, word: str) -> str:
    return f"{_thousands(count)} {word}{'s' if count > 1 else ''}"


def _codes(codes: list[str]) -> str:
    more = f" et {len(codes) - MOST_CODES} de plus" if len(codes) > MOST_CODES else ""
    return f"{len(codes)} ({', '.join(codes[:MOST_CODES])}{more})"


def _decimal(value: float | None, places: int) -> str:
    return "inconnue" if value is None else f"{value:.{places}f}".replace(".", ",").replace("-", "−")


def _thousands(count: int) -> str:
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
