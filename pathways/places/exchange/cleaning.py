"""Single values as real files spell them, made regular. Each function returns what is kept and nothing else: whoever
asks sees by comparing what there is to say. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from babel import Locale

from pathways import i18n

PHONE = re.compile(r"\+(?:33|590|594|262|596|269|687|689|508|681)\d{6,9}\Z")
COMMUNE_CODE = re.compile(r"(?:[013-9]\d|2[AB1-9])\d{3}\Z")
POSTCODE = re.compile(r"\d{5}\Z")
PIVOT = re.compile(r"[a-zA-Z0-9]{9,14}\Z")
NO_PIVOT = "00000000000000"
"""What LaMednum wants where there is none."""
FRANCE = (
    (41.2, 51.2, -5.3, 9.7),
    (14.0, 18.5, -63.5, -60.5),
    (2.0, 6.0, -54.8, -51.3),
    (-21.6, -20.7, 55.0, 56.0),
    (-13.2, -12.4, 44.8, 45.5),
    (46.5, 47.4, -56.8, -56.0),
    (-23.5, -17.0, 158.0, 172.5),
    (-14.6, -13.0, -178.5, -175.9),
    (-28.5, -7.5, -155.5, -134.0),
)
"""South, north, west, east of what France is made of: no mediation place stands elsewhere."""
_REGIONS = {
    "971": "GP",
    "972": "MQ",
    "973": "GF",
    "974": "RE",
    "975": "PM",
    "976": "YT",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
_MAIL = re.compile(r"[^@\s|;,<>]+@[^@\s|;,<>]+\.[^@\s|;,<>]{2,}\Z")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:\s.*)?\Z")
_EXCEL_EPOCH = date(1899, 12, 30)
_OTHER_LANGUAGE = re.compile(r"langues? etrangeres? ?\((.+)\)\Z")


def text(value: str) -> str:
    """One line, without doubled spaces and without signs that no page may show."""
    return " ".join(paragraphs(value).split())


def paragraphs(value: str) -> str:
    """Several lines, without signs that no page may show."""
    if value.isprintable():  # mostly
        return value.strip()
    kept = value.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(sign for sign in kept if sign in "\n\t" or sign.isprintable() or sign in "\u00a0\u202f\u200c\u200d")
    return kept.replace("\u00a0", " ").replace("\u202f", " ").strip()


def postcode(value: str) -> str:
    """``45 000`` and ``1000`` as ``45000`` and ``01000``; ``45000 CEDEX 1`` as ``45000``."""
    found = re.match(r"\s*(\d{2}\s?\d{3}|\d{4})(?:\.0)?(?:\s*[cC][eE][dD][eE][xX].*)?\s*\Z", value)
    return re.sub(r"\s", "", found[1]).zfill(5) if found else value.strip()


def commune_code(value: str) -> str:
    """With the zero that a spreadsheet took from it."""
    bare = re.sub(r"\.0\Z", "", value.strip()).upper().replace(" ", "")
    return bare.zfill(5) if bare.isdigit() and len(bare) == 4 else bare


def pivot(value: str) -> str:
    """Without its spaces; nothing for the zeros that stand for none."""
    bare = re.sub(r"[\s.\u00a0\u202f-]", "", value)
    return "" if not bare.strip("0") else bare


def day(value: str) -> date | None:
    """``2024-04-02``, with or without a time; ``02/04/2024``; the number that a spreadsheet keeps of it."""
    bare = value.strip()
    try:
        if found := _DAY_FIRST.match(bare):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if re.fullmatch(r"\d{5}(\.0+)?", bare):
            return _EXCEL_EPOCH + timedelta(days=int(bare[:5]))
        return datetime.fromisoformat(bare).date()
    except ValueError:
        return None


def coordinates(latitude: str, longitude: str) -> tuple[float, float] | None:
    """Both, in the right order, where they lie in France; else nothing."""
    north, east = _degrees(latitude), _degrees(longitude)
    if north is None or east is None:
        return None
    if _in_france(north, east):
        return north, east
    return (east, north) if _in_france(east, north) else None


def as_written(latitude: str, longitude: str) -> tuple[float, float] | None:
    """Both, if a program reads them as they are."""
    try:
        return float(latitude), float(longitude)
    except ValueError:
        return None


def _degrees(value: str) -> float | None:
    try:
        return float(value.strip().replace(",", ".").rstrip("°"))
    except ValueError:
        return None


def _in_france(north: float, east: float) -> bool:
    return any(south <= north <= top and west <= east <= right for south, top, west, right in FRANCE)


def phones(value: str, postcode_: str) -> tuple[list[str], list[str]]:
    """The numbers in the international form, and what is none that the schema takes (``39 49``)."""
    good: list[str] = []
    rest: list[str] = []
    for one in re.split(r"\s*(?:[|;,]|\bou\b|\bet\b|(?<=\d)\s*/\s*(?=[\d+(]))\s*", value.strip()):
        if one:
            number = _phone(one, _REGIONS.get(postcode_[:3], "FR"))
            (good if number else rest).append(number or one)
    return list(dict.fromkeys(good)), rest


@lru_cache(maxsize=50_000)
def _phone(value: str, region: str) -> str:
    bare = re.sub(r"\(0\)", "", value).lstrip("'")
    bare = f"0{bare}" if re.fullmatch(r"[1-9]\d{8}", bare) else bare  # a spreadsheet took the zero
    for country in dict.fromkeys((region, "FR")):  # numbers of overseas are none of FR, and the other way round
        try:
            number = phonenumbers.parse(bare, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            told = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            if PHONE.match(told):
                return told
    return ""


def emails(value: str) -> tuple[list[str], list[str]]:
    """Addresses, and what is none."""
    pieces = [one.removeprefix("mailto:").strip("<>.") for one in re.split(r"[|;,\s]+", value.strip()) if one]
    good = [one for one in pieces if _MAIL.match(one)]
    return list(dict.fromkeys(good)), [one for one in pieces if not _MAIL.match(one)]


def links(value: str) -> tuple[list[str], list[str]]:
    """Web addresses with their scheme, and what is none."""
    good: list[str] = []
    rest: list[str] = []
    for one in re.split(r"[|\s]+|;(?=\s*(?:https?:|www\.))", value.strip()):
        if one:
            address = link(one)
            (good if address else rest).append(address or one)
    return list(dict.fromkeys(good)), rest


def link(value: str) -> str:
    bare = value.strip()
    if re.match(r"https?:/*[^/]", bare, re.IGNORECASE):
        scheme, _, rest = bare.partition(":")
        bare = f"{scheme.lower()}://{rest.lstrip('/')}"
    elif re.match(r"[\w-]+(\.[\w-]+)+([/?#]|\Z)", bare):
        bare = f"https://{bare}"
    try:
        host = urlsplit(bare).hostname or ""
    except ValueError:
        return ""
    return bare if bare.startswith(("http://", "https://")) and "." in host and not re.search(r"[\s<>\"]", bare) else ""


def other_language(value: str) -> str:
    """The code of the language in ``Langues étrangères (arabe)``, or nothing."""
    found = _OTHER_LANGUAGE.match(i18n.folded(value.strip()))
    return _languages().get(found[1].strip(), "") if found else ""


def pieces(value: str | Sequence[str]) -> list[str]:
    """The values of a cell, whatever separates them; a comma may stand inside one."""
    if not isinstance(value, str):
        return [text(str(one)) for one in value if str(one).strip()]
    return [one for one in (text(piece) for piece in re.split(r"[|;\n]", value)) if one]


@cache
def _languages() -> dict[str, str]:
    """Codes by French name: ours where the language is in the registry."""
    names = {i18n.folded(name): code for code, name in Locale.parse("fr").languages.items()}
    return {name: i18n.recognised(code) or code for name, code in names.items() if len(code) <= 3}


_NEVER = re.compile("[\0\ud800-\udfff]")


def storable(value: Any) -> tuple[Any, bool]:
    """What JSON said without what a database cannot keep: signs that are no letters of any alphabet (zero, halves of a
    pair), numbers that are none. And whether there was any.
    """
    if isinstance(value, str):
        clean = _NEVER.sub("", value)
        return clean, clean != value
    if isinstance(value, float):
        return (value, False) if math.isfinite(value) else (None, True)
    if isinstance(value, list):
        parts = [storable(one) for one in value]
        return [one for one, _ in parts], any(odd for _, odd in parts)
    if isinstance(value, dict):
        names = {name: storable(name)[0] for name in value}
        fields = {names[name]: storable(one) for name, one in value.items()}
        odd = any(one != kept for one, kept in names.items()) or any(odd for _, odd in fields.values())
        return {name: one for name, (one, _) in fields.items()}, odd
    return value, False
