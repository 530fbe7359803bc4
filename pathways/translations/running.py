"""What ``pathways translations`` does: files out and in, a machine's drafts, and what was reviewed here back into
``referentials/``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from pathways.database import Database
from pathways.errors import Invalid, NotFound, SettingsError
from pathways.items import translating
from pathways.items.translating import Author
from pathways.settings import Settings, resource
from pathways.translations import machine
from pathways.translations.exchange import forms, leaving, plan, service, shipped_files
from pathways.translations.exchange.held import Bringer


def run(given: argparse.Namespace, settings: Settings, database: Database) -> int:
    verbs: dict[str, Callable[[argparse.Namespace, Settings, Database], int]] = {
        "export": _export,
        "import": _import,
        "machine": _machine,
        "files": _files,
    }
    return verbs[given.verb](given, settings, database)


def _language(given: argparse.Namespace) -> str:
    try:
        return translating.language_of(given.language)
    except NotFound as error:
        raise SettingsError(f"« {given.language[:40]} » n'est pas une langue de traduction.") from error


def _kind(path: Path) -> str:
    kind = forms.opened(b"", path.name).kind
    if not kind:
        raise SettingsError(f"{path.name} : le nom doit finir par .po ou .xlf.")
    return kind


def _export(given: argparse.Namespace, _settings: Settings, database: Database) -> int:
    kind, language = _kind(given.file), _language(given)
    with database.read() as db:
        file = leaving.file_of(db, Bringer(Author()), given.framework, language)
    try:
        given.file.write_bytes(forms.written(file, kind))
    except OSError as error:
        raise SettingsError(f"{given.file} ne peut pas être écrit ({error.strerror}).") from error
    done = sum(bool(unit.text) and not unit.unfinished for unit in file.units)
    _say(f"{given.file} : {len(file.units)} textes, {done} traduits")
    return 0


def _import(given: argparse.Namespace, _settings: Settings, database: Database) -> int:
    try:
        sent = forms.opened(given.file.read_bytes(), given.file.name)
    except OSError as error:
        raise SettingsError(f"{given.file} ne peut pas être lu ({error.strerror}).") from error
    bringer, language = Bringer(Author()), _language(given)
    with database.begin() as db:
        planned = plan.plan(db, bringer, given.framework, language, sent, to_keep=True)
        for one in planned.errors or planned.warnings:  # what must be corrected is not lost among what may be
            kind = "attention" if one.warning else "erreur"
            _say(f"{given.file}:{one.line}: {kind} {one.context} : {one.message}", error=True)
        if planned.errors:
            raise Invalid(f"{len(planned.errors)} erreurs : rien n'a été importé.")
        if not given.dry_run:
            service.keep(db, bringer, planned)
    for status, number in planned.counts.items():
        if number:
            _say(f"{number} {plan.STATUSES[status]}")
    return 0


def _machine(given: argparse.Namespace, settings: Settings, database: Database) -> int:
    """One question, one transaction: stopped half-way, the next run goes on where it stopped."""
    language = _language(given)
    engine = machine.engine_of(settings.translate_url)
    with database.read() as db:
        wanted = machine.missing(db, given.framework, language)[: max(0, given.most)]
    filled = machine.Filled()
    for code, french, texts in machine.translated(engine, wanted, language):
        if texts is None:
            filled.left += 1
            continue
        with database.begin() as db:
            filled.kept += machine.keep(db, engine, given.framework, language, code, french, texts)
    _say(f"{filled.kept} questions traduites par {engine.name} (à relire), {filled.left} laissées de côté")
    return 0


def _files(given: argparse.Namespace, _settings: Settings, database: Database) -> int:
    root = given.folder or resource("referentials")
    try:
        with database.read() as db:
            told = shipped_files.write(db, root)
    except OSError as error:
        raise SettingsError(f"{root} ne peut pas être écrit ({error.strerror}).") from error
    for line in told or ["Tout ce qui est relu ici est déjà dans les fichiers."]:
        _say(line)
    return 0


def _say(text: str, *, error: bool = False) -> None:
    print(text, file=sys.stderr if error else sys.stdout)
