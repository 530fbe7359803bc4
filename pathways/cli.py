"""The command ``pathways``. Heavy parts are imported by the command that needs them, so that ``--help`` is at once."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from pathways import __version__
from pathways.badges import commands as badge_commands
from pathways.diagnostics.calibrating import command as calibrating_command
from pathways.diagnostics.simulating import command as simulating_command
from pathways.errors import DomainError, SettingsError
from pathways.opening import opened
from pathways.places import commands as place_commands
from pathways.settings import Settings, resource, with_secret
from pathways.translations import commands as translation_commands
from pathways.voices import commands as voice_commands

EXAMPLES = """\
Réglages, par l'environnement :
  PATHWAYS_HOST (127.0.0.1)   PATHWAYS_PORT (8000)   PATHWAYS_DATA (./data)
  PATHWAYS_URL                l'adresse que portent les affiches et les QR codes
  PATHWAYS_DATABASE_URL       postgresql://... ; sinon SQLite dans PATHWAYS_DATA
  PATHWAYS_SECRET             32 caractères au moins ; sinon gardé dans PATHWAYS_DATA
  PATHWAYS_PROCESSES (1)      processus web (PostgreSQL seulement)
  PATHWAYS_MAIL_URL, PATHWAYS_MAIL_FROM, PATHWAYS_PROXIES
  PATHWAYS_TRANSLATE_URL      un serveur LibreTranslate ; sinon aucune machine ne traduit
  PATHWAYS_SMS_URL            une passerelle de SMS, ou sink: pour des fichiers ; sinon aucun SMS ne part
  PATHWAYS_SMS_TOKEN          ce qui ouvre cette passerelle
  PATHWAYS_BOOKINGS_AN_HOUR   réservations d'une même adresse par heure (60) ; 0 : sans limite
  PATHWAYS_MAP_TILES          un fond de carte pour l'annuaire ; sinon les cartes sont dessinées ici
  PATHWAYS_PRIVATE_WEBHOOKS   1 : prévenir aussi des logiciels du réseau local
  PATHWAYS_CHECK_LINKS        1 : regarder une fois par semaine si les liens des ressources mènent quelque part
  PATHWAYS_BADGE_SECRET       ce qui protège les clés des badges ; sinon PATHWAYS_SECRET
  PATHWAYS_VERIFY_OTHERS      1 : vérifier aussi les badges d'autres émetteurs, en demandant leurs clés à leur site

