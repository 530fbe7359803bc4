"""Evidence: a file is what its bytes say, a picture loses what was hidden in it, a title names nobody, few may read."""

from __future__ import annotations

import hashlib
import io

import pytest
import sqlalchemy as sa
from PIL import Image

from pathways.badges.candidacy import evidence, jury, requesting
from pathways.badges.candidacy.evidence import For
from pathways.badges.holding import holders
from pathways.badges.models import EvidenceFile, EvidenceKind, RequestState
from pathways.errors import Conflict, Invalid, NotFound
from tests.badges.candidacy.candidates import SIGNER, a_member

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF"


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Chez la personne, 12 rue des Lilas"
    Image.new("RGB", size, "teal").save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PDF, "application/pdf"),
        (b"\n\n" + PDF, "application/pdf"),
        ("Un récit, écrit à la main.\n".encode(), "text/plain"),
        (b"\xef\xbb\xbfUn texte de Windows", "text/plain"),
        (b"<html><script>alert(1)</script></html>", "text/plain"),
        (picture(), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("WEBP"), "image/png"),
    ],
)
def test_what_a_file_is_its_bytes_say(data, media_type):
    assert evidence.cleaned(data).media_type == media_type


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_written_anew_without_what_the_camera_wrote(kind):
    sent = picture(kind)
    assert b"rue des Lilas" in sent
    kept = evidence.cleaned(sent)
    assert b"rue des Lilas" not in kept.data
    with Image.open(io.BytesIO(kept.data)) as image:
        assert not image.getexif()
        assert image.size == (60, 40)
    assert kept.sha256 == hashlib.sha256(kept.data).hexdigest()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   \n",
        b"PK\x03\x04" + bytes(40),  # a word processor's file, or any other archive
        b"GIF89a" + bytes(20),
        b"\x7fELF" + bytes(20),
        b"\x89PNG\r\n\x1a\n" + b"not a picture",
        picture()[:60],
        b"Un texte\0 avec un signe nul",
        "Une phrase à l'envers \u202e".encode(),
        "Encodé autrement : é".encode("latin-1"),
        b"x" * (evidence.LARGEST + 1),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(data):
    with pytest.raises(Invalid) as refused:
        evidence.cleaned(data)
    assert [one["field"] for one in refused.value.errors] == ["file"]
    assert "%(" not in refused.value.errors[0]["message"]


