"""What somebody handed in, before anything of it is believed: a file, a text, a picture with a badge in it, a link.

Pure, and bounded in all directions (:mod:`plain_json`); it runs in the worker processes (:mod:`workers`).
"""

from __future__ import annotations

import base64
import enum
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pathways.badges.formats import baking
from pathways.badges.formats.errors import FormatError
from pathways.badges.formats.pinned import VC1, VC2
from pathways.badges.verifying.plain_json import LARGEST, Unreadable, parse_object

OB2_CONTEXTS = frozenset({"https://w3id.org/openbadges/v2", "https://openbadgespec.org/v2/context.json"})
LONGEST_LINK = 500
_PNG = b"\x89PNG\r\n\x1a\n"
_OF_OTHERS = ((b"%PDF", "pdf"), (b"PK\x03\x04", "archive"), (b"\xff\xd8\xff", "photo"), (b"GIF8", "photo"))
"""What people hand in when they have no better file; each gets an answer of its own."""
_OF_PICTURES = ("picture-dtd", "picture-several")
"""Of a picture that is not damaged, and is not read all the same."""
_PAGE = re.compile(rb"(?i)<!doctype html|<html")
_JWS = re.compile(r"ey[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\Z")


_FORMS_NOT_READ = ({"badge", "recipient"}, {"vc"}, {"payload", "signature"}, {"payload", "signatures"})
"""Members by which an assertion of Open Badges 1, a token of Credentials 1.1 and a JWS in JSON are known."""


class Kind(enum.StrEnum):
    """What it is."""

    BADGE = "open-badge-3"
    ENDORSEMENT = "endorsement"
    STATUS_LIST = "status-list"
    OTHER = "other-credential"
    OB2 = "open-badge-2"
    LINK = "link"


class Container(enum.StrEnum):
    """What it came in."""

    JSON = "json"
    JWT = "jwt"
    PNG = "png"
    SVG = "svg"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Read:
    kind: Kind
    container: Container
    document: dict[str, Any] = field(default_factory=dict)
    """The credential or assertion; of a token, its payload, which nobody has verified."""
    token: str = ""
    """The compact JWS, where it came as one."""
    link: str = ""


def read(data: bytes) -> Read:
    """What ``data`` is. Raises :class:`Unreadable`: besides the codes of :func:`plain_json.parse`, ``empty``, ``pdf``,
    ``archive``, ``photo``, ``bad-picture``, ``picture-dtd``, ``picture-several``, ``nothing-baked``, ``bad-token``,
    ``link``, ``link-not-https``, ``presentation``, ``page``, ``not-a-badge``, ``unknown-form``, ``unknown-format``.
    """
    if len(data) > LARGEST:
        raise Unreadable("too-large")
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise Unreadable("empty")
    for magic, code in _OF_OTHERS:
        if data.startswith(magic):
            raise Unreadable(code)
    if data.startswith(_PNG):
        return _read_picture(data, Container.PNG)
    if _PAGE.match(start):
        raise Unreadable("page")
    if start.startswith(b"<"):
        return _read_picture(data, Container.SVG)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("unknown-format") from None
    return read_text(text)


def read_text(text: str, container: Container | None = None) -> Read:
    """A text that is JSON, a compact JWS or a link; ``container``: the picture in which it was."""
    text = text.strip()
    if text.startswith("{"):
        document = parse_object(text)
        return Read(_kind_of(document), container or Container.JSON, document)
    if _JWS.match(text):
        document = _part(text, 1)
        return Read(_kind_of(document), container or Container.JWT, document, token=text)
    if _JWS.match(text.partition("~")[0]):
        raise Unreadable("unknown-form")  # a token of which some is disclosed
    if re.match(r"(?i)https?://", text):
        return Read(Kind.LINK, container or Container.LINK, link=_link(text))
    raise Unreadable("not-json" if text.startswith("[") else "unknown-format")


def _read_picture(data: bytes, container: Container) -> Read:
    try:
        found = baking.unbake(data)
    except FormatError as why:
        if container is Container.SVG and not re.search(rb"<(?:[\w.-]+:)?svg\b", data):
            raise Unreadable("unknown-format") from None
        raise Unreadable(why.code if why.code in _OF_PICTURES else "bad-picture") from None
    if found is None:
        raise Unreadable("nothing-baked" if container is Container.PNG or b"<svg" in data[:4096] else "unknown-format")
    return read_text(found.text, container)


def _link(text: str) -> str:
    if len(text) > LONGEST_LINK or re.search(r"[\s\0-\x1f\x7f]", text) or not text.isascii():
        raise Unreadable("link")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise Unreadable("link") from None
    if not parts.hostname:
        raise Unreadable("link")
    return text


def token_header(token: str) -> dict[str, Any]:
    """What a token says of itself; ``bad-token`` where it cannot be read."""
    return _part(token, 0)


def _part(token: str, which: int) -> dict[str, Any]:
    encoded = token.split(".")[which]
    try:
        return parse_object(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except Unreadable as why:
        raise Unreadable("bad-token" if why.code in {"not-json", "not-text"} else why.code) from None
    except ValueError:
        raise Unreadable("bad-token") from None


def _kind_of(document: dict[str, Any]) -> Kind:
    contexts, types = texts(document.get("@context")), texts(document.get("type"))
    if contexts & {VC1, VC2}:
        if "VerifiablePresentation" in types:
            raise Unreadable("presentation")
        if "VerifiableCredential" not in types:
            raise Unreadable("not-a-badge")
        return _kind_of_credential(types)
    if contexts & OB2_CONTEXTS and "Assertion" in types:
        return Kind.OB2
    raise Unreadable("unknown-form" if any(one <= document.keys() for one in _FORMS_NOT_READ) else "not-a-badge")


def _kind_of_credential(types: frozenset[str]) -> Kind:
    if types & {"OpenBadgeCredential", "AchievementCredential"}:
        return Kind.BADGE
    if "EndorsementCredential" in types:
        return Kind.ENDORSEMENT
    return Kind.STATUS_LIST if "BitstringStatusListCredential" in types else Kind.OTHER


def texts(value: Any) -> frozenset[str]:
    """The texts among what may be one or a list of them."""
    return frozenset(one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))
