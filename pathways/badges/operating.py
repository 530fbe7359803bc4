"""What ``pathways badges`` does: keys, their succession, the secret that wraps them, status lists. Each verb says what
it did, and what whoever runs it must do next.
"""

from __future__ import annotations

import argparse
import os
import sys
import uuid
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways import clock
from pathways.badges.commands import BEFORE
from pathways.badges.issuing import figures, key_table, lists, networks, succession
from pathways.badges.issuing.signer import Signer
from pathways.badges.issuing.wrapping import Wrapping
from pathways.badges.models import Credential, Issuer, IssuerKey, KeyAlgorithm, KeyState, StatusList
from pathways.database import Database
from pathways.errors import SettingsError
from pathways.settings import Settings

AT_ONCE = 20
"""Lists that are signed in one transaction: nobody who issues waits long."""
STATES = {KeyState.ACTIVE: "signe", KeyState.RETIRED: "retirée", KeyState.COMPROMISED: "compromise"}


def run(given: argparse.Namespace, settings: Settings, database: Database) -> int:
    """``settings`` have their secret; the exit code."""
    verbs: dict[str, Callable[[argparse.Namespace, Settings, Database], int]] = {
        "keys": _keys,
        "rotate": _rotate,
        "compromise": _compromise,
        "rewrap": _rewrap,
        "lists": _lists,
    }
    return verbs[given.verb](given, settings, database)


# --- keys -----------------------------------------------------------------------------------------------------


def _keys(given: argparse.Namespace, settings: Settings, database: Database) -> int:
    fingerprint = Wrapping(settings.wrapping_secret).fingerprint
    with database.read() as db:
        found = [_network(db, given.network)] if given.network else networks.all_of(db)
        for issuer in found:
            _say(f"{issuer.slug} : {issuer.name}\n  {issuer.did}")
            keys = key_table.all_keys(db, issuer.id)
            living = figures.living_under(db, [one.id for one in keys], clock.now())
            for key in keys:
                _say(f"  {_line(key, living[key.id], fingerprint)}")
    if not found:
        _say("Aucun réseau ne délivre de badges ici. Une structure en crée un à sa page « Réseau ».")
    return 0


def _line(key: IssuerKey, living: int, fingerprint: str) -> str:
    ended = f" au {key.ended_at:%d/%m/%Y}" if key.ended_at else ""
    told = f"{key.id}  {key.algorithm.value:<8}{STATES[key.state]:<11}du {key.created_at:%d/%m/%Y}{ended}"
    told += f"  {living} badges valables" if key.algorithm is KeyAlgorithm.ED25519 else ""
    if key.wrapped is not None and key.wrapped_by != fingerprint:
        told += "  ATTENTION : rangée sous un autre secret (pathways badges rewrap)"
    return told


def _rotate(given: argparse.Namespace, settings: Settings, database: Database) -> int:
    with database.begin() as db:
        issuer = _network(db, given.network)
        algorithm = KeyAlgorithm(given.algorithm)
        done = succession.rotate(db, Signer.of(settings), issuer, algorithm, reason=given.reason, by=None)
        told = f"{issuer.slug} : la clé {done.key.id} signe maintenant."
    _say(told)
    _say("Ce que l'ancienne a signé reste valable ; elle reste publiée, et ne signe plus.")
    _say("À faire : une sauvegarde (pathways backup), qui contient la nouvelle clé.")
    return 0


