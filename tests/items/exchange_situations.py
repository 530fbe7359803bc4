"""Files of items, as trainers send them."""

from __future__ import annotations

from typing import Any

from pathways import spreadsheets
from pathways.items.exchange import plan as exchange_plan
from pathways.items.exchange import service as exchange
from pathways.items.exchange.files import Sent, opened

FRAMEWORK = "inclusion-numerique"
CHOICE: dict[str, str] = {
    "micro_competence": "SEC-02",
    "type": "choix",
    "question": "Un inconnu demande votre code. Que faites-vous ?",
    "reponse_1": "Je refuse",
    "reponse_1_juste": "oui",
    "reponse_2": "Je donne le code",
    "reponse_2_revele": "fait confiance à une voix polie",
    "explication": "Un code ne se donne à personne.",
    "question_ar": "شخص مجهول يطلب رمزك. ماذا تفعل؟",
    "reponse_1_ar": "أرفض",
    "reponse_2_ar": "أعطيه الرمز",
    "explication_ar": "لا تعط رمزك لأحد.",
}


def numbered(number: int, **changes: str) -> dict[str, str]:
    """A question that no other number resembles."""
    words = " ".join(f"mot{number}x{part}" for part in range(8))
    return CHOICE | {"question": words, "question_ar": f"سؤال {words}"} | changes


def table(*rows: dict[str, str]) -> tuple[list[str], list[list[str]]]:
    header = list(dict.fromkeys(name for row in rows for name in row))
    return header, [[row.get(name, "") for name in header] for row in rows]


def csv(*rows: dict[str, str]) -> bytes:
    return spreadsheets.csv_of(*table(*rows))


def sent(*rows: dict[str, str]) -> Sent:
    return opened(csv(*rows), "questions.csv")


def imported(db, member, file: Sent, **how: Any) -> exchange_plan.Plan:
    """Import a file that has no error; returns what was done."""
    planned = exchange_plan.plan(db, member, FRAMEWORK, file, to_keep=True, **how)
    exchange.keep(db, member, FRAMEWORK, planned)
    return planned


def report(db, member, file: Sent, **how: Any) -> exchange_plan.Plan:
    return exchange_plan.plan(db, member, FRAMEWORK, file, **how)


def said(planned: exchange_plan.Plan, *, warnings: bool = False) -> list[tuple[int, str]]:
    """``(line, column)`` of what is wrong."""
    return [(one.line, one.column) for one in (planned.warnings if warnings else planned.errors)]
