"""A small practice, whole, and ways to spoil it."""

from __future__ import annotations

import copy
from typing import Any

from pathways.learning.practice.documents import PracticeDocument

PRACTICE: dict[str, Any] = {
    "format": 1,
    "code": "essayer",
    "kind": "form",
    "skills": ["AAA-01"],
    "minutes": 3,
    "title": "Ouvrir une porte",
    "task": ["Ouvrez la porte.", "Choisissez un jour."],
    "given": ["Code : 1234"],
    "site": "La maison",
    "screens": [
        {
            "id": "door",
            "help": "Recopiez le code.",
            "heading": "La porte",
            "fields": [
                {
                    "id": "code",
                    "label": "Code",
                    "right": "1234",
                    "checks": [
                        {"unlike": "^\\d{4}$", "mistake": "shape", "refused": "4 chiffres.", "example": "12"},
                        {"unlike": "^1234$", "mistake": "other", "example": "4321"},
                    ],
                },
                {
                    "id": "day",
                    "label": "Jour",
                    "kind": "choice",
                    "right": "monday",
                    "options": [
                        {"id": "monday", "text": "Lundi"},
                        {"id": "sunday", "text": "Dimanche", "mistake": "closed-day"},
                        {"id": "friday", "text": "Vendredi", "closed": True},
                    ],
                },
            ],
            "actions": [
                {"id": "knock", "text": "Frapper", "to": "door", "mistake": "knocked"},
                {"id": "open", "text": "Ouvrir", "to": "inside", "sends": True, "look": "main"},
            ],
        },
        {
            "id": "inside",
            "help": "Vous y êtes.",
            "heading": "{day}, vous entrez",
            "actions": [
                {"id": "back", "text": "Ressortir", "to": "door"},
                {"id": "leave", "text": "Terminer", "to": "end"},
            ],
        },
    ],
    "mistakes": [
        {"id": "shape", "said": "Le code n'a pas 4 chiffres.", "look": "Comptez-les."},
        {"id": "other", "said": "Ce n'est pas le code.", "look": "Relisez la fiche."},
        {"id": "closed-day", "said": "C'est fermé le dimanche.", "look": "Lisez le jour."},
        {"id": "knocked", "said": "Vous avez frappé.", "look": "La porte s'ouvre avec un code."},
    ],
    "rights": [
        {"id": "code", "said": "Vous avez recopié le code.", "unless": ["other"]},
        {"id": "quiet", "said": "Vous n'avez pas frappé.", "unless": ["knocked"]},
    ],
}
RIGHT = {"code": "1234", "day": "monday"}


def made() -> dict[str, Any]:
    """A copy to spoil."""
    return copy.deepcopy(PRACTICE)


def practice() -> PracticeDocument:
    return PracticeDocument.model_validate(PRACTICE)
