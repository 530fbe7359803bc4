"""The matrix: every way to be wrong, in every format; what does not apply, and what others are known to miss."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.badges.matrix import assertions, credentials, tokens
from tests.badges.matrix.networks import HUB, LEFT, STRANGER
from tests.badges.matrix.pictures import in_old_png, in_old_svg, in_png, in_svg
from tests.parts.verifiers import Case

GOOD = "valid"
ROWS = (
    GOOD, "tampered", "expired", "future", "revoked", "key removed", "undefined term", "wrong recipient",
    "wrong list issuer", "forged list", "no list", "signed by another", "hidden status", "algorithm",
    "claim iss", "claim sub", "claim jti", "claim nbf", "claim exp",
)  # fmt: skip
"""The states of a badge: those of the reference note, and some that the formats suggest."""

JAVASCRIPT = ("verifier_core", "digital_bazaar")
What = Mapping[str, Any] | str | bytes
Rows = Iterable[tuple[str, str, What, str | None]]


@dataclass(frozen=True)
class Column:
    """A format: who else knows it, and its cases: row, what exactly is wrong, what is shown, who asks."""

    knowing: tuple[str, ...]
    rows: Callable[[str], Rows]


def _proofs(
    name: str, baked: Callable[[Any], What] = lambda document: document
) -> Iterator[tuple[str, str, What, None]]:
    for row, label, document in credentials.rows(credentials.badge, name):
        yield row, label, baked(document), None


def _tokens(name: str) -> Iterator[tuple[str, str, What, None]]:
    for row, label, token in tokens.rows(name):
        yield row, label, token, None
    good = tokens.issued(HUB)
    yield GOOD, "in a PNG", in_png(good), None
    yield GOOD, "in an SVG", in_svg(good), None


def _signed(name: str, baked: Callable[[Any], What]) -> Iterator[tuple[str, str, What, str]]:
    for row, label, token, email in assertions.rows_of_signed(name):
        yield row, label, baked(token), email
    yield GOOD, "hosted", baked(assertions.hosted("held")), assertions.HOLDER


COLUMNS = {
    "3.0 JSON": Column(JAVASCRIPT, _proofs),
    "3.0 PNG": Column(JAVASCRIPT, lambda name: _proofs(name, in_png)),
    "3.0 SVG": Column(JAVASCRIPT, lambda name: _proofs(name, in_svg)),
    "3.0 JWT": Column(("digital_bazaar",), _tokens),
    "2.0 hosted": Column(("open_badges_2",), assertions.rows_of_hosted),
    "2.0 signed": Column(("open_badges_2",), assertions.rows_of_signed),
    "2.0 PNG": Column(("open_badges_2",), lambda name: _signed(name, in_old_png)),
    "2.0 SVG": Column(("open_badges_2",), lambda name: _signed(name, in_old_svg)),
    "endorsement": Column(
        JAVASCRIPT, lambda name: ((*row, None) for row in credentials.rows(credentials.endorsement, name))
    ),
    "status list": Column(JAVASCRIPT, lambda name: ((*row, None) for row in credentials.rows_of_lists(name))),
}
PROOFS = ("3.0 JSON", "3.0 PNG", "3.0 SVG", "endorsement", "status list")
OLD = ("2.0 hosted", "2.0 signed", "2.0 PNG", "2.0 SVG")
CLAIMS = tuple(row for row in ROWS if row.startswith("claim "))

NOT_APPLICABLE: dict[tuple[str, str], str] = {
    **{(row, column): "no token, so no claims" for row in CLAIMS for column in (*PROOFS, *OLD)},
    **{("algorithm", column): "no token" for column in (*PROOFS, "2.0 hosted")},
    **{("hidden status", column): "no JSON-LD is read: a member has one name" for column in ("3.0 JWT", *OLD)},
    ("hidden status", "status list"): "a list is on no list",
    **{
        ("undefined term", column): "the signature covers the bytes, whatever they mean" for column in ("3.0 JWT", *OLD)
    },
    ("revoked", "status list"): "a list is on no list",
    ("no list", "status list"): "a list is on no list",
    ("forged list", "status list"): "a list is on no list",
    ("signed by another", "status list"): "that is a list with the wrong issuer",
    **{("forged list", column): "lists are not signed" for column in OLD},
    ("wrong recipient", "status list"): "a list is nobody's",
    ("key removed", "2.0 hosted"): "no key: its address is its proof",
    ("wrong list issuer", "2.0 hosted"): "no list: its address says whether it holds",
    ("no list", "2.0 hosted"): "no list: its address says whether it holds",
}

_LIST_OF_ANOTHER = "it verifies the list, and does not ask whose it is"
_OLD_LIST_OF_ANOTHER = "it does not compare the issuer of the list with that of the badge"
_HIDDEN = "the statements are those that were signed, and it looks for the status by its name in JSON"
TRAPS: dict[tuple[str, str], dict[str, str]] = {
    **{
        ("wrong list issuer", column): {"verifier_core": _LIST_OF_ANOTHER}
        for column in ("3.0 JSON", "3.0 PNG", "3.0 SVG", "endorsement")
    },
    **{
        ("hidden status", column): dict.fromkeys(JAVASCRIPT, _HIDDEN)
        for column in ("3.0 JSON", "3.0 PNG", "3.0 SVG", "endorsement")
    },
    **{
        ("wrong list issuer", column): {"open_badges_2": _OLD_LIST_OF_ANOTHER}
        for column in ("2.0 signed", "2.0 PNG", "2.0 SVG")
    },
    ("tampered", "2.0 hosted"): {"open_badges_2": "it reads the address in it, and judges what is kept there"},
}
"""What is wrong, and whom it is known to deceive, and why. There, our own verifier has to be the one that refuses."""

DEAF: dict[str, dict[str, str]] = {
    "2.0 SVG: valid hosted": {
        "open_badges_2": "it finds the address in the picture as bytes, and knows it as text only"
    },
}
"""What is good, and who is known to refuse it all the same, and why."""


@dataclass(frozen=True)
class Shown:
    """A case, and where in the matrix it stands."""

    row: str
    column: str
    case: Case


def cases() -> list[Shown]:
    """The whole matrix."""
    return [
        Shown(row, column, Case(" ".join((f"{column}: {row}", *label.split(), f"({number})")), what, email))
        for column, given in COLUMNS.items()
        for number, (row, label, what, email) in enumerate(given.rows(column))
    ]


def site() -> dict[str, Any]:
    """All of the web that there is."""
    return {
        **HUB.pages(), **STRANGER.pages(), **LEFT.pages_without_the_key(), **credentials.lists(), **assertions.pages(),
    }  # fmt: skip
