"""What changed between two revisions of an item, in the words of its form and the language in use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pathways import i18n
from pathways.i18n import D_

_LABELS = {
    "stem": D_("question"),
    "explain": D_("explication"),
    "device": D_("appareil"),
    "verify_by": D_("à vérifier avant le"),
    "accept": D_("ce qui est accepté"),
    "look_for": D_("ce qu'on regarde"),
}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """``(what, before, after)`` for everything that differs, empty where there was or is nothing."""
    old, new = _flat(before), _flat(after)
    return [
        (name, old.get(name, ""), new.get(name, ""))
        for name in dict.fromkeys([*old, *new])
        if old.get(name, "") != new.get(name, "")
    ]


def _flat(body: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, label in _LABELS.items():
        value = body[name]
        found[i18n.gettext(label)] = " / ".join(value) if isinstance(value, (list, tuple)) else str(value or "")
    found[_said(D_("presque juste compte pour une part"))] = _said(D_("oui")) if body.get("partly") else ""
    found |= _picture(_said(D_("image")), body["picture"])
    texts = {part["id"]: part.get("text") or part["id"] for part in (*body["options"], *body["targets"])}
    for number, option in enumerate(body["options"], 1):
        label = _said(D_("réponse %(number)s"), number=number)
        found[label] = option["text"] or ""
        found[_said(D_("%(part)s, juste"), part=label)] = _said(D_("oui")) if option["key"] else ""
        found[_said(D_("%(part)s, ce qu'elle révèle"), part=label)] = option["reveals"] or ""
        found[_said(D_("%(part)s, zone"), part=label)] = ", ".join(f"{side:g}" for side in option["zone"] or ())
        found |= _picture(_said(D_("%(part)s, image"), part=label), option["picture"])
    for number, target in enumerate(body["targets"], 1):
        found[_said(D_("ce qui va avec %(number)s"), number=number)] = target["text"]
    found[_said(D_("ordres justes"))] = " / ".join(", ".join(texts[name] for name in order) for order in body["orders"])
    found[_said(D_("paires justes"))] = _pairs(body["pairs"], texts)
    for number, confusion in enumerate(body["confusions"], 1):
        named = _said(D_(", puis ")).join(texts.get(name, name) for name in confusion["before"] or ())
        shown = named or _pairs(confusion["pair"] or {}, texts)
        label = _said(D_("confusion %(number)s"), number=number)
        found[label] = _said(D_("%(shown)s : %(mistake)s"), shown=shown, mistake=confusion["reveals"])
    for number, mistake in enumerate(body["mistakes"], 1):
        label = _said(D_("erreur %(number)s"), number=number)
        found[label] = _said(D_("%(shown)s : %(mistake)s"), shown=mistake["pattern"], mistake=mistake["reveals"])
    return found


def _said(message: str, **values: object) -> str:
    return i18n.sentence(message, values)


def _picture(label: str, picture: Mapping[str, Any] | None) -> dict[str, str]:
    if picture is None:
        return {}
    return {
        label: picture["sha256"][:8],
        _said(D_("%(part)s, description"), part=label): picture["alt"],
        _said(D_("%(part)s, mots écrits dedans"), part=label): picture["words"] or "",
    }


def _pairs(pairs: Mapping[str, str], texts: Mapping[str, str]) -> str:
    return " / ".join(f"{texts.get(one, one)} – {texts.get(other, other)}" for one, other in pairs.items())
