"""The words that follow ``pathways simulate``. What they do is in ``running``: imported once it is used."""

from __future__ import annotations

import argparse
from pathlib import Path

EXAMPLE = """\
Exemple, sans rien préparer d'autre qu'une banque :
  pathways simulate --bank banque.json --generate 200 --stop questions=12
Avec des réponses recueillies, question par question, et toutes les croyances :
  pathways simulate --bank banque.json --learners personnes.json --trace suivi.jsonl --json

BANQUE  {"skills": [{"code": "a1", "strand": "a", "level": 1}, {"code": "a2", "strand": "a", "level": 2},
                    {"code": "b", "requires": [["a1", "a2"]]}],
         "items": [{"code": "q1", "skill": "a1", "options": 4}, {"code": "q2", "skill": "a2"},
                   {"code": "q3", "skills": ["a1", "b"], "guess": 0.1, "slip": 0.05, "seconds": 60}]}
PERSONNES  {"learners": [{"id": "p1", "answers": {"q1": "correct", "q2": "dont_know"}, "mastered": ["a1"]}]}

Générateurs : A réponses au hasard près ; B de plus en plus sûr ; C prérequis qui ne tiennent pas (C1 : sans
  renversements) ; D fatigue ; D2 quelques personnes au hasard ; E questions mal rangées ; F on apprend en route ;
  G deux langues ; H autre graphe.
Les deux formats, les valeurs de ce qui manque et les règles : docs/simulate.md.
"""


def declare(parser: argparse.ArgumentParser) -> None:
    """The words that follow ``pathways simulate``."""
    parser.epilog = EXAMPLE
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("--bank", type=Path, metavar="BANQUE", help="micro-compétences et questions (JSON)")
    add("--diagnostic", metavar="CODE", help="à la place : un diagnostic publié de cette base")
    add("--learners", type=Path, metavar="PERSONNES", help="les réponses de chacun, ce qu'il sait si on le sait (JSON)")
    add("--generate", metavar="N[:GÉNÉRATEUR]", help="à la place : N personnes inventées (générateur A par défaut)")
    add("--save-learners", metavar="FICHIER", help="garder les personnes inventées, pour d'autres essais")
    add(
        "--stop",
        action="append",
        metavar="RÈGLE",
        help="none, accuracy=0.9, questions=12 ou minutes=10 ; plusieurs fois si besoin. Seules les règles données"
        " valent ; none : jusqu'à la dernière question (par défaut : les règles d'un diagnostic composé)",
    )
    add(
        "--policy",
        default="engine",
        metavar="POLITIQUE",
        help="engine, bits, random, half, fixed ou pix-like (%(default)s)",
    )
    add(
        "--one-style",
        action="store_true",
        help="pour comparer : croire que les réponses viennent comme les questions le disent, et jamais autrement",
    )
    add("--exposure", action="store_true", help="varier les questions entre personnes, quand elles se valent")
    add("--seed", default="1", metavar="N", help="la graine de tout hasard : même graine, mêmes octets (%(default)s)")
    add("--trace", metavar="FICHIER", help="une ligne JSON avant la première question et après chacune ; - : à l'écran")
    add("--json", action="store_true", help="le bilan en JSON")
    add("--jobs", default="1", metavar="N", help="processus ; le résultat n'en dépend pas (%(default)s)")
