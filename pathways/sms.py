"""Short messages: how long one is, and handing it to the operator's gateway.

One protocol, which ``docs/guides/exploitation.md`` describes: ``POST`` of ``{"to", "text", "reference"}`` as JSON, with
a bearer token; any 2xx means that the gateway took it. The same ``reference`` means the same message, sent again.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any

from pathways import sink
from pathways.texts import one_line

PATIENCE = 15
"""Seconds that the gateway may take over one step."""
ALONE = {"gsm": 160, "ucs2": 70}
EACH = {"gsm": 153, "ucs2": 67}
"""Signs in a message alone, and in each part of a longer one."""
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€\f")
"""Of the extension table: each takes two places."""
_PLAIN = str.maketrans({"’": "'", "«": '"', "»": '"', "…": "...", "–": "-", "\u00a0": " ", "\u202f": " ", "ʼ": "'"})


class Refused(Exception):
    """What the gateway said, or that it said nothing. The outbox tries again."""


def plain(text: str) -> str:
    """Typographic signs as the small alphabet of short messages has them: one curly apostrophe would make a message
    more than twice as long. Letters stay what they are.
    """
    return text.translate(_PLAIN)


def segments(text: str) -> int:
    """Into how many parts a network cuts this text, which is what is paid for (3GPP TS 23.038 and 23.040)."""
    if all(sign in _GSM or sign in _GSM_TWICE for sign in text):
        alphabet, length = "gsm", len(text) + sum(sign in _GSM_TWICE for sign in text)
    else:
        alphabet, length = "ucs2", len(text.encode("utf-16-be")) // 2
    return 1 if length <= ALONE[alphabet] else -(-length // EACH[alphabet])


def send(url: str, *, token: str, to: str, text: str, reference: str) -> None:
    """Hand one message over; raises :class:`Refused`. ``to`` is a number as E.164 has it (``+33612345678``)."""
    body = {"to": to, "text": text, "reference": reference}
    if url.startswith(sink.SCHEME):
        sink.keep(url, f"sms-{reference}.json", json.dumps(body, ensure_ascii=False, indent=1))
        return
    request = urllib.request.Request(  # noqa: S310 - the settings take http and https alone
        url,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
    )
    try:
        with _OPENER.open(request, timeout=PATIENCE):
            return
    except urllib.error.HTTPError as error:
        with error:
            said = one_line(error.read(200).decode(errors="replace"))
        raise Refused(f"{error.code} {said.replace(to, '***')}") from None
    except (OSError, HTTPException) as error:
        raise Refused(f"{type(error).__name__}: {error}") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Numbers go to the gateway that the operator named, and nowhere else."""

    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        raise urllib.error.HTTPError(req.full_url, code, msg, headers, fp)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


_OPENER = urllib.request.build_opener(_NoRedirect)
