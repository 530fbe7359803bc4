"""What stands in a room or in a van, in words that learners read. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from pathways.i18n import N_

EQUIPMENT = {
    "computers": N_("Ordinateurs"),
    "tablets": N_("Tablettes"),
    "printer": N_("Imprimante"),
    "scanner": N_("Scanner"),
    "wifi": N_("Wi-Fi"),
    "projector": N_("Vidéoprojecteur"),
}


def known(codes: Iterable[str]) -> list[str]:
    """Those that there are, each once, in our order."""
    wanted = set(codes)
    return [code for code in EQUIPMENT if code in wanted]
