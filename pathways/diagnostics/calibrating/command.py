"""The words that follow ``pathways calibrate``. What they do is in ``running``: imported once it is used."""

from __future__ import annotations

import argparse
from pathlib import Path

MODELS = ("1pl", "2pl", "4pl", "level", "continuous")

EXAMPLE = """\
Exemples :
  pathways calibrate reponses.csv --model 2pl --out proposition.json
  pathways calibrate reponses.parquet --bank banque.json --model level --jobs 4 --out proposition.json
  pathways calibrate reponses.csv --bank banque.json --model level --out proposition.json --bank-out calibree.json
  pathways calibrate --framework inclusion-numerique --propose

DONNÉES, une ligne par réponse (CSV ou Parquet) : learner,item,outcome[,language,seconds,attempt,choice]
    outcome : correct, incorrect, partly, dont_know, not_understood, not_tried ; ou 1 et 0
  ou une ligne par personne (CSV) : learner,QUESTION,QUESTION... avec 0, 1 ou NA
  Les lignes peuvent être dans n'importe quel ordre ; leur ordre est celui du temps pour les dérives.

Modèles : 1pl, 2pl, 4pl (une seule capacité, sans banque) ; level, continuous (micro-compétences de la banque).
Rien n'est changé dans aucun diagnostic : le résultat est une proposition. Les formats : docs/calibrate.md.

Avec --framework ou --diagnostic, les réponses sont celles de ce serveur : questions livrées, passages terminés, sans
nom, sans date et sans lieu. Avec --propose, la proposition est gardée : une personne l'accepte ou la refuse, dans
/calibrations.
"""


def declare(parser: argparse.ArgumentParser) -> None:
    """The words that follow ``pathways calibrate``."""
    parser.epilog = EXAMPLE
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("data", type=Path, nargs="?", metavar="DONNÉES", help="les réponses (CSV ou Parquet)")
    add("--framework", default="", metavar="CODE", help="à la place : les réponses de ce serveur sur ce référentiel")
    add("--diagnostic", default="", metavar="CODE", help="de même, sur les seules questions de ce diagnostic publié")
    add("--propose", action="store_true", help="garder la proposition pour qu'une personne l'accepte ou la refuse")
    add("--model", type=str.lower, metavar="MODÈLE", help="1pl, 2pl, 4pl, level ou continuous (du serveur : level)")
    add("--bank", type=Path, metavar="BANQUE", help="micro-compétences et questions (JSON, comme pathways simulate)")
    add("--out", default="-", metavar="FICHIER", help="où écrire la proposition (JSON) ; - : à l'écran (%(default)s)")
    add(
        "--bank-out", default="", metavar="FICHIER", help="où écrire la banque calibrée, pour pathways simulate (level)"
    )
    add(
        "--start",
        type=Path,
        metavar="FICHIER",
        help="une proposition d'avant : où commencer, et d'où mesurer les dérives",
    )
    add("--reference", default="", metavar="LANGUE", help="la langue de référence (fr, sinon la plus utilisée)")
    add("--jobs", default="1", metavar="N", help="processus ; le résultat n'en dépend pas (%(default)s)")
    add("--scheduler", default="", metavar="ADRESSE", help="à la place : un ordonnanceur Dask, comme tcp://hote:8786")
