"""``pathways speak``: a machine reads the questions that nobody has read."""

from __future__ import annotations

import argparse
import sys
from functools import partial

from tqdm import tqdm

from pathways.database import Database
from pathways.settings import Settings
from pathways.voices import machine


def run(given: argparse.Namespace, settings: Settings, database: Database) -> int:
    """Read, say how many texts, and return the code that the command ends with."""
    languages = machine.languages_of(given.languages)
    machine.program()
    told = machine.speak(
        database,
        settings.data,
        languages,
        framework=given.framework,
        diagnostic=given.diagnostic,
        watch=partial(tqdm, desc="lecture", delay=2.0, disable=None, leave=False),
    )
    sys.stdout.write(f"{told.made} textes lus, {told.there} l'étaient déjà.\n")
    if told.failed:
        sys.stderr.write(f"{told.failed} textes n'ont pas pu l'être.\n")
    return 1 if told.failed and not told.made else 0