Pour commencer : pathways demo
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # read when numpy is first imported, in web processes too
        os.environ.setdefault(name, "1")  # our products are too small to be shared out between threads
    parser = _parser()
    typed = sys.argv[1:] if arguments is None else arguments
    _Parser.given = " ".join(typed)[:200]
    given = parser.parse_args(typed)
    if given.command is None:
        parser.print_help()
        return 2
    try:
        return int(given.run(given, Settings.from_environment()) or 0)
    except (SettingsError, DomainError) as error:
        print(f"pathways : {_sentence(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _sentence(error: Exception) -> str:
    """What to do about it: of a refusal that names fields, the first of them says it."""
    return next((entry["message"] for entry in getattr(error, "errors", [])), str(error))


def web_application() -> Any:
    """The application of a web process, set by the environment (uvicorn calls this)."""
    gc.disable()  # imports make many objects and no garbage: looking for it would be a quarter of the start
    from pathways.app import create_app
    from pathways.web.server import end_with_parent

    end_with_parent()
    app = create_app(with_secret(Settings.from_environment()))
    gc.freeze()  # nor is what was imported gone through again with every collection
    gc.set_threshold(20_000)  # a request makes thousands of objects that end with it: 6 % of its time went into looking
    gc.enable()
    return app


class _Parser(argparse.ArgumentParser):
    """Says in one sentence what cannot be run, and where help is."""

    given = ""
    """What was typed; the same for the parsers of all commands."""

    def error(self, message: str) -> NoReturn:
        del message  # argparse's own, in English
        self.exit(2, f"pathways : je ne comprends pas « {self.given} ». Voyez « {self.prog} --help ».\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="pathways",
        description="Des diagnostics numériques plus fins qu'un domaine, dans la langue de l'apprenant.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", metavar="COMMANDE")

    def command(name: str, run: Any, said: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=said, description=said)
        sub.set_defaults(run=run)
        return sub

    command("demo", demo, "Une démonstration complète : prépare tout, puis sert les pages.")
    command("serve", serve, "Servir les pages et l'API (la base doit être à jour : voir migrate).")
    command("migrate", migrate, "Mettre la base de données à jour.")
    sub = command("work", work, "Faire ce qui attend : courriels, effacements (un processus à part, avec PostgreSQL).")
    sub.add_argument("--once", action="store_true", help="faire ce qui est dû, puis s'arrêter")
    sub = command("import", import_content, "Charger référentiels, questions et traductions (deux fois = une fois).")
    sub.add_argument("folder", nargs="?", type=Path, help="le dossier (par défaut : celui qui est livré)")
    sub.add_argument("--recordings", type=Path, help="un dossier de sons : LANGUE/QUESTION/SEGMENT.mp3 (ou .ogg)")
    sub.add_argument("--licence", default="CC-BY-SA-4.0", help="licence de ces sons (%(default)s)")
    place_commands.declare_import(sub)
    place_commands.declare(command, places)
    sub = command("check", check, "Vérifier un dossier de référentiels : fichier, ligne, code, ce qui ne va pas.")
    sub.add_argument("folder", nargs="?", type=Path, help="le dossier (par défaut : celui qui est livré)")
    sub.add_argument(
        "--stamp", action="store_true", help="noter dans les traductions le texte français qu'elles traduisent"
    )
    sub.add_argument("--schema", type=Path, metavar="DOSSIER", help="écrire les schémas JSON des fichiers")
    command("fairness", fairness, "Comparer maintenant les langues, question par question (sinon : une fois par jour).")
    command("messages", messages, "Recueillir les textes de l'interface dans locales/ (pour qui développe).")
    sub = command("open", open_organisation, "Ouvrir une structure et inviter son administrateur (affiche le lien).")
    sub.add_argument("name", help="le nom de la structure")
    sub.add_argument("--email", default="", help="la seule adresse qui pourra accepter l'invitation")
    sub = command("operator", operator, "Créer le compte de l'exploitant du serveur (affiche un lien à usage unique).")
    sub.add_argument("email")
    sub = command("translations", translations, "Traductions des questions : fichiers PO et XLIFF, machine, livraison.")
    translation_commands.declare(sub)
    sub = command("badges", badges, "Clés des réseaux qui délivrent des badges, leur secret, leurs listes de statut.")
    badge_commands.declare(sub)
    simulating_command.declare(command("simulate", simulate, "Essayer une banque ou un diagnostic sur des personnes."))
    sub = command(
        "calibrate", calibrate, "Estimer difficultés, hasard et étourderie des questions d'après des réponses."
    )
    calibrating_command.declare(sub)
    sub = command("speak", speak, "Lire les questions par une voix de synthèse (espeak-ng), là où personne n'a lu.")
    voice_commands.declare(sub)
    sub = command("backup", backup, "Sauvegarder base, sons et secret dans un fichier.")
    sub.add_argument("file", type=Path)
    sub = command("restore", restore, "Reprendre une sauvegarde (dans un dossier ou une base vides).")
    sub.add_argument("file", type=Path)
    return parser


def serve(_given: argparse.Namespace, settings: Settings) -> None:
    gc.disable()  # until there is an application: see above
    from pathways import migrating

    settings = with_secret(settings)
    with opened(settings) as database:
        migrating.must_be_current(database)
    _serve(settings)


def demo(_given: argparse.Namespace, settings: Settings) -> None:
    """Migrate, load what is shipped, make the demonstration if it is not there, serve."""
    gc.disable()  # until there is an application: see above
    from pathways.web.server import listening_socket

    with listening_socket(settings) as sock:  # first of all: a busy port must change nothing
        _demonstrate(with_secret(settings), sock)


def _demonstrate(settings: Settings, sock: Any) -> None:
    from pathways import demonstrating

    with opened(settings) as database:
        for line in demonstrating.everything(database, settings):
            print(line, flush=True)
    print("Le premier s'ouvre autant de fois que vous voulez, les autres une seule. Ctrl-C pour arrêter.", flush=True)
    _serve(settings, sock)


def migrate(_given: argparse.Namespace, settings: Settings) -> None:
    from pathways import migrating

    with opened(settings) as database:
        changed = migrating.migrate(database)
    print("La base est maintenant à jour." if changed else "La base était déjà à jour.")


def work(given: argparse.Namespace, settings: Settings) -> None:
    from pathways import migrating, working
    from pathways.app import work_of

    settings = with_secret(settings)
    with opened(settings) as database:
        migrating.must_be_current(database)
        working.work(database, work_of(settings), stop=working.until_told_to_stop(), once=given.once)


def import_content(given: argparse.Namespace, settings: Settings) -> int:
    if place_commands.asked(given):
        return places(given, settings)
    from pathways import content as shipped
    from pathways import migrating
    from pathways.clock import now
    from pathways.places import territories

    content = shipped.check(given.folder or resource("referentials"), now().date())
    _show(content.findings)
    if content.errors:
        print("Rien n'a été chargé.", file=sys.stderr)
        return 1
    with opened(settings) as database:
        migrating.must_be_current(database)
        with database.begin() as db:
            told = shipped.load(db, content)
            told.append(f"{territories.load(db)} communes nouvelles ou changées")
            if given.recordings:
                kept = shipped.load_recordings(db, given.recordings, settings.data, licence=given.licence)
                told.append(f"{kept} enregistrements")
    print("\n".join(told))
    return 0


def places(given: argparse.Namespace, settings: Settings) -> int:
    from pathways import migrating
    from pathways.places import running

    if given.command == "territories":
        running.renew(given)
        return 0
    with opened(settings) as database:
        migrating.must_be_current(database)
        if given.command == "import":
            return running.take(given, database)
        running.write(given, database)
    return 0


def check(given: argparse.Namespace, settings: Settings) -> int:
    from pathways import content as shipped
    from pathways.clock import now

    del settings
    root = given.folder or resource("referentials")
    if given.schema:
        print("\n".join(shipped.write_schemas(given.schema)))
    if given.stamp:
        print(f"{shipped.stamp(root, now().date())} traductions estampillées")
    content = shipped.check(root, now().date())
    _show(content.findings)
    warnings = len(content.findings) - len(content.errors)
    print(f"{len(content.frameworks)} référentiels : {len(content.errors)} erreurs, {warnings} remarques")
    return 1 if content.errors else 0


def fairness(_given: argparse.Namespace, settings: Settings) -> None:
    from pathways import migrating
    from pathways.diagnostics import counting
    from pathways.fairness import gathering

    with opened(settings) as database:
        migrating.must_be_current(database)
        left = 1
        while left:
            with database.begin() as db:
                left = counting.count_finished(db)
        known = gathering.run(database)
    print(f"Comparées au français : {known} questions, chacune dans une langue")


def messages(_given: argparse.Namespace, settings: Settings) -> None:
    from pathways import i18n
    from pathways import messages as catalogues

    del settings
    for domain, texts in catalogues.collected().items():
        for one in i18n.languages().values():
            if one.code != i18n.SOURCE and (one.desk or domain == i18n.LEARNERS):
                every, waiting = catalogues.update(one.code, texts, domain)
                print(f"{one.code}: {domain}, {every} textes, {waiting} à traduire")


def translations(given: argparse.Namespace, settings: Settings) -> int:
    from pathways import migrating
    from pathways.translations import running

    with opened(settings) as database:
        migrating.must_be_current(database)
        return running.run(given, settings, database)


def badges(given: argparse.Namespace, settings: Settings) -> int:
    from pathways import migrating
    from pathways.badges import operating

    settings = with_secret(settings)
    with opened(settings) as database:
        migrating.must_be_current(database)
        return operating.run(given, settings, database)


def open_organisation(given: argparse.Namespace, settings: Settings) -> None:
    from pathways import migrating
    from pathways.people import operation

    with opened(settings) as database:
        migrating.must_be_current(database)
        with database.begin() as db:
            token = operation.open_by_command(db, name=given.name, email=given.email)
    print(f"{settings.url}/invitation/{token}")


def operator(given: argparse.Namespace, settings: Settings) -> None:
    from pathways import migrating
    from pathways.people import operation

    with opened(settings) as database:
        migrating.must_be_current(database)
        with database.begin() as db:
            token = operation.operator_by_command(db, email=given.email)
    print(f"{settings.url}/sign-in/link/{token}")


def simulate(given: argparse.Namespace, settings: Settings) -> int:
    from pathways.diagnostics.simulating import running

    return running.run(given, lambda: opened(settings))


def calibrate(given: argparse.Namespace, settings: Settings) -> int:
    from pathways.diagnostics.calibrating import running

    return running.run(given, lambda: opened(settings), _keep_proposal)


def _keep_proposal(database: Any, bank: Any, document: dict[str, Any]) -> str:
    from pathways.calibrations import proposing

    return proposing.propose(database, bank, document)


def speak(given: argparse.Namespace, settings: Settings) -> int:
    from pathways import migrating
    from pathways.voices import running

    with opened(settings) as database:
        migrating.must_be_current(database)
        return running.run(given, settings, database)


def backup(given: argparse.Namespace, settings: Settings) -> None:
    from pathways import keeping, migrating

    if given.file.exists():
        raise SettingsError(
            f"{given.file} existe déjà. Donnez un autre nom : une sauvegarde n'en remplace pas une autre."
        )
    settings = with_secret(settings)
    with opened(settings) as database:
        migrating.must_be_current(database)
        rows = keeping.backup(database, settings, given.file)
    print(f"{given.file} : {rows} lignes")


def restore(given: argparse.Namespace, settings: Settings) -> None:
    from pathways import keeping, migrating

    with opened(settings) as database:
        migrating.migrate(database)
        rows = keeping.restore(database, settings, given.file)
    print(f"{rows} lignes reprises de {given.file}")


def _serve(settings: Settings, sock: Any = None) -> None:
    """Serve; on SQLite in one process only."""
    from pathways.web.server import listening_socket, run

    sqlite = settings.database_url.startswith("sqlite")
    if sqlite and settings.processes > 1:
        raise SettingsError("Avec SQLite, un seul processus sert les pages. Plusieurs demandent PostgreSQL.")
    sock = sock or listening_socket(settings)
    if settings.secret:
        os.environ.setdefault("PATHWAYS_SECRET", settings.secret.decode())  # the same in every web process
    run(settings, sock, processes=settings.processes)


def _show(findings: Any) -> None:
    for finding in findings:
        print(finding, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