def _compromise(given: argparse.Namespace, settings: Settings, database: Database) -> int:
    """Said first, done once the network is named a second time."""
    key_id = _identifier(given.key)
    if given.confirm != given.network or len(given.reason.strip()) < 5:
        with database.read() as db:
            name = _network(db, given.network).name
            living = figures.living_under(db, [key_id], clock.now())[key_id]
        _say(f"Rien n'est fait encore. {living} badges valables de « {name} » dépendent de cette clé.")
        _say(
            "Ils seraient délivrés de nouveau sous une autre clé ; les anciens seraient repris. Cela ne se défait pas."
        )
        _say(f'Pour le faire : … compromise {given.network} {key_id} --confirm {given.network} --reason "…"')
        return 1
    with database.begin() as db:
        issuer = _network(db, given.network)
        reason = given.reason.strip()
        done = succession.compromise(db, Signer.of(settings), issuer, key_id, reason=reason, by=None)
        told = f"{issuer.slug} : la clé {key_id} n'est plus publiée. La clé {done.key.id} signe."
    _say(told)
    _say(f"{done.reissued} badges et {done.endorsements} recommandations délivrés de nouveau.")
    _say("Chaque titulaire est prévenu par courriel s'il a une adresse, et le voit dans son espace.")
    _say("À faire : 1. changer PATHWAYS_BADGE_SECRET s'il a pu être lu, puis « pathways badges rewrap » ;")
    _say("          2. une sauvegarde, et détruire les anciennes ; 3. chercher comment la clé est sortie ;")
    _say("          4. le dire : le réseau, ses structures, et la CNIL si des données personnelles sont en cause.")
    return 0


def _rewrap(_given: argparse.Namespace, settings: Settings, database: Database) -> int:
    before = os.environ.get(BEFORE, "").encode() or settings.secret
    if len(before) < 32:
        raise SettingsError(f"{BEFORE} doit compter au moins 32 caractères : le secret d'avant.")
    after = Signer.of(settings)
    with database.begin() as db:
        count = key_table.rewrap(db, Signer(Wrapping(before), settings.url), after)
    _say(f"{count} clés sont rangées sous le secret d'aujourd'hui (empreinte {after.wrapping.fingerprint}).")
    _say(f"À faire : retirer {BEFORE} de l'environnement, redémarrer les processus web et le worker,")
    _say("          faire une sauvegarde ; celles d'avant ne s'ouvrent qu'avec l'ancien secret.")
    return 0


# --- status lists ---------------------------------------------------------------------------------------------


def _lists(given: argparse.Namespace, settings: Settings, database: Database) -> int:
    signer = Signer.of(settings)
    count = _write_all(database, signer) if given.now else _sign_due(database, signer)
    with database.read() as db:
        for one, slug, revoked in db.execute(_listed()):
            until = f"{one.valid_until:%d/%m/%Y %H:%M} UTC" if one.valid_until else "jamais signée"
            told = f"{one.taken} places prises sur {one.size}, {revoked} badges repris, valable jusqu'au {until}"
            _say(f"{slug}/status/{one.number} ({one.of.value}) : {told}")
    _say(f"{count} listes signées de nouveau. Le worker le fait chaque jour : s'il y en a beaucoup ici, regardez-le.")
    return 0


def _sign_due(database: Database, signer: Signer) -> int:
    count = 0
    while True:
        with database.begin() as db:
            signed = lists.sign_anew(db, signer, most=AT_ONCE)
        count += signed
        if signed < AT_ONCE:
            return count


def _write_all(database: Database, signer: Signer) -> int:
    with database.read() as db:
        every = db.scalars(sa.select(StatusList.id).order_by(StatusList.id)).all()
    for start in range(0, len(every), AT_ONCE):
        with database.begin() as db:
            for one in lists.hold(db, every[start : start + AT_ONCE]):
                issuer = db.get_one(Issuer, one.issuer_id)
                lists.write(db, issuer, one, key_table.signing_key(db, signer, issuer))
    return len(every)


def _listed() -> sa.Select[StatusList, str, int]:
    revoked = (
        sa.select(sa.func.count())
        .where(Credential.list_id == StatusList.id, Credential.revoked_at.is_not(None))
        .scalar_subquery()
    )
    query = sa.select(StatusList, Issuer.slug, revoked).join(Issuer, Issuer.id == StatusList.issuer_id)
    return query.order_by(Issuer.slug, StatusList.number)


# --- inside ---------------------------------------------------------------------------------------------------


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _network(db: Session, slug: str) -> Issuer:
    return networks.by_slug(db, slug)


def _identifier(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise SettingsError(
            f"« {text[:40]} » n'est pas le numéro d'une clé : voyez « pathways badges keys »."
        ) from error
