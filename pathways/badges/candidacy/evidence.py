"""What supports a request: files, links, texts. The candidate reads it, and those of the jury who may decide; nobody
else. Its title and its digest go into the badge, so the title names nobody.

The bytes of a file say what it is, never its name. Pictures are decoded and written anew: what a camera wrote beside
them stays outside.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import sqlalchemy as sa
from pydantic_core import PydanticCustomError
from sqlalchemy.orm import Session

from pathways import ids
from pathways.badges.candidacy import jury, naming, requests
from pathways.badges.holding import holders
from pathways.badges.models import (
    OPEN,
    WAITING,
    AwardRequest,
    Evidence,
    EvidenceFile,
    EvidenceKind,
    Holder,
    RequestState,
)
from pathways.errors import Conflict, DomainError, Invalid, NotFound
from pathways.i18n import D_
from pathways.items import pictures
from pathways.people import fields
from pathways.people.models import Account
from pathways.permissions import Member
from pathways.texts import clean, one_line

LARGEST = 5 * 1024 * 1024
"""Bytes of a file."""
MOST_FILES, MOST = 10, 30
"""Of one request: files, and evidence of all kinds."""
LONGEST_TITLE, LONGEST_TEXT, LONGEST_LINK = 120, 10_000, 500
PDF, TEXT = "application/pdf", "text/plain"
ENDINGS: Mapping[str, str] = {PDF: "pdf", TEXT: "txt", "image/png": "png", "image/jpeg": "jpg"}
_PDF_WITHIN = 1024
"""Bytes before which a PDF says that it is one (ISO 32000-2, annex I, as readers understand it)."""
NOT_THERE = D_("Cette preuve n'existe pas, ou n'existe plus.")
KINDS = D_("Ce fichier ne peut pas être lu ici. Envoyez un PDF, une image (PNG, JPEG ou WebP) ou un texte simple.")


@dataclass(frozen=True, slots=True)
class For:
    """What a piece of evidence is for."""

    criterion: str = ""
    """A place in the tree of criteria, or the code of a portfolio piece; empty for the whole."""
    is_piece: bool = False


WHOLE = For()


@dataclass(frozen=True, slots=True)
class File:
    """As it may be stored, and as it is handed over: to be saved, never shown as a page of ours."""

    data: bytes
    media_type: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    def name(self, evidence_id: uuid.UUID) -> str:
        return f"preuve-{evidence_id.hex[:8]}.{ENDINGS[self.media_type]}"


# --- adding ---------------------------------------------------------------------------------------------------


def cleaned(data: bytes) -> File:
    """What may be stored of a file that was sent. Pure and slow: to be called before the database is asked for. Raises
    :class:`Invalid` with a sentence for the field ``file``.
    """
    if not data:
        raise fields.refused("file", D_("Ce fichier est vide."))
    if len(data) > LARGEST:
        said = D_("Ce fichier est trop lourd : %(most)s Mo au plus.")
        raise fields.refused("file", said, most=LARGEST // 1024 // 1024)
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return File(data, PDF)
    if _is_picture(data):
        return _picture(data)
    return File(_plain_text(data), TEXT)


def add_file(
    db: Session, holder: Holder, request_id: uuid.UUID, *, title: str, file: File, use: For = WHOLE
) -> Evidence:
    """``file`` comes from :func:`cleaned`."""
    request = _open_to_more(db, holder, request_id)
    files = sum(one.kind is EvidenceKind.FILE for one in of_request(db, request))
    if files >= MOST_FILES:
        raise Conflict(D_("Il y a déjà %(most)s fichiers : retirez-en un d'abord."), most=MOST_FILES)
    made = _evidence(db, holder, request, EvidenceKind.FILE, title, use)
    made.sha256, made.media_type, made.size = file.sha256, file.media_type, len(file.data)
    db.add(made)
    db.flush()
    db.add(EvidenceFile(evidence_id=made.id, data=file.data))
    return _added(db, made, holder)


def add_link(db: Session, holder: Holder, request_id: uuid.UUID, *, title: str, url: str, use: For = WHOLE) -> Evidence:
    """An address of the web. Nobody here opens it but a person of the jury."""
    request = _open_to_more(db, holder, request_id)
    made = _evidence(db, holder, request, EvidenceKind.LINK, title, use)
    made.text = _address(url)
    return _added(db, _digested(made), holder)


def add_text(
    db: Session, holder: Holder, request_id: uuid.UUID, *, title: str, text: str, use: For = WHOLE
) -> Evidence:
    request = _open_to_more(db, holder, request_id)
    made = _evidence(db, holder, request, EvidenceKind.TEXT, title, use)
    made.text = text.strip()
    if not made.text:
        raise fields.refused("text", D_("Écrivez quelque chose ici."))
    if len(made.text) > LONGEST_TEXT:
        raise fields.refused("text", requests.TOO_LONG, most=LONGEST_TEXT)
    return _added(db, _digested(made), holder)


def remove(db: Session, holder: Holder, evidence_id: uuid.UUID) -> None:
    """As long as the request is open. One that waits comes back to the candidate, since the jury would decide on
    something else than it saw. What is gone already is no error.
    """
    found = db.get(Evidence, evidence_id)
    if found is None:
        return
    request = requests.held(db, _owned(db, holder, found))
    if request.state not in OPEN:
        raise Conflict(requests.CHANGED)
    db.execute(sa.delete(Evidence).where(Evidence.id == evidence_id))  # its bytes go with it, says the foreign key
    db.expunge(found)
    if request.state in WAITING:
        requests.come_back(db, request, RequestState.GATHERING)
    holders.tell(db, holder.id, "evidence_removed", about=evidence_id)
    db.flush()


# --- reading --------------------------------------------------------------------------------------------------


def of_request(db: Session, request: AwardRequest) -> Sequence[Evidence]:
    """Without the bytes of files, in the order in which they came."""
    query = sa.select(Evidence).filter_by(request_id=request.id)
    return db.scalars(query.order_by(Evidence.created_at, Evidence.id)).all()


def own(db: Session, holder: Holder, evidence_id: uuid.UUID) -> tuple[Evidence, File | None]:
    """For the candidate, with the file where it is one."""
    found = db.get(Evidence, evidence_id)
    if found is None:
        raise NotFound(NOT_THERE)
    _owned(db, holder, found)
    return found, _file(db, found)


def for_jury(db: Session, actor: Member, evidence_id: uuid.UUID) -> tuple[Evidence, File | None]:
    """For a member of the jury who may decide on the request now; for anybody else it does not exist."""
    found = db.get(Evidence, evidence_id)
    if found is None:
        raise NotFound(NOT_THERE)
    try:
        jury.to_decide(db, actor, found.request_id)
    except DomainError as error:
        raise NotFound(NOT_THERE) from error
    return found, _file(db, found)


def names_of(db: Session, holder: Holder) -> list[str]:
    """What is known of how somebody is called, none of which belongs in what becomes public."""
    account = db.get(Account, holder.account_id) if holder.account_id else None
    return [one for one in (holder.name, account.name if account else "") if one]


# --- inside ---------------------------------------------------------------------------------------------------


def _open_to_more(db: Session, holder: Holder, request_id: uuid.UUID) -> AwardRequest:
    request = requests.gathering(db, holder, request_id)
    count = db.scalar(sa.select(sa.func.count()).select_from(Evidence).filter_by(request_id=request.id)) or 0
    if count >= MOST:
        raise Conflict(D_("Il y a déjà %(most)s preuves : retirez-en une d'abord."), most=MOST)
    return request


def _evidence(db: Session, holder: Holder, request: AwardRequest, kind: EvidenceKind, title: str, use: For) -> Evidence:
    line = one_line(title)
    if not line:
        raise fields.refused("title", D_("Donnez un titre : il sera écrit dans le badge."))
    if len(line) > LONGEST_TITLE:
        raise fields.refused("title", requests.TOO_LONG, most=LONGEST_TITLE)
    naming.must_name_nobody("title", line, names_of(db, holder))
    return Evidence(request_id=request.id, kind=kind, title=line, criterion=use.criterion[:60], is_piece=use.is_piece)


def _digested(made: Evidence) -> Evidence:
    """Of a link or a text, with the row's own random id in front (``ID``, a line end, the text): an address could be
    guessed and tried out against the badge. Whoever is shown the evidence is shown the id.
    """
    made.id = ids.random_id()
    data = made.text.encode()
    made.sha256, made.size = hashlib.sha256(f"{made.id}\n".encode() + data).hexdigest(), len(data)
    return made


def _added(db: Session, made: Evidence, holder: Holder) -> Evidence:
    db.add(made)
    db.flush()
    holders.tell(db, holder.id, "evidence_added", about=made.id, kind=made.kind.value)
    return made


def _owned(db: Session, holder: Holder, found: Evidence) -> AwardRequest:
    request = db.get_one(AwardRequest, found.request_id)
    if request.holder_id != holder.id:
        raise NotFound(NOT_THERE)
    return request


def _file(db: Session, found: Evidence) -> File | None:
    kept = db.get(EvidenceFile, found.id) if found.kind is EvidenceKind.FILE else None
    return File(kept.data, found.media_type) if kept else None


def _address(url: str) -> str:
    """Of the web, whole, without a password in it."""
    said = D_("Donnez une adresse complète, qui commence par https://")
    address = url.strip()
    try:
        parts = urlsplit(address)
        has_all = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise fields.refused("url", said) from error
    if not has_all or "@" in parts.netloc or len(address) > LONGEST_LINK or not address.isprintable():
        raise fields.refused("url", said)
    if " " in address:
        raise fields.refused("url", said)
    return address


def _is_picture(data: bytes) -> bool:
    """By its first bytes: PNG, JPEG, WebP."""
    webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return webp or data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))


def _picture(data: bytes) -> File:
    try:
        picture = pictures.cleaned(data)
    except Invalid as error:
        raise fields.refused("file", error.message, **error.values) from error
    return File(picture.body, picture.media_type)


def _plain_text(data: bytes) -> bytes:
    """UTF-8 without signs that nobody types; a page or a script is kept as the text that it is."""
    try:
        text = data.decode("utf-8-sig")
        clean(text)
    except (UnicodeDecodeError, PydanticCustomError) as error:
        raise fields.refused("file", KINDS) from error
    if not text.strip():
        raise fields.refused("file", D_("Ce fichier est vide."))
    return text.encode()
