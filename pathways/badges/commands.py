"""The words that follow ``pathways badges``. What they do is in ``operating``: imported once one is used."""

from __future__ import annotations

import argparse

BEFORE = "PATHWAYS_BADGE_SECRET_BEFORE"
"""Where ``rewrap`` finds the secret that keys are wrapped with until then."""
ALGORITHMS = ("ed25519", "rsa")


def declare(parser: argparse.ArgumentParser) -> None:
    """The words that follow ``pathways badges``."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERBE", required=True)

    def verb(name: str, said: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=said, description=said)

    sub = verb("keys", "Les clés de chaque réseau : laquelle signe, depuis quand, combien de badges en dépendent.")
    sub.add_argument("network", nargs="?", default="", metavar="RESEAU", help="seulement ce réseau (son adresse)")
    sub = verb("rotate", "Une nouvelle clé signe ; ce que l'ancienne a signé reste valable.")
    sub.add_argument("network", metavar="RESEAU")
    sub.add_argument("--algorithm", choices=ALGORITHMS, default=ALGORITHMS[0], help="laquelle (%(default)s)")
    sub.add_argument("--reason", required=True, metavar="TEXTE", help="pourquoi : l'historique du réseau le garde")
    sub = verb(
        "compromise", "Une clé a été volée : elle n'est plus publiée, chaque badge valable est délivré de nouveau."
    )
    sub.add_argument("network", metavar="RESEAU")
    sub.add_argument("key", metavar="CLE", help="son numéro, tel que « keys » l'écrit")
    sub.add_argument("--reason", default="", metavar="TEXTE", help="comment on l'a appris (sans nom)")
    sub.add_argument("--confirm", default="", metavar="RESEAU", help="l'adresse du réseau, une seconde fois")
    verb(
        "rewrap",
        "Ranger les clés sous le secret d'aujourd'hui (PATHWAYS_BADGE_SECRET, sinon PATHWAYS_SECRET) ; "
        f"celui d'avant est dans {BEFORE}, sinon PATHWAYS_SECRET.",
    )
    sub = verb(
        "lists", "Les listes de statut : où elles en sont ; celles qui datent d'un jour sont signées de nouveau."
    )
    sub.add_argument("--now", action="store_true", help="les écrire et les signer toutes, même récentes")
