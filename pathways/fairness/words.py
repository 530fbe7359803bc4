"""What the pages of fairness say in words."""

from __future__ import annotations

from babel import Locale
from babel.numbers import format_decimal, format_percent

from pathways import i18n
from pathways.fairness.service import About, Flagged
from pathways.i18n import D_

GRADES = {
    "few": D_("trop peu de réponses"),
    "watch": D_("à surveiller"),
    "A": D_("pas de différence qui compte"),
    "B": D_("différence moyenne"),
    "C": D_("grande différence"),
}
ACTS = {"kept": D_("gardée"), "withdrawn": D_("retirée"), "restored": D_("remise en service")}
RESPONSES = {
    "right": D_("une réponse juste"),
    "wrong": D_("une autre réponse"),
    "dont_know": D_("« Je ne sais pas »"),
}
HARDER = D_("plus difficile dans cette langue qu'en français")
EASIER = D_("plus facile dans cette langue qu'en français")


def direction(one: Flagged | About) -> str:
    """Which way it differs; nothing where it is not known."""
    delta = one.delta if isinstance(one, Flagged) else one.known.delta if one.known is not None else None
    return i18n.gettext(HARDER if delta < 0 else EASIER) if delta else ""


def response(name: str, text: str) -> str:
    """An option by its French text, which is content; what is none, by our words."""
    return text or i18n.gettext(RESPONSES.get(name, name))


def per_cent(share: float) -> str:
    return format_percent(round(share, 2), locale=_locale())


def decimal(number: float) -> str:
    """Two decimals, as the language writes them."""
    return format_decimal(number, format="0.00", locale=_locale())


def _locale() -> Locale:
    return Locale.parse(i18n.current().fmt)


def points(share: float) -> str:
    """A difference of shares, with its sign."""
    number = round(100 * share)
    return f"{'+' if number > 0 else '−' if number < 0 else ''}{abs(number)}"
