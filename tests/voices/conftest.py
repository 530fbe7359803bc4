"""An organisation with a published diagnostic, people of every role in it, and somebody who lends their voice."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pathways.database import Database
from pathways.diagnostics.blueprint import Blueprint, thaw
from pathways.diagnostics.composing import service as composing
from pathways.diagnostics.composing.selections import Selection
from pathways.diagnostics.models import Diagnostic
from pathways.items.models import Recording
from pathways.people import service as people
from pathways.people.models import Organisation
from pathways.permissions import OF_ROLE, Member, Role
from pathways.voices import checking, links, speaking
from pathways.voices.models import Voice
from pathways.voices.script import Segment, script
from pathways.voices.sound import Cleaned
from tests import statements
from tests.conftest import SECRET

SKILLS = ("SEC-01", "SEC-02")


def a_sound(word: str = "") -> Cleaned:
    """What a voice may have said: nobody decodes it here."""
    return Cleaned(b"ID3" + word.encode() + bytes(40), 1.5)


@dataclasses.dataclass
class House:
    """One organisation."""

    database: Database
    folder: Path
    organisation_id: uuid.UUID
    trainer: Member
    reviewer: Member
    diagnostic_id: uuid.UUID

    def open_link(self, db: Session, language: str = "ar", key: int = 1) -> tuple[Voice, str]:
        return links.open_link(db, SECRET, self.trainer, self.diagnostic_id, language=language, key=uuid.UUID(int=key))

    def speaker(self, language: str = "ar", key: int = 1) -> uuid.UUID:
        """Somebody who follows a link and agrees."""
        with self.database.begin() as db:
            voice, _ = self.open_link(db, language, key)
            speaking.agree(db, voice.id, credit="")
            return voice.id

    def script(self, language: str = "ar") -> list[Segment]:
        with self.database.read() as db:
            return script(db, db.get_one(Diagnostic, self.diagnostic_id), language)

    def read(self, voice_id: uuid.UUID, segment: Segment, word: str = "") -> uuid.UUID:
        with self.database.begin() as db:
            fingerprint = segment.fingerprint
            return speaking.keep(db, self.folder, voice_id, fingerprint=fingerprint, sound=a_sound(word)).id

    def heard(self) -> Blueprint:
        """What its learners are shown."""
        with self.database.read() as db:
            return thaw(db, db.get_one(Diagnostic, self.diagnostic_id), links.heard_in)

    def reviews_shipped(self) -> None:
        with self.database.begin() as db:
            db.get_one(Organisation, self.organisation_id).reviews_shipped = True

    def rows(self) -> list[Recording]:
        with self.database.read() as db:
            found = list(db.scalars(sa.select(Recording).order_by(Recording.id)))
            db.expunge_all()
            return found

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*"))


@pytest.fixture
def new_house(database: Database, tmp_path: Path) -> Callable[[], House]:
    def made() -> House:
        with database.begin() as db:
            place = people.create_organisation(db, name="Une structure")
            trainer, reviewer = (_member(db, place.id, role) for role in (Role.TRAINER, Role.REVIEWER))
            chosen = Selection(skills=SKILLS, languages=("fr", "ar"), questions=6)
            composed = composing.create(
                db, trainer, title="Avant l'atelier", framework="inclusion-numerique", selection=chosen
            )
            composing.publish(db, trainer, composed.id)
            return House(database, tmp_path / "recordings", place.id, trainer, reviewer, composed.id)

    return made


@pytest.fixture
def house(new_house: Callable[[], House]) -> House:
    return new_house()


def _member(db: Session, organisation_id: uuid.UUID, role: Role) -> Member:
    account = people.create_account(db, email=f"{uuid.uuid4().hex}@exemple.fr", name="Une personne")
    people.add_member(db, account_id=account.id, organisation_id=organisation_id, role=role)
    return Member(account.id, account.name, organisation_id, "Une structure", role, OF_ROLE[role])


ADDRESS = "192.0.2.7"


def counted(database: Database):
    """The statements that this database is sent meanwhile."""
    return statements.counted(SimpleNamespace(state=SimpleNamespace(database=database)))


def place_of(segment, language="ar") -> tuple[str, str]:
    return segment.item, f"{language}/{segment.key}"


def decide(house: House, member, recording_id, *, approved=True, reason="", seen="draft") -> Recording:
    with house.database.begin() as db:
        return checking.decide(db, house.folder, member, recording_id, approved=approved, reason=reason, seen=seen)
