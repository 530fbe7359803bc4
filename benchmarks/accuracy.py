"""How right, how honest and how short: the engine on people that it does not know, beside other rules.

python -m benchmarks [--quick] accuracy

Everything is run by what ``pathways simulate`` runs: banks as it reads them, its policies, its generators.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import accuracy_generators, accuracy_questions, accuracy_seconds
from benchmarks.accuracy_sittings import PROCESSES, processes
from benchmarks.report import Figure, Section

HOW = f"""\
Synthetic people, fixed seeds, {PROCESSES} processes. Nothing is tuned on what is measured here: parameters come from
other people's answers, or are those that the bank states. Intervals are 95 % bootstrap intervals over people."""


@dataclass(frozen=True)
class Setting:
    questions: accuracy_questions.Setting
    generators: accuracy_generators.Setting
    seconds: accuracy_seconds.Setting


FULL = Setting(accuracy_questions.FULL, accuracy_generators.FULL, accuracy_seconds.FULL)
QUICK = Setting(accuracy_questions.QUICK, accuracy_generators.QUICK, accuracy_seconds.QUICK)


def measure(*, quick: bool = False) -> Section:
    """Every table, as one section."""
    return measured(QUICK if quick else FULL)


def measured(setting: Setting) -> Section:
    figures: list[Figure] = []
    tables: list[str] = []
    with processes() as pool:
        for found, table in (
            accuracy_questions.section(pool, setting.questions),
            accuracy_generators.section(pool, setting.generators),
            accuracy_seconds.section(pool, setting.seconds),
        ):
            figures += found
            tables.append(table)
    return Section("Accuracy, honesty and length", HOW, figures, more="\n\n".join(tables))
