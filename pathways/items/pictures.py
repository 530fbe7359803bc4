"""Pictures that an organisation sends: decoded, made small and clean, and kept by the digest of their bytes. What is
kept was written by us: nothing of what a file hid beside its picture is in it.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from PIL import Image, ImageOps
from sqlalchemy.orm import Session

from pathways import i18n
from pathways.errors import Invalid
from pathways.i18n import D_
from pathways.items import drawings
from pathways.items.models import Picture

LARGEST = 8 * 1024 * 1024
"""Bytes of a file that is sent."""
MOST_PIXELS = 40_000_000
"""A few bytes can say that they are a picture as large as a town: it is refused before it is unpacked."""
WIDEST = 1120
"""Pixels: four for each of the 280 that a small phone shows."""
_TALLEST = 2 * WIDEST
_HEAVY = 400_000
"""Bytes of a PNG above which a photograph is meant, which JPEG keeps in a tenth of that."""
_FORMATS = ("PNG", "JPEG", "WEBP")
_ENDINGS = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}
_LOOKS_LIKE_SVG = re.compile(rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>|<!--.*?-->|\s)*<svg[\s>]", re.DOTALL)
_NOT_XML = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<", re.DOTALL)
_FILE = re.compile(r"([0-9a-f]{64})\.(svg|png|jpg)")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A picture as it may be kept."""

    body: bytes
    media_type: str
    width: float
    height: float

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def cleaned(data: bytes) -> Cleaned:
    """What may be kept of a file; its name and what it says of itself do not count. Raises :class:`Invalid`."""
    if not data:
        raise _refused(D_("Ce fichier est vide."))
    if len(data) > LARGEST:
        raise _refused(D_("Cette image est trop lourde : %(most)s Mo au plus."), most=LARGEST // 1024 // 1024)
    if _LOOKS_LIKE_SVG.match(data[:4000]) or _NOT_XML.match(data[:100]):
        return _drawing(data)
    return _photograph(data)


def keep(db: Session, picture: Cleaned) -> Picture:
    """Store it, unless the very same one is there already."""
    found = db.get(Picture, picture.sha256)
    if found is None:
        found = Picture(
            sha256=picture.sha256,
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            body=picture.body,
        )
        db.add(found)
        db.flush()
    return found


def file_of(sha256: str, media_type: str) -> str:
    """The name by which an item's document means a picture that was sent."""
    return f"{sha256}.{_ENDINGS[media_type]}"


@dataclass(frozen=True, slots=True)
class Known:
    """What an item needs to know of a picture."""

    sha256: str
    width: float
    height: float


def known(db: Session, files: Collection[str]) -> Mapping[str, Known]:
    """The pictures that exist among ``files`` (names of :func:`file_of`), by name, without their bytes."""
    digests = {found[1]: name for name in files if (found := _FILE.fullmatch(name))}
    if not digests:
        return {}
    rows = db.execute(
        sa.select(Picture.sha256, Picture.media_type, Picture.width, Picture.height).where(
            Picture.sha256.in_(list(digests))
        )
    )
    return {
        digests[row.sha256]: Known(row.sha256, row.width, row.height)
        for row in rows
        if file_of(row.sha256, row.media_type) == digests[row.sha256]
    }


def _drawing(data: bytes) -> Cleaned:
    try:
        drawing = drawings.sent(data)
    except drawings.Unusable as error:
        said = D_("Ce dessin SVG n'est pas admis : %(why)s. Enregistrez-le en PNG, puis envoyez le PNG.")
        raise _refused(said, why=error.said()) from error
    return Cleaned(drawing.body, "image/svg+xml", drawing.width, drawing.height)


def _photograph(data: bytes) -> Cleaned:
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _too_large()
            if max(image.size) > drawings.NARROWEST * min(image.size):
                raise _refused(D_("Cette image est trop étroite : découpez ce qu'il faut en voir."))
            image.draft("RGB", (WIDEST * 2, _TALLEST * 2))  # a JPEG is unpacked no larger than it is needed
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((WIDEST, _TALLEST), Image.Resampling.LANCZOS)
            return _written(upright, jpeg=image.format == "JPEG")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except Image.UnidentifiedImageError as error:
        raise _refused(D_("Ce fichier n'est pas une image PNG, JPEG, WebP ou SVG.")) from error
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError) as error:
        raise _refused(D_("Cette image est abîmée : elle ne peut pas être lue.")) from error


def _written(image: Image.Image, *, jpeg: bool) -> Cleaned:
    """The pixels and nothing else: no place, no date, no thumbnail of what was cut away. What is heavy becomes a JPEG,
    laid on white if it was seen through.
    """
    is_seen_through = not jpeg and image.has_transparency_data
    plain = image.convert("RGBA" if is_seen_through else "RGB")
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    body = b"" if jpeg else _encoded(bare, "PNG", optimize=True)
    if jpeg or len(body) > _HEAVY:
        if is_seen_through:
            bare = Image.alpha_composite(Image.new("RGBA", bare.size, "white"), bare).convert("RGB")
        return Cleaned(_encoded(bare, "JPEG", quality=85, optimize=True), "image/jpeg", bare.width, bare.height)
    return Cleaned(body, "image/png", bare.width, bare.height)


def _encoded(image: Image.Image, kind: str, **how: int | bool) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def _too_large() -> Invalid:
    return _refused(
        D_("Cette image a trop de points : %(most)s millions au plus. Réduisez-la, puis recommencez."),
        most=MOST_PIXELS // 1_000_000,
    )


def _refused(said: str, **values: object) -> Invalid:
    """The sentence of a field carries no values: it is said at once in the language in use."""
    return Invalid(said, errors=[{"field": "picture", "message": i18n.sentence(said, values)}], **values)