def test_a_picture_of_too_many_points_is_refused_before_it_is_unpacked():
    out = io.BytesIO()
    Image.new("1", (8000, 8000)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    with pytest.raises(Invalid):
        evidence.cleaned(out.getvalue())


@pytest.fixture
def mine(db, world):
    candidate = a_member(db, name="Prénom Exemple")
    request = world.asked(candidate)
    holders.rename(world.holder(candidate), "Médiatrice Surnom")
    return world.holder(candidate), request


def test_file_link_and_text_keep_their_digest(db, mine):
    holder, request = mine
    file = evidence.cleaned(PDF)
    kept = [
        evidence.add_file(db, holder, request.id, title="Ma fiche", file=file),
        evidence.add_link(db, holder, request.id, title="Mon article", url=" https://exemple.fr/a?b=c "),
        evidence.add_text(
            db, holder, request.id, title="Mon récit", text=" Un matin. ", use=For("story", is_piece=True)
        ),
    ]
    assert [one.kind for one in evidence.of_request(db, request)] == list(EvidenceKind)
    stored = [PDF, b"https://exemple.fr/a?b=c", b"Un matin."]
    salts = [b"", *(f"{one.id}\n".encode() for one in kept[1:])]  # a link or a short text could be guessed
    wanted = [hashlib.sha256(salt + one).hexdigest() for salt, one in zip(salts, stored, strict=True)]
    assert [one.sha256 for one in kept] == wanted
    assert [one.size for one in kept] == [len(one) for one in stored]
    assert (kept[2].criterion, kept[2].is_piece) == ("story", True)
    found, data = evidence.own(db, holder, kept[0].id)
    assert data is not None
    assert (found.media_type, data.data) == ("application/pdf", PDF)
    assert data.name(found.id).endswith(".pdf")


@pytest.mark.parametrize(
    "title",
    [
        "",
        " ",
        "x" * 121,
        "Fiche de Prénom",
        "Fiche de EXEMPLE",
        "Le guide de Surnom",
        "prenom@exemple.fr",
        "06 12 34 56 78",
    ],
)
def test_a_title_is_there_and_names_nobody(db, mine, title):
    holder, request = mine
    with pytest.raises(Invalid) as refused:
        evidence.add_text(db, holder, request.id, title=title, text="Texte")
    assert refused.value.errors[0]["field"] == "title"


@pytest.mark.parametrize(
    "url",
    [
        "exemple.fr",
        "ftp://exemple.fr/a",
        "javascript:alert(1)",
        "https://",
        "https://moi:secret@exemple.fr",
        "https://exemple.fr/a b",
        "https://exemple.fr/\x07",
        "https://[::1",
        "https://exemple.fr/" + "x" * 500,
    ],
)
def test_a_link_leads_to_the_web_and_carries_no_password(db, mine, url):
    holder, request = mine
    with pytest.raises(Invalid) as refused:
        evidence.add_link(db, holder, request.id, title="Lien", url=url)
    assert refused.value.errors[0]["field"] == "url"


def test_there_are_ten_files_at_most_and_thirty_of_all(db, mine):
    holder, request = mine
    file = evidence.cleaned(PDF)
    for _ in range(evidence.MOST_FILES):
        evidence.add_file(db, holder, request.id, title="Fiche", file=file)
    with pytest.raises(Conflict):
        evidence.add_file(db, holder, request.id, title="Fiche", file=file)
    for _ in range(evidence.MOST - evidence.MOST_FILES):
        evidence.add_text(db, holder, request.id, title="Texte", text="Texte")
    with pytest.raises(Conflict):
        evidence.add_text(db, holder, request.id, title="Texte", text="Texte")


def test_removed_its_bytes_are_gone(db, mine):
    holder, request = mine
    kept = evidence.add_file(db, holder, request.id, title="Fiche", file=evidence.cleaned(PDF))
    evidence.remove(db, holder, kept.id)
    evidence.remove(db, holder, kept.id)
    assert db.scalar(sa.select(sa.func.count()).select_from(EvidenceFile)) == 0
    with pytest.raises(NotFound):
        evidence.own(db, holder, kept.id)


def test_what_is_removed_while_the_jury_looks_makes_another_round(db, world, mine):
    holder, request = mine
    kept = evidence.add_text(db, holder, request.id, title="Récit", text="Texte")
    world.endorsed(request, a_member(db))
    requesting.submit(db, SIGNER, holder, request.id)
    with pytest.raises(Conflict):
        evidence.add_text(db, holder, request.id, title="Récit", text="Texte")
    evidence.remove(db, holder, kept.id)
    assert (request.state, request.round) == (RequestState.GATHERING, 2)
    with pytest.raises(NotFound):
        jury.seen(db, world.juror(), request.id)


def test_after_the_decision_nothing_is_removed(db, world, mine):
    holder, request = mine
    kept = evidence.add_text(db, holder, request.id, title="Récit", text="Texte")
    world.endorsed(request, a_member(db))
    requesting.submit(db, SIGNER, holder, request.id)
    world.decided(world.juror(), request)
    with pytest.raises(Conflict):
        evidence.remove(db, holder, kept.id)


def test_only_the_candidate_and_those_who_may_decide_read_it(db, world, mine):
    holder, request = mine
    kept = evidence.add_file(db, holder, request.id, title="Fiche", file=evidence.cleaned(PDF))
    juror = world.juror()
    for other in (juror, world.keeper):  # it was not sent yet
        with pytest.raises(NotFound):
            evidence.for_jury(db, other, kept.id)
    world.endorsed(request, a_member(db))
    requesting.submit(db, SIGNER, holder, request.id)
    found, data = evidence.for_jury(db, juror, kept.id)
    assert data is not None
    assert (found.id, data.data) == (kept.id, PDF)
    endorser = world.juror()
    world.endorsed(request, endorser)
    for other in (world.keeper, world.member(), endorser):
        with pytest.raises(NotFound):
            evidence.for_jury(db, other, kept.id)
    with pytest.raises(NotFound):
        evidence.own(db, world.holder(a_member(db)), kept.id)
    world.decided(juror, request)
    with pytest.raises(NotFound):  # it is decided: nobody has to read it any more
        evidence.for_jury(db, world.juror(), kept.id)
