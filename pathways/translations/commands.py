"""The words that follow ``pathways translations``. What they do is in ``running``: imported once one is used."""

from __future__ import annotations

import argparse
from pathlib import Path

FRAMEWORK = "inclusion-numerique"


def declare(parser: argparse.ArgumentParser) -> None:
    """The words that follow ``pathways translations``."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERBE", required=True)

    def verb(name: str, said: str) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=said, description=said)
        sub.add_argument("--framework", default=FRAMEWORK, metavar="CODE", help="le référentiel (%(default)s)")
        return sub

    sub = verb("export", "Écrire les questions livrées dans une langue (.po, ou .xlf pour XLIFF 1.2).")
    sub.add_argument("language", metavar="LANGUE")
    sub.add_argument("file", type=Path, metavar="FICHIER")
    sub = verb("import", "Reprendre un tel fichier : tout, ou rien. Ses textes restent à relire.")
    sub.add_argument("language", metavar="LANGUE")
    sub.add_argument("file", type=Path, metavar="FICHIER")
    sub.add_argument("--dry-run", action="store_true", help="dire seulement ce que ferait le fichier")
    sub = verb("machine", "Faire traduire ce qui manque par la machine de PATHWAYS_TRANSLATE_URL.")
    sub.add_argument("language", metavar="LANGUE")
    sub.add_argument("--most", type=int, default=1000, metavar="N", help="questions au plus (%(default)s)")
    sub = verbs.add_parser("files", help="Écrire dans referentials/ ce qui a été relu ici.")
    sub.add_argument("folder", nargs="?", type=Path, help="le dossier (par défaut : celui qui est livré)")
