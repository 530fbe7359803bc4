"""The words that follow ``pathways speak``. What they do is in ``running``: imported once one is used."""

from __future__ import annotations

import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """The words that follow ``pathways speak``."""
    parser.add_argument("languages", nargs="*", metavar="LANGUE", help="par défaut : toutes celles qui ont une voix")
    parser.add_argument("--framework", default="", metavar="CODE", help="seulement ce référentiel")
    parser.add_argument("--diagnostic", default="", metavar="CODE", help="seulement ce diagnostic publié")
