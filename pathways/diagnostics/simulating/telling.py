"""The summary in French, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

STOPPED: Final = {
    "precise_enough": "assez précis",
    "all_decided": "tout est décidé",
    "nothing_to_gain": "plus rien à demander",
    "longest": "durée ou nombre atteint",
}
UNKNOWN: Final = "inconnu"


def told(document: Mapping[str, Any]) -> str:
    """Return the lines of a summary, as :meth:`Summary.to_document` gives it with the head that the command adds."""
    questions, seconds, exposure = document["questions"], document["seconds"], document["exposure"]
    truth = document["known_truth"]
    rows = [
        ("Politique", f"{document['policy']} (graine {document['seed']})"),
        ("Apprenants", f"{document['learners']}, dont {truth} dont on sait ce qu'ils maîtrisent"),
        ("Banque", f"{_counted(document['skills'], 'micro-compétence')}, {_counted(document['items'], 'question')}"),
        ("« Je ne sais pas »", "proposé" if document["dont_know_offered"] else "non proposé : personne ne le dit"),
        ("Questions", _spread(questions, 1.0)),
        ("Minutes", _spread(seconds, 60.0)),
        ("Fin", ", ".join(f"{STOPPED.get(why, why)} {_percent(share)}" for why, share in document["stopped"].items())),
        ("Justesse annoncée", _percent(document["claimed_accuracy"])),
        ("Justesse vraie", _accuracy(document)),
        ("Annoncée - vraie", _points(document["claimed_minus_true"])),
        ("Profils exacts", _percent(document["exact_profiles"])),
        ("Erreur de calibration", _points(document["calibration_error"])),
        ("À confirmer", _percent(document["undecided"])),
        ("« Maîtrisé » est juste", _labels(document["mastered"])),
        ("« Non maîtrisé » est juste", _labels(document["not_mastered"])),
        ("Question la plus posée", f"à {_percent(exposure['max'])} des apprenants"),
        ("Questions en commun", f"{_percent(exposure['overlap'])} entre deux apprenants"),
        ("Jamais posées", _counted(exposure["never_used"], "question")),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name.ljust(width)}  {said}" for name, said in rows)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count > 1 else ''}"


def decimal(value: float, places: int = 1) -> str:
    """A number as French writes it."""
    return f"{value:.{places}f}".replace(".", ",").replace("-", "−")


def _percent(share: float | None) -> str:
    return UNKNOWN if share is None else f"{decimal(100.0 * share)} %"


def _points(difference: float | None) -> str:
    return UNKNOWN if difference is None else f"{decimal(100.0 * difference)} points"


def _spread(values: Mapping[str, float], unit: float) -> str:
    mean, low, middle, high = (decimal(values[name] / unit) for name in ("mean", "p10", "p50", "p90"))
    extremes = f"de {decimal(values['min'] / unit)} à {decimal(values['max'] / unit)}"
    return f"{mean} en moyenne ; {extremes} ; 10, 50 et 90 % : {low}, {middle}, {high}"


def _accuracy(document: Mapping[str, Any]) -> str:
    if document["accuracy"] is None:
        return UNKNOWN
    interval = document["accuracy_interval"]
    between = f" (de {_percent(interval[0])} à {_percent(interval[1])})" if interval else ""
    return f"{_percent(document['accuracy'])}{between}"


def _labels(labels: Mapping[str, Any]) -> str:
    return (
        f"{UNKNOWN} ({labels['count']} fois)"
        if labels["right"] is None
        else (f"{_percent(labels['right'])} des {labels['known']} fois")
    )
